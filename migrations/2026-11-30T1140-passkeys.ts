import { type Kysely, sql } from 'kysely';

/** What a passkey has to sign is a session’s, and counts once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table session add column challenge text, add column challenge_until timestamptz;
    comment on column session.challenge is 'What a passkey signs next; taken with the first answer, right or wrong.';
  `.execute(db);
}
