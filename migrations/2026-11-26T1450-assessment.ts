import { type Kysely, sql } from 'kysely';

/** What an officer and a person found out together about what would help; each is kept as it was. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table referral_assessment (
      id uuid primary key,
      referral_id uuid not null references referral,
      said jsonb not null,
      suggestions jsonb not null,
      taken_up text[],
      by_name text not null,
      at timestamptz not null
    );
    create index referral_assessment_referral on referral_assessment (referral_id, id desc);
    comment on table referral_assessment is 'For the office alone, never for the clinic; the newest counts. Goes when the person is erased.';
  `.execute(db);
}
