import { type Kysely, sql } from 'kysely';

/** For how long people are kept after help, and whom the night proposes to erase. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table retention (
      id boolean primary key default true check (id),
      helped_months int check (helped_months between 1 and 600),
      not_helped_months int check (not_helped_months between 1 and 600),
      deceased_months int check (deceased_months between 1 and 600),
      changed_at timestamptz not null default now()
    );
    comment on table retention is 'One row: after how many months without anything new each class of people is proposed for erasure; null keeps them.';
    insert into retention default values;

    create table retention_batch (
      id uuid primary key,
      class text not null check (class in ('helped', 'not_helped', 'deceased')),
      months int not null,
      status text not null default 'proposed' check (status in ('proposed', 'erasing', 'done', 'kept')),
      proposed_at timestamptz not null,
      decided_by uuid,
      decided_by_name text,
      decided_at timestamptz,
      reason text,
      finished_at timestamptz,
      check ((status = 'proposed') = (decided_at is null)),
      check ((status in ('done', 'kept')) = (finished_at is not null))
    );
    create index retention_batch_by_status on retention_batch (status, id);
    comment on table retention_batch is 'People whose time is over, proposed together; nobody is erased before a manager has decided.';

    create table retention_member (
      batch_id uuid not null references retention_batch,
      patient_id uuid not null references patient,
      last_on date not null,
      outcome text check (outcome in ('erased', 'kept', 'no_longer_due')),
      decided_at timestamptz,
      primary key (batch_id, patient_id),
      check ((outcome is null) = (decided_at is null))
    );
    create unique index retention_member_undecided on retention_member (patient_id) where outcome is null;
    create index retention_member_kept on retention_member (patient_id, decided_at) where outcome = 'kept';
    comment on column retention_member.last_on is 'The last day on which something about them was new, when they were proposed.';

    create index patient_untouched on patient (changed_at, id) where erased_at is null and merged_into is null;
  `.execute(db);
}
