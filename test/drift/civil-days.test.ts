import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { testDatabase } from '../helpers/database.ts';

// The connection is in UTC, so a day that is taken from an instant without a zone is the day before for an hour of each summer night.

const root = path.join(import.meta.dirname, '../..');
const { db } = await testDatabase(t);
const { rows: instants } = await sql<{ name: string }>`
  select distinct column_name as name from information_schema.columns
  where table_schema = 'public' and data_type = 'timestamp with time zone'`.execute(db);
const names = new Set(instants.map(({ name }) => name));

/** The expression that ends where a cast begins: a name, or what its brackets hold. */
function operand(before: string): string {
  let depth = 0;
  for (let at = before.length - 1; at >= 0; at--) {
    const one = before[at]!;
    if (one === ')' || one === '}') depth++;
    else if (one === '(' || one === '{') depth--;
    if (depth < 0 || (depth === 0 && /[^\w.)}({$"]/.test(one))) return before.slice(at + 1);
  }
  return before;
}

const snake = (text: string) => text.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
/** Whether an expression is an instant that nobody has put into a zone. */
const isInstant = (text: string) =>
  !/at time zone/i.test(text) &&
  (snake(text.replaceAll('.at(', '(')).match(/[a-z_]+/g) ?? []).some(
    (word) => names.has(word) || word === 'now',
  );

/** Places where a day, month or year is taken from an instant in UTC. */
function faultsIn(text: string): string[] {
  const casts = [...text.matchAll(/::\s*(date|time|timestamp)\b(?!tz| with)/gi)]
    .map((cast) => operand(text.slice(0, cast.index)))
    .filter(isInstant);
  const parts = [
    ...text.matchAll(/\b(?:date_trunc|to_char|date_part|extract|cast)\s*\(((?:[^()]|\([^()]*\))*)\)/gi),
  ]
    .filter(([call, args = '']) => !/epoch|time zone 'UTC'/i.test(call) && isInstant(args))
    .filter(([call]) => !/^cast/i.test(call) || /as (date|time|timestamp)\b/i.test(call))
    .map(([call]) => call);
  const words = [
    ...text.matchAll(
      /\b(?:current_date|localtimestamp|localtime)\b|toISOString\(\)\s*\.\s*(?:slice|substr|substring|split)\b/gi,
    ),
  ].map(([found]) => found);
  return [...casts, ...parts, ...words];
}

t.test('what the check finds, and what it leaves', async (t) => {
  for (const text of [
    'min(received_at)::date',
    `min(\${waitingSince('r')})::date`,
    'x.at::date',
    'now()::date',
    `date_trunc('month', l.issued_at)`,
    `to_char(r.received_at, 'YYYY-MM')`,
    'extract(month from created_at)',
    'cast(m.sent_at as date)',
    'current_date',
    'new Date().toISOString().slice(0, 10)',
  ])
    t.not(faultsIn(text).length, 0, text);
  for (const text of [
    `(received_at at time zone 'Europe/London')::date`,
    `\${date}::date`,
    'due_on::date',
    `to_char(f.due_on, 'YYYY-MM')`,
    `\${at}::timestamptz`,
    'extract(epoch from waits_until)',
    `\${addDays(days.at(-1)!, 6)}::date`,
  ])
    t.same(faultsIn(text), [], text);
});

t.test('no day is taken from an instant in UTC', async (t) => {
  const files = globSync(['src/**/*.ts', 'scripts/**/*.ts'], { cwd: root });
  t.ok(files.length > 300);
  for (const file of files) t.same(faultsIn(readFileSync(path.join(root, file), 'utf8')), [], file);
});

t.test('nor by a function or a view of the database', async (t) => {
  const { rows } = await sql<{ name: string; text: string }>`
    select p.proname as name, p.prosrc as text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and p.prokind = 'f' and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union all select viewname, definition from pg_views where schemaname = 'public'
    union all select indexname, indexdef from pg_indexes where schemaname = 'public'`.execute(db);
  t.ok(rows.length > 20);
  for (const { name, text } of rows) t.same(faultsIn(text), [], name);
});
