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
      add column offer_id uuid references data_offer,
      add column suspended_at timestamptz, add column suspended_reason text, add column removed_reason text,
      add column ended_on date, add column ended_reason text, add column changed_at timestamptz,
      add constraint ended_has_its_date check ((status = 'ended') = (ended_on is not null)),
      add constraint suspended_has_its_time check (status <> 'suspended' or suspended_at is not null),
      add constraint started_has_its_end check ((activated_on is null) = (expires_on is null)),
      add constraint active_is_not_suspended check (status <> 'active' or suspended_at is null);
    update data_plan set changed_at = created_at;
    alter table data_plan alter column changed_at set not null, alter column changed_at set default now();
    comment on column data_plan.device_id is 'The device it is fitted to, or was in when it ended; null while the SIM lies in the drawer.';
    comment on column data_plan.offer_id is 'What the network gave when it was recorded; null when that was written by hand.';
    comment on column data_plan.removed_reason is 'Why it was last taken out of a device.';
    create index data_plan_ending on data_plan (expires_on, id) where status <> 'ended';
    create index data_plan_list on data_plan (status, id);
    create index data_plan_device on data_plan (device_id, id);
    create index data_plan_drawer on data_plan (id) where device_id is null and status <> 'ended';
    create index data_plan_network on data_plan (network, id);
    create index data_plan_iccid on data_plan (iccid, id);
    create index task_about on task (subject_id, kind);
  `.execute(db);
}
