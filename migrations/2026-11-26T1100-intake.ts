import { type Kysely, sql } from 'kysely';

/** What a paper form asks beside what was kept so far: an interpreter, where to collect, why it is urgent, what a visitor must know. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table patient
      add column interpreter boolean not null default false,
      add column collection_point text,
      add column communication_reviewed_on date;
    update patient set communication_reviewed_on = created_at::date
      where communication_needs <> '{}' or language is not null;
    comment on column patient.communication_reviewed_on is 'When the person last confirmed how to communicate; null where nothing is recorded.';
    alter table referral add column urgency_reason text, add column visit_risks text;
    comment on column referral.visit_risks is 'What a visiting supporter must know to be safe: for the office, the clinic that wrote it, and whoever visits.';
  `.execute(db);
}
