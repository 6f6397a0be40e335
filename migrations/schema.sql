-- The database of Lendwell as it is today. To be read, and not to be run.
-- Made by `npm run schema` from a database that the migrations beside this file have made; not edited by hand.
-- What runs are the migrations, in the order of their dates: `npm run migrate`.
--
-- Each table stands whole, by name: its columns, what they are held to, indexes, triggers, and what the
-- application's role may not do with it; which rows it shows to whom, and what the roles that read in someone's
-- name may read of it. A constraint is named where PostgreSQL would have named it otherwise.
-- Then come the numbers, the views and the functions. The queue's own schema is not here.

-- ──────────── access_log ──────────────────────────────────────────────────────────────────────────────
-- Who looked at whom: at the record of one person, or at a page that named several. Never changed.
create table access_log (
  id uuid primary key,
  at timestamptz not null,
  patient_id uuid,
  actor_type text not null check (actor_type in ('staff', 'client', 'system')),
  actor_id uuid,
  actor_name text not null,
  request_id text not null,
  what text not null,
  -- Which page or list named people: the pattern of its address, without /api/v1.
  list text,
  -- By what the list was narrowed: the value where it is one of a few, an id, a date or a number; else only
  -- that there was one.
  filters jsonb,
  -- Everyone whom the page named, each once.
  patient_ids uuid[],
  -- The database’s own time, whatever was sent. Rows from before the chain have none.
  recorded_at timestamptz,
  -- Its place in the sequence of what is logged.
  place bigint not null default 0,
  constraint access_log_one_or_many check (
case
    when patient_id is null then list is not null
    and filters is not null and cardinality(patient_ids) > 0
    else list is null and filters is null
    and patient_ids is null
end)
);
create index access_log_at on access_log (at);
create index access_log_patient on access_log (patient_id, id);
create index access_log_people on access_log using gin (patient_ids);
create unique index access_log_place on access_log (place);
create trigger access_log_append_only before delete or update on access_log for each row
  execute function refuse_change();
create trigger access_log_no_truncate before truncate on access_log for each statement
  execute function refuse_change();
create trigger access_log_place before insert on access_log for each row execute function give_log_place();
revoke update, delete on access_log from lendwell_app;

-- ──────────── accessory ───────────────────────────────────────────────────────────────────────────────
create table accessory (
  id uuid primary key,
  kind text not null,
  low_stock_level int not null default 0 check (low_stock_level >= 0),
  retired_at timestamptz,
  created_at timestamptz not null,
  changed_at timestamptz not null default now()
);
create unique index accessory_kind on accessory (lower(kind));

-- ──────────── accessory_movement ──────────────────────────────────────────────────────────────────────
-- Every change of a quantity. The sum of changes at a location is its stock; what was lent and does not come
-- back changes none.
create table accessory_movement (
  id uuid primary key,
  accessory_id uuid not null references accessory,
  location_id uuid references location,
  kind text not null check (kind in ('received', 'issued', 'returned', 'moved_out', 'moved_in', 'lost',
    'damaged', 'counted', 'not_returned', 'gifted', 'issue_taken_back', 'taken_back')),
  change int not null,
  -- How many were counted, or do not come back: where the change does not say it.
  quantity int check (quantity >= 0),
  loan_id uuid references loan,
  note text,
  actor_name text not null,
  at timestamptz not null,
  -- The movement that was a mistake, and that this one undoes.
  takes_back uuid unique references accessory_movement,
  constraint accessory_movement_taken_back_refers check ((kind = 'taken_back') = (takes_back is not null))
);
create index accessory_movement_loan on accessory_movement (loan_id) where loan_id is not null;
create index accessory_movement_log on accessory_movement (accessory_id, id);
create trigger accessory_movement_loses_its_note before update on accessory_movement for each row
  when (new.note is not null or (to_jsonb(new.*) - 'note') <> (to_jsonb(old.*) - 'note'))
  execute function refuse_change();
create trigger accessory_movement_stays before delete on accessory_movement for each row
  execute function refuse_change();
revoke update, delete on accessory_movement from lendwell_app;
grant update (note) on accessory_movement to lendwell_app;

-- ──────────── accessory_stock ─────────────────────────────────────────────────────────────────────────
create table accessory_stock (
  accessory_id uuid not null references accessory,
  location_id uuid not null references location,
  quantity int not null constraint accessory_stock_not_below_zero check (quantity >= 0),
  primary key (accessory_id, location_id)
);

-- ──────────── agreement_version ───────────────────────────────────────────────────────────────────────
create table agreement_version (
  id uuid primary key,
  version int not null unique,
  body text not null,
  created_at timestamptz not null default now(),
  created_by text
);

-- ──────────── allocation ──────────────────────────────────────────────────────────────────────────────
create table allocation (
  id uuid primary key,
  referral_id uuid not null references referral,
  device_id uuid not null references device,
  status text not null default 'held' check (status in ('held', 'issued', 'released', 'expired')),
  expires_on date,
  created_at timestamptz not null,
  ended_at timestamptz,
  ended_reason text
);
create index allocation_by_status on allocation (status, id);
create index allocation_expiry on allocation (expires_on) where status = 'held';
create unique index allocation_one_held_per_device on allocation (device_id) where status = 'held';
create index allocation_referral on allocation (referral_id);

-- ──────────── announcement ────────────────────────────────────────────────────────────────────────────
-- What was told to everyone concerned at once; who is told has a reminder of it.
create table announcement (
  id uuid primary key,
  audience text not null check (audience in ('on_loan', 'support_ahead', 'clinic', 'supporter')),
  clinic_id uuid references organisation,
  supporter_id uuid references staff,
  identified text not null check (identified ~ '\S'),
  discreet text not null check (discreet ~ '\S'),
  -- How many were concerned when it was written.
  people int not null,
  by_name text not null,
  created_at timestamptz not null,
  check ((audience = 'clinic') = (clinic_id is not null)),
  constraint announcement_check1 check ((audience = 'supporter') = (supporter_id is not null))
);

-- ──────────── answer_link ─────────────────────────────────────────────────────────────────────────────
create table answer_link (
  id uuid primary key,
  question_id uuid not null references referral_question on delete cascade,
  token_hash bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index answer_link_question on answer_link (question_id);

-- ──────────── api_client ──────────────────────────────────────────────────────────────────────────────
create table api_client (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('officer', 'clinic', 'integration')),
  organisation_id uuid references organisation,
  rate_per_minute int,
  created_at timestamptz not null,
  disabled_at timestamptz,
  changed_at timestamptz not null,
  constraint clinic_client_names_its_clinic check (role <> 'clinic' or organisation_id is not null)
);
create index api_client_organisation on api_client (organisation_id, id);

-- ──────────── api_key ─────────────────────────────────────────────────────────────────────────────────
create table api_key (
  id uuid primary key,
  client_id uuid not null references api_client,
  hash bytea not null unique,
  created_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  -- The idempotency key of the request that made it.
  made_by text,
  -- When it stops by itself. Null only for keys from before keys had an end.
  expires_at timestamptz,
  -- What of its role it may; null is all of it.
  actions text[],
  -- Networks from which it is taken (CIDR); null is from anywhere.
  addresses text[],
  last_address text,
  -- Networks that it has been used from, the newest last, fifty at most.
  seen_addresses text[] not null default '{}'
);
create index api_key_client on api_key (client_id);

-- ──────────── area_band ───────────────────────────────────────────────────────────────────────────────
-- The band of each area: a postcode district such as N1, or a sector such as N1 9, which goes before its
-- district.
create table area_band (
  area text primary key check (area ~ '^[A-Z]{1,2}[0-9][A-Z0-9]?( [0-9])?$'),
  band int not null check (band >= 1 and band <= 10)
);

-- ──────────── area_lookup ─────────────────────────────────────────────────────────────────────────────
-- Where the bands of areas come from: what the scheme brought, in one row.
create table area_lookup (
  is_the_one boolean default true primary key check (is_the_one),
  name text not null check (name ~ '\S'),
  source text not null check (source ~ '\S'),
  dated date not null,
  changed_at timestamptz not null
);

-- ──────────── asking_wish ─────────────────────────────────────────────────────────────────────────────
-- How often, and how, a person wishes to be asked how they are. Who has no row said nothing of it.
create table asking_wish (
  patient_id uuid primary key references patient,
  -- Null: as often as the policy has it. 0: never.
  most_a_year int check (most_a_year >= 0 and most_a_year <= 50),
  only_on_paper boolean not null default false,
  -- They would rather not be asked how confident they feel.
  skip_confidence boolean not null default false,
  -- How often a year they want to be asked to help shape the scheme. Null: they did not ask for it.
  shape_a_year int check (shape_a_year >= 1 and shape_a_year <= 50),
  changed_at timestamptz not null,
  changed_by text not null
);

-- ──────────── assessment_take_up ──────────────────────────────────────────────────────────────────────
-- What an officer took up of an assessment, once. Goes with it.
create table assessment_take_up (
  assessment_id uuid primary key references referral_assessment on delete cascade,
  offers text[] not null,
  by_name text not null,
  at timestamptz not null
);
create trigger assessment_take_up_kept before update on assessment_take_up for each row
  execute function refuse_change();

-- ──────────── attachment ──────────────────────────────────────────────────────────────────────────────
-- Photos and papers. What is on a loan or an incident is of the person and goes with them; what is on a
-- device alone stays with it.
create table attachment (
  id uuid primary key,
  kind text not null check (kind in ('condition', 'agreement', 'certificate')),
  -- What a photo of a condition shows, or what was wiped; with a loan or an incident where the photo was
  -- taken there.
  device_id uuid references device,
  loan_id uuid references loan,
  incident_id uuid references incident,
  taken_on date not null,
  note text check (note <> '' and length(note) <= 500),
  content_type text not null check (content_type in ('image/jpeg', 'application/pdf')),
  -- Of what is kept, with its thumbnail: this counts towards the quota.
  bytes int not null check (bytes > 0),
  width int check (width > 0),
  height int check (height > 0),
  -- Of what is kept, not of what was sent.
  sha256 bytea not null check (length(sha256) = 32),
  recorded_by text not null,
  created_at timestamptz not null,
  removed_at timestamptz,
  removed_by text,
  -- From then on the bytes are gone, and this row says that they were there.
  removal_reason text check (removal_reason <> '' and length(removal_reason) <= 500),
  constraint attachment_picture check (
case content_type
    when 'image/jpeg' then num_nonnulls(width,
    height) = 2
    else kind <> 'condition' and num_nonnulls(width, height) = 0
end),
  constraint attachment_place check (
case kind
    when 'condition' then device_id is not null
    and num_nonnulls(loan_id, incident_id) <= 1
    when 'agreement' then loan_id is not null
    and num_nonnulls(device_id, incident_id) = 0
    else device_id is not null and num_nonnulls(loan_id,
    incident_id) = 0
end),
  constraint attachment_removal check (num_nonnulls(removed_at, removed_by, removal_reason) in (0, 3))
);
create index attachment_device on attachment (device_id);
create index attachment_incident on attachment (incident_id);
create index attachment_loan on attachment (loan_id);

-- ──────────── attachment_content ──────────────────────────────────────────────────────────────────────
-- The bytes of photos and papers, beside their rows so that no list reads them.
create table attachment_content (
  attachment_id uuid primary key references attachment on delete cascade,
  data bytea not null,
  -- A small JPEG of a picture; none of a PDF.
  thumbnail bytea
);

-- ──────────── bank_holiday ────────────────────────────────────────────────────────────────────────────
-- England and Wales, the observed day. Source: https://www.gov.uk/bank-holidays.json
create table bank_holiday (
  day date primary key,
  title text not null
);

-- ──────────── bought_new ──────────────────────────────────────────────────────────────────────────────
-- What a device of each kind would cost new, in pence by kind. A kind of which nobody said it is not in it.
create table bought_new (
  one boolean default true primary key constraint bought_new_is_one check (one),
  pence jsonb not null default '{}',
  changed_at timestamptz not null
);

-- ──────────── captured_message ────────────────────────────────────────────────────────────────────────
-- What the capture channel took instead of sending it. Deliberately not unique on reference: it would show a
-- double.
create table captured_message (
  id bigint generated always as identity primary key,
  reference uuid not null,
  channel text not null,
  recipient text not null,
  subject text,
  body text not null,
  at timestamptz not null default now()
);
create index captured_message_reference on captured_message (reference);

-- ──────────── clinic_note ─────────────────────────────────────────────────────────────────────────────
-- Told to the clinic of the referral, which consented to share back. Goes with the referral.
create table clinic_note (
  id uuid primary key,
  referral_id uuid not null references referral,
  kind text not null check (kind in ('missed_twice', 'missed_by_mistake')),
  at timestamptz not null,
  -- The outcome with which the clinic was told.
  outcome_id uuid references follow_up_outcome,
  -- When it turned out to be recorded by mistake.
  taken_back_at timestamptz,
  -- It was taken back before the clinic had seen it.
  is_hidden boolean not null default false
);
create index clinic_note_referral on clinic_note (referral_id, id);
alter table clinic_note enable row level security;
create policy everything on clinic_note to lendwell_app using (true);
create policy clinics_own on clinic_note for select to lendwell_clinic using (exists ( select from referral r
  where r.id = clinic_note.referral_id));
grant select on clinic_note to lendwell_clinic;

-- ──────────── closed_day ──────────────────────────────────────────────────────────────────────────────
-- Days on which the scheme is closed beside weekends and bank holidays.
create table closed_day (
  day date primary key,
  title text not null check (title ~ '\S'),
  by_name text not null,
  added_at timestamptz not null
);

-- ──────────── contact_move ────────────────────────────────────────────────────────────────────────────
create table contact_move (
  state text not null,
  next text not null,
  primary key (state, next)
);
revoke insert, update, delete on contact_move from lendwell_app;

-- ──────────── contact_point ───────────────────────────────────────────────────────────────────────────
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
create index contact_point_lower_value on contact_point (lower(value));
create index contact_point_patient on contact_point (patient_id, "position");
create index contact_point_value on contact_point (value);
create trigger contact_point_claims_texts after insert on contact_point referencing new table as added
  for each statement execute function claim_texts();
create trigger contact_point_of_nobody_erased before insert on contact_point for each row
  execute function refuse_erased();
alter table contact_point enable row level security;
create policy everything on contact_point to lendwell_app using (true);
create policy supporters_own on contact_point for select to lendwell_supporter using (supports(patient_id));
grant select on contact_point to lendwell_supporter;

-- ──────────── contact_state_change ────────────────────────────────────────────────────────────────────
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
create trigger contact_state_change_of_nobody_erased before insert on contact_state_change for each row
  execute function refuse_erased();

-- ──────────── cost ────────────────────────────────────────────────────────────────────────────────────
-- What the scheme spent, line by line, each in one half-year.
create table cost (
  id uuid primary key,
  -- The first day of the half-year: 1 April or 1 October.
  starts_on date not null constraint cost_half_year_check check (extract(day from starts_on) = 1::numeric
    and (extract(month from starts_on) in (4::numeric, 10::numeric))),
  kind text not null check (kind in ('staff', 'devices', 'data', 'repairs', 'other')),
  pence int not null check (pence >= 0 and pence <= 1000000000),
  -- How many hours of work were paid for with it.
  hours int check (hours >= 0 and hours <= 100000),
  -- For the office alone: it never leaves the scheme.
  note text,
  -- Written down by mistake; it counts nowhere.
  taken_out_at timestamptz,
  changed_at timestamptz not null,
  constraint cost_hours_are_of_staff check (hours is null or kind = 'staff')
);
create index cost_half_year on cost (starts_on);

-- ──────────── data_key ────────────────────────────────────────────────────────────────────────────────
-- The one key that tokens are hashed with and secrets sealed, once for each SECRET that opens it: two while
-- SECRET is changed.
create table data_key (
  -- By which SECRET it is told that this row is its own; it tells nothing of it.
  secret_mark text primary key,
  sealed bytea not null,
  created_at timestamptz not null default now()
);
revoke update on data_key from lendwell_app;
grant update (created_at) on data_key to lendwell_app;

-- ──────────── data_offer ──────────────────────────────────────────────────────────────────────────────
-- What networks give, as it is now: it changes by network and year.
create table data_offer (
  id uuid primary key,
  network text not null,
  gb_per_month int check (gb_per_month > 0),
  duration_months int not null check (duration_months > 0),
  source text,
  retired_at timestamptz,
  created_at timestamptz not null
);
create unique index data_offer_once on data_offer (lower(network), gb_per_month,
  duration_months) nulls not distinct where retired_at is null;

-- ──────────── data_plan ───────────────────────────────────────────────────────────────────────────────
create table data_plan (
  id uuid primary key,
  -- The device it is fitted to, or was in when it ended; null while the SIM lies in the drawer.
  device_id uuid references device,
  network text not null,
  iccid text not null check (iccid ~ '^89[0-9]{16,18}$'),
  msisdn text,
  gb_per_month int,
  duration_months int not null check (duration_months > 0),
  activated_on date,
  expires_on date,
  status text not null default 'active' check (status in ('active', 'suspended', 'ended')),
  created_at timestamptz not null,
  -- What the network gave when it was recorded; null when that was written by hand.
  offer_id uuid references data_offer,
  suspended_at timestamptz,
  suspended_reason text,
  -- Why it was last taken out of a device.
  removed_reason text,
  ended_on date,
  ended_reason text,
  changed_at timestamptz not null default now(),
  constraint active_is_not_suspended check (status <> 'active' or suspended_at is null),
  constraint ended_has_its_date check ((status = 'ended') = (ended_on is not null)),
  constraint started_has_its_end check ((activated_on is null) = (expires_on is null)),
  constraint suspended_has_its_time check (status <> 'suspended' or suspended_at is not null)
);
create index data_plan_by_end on data_plan (coalesce(expires_on, '2199-12-31'::date), id);
create index data_plan_device on data_plan (device_id, id);
create index data_plan_drawer on data_plan (id) where device_id is null and status <> 'ended';
create index data_plan_ending on data_plan (expires_on, id) where status <> 'ended';
create index data_plan_iccid on data_plan (iccid, id);
create unique index data_plan_iccid_in_use on data_plan (iccid) where status <> 'ended';
create index data_plan_list on data_plan (status, id);
create index data_plan_msisdn on data_plan (msisdn) where msisdn is not null;
create index data_plan_network on data_plan (network, id);
create unique index data_plan_one_per_device on data_plan (device_id) where status <> 'ended';

-- ──────────── device ──────────────────────────────────────────────────────────────────────────────────
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
  status text not null default 'in_preparation' check (status in ('in_preparation', 'ready', 'reserved',
    'on_loan', 'due_back', 'in_repair', 'lost', 'gifted', 'retired')),
  cycle int not null default 1,
  cycle_started_on date not null,
  donation_id uuid not null references donation,
  location_id uuid references location,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  -- It was on loan before Lendwell knew it: it begins on loan, without checks of ours.
  taken_over boolean not null default false,
  -- The day of the last stocktake that missed it; null once it was seen since. It is of the shelf: whatever
  -- leaves that was in hand, or is no longer looked for.
  missed_on date,
  -- The version of its operating system, as it was last read at the bench.
  system_version text,
  -- The first day without security updates, as read on the device itself; it goes before what is said of its
  -- model.
  own_updates_end_on date,
  -- The first day without security updates, as far as it is known of the device or else of its model. Kept by
  -- triggers.
  updates_end_on date,
  -- The end of updates for which staff were asked while it was out.
  updates_asked_for date
);
create index device_by_kind on device (kind, status, id);
create index device_by_location on device (location_id, status, id);
create index device_by_status on device (status, id);
create index device_donation on device (donation_id);
-- A scan names any device, also one that is no longer in use.
create index device_imei on device (imei) where imei is not null;
create unique index device_imei_in_use on device (imei) where status not in ('retired', 'gifted');
create index device_model_of on device (model_key(make, model));
create unique index device_serial_in_use on device (lower(make), upper(serial_number))
  where status not in ('retired', 'gifted');
create index device_serial_key on device (code_key(serial_number) collate "C")
  where serial_number is not null;
create index device_updates_end on device (updates_end_on) where updates_end_on is not null;
create trigger device_begins before insert on device for each row execute function hold_device_to_lifecycle();
create trigger device_code_ends after update of status on device for each row when (new.status in ('lost',
  'retired')) execute function end_device_code();
create trigger device_knows_updates before insert or update of make, model, own_updates_end_on on device
  for each row execute function know_updates();
create trigger device_leaves_shelf before update of status on device for each row
  when (new.missed_on is not null and (new.status not in ('in_preparation', 'ready', 'reserved')))
  execute function forget_missed();
create trigger device_moves before update of status on device for each row
  when (old.status is distinct from new.status) execute function hold_device_to_lifecycle();
grant select (id, asset_tag, kind, make, model) on device to lendwell_supporter;

-- ──────────── device_code ─────────────────────────────────────────────────────────────────────────────
-- The secret address that the second code on a label leads to. It says nothing of the device.
create table device_code (
  -- What finds it: a keyed hash of the secret.
  slug_hash bytea primary key,
  -- The secret itself, sealed with the data key: a label is printed again with the code that it had.
  slug_sealed bytea not null,
  device_id uuid not null references device on delete cascade,
  made_at timestamptz not null,
  -- When the device was lost or retired; the next label has a new code.
  ended_at timestamptz
);
create unique index device_code_in_use on device_code (device_id) where ended_at is null;

-- ──────────── device_model ────────────────────────────────────────────────────────────────────────────
-- What staff have said of models: until when their makers give security updates, and where that stands.
-- Nothing is known of a model without a row.
create table device_model (
  key text generated always as (model_key(make, model)) stored primary key,
  make text not null check (make ~ '\S'),
  model text not null check (model ~ '\S'),
  system text,
  highest_version text,
  -- The first day without security updates; null where somebody looked and it is not known.
  updates_end_on date,
  source text not null check (source ~ '\S'),
  source_url text check (source_url ~ '^https://'),
  said_by text not null,
  said_at timestamptz not null
);
create trigger device_model_spreads after insert or update on device_model for each row
  execute function spread_updates();

-- ──────────── device_move ─────────────────────────────────────────────────────────────────────────────
-- The lifecycle that the trigger on device holds to. The same list as device.rules.ts.
create table device_move (
  from_status text not null,
  to_status text not null,
  primary key (from_status, to_status)
);
revoke insert, update, delete on device_move from lendwell_app;

-- ──────────── disposal ────────────────────────────────────────────────────────────────────────────────
-- How a device left for good: the waste transfer note or destruction certificate, or the line of the losses
-- register.
create table disposal (
  id uuid primary key,
  device_id uuid not null unique references device,
  way text not null check (way in ('recycled', 'destroyed', 'returned_to_donor', 'passed_on', 'written_off')),
  disposed_on date not null,
  organisation text,
  transfer_note text,
  destruction_certificate text,
  book_value numeric(10,2) check (book_value >= 0::numeric),
  authorised_by text,
  notes text,
  created_at timestamptz not null,
  constraint written_off_names_who_authorised check (way <> 'written_off' or authorised_by is not null)
);
create index disposal_register on disposal (disposed_on, id) where way = 'written_off';

