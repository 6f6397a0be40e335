import type { Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import { wishBefore } from './equality.rules.ts';
import type { Equality } from './equality.schemas.ts';

/**
 * Whether, and when, a person said something of themselves, and what they wish of being asked. Never what they said: but
 * for figures and for what a person is given of their own, no statement reads that. Of records that were merged, what was
 * written down last counts: their own, once they were asked again.
 * @throws Problem `not-found`
 */
export async function getEquality(db: Reader, patientId: string): Promise<Equality> {
  const row = await maybe(db, 'equality.of', {
    givenOn: col.orNull(col.text),
    changedAt: col.orNull(col.text),
    mostAYear: col.orNull(col.number),
    onlyOnPaper: col.boolean,
  })`
    select e.*, w.* from patient p
      left join lateral (
        select given_on as "givenOn", changed_at as "changedAt" from equality_answer
        where patient_id in (select id from patient where id = p.id or merged_into = p.id)
        order by changed_at desc, given_on desc, patient_id = p.id desc limit 1) e on true
      cross join lateral (
        select min(most_a_year) as "mostAYear", coalesce(bool_or(only_on_paper), false) as "onlyOnPaper" from asking_wish
        where patient_id in (select id from patient where id = p.id or merged_into = p.id)) w
    where p.id = ${patientId}`;
  if (!row) throw new Problem('not-found');
  return {
    patientId,
    givenOn: row.givenOn,
    wish: wishBefore(row),
    version: etagOf(`equality ${patientId}`, row.changedAt ?? 'none'),
  };
}

/** The version of what a person said of themselves, for If-Match. */
export const equalityTag = ({ version }: Equality): string => version;
