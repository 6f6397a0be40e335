import { type Kysely, sql } from 'kysely';

/** Accounts at a provider of single sign-on, sign-ins that are under way there, and sessions that it can end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff_identity (
      issuer text not null,
      subject text not null,
      staff_id uuid not null references staff,
      linked_at timestamptz not null,
      last_seen_at timestamptz,
      primary key (issuer, subject)
    );
    create index staff_identity_staff on staff_identity (staff_id);
    comment on table staff_identity is 'Accounts at a provider of single sign-on by which staff come in. Who they are is issuer and subject, never an email address.';

    create table proposed_account (
      id uuid primary key,
      issuer text not null,
      subject text not null,
      name text not null,
      email text not null,
      role text check (role in ('officer', 'supporter', 'manager', 'auditor', 'administrator')),
      proposed_at timestamptz not null,
      tried_at timestamptz not null,
      unique (issuer, subject)
    );
    create index proposed_account_age on proposed_account (tried_at);
    comment on table proposed_account is 'Who came by single sign-on and has no account: an administrator lets them in, or does not. It opens nothing.';
    comment on column proposed_account.role is 'What the provider says they are, where it says so.';

    create table sign_on_begun (
      state_hash bytea primary key,
      kept text,
      begun_at timestamptz not null
    );
    create index sign_on_begun_age on sign_on_begun (begun_at);
    comment on table sign_on_begun is 'Sign-ins that are under way at the provider: each comes back once, within ten minutes.';
    comment on column sign_on_begun.kept is 'A form that was typed before, sealed for whoever it is of.';

    create table sign_on_logout (
      token_hash bytea primary key,
      at timestamptz not null
    );
    create index sign_on_logout_age on sign_on_logout (at);
    comment on table sign_on_logout is 'Tokens by which a provider ended sessions: each counts once.';

    alter table session
      add column issuer text,
      add column subject text,
      add column issuer_sid text,
      add column sealed_id_token bytea,
      add constraint session_of_issuer check ((issuer is null) = (subject is null) and (issuer is null) = (sealed_id_token is null));
    create index session_issuer on session (issuer, subject) where issuer is not null;
    comment on column session.issuer is 'The provider of single sign-on by which it was opened, with subject, the session there, and what ends that session.';
  `.execute(db);
}
