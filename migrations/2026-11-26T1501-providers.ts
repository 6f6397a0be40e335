import { type Kysely, sql } from 'kysely';

/** Who carried a message and under which id, how often a reminder failed to arrive, and texts that people send back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table message add column provider text check (provider in ('capture', 'notify', 'smtp')),
      add column provider_id text,
      add column handed_at timestamptz, add column asked_at timestamptz;
    comment on column message.handed_at is 'When it was last about to be handed to its provider: what the provider had before is of an earlier try.';
    comment on column message.asked_at is 'When its provider was last asked what became of it.';
    create index message_to_ask on message (sent_at) where status = 'sent' and provider = 'notify';
    create index message_failed_by_point on message (contact_point_id, id) where status = 'failed';
    alter table reminder add column failures int not null default 0;
    comment on column reminder.failures is 'How many messages that said it did not arrive.';

    create table inbound_message (
      id uuid primary key,
      provider_id text not null unique,
      from_number text not null,
      body text not null,
      meaning text not null check (meaning in ('stop', 'yes', 'worrying', 'other')),
      patient_ids uuid[] not null default '{}',
      received_at timestamptz not null
    );
    create index inbound_message_patients on inbound_message using gin (patient_ids);
    comment on table inbound_message is 'Texts from people: personal, for the office alone, and gone when the person is erased.';
  `.execute(db);
}
