import { type RawBuilder, sql } from 'kysely';
import { Decider, decidersJson } from '../access/decider.queries.ts';
import { numberedPatientJson, patientJson } from '../people/patient.queries.ts';
import { NumberedPatient } from '../people/patient.schemas.ts';
import { clinicAndPredecessors } from '../scheme/organisations/organisation.queries.ts';
import type { Actor } from '../shared/actor.ts';
import { own, seeingAll } from '../shared/asker.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { type ListPage, readCursor, toPage } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { each, many, maybe } from '../shared/statements.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { signpostsJson } from '../support/signpost.queries.ts';
import { SignpostSaid } from '../support/signpost.schemas.ts';
import { ClinicWay } from './asked.rules.ts';
import { assessmentsJson } from './assessment.queries.ts';
import { Assessment } from './assessment.schemas.ts';
import { asWritten, changedAtFor, needsFor, statusFor } from './clinic-view.queries.ts';
import { withoutSharing } from './clinic-view.rules.ts';
import { consentsJson } from './consent.queries.ts';
import { Consent } from './consent.schemas.ts';
import { notesJson } from './note.queries.ts';
import { clinicNotes, nextStep } from './progress.rules.ts';
import { proposalsJson } from './proposal.queries.ts';
import { Proposal } from './proposal.schemas.ts';
import { type ReferralStatus, referralStatuses } from './referral.rules.ts';
import { Referral, type ReferralQuery, ReferralSummary } from './referral.schemas.ts';
import { isAccepted } from './referral.states.ts';
import { Repeat, repeatsJson } from './repeat.queries.ts';
import { Note } from './triage.schemas.ts';

/** Whose the referral `r` is: for staff. */
const assignedTo = (actor?: Actor) =>
  actor?.role === 'clinic'
    ? sql`null`
    : sql`(select json_build_object('id', s.id, 'name', s.name) from staff s where s.id = r.assigned_to)`;

/** The columns of a referral in lists, of `referralTables`; `patient` is what is shown to staff of whom it is about. */
export const columnsFor = (
  actor?: Actor,
  patient = patientJson,
) => sql`r.id, r.reference, ${statusFor(actor)} as status, r.urgency, r.clinic_reference as "clinicReference", r.received_at as "receivedAt",
  ${changedAtFor(actor)} as "changedAt", json_build_object('id', o.id, 'name', o.name) as clinic, ${assignedTo(actor)} as "assignedTo", ${actor?.role === 'clinic' ? asWritten : patient} as patient,
  ${needsFor(actor)} as needs`;
const tablesOf = (referrals: RawBuilder<unknown>) =>
  sql`${referrals} r join patient p on p.id = r.patient_id join organisation o on o.id = r.clinic_id`;
export const referralTables = tablesOf(sql`referral`);
/** These referrals with what is shown of them to whoever asks: a clinic reads no record of a person. */
const tablesFor = (actor: Actor, referrals = sql`referral`) =>
  actor.role === 'clinic'
    ? sql`${referrals} r join organisation o on o.id = r.clinic_id`
    : tablesOf(referrals);

/** A clinic sees its own referrals and nothing else; staff see all. */
export const ownOnly = (actor: Actor) =>
  actor.role === 'clinic'
    ? sql`and ${own(sql`r.clinic_id in ${clinicAndPredecessors(actor.clinicId)}`)}`
    : sql``;

/** What may be dangerous on a visit is for those who send someone there, and for the clinic that wrote it. */
export const seesVisitRisks = ({ role }: Actor) => ['officer', 'manager', 'clinic'].includes(role);

/**
 * Who is on the waiting list: a referral that waits or is being helped, with a device or data still needed.
 * @param of the referral's alias
 */
export const onWaitingList = (of: 'r' | 'w') => sql`${isAccepted(of)} and exists (
  select from referral_need o where o.referral_id = ${sql.ref(`${of}.id`)} and o.status = 'open' and o.need <> 'support')`;

/** Since when the referral with this alias waits. */
export const waitingSince = (of: 'r' | 'w') =>
  sql`coalesce(${sql.ref(`${of}.waiting_since`)}, ${sql.ref(`${of}.received_at`)})`;

/** The order of the waiting list: the more urgent first, then who has waited longest. */
export const waitingOrder = (of: 'r' | 'w') =>
  sql`array_position(array['urgent', 'soon', 'routine'], ${sql.ref(`${of}.urgency`)}), ${waitingSince(of)}, ${sql.ref(`${of}.id`)}`;

/** The place on the waiting list of the referral `r`, from 1. */
export const position = sql`(select 1 + count(*)::int from referral w
  where ${onWaitingList('w')} and (${waitingOrder('w')}) < (${waitingOrder('r')}))`;

