import { type Kysely, sql } from 'kysely';

/** Questionnaires that people answer by the link in a message: until when, and the texts that bring it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table measure_asking add column link_until date, add column link_ended_at timestamptz,
      add constraint measure_asking_link_has_its_day check ((way = 'link') = (link_until is not null)),
      add constraint measure_asking_ended_link check (link_ended_at is null or way = 'link');
    comment on column measure_asking.link_until is 'The last day on which it is answered by the link in the message that asks it.';
    comment on column measure_asking.link_ended_at is 'When staff ended the link. It stays asked, and counts.';

    alter table reminder drop constraint reminder_reason_check,
      add constraint reminder_reason_check
        check (reason in ('follow_up', 'return_due', 'overdue', 'data_ending', 'changed', 'off', 'put_off', 'wrong_day',
          'announcement', 'handout', 'questions'));
    insert into template (id, reason, wording, channel, language, version, subject, body) values
      (new_id(), 'questions', 'discreet', 'any', 'en', 1, 'A few questions',
       'Hello. Here are a few questions, if you like. Nobody has to answer. {{link}} {{replies}}'),
      (new_id(), 'questions', 'identified', 'any', 'en', 1, 'A few questions',
       'Hello {{name}}. {{scheme}} has a few questions for you, if you like. Nobody has to answer. {{link}} {{replies}}'),
      (new_id(), 'questions', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please tell them that we have a few questions, if they like. {{replies}}');
  `.execute(db);
}
