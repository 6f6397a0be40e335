import { type Kysely, sql } from 'kysely';

/** A drop-in, and that someone came to one, can be taken back as recorded by mistake: it stays and counts nowhere. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['drop_in', 'drop_in_person'])
    await sql`
      alter table ${sql.table(table)}
        add column taken_back_at timestamptz,
        add column taken_back_by text,
        add column taken_back_reason text,
        add constraint ${sql.ref(`${table}_taken_back_says_why`)} check (
          (taken_back_at is null) = (taken_back_reason is null) and (taken_back_at is null) = (taken_back_by is null))`.execute(
      db,
    );
  await sql`
    comment on column drop_in.taken_back_at is 'When it was taken back as recorded by mistake: there was none.';
    comment on column drop_in.taken_back_by is 'Who of the staff took it back, by name.';
    comment on column drop_in_person.taken_back_at is 'When it was taken back as recorded by mistake: they did not come.';
    comment on column drop_in_person.taken_back_by is 'Who of the staff took it back, by name.';
    alter table drop_in drop constraint one_drop_in_at_a_place_and_time;
    create unique index one_drop_in_at_a_place_and_time on drop_in (location_id, held_on, starts_at) where taken_back_at is null;
  `.execute(db);
}