/** How many before the referral `r` on the waiting list wait for something that it waits for too. */
export const aheadForTheSame = sql`(select count(*)::int from referral w
  where ${onWaitingList('w')} and (${waitingOrder('w')}) < (${waitingOrder('r')}) and exists (
    select from referral_need o join referral_need mine on mine.need = o.need
    where o.referral_id = w.id and o.status = 'open' and o.need <> 'support' and mine.referral_id = r.id and mine.status = 'open'))`;

const placeInLine = sql`case when ${onWaitingList('r')} then ${position} end`;

/** The place of a referral on the waiting list, which everyone's are on; null when it is not. */
async function placeOf(db: Reader, id: string): Promise<number | null> {
  const row = await maybe(db, 'referral.place', { place: col.orNull(col.number) })`
    select ${placeInLine} as place from referral r where r.id = ${id}`;
  return row?.place ?? null;
}

type ReferralFilter = {
  status?: ReferralStatus | undefined;
  changedAfter?: string | undefined;
};

const ofStatus = (actor: Actor, { status }: ReferralFilter) =>
  status ? sql`and ${statusFor(actor)} = ${status}` : sql``;

/** By the referral's own time first, which has an index: what is seen changes no later than that, but for the moment it takes to write the event. */
const changedAfter = (actor: Actor, { changedAfter: after }: ReferralFilter) =>
  after === undefined
    ? sql``
    : sql`and r.changed_at > ${after}::timestamptz - interval '1 minute' and ${changedAtFor(actor)} > ${after}::timestamptz`;

/** Referrals, the one that came first on top, of one status when asked; those that changed after an instant in the order of the changes. */
export async function listReferrals(
  db: Reader,
  actor: Actor,
  query: ReferralFilter & Pick<ReferralQuery, 'limit' | 'after'>,
): Promise<ListPage<ReferralSummary>> {
  const byChange = query.changedAfter !== undefined;
  const after = readCursor(query.after, byChange ? ['instant', 'uuid'] : ['uuid']);
  const key = byChange ? sql`(${changedAtFor(actor)}, r.id)` : sql`(r.id)`;
  const following =
    byChange && after ? sql`(${after[0]}::timestamptz, ${after[1]}::uuid)` : sql`(${after?.[0]}::uuid)`;
  const order = byChange ? sql`${changedAtFor(actor)}, r.id` : sql`r.id`;
  // Which ones first: what is shown of each is read of these alone.
  const page = sql`(select r.* from referral r
    where true ${ownOnly(actor)} ${ofStatus(actor, query)} ${changedAfter(actor, query)} ${after ? sql`and ${key} > ${following}` : sql``}
    order by ${order} limit ${query.limit + 1})`;
  const rows = await many(db, each('referral.list'), ReferralSummary.properties)`
    select ${columnsFor(actor)} from ${tablesFor(actor, page)} order by ${order}`;
  return toPage(rows, query.limit, (row) => (byChange ? [row.changedAt, row.id] : [row.id]));
}

/**
 * One referral, if it is this actor's to see.
 * @throws Problem `not-found`, the same for "not yours" as for "does not exist"
 */
export async function getReferral(db: Reader, actor: Actor, id: string): Promise<Referral> {
  const row = await maybe(db, 'referral.get', {
    ...col.omit(Referral.properties, 'nextStep'),
    toldClinic: col.listOf(col.object(col.omit(Referral.properties.toldClinic.items.properties, 'note'))),
    standing: col.oneOf(referralStatuses),
  })`
    select ${columnsFor(actor, numberedPatientJson)}, r.status as standing, r.barriers, r.notes, r.urgency_reason as "urgencyReason", ${seesVisitRisks(actor) ? sql`r.visit_risks` : sql`null`} as "visitRisks", r.decision_reason as "decisionReason", r.signposts, r.waiting_since as "waitingSince",
      json_build_object('name', r.referrer_name, 'email', r.referrer_email, 'phone', r.referrer_phone) as referrer,
      json_build_object('shareWithScheme', r.share_with_scheme, 'shareBackWithClinic', r.share_back_with_clinic,
        'givenOn', r.consent_given_on, 'givenBy', r.consent_given_by) as consent,
      ${actor.role === 'clinic' ? sql`null::int` : placeInLine} as "waitingPosition",
      (select json_agg(json_build_object('status', s.status, 'at', ${jsonInstant('s.at')}) order by s.number) from referral_status s where s.referral_id = r.id) as "statusHistory",
      coalesce((select json_agg(json_build_object('id', q.id, 'question', q.question, 'askedAt', ${jsonInstant('q.asked_at')}, 'answer', q.answer, 'answeredAt', ${jsonInstant('q.answered_at')})
        order by q.id) from referral_question q where q.referral_id = r.id), '[]') as questions,
      coalesce((select json_agg(json_build_object('kind', m.kind, 'at', ${jsonInstant('m.at')}) order by m.id desc)
        from clinic_note m where m.referral_id = r.id and not m.is_hidden), '[]') as "toldClinic",
      case when r.withdrawal_reason is not null then json_build_object('reason', r.withdrawal_reason, 'saidBy', r.withdrawal_said_by) end as withdrawal,
      coalesce((select json_agg(json_build_object('id', l.id, 'reference', l.reference, 'status', l.status) order by l.id desc)
        from loan l where l.referral_id = r.id), '[]') as loans
    from ${tablesFor(actor)} where r.id = ${id} ${ownOnly(actor)}`;
  if (!row) throw new Problem('not-found');
  const isTold = actor.role !== 'clinic' || row.consent.shareBackWithClinic;
  const waitingPosition =
    actor.role === 'clinic' && isTold ? await seeingAll(() => placeOf(db, id)) : row.waitingPosition;
  const { standing, ...read } = { ...row, waitingPosition };
  const openQuestions = read.questions.filter(({ answer }) => answer === null).length;
  const toldClinic = read.toldClinic.map((told) => ({ ...told, note: clinicNotes[told.kind] }));
  const next = nextStep({ ...read, status: standing, openQuestions });
  const referral = { ...read, toldClinic, nextStep: next };
  return isTold ? referral : withoutSharing(referral, standing);
}

