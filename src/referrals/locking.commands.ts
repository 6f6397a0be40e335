import type { Actor } from '../shared/actor.ts';
import type { Trx } from '../shared/database.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe, one } from '../shared/statements.ts';
import { hearsAll, statusFor } from './clinic-view.queries.ts';
import { NeedRow } from './need.rules.ts';
import { ownOnly } from './referral.queries.ts';
import { referralStatuses } from './referral.rules.ts';

export const LockedReferral = {
  id: col.text,
  status: col.oneOf(referralStatuses),
  patientId: col.text,
  clinicId: col.text,
  needs: col.listOf(col.object(NeedRow)),
  /** The status as this actor sees it. */
  seenStatus: col.oneOf(referralStatuses),
  /** Whether this actor may hear how it goes. */
  hearsAll: col.boolean,
};
export type LockedReferral = RowOf<typeof LockedReferral>;

/**
 * Locks a referral that is this actor's to see.
 * @throws Problem `not-found`, the same for "not yours" as for "does not exist"; `patient-erased`
 */
export async function lockReferral(trx: Trx, actor: Actor, id: string): Promise<LockedReferral> {
  const row = await maybe(trx, 'referral.lock', col.omit(LockedReferral, 'needs'))`
    select r.id, r.status, r.patient_id as "patientId", r.clinic_id as "clinicId",
      ${statusFor(actor)} as "seenStatus", ${hearsAll(actor)} as "hearsAll"
    from referral r where r.id = ${id} ${ownOnly(actor)} for no key update`;
  if (!row) throw new Problem('not-found');
  // Read when the lock is held: the statement that waits for it still sees them as they were before.
  const { erased, needs } = await one(trx, 'referral.needs', {
    erased: col.boolean,
    needs: col.listOf(col.object(NeedRow)),
  })`
    select p.erased_at is not null as erased, coalesce(
      (select json_agg(json_build_object('need', need, 'status', status)) from referral_need where referral_id = ${id}), '[]') as needs
    from patient p where p.id = ${row.patientId}`;
  if (erased) throw new Problem('patient-erased');
  return { ...row, needs };
}
