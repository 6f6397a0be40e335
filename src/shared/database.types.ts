// Made by `npm run table-types` from the migrated database; not edited by hand.
import type { ColumnType, GeneratedAlways } from 'kysely';

/** Read as what was stored, written as JSON text. */
export type Json = ColumnType<unknown, string, string>;

/** A column with a default: may be left out of an insert. */
export type Generated<T> =
  T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : ColumnType<T, T | undefined, T>;

export interface AccessLog {
  id: string;
  at: string;
  patient_id: string | null;
  actor_type: 'staff' | 'client' | 'system';
  actor_id: string | null;
  actor_name: string;
  request_id: string;
  what: string;
  list: string | null;
  filters: Json | null;
  patient_ids: string[] | null;
  recorded_at: string | null;
  place: Generated<number>;
}

export interface Accessory {
  id: string;
  kind: string;
  low_stock_level: Generated<number>;
  retired_at: string | null;
  created_at: string;
  changed_at: Generated<string>;
}

export interface AccessoryMovement {
  id: string;
  accessory_id: string;
  location_id: string | null;
  kind: 'received' | 'issued' | 'returned' | 'moved_out' | 'moved_in' | 'lost' | 'damaged' | 'counted' | 'not_returned' | 'gifted' | 'issue_taken_back' | 'taken_back';
  change: number;
  quantity: number | null;
  loan_id: string | null;
  note: string | null;
  actor_name: string;
  at: string;
  takes_back: string | null;
}

export interface AccessoryStock {
  accessory_id: string;
  location_id: string;
  quantity: number;
}

export interface AgreementVersion {
  id: string;
  version: number;
  body: string;
  created_at: Generated<string>;
  created_by: string | null;
}

export interface Allocation {
  id: string;
  referral_id: string;
  device_id: string;
  status: Generated<'held' | 'issued' | 'released' | 'expired'>;
  expires_on: string | null;
  created_at: string;
  ended_at: string | null;
  ended_reason: string | null;
}

export interface Announcement {
  id: string;
  audience: 'on_loan' | 'support_ahead' | 'clinic' | 'supporter';
  clinic_id: string | null;
  supporter_id: string | null;
  identified: string;
  discreet: string;
  people: number;
  by_name: string;
  created_at: string;
}

export interface AnswerLink {
  id: string;
  question_id: string;
  token_hash: Buffer;
  created_at: string;
  expires_at: string;
}

export interface ApiClient {
  id: string;
  name: string;
  role: 'officer' | 'clinic' | 'integration';
  organisation_id: string | null;
  rate_per_minute: number | null;
  created_at: string;
  disabled_at: string | null;
  changed_at: string;
}

export interface ApiKey {
  id: string;
  client_id: string;
  hash: Buffer;
  created_at: string;
  used_at: string | null;
  revoked_at: string | null;
  made_by: string | null;
  expires_at: string | null;
  actions: string[] | null;
  addresses: string[] | null;
  last_address: string | null;
  seen_addresses: Generated<string[]>;
}

export interface AreaBand {
  area: string;
  band: number;
}

export interface AreaLookup {
  is_the_one: Generated<boolean>;
  name: string;
  source: string;
  dated: string;
  changed_at: string;
}

export interface AskingWish {
  patient_id: string;
  most_a_year: number | null;
  only_on_paper: Generated<boolean>;
  skip_confidence: Generated<boolean>;
  shape_a_year: number | null;
  changed_at: string;
  changed_by: string;
}

export interface AssessmentTakeUp {
  assessment_id: string;
  offers: string[];
  by_name: string;
  at: string;
}

export interface Attachment {
  id: string;
  kind: 'condition' | 'agreement' | 'certificate';
  device_id: string | null;
  loan_id: string | null;
  incident_id: string | null;
  taken_on: string;
  note: string | null;
  content_type: 'image/jpeg' | 'application/pdf';
  bytes: number;
  width: number | null;
  height: number | null;
  sha256: Buffer;
  recorded_by: string;
  created_at: string;
  removed_at: string | null;
  removed_by: string | null;
  removal_reason: string | null;
}

export interface AttachmentContent {
  attachment_id: string;
  data: Buffer;
  thumbnail: Buffer | null;
}

export interface BankHoliday {
  day: string;
  title: string;
}

export interface BoughtNew {
  one: Generated<boolean>;
  pence: Generated<Json>;
  changed_at: string;
}

export interface CapturedMessage {
  id: GeneratedAlways<number>;
  reference: string;
  channel: string;
  recipient: string;
  subject: string | null;
  body: string;
  at: Generated<string>;
}

export interface ClinicNote {
  id: string;
  referral_id: string;
  kind: 'missed_twice' | 'missed_by_mistake';
  at: string;
  outcome_id: string | null;
  taken_back_at: string | null;
  is_hidden: Generated<boolean>;
}

export interface ClosedDay {
  day: string;
  title: string;
  by_name: string;
  added_at: string;
}

export interface ContactMove {
  state: string;
  next: string;
}

export interface ContactPoint {
  id: string;
  patient_id: string;
  position: number;
  channel: 'sms' | 'email' | 'phone' | 'letter';
  value: string;
  safe: boolean;
  safe_from: string | null;
  recheck_due: string | null;
  voicemail_ok: Generated<boolean>;
  hours: Json | null;
  stopped_at: string | null;
  failed_at: string | null;
  created_at: string;
}

export interface ContactStateChange {
  id: string;
  patient_id: string;
  state: 'open' | 'paused' | 'withdrawn' | 'deceased';
  paused_until: string | null;
  source: 'patient' | 'clinic' | 'family' | 'staff';
  said_on: string;
  note: string | null;
  recorded_by: string;
  recorded_at: string;
}

export interface Cost {
  id: string;
  starts_on: string;
  kind: 'staff' | 'devices' | 'data' | 'repairs' | 'other';
  pence: number;
  hours: number | null;
  note: string | null;
  taken_out_at: string | null;
  changed_at: string;
}

export interface DataKey {
  secret_mark: string;
  sealed: Buffer;
  created_at: Generated<string>;
}