-- ──────────── donation ────────────────────────────────────────────────────────────────────────────────
create table donation (
  id uuid primary key,
  reference text not null unique,
  donor_id uuid not null references organisation,
  donor_reference text,
  received_on date not null,
  location_id uuid references location,
  created_at timestamptz not null,
  notes text,
  changed_at timestamptz not null default now()
);
create index donation_by_day on donation (received_on, id);
create index donation_donor on donation (donor_id);

-- ──────────── drop_in ─────────────────────────────────────────────────────────────────────────────────
create table drop_in (
  id uuid primary key,
  location_id uuid not null references location,
  held_on date not null,
  starts_at time not null,
  minutes int not null check (minutes >= 5 and minutes <= 480),
  supporter_id uuid references staff,
  -- People who came and are not known by name, such as visitors of the place.
  others int not null default 0 check (others >= 0 and others <= 500),
  note text,
  cancelled_at timestamptz,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  -- When it was taken back as recorded by mistake: there was none.
  taken_back_at timestamptz,
  -- Who of the staff took it back, by name.
  taken_back_by text,
  taken_back_reason text,
  -- How many times a device that people share there was used.
  shared_sessions int not null default 0 check (shared_sessions >= 0 and shared_sessions <= 500),
  constraint drop_in_taken_back_says_why check ((taken_back_at is null) = (taken_back_reason is null)
    and (taken_back_at is null) = (taken_back_by is null))
);
create index drop_in_held on drop_in (held_on, id);
create unique index one_drop_in_at_a_place_and_time on drop_in (location_id, held_on, starts_at)
  where taken_back_at is null;
alter table drop_in enable row level security;
create policy everything on drop_in to lendwell_app using (true);
create policy supporters_own on drop_in for select to lendwell_supporter using (supporter_id = asker());
grant select on drop_in to lendwell_supporter;

-- ──────────── drop_in_pages ───────────────────────────────────────────────────────────────────────────
-- How many pages were looked at at a drop-in, by topic. Addresses are kept nowhere.
create table drop_in_pages (
  drop_in_id uuid not null references drop_in,
  topic_id uuid not null references page_topic,
  pages int not null check (pages > 0 and pages <= 100000),
  primary key (drop_in_id, topic_id)
);
create index drop_in_pages_topic on drop_in_pages (topic_id);
alter table drop_in_pages enable row level security;
create policy everything on drop_in_pages to lendwell_app using (true);
create policy supporters_own on drop_in_pages for select to lendwell_supporter using (exists ( select from drop_in d where d.id = drop_in_pages.drop_in_id));
grant select on drop_in_pages to lendwell_supporter;

-- ──────────── drop_in_person ──────────────────────────────────────────────────────────────────────────
-- Who came and what they asked. Personal; goes with the person.
create table drop_in_person (
  id uuid primary key,
  drop_in_id uuid not null references drop_in,
  patient_id uuid not null references patient,
  topics text[] not null default '{}',
  note text,
  at timestamptz not null,
  -- When it was taken back as recorded by mistake: they did not come.
  taken_back_at timestamptz,
  -- Who of the staff took it back, by name.
  taken_back_by text,
  taken_back_reason text,
  constraint drop_in_person_taken_back_says_why check ((taken_back_at is null) = (taken_back_reason is null)
    and (taken_back_at is null) = (taken_back_by is null))
);
create index drop_in_person_drop_in on drop_in_person (drop_in_id, id);
create index drop_in_person_patient on drop_in_person (patient_id, id);
create trigger drop_in_person_of_who_stayed before insert on drop_in_person for each row
  execute function follow_the_merge();
alter table drop_in_person enable row level security;
create policy everything on drop_in_person to lendwell_app using (true);
create policy supporters_own on drop_in_person for select to lendwell_supporter using (exists ( select from drop_in d where d.id = drop_in_person.drop_in_id));
grant select on drop_in_person to lendwell_supporter;

-- ──────────── drop_in_visitor ─────────────────────────────────────────────────────────────────────────
-- Someone who came and is not known by name: a stroke of a tally, of whom nothing else is kept.
create table drop_in_visitor (
  id uuid primary key,
  drop_in_id uuid not null references drop_in,
  -- Whether they said that they had been there before; who had not is a person whom drop-ins reached.
  came_before boolean not null,
  -- As whoever was there guessed it; null where nobody said.
  age_band text check (age_band in ('under_25', '25_to_44', '45_to_64', '65_and_over')),
  topics text[] not null default '{}',
  at timestamptz not null
);
create index drop_in_visitor_drop_in on drop_in_visitor (drop_in_id, id);
alter table drop_in_visitor enable row level security;
create policy everything on drop_in_visitor to lendwell_app using (true);
create policy supporters_own on drop_in_visitor for select to lendwell_supporter using (exists ( select from drop_in d where d.id = drop_in_visitor.drop_in_id));
grant select on drop_in_visitor to lendwell_supporter;

-- ──────────── earlier_label ───────────────────────────────────────────────────────────────────────────
-- A label that the scheme had on a device before its asset tag, or beside it: a scan of it finds the device.
create table earlier_label (
  device_id uuid not null references device on delete cascade,
  label text not null check (label <> '' and length(label) <= 100),
  label_key text not null generated always as (code_key(label)) stored,
  recorded_at timestamptz not null,
  primary key (device_id, label_key)
);
create index earlier_label_key on earlier_label (label_key);

