import { type Kysely, sql } from 'kysely';

/** Links by which a clinic without a system answers one question about one referral. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table answer_link (
      id uuid primary key,
      question_id uuid not null references referral_question on delete cascade,
      token_hash bytea not null unique,
      created_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index answer_link_question on answer_link (question_id);
  `.execute(db);
}
