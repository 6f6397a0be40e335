import { type Kysely, sql } from 'kysely';

/** What happened since yesterday is found without reading the whole log; the log grows in the order of time, so this stays small. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index event_at on event using brin (at) with (pages_per_range = 32)`.execute(db);
}
