import { type Kysely, sql } from 'kysely';

/** Where nobody answered, a follow-up like it is planned in the same step; taken back, that one is off too. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table follow_up_outcome add column again_id uuid references follow_up;
    comment on column follow_up_outcome.again_id is 'The follow-up by which it is tried again, where that was planned with it.';
    create index follow_up_outcome_again on follow_up_outcome (again_id) where again_id is not null;
  `.execute(db);
}
