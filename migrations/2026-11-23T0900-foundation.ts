import { type Kysely, sql } from 'kysely';

/** The event log, the outbox, kept replies, nightly runs, and what the application's role may do. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    grant usage on schema public to lendwell_app;
    grant select on kysely_migration to lendwell_app;
    alter default privileges in schema public grant select, insert, update, delete on tables to lendwell_app;
    alter default privileges in schema public grant usage, select on sequences to lendwell_app;

    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
    end $$;

    create table event (
      id uuid primary key,
      at timestamptz not null,
      type text not null,
      actor_type text not null check (actor_type in ('staff', 'client', 'system')),
      actor_id uuid,
      actor_name text not null,
      request_id text not null,
      "values" jsonb not null default '{}',
      fields text[] not null default '{}'
    );
    comment on table event is 'Append-only. values holds allow-listed, non-personal columns; fields names the others that changed.';

    create table event_subject (
      subject_id uuid not null,
      event_id uuid not null references event,
      subject_type text not null,
      primary key (subject_id, event_id)
    );
    create index event_subject_event on event_subject (event_id);
    comment on table event_subject is 'The things an event is part of the story of. Event ids are UUIDv7, so the key is a timeline.';

    create trigger event_append_only before update or delete on event for each row execute function refuse_change();
    create trigger event_no_truncate before truncate on event for each statement execute function refuse_change();
    create trigger event_subject_append_only before update or delete on event_subject for each row execute function refuse_change();
    create trigger event_subject_no_truncate before truncate on event_subject for each statement execute function refuse_change();

    create table outbox (
      event_id uuid not null references event,
      handler text not null,
      created_at timestamptz not null default now(),
      next_at timestamptz not null default now(),
      handed_at timestamptz,
      done_at timestamptz,
      failed_at timestamptz,
      attempts int not null default 0,
      error text,
      primary key (event_id, handler)
    );
    create index outbox_waiting on outbox (next_at) where done_at is null and failed_at is null;
    create index outbox_failed on outbox (failed_at) where failed_at is not null;

    create table idempotency_key (
      caller text not null,
      key text not null,
      fingerprint text not null,
      result json,
      created_at timestamptz not null,
      primary key (caller, key)
    );
    create index idempotency_key_age on idempotency_key (created_at);

    create table job_run (
      job text not null,
      local_date date not null,
      step text not null,
      started_at timestamptz not null,
      finished_at timestamptz,
      superseded_at timestamptz,
      count int,
      primary key (job, local_date, step)
    );

    revoke update, delete, truncate on event, event_subject from lendwell_app;
  `.execute(db);
}
