import { type Kysely, sql } from 'kysely';

/** Questionnaires that the scheme writes in, version by version, and whom it asked with what they answered. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table instrument (
      id uuid primary key,
      name text not null constraint instrument_name_check check (name ~ '\\S'),
      direction text not null constraint instrument_direction_check check (direction in ('higher', 'lower')),
      licence_needed boolean not null,
      licence_held boolean not null,
      licence_holder text,
      licence_note text,
      baseline text constraint instrument_baseline_check check (baseline in ('referral', 'handover')),
      repeat_weeks int[] not null default '{}',
      retired_at timestamptz,
      changed_at timestamptz not null
    );
    create unique index instrument_name on instrument (lower(name));
    comment on table instrument is 'A questionnaire as the scheme set it up. One that needs a licence that is not held cannot be used.';
    comment on column instrument.direction is 'Which totals are better.';
    comment on column instrument.baseline is 'From when it is asked first. Null: when somebody thinks it right.';
    comment on column instrument.repeat_weeks is 'So many weeks after the handover it is asked again.';

    create table instrument_version (
      id uuid primary key,
      instrument_id uuid not null references instrument,
      version int not null constraint instrument_version_version_check check (version > 0),
      total text not null constraint instrument_version_total_check check (total in ('sum', 'mean')),
      may_miss int not null constraint instrument_version_may_miss_check check (may_miss >= 0),
      items jsonb not null,
      created_at timestamptz not null,
      created_by text not null
    );
    create unique index instrument_version_once on instrument_version (instrument_id, version);
    comment on table instrument_version is 'The items of an instrument, which never change: others are the next version.';
    comment on column instrument_version.items is 'In their order: [{ wording, lowest, highest, labels, reversed }].';
    comment on column instrument_version.may_miss is 'With how many items unanswered there still is a total.';
    create trigger instrument_version_stays before update or delete on instrument_version for each row execute function refuse_change();
    create trigger instrument_version_no_truncate before truncate on instrument_version for each statement execute function refuse_change();
    revoke update, delete on instrument_version from lendwell_app;

    create table measure_asking (
      id uuid primary key,
      patient_id uuid not null references patient,
      version_id uuid not null references instrument_version,
      follow_up_id uuid references follow_up,
      way text not null constraint measure_asking_way_check check (way in ('call', 'paper', 'link')),
      status text not null constraint measure_asking_status_check check (status in ('asked', 'answered', 'declined')),
      asked_on date not null,
      asked_by text not null,
      answers jsonb,
      total numeric,
      answered_on date,
      created_at timestamptz not null,
      taken_back_at timestamptz,
      taken_back_by text,
      taken_back_reason text,
      constraint measure_asking_answers_are_there check ((status = 'answered') = (answers is not null) and (status = 'answered') = (answered_on is not null)),
      constraint measure_asking_total_of_answers check (total is null or status = 'answered'),
      constraint measure_asking_taken_back_says_why check (
        (taken_back_at is null) = (taken_back_reason is null) and (taken_back_at is null) = (taken_back_by is null))
    );
    create index measure_asking_patient on measure_asking (patient_id, id);
    create index measure_asking_version on measure_asking (version_id, answered_on);
    create index measure_asking_follow_up on measure_asking (follow_up_id) where follow_up_id is not null;
    comment on table measure_asking is 'Whom the scheme asked with an instrument, and what came of it. Each that was not taken back counts in how often they are asked.';
    comment on column measure_asking.answers is 'By item, in their order: the answer, null where there is none, or rather_not.';
    comment on column measure_asking.total is 'By the version’s rule. Null where too many answers are missing.';

    grant select on instrument, instrument_version to lendwell_supporter;
  `.execute(db);
}
