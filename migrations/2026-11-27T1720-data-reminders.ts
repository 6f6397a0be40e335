import { type Kysely, sql } from 'kysely';

/** Who agreed to be told before their mobile data ends, and what they are told. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table patient add data_reminders boolean not null default false;
    insert into template (id, reason, wording, channel, language, version, subject, body) values
      ('01900000-0000-7000-8000-000000000018', 'data_ending', 'discreet', 'any', 'en', 1, 'A reminder',
       'Hello. Your mobile data ends on {{day}}. If you would like more, call the number you have for us. Replies to this message are not read.'),
      ('01900000-0000-7000-8000-000000000019', 'data_ending', 'identified', 'any', 'en', 1, 'Your mobile data ends soon',
       'Hello {{name}}. The mobile data that you have from {{scheme}} ends on {{day}}. If you would like more, {{ring}}. Replies to this message are not read.');
  `.execute(db);
}
