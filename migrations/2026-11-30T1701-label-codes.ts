import { type Kysely, sql } from 'kysely';

/** The second code on labels, by which whoever finds a device, or has it, reaches the office; what finders write; and where found things go. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table device_code (
      slug_hash bytea primary key,
      slug_sealed bytea not null,
      device_id uuid not null references device on delete cascade,
      made_at timestamptz not null,
      ended_at timestamptz
    );
    comment on table device_code is 'The secret address that the second code on a label leads to. It says nothing of the device.';
    comment on column device_code.slug_hash is 'What finds it: a keyed hash of the secret.';
    comment on column device_code.slug_sealed is 'The secret itself, sealed with the data key: a label is printed again with the code that it had.';
    comment on column device_code.ended_at is 'When the device was lost or retired; the next label has a new code.';
    create unique index device_code_in_use on device_code (device_id) where ended_at is null;

    create function end_device_code() returns trigger language plpgsql as $$
    begin
      update device_code set ended_at = new.changed_at where device_id = new.id and ended_at is null;
      return null;
    end $$;
    create trigger device_code_ends after update of status on device for each row
      when (new.status in ('lost', 'retired')) execute function end_device_code();

    create table found_message (
      id uuid primary key,
      device_id uuid not null references device on delete cascade,
      loan_id uuid references loan,
      body text,
      reach text,
      received_at timestamptz not null,
      constraint found_message_says_something check (num_nonnulls(body, reach) > 0)
    );
    comment on table found_message is 'What whoever found a device wrote by the code on its label. Kept for 90 days.';
    comment on column found_message.loan_id is 'The loan that the device was last on while it was out or lost: it goes with its person.';
    comment on column found_message.reach is 'How whoever found it can be reached, if they said so.';
    create index found_message_device on found_message (device_id);
    create index found_message_loan on found_message (loan_id) where loan_id is not null;
    create index found_message_received on found_message (received_at);

    alter table notice_version drop constraint notice_version_notice_check, add constraint notice_version_notice_check
      check (notice in ('accessibility', 'patients', 'patients_discreet', 'clinics', 'supporters', 'hand_in'));
  `.execute(db);
}