export interface DataOffer {
  id: string;
  network: string;
  gb_per_month: number | null;
  duration_months: number;
  source: string | null;
  retired_at: string | null;
  created_at: string;
}

export interface DataPlan {
  id: string;
  device_id: string | null;
  network: string;
  iccid: string;
  msisdn: string | null;
  gb_per_month: number | null;
  duration_months: number;
  activated_on: string | null;
  expires_on: string | null;
  status: Generated<'active' | 'suspended' | 'ended'>;
  created_at: string;
  offer_id: string | null;
  suspended_at: string | null;
  suspended_reason: string | null;
  removed_reason: string | null;
  ended_on: string | null;
  ended_reason: string | null;
  changed_at: Generated<string>;
}

export interface DayOff {
  day: string | null;
}

export interface Device {
  id: string;
  asset_tag: string;
  kind: 'tablet' | 'phone' | 'laptop' | 'dongle' | 'router' | 'sim';
  make: string;
  model: string;
  serial_number: string | null;
  imei: string | null;
  condition: 'A' | 'B' | 'C' | null;
  notes: string | null;
  status: Generated<'in_preparation' | 'ready' | 'reserved' | 'on_loan' | 'due_back' | 'in_repair' | 'lost' | 'gifted' | 'retired'>;
  cycle: Generated<number>;
  cycle_started_on: string;
  donation_id: string;
  location_id: string | null;
  created_at: string;
  changed_at: string;
  taken_over: Generated<boolean>;
  missed_on: string | null;
  system_version: string | null;
  own_updates_end_on: string | null;
  updates_end_on: string | null;
  updates_asked_for: string | null;
}

export interface DeviceCode {
  slug_hash: Buffer;
  slug_sealed: Buffer;
  device_id: string;
  made_at: string;
  ended_at: string | null;
}

export interface DeviceModel {
  key: GeneratedAlways<string>;
  make: string;
  model: string;
  system: string | null;
  highest_version: string | null;
  updates_end_on: string | null;
  source: string;
  source_url: string | null;
  said_by: string;
  said_at: string;
}

export interface DeviceMove {
  from_status: string;
  to_status: string;
}

export interface Disposal {
  id: string;
  device_id: string;
  way: 'recycled' | 'destroyed' | 'returned_to_donor' | 'passed_on' | 'written_off';
  disposed_on: string;
  organisation: string | null;
  transfer_note: string | null;
  destruction_certificate: string | null;
  book_value: string | null;
  authorised_by: string | null;
  notes: string | null;
  created_at: string;
}

export interface Donation {
  id: string;
  reference: string;
  donor_id: string;
  donor_reference: string | null;
  received_on: string;
  location_id: string | null;
  created_at: string;
  notes: string | null;
  changed_at: Generated<string>;
}

export interface DropIn {
  id: string;
  location_id: string;
  held_on: string;
  starts_at: string;
  minutes: number;
  supporter_id: string | null;
  others: Generated<number>;
  note: string | null;
  cancelled_at: string | null;
  created_at: string;
  changed_at: string;
  taken_back_at: string | null;
  taken_back_by: string | null;
  taken_back_reason: string | null;
  shared_sessions: Generated<number>;
}

export interface DropInPages {
  drop_in_id: string;
  topic_id: string;
  pages: number;
}

export interface DropInPerson {
  id: string;
  drop_in_id: string;
  patient_id: string;
  topics: Generated<string[]>;
  note: string | null;
  at: string;
  taken_back_at: string | null;
  taken_back_by: string | null;
  taken_back_reason: string | null;
}

export interface DropInVisitor {
  id: string;
  drop_in_id: string;
  came_before: boolean;
  age_band: 'under_25' | '25_to_44' | '45_to_64' | '65_and_over' | null;
  topics: Generated<string[]>;
  at: string;
}

export interface EarlierLabel {
  device_id: string;
  label: string;
  label_key: GeneratedAlways<string>;
  recorded_at: string;
}

export interface EqualityAnswer {
  patient_id: string;
  given_on: string;
  age: 'under_25' | '25_to_34' | '35_to_44' | '45_to_54' | '55_to_64' | '65_to_74' | '75_and_over' | 'rather_not_say' | null;
  sex: 'female' | 'male' | 'rather_not_say' | null;
  gender: 'yes' | 'no' | 'rather_not_say' | null;
  ethnicity: 'asian' | 'black' | 'mixed' | 'white' | 'other' | 'rather_not_say' | null;
  disability: 'yes' | 'no' | 'rather_not_say' | null;
  area: '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '10' | 'rather_not_say' | null;
  changed_at: string;
}

export interface Event {
  id: string;
  at: string;
  type: string;
  actor_type: 'staff' | 'client' | 'system';
  actor_id: string | null;
  actor_name: string;
  request_id: string;
  values: Generated<Json>;
  fields: Generated<string[]>;
  recorded_at: string | null;
  place: Generated<number>;
}

export interface EventSubject {
  subject_id: string;
  event_id: string;
  subject_type: string;
}

export interface Factor {
  id: string;
  staff_id: string;
  kind: 'code' | 'passkey';
  name: string;
  sealed_secret: Buffer | null;
  last_step: number | null;
  credential_id: string | null;
  public_key: Buffer | null;
  counter: number | null;
  transports: string[] | null;
  created_at: string;
  used_at: string | null;
  removed_at: string | null;
}

export interface FollowUp {
  id: string;
  patient_id: string;
  loan_id: string | null;
  referral_id: string | null;
  step: string;
  due_on: string;
  starts_at: string;
  minutes: number;
  way: 'phone' | 'video' | 'in_person' | 'message';
  supporter_id: string | null;
  status: Generated<'planned' | 'confirmed' | 'done' | 'missed' | 'cancelled'>;
  note: string | null;
  created_at: string;
  changed_at: string;
  patient_plan_id: string | null;
  before_due: number | null;
  lead_days: Generated<number>;
  why: 'they_asked' | 'supporter_away' | 'someone_else' | 'we_cannot' | 'closed' | 'place' | 'mistake' | 'dates_moved' | 'ended' | null;
}

