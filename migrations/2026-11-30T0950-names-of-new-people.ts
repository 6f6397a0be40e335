import { type Kysely, sql } from 'kysely';

/** Whoever is new has no names to take away: looking for them would read all that were written before, in a statement that adds many. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function keep_patient_names() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' then
        delete from patient_name where patient_id = new.id;
      end if;
      insert into patient_name (patient_id, part)
      select new.id, part from unnest(name_parts(new.given_name, new.family_name, new.preferred_name)) part;
      return null;
    end $$;
  `.execute(db);
}
