import { type Kysely, sql } from 'kysely';

/** Keys have an end, less than their role where that is enough, and addresses; what reaches far waits for a second person. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table api_key
      add column expires_at timestamptz,
      add column actions text[],
      add column addresses text[],
      add column last_address text,
      add column seen_addresses text[] not null default '{}';
    comment on column api_key.expires_at is 'When it stops by itself. Null only for keys from before keys had an end.';
    comment on column api_key.actions is 'What of its role it may; null is all of it.';
    comment on column api_key.addresses is 'Networks from which it is taken (CIDR); null is from anywhere.';
    comment on column api_key.seen_addresses is 'Networks that it has been used from, the newest last, fifty at most.';

    create table second_person (
      id uuid primary key,
      kind text not null check (kind in ('role', 'password_link', 'factor_reset', 'erasure')),
      subject_id uuid not null,
      about text not null default '',
      asked_by uuid not null references staff,
      asked_at timestamptz not null,
      decided_by uuid references staff,
      decided_at timestamptz,
      agreed boolean,
      used_at timestamptz,
      constraint second_person_decided check ((decided_at is null) = (agreed is null) and (decided_at is null) = (decided_by is null)),
      constraint second_person_is_another check (decided_by <> asked_by)
    );
    create unique index second_person_waiting on second_person (kind, subject_id, about, asked_by) where decided_at is null;
    create index second_person_open on second_person (asked_at desc, id desc) where used_at is null;
    comment on table second_person is 'What someone wants to do that reaches so far that another has to agree, once each.';
    comment on column second_person.about is 'What exactly, as a word: the role that is given.';
    comment on column second_person.used_at is 'When whoever asked did it: what was agreed to counts once.';

    alter table sign_in_policy add column erasure_by_two boolean not null default false;
    comment on column sign_in_policy.erasure_by_two is 'Whether a second manager has to agree before someone is erased.';
    comment on table sign_in_policy is 'Who has to show a second step, and what wants a second person.';
  `.execute(db);
}