export interface FollowUpOutcome {
  follow_up_id: string;
  result: 'done' | 'missed' | 'cancelled';
  topics: Generated<string[]>;
  minutes: number | null;
  confidence: number | null;
  frequency: 'daily' | 'weekly' | 'monthly' | 'rarely' | 'never' | null;
  got_in_the_way: Generated<string[]>;
  concern: Generated<boolean>;
  note: string | null;
  next_step: string | null;
  recorded_at: string;
  id: string;
  recorded_by: string | null;
  was_status: 'planned' | 'confirmed';
  was_due_on: string;
  was_why: 'they_asked' | 'supporter_away' | 'someone_else' | 'we_cannot' | 'closed' | 'place' | 'mistake' | 'dates_moved' | 'ended' | null;
  concern_taken_back: Generated<boolean>;
  taken_back_at: string | null;
  taken_back_by: string | null;
  taken_back_reason: string | null;
  again_id: string | null;
}

export interface FormLink {
  id: string;
  clinic_id: string;
  label: string;
  token_hash: Buffer;
  expires_on: string;
  created_at: string;
  revoked_at: string | null;
  used_at: string | null;
  sent: Generated<number>;
}

export interface FoundMessage {
  id: string;
  device_id: string;
  loan_id: string | null;
  body: string | null;
  reach: string | null;
  received_at: string;
}

export interface Guide {
  id: string;
  number: GeneratedAlways<number>;
  name: string;
  topic: string;
  made_by: string | null;
  made_with: string | null;
  review_on: string | null;
  retired_at: string | null;
  changed_at: string;
}

export interface GuideVersion {
  guide_id: string;
  language: string;
  format: 'standard' | 'large_print' | 'easy_read' | 'audio' | 'bsl';
  version: number;
  title: string;
  body: string;
  created_at: string;
  created_by: string;
}

export interface Handout {
  id: string;
  patient_id: string;
  follow_up_id: string | null;
  drop_in_person_id: string | null;
  guide_id: string | null;
  language: string | null;
  format: string | null;
  version: number | null;
  signpost_id: string | null;
  way: 'message' | 'paper';
  path: string;
  given_at: string;
  given_by: string;
  taken_back_at: string | null;
  taken_back_by: string | null;
  taken_back_reason: string | null;
}

export interface IdempotencyKey {
  caller: string;
  key: string;
  fingerprint: string;
  result: Json | null;
  created_at: string;
  request_id: string | null;
}

export interface InboundMessage {
  id: string;
  provider_id: string;
  from_number: string | null;
  body: string;
  meaning: 'stop' | 'yes' | 'cancel' | 'worrying' | 'other' | 'confirm' | 'move' | 'ring' | 'lost' | 'run_out';
  patient_ids: Generated<string[]>;
  received_at: string;
  message_id: string | null;
}

export interface Incident {
  id: string;
  reference: string;
  kind: 'lost' | 'stolen' | 'pawned' | 'sold' | 'given_away' | 'damaged' | 'faulty' | 'not_returned';
  status: Generated<'open' | 'closed' | 'recorded_by_mistake'>;
  loan_id: string;
  loan_item_id: string;
  device_id: string;
  patient_id: string | null;
  reported_on: string;
  account: string | null;
  crime_reference: string | null;
  handed_in: Generated<boolean>;
  approval_asked_at: string | null;
  approved_by: string | null;
  approval_reason: string | null;
  reported_at: string;
  closed_at: string | null;
  changed_at: string;
  happened_given_on: string | null;
  happened_on: GeneratedAlways<string>;
  taken_back_at: string | null;
  taken_back_by: string | null;
  taken_back_reason: string | null;
}

export interface IncidentAction {
  id: string;
  incident_id: string;
  kind: 'lock' | 'lost_mode' | 'locate' | 'wipe' | 'suspend_sim' | 'concern' | 'told_police' | 'told_ig' | 'agree_return' | 'found' | 'write_off' | 'note' | 'replaced' | 'approved' | 'closed';
  note: string | null;
  patient_data: boolean | null;
  authorised_by: string | null;
  requested_at: string;
  requested_by: string;
  confirmed_at: string | null;
  confirmed_by: string | null;
  not_needed: Generated<boolean>;
  taken_back_at: string | null;
  taken_back_by: string | null;
  status: GeneratedAlways<'asked' | 'done' | 'not_needed' | 'taken_back'>;
}

export interface Instrument {
  id: string;
  name: string;
  direction: 'higher' | 'lower';
  licence_needed: boolean;
  licence_held: boolean;
  licence_holder: string | null;
  licence_note: string | null;
  baseline: 'referral' | 'handover' | null;
  repeat_weeks: Generated<number[]>;
  retired_at: string | null;
  changed_at: string;
}

export interface InstrumentVersion {
  id: string;
  instrument_id: string;
  version: number;
  total: 'sum' | 'mean';
  may_miss: number;
  items: Json;
  created_at: string;
  created_by: string;
}

export interface Invitation {
  id: string;
  patient_id: string;
  invited_on: string;
  to_what: string;
  invited_by: string;
  created_at: string;
}

export interface JobRun {
  job: string;
  local_date: string;
  step: string;
  started_at: string;
  finished_at: string | null;
  superseded_at: string | null;
  count: number | null;
  moved_at: string | null;
}

export interface KeptPage {
  id: string;
  sealed: Buffer;
  kept_at: string;
}

export interface KeptSheet {
  id: string;
  staff_id: string;
  kind: 'donation' | 'take_over';
  status: 'kept' | 'to_judge' | 'judged' | 'to_save' | 'saving' | 'saved' | 'failed';
  mark: Buffer;
  sheet: Buffer | null;
  said: Buffer | null;
  found: Buffer | null;
  lines: number;
  lines_done: Generated<number>;
  result: Json | null;
  event_id: string | null;
  changed_at: string;
  seen_at: string | null;
  expires_at: string;
}

