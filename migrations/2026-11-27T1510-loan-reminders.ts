import { type Kysely, sql } from 'kysely';

/** What is said of loans that are due back or overdue: kindly, and discreetly where nothing may be revealed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into template (id, reason, wording, version, subject, body) values
      ('01900000-0000-7000-8000-000000000014', 'return_due', 'discreet', 1, 'A reminder',
       'Hello. A reminder about {{day}}. If another day is better, call the number you have for us. Replies to this message are not read.'),
      ('01900000-0000-7000-8000-000000000015', 'return_due', 'identified', 1, 'What you borrowed is due back',
       'Hello {{name}}. What you borrowed from {{scheme}} is due back on {{day}}. If you would like to keep it for longer, {{ring}}: that is often possible. Replies to this message are not read.'),
      ('01900000-0000-7000-8000-000000000016', 'overdue', 'discreet', 1, 'A reminder',
       'Hello. It was {{day}}, and we would like to hear from you. Call the number you have for us when you can. Replies to this message are not read.'),
      ('01900000-0000-7000-8000-000000000017', 'overdue', 'identified', 1, 'What you borrowed was due back',
       'Hello {{name}}. What you borrowed from {{scheme}} was due back on {{day}}. There is nothing to pay. If you still need it, or something got in the way, {{ring}} and we will find a way. Replies to this message are not read.');
  `.execute(db);
}
