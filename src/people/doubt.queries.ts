import { type RawBuilder, sql } from 'kysely';
import { seeingAll } from '../shared/asker.ts';
import type { Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { type ShownPatient, shownPatient } from './contact.rules.ts';
import { keptApart, likenessColumns } from './duplicate.queries.ts';
import { compare, Likeness } from './duplicate.rules.ts';
import { readPatient } from './patient.queries.ts';
import { type ContactPoint, works } from './reach.rules.ts';

/** A way to reach someone of which another record says otherwise, with the two as they are compared. */
const Contradiction = { pointId: col.text, me: col.object(Likeness), other: col.object(Likeness) };
type Contradiction = RowOf<typeof Contradiction>;

/**
 * What other records say against ways `c` to reach people (rule 25): that the same number or address is not safe,
 * stopped, failed or to be asked about again. It reads only records that say so, and those kept apart say nothing.
 * @param which a condition on `c`
 * @param today civil date
 */
const contradictions = (which: RawBuilder<unknown>, today: string) => sql`
    with doubted as materialized (
      select c.id, c.patient_id as mine, o.patient_id as theirs
      from contact_point c join contact_point o on lower(o.value) = lower(c.value) and o.patient_id <> c.patient_id
      where ${which} and c.value <> ''
        and (not o.safe or o.stopped_at is not null or o.failed_at is not null or o.recheck_due < ${today}::date)
        and not ${keptApart(sql`c.patient_id`, sql`o.patient_id`)}
    ), people as materialized (
      select ${likenessColumns} from patient p
      where p.merged_into is null and p.erased_at is null and p.id in (select mine from doubted union select theirs from doubted)
    )
    select d.id as "pointId", row_to_json(m) as me, row_to_json(t) as other
    from doubted d join people m on m.id = d.mine join people t on t.id = d.theirs`;

/** Those that are in doubt: the other record may be of the same person, until someone has decided. */
const inDoubt = (found: Contradiction[]): ReadonlySet<string> =>
  new Set(found.filter(({ me, other }) => compare(me, other).isLikely).map(({ pointId }) => pointId));

/**
 * A patient as pages show them, with the ways to reach them that are in doubt: one statement.
 * @param today civil date
 * @throws Problem `not-found`
 */
export async function getShownPatient(db: Reader, id: string, today: string): Promise<ShownPatient> {
  const { contradicted, ...patient } = await readPatient(
    db,
    id,
    { contradicted: col.listOf(col.object(Contradiction)) },
    sql`, coalesce((select json_agg(x) from (${contradictions(sql`c.patient_id = p.id and c.safe`, today)}) x), '[]') as contradicted`,
  );
  return shownPatient(patient, today, inDoubt(contradicted));
}

/**
 * Ways to reach people that are in doubt (rule 25). One statement, however many.
 * @param today civil date
 * @returns ids of those in doubt
 */
export async function pointsInDoubt(
  db: Reader,
  pointIds: string[],
  today: string,
): Promise<ReadonlySet<string>> {
  if (!pointIds.length) return new Set();
  // What others' records say of the same number counts for whoever asks; none of it is shown.
  const rows = await seeingAll(
    () => many(db, 'contact.in-doubt', Contradiction)`
    ${contradictions(sql`c.id = any(${pointIds}::uuid[])`, today)}`,
  );
  return inDoubt(rows);
}

/** A way `c` to reach someone, as a JSON value in the shape of `ContactPoint`; whether it is in doubt is asked afterwards. */
export const pointJson = sql`json_build_object('id', c.id, 'channel', c.channel, 'value', c.value, 'safe', c.safe, 'recheckDue', c.recheck_due,
  'stopped', c.stopped_at is not null, 'failed', c.failed_at is not null, 'doubted', false, 'hours', c.hours)`;

/** Ways to reach people with whether each is in doubt. */
export async function withDoubts(db: Reader, points: ContactPoint[], today: string): Promise<ContactPoint[]> {
  const doubts = await pointsInDoubt(
    db,
    points.filter((point) => works(point, today)).map(({ id }) => id),
    today,
  );
  return points.map((point) => ({ ...point, doubted: doubts.has(point.id) }));
}
