import { type Kysely, sql } from 'kysely';

/** Who looks like the same person, was kept apart, or was merged and may be parted again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index patient_born on patient (date_of_birth) where date_of_birth is not null;
    create index contact_point_lower_value on contact_point (lower(value));

    create table patient_kept_apart (
      one uuid not null references patient,
      other uuid not null references patient,
      by_name text not null,
      at timestamptz not null,
      primary key (one, other),
      constraint in_order check (one < other)
    );
    comment on table patient_kept_apart is 'Two records that someone looked at and said are two people: not offered as the same again.';

    alter table patient add column merged_into uuid references patient,
      add constraint not_into_itself check (merged_into <> id);
    create index patient_merged_into on patient (merged_into) where merged_into is not null;
    create table patient_merge (
      id uuid primary key,
      survivor_id uuid not null references patient,
      merged_id uuid not null references patient,
      moved jsonb not null,
      before jsonb not null,
      after jsonb not null,
      by_name text not null,
      at timestamptz not null,
      parted_by text,
      parted_at timestamptz,
      check ((parted_by is null) = (parted_at is null))
    );
    create unique index patient_merge_once on patient_merge (merged_id) where parted_at is null;
    create index patient_merge_survivor on patient_merge (survivor_id, id);
    comment on table patient_merge is 'Which rows went over, by id, and what the record that stayed said before and after: what it takes to part the two. Personal; goes with them.';

    create function follow_the_merge() returns trigger language plpgsql as $$
    begin
      new.patient_id := coalesce((select merged_into from patient where id = new.patient_id for share), new.patient_id);
      return new;
    end $$;
    comment on function follow_the_merge() is 'Whatever begins for a merged record begins for the one that stayed; the lock waits for a merge that is under way.';
    create trigger loan_of_who_stayed before insert on loan for each row when (new.patient_id is not null) execute function follow_the_merge();
    create trigger referral_of_who_stayed before insert on referral for each row execute function follow_the_merge();
    create trigger follow_up_of_who_stayed before insert on follow_up for each row execute function follow_the_merge();
  `.execute(db);
}
