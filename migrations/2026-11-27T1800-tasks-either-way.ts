import { type Kysely, sql } from 'kysely';

/** Tasks of either status are listed by age, from either end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index task_by_status on task (status, id);
    drop index task_open;
  `.execute(db);
}
