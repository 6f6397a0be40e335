import { type Kysely, sql } from 'kysely';

/** All that is held about one person is found without reading what is held about everyone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index reminder_patient on reminder (patient_id);
    create index task_patient on task (patient_id) where patient_id is not null;
    create index webhook_delivery_referral on webhook_delivery (referral_id);
  `.execute(db);
}
