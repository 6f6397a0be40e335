import { sql } from 'kysely';
import type { Actor } from '../shared/actor.ts';
import type { Trx } from '../shared/database.ts';
import { Problem } from '../shared/problem.ts';
import { ownOnly } from './referral.queries.ts';
import type { Need, ReferralStatus } from './referral.rules.ts';

export type LockedReferral = {
  id: string;
  status: ReferralStatus;
  patientId: string;
  clinicId: string;
  needs: Need[];
};

/**
 * Locks a referral that is this actor's to see.
 * @throws Problem `not-found`, the same for "not yours" as for "does not exist"
 */
export async function lockReferral(trx: Trx, actor: Actor, id: string): Promise<LockedReferral> {
  const { rows } = await sql<LockedReferral>`/* referral.lock */
    select r.id, r.status, r.patient_id as "patientId", r.clinic_id as "clinicId",
      array(select need from referral_need n where n.referral_id = r.id) as needs
    from referral r where r.id = ${id} ${ownOnly(actor)} for no key update`.execute(trx);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}
