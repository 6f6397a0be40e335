import { isOpenLoan, wasLent } from '../lending/loans/loan.states.ts';
import type { Reader } from '../shared/database.ts';
import { writtenName } from '../shared/person-name.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, maybe } from '../shared/statements.ts';
import { Apart, Merge } from './merge.schemas.ts';

/** Enough to look through. */
const mostShown = 200;

/** The records that were merged into a patient's and not parted again, the newest first. */
export async function mergesOf(db: Reader, patientId: string): Promise<Merge[]> {
  return many(db, 'merge.of-patient', Merge.properties)`
    select m.id, m.survivor_id as "survivorId", json_build_object('id', p.id, 'name', ${writtenName}) as merged,
      m.by_name as by, m.at, m.parted_at as "partedAt",
      json_build_object('referrals', (select count(*)::int from referral r where r.patient_id = m.survivor_id and r.received_at > m.at),
        'loans', (select count(*)::int from loan l where l.patient_id = m.survivor_id and l.issued_at > m.at and ${wasLent('l')}),
        'followUps', (select count(*)::int from follow_up f where f.patient_id = m.survivor_id and f.created_at > m.at)) as "begunSince"
    from patient_merge m join patient p on p.id = m.merged_id
    where m.survivor_id = ${patientId} and m.parted_at is null order by m.id desc`;
}

const Held = { id: col.text, referrals: col.number, open: col.number, ended: col.number };
/** What hangs on a record, by which one sees which of two is in use. */
export type Held = RowOf<typeof Held>;

/** How many referrals and loans each of these records has, by their ids. */
export async function heldBy(db: Reader, ids: string[]): Promise<Map<string, Held>> {
  const rows = await many(db, 'merge.held', Held)`
    select p.id, (select count(*)::int from referral r where r.patient_id = p.id) as referrals,
      (select count(*)::int from loan l where l.patient_id = p.id and ${isOpenLoan('l')}) as open,
      (select count(*)::int from loan l where l.patient_id = p.id and ${wasLent('l')} and not ${isOpenLoan('l')}) as ended
    from patient p where p.id = any(${ids}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** The record into which this one was merged, or null. */
export async function mergedInto(db: Reader, id: string): Promise<string | null> {
  const row = await maybe(
    db,
    'patient.merged-into',
    db.selectFrom('patient').select('merged_into as mergedInto').where('id', '=', id),
  );
  return row?.mergedInto ?? null;
}

/** The records that someone looked at and said are of someone else, the latest first. */
export async function keptApartFrom(db: Reader, id: string): Promise<Apart[]> {
  return many(db, 'patient.kept-apart', Apart.properties)`
    select json_build_object('id', p.id, 'name', ${writtenName}) as patient, k.reason, k.by_name as by, k.at
    from (select other as id, reason, by_name, at from patient_kept_apart where one = ${id}
      union all select one, reason, by_name, at from patient_kept_apart where other = ${id}) k join patient p on p.id = k.id
    order by k.at desc, p.id limit ${mostShown}`;
}
