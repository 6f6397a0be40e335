import { type Kysely, sql } from 'kysely';

/** What lists are sorted by, each with the id that decides where it says the same; what has no day comes last. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index loan_by_handover on loan (handover_on, id);
    create index loan_by_due on loan (coalesce(due_on, '2199-12-31'), id);
    create index data_plan_by_end on data_plan (coalesce(expires_on, '2199-12-31'), id);
    create index donation_by_day on donation (received_on, id);
    create index incident_by_day on incident (happened_on, id);
  `.execute(db);
}
