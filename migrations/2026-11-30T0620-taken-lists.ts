import { type Kysely, sql } from 'kysely';

/** By what a list that comes again is recognised. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table taken_list (
      donation_id uuid primary key references donation,
      digest bytea not null,
      taken_at timestamptz not null
    );
    comment on table taken_list is 'Lists that were taken in, for a year, so that one that comes again is recognised.';
    comment on column taken_list.digest is 'Of the lines in any order, the donor’s reference and the day. It is keyed, so that it tells nothing of a person, also after an erasure.';
    create index taken_list_digest on taken_list (digest);
    create index taken_list_age on taken_list (taken_at);
  `.execute(db);
}
