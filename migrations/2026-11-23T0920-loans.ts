import { type Kysely, sql } from 'kysely';

/** Support plans and working days, loans with their items and agreement, follow-ups. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create sequence loan_number;

    create table bank_holiday (
      day date primary key,
      title text not null
    );
    comment on table bank_holiday is 'England and Wales, the observed day. Source: https://www.gov.uk/bank-holidays.json';
    insert into bank_holiday values
      ('2026-01-01', 'New Year’s Day'), ('2026-04-03', 'Good Friday'), ('2026-04-06', 'Easter Monday'),
      ('2026-05-04', 'Early May bank holiday'), ('2026-05-25', 'Spring bank holiday'), ('2026-08-31', 'Summer bank holiday'),
      ('2026-12-25', 'Christmas Day'), ('2026-12-28', 'Boxing Day'),
      ('2027-01-01', 'New Year’s Day'), ('2027-03-26', 'Good Friday'), ('2027-03-29', 'Easter Monday'),
      ('2027-05-03', 'Early May bank holiday'), ('2027-05-31', 'Spring bank holiday'), ('2027-08-30', 'Summer bank holiday'),
      ('2027-12-27', 'Christmas Day'), ('2027-12-28', 'Boxing Day'),
      ('2028-01-03', 'New Year’s Day'), ('2028-04-14', 'Good Friday'), ('2028-04-17', 'Easter Monday'),
      ('2028-05-01', 'Early May bank holiday'), ('2028-05-29', 'Spring bank holiday'), ('2028-08-28', 'Summer bank holiday'),
      ('2028-12-25', 'Christmas Day'), ('2028-12-26', 'Boxing Day');

    create function is_working_day(day date) returns boolean language plpgsql stable as $$
    begin
      return extract(isodow from day) < 6 and not exists (select from bank_holiday h where h.day = is_working_day.day);
    end $$;
    comment on function is_working_day is 'Whether this is a working day of England and Wales.';

    create function working_day_from(day date) returns date language plpgsql stable as $$
    begin
      while not is_working_day(day) loop day := day + 1; end loop;
      return day;
    end $$;
    comment on function working_day_from is 'The first working day of England and Wales on or after this day.';

    create function working_day_before(day date) returns date language plpgsql stable as $$
    begin
      loop
        day := day - 1;
        if is_working_day(day) then return day; end if;
      end loop;
    end $$;
    comment on function working_day_before is 'The last working day of England and Wales before this day.';

    create function new_id() returns uuid language sql volatile as $$
      select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
    $$;
    comment on function new_id is 'A UUIDv7, for statements that make rows out of rows. Elsewhere ids are made in Node.';

    create table support_plan (
      id uuid primary key,
      name text not null,
      version int not null,
      is_default boolean not null default false,
      created_at timestamptz not null default now(),
      unique (name, version)
    );
    create unique index support_plan_default on support_plan (is_default) where is_default;

    create table support_plan_step (
      plan_id uuid not null references support_plan,
      position int not null,
      step text not null,
      after_days int not null check (after_days >= 0),
      way text not null check (way in ('phone', 'video', 'in_person', 'message')),
      minutes int not null,
      starts_at time not null default '10:00',
      primary key (plan_id, position)
    );
    insert into support_plan (id, name, version, is_default)
      values ('01900000-0000-7000-8000-000000000001', 'Getting started', 1, true);
    insert into support_plan_step (plan_id, position, step, after_days, way, minutes) values
      ('01900000-0000-7000-8000-000000000001', 1, 'Set-up call', 2, 'phone', 30),
      ('01900000-0000-7000-8000-000000000001', 2, 'One week', 7, 'phone', 20),
      ('01900000-0000-7000-8000-000000000001', 3, 'Four weeks', 28, 'phone', 20),
      ('01900000-0000-7000-8000-000000000001', 4, 'Three months', 91, 'phone', 20);

    create table agreement_version (
      id uuid primary key,
      version int not null unique,
      body text not null,
      created_at timestamptz not null default now()
    );

    create table loan_terms (
      id uuid primary key,
      name text not null unique,
      weeks int not null check (weeks > 0),
      is_default boolean not null default false
    );
    create unique index loan_terms_default on loan_terms (is_default) where is_default;
    insert into loan_terms values ('01900000-0000-7000-8000-000000000002', 'Patient loan', 26, true);
    insert into agreement_version (id, version, body) values ('01900000-0000-7000-8000-000000000003', 1,
'This device is lent to you free of charge, to use as your own while you have it.
Please bring it back, or tell us, when you no longer need it or by the date on this page. If you need it longer, ask us: the answer is usually yes.
If it is lost, stolen, damaged or not working, please tell us as soon as you can. You will not be blamed or charged.
Please do not sell it or lend it to someone else.
When it comes back we erase everything on it. Save anything you want to keep first; we can help with that.');

    create table loan (
      id uuid primary key,
      reference text not null unique,
      patient_id uuid references patient,
      referral_id uuid references referral,
      location_id uuid references location,
      status text not null default 'open' check (status in ('open', 'closed')),
      issued_at timestamptz not null,
      due_on date,
      handover_way text not null check (handover_way in ('in_person', 'posted', 'collected')),
      handover_on date not null,
      terms_id uuid references loan_terms,
      agreement_version_id uuid not null references agreement_version,
      agreement_text text not null,
      accepted_by text not null check (accepted_by in ('signature', 'witnessed', 'verbal')),
      witness text,
      signature text,
      support_plan_id uuid references support_plan,
      closed_at timestamptz,
      changed_at timestamptz not null,
      constraint loan_has_one_borrower check ((patient_id is null) <> (location_id is null)),
      constraint witnessed_names_the_witness check (accepted_by <> 'witnessed' or witness is not null),
      constraint signature_is_kept check (accepted_by <> 'signature' or signature is not null)
    );
    comment on column loan.due_on is 'Null for an open-ended loan.';
    create index loan_by_status on loan (status, id);
    create index loan_due on loan (due_on, id) where status = 'open';
    create index loan_patient on loan (patient_id, id);
    create index loan_referral on loan (referral_id);

    create table loan_item (
      id uuid primary key,
      loan_id uuid not null references loan,
      device_id uuid not null references device,
      status text not null default 'on_loan' check (status in ('on_loan', 'returned', 'lost', 'replaced', 'gifted')),
      issued_at timestamptz not null,
      ended_at timestamptz,
      condition_out text,
      condition_in text,
      return_notes text,
      constraint ended_has_its_time check ((status = 'on_loan') = (ended_at is null))
    );
    create unique index loan_item_one_open_per_device on loan_item (device_id) where ended_at is null;
    create index loan_item_loan on loan_item (loan_id);
    create index loan_item_device on loan_item (device_id, id);

    create table follow_up (
      id uuid primary key,
      patient_id uuid not null references patient,
      loan_id uuid references loan,
      referral_id uuid references referral,
      step text not null,
      due_on date not null,
      starts_at time not null,
      minutes int not null,
      way text not null check (way in ('phone', 'video', 'in_person', 'message')),
      supporter_id uuid references staff,
      status text not null default 'planned' check (status in ('planned', 'confirmed', 'done', 'missed', 'cancelled')),
      note text,
      created_at timestamptz not null,
      changed_at timestamptz not null
    );
    create index follow_up_due on follow_up (due_on, id) where status in ('planned', 'confirmed');
    create index follow_up_diary on follow_up (due_on, starts_at, id);
    create index follow_up_supporter on follow_up (supporter_id, due_on, starts_at, id);
    create index follow_up_patient on follow_up (patient_id, due_on, starts_at, id);
    create index follow_up_loan on follow_up (loan_id);
    create index follow_up_referral on follow_up (referral_id);

    create table follow_up_outcome (
      follow_up_id uuid primary key references follow_up,
      result text not null check (result in ('done', 'missed', 'cancelled')),
      topics text[] not null default '{}',
      minutes int,
      confidence int check (confidence between 1 and 5),
      frequency text check (frequency in ('daily', 'weekly', 'monthly', 'rarely', 'never')),
      got_in_the_way text[] not null default '{}',
      concern boolean not null default false,
      note text,
      next_step text,
      recorded_at timestamptz not null
    );
  `.execute(db);
}
