import { type Kysely, sql } from 'kysely';

/**
 * A handover, the end of an item, the close of a loan and an incident have the civil day on which they happened:
 * the one that was given, else the day in London of their recording. Whatever counts or lists them asks this day;
 * the instants stay what they are, when something was written down.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table loan_item
      add column issue_given_on date,
      add column issued_on date not null generated always as
        (coalesce(issue_given_on, (issued_at at time zone 'Europe/London')::date)) stored,
      add column end_given_on date,
      add column ended_on date generated always as
        (case when ended_at is not null then coalesce(end_given_on, (ended_at at time zone 'Europe/London')::date) end) stored;
    update loan_item i set
      issue_given_on = least(l.handover_on, (i.ended_at at time zone 'Europe/London')::date)
    from loan l where l.id = i.loan_id and i.replaces_item_id is null;
    alter table loan_item add constraint nothing_ends_before_it_went_out check (ended_on >= issued_on);
    comment on column loan_item.issue_given_on is 'The day of its handover, where one is known: of a replacement it is that of its recording.';
    comment on column loan_item.issued_on is 'The day it went out. Whatever counts or lists what was lent asks this and not issued_at.';
    comment on column loan_item.end_given_on is 'The day it came back, was lost or became theirs, where someone gave it.';
    comment on column loan_item.ended_on is 'The day it ended. Whatever counts or lists what was lent asks this and not ended_at.';

    alter table loan
      add column close_given_on date,
      add column closed_on date generated always as
        (case when closed_at is not null then coalesce(close_given_on, (closed_at at time zone 'Europe/London')::date) end) stored;
    comment on column loan.handover_on is 'The day it went out. Whatever counts or lists loans asks this and not issued_at.';
    comment on column loan.close_given_on is 'The day on which the last of it came back or ended, where that is not the day of its recording.';
    comment on column loan.closed_on is 'The day it closed. Whatever counts or lists loans asks this and not closed_at.';

    alter table incident
      add column happened_given_on date,
      add column happened_on date not null generated always as (coalesce(happened_given_on, reported_on)) stored;
    comment on column incident.happened_given_on is 'The day it happened, where someone knew it.';
    comment on column incident.happened_on is 'The day it happened, at the latest the one on which it was told.';

    drop index loan_issued;
    create index loan_handover on loan (handover_on);
    create index loan_item_issued on loan_item (issued_on);
    create index incident_happened on incident (happened_on);
  `.execute(db);
}
