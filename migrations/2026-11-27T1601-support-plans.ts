import { type Kysely, sql } from 'kysely';

/** Support plans with versions, who gets which by default, and the plan that each person has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter function is_working_day(date) strict;
    alter function working_day_from(date) strict;
    alter function working_day_before(date) strict;
    create function working_days_before(day date, days int) returns date language plpgsql stable strict as $$
    begin
      for n in 1..days loop day := working_day_before(day); end loop;
      return day;
    end $$;
    comment on function working_days_before is 'So many working days of England and Wales before this day.';

    alter table support_plan rename to support_plan_version;
    create table support_plan (
      id uuid primary key,
      name text not null,
      for_loans boolean not null default false,
      for_support boolean not null default false,
      retired_at timestamptz,
      changed_at timestamptz not null,
      constraint default_plan_is_offered check (retired_at is null or not (for_loans or for_support))
    );
    comment on column support_plan.for_loans is 'The plan of a loan whose kit and terms name none.';
    comment on column support_plan.for_support is 'The plan that begins when a referral is accepted for support alone.';
    insert into support_plan (id, name, for_loans, for_support, changed_at)
      select (array_agg(id order by version))[1], name, bool_or(is_default), bool_or(is_default), max(created_at)
      from support_plan_version group by name;
    create unique index support_plan_name on support_plan (lower(name));
    create unique index support_plan_for_loans on support_plan (for_loans) where for_loans;
    create unique index support_plan_for_support on support_plan (for_support) where for_support;

    alter table support_plan_version add column plan_id uuid references support_plan, add column created_by text;
    update support_plan_version v set plan_id = p.id from support_plan p where p.name = v.name;
    alter table support_plan_version alter column plan_id set not null, drop column name, drop column is_default,
      add constraint support_plan_version_number unique (plan_id, version);

    alter table support_plan_step rename column plan_id to version_id;
    alter table support_plan_step rename column after_days to days;
    alter table support_plan_step
      add column counted_from text not null default 'start' check (counted_from in ('start', 'due')),
      add column lead_days int not null default 1 check (lead_days between 1 and 10);
    comment on column support_plan_step.days is 'Days after the start, or before the day on which the loan is due back.';
    comment on column support_plan_step.lead_days is 'Working days from the reminder to the follow-up.';

    alter table kit add column support_plan_id uuid references support_plan;
    alter table loan_terms add column support_plan_id uuid references support_plan;

    create table patient_plan (
      id uuid primary key,
      patient_id uuid not null references patient,
      version_id uuid not null references support_plan_version,
      referral_id uuid references referral,
      loan_id uuid references loan,
      starts_on date not null,
      created_at timestamptz not null,
      ended_at timestamptz,
      ended_by text check (ended_by in ('return', 'referral', 'contact', 'wish', 'plan')),
      reason text,
      constraint ended_plan_says_why check ((ended_at is null) = (ended_by is null))
    );
    comment on table patient_plan is 'The support plan that a person has, counted from starts_on; it keeps its version until an officer changes it.';
    create index patient_plan_patient on patient_plan (patient_id, id);
    create index patient_plan_referral on patient_plan (referral_id) where ended_at is null;
    create index patient_plan_loan on patient_plan (loan_id);
    create trigger patient_plan_of_who_stayed before insert on patient_plan for each row execute function follow_the_merge();

    alter table follow_up add column patient_plan_id uuid references patient_plan, add column before_due int,
      add column lead_days int not null default 1 check (lead_days between 1 and 10);
    comment on column follow_up.before_due is 'Days before the loan is due back; null when it is counted from the start.';

    insert into patient_plan (id, patient_id, version_id, referral_id, loan_id, starts_on, created_at, ended_at, ended_by)
      select new_id(), patient_id, support_plan_id, referral_id, id, handover_on, issued_at, closed_at, case when closed_at is not null then 'return' end
      from loan where support_plan_id is not null and patient_id is not null;
    insert into patient_plan (id, patient_id, version_id, referral_id, starts_on, created_at, ended_at, ended_by)
      select new_id(), f.patient_id, v.id, f.referral_id, min((f.created_at at time zone 'Europe/London')::date), min(f.created_at), r.ended, case when r.ended is not null then 'referral' end
      from follow_up f join support_plan p on p.for_support join support_plan_version v on v.plan_id = p.id and v.version = 1
        join lateral (select case when status not in ('waiting', 'active') then changed_at end as ended from referral where id = f.referral_id) r on true
      where f.loan_id is null and f.referral_id is not null and f.step in (select step from support_plan_step where version_id = v.id)
      group by f.patient_id, f.referral_id, v.id, r.ended;
    update follow_up f set patient_plan_id = p.id from patient_plan p
      where p.loan_id is not distinct from f.loan_id and p.referral_id is not distinct from f.referral_id and p.patient_id = f.patient_id
        and f.step in (select step from support_plan_step s where s.version_id = p.version_id);
    create index follow_up_patient_plan on follow_up (patient_plan_id);
    alter table loan drop column support_plan_id;
  `.execute(db);
}