-- ──────────── equality_answer ─────────────────────────────────────────────────────────────────────────
-- How a person described themselves, for figures alone. No page, list or reply shows a row to anyone; of
-- records that were merged, what was written down last counts.
create table equality_answer (
  patient_id uuid primary key references patient,
  given_on date not null,
  age text check (age in ('under_25', '25_to_34', '35_to_44', '45_to_54', '55_to_64', '65_to_74',
    '75_and_over', 'rather_not_say')),
  sex text check (sex in ('female', 'male', 'rather_not_say')),
  -- Whether it is the same as the sex registered at birth.
  gender text check (gender in ('yes', 'no', 'rather_not_say')),
  ethnicity text check (ethnicity in ('asian', 'black', 'mixed', 'white', 'other', 'rather_not_say')),
  disability text check (disability in ('yes', 'no', 'rather_not_say')),
  -- The band of the area that they live in, by the lookup of the scheme. The postcode is kept nowhere.
  area text check (area in ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10', 'rather_not_say')),
  changed_at timestamptz not null,
  constraint equality_answer_says_something check (num_nonnulls(age, sex, gender, ethnicity, disability,
    area) > 0)
);
alter table equality_answer enable row level security;
create policy everything on equality_answer to lendwell_app using (true);

-- ──────────── event ───────────────────────────────────────────────────────────────────────────────────
-- Append-only. values holds allow-listed, non-personal columns; fields names the others that changed.
create table event (
  id uuid primary key,
  at timestamptz not null,
  type text not null,
  actor_type text not null check (actor_type in ('staff', 'client', 'system')),
  actor_id uuid,
  actor_name text not null,
  request_id text not null,
  "values" jsonb not null default '{}',
  fields text[] not null default '{}',
  -- The database’s own time, whatever was sent. Rows from before the chain have none.
  recorded_at timestamptz,
  -- Its place in the sequence of what is logged.
  place bigint not null default 0
);
create index event_at on event using brin (at) with (pages_per_range='32');
create unique index event_place on event (place);
create trigger event_append_only before delete or update on event for each row
  execute function refuse_change();
create trigger event_no_truncate before truncate on event for each statement execute function refuse_change();
create trigger event_place before insert on event for each row execute function give_log_place();
revoke update, delete on event from lendwell_app;
alter table event enable row level security;
create policy everything on event to lendwell_app using (true);
create policy clinics_own on event for select to lendwell_clinic using (exists ( select from event_subject s
  where s.event_id = event.id));
create policy supporters_own on event for select to lendwell_supporter using (exists ( select from event_subject s where s.event_id = event.id));
grant select (id, at, type, "values", fields) on event to lendwell_clinic;
grant select on event to lendwell_supporter;

-- ──────────── event_subject ───────────────────────────────────────────────────────────────────────────
-- The things an event is part of the story of. Event ids are UUIDv7, so the key is a timeline.
create table event_subject (
  subject_id uuid not null,
  event_id uuid not null references event,
  subject_type text not null,
  primary key (subject_id, event_id)
);
create index event_subject_event on event_subject (event_id);
create trigger event_subject_append_only before delete or update on event_subject for each row
  execute function refuse_change();
create trigger event_subject_no_truncate before truncate on event_subject for each statement
  execute function refuse_change();
revoke update, delete on event_subject from lendwell_app;
alter table event_subject enable row level security;
create policy everything on event_subject to lendwell_app using (true);
create policy clinics_own on event_subject for select to lendwell_clinic using (exists ( select from referral r where r.id = event_subject.subject_id));
create policy supporters_own on event_subject for select to lendwell_supporter using (exists ( select from follow_up f where f.id = event_subject.subject_id));
grant select (subject_id, event_id) on event_subject to lendwell_clinic;
grant select on event_subject to lendwell_supporter;

-- ──────────── factor ──────────────────────────────────────────────────────────────────────────────────
-- What staff show beside their password: an app that shows codes, or a passkey.
create table factor (
  id uuid primary key,
  staff_id uuid not null references staff,
  kind text not null check (kind in ('code', 'passkey')),
  name text not null,
  sealed_secret bytea,
  -- The 30 seconds of the last code that was taken: none of them or before is taken again.
  last_step bigint,
  credential_id text unique,
  public_key bytea,
  counter bigint,
  transports text[],
  created_at timestamptz not null,
  used_at timestamptz,
  removed_at timestamptz,
  constraint factor_of_its_kind check ((kind = 'code') = (sealed_secret is not null and last_step is not null)
    and (kind = 'passkey') = (credential_id is not null and public_key is not null and counter is not null))
);
create unique index factor_one_app on factor (staff_id) where kind = 'code' and removed_at is null;
create index factor_staff on factor (staff_id) where removed_at is null;
alter table factor enable row level security;
create policy everything on factor to lendwell_app using (true);
create policy supporters_own on factor for select to lendwell_supporter using (staff_id = asker());
grant select on factor to lendwell_supporter;

-- ──────────── follow_up ───────────────────────────────────────────────────────────────────────────────
create table follow_up (
  id uuid primary key,
  patient_id uuid not null references patient,
  loan_id uuid references loan,
  referral_id uuid references referral,
  -- A step of the plan in its words or, of one beside the plan, what someone typed: that is personal.
  step text not null,
  due_on date not null,
  starts_at time not null,
  minutes int not null,
  way text not null check (way in ('phone', 'video', 'in_person', 'message')),
  supporter_id uuid references staff,
  status text not null default 'planned' check (status in ('planned', 'confirmed', 'done', 'missed',
    'cancelled')),
  note text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  patient_plan_id uuid references patient_plan,
  -- Days before the loan is due back; null when it is counted from the start.
  before_due int,
  lead_days int not null default 1 check (lead_days >= 1 and lead_days <= 10),
  -- Why it was last moved, done another way or called off, as the person may be told.
  why text check (why in ('they_asked', 'supporter_away', 'someone_else', 'we_cannot', 'closed', 'place',
    'mistake', 'dates_moved', 'ended'))
);
create index follow_up_diary on follow_up (due_on, starts_at, id);
create index follow_up_done on follow_up (due_on) where status = 'done';
create index follow_up_due on follow_up (due_on, id) where status in ('planned', 'confirmed');
create index follow_up_loan on follow_up (loan_id);
create index follow_up_patient on follow_up (patient_id, due_on, starts_at, id);
create index follow_up_patient_plan on follow_up (patient_plan_id);
create index follow_up_referral on follow_up (referral_id);
create index follow_up_supporter on follow_up (supporter_id, due_on, starts_at, id);
create trigger follow_up_of_who_stayed before insert on follow_up for each row
  execute function follow_the_merge();
alter table follow_up enable row level security;
create policy everything on follow_up to lendwell_app using (true);
create policy supporters_own on follow_up for select to lendwell_supporter using (supporter_id = asker()
  or supports(patient_id));
grant select on follow_up to lendwell_supporter;

-- ──────────── follow_up_outcome ───────────────────────────────────────────────────────────────────────
create table follow_up_outcome (
  follow_up_id uuid not null references follow_up,
  result text not null check (result in ('done', 'missed', 'cancelled')),
  topics text[] not null default '{}',
  minutes int,
  confidence int check (confidence >= 1 and confidence <= 5),
  frequency text check (frequency in ('daily', 'weekly', 'monthly', 'rarely', 'never')),
  got_in_the_way text[] not null default '{}',
  concern boolean not null default false,
  note text,
  next_step text,
  recorded_at timestamptz not null,
  id uuid primary key,
  -- The member of staff or the client who recorded it.
  recorded_by uuid,
  -- How its follow-up stood before it.
  was_status text not null check (was_status in ('planned', 'confirmed')),
  -- The day for which its follow-up stood before it.
  was_due_on date not null,
  -- Why its follow-up had last been moved before it.
  was_why text check (was_why in ('they_asked', 'supporter_away', 'someone_else', 'we_cannot', 'closed',
    'place', 'mistake', 'dates_moved', 'ended')),
  -- The concern was raised by mistake too. Without that it stands, also once the outcome does not.
  concern_taken_back boolean not null default false,
  -- When it was taken back as recorded by mistake; from then on it is no outcome of the follow-up.
  taken_back_at timestamptz,
  -- Who of the staff took it back, by name.
  taken_back_by text,
  taken_back_reason text,
  -- The follow-up by which it is tried again, where that was planned with it.
  again_id uuid references follow_up,
  constraint follow_up_outcome_concern_goes_with_it check (not concern_taken_back or concern
    and taken_back_at is not null),
  constraint follow_up_outcome_taken_back_says_why
    check ((taken_back_at is null) = (taken_back_reason is null)
    and (taken_back_at is null) = (taken_back_by is null))
);
create index follow_up_outcome_again on follow_up_outcome (again_id) where again_id is not null;
create index follow_up_outcome_follow_up on follow_up_outcome (follow_up_id);
create unique index follow_up_outcome_standing on follow_up_outcome (follow_up_id)
  where taken_back_at is null;
alter table follow_up_outcome enable row level security;
create policy everything on follow_up_outcome to lendwell_app using (true);
create policy supporters_own on follow_up_outcome for select to lendwell_supporter using (exists ( select from follow_up f where f.id = follow_up_outcome.follow_up_id));
grant select on follow_up_outcome to lendwell_supporter;

-- ──────────── form_link ───────────────────────────────────────────────────────────────────────────────
create table form_link (
  id uuid primary key,
  clinic_id uuid not null references organisation,
  label text not null,
  token_hash bytea not null unique,
  -- The last day on which it works, in London.
  expires_on date not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  used_at timestamptz,
  sent int not null default 0
);
create index form_link_clinic on form_link (clinic_id, id);

-- ──────────── found_message ───────────────────────────────────────────────────────────────────────────
-- What whoever found a device wrote by the code on its label. Kept for 90 days.
create table found_message (
  id uuid primary key,
  device_id uuid not null references device on delete cascade,
  -- The loan that the device was last on while it was out or lost: it goes with its person.
  loan_id uuid references loan,
  body text,
  -- How whoever found it can be reached, if they said so.
  reach text,
  received_at timestamptz not null,
  constraint found_message_says_something check (num_nonnulls(body, reach) > 0)
);
create index found_message_device on found_message (device_id);
create index found_message_loan on found_message (loan_id) where loan_id is not null;
create index found_message_received on found_message (received_at);

-- ──────────── guide ───────────────────────────────────────────────────────────────────────────────────
-- A short guide for people who are supported. What it says is in guide_version, by language and format.
create table guide (
  id uuid primary key,
  -- Stands in the address at which people read it, which tells nobody anything.
  number int generated always as identity unique,
  name text not null,
  topic text not null,
  made_by text,
  -- With whom it was made: people who use it, and how.
  made_with text,
  -- When staff are asked to look at it again.
  review_on date,
  retired_at timestamptz,
  changed_at timestamptz not null
);
create unique index guide_name on guide (lower(name)) where retired_at is null;
grant select on guide to lendwell_supporter;

-- ──────────── guide_version ───────────────────────────────────────────────────────────────────────────
-- A guide as somebody saved it, in a language and a format: the newest version of each is what people read.
create table guide_version (
  guide_id uuid not null references guide,
  language text not null check (language ~ '^[a-z]{2,3}$'),
  format text not null check (format in ('standard', 'large_print', 'easy_read', 'audio', 'bsl')),
  version int not null check (version > 0),
  title text not null check (title ~ '\S'),
  body text not null check (body ~ '\S'),
  created_at timestamptz not null,
  created_by text not null,
  primary key (guide_id, language, format, version)
);
create trigger guide_version_no_truncate before truncate on guide_version for each statement
  execute function refuse_change();
create trigger guide_version_stays before delete or update on guide_version for each row
  execute function refuse_change();
revoke update, delete on guide_version from lendwell_app;
grant select on guide_version to lendwell_supporter;

-- ──────────── handout ─────────────────────────────────────────────────────────────────────────────────
-- A guide or a signpost that someone was given at a contact: by a message with its address, or on paper.
create table handout (
  id uuid primary key,
  patient_id uuid not null references patient,
  follow_up_id uuid references follow_up,
  drop_in_person_id uuid references drop_in_person,
  guide_id uuid,
  language text,
  format text,
  version int,
  signpost_id uuid references signpost,
  way text not null check (way in ('message', 'paper')),
  -- The address that was given, without where it begins.
  path text not null,
  given_at timestamptz not null,
  given_by text not null,
  taken_back_at timestamptz,
  taken_back_by text,
  taken_back_reason text,
  foreign key (guide_id, language, format, version) references guide_version(guide_id, language, format,
    version) match full,
  constraint handout_at_one_contact check (num_nonnulls(follow_up_id, drop_in_person_id) = 1),
  constraint handout_is_one_thing check (num_nonnulls(guide_id, signpost_id) = 1),
  constraint handout_taken_back_says_why check ((taken_back_at is null) = (taken_back_reason is null)
    and (taken_back_at is null) = (taken_back_by is null))
);
create index handout_given on handout (given_at);
create unique index handout_once on handout (follow_up_id, drop_in_person_id, guide_id, language, format,
  signpost_id, way) nulls not distinct where taken_back_at is null;
create index handout_patient on handout (patient_id, id);
create trigger handout_of_who_stayed before insert on handout for each row
  execute function follow_the_merge();
alter table handout enable row level security;
create policy everything on handout to lendwell_app using (true);
create policy supporters_own on handout for select to lendwell_supporter using (supports(patient_id));
grant select on handout to lendwell_supporter;

-- ──────────── idempotency_key ─────────────────────────────────────────────────────────────────────────
create table idempotency_key (
  caller text not null,
  key text not null,
  fingerprint text not null,
  result json,
  created_at timestamptz not null,
  -- The request that was answered: its events say whom the reply is about. Once one of them is erased the
  -- reply is null.
  request_id text,
  primary key (caller, key)
);
create index idempotency_key_age on idempotency_key (created_at);

-- ──────────── inbound_message ─────────────────────────────────────────────────────────────────────────
-- Texts from people: personal, for the office alone, and gone when the person is erased.
create table inbound_message (
  id uuid primary key,
  provider_id text not null unique,
  from_number text,
  body text not null,
  meaning text not null check (meaning in ('stop', 'yes', 'cancel', 'worrying', 'other', 'confirm', 'move',
    'ring', 'lost', 'run_out')),
  patient_ids uuid[] not null default '{}',
  received_at timestamptz not null,
  -- The message whose link they answered by; null for a text.
  message_id uuid references message,
  constraint inbound_has_a_source check (from_number is not null or message_id is not null)
);
create index inbound_message_message on inbound_message (message_id) where message_id is not null;
create index inbound_message_of_nobody on inbound_message (from_number) where patient_ids = '{}'::uuid[];
create index inbound_message_patients on inbound_message using gin (patient_ids);
create index inbound_message_stopped on inbound_message (from_number) where meaning = 'stop';

-- ──────────── incident ────────────────────────────────────────────────────────────────────────────────
create table incident (
  id uuid primary key,
  reference text not null unique,
  kind text not null check (kind in ('lost', 'stolen', 'pawned', 'sold', 'given_away', 'damaged', 'faulty',
    'not_returned')),
  status text not null default 'open' check (status in ('open', 'closed', 'recorded_by_mistake')),
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
  -- The day it happened, where someone knew it.
  happened_given_on date,
  -- The day it happened, at the latest the one on which it was told.
  happened_on date not null generated always as (coalesce(happened_given_on, reported_on)) stored,
  -- When it was taken back as recorded by mistake. Such an incident counts nowhere.
  taken_back_at timestamptz,
  -- Who of the staff took it back, by name.
  taken_back_by text,
  taken_back_reason text,
  constraint a_mistake_says_why check ((status = 'recorded_by_mistake') = (taken_back_at is not null)
    and (taken_back_at is null) = (taken_back_by is null)
    and (taken_back_at is null) = (taken_back_reason is null)),
  constraint an_approval_has_its_reason check ((approved_by is null) = (approval_reason is null)),
  constraint closed_has_its_time check ((status = 'closed') = (closed_at is not null))
);
create index incident_by_day on incident (happened_on, id);
create index incident_by_status on incident (status, id);
create index incident_device on incident (device_id, id);
create index incident_happened on incident (happened_on);
create index incident_loan on incident (loan_id, id);
create unique index incident_one_open_per_item on incident (loan_item_id) where status = 'open';
create index incident_patient on incident (patient_id, id);

-- ──────────── incident_action ─────────────────────────────────────────────────────────────────────────
create table incident_action (
  id uuid primary key,
  incident_id uuid not null references incident,
  kind text not null check (kind in ('lock', 'lost_mode', 'locate', 'wipe', 'suspend_sim', 'concern',
    'told_police', 'told_ig', 'agree_return', 'found', 'write_off', 'note', 'replaced', 'approved',
    'closed')),
  note text,
  patient_data boolean,
  authorised_by text,
  requested_at timestamptz not null,
  requested_by text not null,
  confirmed_at timestamptz,
  confirmed_by text,
  -- It was decided that it need not be done.
  not_needed boolean not null default false,
  taken_back_at timestamptz,
  taken_back_by text,
  -- What stands of it; a line that was taken back is in the story alone.
  status text not null generated always as (
case
    when taken_back_at is not null then 'taken_back'
    when not_needed then 'not_needed'
    when confirmed_at is null then 'asked'
    else 'done'
end) stored check (status in ('asked', 'done', 'not_needed', 'taken_back')),
  constraint what_is_not_needed_is_not_done check (not (not_needed and confirmed_at is not null))
);
create index incident_action_incident on incident_action (incident_id, id);

-- ──────────── instrument ──────────────────────────────────────────────────────────────────────────────
-- A questionnaire as the scheme set it up. One that needs a licence that is not held cannot be used.
create table instrument (
  id uuid primary key,
  name text not null check (name ~ '\S'),
  -- Which totals are better.
  direction text not null check (direction in ('higher', 'lower')),
  licence_needed boolean not null,
  licence_held boolean not null,
  licence_holder text,
  licence_note text,
  -- From when it is asked first. Null: when somebody thinks it right.
  baseline text check (baseline in ('referral', 'handover')),
  -- So many weeks after the handover it is asked again.
  repeat_weeks int[] not null default '{}',
  retired_at timestamptz,
  changed_at timestamptz not null
);
create unique index instrument_name on instrument (lower(name));
grant select on instrument to lendwell_supporter;

-- ──────────── instrument_version ──────────────────────────────────────────────────────────────────────
-- The items of an instrument, which never change: others are the next version.
create table instrument_version (
  id uuid primary key,
  instrument_id uuid not null references instrument,
  version int not null check (version > 0),
  total text not null check (total in ('sum', 'mean')),
  -- With how many items unanswered there still is a total.
  may_miss int not null check (may_miss >= 0),
  -- In their order: [{ wording, lowest, highest, labels, reversed }].
  items jsonb not null,
  created_at timestamptz not null,
  created_by text not null
);
create unique index instrument_version_once on instrument_version (instrument_id, version);
create trigger instrument_version_no_truncate before truncate on instrument_version for each statement
  execute function refuse_change();
create trigger instrument_version_stays before delete or update on instrument_version for each row
  execute function refuse_change();
revoke update, delete on instrument_version from lendwell_app;
grant select on instrument_version to lendwell_supporter;

-- ──────────── invitation ──────────────────────────────────────────────────────────────────────────────
-- Whom the scheme asked to help shape it, and to what. Each counts in how often they are asked.
create table invitation (
  id uuid primary key,
  patient_id uuid not null references patient,
  invited_on date not null,
  to_what text not null check (to_what ~ '\S'),
  invited_by text not null,
  created_at timestamptz not null
);
create index invitation_patient on invitation (patient_id, invited_on);

-- ──────────── job_run ─────────────────────────────────────────────────────────────────────────────────
create table job_run (
  job text not null,
  local_date date not null,
  step text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  superseded_at timestamptz,
  -- How much was done; while it runs, so far.
  count int,
  -- When it last said how far it had come.
  moved_at timestamptz,
  primary key (job, local_date, step)
);

-- ──────────── kept_page ───────────────────────────────────────────────────────────────────────────────
-- Pages that answered a form, for an hour, so that a browser can come back to them.
create table kept_page (
  id uuid primary key,
  -- Sealed for whoever sent the form: a member of staff, or the browser of someone who signs in nowhere.
  sealed bytea not null,
  kept_at timestamptz not null
);
create index kept_page_age on kept_page (kept_at);

-- ──────────── kept_sheet ──────────────────────────────────────────────────────────────────────────────
-- Lists that someone of the staff gave, between looking at them and recording them, and how far the work on a
-- long one is. All that they hold is sealed for whoever gave them.
create table kept_sheet (
  id uuid primary key,
  staff_id uuid not null references staff,
  kind text not null check (kind in ('donation', 'take_over')),
  status text not null check (status in ('kept', 'to_judge', 'judged', 'to_save', 'saving', 'saved',
    'failed')),
  -- A keyed hash of the list and of what was said of it: a second press is known by it.
  mark bytea not null,
  -- Sealed: the text of the list. Gone once it is recorded.
  sheet bytea,
  -- Sealed: what was typed beside it. Gone once it is recorded.
  said bytea,
  -- Sealed: what would happen with each line, or why it was refused. Gone once it is recorded.
  found bytea,
  lines int not null check (lines >= 0),
  lines_done int not null default 0 check (lines_done >= 0),
  -- What became of it, without a word of anyone: a sentence, and where it leads.
  result jsonb,
  -- The event that asked for the work on it, of which the outbox knows.
  event_id uuid references event,
  changed_at timestamptz not null,
  -- When whoever gave it saw what became of it.
  seen_at timestamptz,
  expires_at timestamptz not null,
  check ((status = 'saved') = (sheet is null)),
  constraint kept_sheet_check1 check ((status = 'saved') = (result is not null))
);
create index kept_sheet_end on kept_sheet (expires_at);
create index kept_sheet_event on kept_sheet (event_id);
create index kept_sheet_owner on kept_sheet (staff_id);

-- ──────────── kit ─────────────────────────────────────────────────────────────────────────────────────
create table kit (
  id uuid primary key,
  name text not null,
  retired_at timestamptz,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  support_plan_id uuid references support_plan
);
create unique index kit_name on kit (lower(name)) where retired_at is null;

-- ──────────── kit_line ────────────────────────────────────────────────────────────────────────────────
create table kit_line (
  kit_id uuid not null references kit,
  position int not null,
  device_kind text check (device_kind in ('tablet', 'phone', 'laptop', 'dongle', 'router', 'sim')),
  with_data boolean not null default false,
  accessory_id uuid references accessory,
  quantity int not null default 1 check (quantity >= 1 and quantity <= 20),
  primary key (kit_id, "position"),
  constraint a_line_is_a_device_or_an_accessory check ((device_kind is null) <> (accessory_id is null)),
  constraint only_a_device_has_data check (not with_data or device_kind is not null)
);

-- ──────────── known_browser ───────────────────────────────────────────────────────────────────────────
-- Browsers in which someone has signed in: their tries are counted apart from those of strangers.
create table known_browser (
  hash bytea not null,
  staff_id uuid not null references staff,
  first_at timestamptz not null,
  seen_at timestamptz not null,
  primary key (staff_id, hash)
);
create index known_browser_age on known_browser (seen_at);

-- ──────────── legal_hold ──────────────────────────────────────────────────────────────────────────────
-- While one stands, nothing about the person is erased.
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
create trigger legal_hold_kept before update on legal_hold for each row execute function keep_legal_hold();
create trigger legal_hold_no_truncate before truncate on legal_hold for each statement
  execute function refuse_change();
create trigger legal_hold_not_deleted before delete on legal_hold for each row
  execute function refuse_change();
create trigger legal_hold_of_nobody_erased before insert on legal_hold for each row
  execute function refuse_erased();
revoke delete on legal_hold from lendwell_app;

-- ──────────── lending_policy ──────────────────────────────────────────────────────────────────────────
-- What the scheme decided about lending: one row.
create table lending_policy (
  id boolean default true primary key check (id),
  replacement_limit int not null default 2 check (replacement_limit >= 0),
  replacement_months int not null default 12 check (replacement_months > 0),
  allocation_days int not null default 14 check (allocation_days > 0),
  changed_at timestamptz not null default now(),
  urgent_days int not null default 1 check (urgent_days >= 0 and urgent_days <= 365),
  soon_days int not null default 3 check (soon_days >= 0 and soon_days <= 365),
  routine_days int not null default 7 check (routine_days >= 0 and routine_days <= 365),
  -- How many MB (of 1,048,576 bytes) all photos and papers may take.
  attachment_quota_mb int not null default 2048 check (attachment_quota_mb >= 0
    and attachment_quota_mb <= 1000000),
  -- How many days before the security updates of a device on loan end staff are asked.
  updates_warn_days int not null default 60 check (updates_warn_days >= 0 and updates_warn_days <= 730),
  -- For how many months a device of a loan without a day has to get security updates.
  updates_months int not null default 12 check (updates_months > 0 and updates_months <= 120),
  -- Whether a device of which nobody knows until when it gets them waits for a manager’s reason.
  updates_unknown_stops boolean not null default false,
  -- How often a person is asked at most within asking_weeks: questions at calls, questionnaires and
  -- invitations together.
  asking_most int not null default 3 check (asking_most >= 0 and asking_most <= 50),
  asking_weeks int not null default 4 check (asking_weeks >= 1 and asking_weeks <= 104)
);

-- ──────────── loan ────────────────────────────────────────────────────────────────────────────────────
create table loan (
  id uuid primary key,
  reference text not null unique,
  patient_id uuid references patient,
  referral_id uuid references referral,
  location_id uuid references location,
  status text not null default 'open' check (status in ('open', 'closed', 'recorded_by_mistake')),
  issued_at timestamptz not null,
  -- Null for an open-ended loan.
  due_on date,
  handover_way text not null check (handover_way in ('in_person', 'posted', 'collected')),
  -- The day it went out. Whatever counts or lists loans asks this and not issued_at.
  handover_on date not null,
  terms_id uuid references loan_terms,
  agreement_version_id uuid references agreement_version,
  agreement_text text,
  accepted_by text not null check (accepted_by in ('signature', 'witnessed', 'verbal', 'not_recorded')),
  witness text,
  signature text,
  closed_at timestamptz,
  changed_at timestamptz not null,
  kit_id uuid references kit,
  -- The lines of the kit that went without, each with what it was and why: [{ line, what, reason }]. Nothing
  -- personal.
  kit_gaps jsonb not null default '[]',
  -- How many times its date was put off.
  extensions int not null default 0,
  -- When an open-ended loan is looked at again.
  review_on date,
  taken_over boolean not null default false,
  -- Why its items became the borrower’s own.
  gift_reason text,
  -- The day on which the last of it came back or ended, where that is not the day of its recording.
  close_given_on date,
  -- The day it closed. Whatever counts or lists loans asks this and not closed_at.
  closed_on date generated always as (
case
    when closed_at is not null then coalesce(close_given_on,
    (closed_at at time zone 'Europe/London')::date)
    else null::date
end) stored,
  -- What was wrong, where the issue was recorded by mistake. Such a loan counts nowhere.
  mistake text check (mistake in ('not_handed_over', 'wrong_person', 'wrong_device', 'recorded_twice',
    'other')),
  -- The words of whoever took it back.
  mistake_note text,
  -- In which language the text is that was accepted, and which of its words: agreement_text is what was
  -- shown.
  agreement_language text not null default 'en' check (agreement_language ~ '^[a-z]{2,3}$'),
  agreement_format text not null default 'standard' check (agreement_format in ('standard', 'easy_read')),
  -- It is printed large.
  agreement_large_print boolean not null default false,
  constraint a_mistake_alone_has_its_words check (mistake is not null or mistake_note is null),
  constraint a_mistake_says_what_it_was check ((status = 'recorded_by_mistake') = (mistake is not null)),
  constraint loan_has_one_borrower check ((patient_id is null) <> (location_id is null)),
  constraint only_a_loan_taken_over_lacks_its_agreement check (taken_over or agreement_version_id is not null
    and agreement_text is not null and accepted_by <> 'not_recorded'),
  constraint signature_is_kept check (accepted_by <> 'signature' or signature is not null),
  constraint witnessed_names_the_witness check (accepted_by <> 'witnessed' or witness is not null)
);
create index loan_by_due on loan (coalesce(due_on, '2199-12-31'::date), id);
create index loan_by_handover on loan (handover_on, id);
create index loan_by_status on loan (status, id);
create index loan_due on loan (due_on, id) where status = 'open';
create index loan_handover on loan (handover_on);
create index loan_patient on loan (patient_id, id);
create index loan_referral on loan (referral_id);
create index loan_to_review on loan (review_on, id) where status = 'open' and review_on is not null;
create trigger loan_of_who_stayed before insert on loan for each row when (new.patient_id is not null)
  execute function follow_the_merge();
alter table loan enable row level security;
create policy everything on loan to lendwell_app using (true);
create policy clinics_own on loan for select to lendwell_clinic using (exists ( select from referral r
  where r.id = loan.referral_id));
create policy supporters_own on loan for select to lendwell_supporter using (supports(patient_id));
grant select (id, reference, referral_id, status) on loan to lendwell_clinic;
grant select (id, reference, patient_id, referral_id, status) on loan to lendwell_supporter;

-- ──────────── loan_accessory ──────────────────────────────────────────────────────────────────────────
create table loan_accessory (
  loan_id uuid not null references loan,
  accessory_id uuid not null references accessory,
  quantity int not null check (quantity > 0),
  returned int not null default 0 check (returned >= 0),
  written_off int not null default 0 check (written_off >= 0),
  -- Where it was taken from; null where that is not known.
  location_id uuid references location,
  primary key (loan_id, accessory_id),
  constraint no_more_comes_back_than_went_out check ((returned + written_off) <= quantity)
);
create index loan_accessory_outstanding on loan_accessory (loan_id) where (returned + written_off) < quantity;

-- ──────────── loan_extension ──────────────────────────────────────────────────────────────────────────
-- Every change of the date of a loan. Null stands for no date: the loan stays open.
create table loan_extension (
  id uuid primary key,
  loan_id uuid not null references loan,
  from_due_on date,
  due_on date,
  reason text,
  actor_name text not null,
  at timestamptz not null,
  constraint an_extension_changes_the_date check (from_due_on is distinct from due_on)
);
create index loan_extension_loan on loan_extension (loan_id, id);

-- ──────────── loan_item ───────────────────────────────────────────────────────────────────────────────
create table loan_item (
  id uuid primary key,
  loan_id uuid not null references loan,
  device_id uuid not null references device,
  status text not null default 'on_loan' check (status in ('on_loan', 'returned', 'lost', 'replaced',
    'gifted', 'recorded_by_mistake')),
  issued_at timestamptz not null,
  ended_at timestamptz,
  condition_out text,
  condition_in text,
  return_notes text,
  replaces_item_id uuid references loan_item,
  -- The incident that ended it.
  incident_id uuid references incident,
  -- The day of its handover, where one is known: of a replacement it is that of its recording.
  issue_given_on date,
  -- The day it went out. Whatever counts or lists what was lent asks this and not issued_at.
  issued_on date not null generated always as (coalesce(issue_given_on,
    (issued_at at time zone 'Europe/London')::date)) stored,
  -- The day it came back, was lost or became theirs, where someone gave it.
  end_given_on date,
  -- The day it ended. Whatever counts or lists what was lent asks this and not ended_at.
  ended_on date generated always as (
case
    when ended_at is not null then coalesce(end_given_on,
    (ended_at at time zone 'Europe/London')::date)
    else null::date
end) stored,
  -- The item of the device that really went, where this one was written down by mistake.
  swapped_for uuid references loan_item,
  -- The words of whoever put it right.
  swap_reason text,
  -- What its device was as the item ended: the cycle of preparation that it went out with. Null of what ended
  -- before this was kept.
  cycle_out int,
  -- The day on which that cycle had begun.
  cycle_out_on date,
  -- The condition that the device was said to be in.
  condition_before text,
  -- The place that it was kept at.
  location_before uuid references location,
  -- Why it came back, where that was said.
  end_reason text check (end_reason in ('done', 'own_device', 'lost_interest', 'moved', 'no_signal',
    'too_much', 'in_hospital', 'other')),
  -- The same in the words of whoever said it.
  end_words text,
  constraint a_swap_alone_has_its_reason check (swap_reason is null or swapped_for is not null),
  constraint ended_has_its_time check ((status = 'on_loan') = (ended_at is null)),
  constraint nothing_ends_before_it_went_out check (ended_on >= issued_on),
  constraint only_a_mistake_is_swapped check (swapped_for is null or status = 'recorded_by_mistake'),
  constraint what_came_back_says_why check (end_reason is null or status = 'returned')
);
create index loan_item_back on loan_item (ended_on, ended_at) where status = 'returned';
create index loan_item_device on loan_item (device_id, id);
create index loan_item_issued on loan_item (issued_on);
create index loan_item_loan on loan_item (loan_id);
create unique index loan_item_one_open_per_device on loan_item (device_id) where ended_at is null;
create unique index loan_item_replaced_once on loan_item (replaces_item_id)
  where replaces_item_id is not null;
create unique index loan_item_swapped_for on loan_item (swapped_for) where swapped_for is not null;
alter table loan_item enable row level security;
create policy everything on loan_item to lendwell_app using (true);
create policy supporters_own on loan_item for select to lendwell_supporter using (exists ( select from loan l
  where l.id = loan_item.loan_id));
grant select (id, loan_id, device_id, status, ended_at) on loan_item to lendwell_supporter;

-- ──────────── loan_review ─────────────────────────────────────────────────────────────────────────────
create table loan_review (
  id uuid primary key,
  loan_id uuid not null references loan,
  outcome text not null check (outcome in ('goes_on', 'not_reached', 'comes_back')),
  note text,
  actor_name text not null,
  at timestamptz not null
);
create index loan_review_loan on loan_review (loan_id, id);

-- ──────────── loan_terms ──────────────────────────────────────────────────────────────────────────────
create table loan_terms (
  id uuid primary key,
  name text not null unique,
  -- Null for open-ended terms, which are reviewed every so many months.
  weeks int check (weeks > 0),
  is_default boolean not null default false,
  borrower text not null default 'patient' check (borrower in ('patient', 'location')),
  review_months int check (review_months > 0),
  extensions_allowed int not null default 2 check (extensions_allowed >= 0),
  extension_weeks int not null default 13 check (extension_weeks > 0),
  retired_at timestamptz,
  changed_at timestamptz not null default now(),
  support_plan_id uuid references support_plan,
  constraint open_ended_terms_have_a_review check (weeks is not null or review_months is not null)
);
create unique index loan_terms_default on loan_terms (borrower) where is_default;

-- ──────────── location ────────────────────────────────────────────────────────────────────────────────
create table location (
  id uuid primary key,
  name text not null,
  kind text not null check (kind in ('hub', 'clinic', 'access_point', 'repairer')),
  organisation_id uuid references organisation,
  created_at timestamptz not null,
  changed_at timestamptz not null default now()
);
create unique index location_name on location (lower(name));
grant select (id, name, kind) on location to lendwell_supporter;

-- ──────────── log_head ────────────────────────────────────────────────────────────────────────────────
-- The end of the chain at an instant, signed with a key that the database does not have.
create table log_head (
  n bigint not null,
  digest bytea not null,
  signed_at timestamptz not null,
  key_id text,
  signature bytea,
  -- The reply of a time stamping authority (RFC 3161, DER) about the head.
  stamp bytea,
  primary key (n, signed_at),
  check ((key_id is null) = (signature is null))
);
create trigger log_head_append_only before delete or update on log_head for each row
  execute function refuse_change();
create trigger log_head_no_truncate before truncate on log_head for each statement
  execute function refuse_change();
revoke update, delete on log_head from lendwell_app;

-- ──────────── log_link ────────────────────────────────────────────────────────────────────────────────
-- The chain: one link for each row of event and access_log, in the order in which they were linked.
create table log_link (
  n bigint primary key,
  place bigint not null unique,
  in_table text not null check (in_table in ('event', 'access_log')),
  row_id uuid not null,
  v smallint not null references log_version(v),
  -- SHA-256 of the row with its subjects.
  row_digest bytea not null,
  -- SHA-256 of the digest before it, the row’s digest, and what the link says.
  digest bytea not null,
  sealed_at timestamptz not null
);
create trigger log_link_append_only before delete or update on log_link for each row
  execute function refuse_change();
create trigger log_link_no_truncate before truncate on log_link for each statement
  execute function refuse_change();
revoke update, delete on log_link from lendwell_app;

-- ──────────── log_sealing ─────────────────────────────────────────────────────────────────────────────
-- How far the chain has come: one row. All rows up to the place are linked; up to the next one they will be,
-- once all transactions before the number have ended.
create table log_sealing (
  one boolean default true primary key check (one),
  place bigint not null default 0,
  next_place bigint,
  next_xid bigint,
  check ((next_place is null) = (next_xid is null))
);
revoke insert, delete on log_sealing from lendwell_app;

-- ──────────── log_version ─────────────────────────────────────────────────────────────────────────────
-- Which columns of a logged row its digest covers. A column that is added later begins a version, and leaves
-- earlier digests as they are.
create table log_version (
  v smallint primary key check (v > 0),
  in_table text not null check (in_table in ('event', 'access_log')),
  columns text[] not null
);
create trigger log_version_append_only before delete or update on log_version for each row
  execute function refuse_change();
create trigger log_version_no_truncate before truncate on log_version for each statement
  execute function refuse_change();
revoke update, delete on log_version from lendwell_app;

-- ──────────── measure_asking ──────────────────────────────────────────────────────────────────────────
-- Whom the scheme asked with an instrument, and what came of it. Each that was not taken back counts in how
-- often they are asked.
create table measure_asking (
  id uuid primary key,
  patient_id uuid not null references patient,
  version_id uuid not null references instrument_version,
  follow_up_id uuid references follow_up,
  way text not null check (way in ('call', 'paper', 'link')),
  status text not null check (status in ('asked', 'answered', 'declined')),
  asked_on date not null,
  asked_by text not null,
  -- By item, in their order: the answer, null where there is none, or rather_not.
  answers jsonb,
  -- By the version’s rule. Null where too many answers are missing.
  total numeric,
  answered_on date,
  created_at timestamptz not null,
  taken_back_at timestamptz,
  taken_back_by text,
  taken_back_reason text,
  -- The last day on which it is answered by the link in the message that asks it.
  link_until date,
  -- When staff ended the link. It stays asked, and counts.
  link_ended_at timestamptz,
  constraint measure_asking_answers_are_there check ((status = 'answered') = (answers is not null)
    and (status = 'answered') = (answered_on is not null)),
  constraint measure_asking_ended_link check (link_ended_at is null or way = 'link'),
  constraint measure_asking_link_has_its_day check ((way = 'link') = (link_until is not null)),
  constraint measure_asking_taken_back_says_why check ((taken_back_at is null) = (taken_back_reason is null)
    and (taken_back_at is null) = (taken_back_by is null)),
  constraint measure_asking_total_of_answers check (total is null or status = 'answered')
);
create index measure_asking_follow_up on measure_asking (follow_up_id) where follow_up_id is not null;
create index measure_asking_patient on measure_asking (patient_id, id);
create index measure_asking_version on measure_asking (version_id, answered_on);

-- ──────────── message ─────────────────────────────────────────────────────────────────────────────────
create table message (
  id uuid primary key,
  patient_id uuid not null references patient,
  channel text check (channel in ('sms', 'email', 'letter')),
  contact_point_id uuid references contact_point,
  wording text not null check (wording in ('discreet', 'identified')),
  run_date date not null,
  status text not null default 'planned' check (status in ('planned', 'queued', 'sending', 'sent',
    'delivered', 'failed', 'cancelled', 'held', 'unknown')),
  why text,
  send_after timestamptz not null,
  claim int not null default 0,
  claimed_at timestamptz,
  subject text,
  body text,
  template_ids uuid[] not null default '{}',
  sent_at timestamptz,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  provider text check (provider in ('capture', 'notify', 'smtp')),
  provider_id text,
  -- When it was last about to be handed to its provider: what the provider had before is of an earlier try.
  handed_at timestamptz,
  -- When its provider was last asked what became of it.
  asked_at timestamptz,
  -- It goes to the person whom they trust, not to them.
  to_trusted boolean not null default false,
  -- The number of the person whom they trust, to which it went.
  trusted_number text,
  constraint a_message_on_its_way_has_an_address check ((status in ('held', 'cancelled'))
    or contact_point_id is not null or to_trusted),
  constraint held_failed_or_cancelled_says_why check ((status not in ('held', 'failed', 'cancelled',
    'unknown')) or why is not null)
);
create index message_by_status on message (status, id);
create index message_due on message (send_after, id) where status = 'planned';
create index message_failed_by_point on message (contact_point_id, id) where status = 'failed';
create unique index message_one_held_per_patient_run on message (patient_id, run_date, to_trusted)
  where status = 'held';
create unique index message_one_per_patient_run_channel on message (patient_id, channel, run_date, to_trusted)
  where status in ('planned', 'queued', 'sending');
create index message_patient on message (patient_id, id);
create index message_queue on message (send_after, id) where status = 'queued';
create index message_run on message (run_date, status);
create index message_sending on message (claimed_at) where status = 'sending';
create index message_to_ask on message (sent_at) where status = 'sent' and provider = 'notify';
create trigger message_of_nobody_erased before insert on message for each row
  execute function refuse_erased();
create trigger sent_to_nobody_erased before update of status on message for each row
  when ((old.status in ('held', 'failed', 'unknown')) and (new.status in ('planned', 'queued')))
  execute function refuse_erased();
alter table message enable row level security;
create policy everything on message to lendwell_app using (true);
create policy supporters_own on message for select to lendwell_supporter using (supports(patient_id));
grant select (id, patient_id, status, send_after) on message to lendwell_supporter;

-- ──────────── notice_version ──────────────────────────────────────────────────────────────────────────
-- Privacy notices and the accessibility statement as somebody saved them: the newest version of each is what
-- the public reads. A notice without a version is not written yet.
create table notice_version (
  notice text not null check (notice in ('accessibility', 'patients', 'patients_discreet', 'clinics',
    'supporters', 'hand_in')),
  version int not null check (version > 0),
  body text not null check (body ~ '\S'),
  created_at timestamptz not null,
  created_by text not null,
  primary key (notice, version)
);
create trigger notice_version_no_truncate before truncate on notice_version for each statement
  execute function refuse_change();
create trigger notice_version_stays before delete or update on notice_version for each row
  execute function refuse_change();
revoke update, delete on notice_version from lendwell_app;

-- ──────────── organisation ────────────────────────────────────────────────────────────────────────────
create table organisation (
  id uuid primary key,
  name text not null,
  roles text[] not null,
  ods_code varchar(12),
  created_at timestamptz not null,
  duty_name text,
  duty_phone text,
  duty_email text,
  -- The last of a line: a successor has none itself, so that one step leads to whoever is responsible now.
  succeeded_by uuid references organisation,
  succeeded_on date,
  changed_at timestamptz not null,
  constraint not_its_own_successor check (succeeded_by <> id),
  constraint succession_has_its_day check ((succeeded_by is null) = (succeeded_on is null))
);
create index organisation_by_name on organisation (lower(name), id);
create unique index organisation_name on organisation (lower(name));
create index organisation_named on organisation (coalesce(nullif(name_key(name), ''), name));
create index organisation_succeeded_by on organisation (succeeded_by) where succeeded_by is not null;
create constraint trigger organisation_succession after insert or update of succeeded_by on organisation
  deferrable initially deferred for each row when (new.succeeded_by is not null)
  execute function keep_succession_flat();
alter table organisation enable row level security;
create policy everything on organisation to lendwell_app using (true);
create policy clinics_own on organisation for select to lendwell_clinic using (id = asker()
  or succeeded_by = asker());
create policy supporters_own on organisation for select to lendwell_supporter using (exists ( select from staff s where s.organisation_id = organisation.id));
grant select on organisation to lendwell_clinic;
grant select (id, name) on organisation to lendwell_supporter;

-- ──────────── outbox ──────────────────────────────────────────────────────────────────────────────────
create table outbox (
  event_id uuid not null references event,
  handler text not null,
  created_at timestamptz not null default now(),
  next_at timestamptz not null default now(),
  handed_at timestamptz,
  done_at timestamptz,
  failed_at timestamptz,
  attempts int not null default 0,
  error text,
  primary key (event_id, handler)
);
create index outbox_failed on outbox (failed_at) where failed_at is not null;
create index outbox_waiting on outbox (next_at) where done_at is null and failed_at is null;

-- ──────────── page_topic ──────────────────────────────────────────────────────────────────────────────
-- What pages are about that people look at on devices they share, as the scheme counts it.
create table page_topic (
  id uuid primary key,
  name text not null,
  -- The topic that it is a part of, which has no such topic itself.
  part_of uuid references page_topic,
  retired_at timestamptz,
  changed_at timestamptz not null
);
create unique index page_topic_name on page_topic (lower(name));
grant select on page_topic to lendwell_supporter;

-- ──────────── paper ───────────────────────────────────────────────────────────────────────────────────
-- A paper for whoever pays: one for each year and day, the same however often it is asked for.
create table paper (
  id uuid primary key,
  starts_on date not null,
  ends_on date not null,
  made_on date not null,
  -- The reports of both half-years as they leave the scheme, with their definitions. No words of people,
  -- whose consent may end.
  content jsonb not null,
  made_at timestamptz not null,
  made_by text not null,
  constraint paper_once_a_day unique (ends_on, made_on),
  constraint paper_is_of_days check (starts_on < ends_on and ends_on < made_on)
);
create trigger paper_kept before update on paper for each row execute function refuse_change();

-- ──────────── password_link ───────────────────────────────────────────────────────────────────────────
-- By which someone sets their password, once. The newest alone works.
create table password_link (
  token_hash bytea primary key,
  staff_id uuid not null references staff,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index password_link_staff on password_link (staff_id) where ended_at is null;

-- ──────────── patient ─────────────────────────────────────────────────────────────────────────────────
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
  contact_choice text not null default 'any_safe' check (contact_choice in ('any_safe',
    'patient_contacts_us')),
  contact_state text not null default 'open' check (contact_state in ('open', 'paused', 'withdrawn',
    'deceased')),
  paused_until date,
  communication_needs text[] not null default '{}',
  language text,
  trusted_person jsonb,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  interpreter boolean not null default false,
  collection_point text,
  -- When the person last confirmed how to communicate; null where nothing is recorded.
  communication_reviewed_on date,
  merged_into uuid references patient,
  -- When the person was erased: the row stays for counts, and says nothing of who they were.
  erased_at timestamptz,
  data_reminders boolean not null default false,
  constraint not_into_itself check (merged_into <> id)
);
create index patient_born on patient (date_of_birth) where date_of_birth is not null;
create index patient_by_nhs_number on patient (nhs_number) where nhs_number is not null;
create index patient_family_name on patient (name_key(family_name));
create index patient_given_name on patient (name_key(given_name));
create index patient_merged_into on patient (merged_into) where merged_into is not null;
create index patient_trusted_phone on patient ((trusted_person ->> 'phone')) where trusted_person is not null;
create index patient_untouched on patient (changed_at, id) where erased_at is null and merged_into is null;
create trigger erased_patient_stays before update on patient for each row when (old.erased_at is not null)
  execute function keep_erased();
create trigger patient_contact_moves before update of contact_state on patient for each row
  when (old.contact_state is distinct from new.contact_state) execute function keep_contact_moves();
create trigger patient_keeps_trusted_stop before insert or update of trusted_person on patient for each row
  when (new.trusted_person is not null) execute function keep_trusted_stop();
create trigger patient_names_changed after update of given_name, family_name, preferred_name on patient
  for each row when (old.given_name is distinct from new.given_name
  or old.family_name is distinct from new.family_name
  or old.preferred_name is distinct from new.preferred_name) execute function keep_patient_names();
create trigger patient_names_inserted after insert on patient for each row
  execute function keep_patient_names();
alter table patient enable row level security;
create policy everything on patient to lendwell_app using (true);
create policy supporters_own on patient for select to lendwell_supporter using (supports(id));
grant select (id, given_name, family_name, preferred_name, contact_choice, contact_state, paused_until,
  communication_needs, language, trusted_person, interpreter, erased_at) on patient to lendwell_supporter;

-- ──────────── patient_history ─────────────────────────────────────────────────────────────────────────
-- Earlier personal values, kept apart from the event log so that they can be erased.
create table patient_history (
  id uuid primary key,
  patient_id uuid not null references patient,
  event_id uuid not null references event,
  at timestamptz not null,
  before jsonb not null
);
create index patient_history_patient on patient_history (patient_id, id);

-- ──────────── patient_kept_apart ──────────────────────────────────────────────────────────────────────
-- Two records that someone looked at and said are two people: not offered as the same again.
create table patient_kept_apart (
  one uuid not null references patient,
  other uuid not null references patient,
  by_name text not null,
  at timestamptz not null,
  -- As an officer wrote it. Personal; goes with either of them.
  reason text,
  primary key (one, other),
  constraint in_order check (one < other)
);
create index patient_kept_apart_other on patient_kept_apart (other);

-- ──────────── patient_link ────────────────────────────────────────────────────────────────────────────
-- The link in a text that went out; the token itself is in the text alone. A message that was tried again has
-- one of each try.
create table patient_link (
  token_hash bytea primary key,
  message_id uuid not null references message,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index patient_link_message on patient_link (message_id);

-- ──────────── patient_merge ───────────────────────────────────────────────────────────────────────────
-- Which rows went over, by id, and what the record that stayed said before and after: what it takes to part
-- the two. Personal; goes with them.
create table patient_merge (
  id uuid primary key,
  survivor_id uuid not null references patient,
  merged_id uuid not null references patient,
  moved jsonb not null,
  before jsonb not null,
  after jsonb not null,
  by_name text not null,
  at timestamptz not null,
  parted_by text,
  parted_at timestamptz,
  check ((parted_by is null) = (parted_at is null))
);
create unique index patient_merge_once on patient_merge (merged_id) where parted_at is null;
create index patient_merge_survivor on patient_merge (survivor_id, id);
alter table patient_merge enable row level security;
create policy everything on patient_merge to lendwell_app using (true);
create policy clinics_own on patient_merge for select to lendwell_clinic using (exists ( select from referral r where r.patient_id = patient_merge.survivor_id));
grant select (survivor_id, merged_id, moved, parted_at) on patient_merge to lendwell_clinic;

-- ──────────── patient_name ────────────────────────────────────────────────────────────────────────────
-- What a person is looked up by: the key of each of their names, and of each part of it. Kept by a trigger on
-- patient.
create table patient_name (
  patient_id uuid not null references patient,
  part text not null,
  primary key (patient_id, part)
);
create index patient_name_part on patient_name (part);

-- ──────────── patient_plan ────────────────────────────────────────────────────────────────────────────
-- The support plan that a person has, counted from starts_on; it keeps its version until an officer changes
-- it.
create table patient_plan (
  id uuid primary key,
  patient_id uuid not null references patient,
  version_id uuid not null references support_plan_version,
  referral_id uuid references referral,
  loan_id uuid references loan,
  starts_on date not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  ended_by text check (ended_by in ('return', 'referral', 'contact', 'wish', 'plan', 'mistake')),
  reason text,
  constraint ended_plan_says_why check ((ended_at is null) = (ended_by is null))
);
create index patient_plan_loan on patient_plan (loan_id);
create index patient_plan_patient on patient_plan (patient_id, id);
create index patient_plan_referral on patient_plan (referral_id) where ended_at is null;
create trigger patient_plan_of_who_stayed before insert on patient_plan for each row
  execute function follow_the_merge();
alter table patient_plan enable row level security;
create policy everything on patient_plan to lendwell_app using (true);
create policy supporters_own on patient_plan for select to lendwell_supporter using (supports(patient_id));
grant select on patient_plan to lendwell_supporter;

-- ──────────── population_figure ───────────────────────────────────────────────────────────────────────
-- What the scheme says of the population that it is for, to hold its reach against.
create table population_figure (
  question text primary key check (question in ('age', 'sex', 'gender', 'ethnicity', 'disability', 'area')),
  source text not null check (source ~ '\S'),
  dated date not null,
  -- By group, the percentage of the population.
  shares jsonb not null,
  changed_at timestamptz not null
);

-- ──────────── preparation_check ───────────────────────────────────────────────────────────────────────
create table preparation_check (
  id uuid primary key,
  device_id uuid not null references device,
  cycle int not null,
  kind text not null check (kind in ('sanitisation', 'electrical', 'setup', 'updates')),
  result text not null check (result in ('pass', 'fail')),
  performed_on date not null,
  performed_by text not null,
  evidence jsonb not null,
  notes text,
  recorded_at timestamptz not null,
  -- Of a pass: the day on which it runs out.
  next_due date,
  -- When the pass ran out; a check that ran out is open again.
  expired_at timestamptz,
  -- The day of the stocktake that had missed the device, where this check showed that it is here.
  missed_before date,
  -- When it was taken back as recorded by mistake; from then on it is no check of the device.
  taken_back_at timestamptz,
  -- Who of the staff took it back, by name.
  taken_back_by text,
  taken_back_reason text,
  constraint preparation_check_taken_back_says_why
    check ((taken_back_at is null) = (taken_back_reason is null)
    and (taken_back_at is null) = (taken_back_by is null))
);
create index preparation_check_latest on preparation_check (device_id, cycle, kind, id desc);
create index preparation_check_next_due on preparation_check (next_due) where next_due is not null
  and expired_at is null and taken_back_at is null;

-- ──────────── privacy_decision ────────────────────────────────────────────────────────────────────────
-- Who decided that a person’s data is given to them or erased, who asked and how we knew who they are.
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
create unique index privacy_decision_erased_once on privacy_decision (patient_id) where kind = 'erasure';
create index privacy_decision_patient on privacy_decision (patient_id, id);
create trigger privacy_decision_kept before update on privacy_decision for each row
  execute function keep_privacy_decision();
create trigger privacy_decision_no_truncate before truncate on privacy_decision for each statement
  execute function refuse_change();
create trigger privacy_decision_not_deleted before delete on privacy_decision for each row
  execute function refuse_change();
revoke delete on privacy_decision from lendwell_app;

-- ──────────── proposal ────────────────────────────────────────────────────────────────────────────────
create table proposal (
  id uuid primary key,
  referral_id uuid not null references referral,
  item text not null check (item in ('contact_point', 'wording', 'contact_choice', 'preferred_name',
    'address', 'communication', 'trusted_person')),
  -- Personal: what was said, in the shape of the API. Goes when the person is erased.
  said jsonb not null,
  decision text check (decision in ('accept', 'reject')),
  decided_at timestamptz,
  decided_by text,
  check ((decision is null) = (decided_at is null))
);
create index proposal_referral on proposal (referral_id, id);

-- ──────────── proposed_account ────────────────────────────────────────────────────────────────────────
-- Who came by single sign-on and has no account: an administrator lets them in, or does not. It opens
-- nothing.
create table proposed_account (
  id uuid primary key,
  issuer text not null,
  subject text not null,
  name text not null,
  email text not null,
  -- What the provider says they are, where it says so.
  role text check (role in ('officer', 'supporter', 'manager', 'auditor', 'administrator')),
  proposed_at timestamptz not null,
  tried_at timestamptz not null,
  unique (issuer, subject)
);
create index proposed_account_age on proposed_account (tried_at);

-- ──────────── reached_figure ──────────────────────────────────────────────────────────────────────────
-- How many people were referred and lent something in a half-year, by what they said of themselves, as it may
-- be shown to anyone. Made once, since from a second count the answers of one person could be subtracted.
create table reached_figure (
  -- The day on which it began.
  half_year date not null,
  question text not null,
  answer text not null,
  -- To the nearest 5; null: hidden.
  referred int check (referred >= 0 and (referred % 5) = 0),
  lent int check (lent >= 0 and (lent % 5) = 0),
  -- Name, source and date of the lookup of areas that there was then, since bands of another may mean the
  -- opposite; null: there was none.
  bands jsonb,
  made_at timestamptz not null,
  primary key (half_year, question, answer),
  constraint reached_figure_bands_check check (bands is null or question = 'area')
);
create trigger reached_figure_no_truncate before truncate on reached_figure for each statement
  execute function refuse_change();
create trigger reached_figure_stays before delete or update on reached_figure for each row
  execute function refuse_change();
revoke update, delete on reached_figure from lendwell_app;

-- ──────────── recovery_code ───────────────────────────────────────────────────────────────────────────
create table recovery_code (
  hash bytea primary key,
  staff_id uuid not null references staff,
  created_at timestamptz not null,
  used_at timestamptz
);
create index recovery_code_staff on recovery_code (staff_id);
alter table recovery_code enable row level security;
create policy everything on recovery_code to lendwell_app using (true);
create policy supporters_own on recovery_code for select to lendwell_supporter using (staff_id = asker());
grant select on recovery_code to lendwell_supporter;

-- ──────────── referral ────────────────────────────────────────────────────────────────────────────────
create table referral (
  id uuid primary key,
  reference text not null unique,
  clinic_id uuid not null references organisation,
  patient_id uuid not null references patient,
  nhs_number text,
  -- As the clinic wrote it, with family_name, preferred_name, date_of_birth and nhs_number: all that the
  -- clinic is shown of a person whom others may know by another name.
  given_name text not null,
  preferred_name text,
  status text not null default 'received' check (status in ('received', 'asked', 'waiting', 'active',
    'closed', 'declined', 'withdrawn')),
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
  decision_reason text,
  received_at timestamptz not null,
  waiting_since timestamptz,
  changed_at timestamptz not null,
  withdrawal_reason text,
  withdrawal_said_by text check (withdrawal_said_by in ('patient', 'clinic', 'family', 'staff')),
  urgency_reason text,
  -- What a visiting supporter must know to be safe: for the office, the clinic that wrote it, and whoever
  -- visits.
  visit_risks text,
  assigned_to uuid references staff,
  -- What the clinic was told when it was declined, as it was then.
  signposts jsonb not null default '[]',
  family_name text not null,
  date_of_birth date,
  -- By its own key, and not by someone who wrote down that it said so.
  withdrawn_by_clinic boolean not null default false,
  constraint withdrawal_is_whole check ((withdrawal_reason is null) = (withdrawal_said_by is null))
);
create index referral_assigned on referral (assigned_to, id) where assigned_to is not null;
create index referral_by_status on referral (status, id);
create index referral_changed on referral (changed_at, id);
create index referral_clinic on referral (clinic_id, id);
create index referral_clinic_changed on referral (clinic_id, changed_at, id);
create unique index referral_one_open_per_person on referral (clinic_id, patient_id)
  where status in ('received', 'asked', 'waiting', 'active');
create index referral_patient on referral (patient_id, id);
create index referral_received on referral (received_at);
create index referral_to_decide on referral (array_position(array['urgent', 'soon', 'routine'], urgency), id)
  where status in ('received', 'asked');
create index referral_waiting on referral (waiting_since, id) where status in ('waiting', 'active');
create trigger referral_moved after update of status on referral for each row
  when (old.status is distinct from new.status) execute function keep_referral_status();
create trigger referral_of_who_stayed before insert on referral for each row
  execute function follow_the_merge();
create trigger referral_received after insert on referral for each row
  execute function keep_referral_status();
alter table referral enable row level security;
create policy everything on referral to lendwell_app using (true);
create policy clinics_own on referral for select to lendwell_clinic using (clinic_id = any ((array( select o.id from organisation o))));
create policy supporters_own on referral for select to lendwell_supporter using (supports(patient_id));
grant select on referral to lendwell_clinic;
grant select (id, reference, patient_id, status, visit_risks) on referral to lendwell_supporter;

-- ──────────── referral_assessment ─────────────────────────────────────────────────────────────────────
-- For the office alone, never for the clinic; the newest counts. Goes when the person is erased.
create table referral_assessment (
  id uuid primary key,
  referral_id uuid not null references referral,
  said jsonb not null,
  suggestions jsonb not null,
  by_name text not null,
  at timestamptz not null,
  -- The version that it was suggested by.
  tree_version int not null references suggestion_tree(version)
);
create index referral_assessment_referral on referral_assessment (referral_id, id desc);
create trigger referral_assessment_kept before update on referral_assessment for each row
  execute function refuse_change();

-- ──────────── referral_consent ────────────────────────────────────────────────────────────────────────
-- What was said since about telling the clinic; what it wrote itself and what holds now are columns of the
-- referral.
create table referral_consent (
  id uuid primary key,
  referral_id uuid not null references referral,
  share_back_with_clinic boolean not null,
  source text not null check (source in ('patient', 'clinic', 'family', 'staff')),
  said_on date not null,
  recorded_by text not null,
  recorded_at timestamptz not null
);
create index referral_consent_referral on referral_consent (referral_id, id);
create trigger referral_consent_kept before update on referral_consent for each row
  execute function refuse_change();

-- ──────────── referral_draft ──────────────────────────────────────────────────────────────────────────
-- What someone types into the hosted form, for the browser that holds its token alone. It goes when it is
-- sent, or 24 hours after it was last saved.
create table referral_draft (
  id uuid primary key,
  link_id uuid not null references form_link,
  token_hash bytea not null,
  answers jsonb not null default '{}',
  saved_at timestamptz not null,
  sent_at timestamptz,
  reference text,
  -- What was sent, for printing: sealed with the token, which is not kept here, and gone after 15 minutes.
  summary bytea,
  -- Pages that were not right, as they were typed, until they are.
  tried jsonb not null default '{}',
  constraint what_was_sent_has_its_reference check ((sent_at is null) = (reference is null)),
  constraint what_was_sent_is_not_kept check (sent_at is null or answers = '{}'::jsonb
    and tried = '{}'::jsonb)
);
create index referral_draft_age on referral_draft (saved_at);
create index referral_draft_browser on referral_draft (token_hash, link_id);

-- ──────────── referral_need ───────────────────────────────────────────────────────────────────────────
create table referral_need (
  referral_id uuid not null references referral,
  need text not null check (need in ('device', 'data', 'support')),
  status text not null default 'open' check (status in ('open', 'met', 'dropped')),
  reason text,
  settled_at timestamptz,
  -- The clinic asked for it; the others the office added.
  asked boolean not null default true,
  primary key (referral_id, need)
);
-- As long as the waiting list and what is to be decided: a referral that ends has no open need.
create index referral_need_of_stock on referral_need (referral_id, need) where status = 'open'
  and need <> 'support';
create index referral_need_open on referral_need (referral_id) where status = 'open';
alter table referral_need enable row level security;
create policy everything on referral_need to lendwell_app using (true);
create policy clinics_own on referral_need for select to lendwell_clinic using (exists ( select from referral r where r.id = referral_need.referral_id));
grant select on referral_need to lendwell_clinic;

-- ──────────── referral_note ───────────────────────────────────────────────────────────────────────────
-- For the office alone, never for the clinic; may name people, and goes when the person is erased.
create table referral_note (
  id uuid primary key,
  referral_id uuid not null references referral,
  note text not null,
  at timestamptz not null,
  by_name text not null
);
create index referral_note_referral on referral_note (referral_id, id desc);

-- ──────────── referral_question ───────────────────────────────────────────────────────────────────────
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
alter table referral_question enable row level security;
create policy everything on referral_question to lendwell_app using (true);
create policy clinics_own on referral_question for select to lendwell_clinic using (exists ( select from referral r where r.id = referral_question.referral_id));
grant select on referral_question to lendwell_clinic;

-- ──────────── referral_repeat ─────────────────────────────────────────────────────────────────────────
-- A referral that the hosted form took while one of the same person was open. What it said is kept with that
-- one and goes with it.
create table referral_repeat (
  id uuid primary key,
  reference text not null unique,
  referral_id uuid not null references referral on delete cascade,
  link_id uuid not null references form_link,
  said jsonb not null,
  received_at timestamptz not null
);
create index referral_repeat_referral on referral_repeat (referral_id, id);

-- ──────────── referral_status ─────────────────────────────────────────────────────────────────────────
-- Every status a referral came to, written by a trigger, so that no command can leave one out.
create table referral_status (
  referral_id uuid not null references referral,
  number bigint generated always as identity,
  status text not null,
  at timestamptz not null,
  primary key (referral_id, number)
);
alter table referral_status enable row level security;
create policy everything on referral_status to lendwell_app using (true);
create policy clinics_own on referral_status for select to lendwell_clinic using (exists ( select from referral r where r.id = referral_status.referral_id));
grant select on referral_status to lendwell_clinic;

-- ──────────── reminder ────────────────────────────────────────────────────────────────────────────────
create table reminder (
  id uuid primary key,
  patient_id uuid not null references patient,
  reason text not null check (reason in ('follow_up', 'return_due', 'overdue', 'data_ending', 'changed',
    'off', 'put_off', 'wrong_day', 'announcement', 'handout', 'questions')),
  subject_id uuid not null,
  stage text not null,
  for_date date not null,
  useless_after timestamptz not null,
  status text not null default 'standing' check (status in ('standing', 'said', 'cancelled')),
  message_id uuid references message,
  created_at timestamptz not null,
  -- How many messages that said it did not arrive.
  failures int not null default 0,
  -- How a follow-up was to take place when the person was told of it.
  said_way text,
  -- Of a correction: why what was told does not hold, as the person may be told, where the record that it is
  -- of does not keep it.
  why text check (why in ('they_asked', 'supporter_away', 'someone_else', 'we_cannot', 'closed', 'place',
    'mistake', 'dates_moved', 'ended'))
);
create index reminder_message on reminder (message_id);
create unique index reminder_once on reminder (reason, subject_id, stage, for_date)
  where status <> 'cancelled';
create index reminder_patient on reminder (patient_id);
create index reminder_said_ahead on reminder (useless_after) where status = 'said'
  and (reason in ('follow_up', 'changed', 'off'));
create index reminder_subject on reminder (subject_id);
create index reminder_to_gather on reminder (patient_id) where status = 'standing' and message_id is null;
alter table reminder enable row level security;
create policy everything on reminder to lendwell_app using (true);
create policy supporters_own on reminder for select to lendwell_supporter using (supports(patient_id));
grant select on reminder to lendwell_supporter;

-- ──────────── rendering ───────────────────────────────────────────────────────────────────────────────
-- What people are given, in another language or in easy words, as somebody saved it: the newest version of
-- each is what they read. The English original stands where it is written.
create table rendering (
  id uuid primary key,
  thing text not null check (thing in ('agreement', 'papers', 'answer_page', 'notice', 'notice_discreet')),
  -- The version of the English original that it renders. A newer original has none yet.
  of_version int not null check (of_version > 0),
  language text not null check (language ~ '^[a-z]{2,3}$'),
  format text not null check (format in ('standard', 'easy_read')),
  version int not null check (version > 0),
  -- All words of it, each under its name.
  phrases jsonb not null check (jsonb_typeof(phrases) = 'object'),
  -- Who says that it is right, such as a translator or a group of readers.
  approved_by text not null check (approved_by ~ '\S'),
  approved_on date not null,
  created_at timestamptz not null,
  created_by text not null,
  constraint rendering_once unique (thing, of_version, language, format, version),
  constraint rendering_is_no_original check (language <> 'en' or format <> 'standard')
);
create trigger rendering_no_truncate before truncate on rendering for each statement
  execute function refuse_change();
create trigger rendering_stays before delete or update on rendering for each row
  execute function refuse_change();
revoke update, delete on rendering from lendwell_app;

-- ──────────── repair ──────────────────────────────────────────────────────────────────────────────────
create table repair (
  id uuid primary key,
  device_id uuid not null references device,
  -- The repairer; null while it is mended in the house.
  location_id uuid references location,
  -- Where the device was kept before, and where it goes back to.
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
create index repair_device on repair (device_id, id);
create index repair_expected on repair (expected_back_on) where back_on is null;
create unique index repair_one_open_per_device on repair (device_id) where back_on is null;

-- ──────────── required_check ──────────────────────────────────────────────────────────────────────────
create table required_check (
  device_kind text not null,
  kind text not null check (kind in ('sanitisation', 'electrical', 'setup', 'updates')),
  position int not null,
  primary key (device_kind, kind)
);
create constraint trigger required_check_at_least_one after delete or update on required_check
  deferrable initially deferred for each row execute function keep_a_required_check();

-- ──────────── retention ───────────────────────────────────────────────────────────────────────────────
-- One row: after how many months without anything new each class of people is proposed for erasure; null
-- keeps them.
create table retention (
  id boolean default true primary key check (id),
  helped_months int check (helped_months >= 1 and helped_months <= 600),
  not_helped_months int check (not_helped_months >= 1 and not_helped_months <= 600),
  deceased_months int check (deceased_months >= 1 and deceased_months <= 600),
  changed_at timestamptz not null default now()
);

-- ──────────── retention_batch ─────────────────────────────────────────────────────────────────────────
-- People whose time is over, proposed together; nobody is erased before a manager has decided.
create table retention_batch (
  id uuid primary key,
  class text not null check (class in ('helped', 'not_helped', 'deceased')),
  months int not null,
  status text not null default 'proposed' check (status in ('proposed', 'erasing', 'done', 'kept')),
  proposed_at timestamptz not null,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamptz,
  reason text,
  finished_at timestamptz,
  check ((status = 'proposed') = (decided_at is null)),
  constraint retention_batch_check1 check ((status in ('done', 'kept')) = (finished_at is not null))
);
create index retention_batch_by_status on retention_batch (status, id);

-- ──────────── retention_member ────────────────────────────────────────────────────────────────────────
create table retention_member (
  batch_id uuid not null references retention_batch,
  patient_id uuid not null references patient,
  -- The last day on which something about them was new, when they were proposed.
  last_on date not null,
  outcome text check (outcome in ('erased', 'kept', 'no_longer_due')),
  decided_at timestamptz,
  primary key (batch_id, patient_id),
  check ((outcome is null) = (decided_at is null))
);
create index retention_member_kept on retention_member (patient_id, decided_at) where outcome = 'kept';
create unique index retention_member_undecided on retention_member (patient_id) where outcome is null;

-- ──────────── return_taken_back ───────────────────────────────────────────────────────────────────────
-- Returns that never were: what was written down of each, and why it was a mistake.
create table return_taken_back (
  id uuid primary key,
  loan_item_id uuid not null references loan_item,
  -- When the return was recorded.
  returned_at timestamptz not null,
  -- The day on which it was said to have come back.
  returned_on date not null,
  condition_in text,
  return_notes text,
  reason text not null,
  taken_back_at timestamptz not null,
  -- Who of the staff took it back, by name.
  taken_back_by text not null,
  -- Why it was said to have come back.
  end_reason text check (end_reason in ('done', 'own_device', 'lost_interest', 'moved', 'no_signal',
    'too_much', 'in_hospital', 'other')),
  end_words text
);
create index return_taken_back_item on return_taken_back (loan_item_id);

-- ──────────── saved_view ──────────────────────────────────────────────────────────────────────────────
-- A view of a list that someone keeps for themselves. It holds filters, which never name a person.
create table saved_view (
  id uuid default new_id() primary key,
  staff_id uuid not null references staff on delete cascade,
  -- The address of the list, such as /loans.
  list text not null check (list ~ '^/[a-z][a-z0-9/-]*$' and length(list) <= 100),
  name text not null check (length(name) >= 1 and length(name) <= 40),
  -- Its filters and its order, as they stand in the address.
  query text not null check (length(query) >= 1 and length(query) <= 500),
  unique (staff_id, list, name)
);
alter table saved_view enable row level security;
create policy everything on saved_view to lendwell_app using (true);
create policy supporters_own on saved_view for select to lendwell_supporter using (staff_id = asker());
grant select on saved_view to lendwell_supporter;

-- ──────────── scheme ──────────────────────────────────────────────────────────────────────────────────
-- The scheme itself: one row. Without a name nothing was set yet, and the settings SCHEME_NAME and
-- SCHEME_PHONE hold.
create table scheme (
  id boolean default true primary key check (id),
  name text check (name ~ '\S'),
  phone text,
  email text,
  opening_hours text,
  website text,
  logo bytea check (octet_length(logo) <= 200000),
  logo_type text check (logo_type in ('image/png', 'image/jpeg')),
  logo_width int check (logo_width > 0),
  logo_height int check (logo_height > 0),
  logo_hash text,
  changed_at timestamptz not null default now(),
  constraint scheme_logo_whole check (num_nulls(logo, logo_type, logo_width, logo_height, logo_hash) in (0,
    5))
);
grant select on scheme to lendwell_supporter;

-- ──────────── second_person ───────────────────────────────────────────────────────────────────────────
-- What someone wants to do that reaches so far that another has to agree, once each.
create table second_person (
  id uuid primary key,
  kind text not null check (kind in ('role', 'email', 'password_link', 'factor_reset', 'erasure')),
  subject_id uuid not null,
  -- What exactly, as a word: the role that is given.
  about text not null default '',
  asked_by uuid not null references staff,
  asked_at timestamptz not null,
  decided_by uuid references staff,
  decided_at timestamptz,
  agreed boolean,
  -- When whoever asked did it: what was agreed to counts once.
  used_at timestamptz,
  constraint second_person_decided check ((decided_at is null) = (agreed is null)
    and (decided_at is null) = (decided_by is null)),
  constraint second_person_is_another check (decided_by <> asked_by)
);
create index second_person_open on second_person (asked_at desc, id desc) where used_at is null;
create unique index second_person_waiting on second_person (kind, subject_id, about, asked_by)
  where decided_at is null;

-- ──────────── security_event ──────────────────────────────────────────────────────────────────────────
-- Who came in or was refused, from where, and what was done that an assessor asks about.
create table security_event (
  id uuid primary key,
  at timestamptz not null,
  kind text not null,
  actor_type text not null check (actor_type in ('staff', 'client', 'system', 'nobody')),
  actor_id uuid,
  -- Whose account it is about.
  staff_id uuid references staff,
  client_id uuid references api_client,
  -- What was asked for, as a word: an action, a role, a limit. Nothing about a patient.
  about text,
  address text not null default '',
  browser text not null default '',
  request_id text not null,
  -- How often it happened within its minute.
  count int not null default 1 check (count > 0),
  is_alarm boolean not null default false,
  -- When it was written to the log that leaves the machine.
  logged_at timestamptz,
  -- When its owner and whoever is to be alarmed had been told, where there is anyone to tell.
  told_at timestamptz,
  attempts int not null default 0,
  next_at timestamptz not null,
  -- By which ways it has been told, so that one that fails is tried again by itself.
  told_ways text[] not null default '{}',
  -- The email address that its owner had before; gone once it is told.
  tell_address text
);
create index security_event_age on security_event (at desc, id desc);
create index security_event_alarms on security_event (at desc, id desc) where is_alarm;
create index security_event_staff on security_event (staff_id, at desc) where staff_id is not null;
create index security_event_waiting on security_event (next_at) where told_at is null;
create trigger keep_security_events before delete or update on security_event for each row
  execute function keep_security_events();
alter table security_event enable row level security;
create policy everything on security_event to lendwell_app using (true);
create policy supporters_own on security_event for select to lendwell_supporter using (staff_id = asker());
grant select on security_event to lendwell_supporter;

-- ──────────── session ─────────────────────────────────────────────────────────────────────────────────
create table session (
  token_hash bytea primary key,
  staff_id uuid not null references staff,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  id uuid not null default gen_random_uuid(),
  -- By what its owner showed last who they are.
  way text not null default 'password' constraint session_way check (way in ('password', 'code', 'passkey',
    'recovery_code', 'single_sign_on')),
  -- What is missing until it opens anything: the second factor, or having one. Null when it is whole.
  needs text constraint session_needs check (needs in ('factor', 'enrolment')),
  -- When its owner last showed who they are: at sign-in, or again before something that wants fresh proof.
  proved_at timestamptz not null,
  address text not null default '',
  browser text not null default '',
  -- What a passkey signs next; taken with the first answer, right or wrong.
  challenge text,
  challenge_until timestamptz,
  -- The provider of single sign-on by which it was opened, with subject, the session there, and what ends
  -- that session.
  issuer text,
  subject text,
  issuer_sid text,
  sealed_id_token bytea,
  constraint session_of_issuer check ((issuer is null) = (subject is null)
    and (issuer is null) = (sealed_id_token is null))
);
create index session_expiry on session (expires_at);
create unique index session_id on session (id);
create index session_issuer on session (issuer, subject) where issuer is not null;
create index session_staff on session (staff_id);
alter table session enable row level security;
create policy everything on session to lendwell_app using (true);
create policy supporters_own on session for select to lendwell_supporter using (staff_id = asker());
grant select on session to lendwell_supporter;

-- ──────────── sign_in_policy ──────────────────────────────────────────────────────────────────────────
-- Who has to show a second step, and what wants a second person.
create table sign_in_policy (
  one boolean default true primary key check (one),
  factor_roles text[] not null default '{manager,administrator}',
  changed_at timestamptz not null,
  -- Whether a second manager has to agree before someone is erased.
  erasure_by_two boolean not null default false
);
grant select on sign_in_policy to lendwell_supporter;

-- ──────────── sign_in_throttle ────────────────────────────────────────────────────────────────────────
-- Wrong passwords by account and whence they came: a browser that is known, or a network. Both are keyed
-- hashes; an empty origin counts all of an account.
create table sign_in_throttle (
  account bytea not null,
  origin bytea not null,
  failures int not null,
  waits_until timestamptz,
  failed_at timestamptz not null,
  primary key (account, origin)
);
create index sign_in_throttle_age on sign_in_throttle (failed_at);

-- ──────────── sign_on_begun ───────────────────────────────────────────────────────────────────────────
-- Sign-ins that are under way at the provider: each comes back once, within ten minutes.
create table sign_on_begun (
  state_hash bytea primary key,
  -- A form that was typed before, sealed for whoever it is of.
  kept text,
  begun_at timestamptz not null
);
create index sign_on_begun_age on sign_on_begun (begun_at);

-- ──────────── sign_on_logout ──────────────────────────────────────────────────────────────────────────
-- Tokens by which a provider ended sessions: each counts once.
create table sign_on_logout (
  token_hash bytea primary key,
  at timestamptz not null
);
create index sign_on_logout_age on sign_on_logout (at);

-- ──────────── signpost ────────────────────────────────────────────────────────────────────────────────
create table signpost (
  id uuid primary key,
  name text not null,
  -- The scheme’s words for it: what it offers and how to reach it.
  details text not null,
  retired_at timestamptz,
  changed_at timestamptz not null,
  number int generated always as identity unique,
  url text check (url ~ '^https://'),
  -- What people who use it say of it, in their words.
  person_words text,
  topic text
);
create unique index signpost_name on signpost (lower(name)) where retired_at is null;
grant select on signpost to lendwell_supporter;

-- ──────────── staff ───────────────────────────────────────────────────────────────────────────────────
create table staff (
  id uuid primary key,
  name text not null,
  email text not null,
  role text not null check (role in ('officer', 'supporter', 'manager', 'auditor', 'administrator')),
  password_hash text,
  suspended_at timestamptz,
  created_at timestamptz not null,
  -- The support partner that someone does follow-ups for; null for the scheme itself.
  organisation_id uuid references organisation,
  -- How much of a week they have for follow-ups; null without a limit.
  weekly_minutes int check (weekly_minutes >= 0 and weekly_minutes <= 10080),
  -- The day of their last Disclosure and Barring Service check.
  dbs_checked_on date,
  changed_at timestamptz not null default now()
);
create index staff_dbs on staff (dbs_checked_on) where suspended_at is null;
create unique index staff_email on staff (lower(email));
create index staff_name on staff (lower(name), id);
alter table staff enable row level security;
create policy everything on staff to lendwell_app using (true);
create policy supporters_own on staff for select to lendwell_supporter using (id = asker());
grant select on staff to lendwell_supporter;

-- ──────────── staff_identity ──────────────────────────────────────────────────────────────────────────
-- Accounts at a provider of single sign-on by which staff come in. Who they are is issuer and subject, never
-- an email address.
create table staff_identity (
  issuer text not null,
  subject text not null,
  staff_id uuid not null references staff,
  linked_at timestamptz not null,
  last_seen_at timestamptz,
  primary key (issuer, subject)
);
create index staff_identity_staff on staff_identity (staff_id);
alter table staff_identity enable row level security;
create policy everything on staff_identity to lendwell_app using (true);
create policy supporters_own on staff_identity for select to lendwell_supporter using (staff_id = asker());
grant select on staff_identity to lendwell_supporter;

-- ──────────── stocktake ───────────────────────────────────────────────────────────────────────────────
create table stocktake (
  id uuid primary key,
  reference text not null unique,
  location_id uuid not null references location,
  started_at timestamptz not null,
  started_by text not null,
  closed_at timestamptz,
  closed_by text,
  -- Like the other counts, written when it closes.
  found int,
  missing int,
  left_meanwhile int,
  unexpected int,
  constraint closed_has_its_counts check (num_nonnulls(closed_at, closed_by, found, missing, left_meanwhile,
    unexpected) in (0, 6))
);
create index stocktake_location on stocktake (location_id, id);
create unique index stocktake_one_open_per_location on stocktake (location_id) where closed_at is null;

-- ──────────── stocktake_line ──────────────────────────────────────────────────────────────────────────
-- What was expected at the start, and what was scanned beside it. Closing makes missing or left of what is
-- still expected.
create table stocktake_line (
  stocktake_id uuid not null references stocktake,
  device_id uuid not null references device,
  verdict text not null check (verdict in ('expected', 'found', 'missing', 'left', 'unexpected')),
  scanned_at timestamptz,
  scanned_by text,
  primary key (stocktake_id, device_id),
  constraint found_and_unexpected_were_scanned check ((verdict in ('found',
    'unexpected')) = (scanned_at is not null)),
  constraint scanned_by_someone check ((scanned_at is null) = (scanned_by is null))
);
create index stocktake_line_by_verdict on stocktake_line (stocktake_id, verdict, device_id);
create index stocktake_line_device on stocktake_line (device_id, scanned_at);

-- ──────────── story ───────────────────────────────────────────────────────────────────────────────────
-- What someone told of what followed. It appears only while a consent to the words that it has stands.
create table story (
  id uuid primary key,
  -- Null for someone who told it at a drop-in and is not known by name.
  patient_id uuid references patient,
  follow_up_id uuid references follow_up,
  drop_in_id uuid references drop_in,
  telling text not null check (telling in ('own_words', 'retold')),
  -- Null once it was taken out for good.
  words text,
  -- One more with each change of the words. The words before are not kept.
  version int not null default 1 check (version > 0),
  -- What the words seem to give away, by kinds, as they were looked through when they were written.
  finds text[] not null default '{}',
  followed text not null check (followed in ('saw_gp', 'work_or_course', 'in_touch', 'money_or_benefits',
    'video_appointments', 'other')),
  told_on date not null,
  written_by text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  retired_at timestamptz,
  constraint story_at_one_contact check (num_nonnulls(follow_up_id, drop_in_id) <= 1),
  constraint story_has_words check ((words is null) = (retired_at is not null) and words ~ '\S'),
  constraint story_is_of_someone check (patient_id is not null or drop_in_id is not null)
);
create index story_drop_in on story (drop_in_id) where drop_in_id is not null;
create index story_follow_up on story (follow_up_id) where follow_up_id is not null;
create index story_patient on story (patient_id, id) where patient_id is not null;
create trigger story_of_who_stayed before insert on story for each row execute function follow_the_merge();
alter table story enable row level security;
create policy everything on story to lendwell_app using (true);
create policy supporters_own on story for select to lendwell_supporter using ( case when patient_id is null then (exists ( select from drop_in d where d.id = story.drop_in_id)) else supports(patient_id) end);
grant select on story to lendwell_supporter;

-- ──────────── story_consent ───────────────────────────────────────────────────────────────────────────
-- For what someone let a story be told. It is for the words of one version, and no others.
create table story_consent (
  id uuid primary key,
  story_id uuid not null references story on delete cascade,
  version int not null check (version > 0),
  purposes text[] not null check (cardinality(purposes) > 0 and purposes <@ array['inside', 'papers',
    'public']),
  -- The first name that it is told with, as they wish it. Null: without a name.
  told_name text check (told_name ~ '\S'),
  -- Whether whoever recorded it said that what the words seem to say of a name of theirs is none.
  not_their_name boolean not null default false,
  given_on date not null,
  way text not null check (way in ('in_words', 'on_paper')),
  -- The last day on which it stands. Null: until it is withdrawn.
  until date,
  recorded_by text not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  ended_why text check (ended_why in ('withdrawn', 'words_changed', 'given_anew', 'retired')),
  constraint story_consent_ended_says_why check ((ended_at is null) = (ended_why is null)
    and (ended_at is null) = (ended_by is null)),
  constraint story_consent_until_after check (until >= given_on)
);
create unique index story_consent_one on story_consent (story_id) where ended_at is null;
create index story_consent_story on story_consent (story_id, id);
alter table story_consent enable row level security;
create policy everything on story_consent to lendwell_app using (true);
create policy supporters_own on story_consent for select to lendwell_supporter using (exists ( select from story s where s.id = story_consent.story_id));
grant select on story_consent to lendwell_supporter;

-- ──────────── suggestion_tree ─────────────────────────────────────────────────────────────────────────
-- What findings lead to which suggestion, version by version. The newest that is published counts.
create table suggestion_tree (
  version int primary key check (version > 0),
  status text not null check (status in ('draft', 'published')),
  -- In their order: [{ id, when, offer, why }]. A rule keeps its id from version to version.
  rules jsonb not null check (jsonb_typeof(rules) = 'array'),
  made_by text not null,
  made_at timestamptz not null,
  changed_by text not null,
  changed_at timestamptz not null,
  published_by text,
  published_at timestamptz,
  -- What changed and why, of whoever published it.
  note text check (note ~ '\S'),
  constraint suggestion_tree_published_says_why check ((status = 'published') = (published_at is not null)
    and (status = 'published') = (published_by is not null) and (status = 'published') = (note is not null))
);
create unique index suggestion_tree_one_draft on suggestion_tree (status) where status = 'draft';
create trigger suggestion_tree_no_truncate before truncate on suggestion_tree for each statement
  execute function refuse_change();
create trigger suggestion_tree_stays before delete or update on suggestion_tree for each row
  when (old.status = 'published') execute function refuse_change();

-- ──────────── support_plan ────────────────────────────────────────────────────────────────────────────
create table support_plan (
  id uuid constraint support_plan_pkey1 primary key,
  name text not null,
  -- The plan of a loan whose kit and terms name none.
  for_loans boolean not null default false,
  -- The plan that begins when a referral is accepted for support alone.
  for_support boolean not null default false,
  retired_at timestamptz,
  changed_at timestamptz not null,
  constraint default_plan_is_offered check (retired_at is null or not (for_loans or for_support))
);
create unique index support_plan_for_loans on support_plan (for_loans) where for_loans;
create unique index support_plan_for_support on support_plan (for_support) where for_support;
create unique index support_plan_name on support_plan (lower(name));

-- ──────────── support_plan_step ───────────────────────────────────────────────────────────────────────
create table support_plan_step (
  version_id uuid not null constraint support_plan_step_plan_id_fkey references support_plan_version,
  position int not null,
  step text not null,
  -- Days after the start, or before the day on which the loan is due back.
  days int not null constraint support_plan_step_after_days_check check (days >= 0),
  way text not null check (way in ('phone', 'video', 'in_person', 'message')),
  minutes int not null,
  starts_at time not null default '10:00:00',
  counted_from text not null default 'start' check (counted_from in ('start', 'due')),
  -- Working days from the reminder to the follow-up.
  lead_days int not null default 1 check (lead_days >= 1 and lead_days <= 10),
  primary key (version_id, "position")
);

-- ──────────── support_plan_version ────────────────────────────────────────────────────────────────────
create table support_plan_version (
  id uuid constraint support_plan_pkey primary key,
  version int not null,
  created_at timestamptz not null default now(),
  plan_id uuid not null references support_plan,
  created_by text,
  constraint support_plan_version_number unique (plan_id, version)
);

-- ──────────── supporter_digest ────────────────────────────────────────────────────────────────────────
-- One email a supporter and day, at most once: one that is lost is no harm, since they can sign in.
create table supporter_digest (
  id uuid primary key,
  staff_id uuid not null references staff,
  for_date date not null,
  status text not null default 'planned' check (status in ('planned', 'sent', 'failed')),
  created_at timestamptz not null,
  sent_at timestamptz,
  unique (staff_id, for_date)
);
create index supporter_digest_planned on supporter_digest (for_date) where status = 'planned';

-- ──────────── taken_list ──────────────────────────────────────────────────────────────────────────────
-- Lists that were taken in, for a year, so that one that comes again is recognised.
create table taken_list (
  donation_id uuid primary key references donation,
  -- Of the lines in any order, the donor’s reference and the day. It is keyed, so that it tells nothing of a
  -- person, also after an erasure.
  digest bytea not null,
  taken_at timestamptz not null
);
create index taken_list_age on taken_list (taken_at);
create index taken_list_digest on taken_list (digest);

-- ──────────── task ────────────────────────────────────────────────────────────────────────────────────
create table task (
  id uuid primary key,
  kind text not null,
  subject_type text not null,
  subject_id uuid not null,
  patient_id uuid references patient,
  status text not null default 'open' check (status in ('open', 'done')),
  urgent boolean not null default false,
  created_at timestamptz not null,
  done_at timestamptz
);
create index task_about on task (subject_id, kind);
create index task_by_status on task (status, id);
create unique index task_once on task (kind, subject_id) where status = 'open';
create index task_patient on task (patient_id) where patient_id is not null;
create index task_urgent_first on task (urgent desc, id) where status = 'open';
alter table task enable row level security;
create policy everything on task to lendwell_app using (true);
create policy supporters_own on task for select to lendwell_supporter using (supports(patient_id));
grant select on task to lendwell_supporter;

-- ──────────── task_closing ────────────────────────────────────────────────────────────────────────────
-- What a person did about a task when they closed it; one that closed by itself has none.
create table task_closing (
  id uuid primary key,
  task_id uuid not null references task,
  -- Those closed together, to be opened again together.
  act_id uuid not null,
  -- What was done; after a conversation, what was agreed.
  done text not null,
  spoke_to text,
  spoke_at timestamptz,
  closed_at timestamptz not null,
  closed_by uuid,
  closed_by_name text not null,
  reopened_at timestamptz,
  reopened_by_name text,
  check ((spoke_to is null) = (spoke_at is null)),
  constraint task_closing_check1 check ((reopened_at is null) = (reopened_by_name is null))
);
create index task_closing_act on task_closing (act_id);
create unique index task_closing_standing on task_closing (task_id) where reopened_at is null;
create index task_closing_task on task_closing (task_id);
alter table task_closing enable row level security;
create policy everything on task_closing to lendwell_app using (true);
create policy supporters_own on task_closing for select to lendwell_supporter using (exists ( select from task t where t.id = task_closing.task_id));
grant select on task_closing to lendwell_supporter;

-- ──────────── template ────────────────────────────────────────────────────────────────────────────────
-- The newest version of (reason, wording, channel, language) is in use; what fits a message best is chosen by
-- bestTemplate.
create table template (
  id uuid primary key,
  reason text not null,
  wording text not null check (wording in ('discreet', 'identified', 'trusted')),
  version int not null,
  subject text not null,
  body text not null,
  created_at timestamptz not null default now(),
  channel text not null check (channel in ('any', 'sms', 'email', 'letter')),
  language text not null,
  created_by text,
  constraint template_version unique (reason, wording, channel, language, version)
);
create trigger template_kept before update on template for each row execute function refuse_change();

-- ──────────── updates_acceptance ──────────────────────────────────────────────────────────────────────
-- A manager’s reason to lend a device though its security updates end too early, or nobody knows when. It
-- counts for one preparation and the end that was known.
create table updates_acceptance (
  id uuid primary key,
  device_id uuid not null references device on delete cascade,
  cycle int not null,
  updates_end_on date,
  reason text not null check (reason ~ '\S'),
  accepted_by text not null,
  accepted_at timestamptz not null,
  constraint updates_acceptance_once unique nulls not distinct (device_id, cycle, updates_end_on)
);

-- ──────────── waiting_skip ────────────────────────────────────────────────────────────────────────────
-- Who was passed over on the waiting list, for whom and why.
create table waiting_skip (
  id uuid primary key,
  referral_id uuid not null references referral,
  for_referral_id uuid not null references referral,
  allocation_id uuid references allocation,
  reason text not null,
  actor_name text not null,
  at timestamptz not null
);
create index waiting_skip_referral on waiting_skip (referral_id, id);

-- ──────────── webhook ─────────────────────────────────────────────────────────────────────────────────
create table webhook (
  id uuid primary key,
  organisation_id uuid not null references organisation,
  url text not null,
  -- The secret itself is made from SECRET, the id and this number, and is stored nowhere.
  secret_version int not null default 1,
  rotated_at timestamptz,
  disabled_at timestamptz,
  disabled_because text check (disabled_because in ('staff', 'gone')),
  created_at timestamptz not null,
  changed_at timestamptz not null,
  check ((disabled_at is null) = (disabled_because is null))
);
create unique index webhook_once on webhook (organisation_id, url);

-- ──────────── webhook_delivery ────────────────────────────────────────────────────────────────────────
create table webhook_delivery (
  id uuid primary key,
  webhook_id uuid not null references webhook,
  -- Null for a test.
  referral_id uuid references referral,
  status text not null default 'pending' check (status in ('pending', 'sending', 'delivered', 'failed',
    'superseded')),
  attempts int not null default 0,
  claim int not null default 0,
  claimed_at timestamptz,
  next_at timestamptz not null,
  give_up_at timestamptz not null,
  last_status int,
  last_fault text,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index webhook_delivery_due on webhook_delivery (next_at) where status = 'pending';
create index webhook_delivery_ended on webhook_delivery (ended_at) where ended_at is not null;
create index webhook_delivery_log on webhook_delivery (webhook_id, id);
create unique index webhook_delivery_one_pending on webhook_delivery (webhook_id, referral_id)
  where status = 'pending';
create index webhook_delivery_referral on webhook_delivery (referral_id);
create index webhook_delivery_sending on webhook_delivery (claimed_at) where status = 'sending';

-- ──────────── year_counted ────────────────────────────────────────────────────────────────────────────
-- Figures of the last twelve months and of the twelve before, exact, for inside the scheme. The newest day
-- alone is kept.
create table year_counted (
  counted_on date primary key,
  figures jsonb not null,
  counted_at timestamptz not null
);

-- ──────────── The numbers that references and asset tags are made from ────────────────────────────────
create sequence code_number;
create sequence log_place;

-- ──────────── day_off ─────────────────────────────────────────────────────────────────────────────────
-- Days without work that are no weekends: the one place that says so.
create view day_off as
 select bank_holiday.day
   from bank_holiday
union all
 select closed_day.day
   from closed_day;
grant select on day_off to lendwell_supporter;

-- ──────────── asker() ─────────────────────────────────────────────────────────────────────────────────
-- In whose name is read: the clinic, or the member of staff. Null where nobody said so, and then nothing is
-- theirs.
create function asker() returns uuid language sql stable parallel safe as $$
  select nullif(current_setting('lendwell.asker', true), '')::uuid
$$;

-- ──────────── claim_texts() ───────────────────────────────────────────────────────────────────────────
-- A text from a number that nobody had is of whoever gets that number first. Who takes in a text locks out
-- those who add numbers.
create function claim_texts() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('texts of nobody', 0));
  update inbound_message x set patient_ids = array(
      select distinct a.patient_id from added a where a.value = x.from_number and a.channel in ('sms', 'phone'))
    where x.patient_ids = '{}' and x.from_number in (select a.value from added a where a.channel in ('sms', 'phone'));
  return null;
end $$;

-- ──────────── code_key() ──────────────────────────────────────────────────────────────────────────────
-- A code or number as it is compared: its letters in capitals and its digits, however it is spaced. The same
-- as codeKey in the code.
create function code_key(code text) returns text language sql immutable parallel safe strict as $$ select translate(regexp_replace(normalize(code, NFKC), '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\u00bf\u2000-\u206f\u2212\u3000-\u303f\ufe00-\ufe0f\ufeff]+', '', 'g'),
'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') $$;

-- ──────────── end_device_code() ───────────────────────────────────────────────────────────────────────
create function end_device_code() returns trigger language plpgsql as $$
begin
  update device_code set ended_at = new.changed_at where device_id = new.id and ended_at is null;
  return null;
end $$;

-- ──────────── follow_the_merge() ──────────────────────────────────────────────────────────────────────
-- Whatever begins for a merged record begins for the one that stayed; the lock waits for a merge that is
-- under way.
create function follow_the_merge() returns trigger language plpgsql as $$
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

-- ──────────── forget_missed() ─────────────────────────────────────────────────────────────────────────
create function forget_missed() returns trigger language plpgsql as $$
begin
  new.missed_on := null;
  return new;
end $$;

-- ──────────── give_log_place() ────────────────────────────────────────────────────────────────────────
-- The transaction has its number before the place is drawn: once every transaction that is older than a
-- number has ended, the places drawn before it are final.
create function give_log_place() returns trigger language plpgsql as $$
begin
  perform pg_current_xact_id();
  new.place := nextval('log_place');
  new.recorded_at := clock_timestamp();
  return new;
end $$;

-- ──────────── hold_device_to_lifecycle() ──────────────────────────────────────────────────────────────
create function hold_device_to_lifecycle() returns trigger language plpgsql as $$
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

-- ──────────── is_working_day() ────────────────────────────────────────────────────────────────────────
-- Whether this is a working day of England and Wales on which the scheme is open.
create function is_working_day(day date) returns boolean language plpgsql stable strict as $$
begin
  return extract(isodow from day) < 6 and not exists (select from day_off o where o.day = is_working_day.day);
end $$;

-- ──────────── keep_a_required_check() ─────────────────────────────────────────────────────────────────
create function keep_a_required_check() returns trigger language plpgsql as $$
begin
  if not exists (select from required_check r where r.device_kind = old.device_kind) then
    raise exception 'a kind of device keeps at least one required check'
      using errcode = 'check_violation', constraint = 'required_check_at_least_one', table = 'required_check';
  end if;
  return null;
end $$;

-- ──────────── keep_contact_moves() ────────────────────────────────────────────────────────────────────
create function keep_contact_moves() returns trigger language plpgsql as $$
begin
  if not exists (select from contact_move where state = old.contact_state and next = new.contact_state) then
    raise exception using errcode = '23514', constraint = 'contact_move_allowed', table = 'patient',
      message = 'a contact state cannot become that one';
  end if;
  return new;
end $$;

-- ──────────── keep_erased() ───────────────────────────────────────────────────────────────────────────
create function keep_erased() returns trigger language plpgsql as $$
begin
  raise exception 'the person was erased' using errcode = '23514', constraint = 'patient_not_erased';
end $$;

-- ──────────── keep_legal_hold() ───────────────────────────────────────────────────────────────────────
create function keep_legal_hold() returns trigger language plpgsql as $$
begin
  if (new.id, new.patient_id, new.by_name, new.at) is distinct from (old.id, old.patient_id, old.by_name, old.at)
    or new.reason is not null and new.reason is distinct from old.reason
    or old.lifted_at is not null and ((new.lifted_at, new.lifted_by) is distinct from (old.lifted_at, old.lifted_by)
      or new.lifted_reason is not null and new.lifted_reason is distinct from old.lifted_reason) then
    raise exception 'legal_hold is append-only' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;

-- ──────────── keep_patient_names() ────────────────────────────────────────────────────────────────────
create function keep_patient_names() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    delete from patient_name where patient_id = new.id;
  end if;
  insert into patient_name (patient_id, part)
  select new.id, part from unnest(name_parts(new.given_name, new.family_name, new.preferred_name)) part;
  return null;
end $$;

-- ──────────── keep_privacy_decision() ─────────────────────────────────────────────────────────────────
create function keep_privacy_decision() returns trigger language plpgsql as $$
begin
  if (new.id, new.patient_id, new.kind, new.asked_by, new.asked_on, new.by_name, new.at)
    is distinct from (old.id, old.patient_id, old.kind, old.asked_by, old.asked_on, old.by_name, old.at)
    or new.identity_check is not null and new.identity_check is distinct from old.identity_check
    or new.reason is not null and new.reason is distinct from old.reason then
    raise exception 'privacy_decision is append-only' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;

-- ──────────── keep_referral_status() ──────────────────────────────────────────────────────────────────
create function keep_referral_status() returns trigger language plpgsql as $$
begin
  insert into referral_status (referral_id, status, at) values (new.id, new.status, new.changed_at);
  return null;
end $$;

-- ──────────── keep_security_events() ──────────────────────────────────────────────────────────────────
create function keep_security_events() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.at > now() - interval '400 days' then
      raise exception 'a security event is kept for 400 days';
    end if;
    return old;
  end if;
  if (new.id, new.at, new.kind, new.actor_type, new.actor_id, new.staff_id, new.client_id, new.about, new.address, new.browser, new.request_id, new.is_alarm)
    is distinct from (old.id, old.at, old.kind, old.actor_type, old.actor_id, old.staff_id, old.client_id, old.about, old.address, old.browser, old.request_id, old.is_alarm)
    or new.count < old.count then
    raise exception 'a security event is not changed';
  end if;
  return new;
end $$;

-- ──────────── keep_succession_flat() ──────────────────────────────────────────────────────────────────
create function keep_succession_flat() returns trigger language plpgsql as $$
begin
  if exists (select from organisation where id = new.succeeded_by and succeeded_by is not null)
    or exists (select from organisation where succeeded_by = new.id) then
    raise exception using errcode = '23514', constraint = 'succession_is_flat', table = 'organisation',
      message = 'a successor has no successor itself';
  end if;
  return null;
end $$;

-- ──────────── keep_trusted_stop() ─────────────────────────────────────────────────────────────────────
-- Whoever asked for no more texts is asked by none, whoever trusts them, before or after. Who takes in a text
-- locks out those who say whom they trust.
create function keep_trusted_stop() returns trigger language plpgsql as $$
declare
  number text := new.trusted_person ->> 'phone';
  stopped timestamptz;
begin
  if number is null or new.trusted_person ->> 'stoppedAt' is not null then return new; end if;
  perform pg_advisory_xact_lock_shared(hashtextextended('texts of nobody', 0));
  select min(x.at) into stopped from (
    select (p.trusted_person ->> 'stoppedAt')::timestamptz from patient p
      where p.trusted_person is not null and p.trusted_person ->> 'phone' = number
    union all select i.received_at from inbound_message i where i.from_number = number and i.meaning = 'stop') x (at);
  if stopped is not null then
    new.trusted_person := new.trusted_person
      || jsonb_build_object('stoppedAt', to_char(stopped at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
  end if;
  return new;
end $$;

-- ──────────── know_updates() ──────────────────────────────────────────────────────────────────────────
create function know_updates() returns trigger language plpgsql as $$
begin
  -- In turn with who says something of a model: one of both sees the other.
  perform pg_advisory_xact_lock_shared(hashtextextended('device_model', 0));
  new.updates_end_on := coalesce(new.own_updates_end_on,
    (select m.updates_end_on from device_model m where m.key = model_key(new.make, new.model)));
  return new;
end $$;

-- ──────────── log_chain_step() ────────────────────────────────────────────────────────────────────────
create function log_chain_step(digest bytea, before bytea, item bytea) returns bytea language sql immutable parallel safe as $$
  select sha256(coalesce(digest, before) || item)
$$;

-- ──────────── log_link_item() ─────────────────────────────────────────────────────────────────────────
-- What a link says, as bytes; its digest is the SHA-256 of the digest before it and of these.
create function log_link_item(n bigint, place bigint, in_table text, row_id uuid, v smallint, row_digest bytea, sealed_at timestamptz) returns bytea language sql immutable parallel safe as $$
  select row_digest || convert_to(n || '|' || place || '|' || in_table || '|' || row_id || '|' || v || '|' || (extract(epoch from sealed_at) * 1000000)::bigint, 'UTF8')
$$;

-- ──────────── log_row_digest() ────────────────────────────────────────────────────────────────────────
-- SHA-256 of the named columns as JSON with its keys in the order of jsonb, in UTF-8.
create function log_row_digest("row" jsonb, columns text[]) returns bytea language sql immutable parallel safe as $$
  select sha256(convert_to((select jsonb_object_agg(key, value) from jsonb_each("row") where key = any(columns))::text, 'UTF8'))
$$;

-- ──────────── log_rows() ──────────────────────────────────────────────────────────────────────────────
-- The logged rows at these places, each with its digest by the version beside it. The one place that says
-- what a digest covers.
create function log_rows(places bigint[], versions smallint[]) returns table(place bigint, in_table text, row_id uuid, v smallint, at timestamptz, recorded_at timestamptz, digest bytea) language sql stable set "TimeZone" to 'UTC' set bytea_output to 'hex' as $$
  select e.place, 'event', e.id, r.v, e.at, e.recorded_at, log_row_digest(to_jsonb(e) || jsonb_build_object('(subjects)', coalesce(
      (select jsonb_agg(jsonb_build_array(s.subject_type, s.subject_id) order by s.subject_id) from event_subject s where s.event_id = e.id), '[]')),
    r.columns || '(subjects)'::text)
  from unnest(places, versions) w (place, v) join log_version r on r.v = w.v and r.in_table = 'event' join event e on e.place = w.place
  union all
  select a.place, 'access_log', a.id, r.v, a.at, a.recorded_at, log_row_digest(to_jsonb(a), r.columns)
  from unnest(places, versions) w (place, v) join log_version r on r.v = w.v and r.in_table = 'access_log' join access_log a on a.place = w.place
$$;

-- ──────────── model_key() ─────────────────────────────────────────────────────────────────────────────
-- What names of one model have in common, whatever their spaces and capitals.
create function model_key(make text, model text) returns text language sql immutable strict as $$
  select lower(regexp_replace(normalize(make, NFKC), '\s+', '', 'g')) || ' ' || lower(regexp_replace(normalize(model, NFKC), '\s+', '', 'g'))
$$;

-- ──────────── name_key() ──────────────────────────────────────────────────────────────────────────────
-- A name as it is compared: its letters and digits in plain Latin lower case, however it was written. The
-- same as nameKey in the code.
create function name_key(name text) returns text language plpgsql immutable parallel safe strict as $$
begin
  if name ~ '^[\x01-\x7f]*$' then
    return regexp_replace(lower(name collate "C"), '[^a-z0-9]+', '', 'g');
  end if;
  return coalesce((
    select string_agg(coalesce('{"Ƹ":"","ƹ":"","Ɂ":"","ɂ":"","ʔ":"","ʕ":"","ʡ":"","ʢ":"","ʭ":"","Ϗ":"","ϗ":"","Ъ":"","Ь":"","ъ":"","ь":"","Ҍ":"","ҍ":"","Ԧ":"","ԧ":"","א":"","ע":"","ء":"","ا":"","ع":"","ٱ":"","ࡰ":"","ࡱ":"","ࡲ":"","ࡳ":"","ࡴ":"","ࡵ":"","ࡶ":"","ࡷ":"","ࡸ":"","ࡹ":"","ࡺ":"","ࡻ":"","ࡼ":"","ࡽ":"","ࡾ":"","ࡿ":"","ࢀ":"","ࢁ":"","ࢂ":"","ࢃ":"","ࢇ":"","ࢎ":"","࢏":"","ࢭ":"","ჸ":"","ჺ":"","ჾ":"","ᲆ":"","Ჸ":"","Ჺ":"","Ჾ":"","ᴤ":"","ᴥ":"","ↀ":"","ↁ":"","ↂ":"","ↇ":"","ↈ":"","Ꙏ":"","ꙏ":"","Ꜣ":"","ꜣ":"","Ꜥ":"","ꜥ":"","Ꝫ":"","ꝫ":"","Ꝯ":"","ꝯ":"","Ꞌ":"","ꞌ":"","ꞏ":"","꟎":"","꟏":"","꟒":"","꟔":"","ﹳ":"","٠":"0","۰":"0","١":"1","۱":"1","Ƨ":"2","ƨ":"2","٢":"2","۲":"2","٣":"3","۳":"3","Ꜫ":"3","ꜫ":"3","٤":"4","۴":"4","Ꜭ":"4","ꜭ":"4","Ꜯ":"4","ꜯ":"4","Ƽ":"5","ƽ":"5","٥":"5","۵":"5","Ƅ":"6","ƅ":"6","٦":"6","۶":"6","ↅ":"6","٧":"7","۷":"7","٨":"8","۸":"8","٩":"9","۹":"9","Ⱥ":"a","Ʌ":"a","ɐ":"a","ɑ":"a","ɒ":"a","ʌ":"a","Α":"a","α":"a","А":"a","а":"a","Ә":"a","ә":"a","Ԑ":"a","ԑ":"a","Ԙ":"a","ԙ":"a","Ա":"a","ՠ":"a","ա":"a","ى":"a","ٲ":"a","ݳ":"a","Ⴀ":"a","ა":"a","Ა":"a","ᴀ":"a","ᶏ":"a","ᶐ":"a","ⱥ":"a","Ɑ":"a","Ɐ":"a","Ɒ":"a","ⴀ":"a","Ꞻ":"a","ꞻ":"a","ꬰ":"a","ꭤ":"a","ݴ":"aa","Ꜳ":"aa","ꜳ":"aa","Æ":"ae","æ":"ae","Ӕ":"ae","ӕ":"ae","Ⴭ":"ae","ჽ":"ae","Ჽ":"ae","ᴁ":"ae","ᴂ":"ae","ⴭ":"ae","Ꞛ":"ae","ꞛ":"ae","ꬱ":"ae","Ꜵ":"ao","ꜵ":"ao","Ꜷ":"au","ꜷ":"au","Ꜹ":"av","ꜹ":"av","Ꜻ":"av","ꜻ":"av","Ꜽ":"ay","ꜽ":"ay","ƀ":"b","Ɓ":"b","Ƃ":"b","ƃ":"b","Ƀ":"b","ɓ":"b","ʙ":"b","Б":"b","б":"b","Բ":"b","բ":"b","ب":"b","ٮ":"b","ٻ":"b","ݥ":"b","ࢠ":"b","ࢡ":"b","Ⴁ":"b","ბ":"b","Ბ":"b","ᴃ":"b","ᵬ":"b","ᶀ":"b","ⴁ":"b","Ꞗ":"b","ꞗ":"b","Ꞵ":"b","ꞵ":"b","ڀ":"bh","Ƈ":"c","ƈ":"c","ǀ":"c","Ȼ":"c","ȼ":"c","ɕ":"c","Ћ":"c","ћ":"c","Ҹ":"c","ҹ":"c","ݓ":"c","ݖ":"c","ݘ":"c","ݯ":"c","ࢊ":"c","ࢢ":"c","ᴄ":"c","Ↄ":"c","ↄ":"c","Ꜿ":"c","ꜿ":"c","Ꞓ":"c","ꞓ":"c","ꞔ":"c","Ꞔ":"c","Ꚇ":"cch","ꚇ":"cch","Χ":"ch","χ":"ch","Ч":"ch","ч":"ch","Ҽ":"ch","ҽ":"ch","Ҿ":"ch","ҿ":"ch","Ճ":"ch","Չ":"ch","ճ":"ch","չ":"ch","چ":"ch","ڇ":"ch","ڜ":"ch","ڞ":"ch","ݼ":"ch","ࣁ":"ch","Ⴙ":"ch","Ⴝ":"ch","ჩ":"ch","ჭ":"ch","Ჩ":"ch","Ჭ":"ch","ⴙ":"ch","ⴝ":"ch","Ð":"d","ð":"d","Đ":"d","đ":"d","Ɖ":"d","Ɗ":"d","Ƌ":"d","ƌ":"d","ȡ":"d","ɖ":"d","ɗ":"d","Δ":"d","δ":"d","Д":"d","д":"d","Ԁ":"d","ԁ":"d","Դ":"d","դ":"d","ד":"d","د":"d","ض":"d","ڈ":"d","ډ":"d","ڊ":"d","ڏ":"d","ڐ":"d","ڗ":"d","ۮ":"d","ݚ":"d","Ⴃ":"d","დ":"d","ᲁ":"d","Დ":"d","ᴅ":"d","ᴆ":"d","ᵭ":"d","ᶁ":"d","ᶑ":"d","ẟ":"d","ⴃ":"d","ꝱ":"d","Ꝺ":"d","ꝺ":"d","Ꟈ":"d","ꟈ":"d","ȸ":"db","Ԭ":"dch","ԭ":"dch","ڋ":"dd","ݙ":"dd","Ꙣ":"dg","ꙣ":"dg","ذ":"dh","ظ":"dh","ڌ":"dh","ڍ":"dh","ڎ":"dh","Ђ":"dj","ђ":"dj","Ԃ":"dj","ԃ":"dj","Ꙉ":"dj","ꙉ":"dj","Ꚁ":"dw","ꚁ":"dw","ƻ":"dz","ʣ":"dz","ʥ":"dz","Ѕ":"dz","ѕ":"dz","Ӡ":"dz","ӡ":"dz","Ԇ":"dz","ԇ":"dz","Ձ":"dz","ձ":"dz","ځ":"dz","ڂ":"dz","ࢮ":"dz","Ⴛ":"dz","ძ":"dz","Ძ":"dz","ⴛ":"dz","Ꙃ":"dz","ꙃ":"dz","Ꙅ":"dz","ꙅ":"dz","Ꚉ":"dz","ꚉ":"dz","ꭦ":"dz","ʤ":"dzh","Џ":"dzh","џ":"dzh","Ӌ":"dzh","ӌ":"dzh","Ԫ":"dzh","ԫ":"dzh","Ꚃ":"dzw","ꚃ":"dzw","Ǝ":"e","Ə":"e","Ɛ":"e","ǝ":"e","Ɇ":"e","ɇ":"e","ɘ":"e","ə":"e","ɛ":"e","ɜ":"e","Ε":"e","ε":"e","Е":"e","Э":"e","е":"e","э":"e","Ѣ":"e","ѣ":"e","Ѧ":"e","ѧ":"e","Ե":"e","Է":"e","ե":"e","է":"e","ٴ":"e","ێ":"e","ې":"e","ے":"e","ە":"e","ݺ":"e","Ⴄ":"e","Ⴡ":"e","Ⴧ":"e","ე":"e","ჱ":"e","ჷ":"e","ᲇ":"e","Ე":"e","Ჱ":"e","Ჷ":"e","ᴇ":"e","ᴈ":"e","ᶒ":"e","ᶓ":"e","ᶔ":"e","ᶕ":"e","ⱸ":"e","ⱻ":"e","ⴄ":"e","ⴡ":"e","ⴧ":"e","Ꙙ":"e","ꙙ":"e","Ɜ":"e","ꬲ":"e","ꬳ":"e","ꬴ":"e","ݻ":"ee","ɚ":"er","ɝ":"er","ײ":"ey","ۍ":"ey","Ƒ":"f","ƒ":"f","ɸ":"f","Φ":"f","φ":"f","Ф":"f","ф":"f","Ѳ":"f","ѳ":"f","Ֆ":"f","ֆ":"f","ף":"f","פ":"f","ف":"f","ڡ":"f","ڢ":"f","ࢻ":"f","ჶ":"f","Ჶ":"f","ᵮ":"f","ᶂ":"f","Ⅎ":"f","ⅎ":"f","ꜰ":"f","Ꝼ":"f","ꝼ":"f","Ꞙ":"f","ꞙ":"f","ꟻ":"f","ꬵ":"f","ʩ":"fng","Ɠ":"g","Ɣ":"g","Ǥ":"g","ǥ":"g","ɠ":"g","ɡ":"g","ɢ":"g","ɣ":"g","ʛ":"g","Γ":"g","γ":"g","Г":"g","г":"g","Ґ":"g","ґ":"g","Ҝ":"g","ҝ":"g","Գ":"g","գ":"g","ג":"g","ػ":"g","ؼ":"g","ڨ":"g","ګ":"g","ڬ":"g","گ":"g","ڲ":"g","ڳ":"g","ڴ":"g","ݟ":"g","ݢ":"g","ݣ":"g","ݿ":"g","ࢍ":"g","Ⴂ":"g","გ":"g","ჹ":"g","Გ":"g","Ჹ":"g","ᴦ":"g","ᵷ":"g","ᵹ":"g","ᶃ":"g","ⴂ":"g","Ᵹ":"g","Ꞡ":"g","ꞡ":"g","Ɡ":"g","Ꟑ":"g","ꟑ":"g","ꬶ":"g","ࢥ":"gb","ڰ":"gg","Ƣ":"gh","ƣ":"gh","Ғ":"gh","ғ":"gh","Ҕ":"gh","ҕ":"gh","Ӷ":"gh","ӷ":"gh","Ղ":"gh","ղ":"gh","غ":"gh","Ⴖ":"gh","ღ":"gh","Ღ":"gh","ⴖ":"gh","ࣈ":"gr","ࣃ":"gy","Ħ":"h","ħ":"h","ɦ":"h","ɧ":"h","ʜ":"h","Ͱ":"h","ͱ":"h","Ҳ":"h","ҳ":"h","Һ":"h","һ":"h","Ӏ":"h","ӏ":"h","Ӿ":"h","ӿ":"h","Հ":"h","հ":"h","ֈ":"h","ה":"h","ח":"h","ة":"h","ح":"h","ه":"h","ھ":"h","ہ":"h","ۃ":"h","ۿ":"h","Ⴠ":"h","ჰ":"h","Ჰ":"h","Ⱨ":"h","ⱨ":"h","Ⱶ":"h","ⱶ":"h","ⴠ":"h","Ꜧ":"h","ꜧ":"h","ꞕ":"h","Ɦ":"h","Ꟶ":"h","ꟶ":"h","ƕ":"hw","Ƕ":"hw","Ꚕ":"hw","ꚕ":"hw","ı":"i","Ɩ":"i","Ɨ":"i","ɨ":"i","ɩ":"i","ɪ":"i","ɿ":"i","ʅ":"i","Η":"i","Ι":"i","η":"i","ι":"i","І":"i","И":"i","и":"i","і":"i","Ի":"i","ի":"i","ؾ":"i","ؿ":"i","ݵ":"i","Ⴈ":"i","ი":"i","Ი":"i","ᴉ":"i","ᵻ":"i","ᵼ":"i","ᶖ":"i","ⴈ":"i","Ꙇ":"i","ꙇ":"i","Ɪ":"i","Ꞽ":"i","ꞽ":"i","ꟷ":"i","ꟾ":"i","Ꙗ":"ia","ꙗ":"ia","ꭠ":"ia","Є":"ie","є":"ie","Ѥ":"ie","ѥ":"ie","Ѩ":"ie","ѩ":"ie","Ꙓ":"ie","ꙓ":"ie","Ꙝ":"ie","ꙝ":"ie","ꭡ":"ie","ݶ":"ii","Ꙟ":"in","ꙟ":"in","Ѭ":"io","ѭ":"io","ȷ":"j","Ɉ":"j","ɉ":"j","ɟ":"j","ʄ":"j","ʝ":"j","Ϳ":"j","ϳ":"j","Ј":"j","ј":"j","Җ":"j","җ":"j","Ҷ":"j","ҷ":"j","Ջ":"j","ջ":"j","ج":"j","ڄ":"j","ݮ":"j","ݲ":"j","Ⴟ":"j","ჯ":"j","Ჯ":"j","ᴊ":"j","ⴟ":"j","Ʝ":"j","Ҋ":"jh","ҋ":"jh","Ƙ":"k","ƙ":"k","ʞ":"k","Κ":"k","κ":"k","К":"k","к":"k","Կ":"k","Ք":"k","կ":"k","ք":"k","ק":"k","ك":"k","ک":"k","ڪ":"k","ݤ":"k","ࢴ":"k","Ⴉ":"k","Ⴕ":"k","კ":"k","ქ":"k","Კ":"k","Ქ":"k","ᴋ":"k","ᶄ":"k","Ⱪ":"k","ⱪ":"k","ⴉ":"k","ⴕ":"k","Ꝁ":"k","ꝁ":"k","Ꝃ":"k","ꝃ":"k","Ꝅ":"k","ꝅ":"k","Ꞣ":"k","ꞣ":"k","Ʞ":"k","Х":"kh","х":"kh","Խ":"kh","խ":"kh","ך":"kh","כ":"kh","خ":"kh","ࢰ":"kh","ࣂ":"kh","Ⴞ":"kh","ხ":"kh","Ხ":"kh","ⴞ":"kh","ڮ":"kp","Ѯ":"ks","ѯ":"ks","ࣄ":"ky","Ł":"l","ł":"l","ƚ":"l","ƛ":"l","ȴ":"l","Ƚ":"l","ɫ":"l","ɬ":"l","ɭ":"l","ʟ":"l","Λ":"l","λ":"l","Л":"l","л":"l","Ԓ":"l","ԓ":"l","Ԡ":"l","ԡ":"l","Ԯ":"l","ԯ":"l","Լ":"l","լ":"l","ל":"l","ل":"l","ڵ":"l","ڶ":"l","ڷ":"l","ڸ":"l","ۻ":"l","ࣇ":"l","Ⴊ":"l","ლ":"l","Ლ":"l","ᴌ":"l","ᴧ":"l","ᴫ":"l","ᶅ":"l","ↆ":"l","Ⱡ":"l","ⱡ":"l","Ɫ":"l","ⴊ":"l","Ꝇ":"l","ꝇ":"l","Ꝉ":"l","ꝉ":"l","ꝲ":"l","ꞎ":"l","Ɬ":"l","Ꟛ":"l","ꟛ":"l","Ƛ":"l","ꬷ":"l","ꬸ":"l","ꬹ":"l","Ꙥ":"lg","ꙥ":"lg","Ӆ":"lh","ӆ":"lh","Љ":"lj","љ":"lj","Ԉ":"lj","ԉ":"lj","Ԕ":"lkh","ԕ":"lkh","Ỻ":"ll","ỻ":"ll","Ꞁ":"ll","ꞁ":"ll","ʪ":"ls","ʫ":"lz","ɮ":"lzh","ɱ":"m","Μ":"m","μ":"m","М":"m","м":"m","Մ":"m","մ":"m","ם":"m","מ":"m","م":"m","Ⴋ":"m","მ":"m","Მ":"m","ᴍ":"m","ᵯ":"m","ᶆ":"m","Ɱ":"m","ⴋ":"m","ꝳ":"m","ꟽ":"m","ꟿ":"m","ꬺ":"m","ݦ":"mb","ࢶ":"mb","Ꙧ":"mg","ꙧ":"mg","Ӎ":"mh","ӎ":"mh","ࢷ":"mp","ࢧ":"mv","Ɲ":"n","ƞ":"n","Ƞ":"n","ȵ":"n","ɲ":"n","ɳ":"n","ɴ":"n","Ν":"n","ν":"n","Н":"n","н":"n","Ԣ":"n","ԣ":"n","Ն":"n","ն":"n","ן":"n","נ":"n","ن":"n","ڃ":"n","ڱ":"n","ڹ":"n","ں":"n","ڻ":"n","ڼ":"n","ڿ":"n","ۼ":"n","ݧ":"n","ݨ":"n","ݩ":"n","ࢳ":"n","ࢽ":"n","ࣅ":"n","ࣆ":"n","Ⴌ":"n","ნ":"n","Ნ":"n","ᴎ":"n","ᵰ":"n","ᶇ":"n","ⴌ":"n","ꝴ":"n","Ꞑ":"n","ꞑ":"n","Ꞥ":"n","ꞥ":"n","ꬻ":"n","Ŋ":"ng","ŋ":"ng","Ң":"ng","ң":"ng","Ҥ":"ng","ҥ":"ng","Ӈ":"ng","ӈ":"ng","ڠ":"ng","ڭ":"ng","ݗ":"ng","ݝ":"ng","ݞ":"ng","Ꝿ":"ng","ꝿ":"ng","ꬼ":"ng","Ӊ":"nh","ӊ":"nh","Њ":"nj","њ":"nj","Ԋ":"nj","ԋ":"nj","ࢉ":"nj","ࢹ":"nr","Ԩ":"ny","ԩ":"ny","ڽ":"ny","ۑ":"ny","ݔ":"ny","ࢩ":"ny","ࢺ":"ny","Ø":"o","ø":"o","Ɔ":"o","Ɵ":"o","ɔ":"o","ɞ":"o","ɵ":"o","Ο":"o","Ω":"o","ο":"o","ω":"o","О":"o","о":"o","Ѡ":"o","ѡ":"o","Ѫ":"o","ѫ":"o","Ѻ":"o","ѻ":"o","Ѽ":"o","ѽ":"o","Ө":"o","ө":"o","Ո":"o","Օ":"o","ո":"o","օ":"o","ۄ":"o","ۅ":"o","ۆ":"o","ݸ":"o","Ⴍ":"o","Ⴥ":"o","ო":"o","ჵ":"o","ᲂ":"o","Ო":"o","Ჵ":"o","ᴏ":"o","ᴐ":"o","ᴑ":"o","ᴒ":"o","ᴓ":"o","ᴖ":"o","ᴗ":"o","ᶗ":"o","ⱷ":"o","ⱺ":"o","ⴍ":"o","ⴥ":"o","Ꙍ":"o","ꙍ":"o","Ꙛ":"o","ꙛ":"o","Ꙩ":"o","ꙩ":"o","ꙮ":"o","Ꚛ":"o","ꚛ":"o","Ꝋ":"o","ꝋ":"o","Ꝍ":"o","ꝍ":"o","Ꞷ":"o","ꞷ":"o","Ꟁ":"o","ꟁ":"o","ꬽ":"o","ꬾ":"o","ꬿ":"o","ꭥ":"o","Œ":"oe","œ":"oe","ɶ":"oe","ʚ":"oe","ᴔ":"oe","Ꞝ":"oe","ꞝ":"oe","ꭀ":"oe","ꭁ":"oe","ꭂ":"oe","ꭢ":"oe","Ꙕ":"oi","ꙕ":"oi","ݹ":"oo","Ꙫ":"oo","ꙫ":"oo","Ꙭ":"oo","ꙭ":"oo","Ꚙ":"oo","ꚙ":"oo","Ꝏ":"oo","ꝏ":"oo","ꭃ":"oo","ꭄ":"oo","Ѿ":"ot","ѿ":"ot","Ȣ":"ou","ȣ":"ou","ᴕ":"ou","ױ":"oy","Ƥ":"p","ƥ":"p","Π":"p","π":"p","П":"p","п":"p","Պ":"p","Փ":"p","պ":"p","փ":"p","پ":"p","ڣ":"p","ݑ":"p","ݒ":"p","ݕ":"p","ݠ":"p","Ⴎ":"p","Ⴔ":"p","პ":"p","ფ":"p","Პ":"p","Ფ":"p","ᴘ":"p","ᴨ":"p","ᵱ":"p","ᵽ":"p","ᶈ":"p","Ᵽ":"p","ⴎ":"p","ⴔ":"p","Ꝑ":"p","ꝑ":"p","Ꝓ":"p","ꝓ":"p","Ꝕ":"p","ꝕ":"p","ꟼ":"p","ʘ":"pc","Ҧ":"ph","ҧ":"ph","Ԥ":"ph","ԥ":"ph","ڦ":"ph","ࢾ":"ph","Ψ":"ps","ψ":"ps","Ѱ":"ps","ѱ":"ps","ᴪ":"ps","ĸ":"q","ǃ":"q","Ɋ":"q","ɋ":"q","ʗ":"q","ʠ":"q","Ϙ":"q","ϙ":"q","Ϟ":"q","ϟ":"q","Ҁ":"q","ҁ":"q","Қ":"q","қ":"q","Ҟ":"q","ҟ":"q","Ҡ":"q","ҡ":"q","Ӄ":"q","ӄ":"q","Ԛ":"q","ԛ":"q","Ԟ":"q","ԟ":"q","ق":"q","ٯ":"q","ڧ":"q","ࢵ":"q","ࢼ":"q","Ⴗ":"q","ყ":"q","Ყ":"q","ⴗ":"q","Ꝗ":"q","ꝗ":"q","Ꝙ":"q","ꝙ":"q","ꞯ":"q","ǂ":"qc","ȹ":"qp","Ʀ":"r","Ɍ":"r","ɍ":"r","ɹ":"r","ɺ":"r","ɻ":"r","ɼ":"r","ɽ":"r","ɾ":"r","ʀ":"r","ʁ":"r","Ρ":"r","ρ":"r","ϼ":"r","Р":"r","р":"r","Ր":"r","ր":"r","ר":"r","ر":"r","ڑ":"r","ڒ":"r","ړ":"r","ڔ":"r","ڕ":"r","ڙ":"r","ۯ":"r","ݛ":"r","ݫ":"r","ࢪ":"r","Ⴐ":"r","რ":"r","Რ":"r","ᴙ":"r","ᴚ":"r","ᴩ":"r","ᵲ":"r","ᵳ":"r","ᶉ":"r","Ɽ":"r","ⱹ":"r","ⴐ":"r","Ꝛ":"r","ꝛ":"r","Ꝝ":"r","ꝝ":"r","ꝵ":"r","ꝶ":"r","Ꞃ":"r","ꞃ":"r","Ꞧ":"r","ꞧ":"r","ꭅ":"r","ꭆ":"r","ꭇ":"r","ꭉ":"r","ꭋ":"r","ꭌ":"r","ꭨ":"r","Ҏ":"rh","ҏ":"rh","Ԗ":"rkh","ԗ":"rkh","Ռ":"rr","ռ":"rr","ꭈ":"rr","ꭊ":"rr","ȿ":"s","ʂ":"s","Ͳ":"s","ͳ":"s","ͻ":"s","ͼ":"s","ͽ":"s","Σ":"s","ς":"s","σ":"s","Ϡ":"s","ϡ":"s","Ϻ":"s","ϻ":"s","Ͻ":"s","Ͼ":"s","Ͽ":"s","С":"s","с":"s","Ҫ":"s","ҫ":"s","Ս":"s","ս":"s","ס":"s","ש":"s","س":"s","ص":"s","ڛ":"s","ۺ":"s","ݜ":"s","ݭ":"s","ݰ":"s","ݽ":"s","ݾ":"s","Ⴑ":"s","ს":"s","ᲃ":"s","Ს":"s","ᵴ":"s","ᶊ":"s","ẜ":"s","ẝ":"s","Ȿ":"s","ⴑ":"s","ꜱ":"s","Ꝭ":"s","ꝭ":"s","ꝸ":"s","Ꞅ":"s","ꞅ":"s","Ꞩ":"s","ꞩ":"s","Ʂ":"s","Ꟊ":"s","ꟊ":"s","Ꟍ":"s","ꟍ":"s","Ꟗ":"s","ꟗ":"s","Ꟙ":"s","ꟙ":"s","Ʃ":"sh","ƪ":"sh","ʃ":"sh","ʆ":"sh","Ϸ":"sh","ϸ":"sh","Ш":"sh","ш":"sh","Շ":"sh","շ":"sh","ش":"sh","ښ":"sh","Ⴘ":"sh","შ":"sh","Შ":"sh","ᶋ":"sh","ᶘ":"sh","ⴘ":"sh","ꭍ":"sh","Щ":"shch","щ":"shch","Ꚗ":"shw","ꚗ":"shw","Ԍ":"sj","ԍ":"sj","ݪ":"sl","ß":"ss","ẞ":"ss","Ϛ":"st","ϛ":"st","Ŧ":"t","ŧ":"t","ƫ":"t","Ƭ":"t","ƭ":"t","Ʈ":"t","ȶ":"t","Ⱦ":"t","ʇ":"t","ʈ":"t","Τ":"t","τ":"t","Т":"t","т":"t","Թ":"t","Տ":"t","թ":"t","տ":"t","ט":"t","ת":"t","ت":"t","ط":"t","ٹ":"t","ټ":"t","ٽ":"t","ࢣ":"t","Ⴇ":"t","Ⴒ":"t","თ":"t","ტ":"t","ᲄ":"t","ᲅ":"t","Თ":"t","Ტ":"t","ᴛ":"t","ᵵ":"t","ⱦ":"t","ⴇ":"t","ⴒ":"t","Ꚋ":"t","ꚋ":"t","ꝷ":"t","Ꞇ":"t","ꞇ":"t","Ʇ":"t","ʨ":"tc","Ꚓ":"tch","ꚓ":"tch","Þ":"th","þ":"th","Θ":"th","θ":"th","Ҭ":"th","ҭ":"th","ث":"th","ٺ":"th","ٿ":"th","ڟ":"th","ࢋ":"th","ࢌ":"th","ࢿ":"th","ࣀ":"th","ᵺ":"th","Ꝥ":"th","ꝥ":"th","Ꝧ":"th","ꝧ":"th","ꟓ":"thth","Ԏ":"tj","ԏ":"tj","Ᲊ":"tj","ᲊ":"tj","ƾ":"ts","ʦ":"ts","Ц":"ts","ц":"ts","Ҵ":"ts","ҵ":"ts","Ծ":"ts","Ց":"ts","ծ":"ts","ց":"ts","ץ":"ts","צ":"ts","څ":"ts","ڝ":"ts","ࢯ":"ts","Ⴚ":"ts","Ⴜ":"ts","ც":"ts","წ":"ts","Ც":"ts","Წ":"ts","ⴚ":"ts","ⴜ":"ts","Ꙡ":"ts","ꙡ":"ts","Ꚑ":"ts","ꚑ":"ts","ꭧ":"ts","ʧ":"tsh","Ꚏ":"tsw","ꚏ":"tsw","ࢸ":"tt","Ꚍ":"tw","ꚍ":"tw","Ꜩ":"tz","ꜩ":"tz","Ʊ":"u","Ʉ":"u","ɤ":"u","ɷ":"u","ʉ":"u","ʊ":"u","У":"u","у":"u","Ѹ":"u","ѹ":"u","Ү":"u","ү":"u","Ұ":"u","ұ":"u","ٳ":"u","ۇ":"u","ۈ":"u","ۉ":"u","ۊ":"u","ࢄ":"u","ࢱ":"u","Ⴓ":"u","უ":"u","ᲈ":"u","Უ":"u","ᴜ":"u","ᴝ":"u","ᴞ":"u","ᵾ":"u","ᵿ":"u","ᶙ":"u","ⴓ":"u","Ꙋ":"u","ꙋ":"u","Ꞹ":"u","ꞹ":"u","Ꞿ":"u","ꞿ":"u","Ɤ":"u","ꭎ":"u","ꭏ":"u","ꭒ":"u","ᵫ":"ue","Ꞟ":"ue","ꞟ":"ue","ꭐ":"ui","ꭑ":"ui","ꭣ":"uo","Ʋ":"v","ʋ":"v","Β":"v","β":"v","В":"v","в":"v","Վ":"v","վ":"v","ב":"v","ו":"v","װ":"v","ڤ":"v","ڥ":"v","ۋ":"v","ۏ":"v","ݡ":"v","Ⴅ":"v","ვ":"v","ᲀ":"v","Ვ":"v","ᴠ":"v","ᶌ":"v","Ỽ":"v","ỽ":"v","ⱱ":"v","ⱴ":"v","ⴅ":"v","Ꝟ":"v","ꝟ":"v","Ꝩ":"v","ꝩ":"v","ࢤ":"vb","Ꝡ":"vy","ꝡ":"vy","Ɯ":"w","ƿ":"w","Ƿ":"w","ɯ":"w","ɰ":"w","ʍ":"w","Ͷ":"w","ͷ":"w","Ϝ":"w","ϝ":"w","Ҩ":"w","ҩ":"w","Ԝ":"w","ԝ":"w","Ւ":"w","ւ":"w","و":"w","ࢫ":"w","Ⴣ":"w","ჳ":"w","ჿ":"w","Ჳ":"w","Ჿ":"w","ᴟ":"w","ᴡ":"w","Ⱳ":"w","ⱳ":"w","ⴣ":"w","Ꟃ":"w","ꟃ":"w","ꟺ":"w","ʬ":"ww","ꟕ":"ww","ǁ":"x","ʖ":"x","Ξ":"x","ξ":"x","Ӽ":"x","ӽ":"x","Ⴤ":"x","ჴ":"x","Ჴ":"x","ᶍ":"x","ⴤ":"x","Ꭓ":"x","ꭓ":"x","ꭔ":"x","ꭕ":"x","ꭖ":"x","ꭗ":"x","ꭘ":"x","ꭙ":"x","Ӻ":"xh","ӻ":"xh","Ƴ":"y","ƴ":"y","Ȝ":"y","ȝ":"y","Ɏ":"y","ɏ":"y","ɥ":"y","ʎ":"y","ʏ":"y","ʮ":"y","ʯ":"y","Υ":"y","υ":"y","Ы":"y","ы":"y","Ѵ":"y","ѵ":"y","Ը":"y","Յ":"y","ը":"y","յ":"y","י":"y","ؠ":"y","ؽ":"y","ي":"y","ی":"y","ݐ":"y","ݷ":"y","ࢅ":"y","ࢆ":"y","ࢨ":"y","ࢬ":"y","Ⴢ":"y","ჲ":"y","Ჲ":"y","Ỿ":"y","ỿ":"y","ⴢ":"y","Ꙑ":"y","ꙑ":"y","Ɥ":"y","ꭚ":"y","Я":"ya","я":"ya","Ю":"yu","ю":"yu","ׯ":"yyy","ƍ":"z","Ƶ":"z","ƶ":"z","Ȥ":"z","ȥ":"z","ɀ":"z","ʐ":"z","ʑ":"z","Ζ":"z","ζ":"z","З":"z","з":"z","Ҙ":"z","ҙ":"z","Զ":"z","զ":"z","ז":"z","ز":"z","ݬ":"z","ݱ":"z","ࢲ":"z","Ⴆ":"z","ზ":"z","Ზ":"z","ᴢ":"z","ᵶ":"z","ᶎ":"z","Ⱬ":"z","ⱬ":"z","Ɀ":"z","ⴆ":"z","Ꙁ":"z","ꙁ":"z","Ꝣ":"z","ꝣ":"z","Ᶎ":"z","Ʒ":"zh","ƺ":"zh","ʒ":"zh","ʓ":"zh","Ж":"zh","ж":"zh","Ժ":"zh","ժ":"zh","ږ":"zh","ژ":"zh","Ⴏ":"zh","ჟ":"zh","Ჟ":"zh","ᴣ":"zh","ᶚ":"zh","ⴏ":"zh","Ꚅ":"zhw","ꚅ":"zhw","Ԅ":"zj","ԅ":"zj","ࢦ":"zl"}'::jsonb ->> letter, letter), '' order by place)
    from regexp_split_to_table(regexp_replace(lower(normalize(name, NFKD) collate "C"), '[\x01-\x2f\x3a-\x60\x7b-\x7f\u0080-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u02b0-\u036f\u0374-\u0375\u0378-\u037a\u037e\u0380-\u0385\u0387\u038b\u038d\u03a2\u03f6\u0482-\u0489\u0530\u0557-\u055f\u0589-\u05cf\u05eb-\u05ee\u05f3-\u061f\u0640\u064b-\u065f\u066a-\u066d\u0670\u06d4\u06d6-\u06ed\u06fd-\u06fe\u0700-\u070f\u0711\u0730-\u074c\u07a6-\u07b0\u07b2-\u07bf\u07eb-\u07ff\u0816-\u083f\u0859-\u085f\u086b-\u086f\u0888\u0890-\u089f\u08c9-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962-\u0965\u0970-\u0971\u0981-\u0984\u098d-\u098e\u0991-\u0992\u09a9\u09b1\u09b3-\u09b5\u09ba-\u09bc\u09be-\u09cd\u09cf-\u09db\u09de\u09e2-\u09e5\u09f2-\u09f3\u09fa-\u09fb\u09fd-\u0a04\u0a0b-\u0a0e\u0a11-\u0a12\u0a29\u0a31\u0a34\u0a37\u0a3a-\u0a58\u0a5d\u0a5f-\u0a65\u0a70-\u0a71\u0a75-\u0a84\u0a8e\u0a92\u0aa9\u0ab1\u0ab4\u0aba-\u0abc\u0abe-\u0acf\u0ad1-\u0adf\u0ae2-\u0ae5\u0af0-\u0af8\u0afa-\u0b04\u0b0d-\u0b0e\u0b11-\u0b12\u0b29\u0b31\u0b34\u0b3a-\u0b3c\u0b3e-\u0b5b\u0b5e\u0b62-\u0b65\u0b70\u0b78-\u0b82\u0b84\u0b8b-\u0b8d\u0b91\u0b96-\u0b98\u0b9b\u0b9d\u0ba0-\u0ba2\u0ba5-\u0ba7\u0bab-\u0bad\u0bba-\u0bcf\u0bd1-\u0be5\u0bf3-\u0c04\u0c0d\u0c11\u0c29\u0c3a-\u0c3c\u0c3e-\u0c57\u0c5b\u0c5e-\u0c5f\u0c62-\u0c65\u0c70-\u0c77\u0c7f\u0c81-\u0c84\u0c8d\u0c91\u0ca9\u0cb4\u0cba-\u0cbc\u0cbe-\u0cdb\u0cdf\u0ce2-\u0ce5\u0cf0\u0cf3-\u0d03\u0d0d\u0d11\u0d3b-\u0d3c\u0d3e-\u0d4d\u0d4f-\u0d53\u0d57\u0d62-\u0d65\u0d79\u0d80-\u0d84\u0d97-\u0d99\u0db2\u0dbc\u0dbe-\u0dbf\u0dc7-\u0de5\u0df0-\u0e00\u0e31\u0e34-\u0e3f\u0e46-\u0e4f\u0e5a-\u0e80\u0e83\u0e85\u0e8b\u0ea4\u0ea6\u0eb1\u0eb4-\u0ebc\u0ebe-\u0ebf\u0ec5-\u0ecf\u0eda-\u0edb\u0ee0-\u0eff\u0f01-\u0f1f\u0f34-\u0f3f\u0f48\u0f6d-\u0f87\u0f8d-\u0fff\u102b-\u103e\u104a-\u104f\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109f\u10c6\u10c8-\u10cc\u10ce-\u10cf\u10fb-\u10fc\u1249\u124e-\u124f\u1257\u1259\u125e-\u125f\u1289\u128e-\u128f\u12b1\u12b6-\u12b7\u12bf\u12c1\u12c6-\u12c7\u12d7\u1311\u1316-\u1317\u135b-\u1368\u137d-\u137f\u1390-\u139f\u13f6-\u13f7\u13fe-\u1400\u166d-\u166e\u1680\u169b-\u169f\u16eb-\u16ed\u16f9-\u16ff\u1712-\u171e\u1732-\u173f\u1752-\u175f\u176d\u1771-\u177f\u17b4-\u17db\u17dd-\u17df\u17ea-\u17ef\u17fa-\u180f\u181a-\u181f\u1843\u1879-\u187f\u1885-\u1886\u18a9\u18ab-\u18af\u18f6-\u18ff\u191f-\u1945\u196e-\u196f\u1975-\u197f\u19ac-\u19af\u19ca-\u19cf\u19db-\u19ff\u1a17-\u1a1f\u1a55-\u1a7f\u1a8a-\u1a8f\u1a9a-\u1b04\u1b34-\u1b44\u1b4d-\u1b4f\u1b5a-\u1b82\u1ba1-\u1bad\u1be6-\u1bff\u1c24-\u1c3f\u1c4a-\u1c4c\u1c78-\u1c7f\u1c8b-\u1c8f\u1cbb-\u1cbc\u1cc0-\u1ce8\u1ced\u1cf4\u1cf7-\u1cf9\u1cfb-\u1cff\u1d2c-\u1d6a\u1d78\u1d9b-\u1dff\u1f16-\u1f17\u1f1e-\u1f1f\u1f46-\u1f47\u1f4e-\u1f4f\u1f58\u1f5a\u1f5c\u1f5e\u1f7e-\u1f7f\u1fb5\u1fbd\u1fbf-\u1fc1\u1fc5\u1fcd-\u1fcf\u1fd4-\u1fd5\u1fdc-\u1fdf\u1fed-\u1ff1\u1ff5\u1ffd-\u206f\u2071-\u2073\u207a-\u207f\u208a-\u2101\u2103-\u2106\u2108-\u2109\u2114\u2116-\u2118\u211e-\u2123\u2125\u2127\u2129\u212e\u213a-\u213b\u2140-\u2144\u214a-\u214d\u214f\u218a-\u245f\u249c-\u24e9\u2500-\u2775\u2794-\u2bff\u2c7c-\u2c7d\u2ce5-\u2cea\u2cef-\u2cf1\u2cf4-\u2cfc\u2cfe-\u2cff\u2d26\u2d28-\u2d2c\u2d2e-\u2d2f\u2d68-\u2d7f\u2d97-\u2d9f\u2da7\u2daf\u2db7\u2dbf\u2dc7\u2dcf\u2dd7\u2ddf-\u3005\u3008-\u3020\u302a-\u3037\u303b\u303d-\u3040\u3097-\u309e\u30a0\u30fb-\u30fe\u3100-\u3104\u3130\u318f-\u3191\u3196-\u319f\u31c0-\u31ef\u3200-\u321f\u322a-\u3247\u3250\u3260-\u327f\u328a-\u32b0\u32c0-\u33ff\u4dc0-\u4dff\ua015\ua48d-\ua4cf\ua4f8-\ua4ff\ua60c-\ua60f\ua62c-\ua63f\ua66f-\ua67f\ua69c-\ua69f\ua6f0-\ua721\ua770\ua788-\ua78a\ua7dd-\ua7f4\ua7f8-\ua7f9\ua802\ua806\ua80b\ua823-\ua82f\ua836-\ua83f\ua874-\ua881\ua8b4-\ua8cf\ua8da-\ua8f1\ua8f8-\ua8fa\ua8fc\ua8ff\ua926-\ua92f\ua947-\ua95f\ua97d-\ua983\ua9b3-\ua9cf\ua9da-\ua9df\ua9e5-\ua9e6\ua9ff\uaa29-\uaa3f\uaa43\uaa4c-\uaa4f\uaa5a-\uaa5f\uaa70\uaa77-\uaa79\uaa7b-\uaa7d\uaab0\uaab2-\uaab4\uaab7-\uaab8\uaabe-\uaabf\uaac1\uaac3-\uaada\uaadd-\uaadf\uaaeb-\uaaf1\uaaf3-\uab00\uab07-\uab08\uab0f-\uab10\uab17-\uab1f\uab27\uab2f\uab5b-\uab5f\uab69-\uab6f\uabe3-\uabef\uabfa-\uabff\ud7a4-\ud7af\ud7c7-\ud7ca\ud7fc-\uf8ff\ufa6e-\ufa6f\ufada-\ufaff\ufb07-\ufb12\ufb18-\ufb1c\ufb1e\ufb29\ufb37\ufb3d\ufb3f\ufb42\ufb45\ufbb2-\ufbd2\ufd3e-\ufd4f\ufd90-\ufd91\ufdc8-\ufdef\ufdfc-\ufe6f\ufe75\ufefd-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uff70\uff9e-\uff9f\uffbf-\uffc1\uffc8-\uffc9\uffd0-\uffd1\uffd8-\uffd9\uffdd-\uffff\U0001d000-\U0001d2ff\U0001f000-\U0001faff\U000e0000-\U000e0fff]+', '', 'g'), '')
      with ordinality l (letter, place)), '');
end $$;

-- ──────────── name_parts() ────────────────────────────────────────────────────────────────────────────
-- The keys of names, and of each part of them.
create function name_parts(variadic names text[]) returns text[] language plpgsql immutable parallel safe as $$
begin
  return (select array_agg(distinct name_key(part)) from unnest(names) name
    cross join lateral (select name union all select regexp_split_to_table(name, '[\s\u00a0\u02b9-\u02bd\u2000-\u2015\u2018-\u201b\u2212''`´.,/()&-]+')) p (part)
  where name_key(part) <> '');
end $$;

-- ──────────── new_id() ────────────────────────────────────────────────────────────────────────────────
-- A UUIDv7, for statements that make rows out of rows. Elsewhere ids are made in Node.
create function new_id() returns uuid language sql as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- ──────────── number_is_refused() ─────────────────────────────────────────────────────────────────────
-- Whether anybody’s word stands against a number: unsafe, stopped or failed. It looks as the owner of the
-- tables, since the word may be of someone whom who asks does not support.
create function number_is_refused(number text) returns boolean language plpgsql stable parallel safe security definer set search_path to 'public', 'pg_temp' as $$
begin
  return exists (select from contact_point c
      where c.value = number and (not c.safe or c.stopped_at is not null or c.failed_at is not null))
    or exists (select from patient p where p.trusted_person is not null and p.trusted_person ->> 'phone' = number
      and (p.trusted_person ->> 'stoppedAt' is not null or p.trusted_person ->> 'failedAt' is not null));
end $$;

-- ──────────── open_checks() ───────────────────────────────────────────────────────────────────────────
-- The required checks without a latest pass in this cycle that has not run out.
create function open_checks(of_device uuid, of_kind text, of_cycle int) returns text[] language sql stable as $$
  select coalesce(array_agg(r.kind order by r.position), '{}')
  from required_check r
  where r.device_kind = of_kind and 'pass' is distinct from (
    select case when c.expired_at is null then c.result end from preparation_check c
    where c.device_id = of_device and c.cycle = of_cycle and c.kind = r.kind and c.taken_back_at is null order by c.id desc limit 1)
$$;

-- ──────────── refuse_change() ─────────────────────────────────────────────────────────────────────────
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

-- ──────────── refuse_erased() ─────────────────────────────────────────────────────────────────────────
-- Nothing personal begins for an erased person; the lock waits for an erasure that is under way.
create function refuse_erased() returns trigger language plpgsql as $$
begin
  if exists (select from patient where id = new.patient_id and erased_at is not null for share) then
    raise exception 'the person was erased' using errcode = '23514', constraint = 'patient_not_erased';
  end if;
  return new;
end $$;

-- ──────────── spread_updates() ────────────────────────────────────────────────────────────────────────
create function spread_updates() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('device_model', 0));
  update device d set updates_end_on = coalesce(d.own_updates_end_on, new.updates_end_on)
  where model_key(d.make, d.model) = new.key
    and d.updates_end_on is distinct from coalesce(d.own_updates_end_on, new.updates_end_on);
  return null;
end $$;

-- ──────────── start_of() ──────────────────────────────────────────────────────────────────────────────
-- The instant of a time in London; of a time that comes twice, when the clocks go back, the first.
create function start_of(day date, at time) returns timestamptz language sql stable parallel safe strict as $$
  select case when (((day + at) at time zone 'Europe/London') - interval '1 hour') at time zone 'Europe/London' = day + at
    then ((day + at) at time zone 'Europe/London') - interval '1 hour'
    else (day + at) at time zone 'Europe/London' end
$$;

-- ──────────── supports() ──────────────────────────────────────────────────────────────────────────────
-- Whether who asks does, or did, a follow-up with this person. It looks as the owner of the tables, since the
-- rows of follow_up ask it themselves.
create function supports(patient uuid) returns boolean language plpgsql stable parallel safe security definer set search_path to 'public', 'pg_temp' as $$
begin
  return exists (select from follow_up f where f.patient_id = patient and f.supporter_id = asker());
end $$;

-- ──────────── usual_due_on() ──────────────────────────────────────────────────────────────────────────
-- The day on which a loan on the usual terms that begins on this day would be due; without such a day, the
-- months of the policy.
create function usual_due_on(day date) returns date language sql stable as $$
  select coalesce(
    (select working_day_from(day + t.weeks * 7) from loan_terms t where t.borrower = 'patient' and t.is_default and t.retired_at is null),
    (day + make_interval(months => p.updates_months))::date)
  from lending_policy p
$$;

-- ──────────── working_day_before() ────────────────────────────────────────────────────────────────────
-- The last working day of England and Wales before this day.
create function working_day_before(day date) returns date language plpgsql stable strict as $$
begin
  loop
    day := day - 1;
    if is_working_day(day) then return day; end if;
  end loop;
end $$;

-- ──────────── working_day_from() ──────────────────────────────────────────────────────────────────────
-- The first working day of England and Wales on or after this day.
create function working_day_from(day date) returns date language plpgsql stable strict as $$
begin
  while not is_working_day(day) loop day := day + 1; end loop;
  return day;
end $$;

-- ──────────── working_days_before() ───────────────────────────────────────────────────────────────────
-- So many working days of England and Wales before this day.
create function working_days_before(day date, days int) returns date language plpgsql stable strict as $$
begin
  for n in 1..days loop day := working_day_before(day); end loop;
  return day;
end $$;
