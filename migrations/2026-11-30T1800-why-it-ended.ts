import { type Kysely, sql } from 'kysely';

/**
 * Why something came back, as far as it was said; and what else may become of a device than that it is lost or
 * stolen. A concern for someone's safety is a line of an incident's story.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const reasons = sql`('done', 'own_device', 'lost_interest', 'moved', 'no_signal', 'too_much', 'in_hospital', 'other')`;
  await sql`
    alter table loan_item
      add column end_reason text constraint loan_item_end_reason_check check (end_reason in ${reasons}),
      add column end_words text,
      add constraint what_came_back_says_why check (end_reason is null or status = 'returned');
    comment on column loan_item.end_reason is 'Why it came back, where that was said.';
    comment on column loan_item.end_words is 'The same in the words of whoever said it.';

    alter table return_taken_back
      add column end_reason text constraint return_taken_back_end_reason_check check (end_reason in ${reasons}),
      add column end_words text;
    comment on column return_taken_back.end_reason is 'Why it was said to have come back.';

    alter table incident
      drop constraint incident_kind_check,
      add constraint incident_kind_check check (kind in ('lost', 'stolen', 'pawned', 'sold', 'given_away', 'damaged', 'faulty', 'not_returned'));
    alter table incident_action
      drop constraint incident_action_kind_check,
      add constraint incident_action_kind_check check (kind in ('lock', 'lost_mode', 'locate', 'wipe', 'suspend_sim', 'concern', 'told_police', 'told_ig',
        'found', 'write_off', 'note', 'replaced', 'approved', 'closed'));
  `.execute(db);
}
