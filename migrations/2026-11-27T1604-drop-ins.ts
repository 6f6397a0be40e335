import { type Kysely, sql } from 'kysely';

/** Drop-ins: help for whoever comes to a place at a time, with a loan or without one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table drop_in (
      id uuid primary key,
      location_id uuid not null references location,
      held_on date not null,
      starts_at time not null,
      minutes int not null check (minutes between 5 and 480),
      supporter_id uuid references staff,
      others int not null default 0 check (others between 0 and 500),
      note text,
      cancelled_at timestamptz,
      created_at timestamptz not null,
      changed_at timestamptz not null,
      constraint one_drop_in_at_a_place_and_time unique (location_id, held_on, starts_at)
    );
    comment on column drop_in.others is 'People who came and are not known by name, such as visitors of the place.';
    create index drop_in_held on drop_in (held_on, id);

    create table drop_in_person (
      id uuid primary key,
      drop_in_id uuid not null references drop_in,
      patient_id uuid not null references patient,
      topics text[] not null default '{}',
      note text,
      at timestamptz not null
    );
    create index drop_in_person_drop_in on drop_in_person (drop_in_id, id);
    create index drop_in_person_patient on drop_in_person (patient_id, id);
    comment on table drop_in_person is 'Who came and what they asked. Personal; goes with the person.';
    create trigger drop_in_person_of_who_stayed before insert on drop_in_person for each row execute function follow_the_merge();
  `.execute(db);
}
