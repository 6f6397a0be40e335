import { type Kysely, sql } from 'kysely';

/** What a clinic follows: the questions asked of it with their answers, every status with its time, and why a referral was withdrawn. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table referral_question (
      id uuid primary key,
      referral_id uuid not null references referral,
      question text not null,
      asked_at timestamptz not null,
      answer text,
      answered_at timestamptz,
      check ((answer is null) = (answered_at is null))
    );
    create index referral_question_referral on referral_question (referral_id, id);
    insert into referral_question (id, referral_id, question, asked_at)
      select new_id(), id, question, changed_at from referral where question is not null;
    alter table referral drop column question,
      add column withdrawal_reason text,
      add column withdrawal_said_by text check (withdrawal_said_by in ('patient', 'clinic')),
      add constraint withdrawal_is_whole check ((withdrawal_reason is null) = (withdrawal_said_by is null));

    create table referral_status (
      referral_id uuid not null references referral,
      number bigint generated always as identity,
      status text not null,
      at timestamptz not null,
      primary key (referral_id, number)
    );
    comment on table referral_status is 'Every status a referral came to, written by a trigger, so that no command can leave one out.';
    insert into referral_status (referral_id, status, at) select id, 'received', received_at from referral order by id;
    insert into referral_status (referral_id, status, at) select id, status, changed_at from referral where status <> 'received' order by id;
    create function keep_referral_status() returns trigger language plpgsql as $$
    begin
      insert into referral_status (referral_id, status, at) values (new.id, new.status, new.changed_at);
      return null;
    end $$;
    create trigger referral_received after insert on referral for each row execute function keep_referral_status();
    create trigger referral_moved after update of status on referral for each row
      when (old.status is distinct from new.status) execute function keep_referral_status();

    create index referral_changed on referral (changed_at, id);
    create index referral_clinic_changed on referral (clinic_id, changed_at, id);
  `.execute(db);
}
