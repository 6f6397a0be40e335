import { type Kysely, sql } from 'kysely';

/** Networks and allowances as data; plans that are renewed, suspended, ended, and moved between devices. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table data_offer (
      id uuid primary key,
      network text not null,
      gb_per_month int check (gb_per_month > 0),
      duration_months int not null check (duration_months > 0),
      source text,
      retired_at timestamptz,
      created_at timestamptz not null
    );
    comment on table data_offer is 'What networks give, as it is now: it changes by network and year.';
    create unique index data_offer_once on data_offer (lower(network), gb_per_month, duration_months) nulls not distinct where retired_at is null;
    insert into data_offer (id, network, gb_per_month, duration_months, source, created_at) values
      ('01900000-0000-7000-8000-000000000040', 'O2', 25, 12, 'National Databank', now()),
      ('01900000-0000-7000-8000-000000000041', 'Vodafone', 20, 6, 'National Databank', now()),
      ('01900000-0000-7000-8000-000000000042', 'Three', 20, 6, 'National Databank', now());

    alter table data_plan alter column device_id drop not null,
      add column suspended_at timestamptz, add column ended_on date, add column changed_at timestamptz,
      add constraint ended_has_its_date check (status <> 'ended' or ended_on is not null);
    update data_plan set changed_at = created_at;
    alter table data_plan alter column changed_at set not null, alter column changed_at set default now();
    comment on column data_plan.device_id is 'The device it is fitted to; null while the SIM lies in the drawer.';
    create index data_plan_ending on data_plan (expires_on, id) where status <> 'ended';
    create index data_plan_list on data_plan (status, id);
    create index data_plan_device on data_plan (device_id, id);
  `.execute(db);
}
