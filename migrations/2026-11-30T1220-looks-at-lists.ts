import { type Kysely, sql } from 'kysely';

/**
 * A page of a list that names people is one row of the log of looks, with everyone whom it named. An index of the
 * people in those rows answers who saw one of them; a row for each of 200 people would be written 200 times.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table access_log
      alter column patient_id drop not null,
      add column list text,
      add column filters jsonb,
      add column patient_ids uuid[],
      add constraint access_log_one_or_many check (
        case when patient_id is null then list is not null and filters is not null and cardinality(patient_ids) > 0
        else list is null and filters is null and patient_ids is null end);
    create index access_log_people on access_log using gin (patient_ids);
    create index access_log_at on access_log (at);
    comment on table access_log is 'Who looked at whom: at the record of one person, or at a page that named several. Never changed.';
    comment on column access_log.list is 'Which page or list named people: the pattern of its address, without /api/v1.';
    comment on column access_log.filters is 'By what the list was narrowed: the value where it is one of a few, an id, a date or a number; else only that there was one.';
    comment on column access_log.patient_ids is 'Everyone whom the page named, each once.';
  `.execute(db);
}
