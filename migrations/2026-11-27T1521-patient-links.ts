import { type Kysely, sql } from 'kysely';

/** People answer a message by a link in it, without signing in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table patient_link (
      token_hash bytea primary key,
      message_id uuid not null references message,
      created_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index patient_link_message on patient_link (message_id);
    comment on table patient_link is 'The link in a text that went out; the token itself is in the text alone. A message that was tried again has one of each try.';

    alter table inbound_message alter column from_number drop not null,
      add column message_id uuid references message,
      drop constraint inbound_message_meaning_check,
      add constraint inbound_message_meaning_check check (meaning in ('stop', 'yes', 'worrying', 'other', 'confirm', 'move', 'ring', 'lost', 'run_out')),
      add constraint inbound_has_a_source check (from_number is not null or message_id is not null);
    comment on column inbound_message.message_id is 'The message whose link they answered by; null for a text.';
    create index inbound_message_message on inbound_message (message_id) where message_id is not null;

    insert into template (id, reason, wording, version, subject, body)
    select new_id(), reason, wording, version + 1, subject, replace(body, ' Replies to this message', ' {{link}} Replies to this message')
    from (select distinct on (reason, wording) * from template order by reason, wording, version desc) t;
  `.execute(db);
}
