import { sql } from 'kysely';
import { isOpenReferral } from '../../referrals/referral.states.ts';
import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';

const Ways = { name: col.text, phone: col.orNull(col.text), email: col.orNull(col.text) };

/** A clinic that referred someone, whom to ring there, and who referred them. */
export const ReferringClinic = {
  id: col.text,
  name: col.text,
  /** Of the clinic itself, or of what has taken it over. */
  dutyContact: col.orNull(col.object({ ...Ways, clinicId: col.text, clinic: col.text })),
  referrers: col.listOf(col.object({ ...Ways, referralId: col.text, reference: col.text })),
};
export type ReferringClinic = RowOf<typeof ReferringClinic>;

/**
 * The clinics that referred a person, the one whose help goes on first.
 * @param referralId the referral that it is about, whose clinic comes before all others
 */
export async function referringClinics(
  db: Reader,
  patientId: string,
  referralId: string | null = null,
): Promise<ReferringClinic[]> {
  return many(db, 'clinic.referring', ReferringClinic)`
    select o.id, o.name, ${dutyContactOf} as "dutyContact",
      json_agg(json_build_object('referralId', r.id, 'reference', r.reference, 'name', r.referrer_name, 'phone', r.referrer_phone,
        'email', r.referrer_email) order by r.id desc) as referrers
    from referral r join organisation o on o.id = r.clinic_id where r.patient_id = ${patientId}
    group by o.id order by bool_or(r.id = ${referralId}::uuid) desc nulls last, bool_or(${isOpenReferral('r')}) desc, max(r.received_at) desc`;
}

/** Whom to ring about people of the clinic `o`: the latest of those that took it over one after another, where it has a duty contact. */
const dutyContactOf = sql`(
  with recursive later (id, turn) as (
    select o.id, 0 union all
    select n.succeeded_by, later.turn + 1 from later join organisation n on n.id = later.id where n.succeeded_by is not null
  )
  select json_build_object('clinicId', d.id, 'clinic', d.name, 'name', d.duty_name, 'phone', d.duty_phone, 'email', d.duty_email)
  from later join organisation d on d.id = later.id where d.duty_name is not null order by later.turn desc limit 1)`;

/** A condition on the organisation `o`: a clinic whose people are helped, and nobody is known to ring when there is a concern. */
export const lacksDutyContact = sql`('clinic' = any(o.roles) and ${dutyContactOf} is null
  and exists (select from referral r where r.clinic_id = o.id and ${isOpenReferral('r')}))`;
