import { type Kysely, sql } from 'kysely';

/** Who was told of a day on which a loan is due back, and which was written down wrong, is told that it does not hold: earlier or later. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table reminder drop constraint reminder_reason_check,
      add constraint reminder_reason_check
        check (reason in ('follow_up', 'return_due', 'overdue', 'data_ending', 'changed', 'off', 'put_off', 'wrong_day'));

    insert into template (id, reason, wording, channel, language, version, subject, body) values
      (new_id(), 'wrong_day', 'discreet', 'any', 'en', 1, 'A change',
       'Hello. {{day}}, which we told you before, is not the right day. We are in touch about the right one. {{link}} {{replies}}'),
      (new_id(), 'wrong_day', 'identified', 'any', 'en', 1, 'We told you a wrong day',
       'Hello {{name}}. We told you {{day}} as the day when what {{scheme}} lent you is due back. That was our mistake, and does not hold. We are in touch about the right day. {{link}} {{replies}}');
  `.execute(db);
}
