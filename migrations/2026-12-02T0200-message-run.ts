import { type Kysely, sql } from 'kysely';

/** What a night planned is told with what became of it: by its date, without reading every message. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index message_run on message (run_date, status)`.execute(db);
}
