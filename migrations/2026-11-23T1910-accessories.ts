import { type Kysely, sql } from 'kysely';

/** Accessories counted per location, and kits as data. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table accessory (
      id uuid primary key,
      kind text not null,
      low_stock_level int not null default 0 check (low_stock_level >= 0),
      retired_at timestamptz,
      created_at timestamptz not null,
      changed_at timestamptz not null default now()
    );
    create unique index accessory_kind on accessory (lower(kind));

    create table accessory_stock (
      accessory_id uuid not null references accessory,
      location_id uuid not null references location,
      quantity int not null,
      primary key (accessory_id, location_id),
      constraint accessory_stock_not_below_zero check (quantity >= 0)
    );

    create table loan_accessory (
      loan_id uuid not null references loan,
      accessory_id uuid not null references accessory,
      quantity int not null check (quantity > 0),
      returned int not null default 0 check (returned >= 0),
      written_off int not null default 0 check (written_off >= 0),
      location_id uuid references location,
      primary key (loan_id, accessory_id),
      constraint no_more_comes_back_than_went_out check (returned + written_off <= quantity)
    );
    comment on column loan_accessory.location_id is 'Where it was taken from; null where that is not known.';
    create index loan_accessory_outstanding on loan_accessory (loan_id) where returned + written_off < quantity;

    create table accessory_movement (
      id uuid primary key,
      accessory_id uuid not null references accessory,
      location_id uuid references location,
      kind text not null check (kind in ('received', 'issued', 'returned', 'moved_out', 'moved_in', 'lost', 'damaged', 'counted', 'not_returned', 'gifted')),
      change int not null,
      quantity int check (quantity >= 0),
      loan_id uuid references loan,
      note text,
      actor_name text not null,
      at timestamptz not null
    );
    comment on table accessory_movement is 'Every change of a quantity. The sum of changes at a location is its stock; what was lent and does not come back changes none.';
    comment on column accessory_movement.quantity is 'How many were counted, or do not come back: where the change does not say it.';
    create index accessory_movement_log on accessory_movement (accessory_id, id);
    create index accessory_movement_loan on accessory_movement (loan_id) where loan_id is not null;
    create trigger accessory_movement_append_only before update or delete on accessory_movement for each row execute function refuse_change();
    revoke update, delete, truncate on accessory_movement from lendwell_app;

    create table kit (
      id uuid primary key,
      name text not null,
      retired_at timestamptz,
      created_at timestamptz not null,
      changed_at timestamptz not null
    );
    create unique index kit_name on kit (lower(name)) where retired_at is null;

    create table kit_line (
      kit_id uuid not null references kit,
      position int not null,
      device_kind text check (device_kind in ('tablet', 'phone', 'laptop', 'dongle', 'router', 'sim')),
      with_data boolean not null default false,
      accessory_id uuid references accessory,
      quantity int not null default 1 check (quantity between 1 and 20),
      primary key (kit_id, position),
      constraint a_line_is_a_device_or_an_accessory check ((device_kind is null) <> (accessory_id is null)),
      constraint only_a_device_has_data check (not with_data or device_kind is not null)
    );

    alter table loan add column kit_id uuid references kit, add column kit_gaps jsonb not null default '[]';
    comment on column loan.kit_gaps is 'The lines of the kit that went without, each with what it was and why: [{ line, what, reason }]. Nothing personal.';

    insert into accessory (id, kind, low_stock_level, created_at) values
      ('01900000-0000-7000-8000-000000000020', 'Charger', 5, now()),
      ('01900000-0000-7000-8000-000000000021', 'Case', 5, now()),
      ('01900000-0000-7000-8000-000000000022', 'Cable', 5, now()),
      ('01900000-0000-7000-8000-000000000023', 'Stylus', 0, now()),
      ('01900000-0000-7000-8000-000000000024', 'Easy-read guide', 10, now());
    insert into kit (id, name, created_at, changed_at) values
      ('01900000-0000-7000-8000-000000000030', 'Tablet with data', now(), now()),
      ('01900000-0000-7000-8000-000000000031', 'Tablet', now(), now());
    insert into kit_line (kit_id, position, device_kind, with_data, accessory_id, quantity) values
      ('01900000-0000-7000-8000-000000000030', 1, 'tablet', false, null, 1),
      ('01900000-0000-7000-8000-000000000030', 2, 'dongle', true, null, 1),
      ('01900000-0000-7000-8000-000000000030', 3, null, false, '01900000-0000-7000-8000-000000000020', 1),
      ('01900000-0000-7000-8000-000000000030', 4, null, false, '01900000-0000-7000-8000-000000000021', 1),
      ('01900000-0000-7000-8000-000000000031', 1, 'tablet', false, null, 1),
      ('01900000-0000-7000-8000-000000000031', 2, null, false, '01900000-0000-7000-8000-000000000020', 1),
      ('01900000-0000-7000-8000-000000000031', 3, null, false, '01900000-0000-7000-8000-000000000021', 1);
  `.execute(db);
}
