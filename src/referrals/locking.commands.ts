import { sql } from 'kysely';
import type { Actor } from '../shared/actor.ts';
import type { Trx } from '../shared/database.ts';
import { Problem } from '../shared/problem.ts';
import { hearsAll, statusFor } from './clinic-view.queries.ts';
import type { NeedRow } from './need.rules.ts';
import { ownOnly } from './referral.queries.ts';
import type { ReferralStatus } from './referral.rules.ts';

export type LockedReferral = {
  id: string;
  status: ReferralStatus;
  patientId: string;
  clinicId: string;
  needs: NeedRow[];
  /** The status as this actor sees it. */
  seenStatus: ReferralStatus;
  /** Whether this actor may hear how it goes. */
  hearsAll: boolean;
};

/**
 * Locks a referral that is this actor's to see.
 * @throws Problem `not-found`, the same for "not yours" as for "does not exist"; `patient-erased`
 */
export async function lockReferral(trx: Trx, actor: Actor, id: string): Promise<LockedReferral> {
  const { rows } = await sql<Omit<LockedReferral, 'needs'>>`/* referral.lock */
    select r.id, r.status, r.patient_id as "patientId", r.clinic_id as "clinicId",
      ${statusFor(actor)} as "seenStatus", ${hearsAll(actor)} as "hearsAll"
    from referral r where r.id = ${id} ${ownOnly(actor)} for no key update`.execute(trx);
  if (!rows[0]) throw new Problem('not-found');
  // Read when the lock is held: the statement that waits for it still sees them as they were before.
  const { rows: now } = await sql<{ erased: boolean; needs: NeedRow[] }>`/* referral.needs */
    select p.erased_at is not null as erased, coalesce(
      (select json_agg(json_build_object('need', need, 'status', status)) from referral_need where referral_id = ${id}), '[]') as needs
    from patient p where p.id = ${rows[0].patientId}`.execute(trx);
  const { erased, needs } = now[0]!;
  if (erased) throw new Problem('patient-erased');
  return { ...rows[0], needs };
}
