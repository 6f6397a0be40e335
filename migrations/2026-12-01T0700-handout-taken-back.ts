import { type Kysely, sql } from 'kysely';

/** A guide or signpost that was recorded as given by mistake is taken back with a reason, and counts nowhere. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table handout
      add column taken_back_at timestamptz,
      add column taken_back_by text,
      add column taken_back_reason text,
      add constraint handout_taken_back_says_why check (
        (taken_back_at is null) = (taken_back_reason is null) and (taken_back_at is null) = (taken_back_by is null));
    drop index handout_once;
    create unique index handout_once on handout (follow_up_id, drop_in_person_id, guide_id, language, format, signpost_id, way)
      nulls not distinct where taken_back_at is null;
  `.execute(db);
}
