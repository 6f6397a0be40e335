import { sql } from 'kysely';
import { likenessColumns } from '../people/duplicate.queries.ts';
import { compare, isNamedAlike, type Likeness, likenessOf } from '../people/duplicate.rules.ts';
import type { NewPatient } from '../people/patient.schemas.ts';
import type { Trx } from '../shared/database.ts';
import { clinicAndPredecessors } from './referral.queries.ts';

/** Whom a referral names, of those who are known. */
type Who = {
  /** The patient who surely is meant, locked. */
  known?: string | undefined;
  /** An open referral of this clinic of whoever is meant, as far as anything tells. */
  openReferralId?: string | undefined;
  /** Patients who may be meant. */
  alike: string[];
};

type Named = Pick<Likeness, 'givenName' | 'familyName' | 'dateOfBirth'>;
type Found = Likeness & {
  patientId: string;
  /** An open referral of theirs from this clinic, with whom it names. */
  open: (Named & { id: string }) | null;
};

/**
 * Finds whom a referral of a clinic names, by the NHS number that it gives; without one it is someone new,
 * whom an officer compares with others. The caller has taken the turn of that number.
 */
export async function whoIs(trx: Trx, clinicId: string, patient: NewPatient): Promise<Who> {
  if (!patient.nhsNumber) return { alike: [] };
  const { rows } = await sql<Found>`/* referral.who */
    select ${likenessColumns}, coalesce(p.merged_into, p.id) as "patientId",
      (select json_build_object('id', r.id, 'givenName', r.given_name, 'familyName', r.family_name, 'dateOfBirth', r.date_of_birth)
        from referral r where r.patient_id = coalesce(p.merged_into, p.id) and r.clinic_id in ${clinicAndPredecessors(clinicId)}
        and r.status in ('received', 'asked', 'waiting', 'active') limit 1) as open
    from patient p where p.nhs_number = ${patient.nhsNumber} and p.erased_at is null order by p.merged_into nulls first, p.id`.execute(
    trx,
  );
  const said = likenessOf(patient, patient.contactPoints);
  const known = rows.find((one) => compare(said, one).identity === 'same')?.patientId;
  if (known)
    await sql`/* patient.lock-known */ select from patient where id = ${known} for no key update`.execute(
      trx,
    );
  return {
    known,
    openReferralId: rows.find((one) => one.open && (agrees(said, one) || agrees(said, one.open)))?.open?.id,
    alike: [...new Set(rows.map(({ patientId }) => patientId))],
  };
}

/** Whether nothing that identifies says otherwise; a birth date that one of the two does not give says nothing. */
const agrees = (one: Named, other: Named) =>
  isNamedAlike(one, other) &&
  (!one.dateOfBirth || !other.dateOfBirth || one.dateOfBirth === other.dateOfBirth);
