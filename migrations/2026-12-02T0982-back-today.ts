import { type Kysely, sql } from 'kysely';

/** The page of returns shows what came back last on a day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index loan_item_back on loan_item (ended_on, ended_at) where status = 'returned'`.execute(
    db,
  );
}
