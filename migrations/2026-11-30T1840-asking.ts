import { type Kysely, sql } from 'kysely';

/**
 * How often people may be asked how they are, over all questions: what the scheme decided, what each of them wishes, and
 * whom it invited to help shape it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table lending_policy
      add column asking_most int not null default 3 constraint lending_policy_asking_most_check check (asking_most between 0 and 50),
      add column asking_weeks int not null default 4 constraint lending_policy_asking_weeks_check check (asking_weeks between 1 and 104);
    comment on column lending_policy.asking_most is 'How often a person is asked at most within asking_weeks: questions at calls, questionnaires and invitations together.';

    create table asking_wish (
      patient_id uuid primary key references patient,
      most_a_year int constraint asking_wish_most_a_year_check check (most_a_year between 0 and 50),
      only_on_paper boolean not null default false,
      skip_confidence boolean not null default false,
      shape_a_year int constraint asking_wish_shape_a_year_check check (shape_a_year between 1 and 50),
      changed_at timestamptz not null,
      changed_by text not null
    );
    comment on table asking_wish is 'How often, and how, a person wishes to be asked how they are. Who has no row said nothing of it.';
    comment on column asking_wish.most_a_year is 'Null: as often as the policy has it. 0: never.';
    comment on column asking_wish.skip_confidence is 'They would rather not be asked how confident they feel.';
    comment on column asking_wish.shape_a_year is 'How often a year they want to be asked to help shape the scheme. Null: they did not ask for it.';

    create table invitation (
      id uuid primary key,
      patient_id uuid not null references patient,
      invited_on date not null,
      to_what text not null constraint invitation_to_what_check check (to_what ~ '\\S'),
      invited_by text not null,
      created_at timestamptz not null
    );
    create index invitation_patient on invitation (patient_id, invited_on);
    comment on table invitation is 'Whom the scheme asked to help shape it, and to what. Each counts in how often they are asked.';
  `.execute(db);
}
