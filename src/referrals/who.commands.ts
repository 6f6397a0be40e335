import { likenessColumns } from '../people/duplicate.queries.ts';
import { compare, isNamedAlike, Likeness, likenessOf } from '../people/duplicate.rules.ts';
import type { NewPatient } from '../people/patient.schemas.ts';
import { clinicAndPredecessors } from '../scheme/organisations/organisation.queries.ts';
import type { Trx } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import { isOpenReferral } from './referral.states.ts';

/** Whom a referral names, of those who are known. */
type Who = {
  /** The patient who surely is meant, locked. */
  known?: string | undefined;
  /** An open referral of this clinic of whoever is meant, as far as anything tells. */
  openReferralId?: string | undefined;
  /** Patients who may be meant. */
  alike: string[];
};

const Named = col.pick(Likeness, 'givenName', 'familyName', 'dateOfBirth');
type Named = RowOf<typeof Named>;
const Found = {
  ...Likeness,
  patientId: col.text,
  /** An open referral of theirs from this clinic, with whom it names. */
  open: col.orNull(col.object({ ...Named, id: col.text })),
};

/**
 * Finds whom a referral of a clinic names, by the NHS number that it gives; without one it is someone new,
 * whom an officer compares with others. The caller has taken the turn of that number.
 */
export async function whoIs(trx: Trx, clinicId: string, patient: NewPatient): Promise<Who> {
  if (!patient.nhsNumber) return { alike: [] };
  const rows = await many(trx, 'referral.who', Found)`
    select ${likenessColumns}, coalesce(p.merged_into, p.id) as "patientId",
      (select json_build_object('id', r.id, 'givenName', r.given_name, 'familyName', r.family_name, 'dateOfBirth', r.date_of_birth)
        from referral r where r.patient_id = coalesce(p.merged_into, p.id) and r.clinic_id in ${clinicAndPredecessors(clinicId)}
        and ${isOpenReferral('r')} limit 1) as open
    from patient p where p.nhs_number = ${patient.nhsNumber} and p.erased_at is null order by p.merged_into nulls first, p.id`;
  const said = likenessOf(patient, patient.contactPoints);
  const known = rows.find((one) => compare(said, one).identity === 'same')?.patientId;
  if (known)
    await run(trx, 'patient.lock-known', trx.selectFrom('patient').where('id', '=', known).forNoKeyUpdate());
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
