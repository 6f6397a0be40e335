import { type Kysely, sql } from 'kysely';

/** What Today and the reports count by day is found by day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index loan_issued on loan (issued_at);
    create index referral_received on referral (received_at);
    create index follow_up_done on follow_up (due_on) where status = 'done';
  `.execute(db);
}
