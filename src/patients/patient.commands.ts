import { sql } from 'kysely';
import type { Trx } from '../shared/database.ts';
import { newId } from '../shared/ids.ts';
import type { NewPatient } from './patient.schemas.ts';

/**
 * Adds a patient with their contact points, in order of preference.
 * @param safeFrom the date of the consent, from which what is safe counts as safe
 * @returns the patient's id
 */
export async function insertPatient(
  trx: Trx,
  patient: NewPatient,
  safeFrom: string,
  at: string,
): Promise<string> {
  const id = newId();
  const points = patient.contactPoints.map((point, position) => ({ ...point, id: newId(), position }));
  await sql`/* patient.insert */
    with p as (
      insert into patient (id, given_name, family_name, preferred_name, date_of_birth, nhs_number, no_nhs_number_reason, address,
        no_fixed_abode, wording, contact_choice, communication_needs, language, trusted_person, created_at, changed_at)
      values (${id}, ${patient.givenName}, ${patient.familyName}, ${patient.preferredName ?? null}, ${patient.dateOfBirth ?? null},
        ${patient.nhsNumber ?? null}, ${patient.noNhsNumberReason ?? null}, ${patient.address ?? null}, ${patient.noFixedAbode ?? false},
        ${patient.wording ?? 'discreet'}, ${patient.contactChoice ?? 'any_safe'}, ${patient.communicationNeeds ?? []}::text[],
        ${patient.language ?? null}, ${patient.trustedPerson ? JSON.stringify(patient.trustedPerson) : null}, ${at}, ${at})
    )
    insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, voicemail_ok, hours, created_at)
    select c.id, ${id}, c.position, c.channel, c.value, c.safe, case when c.safe then ${safeFrom}::date end, coalesce(c."voicemailOk", false), c.hours, ${at}
    from jsonb_to_recordset(${JSON.stringify(points)}::jsonb) as c (
      id uuid, position int, channel text, value text, safe boolean, "voicemailOk" boolean, hours jsonb)`.execute(
    trx,
  );
  return id;
}

/**
 * Applies what a second referral says where it is stricter: discreet wording, only the patient
 * makes contact, a way no longer safe. What is looser waits for an officer.
 */
export async function applyStricterContact(
  trx: Trx,
  patientId: string,
  said: NewPatient,
  at: string,
): Promise<void> {
  const unsafe = said.contactPoints.filter((point) => !point.safe).map((point) => point.value);
  await sql`
    with p as (
      update patient set changed_at = ${at},
        wording = case when ${said.wording ?? 'discreet'} = 'discreet' then 'discreet' else wording end,
        contact_choice = case when ${said.contactChoice ?? 'any_safe'} = 'patient_contacts_us' then 'patient_contacts_us' else contact_choice end
      where id = ${patientId}
    )
    update contact_point set safe = false, safe_from = null 
    where patient_id = ${patientId} and lower(value) in (select lower(u) from unnest(${unsafe}::text[]) u)`.execute(
    trx,
  );
}
