import { type Kysely, sql } from 'kysely';

/** What was recorded of a donation can be corrected, by the version that was seen, and has notes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table donation add column notes text, add column changed_at timestamptz not null default now();
    update donation set changed_at = created_at;
  `.execute(db);
}