export interface Kit {
  id: string;
  name: string;
  retired_at: string | null;
  created_at: string;
  changed_at: string;
  support_plan_id: string | null;
}

export interface KitLine {
  kit_id: string;
  position: number;
  device_kind: 'tablet' | 'phone' | 'laptop' | 'dongle' | 'router' | 'sim' | null;
  with_data: Generated<boolean>;
  accessory_id: string | null;
  quantity: Generated<number>;
}

export interface KnownBrowser {
  hash: Buffer;
  staff_id: string;
  first_at: string;
  seen_at: string;
}

export interface LegalHold {
  id: string;
  patient_id: string;
  reason: string | null;
  by_name: string;
  at: string;
  lifted_at: string | null;
  lifted_by: string | null;
  lifted_reason: string | null;
}

export interface LendingPolicy {
  id: Generated<boolean>;
  replacement_limit: Generated<number>;
  replacement_months: Generated<number>;
  allocation_days: Generated<number>;
  changed_at: Generated<string>;
  urgent_days: Generated<number>;
  soon_days: Generated<number>;
  routine_days: Generated<number>;
  attachment_quota_mb: Generated<number>;
  updates_warn_days: Generated<number>;
  updates_months: Generated<number>;
  updates_unknown_stops: Generated<boolean>;
  asking_most: Generated<number>;
  asking_weeks: Generated<number>;
}

export interface Loan {
  id: string;
  reference: string;
  patient_id: string | null;
  referral_id: string | null;
  location_id: string | null;
  status: Generated<'open' | 'closed' | 'recorded_by_mistake'>;
  issued_at: string;
  due_on: string | null;
  handover_way: 'in_person' | 'posted' | 'collected';
  handover_on: string;
  terms_id: string | null;
  agreement_version_id: string | null;
  agreement_text: string | null;
  accepted_by: 'signature' | 'witnessed' | 'verbal' | 'not_recorded';
  witness: string | null;
  signature: string | null;
  closed_at: string | null;
  changed_at: string;
  kit_id: string | null;
  kit_gaps: Generated<Json>;
  extensions: Generated<number>;
  review_on: string | null;
  taken_over: Generated<boolean>;
  gift_reason: string | null;
  close_given_on: string | null;
  closed_on: GeneratedAlways<string | null>;
  mistake: 'not_handed_over' | 'wrong_person' | 'wrong_device' | 'recorded_twice' | 'other' | null;
  mistake_note: string | null;
  agreement_language: Generated<string>;
  agreement_format: Generated<'standard' | 'easy_read'>;
  agreement_large_print: Generated<boolean>;
}

export interface LoanAccessory {
  loan_id: string;
  accessory_id: string;
  quantity: number;
  returned: Generated<number>;
  written_off: Generated<number>;
  location_id: string | null;
}

export interface LoanExtension {
  id: string;
  loan_id: string;
  from_due_on: string | null;
  due_on: string | null;
  reason: string | null;
  actor_name: string;
  at: string;
}

export interface LoanItem {
  id: string;
  loan_id: string;
  device_id: string;
  status: Generated<'on_loan' | 'returned' | 'lost' | 'replaced' | 'gifted' | 'recorded_by_mistake'>;
  issued_at: string;
  ended_at: string | null;
  condition_out: string | null;
  condition_in: string | null;
  return_notes: string | null;
  replaces_item_id: string | null;
  incident_id: string | null;
  issue_given_on: string | null;
  issued_on: GeneratedAlways<string>;
  end_given_on: string | null;
  ended_on: GeneratedAlways<string | null>;
  swapped_for: string | null;
  swap_reason: string | null;
  cycle_out: number | null;
  cycle_out_on: string | null;
  condition_before: string | null;
  location_before: string | null;
  end_reason: 'done' | 'own_device' | 'lost_interest' | 'moved' | 'no_signal' | 'too_much' | 'in_hospital' | 'other' | null;
  end_words: string | null;
}

export interface LoanReview {
  id: string;
  loan_id: string;
  outcome: 'goes_on' | 'not_reached' | 'comes_back';
  note: string | null;
  actor_name: string;
  at: string;
}

export interface LoanTerms {
  id: string;
  name: string;
  weeks: number | null;
  is_default: Generated<boolean>;
  borrower: Generated<'patient' | 'location'>;
  review_months: number | null;
  extensions_allowed: Generated<number>;
  extension_weeks: Generated<number>;
  retired_at: string | null;
  changed_at: Generated<string>;
  support_plan_id: string | null;
}

export interface Location {
  id: string;
  name: string;
  kind: 'hub' | 'clinic' | 'access_point' | 'repairer';
  organisation_id: string | null;
  created_at: string;
  changed_at: Generated<string>;
}

export interface LogHead {
  n: number;
  digest: Buffer;
  signed_at: string;
  key_id: string | null;
  signature: Buffer | null;
  stamp: Buffer | null;
}

export interface LogLink {
  n: number;
  place: number;
  in_table: 'event' | 'access_log';
  row_id: string;
  v: number;
  row_digest: Buffer;
  digest: Buffer;
  sealed_at: string;
}

export interface LogSealing {
  one: Generated<boolean>;
  place: Generated<number>;
  next_place: number | null;
  next_xid: number | null;
}

export interface LogVersion {
  v: number;
  in_table: 'event' | 'access_log';
  columns: string[];
}

export interface MeasureAsking {
  id: string;
  patient_id: string;
  version_id: string;
  follow_up_id: string | null;
  way: 'call' | 'paper' | 'link';
  status: 'asked' | 'answered' | 'declined';
  asked_on: string;
  asked_by: string;
  answers: Json | null;
  total: string | null;
  answered_on: string | null;
  created_at: string;
  taken_back_at: string | null;
  taken_back_by: string | null;
  taken_back_reason: string | null;
  link_until: string | null;
  link_ended_at: string | null;
}

