import { supportTables } from './personal-support.rules.ts';
import { blank, ofStaff, own, type PersonalTable } from './personal-table.rules.ts';

const referrals = 'select id from referral where patient_id = any(:ids)';
const loans = 'select id from loan where patient_id = any(:ids)';
const messages = 'select id from message where patient_id = any(:ids)';
const ofReferral = `x.referral_id in (${referrals})`;
const ofLoan = `x.loan_id in (${loans})`;
const incidents = `select id from incident where patient_id = any(:ids) or loan_id in (${loans})`;
const attachments = `(x.loan_id in (${loans}) or x.incident_id in (${incidents}))`;

/**
 * Every table that holds something about a patient, in the order in which erasure goes through it.
 * Export gives all of it; a test holds this list to the database's foreign keys and columns.
 */
export const personalTables: PersonalTable[] = [
  {
    table: 'patient',
    of: 'x.id = any(:ids)',
    erasure: {
      given_name: "'Erased'",
      family_name: "'person'",
      preferred_name: 'null',
      date_of_birth: 'null',
      nhs_number: 'null',
      no_nhs_number_reason: 'null',
      address: 'null',
      collection_point: 'null',
      communication_needs: "'{}'",
      language: 'null',
      trusted_person: 'null',
    },
    stays: ['wording', 'contact_choice', 'contact_state'],
    noWords: { no_nhs_number_reason: 'a kind', communication_needs: 'kinds', language: 'a tag' },
  },
  { table: 'patient_name', of: own, erasure: 'rows go' },
  { table: 'patient_history', of: own, erasure: 'rows go' },
  {
    table: 'contact_state_change',
    of: own,
    erasure: 'rows go',
    noWords: { state: 'a kind', source: 'a kind', recorded_by: ofStaff },
  },
  {
    table: 'patient_kept_apart',
    of: '(x.one = any(:ids) or x.other = any(:ids))',
    erasure: 'rows go',
    noWords: { by_name: ofStaff },
  },
  {
    table: 'patient_merge',
    of: '(x.survivor_id = any(:ids) or x.merged_id = any(:ids))',
    erasure: 'rows go',
    noWords: { moved: 'ids', by_name: ofStaff, parted_by: ofStaff },
  },
  {
    table: 'contact_point',
    of: own,
    erasure: { value: "''", safe: 'false', hours: 'null' },
    stays: ['channel'],
    noWords: { hours: 'days and times' },
  },
  { table: 'patient_plan', of: own, erasure: { reason: 'null' }, stays: ['ended_by'] },
  {
    table: 'privacy_decision',
    of: own,
    erasure: { identity_check: 'null', reason: 'null' },
    stays: ['kind', 'asked_by', 'by_name'],
    noWords: { reason: 'of an erasure alone, which is the last decision and keeps its own' },
  },
  {
    table: 'legal_hold',
    of: own,
    erasure: { reason: 'null', lifted_reason: 'null' },
    stays: ['by_name', 'lifted_by'],
  },
  { table: 'retention_member', of: own, erasure: {}, stays: ['outcome'] },
  {
    table: 'referral_draft',
    of: 'x.reference in (select reference from referral where patient_id = any(:ids))',
    erasure: { summary: 'null' },
    stays: ['answers', 'tried', 'reference', 'token_hash'],
    noWords: { summary: 'sealed with the token, which is not kept' },
  },
  { table: 'referral_repeat', of: ofReferral, erasure: 'rows go', noWords: { reference: 'made here' } },
  {
    table: 'proposal',
    of: ofReferral,
    erasure: 'rows go',
    noWords: { item: 'a kind', decision: 'a kind', decided_by: ofStaff },
  },
  { table: 'referral_note', of: ofReferral, erasure: 'rows go', noWords: { by_name: ofStaff } },
  {
    table: 'answer_link',
    of: `x.question_id in (select id from referral_question where referral_id in (${referrals}))`,
    erasure: 'rows go',
    noWords: { token_hash: 'a hash' },
  },
  { table: 'referral_question', of: ofReferral, erasure: 'rows go' },
  {
    table: 'assessment_take_up',
    of: `x.assessment_id in (select id from referral_assessment where referral_id in (${referrals}))`,
    erasure: 'rows go',
    noWords: { offers: 'kinds', by_name: ofStaff },
  },
  {
    table: 'referral_assessment',
    of: ofReferral,
    erasure: 'rows go',
    noWords: { suggestions: 'kinds, with reasons of ours', by_name: ofStaff },
  },
  { table: 'referral_need', of: ofReferral, erasure: { reason: 'null' }, stays: ['need', 'status'] },
  { table: 'referral_status', of: ofReferral, erasure: {}, stays: ['status'] },
  {
    table: 'referral_consent',
    of: ofReferral,
    erasure: 'rows go',
    noWords: { source: 'a kind', recorded_by: ofStaff },
  },
  { table: 'clinic_note', of: ofReferral, erasure: {}, stays: ['kind'] },
  { table: 'allocation', of: ofReferral, erasure: { ended_reason: 'null' }, stays: ['status'] },
  {
    table: 'waiting_skip',
    of: `(x.referral_id in (${referrals}) or x.for_referral_id in (${referrals}))`,
    erasure: { reason: "''" },
    stays: ['actor_name'],
  },
  { table: 'webhook_delivery', of: ofReferral, erasure: {}, stays: ['status', 'last_fault'] },
  {
    table: 'referral',
    of: own,
    erasure: {
      nhs_number: 'null',
      given_name: "'Erased'",
      family_name: "'person'",
      preferred_name: 'null',
      date_of_birth: 'null',
      referrer_name: "''",
      referrer_email: 'null',
      referrer_phone: 'null',
      consent_given_by: 'null',
      clinic_reference: 'null',
      notes: 'null',
      decision_reason: 'null',
      withdrawal_reason: blank('withdrawal_reason'),
      urgency_reason: 'null',
      visit_risks: 'null',
    },
    stays: ['reference', 'status', 'urgency', 'barriers', 'withdrawal_said_by', 'signposts'],
  },
  {
    table: 'loan_item',
    of: ofLoan,
    erasure: { return_notes: 'null', end_words: 'null', swap_reason: 'null' },
    stays: ['status', 'end_reason', 'condition_out', 'condition_in', 'condition_before'],
  },
  {
    table: 'return_taken_back',
    of: `x.loan_item_id in (select id from loan_item where loan_id in (${loans}))`,
    erasure: { return_notes: 'null', end_words: 'null', reason: blank('reason') },
    stays: ['end_reason', 'condition_in', 'taken_back_by'],
  },
  { table: 'loan_accessory', of: ofLoan, erasure: {} },
  { table: 'loan_extension', of: ofLoan, erasure: { reason: 'null' }, stays: ['actor_name'] },
  { table: 'loan_review', of: ofLoan, erasure: { note: 'null' }, stays: ['outcome', 'actor_name'] },
  { table: 'accessory_movement', of: ofLoan, erasure: { note: 'null' }, stays: ['kind', 'actor_name'] },
  {
    table: 'attachment_content',
    of: `x.attachment_id in (select id from attachment x where ${attachments})`,
    erasure: 'rows go',
    hasBytes: true,
    noWords: { thumbnail: 'made of the picture' },
  },
  {
    table: 'attachment',
    of: attachments,
    erasure: 'rows go',
    noWords: {
      kind: 'a kind',
      content_type: 'a kind',
      sha256: 'a hash',
      recorded_by: ofStaff,
      removed_by: ofStaff,
    },
  },
  {
    table: 'incident_action',
    of: `x.incident_id in (${incidents})`,
    erasure: { note: 'null' },
    stays: ['kind', 'status', 'authorised_by', 'requested_by', 'confirmed_by', 'taken_back_by'],
  },
  {
    table: 'incident',
    of: `x.id in (${incidents})`,
    erasure: {
      account: 'null',
      crime_reference: 'null',
      approval_reason: blank('approval_reason'),
      taken_back_reason: blank('taken_back_reason'),
    },
    stays: ['reference', 'kind', 'status', 'approved_by', 'taken_back_by'],
  },
  {
    table: 'loan',
    of: own,
    erasure: {
      agreement_text: blank('agreement_text'),
      agreement_language: "'en'",
      witness: blank('witness'),
      signature: blank('signature'),
      gift_reason: 'null',
      mistake_note: 'null',
      kit_gaps: "'[]'",
    },
    stays: ['reference', 'status', 'handover_way', 'accepted_by', 'agreement_format', 'mistake'],
    noWords: { agreement_text: 'the scheme’s own', agreement_language: 'a tag' },
  },
  ...supportTables,
  {
    table: 'captured_message',
    of: `x.reference in (${messages})`,
    erasure: 'rows go',
    noWords: { channel: 'a kind' },
  },
  {
    table: 'patient_link',
    of: `x.message_id in (${messages})`,
    erasure: 'rows go',
    noWords: { token_hash: 'a hash' },
  },
  {
    table: 'inbound_message',
    of: `(x.patient_ids && :ids or x.message_id in (${messages}))`,
    erasure: { body: "''", from_number: blank('from_number') },
    stays: ['provider_id', 'meaning'],
  },
  { table: 'found_message', of: ofLoan, erasure: 'rows go', ofOthers: ['reach'] },
  { table: 'reminder', of: own, erasure: {}, stays: ['reason', 'stage', 'status', 'said_way', 'why'] },
  {
    table: 'message',
    of: own,
    erasure: { subject: 'null', body: 'null', provider_id: 'null', trusted_number: 'null' },
    stays: ['channel', 'wording', 'status', 'why', 'provider', 'template_ids'],
    noWords: { provider_id: 'the provider’s own' },
  },
  {
    table: 'task_closing',
    of: `x.task_id in (select id from task where patient_id = any(:ids)
      or subject_id in (select id from inbound_message where patient_ids && :ids))`,
    erasure: 'rows go',
    noWords: { closed_by_name: ofStaff, reopened_by_name: ofStaff },
  },
  { table: 'task', of: own, erasure: {}, stays: ['kind', 'subject_type', 'status'] },
  {
    table: 'access_log',
    of: '(x.patient_id = any(:ids) or x.patient_ids && :ids)',
    erasure: {},
    stays: ['actor_type', 'actor_name', 'request_id', 'what', 'list', 'filters'],
    ofOthers: ['patient_ids'],
  },
  {
    table: 'event',
    of: 'x.id in (select event_id from event_subject where subject_id = any(:ids))',
    erasure: {},
    stays: ['type', 'actor_type', 'actor_name', 'request_id', 'values', 'fields'],
  },
];

/** Tables with a path to a patient that are not in the list, and why. */
export const leftOut: Record<string, string> = {};
