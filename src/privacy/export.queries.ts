import { type RawBuilder, sql } from 'kysely';
import Type from 'typebox';
import { addDays, timestamp, today } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { maybe, one } from '../shared/statements.ts';
import { personalTables } from './personal-data.rules.ts';

/** For so many days after it was decided an export may be fetched; what is held changes, so a later one is decided anew. */
const exportDays = 7;

/** The person's record and those that were merged into it. */
export const ofPerson = (id: string | RawBuilder<unknown>) =>
  sql`select s.id from patient s where s.id = ${id} union select s.id from patient s where s.merged_into = ${id}`;

/** A condition of the list of personal tables with the ids of a person. */
export function ofIds(condition: string, ids: string[]): RawBuilder<unknown> {
  return sql.join(
    condition.split(':ids').map((part) => sql.raw(part)),
    sql`${ids}::uuid[]`,
  );
}

/**
 * All that is held about a person, by table, the oldest first; of the secrets of links only that there were some.
 * Two statements, however much it is.
 * @throws Problem `not-found` for an export of someone else, or one decided more than 7 days ago
 */
export async function buildExport(
  deps: Deps,
  patientId: string,
  exportId: string,
): Promise<Record<string, unknown>> {
  const row = await maybe(deps.db, 'privacy.export-of', { ids: col.listOf(col.text) })`
    select array(${ofPerson(patientId)}) as ids from privacy_decision d
    where d.id = ${exportId} and d.patient_id = ${patientId} and d.kind = 'export'
      and d.at > ${addDays(today(deps.clock), -exportDays)}::timestamp at time zone 'Europe/London'`;
  if (!row) throw new Problem('not-found');
  return { exportedAt: timestamp(deps.clock), ...(await allHeld(deps.db, row.ids)) };
}

async function allHeld(db: Reader, ids: string[]): Promise<Record<string, unknown>> {
  const parts = personalTables.map(
    ({ table, of }) =>
      sql`${sql.lit(table)}, (select coalesce(jsonb_agg(to_jsonb(x) - '{token_hash,summary}'::text[]), '[]') from ${sql.table(table)} x where ${ofIds(of, ids)})`,
  );
  const row = await one(db, 'privacy.export', {
    held: Type.Record(Type.String(), Type.Array(Type.Unsafe<object>({ type: 'object' }))),
  })`
    select jsonb_build_object(${sql.join(parts)}) as held`;
  return inWords(row.held) as Record<string, unknown>;
}

/** Keys as the API writes them: `contact_point` as `contactPoint`. */
function inWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      inWords(part),
    ]),
  );
}
