import { type Kysely, sql } from 'kysely';

/** What a person wants of contact, each change with who said it and when; the moves that may not be are refused here too. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table contact_state_change (
      id uuid primary key,
      patient_id uuid not null references patient,
      state text not null check (state in ('open', 'paused', 'withdrawn', 'deceased')),
      paused_until date,
      source text not null check (source in ('patient', 'clinic', 'family', 'staff')),
      said_on date not null,
      note text,
      recorded_by text not null,
      recorded_at timestamptz not null,
      check ((state = 'paused') = (paused_until is not null))
    );
    create index contact_state_change_patient on contact_state_change (patient_id, id);

    create table contact_move (state text, next text, primary key (state, next));
    insert into contact_move values
      ('open', 'paused'), ('open', 'withdrawn'), ('open', 'deceased'),
      ('paused', 'paused'), ('paused', 'open'), ('paused', 'withdrawn'), ('paused', 'deceased'),
      ('withdrawn', 'open'), ('withdrawn', 'deceased'), ('deceased', 'open');
    revoke insert, update, delete, truncate on contact_move from lendwell_app;
    create function keep_contact_moves() returns trigger language plpgsql as $$
    begin
      if not exists (select from contact_move where state = old.contact_state and next = new.contact_state) then
        raise exception using errcode = '23514', constraint = 'contact_move_allowed', table = 'patient',
          message = 'a contact state cannot become that one';
      end if;
      return new;
    end $$;
    create trigger patient_contact_moves before update of contact_state on patient for each row
      when (old.contact_state is distinct from new.contact_state) execute function keep_contact_moves();
  `.execute(db);
}
