import { type Kysely, sql } from 'kysely';

/** What is kept of a person is found again by whom it is about: replies by their request, texts by their number, and no words in the log. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table idempotency_key add column request_id text;
    comment on column idempotency_key.request_id is 'The request that was answered: its events say whom the reply is about. Once one of them is erased the reply is null.';

    create index inbound_message_of_nobody on inbound_message (from_number) where patient_ids = '{}';
    create function claim_texts() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock_shared(hashtextextended('texts of nobody', 0));
      update inbound_message x set patient_ids = array(
          select distinct a.patient_id from added a where a.value = x.from_number and a.channel in ('sms', 'phone'))
        where x.patient_ids = '{}' and x.from_number in (select a.value from added a where a.channel in ('sms', 'phone'));
      return null;
    end $$;
    comment on function claim_texts() is 'A text from a number that nobody had is of whoever gets that number first. Who takes in a text locks out those who add numbers.';
    create trigger contact_point_claims_texts after insert on contact_point
      referencing new table as added for each statement execute function claim_texts();
    update inbound_message x set patient_ids = array(
        select distinct c.patient_id from contact_point c where c.value = x.from_number and c.channel in ('sms', 'phone'))
      where x.patient_ids = '{}' and exists (
        select from contact_point c where c.value = x.from_number and c.channel in ('sms', 'phone'));

    alter table event disable trigger event_append_only;
    update event set "values" = "values" - 'step' where type = 'follow_up.outcome_recorded' and "values" ? 'step'
      and "values" ->> 'step' not in (select step from support_plan_step);
    alter table event enable trigger event_append_only;
    comment on column follow_up.step is 'A step of the plan in its words or, of one beside the plan, what someone typed: that is personal.';
  `.execute(db);
}
