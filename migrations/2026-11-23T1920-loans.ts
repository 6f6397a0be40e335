import { type Kysely, sql } from 'kysely';

/** Terms by kind of loan, extensions, reviews, gifts, policy, skipped places on the waiting list, and loans taken over from before. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table loan_terms alter column weeks drop not null,
      add column borrower text not null default 'patient' check (borrower in ('patient', 'location')),
      add column review_months int check (review_months > 0),
      add column extensions_allowed int not null default 2 check (extensions_allowed >= 0),
      add column extension_weeks int not null default 13 check (extension_weeks > 0),
      add column retired_at timestamptz,
      add column changed_at timestamptz not null default now(),
      add constraint open_ended_terms_have_a_review check (weeks is not null or review_months is not null);
    comment on column loan_terms.weeks is 'Null for open-ended terms, which are reviewed every so many months.';
    drop index loan_terms_default;
    create unique index loan_terms_default on loan_terms (borrower) where is_default;
    insert into loan_terms (id, name, weeks, is_default, borrower, review_months, extensions_allowed) values
      ('01900000-0000-7000-8000-000000000050', 'Open-ended loan', null, false, 'patient', 1, 2),
      ('01900000-0000-7000-8000-000000000051', 'Shared kit of an access point', null, true, 'location', 3, 2);

    alter table loan add column extensions int not null default 0, add column review_on date,
      add column taken_over boolean not null default false, add column gift_reason text,
      alter column agreement_version_id drop not null, alter column agreement_text drop not null,
      drop constraint loan_accepted_by_check,
      add constraint loan_accepted_by_check check (accepted_by in ('signature', 'witnessed', 'verbal', 'not_recorded')),
      add constraint only_a_loan_taken_over_lacks_its_agreement
        check (taken_over or (agreement_version_id is not null and agreement_text is not null and accepted_by <> 'not_recorded'));
    comment on column loan.extensions is 'How many times its date was put off.';
    comment on column loan.review_on is 'When an open-ended loan is looked at again.';
    comment on column loan.gift_reason is 'Why its items became the borrower’s own.';
    create index loan_to_review on loan (review_on, id) where status = 'open' and review_on is not null;
    update loan set review_on = working_day_from((handover_on + interval '1 month')::date) where status = 'open' and due_on is null;

    create table loan_review (
      id uuid primary key,
      loan_id uuid not null references loan,
      outcome text not null check (outcome in ('goes_on', 'not_reached', 'comes_back')),
      note text,
      actor_name text not null,
      at timestamptz not null
    );
    create index loan_review_loan on loan_review (loan_id, id);

    create table loan_extension (
      id uuid primary key,
      loan_id uuid not null references loan,
      from_due_on date,
      due_on date,
      reason text,
      actor_name text not null,
      at timestamptz not null,
      constraint an_extension_changes_the_date check (from_due_on is distinct from due_on)
    );
    comment on table loan_extension is 'Every change of the date of a loan. Null stands for no date: the loan stays open.';
    create index loan_extension_loan on loan_extension (loan_id, id);

    alter table agreement_version add column created_by text;

    create table lending_policy (
      id boolean primary key default true check (id),
      replacement_limit int not null default 2 check (replacement_limit >= 0),
      replacement_months int not null default 12 check (replacement_months > 0),
      allocation_days int not null default 14 check (allocation_days > 0),
      changed_at timestamptz not null default now()
    );
    comment on table lending_policy is 'What the scheme decided about lending: one row.';
    insert into lending_policy default values;

    create table waiting_skip (
      id uuid primary key,
      referral_id uuid not null references referral,
      for_referral_id uuid not null references referral,
      allocation_id uuid references allocation,
      reason text not null,
      actor_name text not null,
      at timestamptz not null
    );
    comment on table waiting_skip is 'Who was passed over on the waiting list, for whom and why.';
    create index waiting_skip_referral on waiting_skip (referral_id, id);
    create index allocation_expiry on allocation (expires_on) where status = 'held';
    create index allocation_by_status on allocation (status, id);
    alter table allocation add column ended_reason text;

    update referral_need n set status = 'dropped', reason = 'The referral ended', settled_at = r.changed_at
      from referral r where r.id = n.referral_id and n.status = 'open' and r.status in ('declined', 'withdrawn');
    create index referral_need_of_stock on referral_need (referral_id, need) where status = 'open' and need <> 'support';
    comment on index referral_need_of_stock is 'As long as the waiting list and what is to be decided: a referral that ends has no open need.';
  `.execute(db);
}
