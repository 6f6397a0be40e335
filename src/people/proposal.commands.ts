import { isDeepStrictEqual } from 'node:util';
import type { Trx } from '../shared/database.ts';
import { newId } from '../shared/ids.ts';
import { run } from '../shared/statements.ts';
import { getPatient } from './patient.queries.ts';
import { hasSafeWay } from './patient.rules.ts';
import type { NewPatient } from './patient.schemas.ts';
import { type Held, type NewProposal, type Stricter, weigh } from './proposal.rules.ts';

/** What became of a later referral's word on a person. */
export type Weighed = {
  /** What held before of what was stricter, for `patient_history`; null when nothing was. */
  before: object | null;
  hasSafeWay: boolean;
  proposals: NewProposal[];
};

/**
 * Applies what a later referral says where it is stricter; the rest comes back as proposals. The
 * caller has locked the patient.
 */
export async function applyStricterContact(
  trx: Trx,
  patientId: string,
  said: NewPatient,
  at: string,
): Promise<Weighed> {
  const held = await getPatient(trx, patientId);
  const { now, later } = weigh(held, said);
  const before = changedFrom(held, now);
  if (before) {
    await run(trx, 'patient.stricter-contact')`
      with p as (
        update patient set changed_at = ${at}, wording = ${now.wording}, contact_choice = ${now.contactChoice},
          trusted_person = ${now.trustedPerson && JSON.stringify(now.trustedPerson)}::jsonb
        where id = ${patientId}
      )
      update contact_point c set safe = x.safe, safe_from = case when x.safe then c.safe_from end,
        voicemail_ok = x."voicemailOk", hours = x.hours
      from jsonb_to_recordset(${JSON.stringify(now.contactPoints)}::jsonb) x (id uuid, safe boolean, "voicemailOk" boolean, hours jsonb)
      where c.id = x.id`;
  }
  return { before, hasSafeWay: hasSafeWay(now.contactPoints), proposals: later };
}

/** The earlier values of what is stricter now, and of nothing else. */
function changedFrom(held: Held, now: Stricter): object | null {
  const fields = (['wording', 'contactChoice', 'trustedPerson'] as const)
    .filter((name) => !isDeepStrictEqual(held[name], now[name]))
    .map((name) => [name, held[name]]);
  const points = held.contactPoints.flatMap((point, place) =>
    isDeepStrictEqual({ ...point, ...now.contactPoints[place] }, point)
      ? []
      : [{ value: point.value, safe: point.safe, voicemailOk: point.voicemailOk, hours: point.hours }],
  );
  if (!fields.length && !points.length) return null;
  return { ...Object.fromEntries(fields), ...(points.length && { contactPoints: points }) };
}

/** Keeps what a referral proposes with it, for an officer: one statement. */
export async function insertProposals(trx: Trx, referralId: string, proposals: NewProposal[]): Promise<void> {
  if (!proposals.length) return;
  const rows = proposals.map((proposal) => ({ ...proposal, id: newId() }));
  await run(trx, 'proposal.insert')`
    insert into proposal (id, referral_id, item, said)
    select id, ${referralId}, item, said from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) x (id uuid, item text, said jsonb)`;
}
