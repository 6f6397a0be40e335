import { type Kysely, sql } from 'kysely';

/**
 * An issue that was recorded by mistake is taken back: the loan and its items stay, with a status of their own, and
 * count nowhere. Its devices go from the loan to where they were.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into device_move (from_status, to_status) values ('on_loan', 'ready'), ('on_loan', 'reserved');

    alter table loan
      drop constraint loan_status_check,
      add constraint loan_status_check check (status in ('open', 'closed', 'recorded_by_mistake')),
      add column mistake text,
      add column mistake_note text,
      add constraint loan_mistake_check check (mistake in ('not_handed_over', 'wrong_person', 'wrong_device', 'recorded_twice', 'other')),
      add constraint a_mistake_says_what_it_was check ((status = 'recorded_by_mistake') = (mistake is not null)),
      add constraint a_mistake_alone_has_its_words check (mistake is not null or mistake_note is null);
    comment on column loan.mistake is 'What was wrong, where the issue was recorded by mistake. Such a loan counts nowhere.';
    comment on column loan.mistake_note is 'The words of whoever took it back.';

    alter table loan_item
      drop constraint loan_item_status_check,
      add constraint loan_item_status_check check (status in ('on_loan', 'returned', 'lost', 'replaced', 'gifted', 'recorded_by_mistake'));

    alter table accessory_movement
      drop constraint accessory_movement_kind_check,
      add constraint accessory_movement_kind_check check (kind in ('received', 'issued', 'returned', 'moved_out', 'moved_in', 'lost',
        'damaged', 'counted', 'not_returned', 'gifted', 'issue_taken_back'));

    alter table patient_plan
      drop constraint patient_plan_ended_by_check,
      add constraint patient_plan_ended_by_check check (ended_by in ('return', 'referral', 'contact', 'wish', 'plan', 'mistake'));
  `.execute(db);
}
