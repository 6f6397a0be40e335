import { type Kysely, sql } from 'kysely';

/** What people know a loan and a referral by stands on the story of a follow-up, in the rows that a supporter reads already. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    grant select (id, reference) on loan, referral to lendwell_supporter;
  `.execute(db);
}
