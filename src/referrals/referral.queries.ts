import { sql } from 'kysely';
import { patientColumns, patientJson } from '../patients/patient.queries.ts';
import type { NewPatient, PatientSummary } from '../patients/patient.schemas.ts';
import type { Actor } from '../shared/actor.ts';
import type { Reader } from '../shared/database.ts';
import { type ListPage, readCursor, toPage } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import type { ReferralStatus } from './referral.rules.ts';
import type { Referral, ReferralQuery, ReferralSummary } from './referral.schemas.ts';

/** The person as the clinic itself wrote them; what others wrote of the same person is not a clinic's to see. */
const asWritten = sql`json_build_object('id', p.id, 'givenName', r.given_name, 'familyName', p.family_name,
  'preferredName', r.preferred_name, 'dateOfBirth', p.date_of_birth, 'nhsNumber', r.nhs_number)`;

const columnsFor = (
  actor?: Actor,
) => sql`r.id, r.reference, r.status, r.urgency, r.clinic_reference as "clinicReference", r.received_at as "receivedAt",
  r.changed_at as "changedAt", json_build_object('id', o.id, 'name', o.name) as clinic, ${actor?.role === 'clinic' ? asWritten : patientJson} as patient,
  (select json_agg(json_build_object('need', n.need, 'status', n.status, 'reason', n.reason) order by array_position(array['device','data','support'], n.need))
    from referral_need n where n.referral_id = r.id) as needs`;
const tables = sql`referral r join patient p on p.id = r.patient_id join organisation o on o.id = r.clinic_id`;

/** A clinic sees its own referrals and nothing else; staff see all. */
const ownOnly = (actor: Actor) =>
  actor.role === 'clinic' ? sql`and r.clinic_id = ${actor.clinicId}` : sql``;

/** The order of the waiting list: the more urgent first, then who has waited longest. */
const urgencyRank = sql`array_position(array['urgent', 'soon', 'routine'], urgency)`;

type ReferralFilter = { status?: ReferralStatus | readonly ReferralStatus[] | undefined };

const ofStatus = ({ status }: ReferralFilter) =>
  status === undefined
    ? sql``
    : typeof status === 'string'
      ? sql`and r.status = ${status}`
      : sql`and r.status = any(${[...status]}::text[])`;

/** Referrals, the one that came first on top, of one status or several when asked. */
export async function listReferrals(
  db: Reader,
  actor: Actor,
  query: ReferralFilter & Pick<ReferralQuery, 'limit' | 'after'>,
): Promise<ListPage<ReferralSummary>> {
  const [after] = readCursor(query.after, ['uuid']) ?? [];
  const { rows } = await sql<ReferralSummary>`
    select ${columnsFor(actor)} from ${tables}
    where true ${ownOnly(actor)} ${ofStatus(query)} ${after ? sql`and r.id > ${after}` : sql``}
    order by r.id limit ${query.limit + 1}`.execute(db);
  return toPage(rows, query.limit, (row) => [row.id]);
}

/** How many referrals the list has in all. */
export async function countReferrals(db: Reader, actor: Actor, query: ReferralFilter): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from referral r where true ${ownOnly(actor)} ${ofStatus(query)}`.execute(
    db,
  );
  return rows[0]!.count;
}

/**
 * One referral, if it is this actor's to see.
 * @throws Problem `not-found`, the same for "not yours" as for "does not exist"
 */
export async function getReferral(db: Reader, actor: Actor, id: string): Promise<Referral> {
  const { rows } = await sql<Referral>`/* referral.get */
    select ${columnsFor(actor)}, r.barriers, r.notes, r.question, r.decision_reason as "decisionReason", r.waiting_since as "waitingSince",
      json_build_object('name', r.referrer_name, 'email', r.referrer_email, 'phone', r.referrer_phone) as referrer,
      json_build_object('shareWithScheme', r.share_with_scheme, 'shareBackWithClinic', r.share_back_with_clinic,
        'givenOn', r.consent_given_on, 'givenBy', r.consent_given_by) as consent,
      case when r.status = 'waiting' then ${position} end as "waitingPosition",
      coalesce((select json_agg(json_build_object('id', l.id, 'reference', l.reference, 'status', l.status) order by l.id desc)
        from loan l where l.referral_id = r.id), '[]') as loans
    from ${tables} where r.id = ${id} ${ownOnly(actor)}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

