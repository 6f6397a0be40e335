import { sql } from 'kysely';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { many, maybe } from '../shared/statements.ts';
import { Proposal } from './proposal.schemas.ts';

/** What the referral `r` says of a person who was known already, as one JSON value. */
export const proposalsJson = sql`coalesce((
  select json_agg(json_build_object('id', x.id, 'item', x.item, 'said', x.said, 'decision', x.decision,
    'decidedAt', ${jsonInstant('x.decided_at')}, 'decidedBy', x.decided_by) order by x.id)
  from proposal x where x.referral_id = r.id), '[]')`;

/** What a referral says of a person who was known already, decided or not. */
export async function listProposals(db: Reader, referralId: string): Promise<Proposal[]> {
  const row = await maybe(db, 'proposal.list', { proposals: col.listOf(Proposal) })`
    select ${proposalsJson} as proposals from referral r where r.id = ${referralId}`;
  return row?.proposals ?? [];
}

/** The referrals of a patient about which something is still to be decided. */
export async function openProposalsOf(
  db: Reader,
  patientId: string,
): Promise<{ id: string; reference: string; count: number }[]> {
  return many(db, 'proposal.of-patient', { id: col.text, reference: col.text, count: col.number })`
    select r.id, r.reference, count(*)::int as count from referral r join proposal x on x.referral_id = r.id
    where r.patient_id = ${patientId} and x.decision is null group by r.id order by r.id`;
}
