import { type Kysely, sql } from 'kysely';

/** People are found however their name is written, and what was said of two alike records can be taken back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function name_key(name text) returns text language sql immutable strict parallel safe as $$
      select regexp_replace(lower(normalize(name, NFKD)), '[\\u0300-\\u036f\\s''’‘\`´.-]', '', 'g')
    $$;
    comment on function name_key is 'A name without case, accents, spaces, apostrophes, hyphens and dots.';
    drop index patient_family_name, patient_given_name, patient_preferred_name;
    create index patient_family_name on patient (name_key(family_name) text_pattern_ops);
    create index patient_given_name on patient (name_key(given_name) text_pattern_ops);
    create index patient_preferred_name on patient (name_key(preferred_name) text_pattern_ops) where preferred_name is not null;
    analyze patient;

    alter table patient_kept_apart add column reason text;
    comment on column patient_kept_apart.reason is 'As an officer wrote it. Personal; goes with either of them.';
    create index patient_kept_apart_other on patient_kept_apart (other);
  `.execute(db);
}