export interface Message {
  id: string;
  patient_id: string;
  channel: 'sms' | 'email' | 'letter' | null;
  contact_point_id: string | null;
  wording: 'discreet' | 'identified';
  run_date: string;
  status: Generated<'planned' | 'queued' | 'sending' | 'sent' | 'delivered' | 'failed' | 'cancelled' | 'held' | 'unknown'>;
  why: string | null;
  send_after: string;
  claim: Generated<number>;
  claimed_at: string | null;
  subject: string | null;
  body: string | null;
  template_ids: Generated<string[]>;
  sent_at: string | null;
  created_at: string;
  changed_at: string;
  provider: 'capture' | 'notify' | 'smtp' | null;
  provider_id: string | null;
  handed_at: string | null;
  asked_at: string | null;
  to_trusted: Generated<boolean>;
  trusted_number: string | null;
}

export interface NoticeVersion {
  notice: 'accessibility' | 'patients' | 'patients_discreet' | 'clinics' | 'supporters' | 'hand_in';
  version: number;
  body: string;
  created_at: string;
  created_by: string;
}

export interface Organisation {
  id: string;
  name: string;
  roles: string[];
  ods_code: string | null;
  created_at: string;
  duty_name: string | null;
  duty_phone: string | null;
  duty_email: string | null;
  succeeded_by: string | null;
  succeeded_on: string | null;
  changed_at: string;
}

export interface Outbox {
  event_id: string;
  handler: string;
  created_at: Generated<string>;
  next_at: Generated<string>;
  handed_at: string | null;
  done_at: string | null;
  failed_at: string | null;
  attempts: Generated<number>;
  error: string | null;
}

export interface PageTopic {
  id: string;
  name: string;
  part_of: string | null;
  retired_at: string | null;
  changed_at: string;
}

export interface Paper {
  id: string;
  starts_on: string;
  ends_on: string;
  made_on: string;
  content: Json;
  made_at: string;
  made_by: string;
}

export interface PasswordLink {
  token_hash: Buffer;
  staff_id: string;
  created_at: string;
  expires_at: string;
  ended_at: string | null;
}

export interface Patient {
  id: string;
  given_name: string;
  family_name: string;
  preferred_name: string | null;
  date_of_birth: string | null;
  nhs_number: string | null;
  no_nhs_number_reason: 'not_known' | 'overseas' | 'devolved_nation' | null;
  address: string | null;
  no_fixed_abode: Generated<boolean>;
  wording: Generated<'discreet' | 'identified'>;
  contact_choice: Generated<'any_safe' | 'patient_contacts_us'>;
  contact_state: Generated<'open' | 'paused' | 'withdrawn' | 'deceased'>;
  paused_until: string | null;
  communication_needs: Generated<string[]>;
  language: string | null;
  trusted_person: Json | null;
  created_at: string;
  changed_at: string;
  interpreter: Generated<boolean>;
  collection_point: string | null;
  communication_reviewed_on: string | null;
  merged_into: string | null;
  erased_at: string | null;
  data_reminders: Generated<boolean>;
}

export interface PatientHistory {
  id: string;
  patient_id: string;
  event_id: string;
  at: string;
  before: Json;
}

export interface PatientKeptApart {
  one: string;
  other: string;
  by_name: string;
  at: string;
  reason: string | null;
}

export interface PatientLink {
  token_hash: Buffer;
  message_id: string;
  created_at: string;
  expires_at: string;
}

export interface PatientMerge {
  id: string;
  survivor_id: string;
  merged_id: string;
  moved: Json;
  before: Json;
  after: Json;
  by_name: string;
  at: string;
  parted_by: string | null;
  parted_at: string | null;
}

export interface PatientName {
  patient_id: string;
  part: string;
}

export interface PatientPlan {
  id: string;
  patient_id: string;
  version_id: string;
  referral_id: string | null;
  loan_id: string | null;
  starts_on: string;
  created_at: string;
  ended_at: string | null;
  ended_by: 'return' | 'referral' | 'contact' | 'wish' | 'plan' | 'mistake' | null;
  reason: string | null;
}

export interface PopulationFigure {
  question: 'age' | 'sex' | 'gender' | 'ethnicity' | 'disability' | 'area';
  source: string;
  dated: string;
  shares: Json;
  changed_at: string;
}

export interface PreparationCheck {
  id: string;
  device_id: string;
  cycle: number;
  kind: 'sanitisation' | 'electrical' | 'setup' | 'updates';
  result: 'pass' | 'fail';
  performed_on: string;
  performed_by: string;
  evidence: Json;
  notes: string | null;
  recorded_at: string;
  next_due: string | null;
  expired_at: string | null;
  missed_before: string | null;
  taken_back_at: string | null;
  taken_back_by: string | null;
  taken_back_reason: string | null;
}

export interface PrivacyDecision {
  id: string;
  patient_id: string;
  kind: 'export' | 'erasure';
  asked_by: 'patient' | 'representative' | 'retention';
  asked_on: string;
  identity_check: string | null;
  reason: string | null;
  by_name: string;
  at: string;
}

export interface Proposal {
  id: string;
  referral_id: string;
  item: 'contact_point' | 'wording' | 'contact_choice' | 'preferred_name' | 'address' | 'communication' | 'trusted_person';
  said: Json;
  decision: 'accept' | 'reject' | null;
  decided_at: string | null;
  decided_by: string | null;
}

export interface ProposedAccount {
  id: string;
  issuer: string;
  subject: string;
  name: string;
  email: string;
  role: 'officer' | 'supporter' | 'manager' | 'auditor' | 'administrator' | null;
  proposed_at: string;
  tried_at: string;
}

export interface ReachedFigure {
  half_year: string;
  question: string;
  answer: string;
  referred: number | null;
  lent: number | null;
  bands: Json | null;
  made_at: string;
}

export interface RecoveryCode {
  hash: Buffer;
  staff_id: string;
  created_at: string;
  used_at: string | null;
}

