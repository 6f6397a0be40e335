import { type Kysely, sql } from 'kysely';

/**
 * A return that was recorded by mistake is taken back: the device is out again in the cycle that it was in, as it was.
 * What a return overwrites of a device is kept with the item; of earlier returns it is read from the checks.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into device_move (from_status, to_status) values ('in_preparation', 'on_loan');

    alter table loan_item
      add column cycle_out int,
      add column cycle_out_on date,
      add column condition_before text,
      add column location_before uuid references location;
    comment on column loan_item.cycle_out is 'What its device was as the item ended: the cycle of preparation that it went out with. Null of what ended before this was kept.';
    comment on column loan_item.cycle_out_on is 'The day on which that cycle had begun.';
    comment on column loan_item.condition_before is 'The condition that the device was said to be in.';
    comment on column loan_item.location_before is 'The place that it was kept at.';

    create table return_taken_back (
      id uuid primary key,
      loan_item_id uuid not null references loan_item,
      returned_at timestamptz not null,
      returned_on date not null,
      condition_in text,
      return_notes text,
      reason text not null,
      taken_back_at timestamptz not null,
      taken_back_by text not null
    );
    comment on table return_taken_back is 'Returns that never were: what was written down of each, and why it was a mistake.';
    comment on column return_taken_back.returned_at is 'When the return was recorded.';
    comment on column return_taken_back.returned_on is 'The day on which it was said to have come back.';
    comment on column return_taken_back.taken_back_by is 'Who of the staff took it back, by name.';
    create index return_taken_back_item on return_taken_back (loan_item_id);
  `.execute(db);
}
