import { type Kysely, sql } from 'kysely';

/** The queue of messages has an index of its own, so that a claim costs the same however many wait. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop index message_due;
    create index message_due on message (send_after, id) where status = 'planned';
    create index message_queue on message (send_after, id) where status = 'queued';
  `.execute(db);
}
