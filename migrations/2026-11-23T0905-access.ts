import { type Kysely, sql } from 'kysely';

/** Organisations and places, staff with their sessions, API clients with their keys. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table organisation (
      id uuid primary key,
      name text not null,
      roles text[] not null,
      ods_code varchar(12),
      created_at timestamptz not null
    );
    create unique index organisation_name on organisation (lower(name));

    create table location (
      id uuid primary key,
      name text not null,
      kind text not null check (kind in ('hub', 'clinic', 'access_point', 'repairer')),
      organisation_id uuid references organisation,
      created_at timestamptz not null
    );
    create unique index location_name on location (lower(name));

    create table staff (
      id uuid primary key,
      name text not null,
      email text not null,
      role text not null check (role in ('officer', 'supporter', 'manager', 'auditor', 'administrator')),
      password_hash text,
      suspended_at timestamptz,
      created_at timestamptz not null
    );
    create unique index staff_email on staff (lower(email));

    create table session (
      token_hash bytea primary key,
      staff_id uuid not null references staff,
      created_at timestamptz not null,
      seen_at timestamptz not null,
      expires_at timestamptz not null,
      revoked_at timestamptz
    );
    create index session_staff on session (staff_id);
    create index session_expiry on session (expires_at);

    create table sign_in_throttle (
      account bytea primary key,
      failures int not null,
      waits_until timestamptz,
      failed_at timestamptz not null
    );
    create index sign_in_throttle_age on sign_in_throttle (failed_at);
    comment on table sign_in_throttle is 'Keyed by a keyed hash of the email address as typed, so that one nobody has waits like any other.';

    create table api_client (
      id uuid primary key,
      name text not null,
      role text not null check (role in ('officer', 'clinic', 'integration')),
      organisation_id uuid references organisation,
      rate_per_minute int,
      created_at timestamptz not null,
      disabled_at timestamptz,
      constraint clinic_client_names_its_clinic check (role <> 'clinic' or organisation_id is not null)
    );

    create table api_key (
      id uuid primary key,
      client_id uuid not null references api_client,
      hash bytea not null unique,
      created_at timestamptz not null,
      used_at timestamptz,
      revoked_at timestamptz
    );
    create index api_key_client on api_key (client_id);
  `.execute(db);
}
