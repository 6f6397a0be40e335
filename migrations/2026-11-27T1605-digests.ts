import { type Kysely, sql } from 'kysely';

/** What supporters are told of the day ahead: how many follow-ups, and no name. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table supporter_digest (
      id uuid primary key,
      staff_id uuid not null references staff,
      for_date date not null,
      status text not null default 'planned' check (status in ('planned', 'sent', 'failed')),
      created_at timestamptz not null,
      sent_at timestamptz,
      unique (staff_id, for_date)
    );
    create index supporter_digest_planned on supporter_digest (for_date) where status = 'planned';
    comment on table supporter_digest is 'One email a supporter and day, at most once: one that is lost is no harm, since they can sign in.';
  `.execute(db);
}