/** The place on the waiting list of the referral `r`, from 1. */
export const position = sql`(select 1 + count(*)::int from referral w where w.status = 'waiting' and w.id <> r.id
  and (array_position(array['urgent', 'soon', 'routine'], w.urgency), w.waiting_since, w.id)
    < (array_position(array['urgent', 'soon', 'routine'], r.urgency), r.waiting_since, r.id))`;

export type Waiting = ReferralSummary & { position: number; waitingSince: string };

/** The waiting list in its order, with each place on it: the first so many, or those behind the referral `after`. */
export async function waitingList(db: Reader, limit: number, after?: string): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    with w as materialized (
      select id, ${urgencyRank} as rank, waiting_since, row_number() over (order by ${urgencyRank}, waiting_since, id)::int as position
      from referral where status = 'waiting'
    ), part as (
      select id, position from w
      where ${after ?? null}::uuid is null or (rank, waiting_since, id) > (select ${urgencyRank}, waiting_since, id from referral where id = ${after ?? null})
      order by position limit ${limit}
    )
    select ${columnsFor()}, r.waiting_since as "waitingSince", part.position from ${tables} join part on part.id = r.id order by part.position`.execute(
    db,
  );
  return rows;
}

/** Referrals being helped that still wait for a device or data, who has waited longest first. */
export async function partlyMet(
  db: Reader,
  limit: number,
): Promise<(ReferralSummary & { waitingSince: string | null })[]> {
  const { rows } = await sql<ReferralSummary & { waitingSince: string | null }>`
    select ${columnsFor()}, r.waiting_since as "waitingSince" from ${tables}
    where r.status = 'active' and exists (select from referral_need n where n.referral_id = r.id and n.status = 'open' and n.need <> 'support')
    order by r.waiting_since, r.id limit ${limit}`.execute(db);
  return rows;
}

/** How many devices are ready that can meet a need: something to use, and something that brings data. */
export async function readyStock(db: Reader): Promise<{ device: number; data: number }> {
  const { rows } = await sql<{ device: number; data: number }>`
    select count(*) filter (where kind in ('tablet', 'phone', 'laptop'))::int as device,
      count(*) filter (where kind in ('dongle', 'router', 'sim'))::int as data
    from device where status = 'ready'`.execute(db);
  return rows[0]!;
}

/** What only the office sees of a referral. */
export type ReferralDesk = {
  /** What a later referral said of contact, where the person was known already; null for a new person. */
  contactProposal: Partial<Pick<NewPatient, 'contactPoints' | 'wording' | 'contactChoice'>> | null;
  /** Other records that may be the same person. */
  lookalikes: PatientSummary[];
  nextFollowUp: { step: string; dueOn: string } | null;
};

/** A referral beyond what its clinic may see: one statement. Alike are the same NHS number, or the same family name and date of birth. */
export async function referralDesk(db: Reader, id: string): Promise<ReferralDesk> {
  const { rows } = await sql<ReferralDesk>`
    select r.contact_proposal as "contactProposal",
      coalesce((select json_agg(a) from (
        select ${patientColumns} from patient p
        where p.id <> me.id and (p.nhs_number = me.nhs_number
          or (lower(p.family_name) = lower(me.family_name) and p.date_of_birth = me.date_of_birth))
        order by p.id desc limit 5) a), '[]') as lookalikes,
      (select json_build_object('step', f.step, 'dueOn', f.due_on) from follow_up f
        where f.patient_id = me.id and f.status in ('planned', 'confirmed') order by f.due_on, f.starts_at limit 1) as "nextFollowUp"
    from referral r join patient me on me.id = r.patient_id where r.id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

/** The open referral that stands in the way of another for this NHS number from this clinic. */
export async function openReferralOf(
  db: Reader,
  clinicId: string,
  nhsNumber: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`/* referral.open */
    select id from referral where clinic_id = ${clinicId} and nhs_number = ${nhsNumber}
      and status in ('received', 'asked', 'waiting', 'active')`.execute(db);
  return rows[0]?.id;
}
