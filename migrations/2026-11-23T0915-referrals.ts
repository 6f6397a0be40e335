import { type Kysely, sql } from 'kysely';

/** Patients and how to reach them safely, referrals with their needs, allocations. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create sequence referral_number;

    create table patient (
      id uuid primary key,
      given_name text not null,
      family_name text not null,
      preferred_name text,
      date_of_birth date,
      nhs_number text check (nhs_number ~ '^[0-9]{10}$'),
      no_nhs_number_reason text check (no_nhs_number_reason in ('not_known', 'overseas', 'devolved_nation')),
      address text,
      no_fixed_abode boolean not null default false,
      wording text not null default 'discreet' check (wording in ('discreet', 'identified')),
      contact_choice text not null default 'any_safe' check (contact_choice in ('any_safe', 'patient_contacts_us')),
      contact_state text not null default 'open' check (contact_state in ('open', 'paused', 'withdrawn', 'deceased')),
      paused_until date,
      communication_needs text[] not null default '{}',
      language text,
      trusted_person jsonb,
      created_at timestamptz not null,
      changed_at timestamptz not null
    );
    create index patient_identity on patient (nhs_number, date_of_birth, lower(family_name)) where nhs_number is not null;
    create index patient_family_name on patient (lower(family_name) text_pattern_ops);
    create index patient_given_name on patient (lower(given_name) text_pattern_ops);
    create index patient_preferred_name on patient (lower(preferred_name) text_pattern_ops) where preferred_name is not null;

    create table patient_history (
      id uuid primary key,
      patient_id uuid not null references patient,
      event_id uuid not null references event,
      at timestamptz not null,
      before jsonb not null
    );
    create index patient_history_patient on patient_history (patient_id, id);
    comment on table patient_history is 'Earlier personal values, kept apart from the event log so that they can be erased.';

    create table access_log (
      id uuid primary key,
      at timestamptz not null,
      patient_id uuid not null,
      actor_type text not null check (actor_type in ('staff', 'client', 'system')),
      actor_id uuid,
      actor_name text not null,
      request_id text not null,
      what text not null
    );
    create index access_log_patient on access_log (patient_id, id);
    create trigger access_log_append_only before update or delete on access_log for each row execute function refuse_change();
    create trigger access_log_no_truncate before truncate on access_log for each statement execute function refuse_change();
    revoke update, delete, truncate on access_log from lendwell_app;

    create table contact_point (
      id uuid primary key,
      patient_id uuid not null references patient,
      position int not null,
      channel text not null check (channel in ('sms', 'email', 'phone', 'letter')),
      value text not null,
      safe boolean not null,
      safe_from date,
      recheck_due date,
      voicemail_ok boolean not null default false,
      hours jsonb,
      stopped_at timestamptz,
      failed_at timestamptz,
      created_at timestamptz not null,
      constraint safe_has_its_date check (not safe or safe_from is not null)
    );
    create index contact_point_patient on contact_point (patient_id, position);
    create index contact_point_value on contact_point (value);

    create table referral (
      id uuid primary key,
      reference text not null unique,
      clinic_id uuid not null references organisation,
      patient_id uuid not null references patient,
      nhs_number text,
      given_name text not null,
      preferred_name text,
      status text not null default 'received' check (status in
        ('received', 'asked', 'waiting', 'active', 'closed', 'declined', 'withdrawn')),
      urgency text not null default 'routine' check (urgency in ('routine', 'soon', 'urgent')),
      barriers text[] not null default '{}',
      referrer_name text not null,
      referrer_email text,
      referrer_phone text,
      share_with_scheme boolean not null check (share_with_scheme),
      share_back_with_clinic boolean not null default false,
      consent_given_on date not null,
      consent_given_by text,
      clinic_reference text,
      notes text,
      contact_proposal jsonb,
      question text,
      decision_reason text,
      received_at timestamptz not null,
      waiting_since timestamptz,
      changed_at timestamptz not null
    );
    comment on column referral.given_name is 'As the clinic wrote it, with preferred_name and nhs_number: all that the clinic is shown of a person whom others may know by another name.';
    create unique index referral_one_open_per_person on referral (clinic_id, nhs_number)
      where status in ('received', 'asked', 'waiting', 'active');
    create index referral_by_status on referral (status, id);
    create index referral_clinic on referral (clinic_id, id);
    create index referral_patient on referral (patient_id, id);
    create index referral_waiting on referral (waiting_since, id) where status in ('waiting', 'active');

    create table referral_need (
      referral_id uuid not null references referral,
      need text not null check (need in ('device', 'data', 'support')),
      status text not null default 'open' check (status in ('open', 'met', 'dropped')),
      reason text,
      settled_at timestamptz,
      primary key (referral_id, need)
    );
    create index referral_need_open on referral_need (referral_id) where status = 'open';

    create table allocation (
      id uuid primary key,
      referral_id uuid not null references referral,
      device_id uuid not null references device,
      status text not null default 'held' check (status in ('held', 'issued', 'released', 'expired')),
      expires_on date,
      created_at timestamptz not null,
      ended_at timestamptz
    );
    create unique index allocation_one_held_per_device on allocation (device_id) where status = 'held';
    create index allocation_referral on allocation (referral_id);
  `.execute(db);
}