export interface Referral {
  id: string;
  reference: string;
  clinic_id: string;
  patient_id: string;
  nhs_number: string | null;
  given_name: string;
  preferred_name: string | null;
  status: Generated<'received' | 'asked' | 'waiting' | 'active' | 'closed' | 'declined' | 'withdrawn'>;
  urgency: Generated<'routine' | 'soon' | 'urgent'>;
  barriers: Generated<string[]>;
  referrer_name: string;
  referrer_email: string | null;
  referrer_phone: string | null;
  share_with_scheme: boolean;
  share_back_with_clinic: Generated<boolean>;
  consent_given_on: string;
  consent_given_by: string | null;
  clinic_reference: string | null;
  notes: string | null;
  decision_reason: string | null;
  received_at: string;
  waiting_since: string | null;
  changed_at: string;
  withdrawal_reason: string | null;
  withdrawal_said_by: 'patient' | 'clinic' | 'family' | 'staff' | null;
  urgency_reason: string | null;
  visit_risks: string | null;
  assigned_to: string | null;
  signposts: Generated<Json>;
  family_name: string;
  date_of_birth: string | null;
  withdrawn_by_clinic: Generated<boolean>;
}

export interface ReferralAssessment {
  id: string;
  referral_id: string;
  said: Json;
  suggestions: Json;
  by_name: string;
  at: string;
  tree_version: number;
}

export interface ReferralConsent {
  id: string;
  referral_id: string;
  share_back_with_clinic: boolean;
  source: 'patient' | 'clinic' | 'family' | 'staff';
  said_on: string;
  recorded_by: string;
  recorded_at: string;
}

export interface ReferralDraft {
  id: string;
  link_id: string;
  token_hash: Buffer;
  answers: Generated<Json>;
  saved_at: string;
  sent_at: string | null;
  reference: string | null;
  summary: Buffer | null;
  tried: Generated<Json>;
}

export interface ReferralNeed {
  referral_id: string;
  need: 'device' | 'data' | 'support';
  status: Generated<'open' | 'met' | 'dropped'>;
  reason: string | null;
  settled_at: string | null;
  asked: Generated<boolean>;
}

export interface ReferralNote {
  id: string;
  referral_id: string;
  note: string;
  at: string;
  by_name: string;
}

export interface ReferralQuestion {
  id: string;
  referral_id: string;
  question: string;
  asked_at: string;
  answer: string | null;
  answered_at: string | null;
}

export interface ReferralRepeat {
  id: string;
  reference: string;
  referral_id: string;
  link_id: string;
  said: Json;
  received_at: string;
}

export interface ReferralStatus {
  referral_id: string;
  number: GeneratedAlways<number>;
  status: string;
  at: string;
}

export interface Reminder {
  id: string;
  patient_id: string;
  reason: 'follow_up' | 'return_due' | 'overdue' | 'data_ending' | 'changed' | 'off' | 'put_off' | 'wrong_day' | 'announcement' | 'handout' | 'questions';
  subject_id: string;
  stage: string;
  for_date: string;
  useless_after: string;
  status: Generated<'standing' | 'said' | 'cancelled'>;
  message_id: string | null;
  created_at: string;
  failures: Generated<number>;
  said_way: string | null;
  why: 'they_asked' | 'supporter_away' | 'someone_else' | 'we_cannot' | 'closed' | 'place' | 'mistake' | 'dates_moved' | 'ended' | null;
}

export interface Rendering {
  id: string;
  thing: 'agreement' | 'papers' | 'answer_page' | 'notice' | 'notice_discreet';
  of_version: number;
  language: string;
  format: 'standard' | 'easy_read';
  version: number;
  phrases: Json;
  approved_by: string;
  approved_on: string;
  created_at: string;
  created_by: string;
}

export interface Repair {
  id: string;
  device_id: string;
  location_id: string | null;
  from_location_id: string | null;
  fault: string;
  sent_on: string;
  expected_back_on: string | null;
  back_on: string | null;
  result: 'repaired' | 'not_repaired' | null;
  notes: string | null;
  created_at: string;
}

export interface RequiredCheck {
  device_kind: string;
  kind: 'sanitisation' | 'electrical' | 'setup' | 'updates';
  position: number;
}

export interface Retention {
  id: Generated<boolean>;
  helped_months: number | null;
  not_helped_months: number | null;
  deceased_months: number | null;
  changed_at: Generated<string>;
}

export interface RetentionBatch {
  id: string;
  class: 'helped' | 'not_helped' | 'deceased';
  months: number;
  status: Generated<'proposed' | 'erasing' | 'done' | 'kept'>;
  proposed_at: string;
  decided_by: string | null;
  decided_by_name: string | null;
  decided_at: string | null;
  reason: string | null;
  finished_at: string | null;
}

export interface RetentionMember {
  batch_id: string;
  patient_id: string;
  last_on: string;
  outcome: 'erased' | 'kept' | 'no_longer_due' | null;
  decided_at: string | null;
}

export interface ReturnTakenBack {
  id: string;
  loan_item_id: string;
  returned_at: string;
  returned_on: string;
  condition_in: string | null;
  return_notes: string | null;
  reason: string;
  taken_back_at: string;
  taken_back_by: string;
  end_reason: 'done' | 'own_device' | 'lost_interest' | 'moved' | 'no_signal' | 'too_much' | 'in_hospital' | 'other' | null;
  end_words: string | null;
}

export interface SavedView {
  id: Generated<string>;
  staff_id: string;
  list: string;
  name: string;
  query: string;
}

export interface Scheme {
  id: Generated<boolean>;
  name: string | null;
  phone: string | null;
  email: string | null;
  opening_hours: string | null;
  website: string | null;
  logo: Buffer | null;
  logo_type: 'image/png' | 'image/jpeg' | null;
  logo_width: number | null;
  logo_height: number | null;
  logo_hash: string | null;
  changed_at: Generated<string>;
}

export interface SecondPerson {
  id: string;
  kind: 'role' | 'email' | 'password_link' | 'factor_reset' | 'erasure';
  subject_id: string;
  about: Generated<string>;
  asked_by: string;
  asked_at: string;
  decided_by: string | null;
  decided_at: string | null;
  agreed: boolean | null;
  used_at: string | null;
}

