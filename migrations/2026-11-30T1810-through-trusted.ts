import { type Kysely, sql } from 'kysely';

/**
 * What someone wants to go through a person they trust is said to that person, in words for a third one. Such a message
 * has no contact point of theirs: its number is that of the trusted person, looked up when it goes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table message add column to_trusted boolean not null default false,
      drop constraint a_message_on_its_way_has_an_address,
      add constraint a_message_on_its_way_has_an_address
        check (status in ('held', 'cancelled') or contact_point_id is not null or to_trusted);
    comment on column message.to_trusted is 'It goes to the person whom they trust, not to them.';
    drop index message_one_held_per_patient_run;
    create unique index message_one_held_per_patient_run on message (patient_id, run_date, to_trusted) where status = 'held';
    drop index message_one_per_patient_run_channel;
    create unique index message_one_per_patient_run_channel on message (patient_id, channel, run_date, to_trusted)
      where status in ('planned', 'queued', 'sending');
    grant select (trusted_person) on patient to lendwell_supporter;
    create index patient_trusted_phone on patient ((trusted_person ->> 'phone')) where trusted_person is not null;

    alter table message add column trusted_number text;
    comment on column message.trusted_number is 'The number of the person whom they trust, to which it went.';

    create index inbound_message_stopped on inbound_message (from_number) where meaning = 'stop';
    create function keep_trusted_stop() returns trigger language plpgsql as $$
    declare
      number text := new.trusted_person ->> 'phone';
      stopped timestamptz;
    begin
      if number is null or new.trusted_person ->> 'stoppedAt' is not null then return new; end if;
      perform pg_advisory_xact_lock_shared(hashtextextended('texts of nobody', 0));
      select min(x.at) into stopped from (
        select (p.trusted_person ->> 'stoppedAt')::timestamptz from patient p
          where p.trusted_person is not null and p.trusted_person ->> 'phone' = number
        union all select i.received_at from inbound_message i where i.from_number = number and i.meaning = 'stop') x (at);
      if stopped is not null then
        new.trusted_person := new.trusted_person
          || jsonb_build_object('stoppedAt', to_char(stopped at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
      end if;
      return new;
    end $$;
    comment on function keep_trusted_stop() is 'Whoever asked for no more texts is asked by none, whoever trusts them, before or after. Who takes in a text locks out those who say whom they trust.';
    create trigger patient_keeps_trusted_stop before insert or update of trusted_person on patient for each row
      when (new.trusted_person is not null) execute function keep_trusted_stop();

    create function number_is_refused(number text) returns boolean language plpgsql stable parallel safe security definer
      set search_path to 'public', 'pg_temp' as $$
    begin
      return exists (select from contact_point c
          where c.value = number and (not c.safe or c.stopped_at is not null or c.failed_at is not null))
        or exists (select from patient p where p.trusted_person is not null and p.trusted_person ->> 'phone' = number
          and (p.trusted_person ->> 'stoppedAt' is not null or p.trusted_person ->> 'failedAt' is not null));
    end $$;
    comment on function number_is_refused(text) is 'Whether anybody’s word stands against a number: unsafe, stopped or failed. It looks as the owner of the tables, since the word may be of someone whom who asks does not support.';

    alter table template drop constraint template_wording_check,
      add constraint template_wording_check check (wording in ('discreet', 'identified', 'trusted'));
    insert into template (id, reason, wording, channel, language, version, subject, body) values
      (new_id(), 'follow_up', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please tell them: we are in touch on {{how}}. {{replies}}'),
      (new_id(), 'changed', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please tell them that there is a new time: {{how}}{{why}}. {{replies}}'),
      (new_id(), 'off', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please tell them that {{when}} is off{{why}}. There is nothing they need to do. {{replies}}'),
      (new_id(), 'return_due', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please remind them of {{day}}, and ask them to call the number they have for us. {{replies}}'),
      (new_id(), 'overdue', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please remind them of {{day}}, which is past, and ask them to call the number they have for us. There is no hurry. {{replies}}'),
      (new_id(), 'put_off', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please tell them that {{day}} does not hold any more{{why}}. There is nothing they need to do. {{replies}}'),
      (new_id(), 'wrong_day', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please tell them that {{day}} is not the right day. We are in touch about the right one. {{replies}}'),
      (new_id(), 'data_ending', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please remind them of {{day}}, and ask them to call the number they have for us. {{replies}}');
  `.execute(db);
}
