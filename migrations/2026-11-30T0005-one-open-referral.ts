import { type Kysely, sql } from 'kysely';

/** Two people may be written with one NHS number, so that an open referral is one for each person and clinic. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    drop index referral_one_open_per_person;
    create unique index referral_one_open_per_person on referral (clinic_id, patient_id)
      where status in ('received', 'asked', 'waiting', 'active');
    drop index patient_identity;
    create index patient_by_nhs_number on patient (nhs_number) where nhs_number is not null;
  `.execute(db);
}
