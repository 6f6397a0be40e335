import { type RawBuilder, sql } from 'kysely';
import { addDays, timestamp, today } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { Problem } from '../shared/problem.ts';
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
  const { rows } = await sql<{ ids: string[] }>`/* privacy.export-of */
    select array(${ofPerson(patientId)}) as ids from privacy_decision d
    where d.id = ${exportId} and d.patient_id = ${patientId} and d.kind = 'export'
      and d.at > ${addDays(today(deps.clock), -exportDays)}::timestamp at time zone 'Europe/London'`.execute(
    deps.db,
  );
  if (!rows[0]) throw new Problem('not-found');
  return { exportedAt: timestamp(deps.clock), ...(await allHeld(deps.db, rows[0].ids)) };
}

async function allHeld(db: Reader, ids: string[]): Promise<Record<string, unknown>> {
  const parts = personalTables.map(
    ({ table, of }) =>
      sql`${sql.lit(table)}, (select coalesce(jsonb_agg(to_jsonb(x) - '{token_hash,summary}'::text[]), '[]') from ${sql.table(table)} x where ${ofIds(of, ids)})`,
  );
  const { rows } = await sql<{ held: Record<string, object[]> }>`/* privacy.export */
    select jsonb_build_object(${sql.join(parts)}) as held`.execute(db);
  return inWords(rows[0]!.held) as Record<string, unknown>;
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
