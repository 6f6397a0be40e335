import { type Kysely, sql } from 'kysely';

/** What settings keep of an organisation: a version, whom to ring when there is a concern, and which one has taken it over. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table organisation
      add column duty_name text,
      add column duty_phone text,
      add column duty_email text,
      add column succeeded_by uuid references organisation,
      add column succeeded_on date,
      add column changed_at timestamptz,
      add constraint succession_has_its_day check ((succeeded_by is null) = (succeeded_on is null)),
      add constraint not_its_own_successor check (succeeded_by <> id);
    update organisation set changed_at = created_at;
    alter table organisation alter column changed_at set not null;
    create index organisation_succeeded_by on organisation (succeeded_by) where succeeded_by is not null;
    create index organisation_by_name on organisation (lower(name), id);
    comment on column organisation.succeeded_by is 'The last of a line: a successor has none itself, so that one step leads to whoever is responsible now.';

    create function keep_succession_flat() returns trigger language plpgsql as $$
    begin
      if exists (select from organisation where id = new.succeeded_by and succeeded_by is not null)
        or exists (select from organisation where succeeded_by = new.id) then
        raise exception using errcode = '23514', constraint = 'succession_is_flat', table = 'organisation',
          message = 'a successor has no successor itself';
      end if;
      return null;
    end $$;
    create constraint trigger organisation_succession after insert or update of succeeded_by on organisation
      deferrable initially deferred for each row when (new.succeeded_by is not null) execute function keep_succession_flat();
  `.execute(db);
}
