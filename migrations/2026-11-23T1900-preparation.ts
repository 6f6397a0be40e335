import { type Kysely, sql } from 'kysely';

/** Checks that run out, repairs, disposal, devices taken over from before, and what stands at a location. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table preparation_check add column next_due date, add column expired_at timestamptz;
    comment on column preparation_check.expired_at is 'When the pass ran out; a check that ran out is open again.';
    create index preparation_check_next_due on preparation_check (next_due) where next_due is not null and expired_at is null;
    comment on column preparation_check.next_due is 'Of a pass: the day on which it runs out.';
    update preparation_check set next_due = (evidence ->> 'nextDue')::date where evidence ? 'nextDue' and result = 'pass';

    create function keep_a_required_check() returns trigger language plpgsql as $$
    begin
      if not exists (select from required_check r where r.device_kind = old.device_kind) then
        raise exception 'a kind of device keeps at least one required check'
          using errcode = 'check_violation', constraint = 'required_check_at_least_one', table = 'required_check';
      end if;
      return null;
    end $$;
    create constraint trigger required_check_at_least_one after delete or update on required_check
      deferrable initially deferred for each row execute function keep_a_required_check();

    create or replace function open_checks(of_device uuid, of_kind text, of_cycle int) returns text[] language sql stable as $$
      select coalesce(array_agg(r.kind order by r.position), '{}')
      from required_check r
      where r.device_kind = of_kind and 'pass' is distinct from (
        select case when c.expired_at is null then c.result end from preparation_check c
        where c.device_id = of_device and c.cycle = of_cycle and c.kind = r.kind order by c.id desc limit 1)
    $$;
    comment on function open_checks is 'The required checks without a latest pass in this cycle that has not run out.';

    create table repair (
      id uuid primary key,
      device_id uuid not null references device,
      location_id uuid references location,
      from_location_id uuid references location,
      fault text not null,
      sent_on date not null,
      expected_back_on date,
      back_on date,
      result text check (result in ('repaired', 'not_repaired')),
      notes text,
      created_at timestamptz not null,
      constraint back_has_its_result check ((back_on is null) = (result is null))
    );
    comment on column repair.location_id is 'The repairer; null while it is mended in the house.';
    comment on column repair.from_location_id is 'Where the device was kept before, and where it goes back to.';
    create unique index repair_one_open_per_device on repair (device_id) where back_on is null;
    create index repair_device on repair (device_id, id);
    create index repair_expected on repair (expected_back_on) where back_on is null;

    create table disposal (
      id uuid primary key,
      device_id uuid not null unique references device,
      way text not null check (way in ('recycled', 'destroyed', 'returned_to_donor', 'passed_on', 'written_off')),
      disposed_on date not null,
      organisation text,
      transfer_note text,
      destruction_certificate text,
      book_value numeric(10, 2) check (book_value >= 0),
      authorised_by text,
      notes text,
      created_at timestamptz not null,
      constraint written_off_names_who_authorised check (way <> 'written_off' or authorised_by is not null)
    );
    comment on table disposal is 'How a device left for good: the waste transfer note or destruction certificate, or the line of the losses register.';
    create index disposal_register on disposal (disposed_on, id) where way = 'written_off';

    alter table location add column changed_at timestamptz not null default now();

    alter table device add column taken_over boolean not null default false;
    comment on column device.taken_over is 'It was on loan before Lendwell knew it: it begins on loan, without checks of ours.';
    create index device_by_location on device (location_id, status, id);
    create or replace function hold_device_to_lifecycle() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        if new.status <> 'in_preparation' and not (new.status = 'on_loan' and new.taken_over) then
          raise exception 'a device begins in_preparation, not %', new.status
            using errcode = 'check_violation', constraint = 'device_move_allowed', table = 'device', column = 'status';
        end if;
      elsif not exists (select from device_move m where m.from_status = old.status and m.to_status = new.status) then
        raise exception 'a device does not move from % to %', old.status, new.status
          using errcode = 'check_violation', constraint = 'device_move_allowed', table = 'device', column = 'status';
      end if;
      return new;
    end $$;
  `.execute(db);
}
