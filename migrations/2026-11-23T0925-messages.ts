import { type Kysely, sql } from 'kysely';

/** Reminders, messages with their templates, the capture channel, and tasks for staff. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table template (
      id uuid primary key,
      reason text not null,
      wording text not null check (wording in ('discreet', 'identified')),
      version int not null,
      subject text not null,
      body text not null,
      created_at timestamptz not null default now(),
      unique (reason, wording, version)
    );
    comment on table template is 'The newest version of (reason, wording) is in use. Placeholders: see template.rules.ts.';

    create table message (
      id uuid primary key,
      patient_id uuid not null references patient,
      channel text check (channel in ('sms', 'email', 'letter')),
      contact_point_id uuid references contact_point,
      wording text not null check (wording in ('discreet', 'identified')),
      run_date date not null,
      status text not null default 'planned' check (status in
        ('planned', 'queued', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'held', 'unknown')),
      why text,
      send_after timestamptz not null,
      claim int not null default 0,
      claimed_at timestamptz,
      subject text,
      body text,
      template_ids uuid[] not null default '{}',
      sent_at timestamptz,
      created_at timestamptz not null,
      changed_at timestamptz not null,
      constraint held_failed_or_cancelled_says_why check (status not in ('held', 'failed', 'cancelled', 'unknown') or why is not null),
      constraint a_message_on_its_way_has_an_address check (status in ('held', 'cancelled') or contact_point_id is not null)
    );
    create unique index message_one_per_patient_run_channel on message (patient_id, channel, run_date)
      where status in ('planned', 'queued', 'sending');
    create unique index message_one_held_per_patient_run on message (patient_id, run_date) where status = 'held';
    create index message_by_status on message (status, id);
    create index message_due on message (send_after, id) where status in ('planned', 'queued');
    create index message_sending on message (claimed_at) where status = 'sending';
    create index message_patient on message (patient_id, id);

    create table reminder (
      id uuid primary key,
      patient_id uuid not null references patient,
      reason text not null check (reason in ('follow_up', 'return_due', 'overdue', 'data_ending', 'changed')),
      subject_id uuid not null,
      stage text not null,
      for_date date not null,
      useless_after timestamptz not null,
      status text not null default 'standing' check (status in ('standing', 'said', 'cancelled')),
      message_id uuid references message,
      created_at timestamptz not null
    );
    create unique index reminder_once on reminder (reason, subject_id, stage, for_date) where status <> 'cancelled';
    create index reminder_subject on reminder (subject_id);
    create index reminder_message on reminder (message_id);
    create index reminder_to_gather on reminder (patient_id) where status = 'standing' and message_id is null;

    create table captured_message (
      id bigint generated always as identity primary key,
      reference uuid not null,
      channel text not null,
      recipient text not null,
      subject text,
      body text not null,
      at timestamptz not null default now()
    );
    create index captured_message_reference on captured_message (reference);
    comment on table captured_message is 'What the capture channel took instead of sending it. Deliberately not unique on reference: it would show a double.';

    create table task (
      id uuid primary key,
      kind text not null,
      subject_type text not null,
      subject_id uuid not null,
      patient_id uuid references patient,
      status text not null default 'open' check (status in ('open', 'done')),
      urgent boolean not null default false,
      created_at timestamptz not null,
      done_at timestamptz
    );
    create unique index task_once on task (kind, subject_id) where status = 'open';
    create index task_open on task (created_at, id) where status = 'open';

    insert into template (id, reason, wording, version, subject, body) values
      ('01900000-0000-7000-8000-000000000010', 'follow_up', 'discreet', 1, 'Reminder',
       'Hello. A reminder for {{when}}. If another time is better, call the number you have for us. Replies to this message are not read.'),
      ('01900000-0000-7000-8000-000000000011', 'follow_up', 'identified', 1, 'Your support call',
       'Hello {{name}}. {{scheme}} will {{contacts}}, to help with your device. If another time is better, {{ring}}. Replies to this message are not read.'),
      ('01900000-0000-7000-8000-000000000012', 'changed', 'discreet', 1, 'A new time',
       'Hello. The time has changed: it is now {{when}}. If another time is better, call the number you have for us. Replies to this message are not read.'),
      ('01900000-0000-7000-8000-000000000013', 'changed', 'identified', 1, 'A new time for your support call',
       'Hello {{name}}. The time has changed: {{scheme}} will now {{contacts}}, to help with your device. If another time is better, {{ring}}. Replies to this message are not read.');
  `.execute(db);
}
