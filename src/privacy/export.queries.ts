import { type RawBuilder, sql } from 'kysely';
import Type from 'typebox';
import { addDays, timestamp, today } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, one } from '../shared/statements.ts';
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
 * Two statements, however much it is; the bytes of photos and papers are then read by `exportText`.
 * @throws Problem `not-found` for an export of someone else, or one decided more than 7 days ago
 */
export async function buildExport(deps: Deps, patientId: string, exportId: string): Promise<PersonExport> {
  const row = await maybe(deps.db, 'privacy.export-of', { ids: col.listOf(col.text) })`
    select array(${ofPerson(patientId)}) as ids from privacy_decision d
    where d.id = ${exportId} and d.patient_id = ${patientId} and d.kind = 'export'
      and d.at > ${addDays(today(deps.clock), -exportDays)}::timestamp at time zone 'Europe/London'`;
  if (!row) throw new Problem('not-found');
  return { held: { exportedAt: timestamp(deps.clock), ...(await allHeld(deps.db, row.ids)) }, ids: row.ids };
}

/** What is held of the people of these ids, but for bytes. */
type PersonExport = { held: Record<string, unknown>; ids: string[] };

/**
 * The same as the text of one JSON file, piece by piece. Photos and papers are its last part, each in base64 beside
 * the id that `attachment` describes it under; one is in memory at a time.
 */
export async function* exportText(deps: Deps, { held, ids }: PersonExport): AsyncGenerator<string> {
  yield JSON.stringify(held, null, 2).replace(/\n\}$/, '');
  for (const { table, of } of personalTables.filter(({ hasBytes }) => hasBytes)) {
    yield `,\n  "${keyOf(table)}": [`;
    const rows = await many(deps.db, 'privacy.export-files', { id: col.text })`
      select x.attachment_id as id from ${sql.table(table)} x where ${ofIds(of, ids)} order by 1`;
    for (const [place, { id }] of rows.entries()) {
      const file = await maybe(deps.db, 'privacy.export-file', { contentType: col.text, data: col.text })`
        select a.content_type as "contentType", replace(encode(x.data, 'base64'), E'\n', '') as data
        from attachment_content x join attachment a on a.id = x.attachment_id where a.id = ${id}`;
      if (file) yield `${place ? ',' : ''}\n    ${JSON.stringify({ attachmentId: id, ...file })}`;
    }
    yield ']';
  }
  yield '\n}\n';
}

const secrets = ['token_hash', 'summary'];

async function allHeld(db: Reader, ids: string[]): Promise<Record<string, unknown>> {
  const parts = personalTables
    .filter(({ hasBytes }) => !hasBytes)
    .map(
      ({ table, of, ofOthers = [] }) =>
        sql`(${sql.lit(table)}, (select coalesce(jsonb_agg(to_jsonb(x) - ${[...secrets, ...ofOthers]}::text[]), '[]') from ${sql.table(table)} x where ${ofIds(of, ids)}))`,
    );
  // As rows, since a function takes 100 arguments at most, which is 50 tables.
  const row = await one(db, 'privacy.export', {
    held: Type.Record(Type.String(), Type.Array(Type.Unsafe<object>({ type: 'object' }))),
  })`
    select jsonb_object_agg(t.name, t.held) as held from (values ${sql.join(parts)}) t (name, held)`;
  return inWords(row.held) as Record<string, unknown>;
}

/** Keys as the API writes them: `contact_point` as `contactPoint`. */
function inWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [keyOf(key), inWords(part)]));
}

const keyOf = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