export interface SecurityEvent {
  id: string;
  at: string;
  kind: string;
  actor_type: 'staff' | 'client' | 'system' | 'nobody';
  actor_id: string | null;
  staff_id: string | null;
  client_id: string | null;
  about: string | null;
  address: Generated<string>;
  browser: Generated<string>;
  request_id: string;
  count: Generated<number>;
  is_alarm: Generated<boolean>;
  logged_at: string | null;
  told_at: string | null;
  attempts: Generated<number>;
  next_at: string;
  told_ways: Generated<string[]>;
  tell_address: string | null;
}

export interface Session {
  token_hash: Buffer;
  staff_id: string;
  created_at: string;
  seen_at: string;
  expires_at: string;
  revoked_at: string | null;
  id: Generated<string>;
  way: Generated<'password' | 'code' | 'passkey' | 'recovery_code' | 'single_sign_on'>;
  needs: 'factor' | 'enrolment' | null;
  proved_at: string;
  address: Generated<string>;
  browser: Generated<string>;
  challenge: string | null;
  challenge_until: string | null;
  issuer: string | null;
  subject: string | null;
  issuer_sid: string | null;
  sealed_id_token: Buffer | null;
}

export interface SignInPolicy {
  one: Generated<boolean>;
  factor_roles: Generated<string[]>;
  changed_at: string;
  erasure_by_two: Generated<boolean>;
}

export interface SignInThrottle {
  account: Buffer;
  origin: Buffer;
  failures: number;
  waits_until: string | null;
  failed_at: string;
}

export interface SignOnBegun {
  state_hash: Buffer;
  kept: string | null;
  begun_at: string;
}

export interface SignOnLogout {
  token_hash: Buffer;
  at: string;
}

export interface Signpost {
  id: string;
  name: string;
  details: string;
  retired_at: string | null;
  changed_at: string;
  number: GeneratedAlways<number>;
  url: string | null;
  person_words: string | null;
  topic: string | null;
}

export interface Staff {
  id: string;
  name: string;
  email: string;
  role: 'officer' | 'supporter' | 'manager' | 'auditor' | 'administrator';
  password_hash: string | null;
  suspended_at: string | null;
  created_at: string;
  organisation_id: string | null;
  weekly_minutes: number | null;
  dbs_checked_on: string | null;
  changed_at: Generated<string>;
}

export interface StaffIdentity {
  issuer: string;
  subject: string;
  staff_id: string;
  linked_at: string;
  last_seen_at: string | null;
}

export interface Stocktake {
  id: string;
  reference: string;
  location_id: string;
  started_at: string;
  started_by: string;
  closed_at: string | null;
  closed_by: string | null;
  found: number | null;
  missing: number | null;
  left_meanwhile: number | null;
  unexpected: number | null;
}

export interface StocktakeLine {
  stocktake_id: string;
  device_id: string;
  verdict: 'expected' | 'found' | 'missing' | 'left' | 'unexpected';
  scanned_at: string | null;
  scanned_by: string | null;
}

export interface Story {
  id: string;
  patient_id: string | null;
  follow_up_id: string | null;
  drop_in_id: string | null;
  telling: 'own_words' | 'retold';
  words: string | null;
  version: Generated<number>;
  finds: Generated<string[]>;
  followed: 'saw_gp' | 'work_or_course' | 'in_touch' | 'money_or_benefits' | 'video_appointments' | 'other';
  told_on: string;
  written_by: string;
  created_at: string;
  changed_at: string;
  retired_at: string | null;
}

export interface StoryConsent {
  id: string;
  story_id: string;
  version: number;
  purposes: string[];
  told_name: string | null;
  not_their_name: Generated<boolean>;
  given_on: string;
  way: 'in_words' | 'on_paper';
  until: string | null;
  recorded_by: string;
  created_at: string;
  ended_at: string | null;
  ended_by: string | null;
  ended_why: 'withdrawn' | 'words_changed' | 'given_anew' | 'retired' | null;
}

export interface SuggestionTree {
  version: number;
  status: 'draft' | 'published';
  rules: Json;
  made_by: string;
  made_at: string;
  changed_by: string;
  changed_at: string;
  published_by: string | null;
  published_at: string | null;
  note: string | null;
}

export interface SupportPlan {
  id: string;
  name: string;
  for_loans: Generated<boolean>;
  for_support: Generated<boolean>;
  retired_at: string | null;
  changed_at: string;
}

export interface SupportPlanStep {
  version_id: string;
  position: number;
  step: string;
  days: number;
  way: 'phone' | 'video' | 'in_person' | 'message';
  minutes: number;
  starts_at: Generated<string>;
  counted_from: Generated<'start' | 'due'>;
  lead_days: Generated<number>;
}

export interface SupportPlanVersion {
  id: string;
  version: number;
  created_at: Generated<string>;
  plan_id: string;
  created_by: string | null;
}

export interface SupporterDigest {
  id: string;
  staff_id: string;
  for_date: string;
  status: Generated<'planned' | 'sent' | 'failed'>;
  created_at: string;
  sent_at: string | null;
}

export interface TakenList {
  donation_id: string;
  digest: Buffer;
  taken_at: string;
}

export interface Task {
  id: string;
  kind: string;
  subject_type: string;
  subject_id: string;
  patient_id: string | null;
  status: Generated<'open' | 'done'>;
  urgent: Generated<boolean>;
  created_at: string;
  done_at: string | null;
}

export interface TaskClosing {
  id: string;
  task_id: string;
  act_id: string;
  done: string;
  spoke_to: string | null;
  spoke_at: string | null;
  closed_at: string;
  closed_by: string | null;
  closed_by_name: string;
  reopened_at: string | null;
  reopened_by_name: string | null;
}

export interface Template {
  id: string;
  reason: string;
  wording: 'discreet' | 'identified' | 'trusted';
  version: number;
  subject: string;
  body: string;
  created_at: Generated<string>;
  channel: 'any' | 'sms' | 'email' | 'letter';
  language: string;
  created_by: string | null;
}

export interface UpdatesAcceptance {
  id: string;
  device_id: string;
  cycle: number;
  updates_end_on: string | null;
  reason: string;
  accepted_by: string;
  accepted_at: string;
}

