import { type Kysely, sql } from 'kysely';

/** Who was told of a day on which a loan is due back, and no longer is, is told that it does not hold any more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table reminder drop constraint reminder_reason_check,
      add constraint reminder_reason_check
        check (reason in ('follow_up', 'return_due', 'overdue', 'data_ending', 'changed', 'off', 'put_off'));

    insert into template (id, reason, wording, channel, language, version, subject, body) values
      (new_id(), 'put_off', 'discreet', 'any', 'en', 1, 'A change',
       'Hello. {{day}}, which we told you before, does not hold any more. There is nothing you need to do. {{link}} {{replies}}'),
      (new_id(), 'put_off', 'identified', 'any', 'en', 1, 'You can keep it for longer',
       'Hello {{name}}. You can keep what {{scheme}} lent you for longer: {{day}} does not hold any more. We are in touch before it is due back. {{link}} {{replies}}');
  `.execute(db);
}
