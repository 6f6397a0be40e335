import { type Kysely, sql } from 'kysely';

/** What hashes and seals is a key of its own, kept sealed with SECRET, so that SECRET can be changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table data_key (
      secret_mark text primary key,
      sealed bytea not null,
      created_at timestamptz not null default now()
    );
    comment on table data_key is 'The one key that tokens are hashed with and secrets sealed, once for each SECRET that opens it: two while SECRET is changed.';
    comment on column data_key.secret_mark is 'By which SECRET it is told that this row is its own; it tells nothing of it.';
    revoke update on data_key from lendwell_app;
    grant update (created_at) on data_key to lendwell_app;
  `.execute(db);
}
