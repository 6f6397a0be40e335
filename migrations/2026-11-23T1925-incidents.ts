import { type Kysely, sql } from 'kysely';

/** Incidents with their actions, and items that take the place of others. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create sequence incident_number;
    create table incident (
      id uuid primary key,
      reference text not null unique,
      kind text not null check (kind in ('lost', 'stolen', 'damaged', 'faulty', 'not_returned')),
      status text not null default 'open' check (status in ('open', 'closed')),
      loan_id uuid not null references loan,
      loan_item_id uuid not null references loan_item,
      device_id uuid not null references device,
      patient_id uuid references patient,
      reported_on date not null,
      account text,
      crime_reference text,
      handed_in boolean not null default false,
      approval_asked_at timestamptz,
      approved_by text,
      approval_reason text,
      reported_at timestamptz not null,
      closed_at timestamptz,
      changed_at timestamptz not null,
      constraint closed_has_its_time check ((status = 'closed') = (closed_at is not null)),
      constraint an_approval_has_its_reason check ((approved_by is null) = (approval_reason is null))
    );
    create unique index incident_one_open_per_item on incident (loan_item_id) where status = 'open';
    create index incident_by_status on incident (status, id);
    create index incident_patient on incident (patient_id, id);
    create index incident_device on incident (device_id, id);
    create index incident_loan on incident (loan_id, id);

    create table incident_action (
      id uuid primary key,
      incident_id uuid not null references incident,
      kind text not null check (kind in ('lock', 'lost_mode', 'locate', 'wipe', 'suspend_sim', 'told_police', 'told_ig', 'found', 'write_off', 'note', 'replaced', 'approved', 'closed')),
      note text,
      patient_data boolean,
      authorised_by text,
      requested_at timestamptz not null,
      requested_by text not null,
      confirmed_at timestamptz,
      confirmed_by text
    );
    create index incident_action_incident on incident_action (incident_id, id);

    alter table loan_item add column replaces_item_id uuid references loan_item, add column incident_id uuid references incident;
    comment on column loan_item.incident_id is 'The incident that ended it.';
    create unique index loan_item_replaced_once on loan_item (replaces_item_id) where replaces_item_id is not null;
  `.execute(db);
}
