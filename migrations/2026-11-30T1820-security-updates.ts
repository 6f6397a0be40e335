import { type Kysely, sql } from 'kysely';

/** Until when models of devices get security updates, what was read at the bench, and what a manager lets out all the same. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function model_key(make text, model text) returns text language sql immutable strict as $$
      select lower(regexp_replace(normalize(make, NFKC), '\\s+', '', 'g')) || ' ' || lower(regexp_replace(normalize(model, NFKC), '\\s+', '', 'g'))
    $$;
    comment on function model_key(text, text) is 'What names of one model have in common, whatever their spaces and capitals.';

    create table device_model (
      key text generated always as (model_key(make, model)) stored primary key,
      make text not null check (make ~ '\\S'),
      model text not null check (model ~ '\\S'),
      system text,
      highest_version text,
      updates_end_on date,
      source text not null check (source ~ '\\S'),
      source_url text check (source_url ~ '^https://'),
      said_by text not null,
      said_at timestamptz not null
    );
    comment on table device_model is 'What staff have said of models: until when their makers give security updates, and where that stands. Nothing is known of a model without a row.';
    comment on column device_model.updates_end_on is 'The first day without security updates; null where somebody looked and it is not known.';

    alter table device add column system_version text, add column own_updates_end_on date, add column updates_end_on date,
      add column updates_asked_for date;
    comment on column device.system_version is 'The version of its operating system, as it was last read at the bench.';
    comment on column device.own_updates_end_on is 'The first day without security updates, as read on the device itself; it goes before what is said of its model.';
    comment on column device.updates_end_on is 'The first day without security updates, as far as it is known of the device or else of its model. Kept by triggers.';
    comment on column device.updates_asked_for is 'The end of updates for which staff were asked while it was out.';
    create index device_model_of on device (model_key(make, model));
    create index device_updates_end on device (updates_end_on) where updates_end_on is not null;

    create function know_updates() returns trigger language plpgsql as $$
    begin
      -- In turn with who says something of a model: one of both sees the other.
      perform pg_advisory_xact_lock_shared(hashtextextended('device_model', 0));
      new.updates_end_on := coalesce(new.own_updates_end_on,
        (select m.updates_end_on from device_model m where m.key = model_key(new.make, new.model)));
      return new;
    end $$;
    create trigger device_knows_updates before insert or update of make, model, own_updates_end_on on device
      for each row execute function know_updates();

    create function spread_updates() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended('device_model', 0));
      update device d set updates_end_on = coalesce(d.own_updates_end_on, new.updates_end_on)
      where model_key(d.make, d.model) = new.key
        and d.updates_end_on is distinct from coalesce(d.own_updates_end_on, new.updates_end_on);
      return null;
    end $$;
    create trigger device_model_spreads after insert or update on device_model
      for each row execute function spread_updates();

    create table updates_acceptance (
      id uuid primary key,
      device_id uuid not null references device on delete cascade,
      cycle int not null,
      updates_end_on date,
      reason text not null check (reason ~ '\\S'),
      accepted_by text not null,
      accepted_at timestamptz not null,
      constraint updates_acceptance_once unique nulls not distinct (device_id, cycle, updates_end_on)
    );
    comment on table updates_acceptance is 'A manager’s reason to lend a device though its security updates end too early, or nobody knows when. It counts for one preparation and the end that was known.';

    alter table preparation_check drop constraint preparation_check_kind_check,
      add constraint preparation_check_kind_check check (kind in ('sanitisation', 'electrical', 'setup', 'updates'));
    alter table required_check drop constraint required_check_kind_check,
      add constraint required_check_kind_check check (kind in ('sanitisation', 'electrical', 'setup', 'updates'));

    alter table lending_policy
      add column updates_warn_days int not null default 60 check (updates_warn_days >= 0 and updates_warn_days <= 730),
      add column updates_months int not null default 12 check (updates_months > 0 and updates_months <= 120),
      add column updates_unknown_stops boolean not null default false;
    comment on column lending_policy.updates_warn_days is 'How many days before the security updates of a device on loan end staff are asked.';
    comment on column lending_policy.updates_months is 'For how many months a device of a loan without a day has to get security updates.';
    comment on column lending_policy.updates_unknown_stops is 'Whether a device of which nobody knows until when it gets them waits for a manager’s reason.';

    create function usual_due_on(day date) returns date language sql stable as $$
      select coalesce(
        (select working_day_from(day + t.weeks * 7) from loan_terms t where t.borrower = 'patient' and t.is_default and t.retired_at is null),
        (day + make_interval(months => p.updates_months))::date)
      from lending_policy p
    $$;
    comment on function usual_due_on(date) is 'The day on which a loan on the usual terms that begins on this day would be due; without such a day, the months of the policy.';
  `.execute(db);
}
