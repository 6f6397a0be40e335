import { type Kysely, sql } from 'kysely';

/** What someone was told and is no longer so is corrected, and says why; a follow-up belongs to the referral that ends it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table follow_up add column why text check (why in ('they_asked', 'we_cannot', 'closed', 'ended'));
    comment on column follow_up.why is 'Why it was last moved, done another way or called off, as the person may be told.';

    alter table reminder add column said_way text,
      drop constraint reminder_reason_check,
      add constraint reminder_reason_check check (reason in ('follow_up', 'return_due', 'overdue', 'data_ending', 'changed', 'off'));
    comment on column reminder.said_way is 'How a follow-up was to take place when the person was told of it.';
    create index reminder_said_ahead on reminder (useless_after) where status = 'said' and reason in ('follow_up', 'changed', 'off');

    alter table inbound_message drop constraint inbound_message_meaning_check,
      add constraint inbound_message_meaning_check
        check (meaning in ('stop', 'yes', 'cancel', 'worrying', 'other', 'confirm', 'move', 'ring', 'lost', 'run_out'));

    update follow_up f set referral_id = (
      select r.id from referral r where r.patient_id = f.patient_id and r.status in ('received', 'asked', 'waiting', 'active') order by r.id desc limit 1)
    where f.referral_id is null and f.loan_id is null and f.status in ('planned', 'confirmed');

    insert into template (id, reason, wording, channel, language, version, subject, body)
    select new_id(), reason, wording, channel, language, version + 1, subject,
      replace(replace(replace(body, 'Replies to this message are not read.', '{{replies}}'),
        'The time has changed: it is now {{when}}.', 'There is a change{{why}}: it is now {{how}}.'),
        'The time has changed:', 'There is a change{{why}}:')
    from (select distinct on (reason, wording, channel, language) * from template order by reason, wording, channel, language, version desc) t
    where language = 'en';
    insert into template (id, reason, wording, channel, language, version, subject, body) values
      (new_id(), 'off', 'discreet', 'any', 'en', 1, 'A change',
       'Hello. {{when}} is off{{why}}. There is nothing you need to do. {{link}} {{replies}}'),
      (new_id(), 'off', 'identified', 'any', 'en', 1, 'What was planned is off',
       'Hello {{name}}. What {{scheme}} planned with you for {{when}} is off{{why}}. If you would like another time, {{ring}}. {{link}} {{replies}}');
  `.execute(db);
}
