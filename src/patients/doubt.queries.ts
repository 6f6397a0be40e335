import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { type ShownPatient, shownPatient } from './contact.rules.ts';
import { keptApart, likenessColumns } from './duplicate.queries.ts';
import { compare, type Likeness } from './duplicate.rules.ts';
import { getPatient } from './patient.queries.ts';

/**
 * A patient as pages show them, with the ways to reach them that are in doubt.
 * @param today civil date
 * @throws Problem `not-found`
 */
export async function getShownPatient(db: Reader, id: string, today: string): Promise<ShownPatient> {
  const patient = await getPatient(db, id);
  const { contactPoints } = shownPatient(patient, today);
  const safe = contactPoints.flatMap((point) => (point.state === 'safe' ? [point.id] : []));
  return shownPatient(patient, today, await pointsInDoubt(db, safe, today));
}

/**
 * Ways to reach people that are in doubt (rule 25): another record, which may be of the same person until
 * someone has decided, calls the same number or address not safe, stopped, failed or to be asked about again.
 * One statement, however many; it reads only records that say so.
 * @param today civil date
 * @returns ids of those in doubt
 */
export async function pointsInDoubt(
  db: Reader,
  pointIds: string[],
  today: string,
): Promise<ReadonlySet<string>> {
  if (!pointIds.length) return new Set();
  const { rows } = await sql<{ pointId: string; me: Likeness; other: Likeness }>`/* contact.in-doubt */
    with doubted as materialized (
      select c.id, c.patient_id as mine, o.patient_id as theirs
      from contact_point c join contact_point o on lower(o.value) = lower(c.value) and o.patient_id <> c.patient_id
      where c.id = any(${pointIds}::uuid[]) and c.value <> ''
        and (not o.safe or o.stopped_at is not null or o.failed_at is not null or o.recheck_due < ${today}::date)
        and not ${keptApart(sql`c.patient_id`, sql`o.patient_id`)}
    ), people as materialized (
      select ${likenessColumns} from patient p
      where p.merged_into is null and p.erased_at is null and p.id in (select mine from doubted union select theirs from doubted)
    )
    select d.id as "pointId", row_to_json(m) as me, row_to_json(t) as other
    from doubted d join people m on m.id = d.mine join people t on t.id = d.theirs`.execute(db);
  return new Set(rows.filter(({ me, other }) => compare(me, other).isLikely).map(({ pointId }) => pointId));
}
