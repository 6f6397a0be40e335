import type { Trx } from '../shared/database.ts';
import { newId } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';

/**
 * People of one NHS number who arrive at once come one after the other, so that the later finds the
 * patient of the first. A list of many waits until none is on its way, and holds up those who come.
 */
export async function takeTurn(trx: Trx, nhsNumber: string): Promise<void> {
  await run(trx, 'patient.turn')`select pg_advisory_xact_lock_shared(hashtextextended('nhs-numbers', 0)),
    pg_advisory_xact_lock(hashtextextended(${`nhs-number ${nhsNumber}`}, 0))`;
}

/** The turn of every NHS number, for a list of people. */
export async function takeEveryTurn(trx: Trx): Promise<void> {
  await run(trx, 'patient.every-turn')`select pg_advisory_xact_lock(hashtextextended('nhs-numbers', 0))`;
}

export type PatientOfMany = {
  givenName: string;
  familyName: string;
  dateOfBirth: string | null;
  nhsNumber: string | null;
  /** In order of preference; `safe` true only where the person said so. */
  contacts: { channel: string; value: string; safe: boolean | null }[];
};

/**
 * Adds patients with their ways of contact: one statement, however many.
 * @param safeFrom the civil date from which what is safe counts as safe
 * @returns their ids, in the order given
 */
export async function insertPatients(
  trx: Trx,
  patients: PatientOfMany[],
  safeFrom: string,
  at: string,
): Promise<string[]> {
  const rows = patients.map(({ contacts: _contacts, ...patient }) => ({ ...patient, id: newId() }));
  const points = patients.flatMap(({ contacts }, place) =>
    contacts.map((contact, position) => ({
      ...contact,
      safe: contact.safe ?? false,
      position,
      id: newId(),
      patientId: rows[place]!.id,
    })),
  );
  await run(trx, 'patient.insert-many')`
    with p as (
      insert into patient (id, given_name, family_name, date_of_birth, nhs_number, created_at, changed_at)
      select id, "givenName", "familyName", "dateOfBirth", "nhsNumber", ${at}::timestamptz, ${at}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        x (id uuid, "givenName" text, "familyName" text, "dateOfBirth" date, "nhsNumber" text)
    )
    insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, created_at)
    select id, "patientId", position, channel, value, safe, case when safe then ${safeFrom}::date end, ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(points)}::jsonb)
      x (id uuid, "patientId" uuid, position int, channel text, value text, safe boolean)`;
  return rows.map(({ id }) => id);
}

/**
 * Locks patients already known, and stops what a list says of them is not safe: the stricter word
 * applies at once. One statement, however many.
 * @returns for each patient of whom something changed, the ways that were safe before, for `patient_history`
 */
export async function applyStricterWords(
  trx: Trx,
  patientIds: string[],
  unsafe: { patientId: string; value: string }[],
): Promise<{ patientId: string; before: { safe: string[] } }[]> {
  return many(trx, 'contact.stricter-words', {
    patientId: col.text,
    before: col.object({ safe: col.listOf(col.text) }),
  })`
    with locked as materialized (
      select id from patient where id = any(${patientIds}::uuid[]) order by id for no key update
    ), was as materialized (
      select c.patient_id, json_agg(c.value order by c.position) as safe
      from locked join contact_point c on c.patient_id = locked.id where c.safe group by c.patient_id
    ), stopped as (
      update contact_point c set safe = false, safe_from = null
      from unnest(${unsafe.map(({ patientId }) => patientId)}::uuid[], ${unsafe.map(({ value }) => value)}::text[]) u (patient_id, value)
      where c.patient_id = u.patient_id and lower(c.value) = lower(u.value) and c.safe and (select count(*) from locked) > 0
      returning c.patient_id
    )
    select was.patient_id as "patientId", json_build_object('safe', was.safe) as before
    from was where was.patient_id in (select patient_id from stopped)`;
}

/** Keeps earlier personal values of patients apart from the event log, where they can be erased. */
export async function keepHistories(
  trx: Trx,
  histories: { patientId: string; eventId: string; before: object }[],
  at: string,
): Promise<void> {
  if (!histories.length) return;
  const rows = histories.map((history) => ({ ...history, id: newId() }));
  await run(trx, 'patient.keep-histories')`
    insert into patient_history (id, patient_id, event_id, at, before)
    select id, "patientId", "eventId", ${at}::timestamptz, before
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) x (id uuid, "patientId" uuid, "eventId" uuid, before jsonb)`;
}
