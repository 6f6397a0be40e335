import { type Kysely, sql } from 'kysely';

/** Loans as their list is sorted: by the day they went out, and by the day they are due, those without one last. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index loan_by_handover on loan (handover_on, id);
    create index loan_by_due on loan (coalesce(due_on, '9999-12-31'), id);
  `.execute(db);
}