/** What only the office sees of a referral. */
export const ReferralDesk = {
  /** What this referral said of a person who was known already, where their record says otherwise. */
  proposals: col.listOf(Proposal),
  nextFollowUp: col.orNull(col.object({ step: col.text, dueOn: col.text })),
  /** What the hosted form took about the same person while this referral was open. */
  repeats: col.listOf(col.object(Repeat)),
  notes: col.listOf(Note),
  /** What was said since of telling the clinic, the newest first. */
  consents: col.listOf(Consent),
  /** The person as the referral gave them. */
  asWritten: NumberedPatient,
  /** What was found out about what would help, the newest first. */
  assessments: col.listOf(Assessment),
  /** To whom it may be given. */
  staff: col.listOf(col.object(Decider)),
  /** Other help that may be named when it is declined. */
  signposts: col.listOf(col.object({ ...SignpostSaid.properties, id: col.text })),
  /** How an open question may reach the clinic. */
  clinicWay: col.object(ClinicWay),
  /** How many are to be helped before it with what it waits for. */
  ahead: col.number,
};
export type ReferralDesk = RowOf<typeof ReferralDesk>;

/** How what is asked about the referral `r` may reach its clinic, or the one that took it over. */
const clinicWayJson = (now: string) => sql`(select json_build_object(
    'call', (select json_build_object('status', d.status, 'endedAt', ${jsonInstant('d.ended_at')})
      from webhook w join webhook_delivery d on d.webhook_id = w.id
      where w.organisation_id in (o.id, o.succeeded_by) and w.disabled_at is null and d.referral_id = r.id
        and (d.status = 'pending' or coalesce(d.claimed_at, d.created_at) >= (select max(q.asked_at) from referral_question q where q.referral_id = r.id))
      order by d.status = 'delivered' desc, d.id desc limit 1),
    'hasKey', exists (select from api_client c join api_key k on k.client_id = c.id
      where c.organisation_id in (o.id, o.succeeded_by) and c.disabled_at is null and k.revoked_at is null),
    'link', (select json_build_object('madeAt', ${jsonInstant('l.created_at')}, 'expiresAt', ${jsonInstant('l.expires_at')})
      from answer_link l join referral_question q on q.id = l.question_id
      where q.referral_id = r.id and q.answer is null and l.expires_at > ${now}::timestamptz order by l.id desc limit 1))
  from organisation o where o.id = r.clinic_id)`;

/** A referral beyond what its clinic may see: one statement. */
export async function referralDesk(db: Reader, id: string, now: string): Promise<ReferralDesk> {
  const row = await maybe(db, each('referral.desk'), ReferralDesk)`
    select ${proposalsJson} as proposals,
      (select json_build_object('step', f.step, 'dueOn', f.due_on) from follow_up f
        where f.patient_id = me.id and ${isAhead('f')} order by f.due_on, f.starts_at limit 1) as "nextFollowUp",
      ${repeatsJson} as repeats, ${notesJson} as notes, ${consentsJson} as consents, ${asWritten} as "asWritten", ${assessmentsJson} as assessments, ${decidersJson} as staff, ${signpostsJson} as signposts, ${clinicWayJson(now)} as "clinicWay",
      ${aheadForTheSame} as ahead
    from referral r join patient me on me.id = r.patient_id where r.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}
