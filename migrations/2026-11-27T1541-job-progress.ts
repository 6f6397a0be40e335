import { type Kysely, sql } from 'kysely';

/** How far a step of a job has come, while it runs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table job_run add column moved_at timestamptz;
    comment on column job_run.count is 'How much was done; while it runs, so far.';
    comment on column job_run.moved_at is 'When it last said how far it had come.';
  `.execute(db);
}
