import { sql } from 'kysely';
import type { Trx } from '../shared/database.ts';
import { newId } from '../shared/ids.ts';
import { writtenWith } from '../shared/moments.ts';
import { col } from '../shared/rows.ts';
import { many, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { isInUse } from '../stock/data-plans/data-plan.states.ts';
import { hasCommunicationNeeds } from './communication.rules.ts';
import type { NewPatient } from './patient.schemas.ts';

/**
 * Adds a patient with their contact points, in order of preference.
 * @param safeFrom the date of the consent, from which what is safe counts as safe, and on which they said how to communicate
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
  await run(trx, 'patient.insert')`
    with p as (
      insert into patient (id, given_name, family_name, preferred_name, date_of_birth, nhs_number, no_nhs_number_reason, address,
        no_fixed_abode, collection_point, wording, contact_choice, communication_needs, language, interpreter, communication_reviewed_on,
        trusted_person, created_at, changed_at)
      values (${id}, ${patient.givenName}, ${patient.familyName}, ${patient.preferredName ?? null}, ${patient.dateOfBirth ?? null},
        ${patient.nhsNumber ?? null}, ${patient.noNhsNumberReason ?? null}, ${patient.address ?? null}, ${patient.noFixedAbode ?? false},
        ${patient.collectionPoint ?? null},
        ${patient.wording ?? 'discreet'}, ${patient.contactChoice ?? 'any_safe'}, ${patient.communicationNeeds ?? []}::text[],
        ${patient.language ?? null}, ${patient.interpreter ?? false}, ${hasCommunicationNeeds(patient) ? safeFrom : null},
        ${patient.trustedPerson ? JSON.stringify(patient.trustedPerson) : null}, ${at}, ${at})
    )
    insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, voicemail_ok, hours, created_at)
    select c.id, ${id}, c.position, c.channel, c.value, c.safe, case when c.safe then ${safeFrom}::date end, coalesce(c."voicemailOk", false), c.hours, ${at}
    from jsonb_to_recordset(${JSON.stringify(points)}::jsonb) as c (
      id uuid, position int, channel text, value text, safe boolean, "voicemailOk" boolean, hours jsonb)`;
  return id;
}

/** Keeps earlier personal values of a patient apart from the event log, where they can be erased. */
export async function keepHistory(
  { trx, at }: Work,
  patientId: string,
  eventId: string,
  before: object,
): Promise<void> {
  await run(
    trx,
    'patient.keep-history',
    trx
      .insertInto('patient_history')
      .values({ id: newId(), patient_id: patientId, event_id: eventId, at, before: JSON.stringify(before) }),
  );
}

/**
 * Stops the contact points of patients whose number is on the SIM of a device that leaves them: a
 * message to it would reach whoever has the device next. One statement, however many.
 * @returns the patients of whom a number was stopped
 */
export async function stopNumbersOnDevices(
  trx: Trx,
  held: { patientId: string; deviceId: string }[],
  at: string,
): Promise<string[]> {
  const rows = await many(trx, 'contact.stop-on-devices', { patientId: col.text })`
    update contact_point c set stopped_at = ${at}::timestamptz
    from data_plan s
      join unnest(${held.map(({ patientId }) => patientId)}::uuid[], ${held.map(({ deviceId }) => deviceId)}::uuid[]) h (patient_id, device_id)
        on h.device_id = s.device_id
    where c.patient_id = h.patient_id and c.stopped_at is null and c.channel in ('sms', 'phone')
      and ${isInUse('s')} and s.msisdn = c.value
    returning c.patient_id as "patientId"`;
  return [...new Set(rows.map(({ patientId }) => patientId))];
}

/**
 * Starts numbers of a person again that stopped as a device was said to leave them, where they still are on it and the
 * person has not asked to stop since.
 * @param held with that instant
 * @returns whether there were any, and whether staff have dealt with the stop since
 */
export async function startNumbersOnDevice(
  trx: Trx,
  { patientId, deviceId, leftAt }: { patientId: string; deviceId: string; leftAt: string },
): Promise<{ started: boolean; settled: boolean }> {
  return one(trx, 'contact.start-on-device', { started: col.boolean, settled: col.boolean })`
    with c as (
      update contact_point c set stopped_at = null from data_plan s
      where c.patient_id = ${patientId} and ${writtenWith(sql`c.stopped_at`, leftAt)} and c.channel in ('sms', 'phone')
        and s.device_id = ${deviceId} and ${isInUse('s')} and s.msisdn = c.value
        and not exists (select from inbound_message m where m.patient_ids @> array[c.patient_id] and m.meaning = 'stop' and m.received_at >= ${leftAt}::timestamptz)
      returning c.id
    )
    select exists (select from c) as started, exists (select from task t
      where t.kind = 'number_stopped' and t.subject_id = ${patientId} and t.status = 'done' and t.done_at >= ${leftAt}::timestamptz) as settled`;
}
