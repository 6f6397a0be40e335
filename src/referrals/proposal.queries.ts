import { sql } from 'kysely';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe, one } from '../shared/statements.ts';
import { handoutsJson } from '../support/handout.queries.ts';
import { Handout } from '../support/handout.schemas.ts';
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

const BesideRecord = {
  openProposals: col.listOf(col.object({ id: col.text, reference: col.text, count: col.number })),
  given: col.listOf(col.object(Handout.properties)),
};

/**
 * What the record of a patient shows of referrals and support beside lists of their own: referrals about which something
 * is still to be decided, and what the person was given. One statement, since the page has many.
 */
export async function besideRecordOf(db: Reader, patientId: string): Promise<RowOf<typeof BesideRecord>> {
  return one(db, 'proposal.beside-record', BesideRecord)`
    select coalesce((select json_agg(o order by o.id) from (
        select r.id, r.reference, count(*)::int as count from referral r join proposal x on x.referral_id = r.id
        where r.patient_id = ${patientId} and x.decision is null group by r.id) o), '[]') as "openProposals",
      ${handoutsJson(sql`${patientId}::uuid`)} as given`;
}
