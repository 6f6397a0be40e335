import { type Kysely, sql } from 'kysely';

/** Export, erasure and legal holds: each a decision that is written down; what begins for an erased person is refused. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table privacy_decision (
      id uuid primary key,
      patient_id uuid not null references patient,
      kind text not null check (kind in ('export', 'erasure')),
      asked_by text not null check (asked_by in ('patient', 'representative', 'retention')),
      asked_on date not null,
      identity_check text,
      reason text,
      by_name text not null,
      at timestamptz not null
    );
    create index privacy_decision_patient on privacy_decision (patient_id, id);
    create unique index privacy_decision_erased_once on privacy_decision (patient_id) where kind = 'erasure';
    comment on table privacy_decision is 'Who decided that a person’s data is given to them or erased, who asked and how we knew who they are.';

    create table legal_hold (
      id uuid primary key,
      patient_id uuid not null references patient,
      reason text,
      by_name text not null,
      at timestamptz not null,
      lifted_at timestamptz,
      lifted_by text,
      lifted_reason text,
      check ((lifted_at is null) = (lifted_by is null))
    );
    create unique index legal_hold_one_standing on legal_hold (patient_id) where lifted_at is null;
    create index legal_hold_patient on legal_hold (patient_id, id);
    grant update (note) on accessory_movement to lendwell_app;
    drop trigger accessory_movement_append_only on accessory_movement;
    create trigger accessory_movement_stays before delete on accessory_movement for each row execute function refuse_change();
    create trigger accessory_movement_loses_its_note before update on accessory_movement for each row
      when (new.note is not null or to_jsonb(new) - 'note' <> to_jsonb(old) - 'note') execute function refuse_change();
    comment on table legal_hold is 'While one stands, nothing about the person is erased.';

    alter table patient add column erased_at timestamptz;
    comment on column patient.erased_at is 'When the person was erased: the row stays for counts, and says nothing of who they were.';

    create or replace function follow_the_merge() returns trigger language plpgsql as $$
    declare
      known record;
    begin
      select merged_into, erased_at into known from patient where id = new.patient_id for share;
      if known.erased_at is not null then
        raise exception 'the person was erased' using errcode = '23514', constraint = 'patient_not_erased';
      end if;
      new.patient_id := coalesce(known.merged_into, new.patient_id);
      return new;
    end $$;
    create function refuse_erased() returns trigger language plpgsql as $$
    begin
      if exists (select from patient where id = new.patient_id and erased_at is not null for share) then
        raise exception 'the person was erased' using errcode = '23514', constraint = 'patient_not_erased';
      end if;
      return new;
    end $$;
    comment on function refuse_erased() is 'Nothing personal begins for an erased person; the lock waits for an erasure that is under way.';
    create trigger contact_point_of_nobody_erased before insert on contact_point for each row execute function refuse_erased();
    create trigger contact_state_change_of_nobody_erased before insert on contact_state_change for each row execute function refuse_erased();
    create trigger message_of_nobody_erased before insert on message for each row execute function refuse_erased();
    create trigger legal_hold_of_nobody_erased before insert on legal_hold for each row execute function refuse_erased();
    create function keep_erased() returns trigger language plpgsql as $$
    begin
      raise exception 'the person was erased' using errcode = '23514', constraint = 'patient_not_erased';
    end $$;
    create trigger erased_patient_stays before update on patient for each row when (old.erased_at is not null) execute function keep_erased();
    create trigger sent_to_nobody_erased before update of status on message for each row
      when (old.status in ('held', 'failed', 'unknown') and new.status in ('planned', 'queued')) execute function refuse_erased();
  `.execute(db);
}
