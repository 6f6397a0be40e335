import { type Kysely, sql } from 'kysely';

/**
 * What people said of themselves on equality, apart from everything else; the population and the areas that the scheme
 * holds it against; and the figures that were made of it, which never change again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table equality_answer (
      patient_id uuid primary key references patient,
      given_on date not null,
      age text constraint equality_answer_age_check check (
        age in ('under_25', '25_to_34', '35_to_44', '45_to_54', '55_to_64', '65_to_74', '75_and_over', 'rather_not_say')),
      sex text constraint equality_answer_sex_check check (sex in ('female', 'male', 'rather_not_say')),
      gender text constraint equality_answer_gender_check check (gender in ('yes', 'no', 'rather_not_say')),
      ethnicity text constraint equality_answer_ethnicity_check check (
        ethnicity in ('asian', 'black', 'mixed', 'white', 'other', 'rather_not_say')),
      disability text constraint equality_answer_disability_check check (disability in ('yes', 'no', 'rather_not_say')),
      area text constraint equality_answer_area_check check (
        area in ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10', 'rather_not_say')),
      changed_at timestamptz not null,
      constraint equality_answer_says_something check (num_nonnulls(age, sex, gender, ethnicity, disability, area) > 0)
    );
    comment on table equality_answer is 'How a person described themselves, for figures alone. No page, list or reply shows a row to anyone; of records that were merged, what was written down last counts.';
    comment on column equality_answer.gender is 'Whether it is the same as the sex registered at birth.';
    comment on column equality_answer.area is 'The band of the area that they live in, by the lookup of the scheme. The postcode is kept nowhere.';
    alter table equality_answer enable row level security;
    create policy everything on equality_answer to lendwell_app using (true);

    create table area_lookup (
      is_the_one boolean primary key default true constraint area_lookup_is_the_one_check check (is_the_one),
      name text not null constraint area_lookup_name_check check (name ~ '\\S'),
      source text not null constraint area_lookup_source_check check (source ~ '\\S'),
      dated date not null,
      changed_at timestamptz not null
    );
    comment on table area_lookup is 'Where the bands of areas come from: what the scheme brought, in one row.';
    create table area_band (
      area text primary key constraint area_band_area_check check (area ~ '^[A-Z]{1,2}[0-9][A-Z0-9]?( [0-9])?$'),
      band int not null constraint area_band_band_check check (band between 1 and 10)
    );
    comment on table area_band is 'The band of each area: a postcode district such as N1, or a sector such as N1 9, which goes before its district.';

    create table population_figure (
      question text primary key constraint population_figure_question_check check (
        question in ('age', 'sex', 'gender', 'ethnicity', 'disability', 'area')),
      source text not null constraint population_figure_source_check check (source ~ '\\S'),
      dated date not null,
      shares jsonb not null,
      changed_at timestamptz not null
    );
    comment on table population_figure is 'What the scheme says of the population that it is for, to hold its reach against.';
    comment on column population_figure.shares is 'By group, the percentage of the population.';

    create table reached_figure (
      half_year date not null,
      question text not null,
      answer text not null,
      referred int constraint reached_figure_referred_check check (referred >= 0 and referred % 5 = 0),
      lent int constraint reached_figure_lent_check check (lent >= 0 and lent % 5 = 0),
      bands jsonb constraint reached_figure_bands_check check (bands is null or question = 'area'),
      made_at timestamptz not null,
      primary key (half_year, question, answer)
    );
    comment on table reached_figure is 'How many people were referred and lent something in a half-year, by what they said of themselves, as it may be shown to anyone. Made once, since from a second count the answers of one person could be subtracted.';
    comment on column reached_figure.half_year is 'The day on which it began.';
    comment on column reached_figure.referred is 'To the nearest 5; null: hidden.';
    comment on column reached_figure.bands is 'Name, source and date of the lookup of areas that there was then, since bands of another may mean the opposite; null: there was none.';
    create trigger reached_figure_stays before update or delete on reached_figure for each row execute function refuse_change();
    create trigger reached_figure_no_truncate before truncate on reached_figure for each statement execute function refuse_change();
    revoke update, delete on reached_figure from lendwell_app;
  `.execute(db);
}
