import { type Kysely, sql } from 'kysely';

/** Second factors, sessions that their owner knows apart, tries that are counted by whence they come, and the security log. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table session
      add column id uuid not null default gen_random_uuid(),
      add column way text not null default 'password'
        constraint session_way check (way in ('password', 'code', 'passkey', 'recovery_code', 'single_sign_on')),
      add column needs text constraint session_needs check (needs in ('factor', 'enrolment')),
      add column proved_at timestamptz,
      add column address text not null default '',
      add column browser text not null default '';
    update session set proved_at = created_at;
    alter table session alter column proved_at set not null;
    create unique index session_id on session (id);
    comment on column session.way is 'By what its owner showed last who they are.';
    comment on column session.needs is 'What is missing until it opens anything: the second factor, or having one. Null when it is whole.';
    comment on column session.proved_at is 'When its owner last showed who they are: at sign-in, or again before something that wants fresh proof.';

    create table factor (
      id uuid primary key,
      staff_id uuid not null references staff,
      kind text not null check (kind in ('code', 'passkey')),
      name text not null,
      sealed_secret bytea,
      last_step bigint,
      credential_id text unique,
      public_key bytea,
      counter bigint,
      transports text[],
      created_at timestamptz not null,
      used_at timestamptz,
      removed_at timestamptz,
      constraint factor_of_its_kind check (
        (kind = 'code') = (sealed_secret is not null and last_step is not null)
        and (kind = 'passkey') = (credential_id is not null and public_key is not null and counter is not null))
    );
    create index factor_staff on factor (staff_id) where removed_at is null;
    create unique index factor_one_app on factor (staff_id) where kind = 'code' and removed_at is null;
    comment on table factor is 'What staff show beside their password: an app that shows codes, or a passkey.';
    comment on column factor.last_step is 'The 30 seconds of the last code that was taken: none of them or before is taken again.';

    create table recovery_code (
      hash bytea primary key,
      staff_id uuid not null references staff,
      created_at timestamptz not null,
      used_at timestamptz
    );
    create index recovery_code_staff on recovery_code (staff_id);

    create table known_browser (
      hash bytea not null,
      staff_id uuid not null references staff,
      first_at timestamptz not null,
      seen_at timestamptz not null,
      primary key (staff_id, hash)
    );
    create index known_browser_age on known_browser (seen_at);
    comment on table known_browser is 'Browsers in which someone has signed in: their tries are counted apart from those of strangers.';

    drop table sign_in_throttle;
    create table sign_in_throttle (
      account bytea not null,
      origin bytea not null,
      failures int not null,
      waits_until timestamptz,
      failed_at timestamptz not null,
      primary key (account, origin)
    );
    create index sign_in_throttle_age on sign_in_throttle (failed_at);
    comment on table sign_in_throttle is 'Wrong passwords by account and whence they came: a browser that is known, or a network. Both are keyed hashes; an empty origin counts all of an account.';

    create table sign_in_policy (
      one boolean primary key default true check (one),
      factor_roles text[] not null default '{manager,administrator}',
      changed_at timestamptz not null
    );
    insert into sign_in_policy (changed_at) values (now());
    comment on table sign_in_policy is 'Who has to show a second factor.';

    create table security_event (
      id uuid primary key,
      at timestamptz not null,
      kind text not null,
      actor_type text not null check (actor_type in ('staff', 'client', 'system', 'nobody')),
      actor_id uuid,
      staff_id uuid references staff,
      client_id uuid references api_client,
      about text,
      address text not null default '',
      browser text not null default '',
      request_id text not null,
      count int not null default 1 check (count > 0),
      is_alarm boolean not null default false,
      logged_at timestamptz,
      told_at timestamptz,
      attempts int not null default 0,
      next_at timestamptz not null
    );
    create index security_event_age on security_event (at desc, id desc);
    create index security_event_staff on security_event (staff_id, at desc) where staff_id is not null;
    create index security_event_alarms on security_event (at desc, id desc) where is_alarm;
    create index security_event_waiting on security_event (next_at) where told_at is null;
    comment on table security_event is 'Who came in or was refused, from where, and what was done that an assessor asks about.';
    comment on column security_event.staff_id is 'Whose account it is about.';
    comment on column security_event.about is 'What was asked for, as a word: an action, a role, a limit. Nothing about a patient.';
    comment on column security_event.count is 'How often it happened within its minute.';
    comment on column security_event.logged_at is 'When it was written to the log that leaves the machine.';
    comment on column security_event.told_at is 'When its owner and whoever is to be alarmed had been told, where there is anyone to tell.';

    create function keep_security_events() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        if old.at > now() - interval '400 days' then
          raise exception 'a security event is kept for 400 days';
        end if;
        return old;
      end if;
      if (new.id, new.at, new.kind, new.actor_type, new.actor_id, new.staff_id, new.client_id, new.about, new.address, new.browser, new.request_id, new.is_alarm)
        is distinct from (old.id, old.at, old.kind, old.actor_type, old.actor_id, old.staff_id, old.client_id, old.about, old.address, old.browser, old.request_id, old.is_alarm)
        or new.count < old.count then
        raise exception 'a security event is not changed';
      end if;
      return new;
    end $$;
    create trigger keep_security_events before update or delete on security_event for each row execute function keep_security_events();
  `.execute(db);
}