export interface WaitingSkip {
  id: string;
  referral_id: string;
  for_referral_id: string;
  allocation_id: string | null;
  reason: string;
  actor_name: string;
  at: string;
}

export interface Webhook {
  id: string;
  organisation_id: string;
  url: string;
  secret_version: Generated<number>;
  rotated_at: string | null;
  disabled_at: string | null;
  disabled_because: 'staff' | 'gone' | null;
  created_at: string;
  changed_at: string;
}

export interface WebhookDelivery {
  id: string;
  webhook_id: string;
  referral_id: string | null;
  status: Generated<'pending' | 'sending' | 'delivered' | 'failed' | 'superseded'>;
  attempts: Generated<number>;
  claim: Generated<number>;
  claimed_at: string | null;
  next_at: string;
  give_up_at: string;
  last_status: number | null;
  last_fault: string | null;
  created_at: string;
  ended_at: string | null;
}

export interface YearCounted {
  counted_on: string;
  figures: Json;
  counted_at: string;
}

export interface DB {
  access_log: AccessLog;
  accessory: Accessory;
  accessory_movement: AccessoryMovement;
  accessory_stock: AccessoryStock;
  agreement_version: AgreementVersion;
  allocation: Allocation;
  announcement: Announcement;
  answer_link: AnswerLink;
  api_client: ApiClient;
  api_key: ApiKey;
  area_band: AreaBand;
  area_lookup: AreaLookup;
  asking_wish: AskingWish;
  assessment_take_up: AssessmentTakeUp;
  attachment: Attachment;
  attachment_content: AttachmentContent;
  bank_holiday: BankHoliday;
  bought_new: BoughtNew;
  captured_message: CapturedMessage;
  clinic_note: ClinicNote;
  closed_day: ClosedDay;
  contact_move: ContactMove;
  contact_point: ContactPoint;
  contact_state_change: ContactStateChange;
  cost: Cost;
  data_key: DataKey;
  data_offer: DataOffer;
  data_plan: DataPlan;
  day_off: DayOff;
  device: Device;
  device_code: DeviceCode;
  device_model: DeviceModel;
  device_move: DeviceMove;
  disposal: Disposal;
  donation: Donation;
  drop_in: DropIn;
  drop_in_pages: DropInPages;
  drop_in_person: DropInPerson;
  drop_in_visitor: DropInVisitor;
  earlier_label: EarlierLabel;
  equality_answer: EqualityAnswer;
  event: Event;
  event_subject: EventSubject;
  factor: Factor;
  follow_up: FollowUp;
  follow_up_outcome: FollowUpOutcome;
  form_link: FormLink;
  found_message: FoundMessage;
  guide: Guide;
  guide_version: GuideVersion;
  handout: Handout;
  idempotency_key: IdempotencyKey;
  inbound_message: InboundMessage;
  incident: Incident;
  incident_action: IncidentAction;
  instrument: Instrument;
  instrument_version: InstrumentVersion;
  invitation: Invitation;
  job_run: JobRun;
  kept_page: KeptPage;
  kept_sheet: KeptSheet;
  kit: Kit;
  kit_line: KitLine;
  known_browser: KnownBrowser;
  legal_hold: LegalHold;
  lending_policy: LendingPolicy;
  loan: Loan;
  loan_accessory: LoanAccessory;
  loan_extension: LoanExtension;
  loan_item: LoanItem;
  loan_review: LoanReview;
  loan_terms: LoanTerms;
  location: Location;
  log_head: LogHead;
  log_link: LogLink;
  log_sealing: LogSealing;
  log_version: LogVersion;
  measure_asking: MeasureAsking;
  message: Message;
  notice_version: NoticeVersion;
  organisation: Organisation;
  outbox: Outbox;
  page_topic: PageTopic;
  paper: Paper;
  password_link: PasswordLink;
  patient: Patient;
  patient_history: PatientHistory;
  patient_kept_apart: PatientKeptApart;
  patient_link: PatientLink;
  patient_merge: PatientMerge;
  patient_name: PatientName;
  patient_plan: PatientPlan;
  population_figure: PopulationFigure;
  preparation_check: PreparationCheck;
  privacy_decision: PrivacyDecision;
  proposal: Proposal;
  proposed_account: ProposedAccount;
  reached_figure: ReachedFigure;
  recovery_code: RecoveryCode;
  referral: Referral;
  referral_assessment: ReferralAssessment;
  referral_consent: ReferralConsent;
  referral_draft: ReferralDraft;
  referral_need: ReferralNeed;
  referral_note: ReferralNote;
  referral_question: ReferralQuestion;
  referral_repeat: ReferralRepeat;
  referral_status: ReferralStatus;
  reminder: Reminder;
  rendering: Rendering;
  repair: Repair;
  required_check: RequiredCheck;
  retention: Retention;
  retention_batch: RetentionBatch;
  retention_member: RetentionMember;
  return_taken_back: ReturnTakenBack;
  saved_view: SavedView;
  scheme: Scheme;
  second_person: SecondPerson;
  security_event: SecurityEvent;
  session: Session;
  sign_in_policy: SignInPolicy;
  sign_in_throttle: SignInThrottle;
  sign_on_begun: SignOnBegun;
  sign_on_logout: SignOnLogout;
  signpost: Signpost;
  staff: Staff;
  staff_identity: StaffIdentity;
  stocktake: Stocktake;
  stocktake_line: StocktakeLine;
  story: Story;
  story_consent: StoryConsent;
  suggestion_tree: SuggestionTree;
  support_plan: SupportPlan;
  support_plan_step: SupportPlanStep;
  support_plan_version: SupportPlanVersion;
  supporter_digest: SupporterDigest;
  taken_list: TakenList;
  task: Task;
  task_closing: TaskClosing;
  template: Template;
  updates_acceptance: UpdatesAcceptance;
  waiting_skip: WaitingSkip;
  webhook: Webhook;
  webhook_delivery: WebhookDelivery;
  year_counted: YearCounted;
}
