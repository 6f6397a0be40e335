import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { nameKey } from '../shared/name-key.ts';
import { Problem } from '../shared/problem.ts';
import type { Row, RowOf } from '../shared/rows.ts';
import { each, many, maybe } from '../shared/statements.ts';
import { Patient, PatientSummary } from './patient.schemas.ts';

/** What lists and other records show of the patient `p`. */
export const patientColumns = sql`p.id, p.given_name as "givenName", p.family_name as "familyName", p.preferred_name as "preferredName",
  p.date_of_birth as "dateOfBirth"`;

/** The same as one JSON value. */
export const patientJson = sql`json_build_object('id', p.id, 'givenName', p.given_name, 'familyName', p.family_name,
  'preferredName', p.preferred_name, 'dateOfBirth', p.date_of_birth)`;

/** The same with the NHS number, for a record. */
export const numberedPatientJson = sql`json_build_object('id', p.id, 'givenName', p.given_name, 'familyName', p.family_name,
  'preferredName', p.preferred_name, 'dateOfBirth', p.date_of_birth, 'nhsNumber', p.nhs_number)`;

/** Patients, the newest first. */
export async function listPatients(
  db: Reader,
  query: { limit: number; after?: string | undefined },
): Promise<ListPage<PatientSummary>> {
  const { follows, by } = byId(sql`p.id`, query);
  const rows = await many(db, each('patient.list'), PatientSummary.properties)`
    select ${patientColumns} from patient p where p.merged_into is null and p.erased_at is null ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.id]);
}

/**
 * Patients whom typed text may mean, by name: an NHS number or a phone number names exactly; of a
 * name each word, or all of them together, are the beginning of any part of any of their names, however it is written. At most `limit`.
 * @param numbers what the text is as an NHS number (ten digits) and as a phone number (E.164), where it is one
 */
export async function findPatients(
  db: Reader,
  text: string,
  numbers: { nhsNumber: string | null; phone: string | null },
  limit: number,
): Promise<PatientSummary[]> {
  const { nhsNumber, phone } = numbers;
  const words = text.split(/\s+/).map(nameKey).filter(Boolean);
  if (!nhsNumber && !phone && !words.length) return [];
  return many(db, 'patient.find', PatientSummary.properties)`
    select ${patientColumns} from patient p
    where p.merged_into is null and p.erased_at is null and (${
      nhsNumber || phone
        ? sql`p.id in (select id from patient where nhs_number = ${nhsNumber}
            union select patient_id from contact_point where channel in ('sms', 'phone') and value = ${phone})`
        : sql`p.id in (${named(words)} union ${named([words.join('')])})`
    })
    order by lower(p.family_name), lower(p.given_name), p.id limit ${limit}`;
}

/** So many people are looked at of a beginning that many have; the rest wants more letters. */
const enough = 300;

/**
 * People of whom parts of their names begin like each of these, the first of them by that part. It stops when it has
 * enough, so that a single letter asks no more than a whole name; told by ranges, which an index finds whatever the plan.
 */
function named(words: string[]) {
  const [longest, ...others] = words.toSorted((one, other) => other.length - one.length);
  return sql`(select n.patient_id from patient_name n where ${begins('n', longest!)} ${sql.join(
    others.map(
      (word) =>
        sql`and exists (select from patient_name o where o.patient_id = n.patient_id and ${begins('o', word)})`,
    ),
    sql` `,
  )} order by n.part limit ${enough})`;
}

const begins = (alias: string, beginning: string) => {
  const part = sql.ref(`${alias}.part`);
  return sql`${part} >= ${beginning} and ${part} < ${`${beginning}\u{10ffff}`}`;
};

/**
 * One patient with everything that matters for contact, their referrals and their loans.
 * @throws Problem `not-found`
 */
export const getPatient = (db: Reader, id: string): Promise<Patient> => readPatient(db, id, {}, sql``);

/**
 * One patient with what else is asked of the patient `p`, in the same statement.
 * @param columns what else is asked
 * @param also the same in SQL, each after its comma
 * @throws Problem `not-found`
 */
export async function readPatient<Also extends Row>(
  db: Reader,
  id: string,
  columns: Also,
  also: RawBuilder<unknown>,
): Promise<Patient & RowOf<Also>> {
  const row = await maybe(db, 'patient.get', { ...Patient.properties, ...columns })`
    select ${patientColumns}, p.nhs_number as "nhsNumber", p.no_nhs_number_reason as "noNhsNumberReason", p.address, p.no_fixed_abode as "noFixedAbode",
      p.collection_point as "collectionPoint", p.wording,
      p.contact_choice as "contactChoice", p.contact_state as "contactState", p.paused_until as "pausedUntil", p.data_reminders as "dataReminders",
      p.communication_needs as "communicationNeeds", p.language, p.interpreter,
      p.communication_reviewed_on as "communicationReviewedOn", p.trusted_person as "trustedPerson", p.merged_into as "mergedInto", p.erased_at as "erasedAt",
      exists (select from legal_hold h where h.patient_id = p.id and h.lifted_at is null) as "legalHold",
      (select case when (a.said ->> 'prefersNotDigital')::boolean then a.said ->> 'nonDigitalRoute' end
        from referral_assessment a join referral r on r.id = a.referral_id where r.patient_id = p.id order by a.id desc limit 1) as "nonDigitalRoute", p.changed_at as "changedAt",
      coalesce((select json_agg(json_build_object('id', c.id, 'channel', c.channel, 'value', c.value, 'safe', c.safe, 'safeFrom', c.safe_from,
          'recheckDue', c.recheck_due, 'voicemailOk', c.voicemail_ok, 'hours', c.hours, 'stoppedAt', c.stopped_at, 'failedAt', c.failed_at) order by c.position)
        from contact_point c where c.patient_id = p.id and p.erased_at is null), '[]') as "contactPoints",
      coalesce((select json_agg(json_build_object('id', r.id, 'reference', r.reference, 'status', r.status, 'clinic', o.name) order by r.id desc)
        from referral r join organisation o on o.id = r.clinic_id where r.patient_id = p.id), '[]') as referrals,
      coalesce((select json_agg(json_build_object('id', l.id, 'reference', l.reference, 'status', l.status, 'dueOn', l.due_on) order by l.id desc)
        from loan l where l.patient_id = p.id), '[]') as loans ${also}
    from patient p where p.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row as Patient & RowOf<Also>;
}
