import { type Kysely, sql } from 'kysely';

/** Staff are invited, changed and suspended; supporters have a partner, a week and a checked record. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table staff
      add column organisation_id uuid references organisation,
      add column weekly_minutes int check (weekly_minutes between 0 and 10080),
      add column dbs_checked_on date,
      add column changed_at timestamptz;
    update staff set changed_at = created_at;
    alter table staff alter column changed_at set not null, alter column changed_at set default now();
    comment on column staff.organisation_id is 'The support partner that someone does follow-ups for; null for the scheme itself.';
    comment on column staff.weekly_minutes is 'How much of a week they have for follow-ups; null without a limit.';
    comment on column staff.dbs_checked_on is 'The day of their last Disclosure and Barring Service check.';
    create index staff_name on staff (lower(name), id);
    create index staff_dbs on staff (dbs_checked_on) where suspended_at is null;

    create table password_link (
      token_hash bytea primary key,
      staff_id uuid not null references staff,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz
    );
    create index password_link_staff on password_link (staff_id) where ended_at is null;
    comment on table password_link is 'By which someone sets their password, once. The newest alone works.';
  `.execute(db);
}
