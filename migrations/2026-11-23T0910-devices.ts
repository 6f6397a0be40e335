import { type Kysely, sql } from 'kysely';

/** Donations, devices with their lifecycle, preparation checks and data plans. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create sequence asset_tag_number;
    create sequence donation_number;

    create table donation (
      id uuid primary key,
      reference text not null unique,
      donor_id uuid not null references organisation,
      donor_reference text,
      received_on date not null,
      location_id uuid references location,
      created_at timestamptz not null
    );
    create index donation_donor on donation (donor_id);

    create table device (
      id uuid primary key,
      asset_tag text not null unique,
      kind text not null check (kind in ('tablet', 'phone', 'laptop', 'dongle', 'router', 'sim')),
      make text not null,
      model text not null,
      serial_number text,
      imei text check (imei ~ '^[0-9]{15}$'),
      condition text check (condition in ('A', 'B', 'C')),
      notes text,
      status text not null default 'in_preparation' check (status in
        ('in_preparation', 'ready', 'reserved', 'on_loan', 'due_back', 'in_repair', 'lost', 'gifted', 'retired')),
      cycle int not null default 1,
      cycle_started_on date not null,
      donation_id uuid not null references donation,
      location_id uuid references location,
      created_at timestamptz not null,
      changed_at timestamptz not null
    );
    create unique index device_imei_in_use on device (imei) where status not in ('retired', 'gifted');
    create unique index device_serial_in_use on device (lower(make), upper(serial_number)) where status not in ('retired', 'gifted');
    create index device_serial on device (upper(serial_number));
    create index device_by_status on device (status, id);
    create index device_by_kind on device (kind, status, id);
    create index device_donation on device (donation_id);

    create table device_move (
      from_status text not null,
      to_status text not null,
      primary key (from_status, to_status)
    );
    comment on table device_move is 'The lifecycle that the trigger on device holds to. The same list as device.rules.ts.';
    insert into device_move values
      ('in_preparation', 'ready'), ('ready', 'in_preparation'),
      ('in_preparation', 'in_repair'), ('ready', 'in_repair'), ('in_repair', 'in_preparation'),
      ('ready', 'reserved'), ('reserved', 'ready'),
      ('ready', 'on_loan'), ('reserved', 'on_loan'),
      ('on_loan', 'in_preparation'), ('on_loan', 'in_repair'), ('on_loan', 'due_back'),
      ('due_back', 'in_preparation'), ('due_back', 'in_repair'), ('due_back', 'lost'), ('due_back', 'retired'),
      ('on_loan', 'lost'), ('in_preparation', 'lost'), ('ready', 'lost'), ('reserved', 'lost'), ('in_repair', 'lost'),
      ('on_loan', 'gifted'), ('lost', 'in_preparation'),
      ('ready', 'retired'), ('in_preparation', 'retired'), ('in_repair', 'retired'), ('lost', 'retired');
    revoke insert, update, delete, truncate on device_move from lendwell_app;

    create function hold_device_to_lifecycle() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        if new.status <> 'in_preparation' then
          raise exception 'a device begins in_preparation, not %', new.status
            using errcode = 'check_violation', constraint = 'device_move_allowed', table = 'device', column = 'status';
        end if;
      elsif not exists (select from device_move m where m.from_status = old.status and m.to_status = new.status) then
        raise exception 'a device does not move from % to %', old.status, new.status
          using errcode = 'check_violation', constraint = 'device_move_allowed', table = 'device', column = 'status';
      end if;
      return new;
    end $$;
    create trigger device_begins before insert on device for each row execute function hold_device_to_lifecycle();
    create trigger device_moves before update of status on device for each row
      when (old.status is distinct from new.status) execute function hold_device_to_lifecycle();

    create table required_check (
      device_kind text not null,
      kind text not null check (kind in ('sanitisation', 'electrical', 'setup')),
      position int not null,
      primary key (device_kind, kind)
    );
    insert into required_check
      select d, c.kind, c.position
      from unnest(array['tablet', 'phone', 'laptop', 'dongle', 'router', 'sim']) d,
        (values ('sanitisation', 1), ('electrical', 2), ('setup', 3)) c (kind, position)
      where d <> 'sim' or c.kind = 'setup';

    create table preparation_check (
      id uuid primary key,
      device_id uuid not null references device,
      cycle int not null,
      kind text not null check (kind in ('sanitisation', 'electrical', 'setup')),
      result text not null check (result in ('pass', 'fail')),
      performed_on date not null,
      performed_by text not null,
      evidence jsonb not null,
      notes text,
      recorded_at timestamptz not null
    );
    create index preparation_check_latest on preparation_check (device_id, cycle, kind, id desc);

    create function open_checks(of_device uuid, of_kind text, of_cycle int) returns text[] language sql stable as $$
      select coalesce(array_agg(r.kind order by r.position), '{}')
      from required_check r
      where r.device_kind = of_kind and 'pass' is distinct from (
        select c.result from preparation_check c
        where c.device_id = of_device and c.cycle = of_cycle and c.kind = r.kind order by c.id desc limit 1)
    $$;
    comment on function open_checks is 'The required checks without a latest pass in this cycle.';

    create table data_plan (
      id uuid primary key,
      device_id uuid not null references device,
      network text not null,
      iccid text not null check (iccid ~ '^89[0-9]{16,18}$'),
      msisdn text,
      gb_per_month int,
      duration_months int not null check (duration_months > 0),
      activated_on date,
      expires_on date,
      status text not null default 'active' check (status in ('active', 'suspended', 'ended')),
      created_at timestamptz not null
    );
    create unique index data_plan_iccid_in_use on data_plan (iccid) where status <> 'ended';
    create unique index data_plan_one_per_device on data_plan (device_id) where status <> 'ended';
  `.execute(db);
}
