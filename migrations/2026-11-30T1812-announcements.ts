import { type Kysely, sql } from 'kysely';

/** What changes for the whole scheme, or for many, is told to everyone concerned: once each, as other messages go. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table announcement (
      id uuid primary key,
      audience text not null check (audience in ('on_loan', 'support_ahead', 'clinic', 'supporter')),
      clinic_id uuid references organisation,
      supporter_id uuid references staff,
      identified text not null check (identified ~ '\\S'),
      discreet text not null check (discreet ~ '\\S'),
      people int not null,
      by_name text not null,
      created_at timestamptz not null,
      check ((audience = 'clinic') = (clinic_id is not null)),
      check ((audience = 'supporter') = (supporter_id is not null))
    );
    comment on table announcement is 'What was told to everyone concerned at once; who is told has a reminder of it.';
    comment on column announcement.people is 'How many were concerned when it was written.';
    alter table reminder drop constraint reminder_reason_check,
      add constraint reminder_reason_check check (reason in
        ('follow_up', 'return_due', 'overdue', 'data_ending', 'changed', 'off', 'put_off', 'wrong_day', 'announcement'));
    insert into template (id, reason, wording, channel, language, version, subject, body) values
      (new_id(), 'announcement', 'discreet', 'any', 'en', 1, 'News', 'Hello. {{text}} {{replies}}'),
      (new_id(), 'announcement', 'identified', 'any', 'en', 1, 'News from {{scheme}}', 'Hello {{name}}. {{text}} {{scheme}}. {{replies}}'),
      (new_id(), 'announcement', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please tell them: {{text}} {{replies}}');
  `.execute(db);
}
