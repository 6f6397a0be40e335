import pg from 'pg';
import { cloneDatabase } from '../test/helpers/database.ts';
import { keepMade } from './made-file.ts';

type Column = {
  table: string;
  name: string;
  type: string;
  isArray: boolean;
  nullable: boolean;
  hasDefault: boolean;
  alwaysGenerated: boolean;
};

const columnsQuery = `
  select c.relname as table, a.attname as name, coalesce(e.typname, t.typname) as type, e.oid is not null as "isArray",
    not a.attnotnull as nullable, a.atthasdef or a.attidentity <> '' as "hasDefault",
    a.attidentity = 'a' or a.attgenerated <> '' as "alwaysGenerated"
  from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
  where c.relkind in ('r', 'p', 'v') and c.relnamespace = 'public'::regnamespace and c.relname not like 'kysely\\_%'
  order by c.relname, a.attnum`;

const checksQuery = `
  select r.relname as table, pg_get_constraintdef(c.oid) as definition
  from pg_constraint c join pg_class r on r.oid = c.conrelid
  where c.contype = 'c' and c.connamespace = 'public'::regnamespace`;

/** What the pool in shared/database.ts makes of each type. */
const typescript: Record<string, string> = {
  uuid: 'string',
  text: 'string',
  varchar: 'string',
  bpchar: 'string',
  name: 'string',
  tsvector: 'string',
  date: 'string',
  timestamptz: 'string',
  time: 'string',
  interval: 'unknown',
  numeric: 'string',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float4: 'number',
  float8: 'number',
  bool: 'boolean',
  bytea: 'Buffer',
  json: 'Json',
  jsonb: 'Json',
};

/** The words that a column may hold, by `table.column`, read from its `check (column in (…))`. */
function wordsOf(checks: { table: string; definition: string }[]): Map<string, string> {
  const words = new Map<string, string>();
  for (const { table, definition } of checks) {
    const found =
      /^CHECK \(\(\(?"?(\w+)"?\)?(?:::text)? = ANY \(\(?ARRAY\[(.*)\]\)?(?:::text\[\])?\)\)\)$/.exec(
        definition,
      );
    if (!found) continue;
    const values = [...found[2]!.matchAll(/'((?:[^']|'')*)'::/g)].map((value) => `'${value[1]}'`);
    if (values.length) words.set(`${table}.${found[1]}`, values.join(' | '));
  }
  return words;
}

function interfaceName(table: string): string {
  return table
    .split('_')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
}

function columnType(column: Column, words: Map<string, string>): string {
  const base = typescript[column.type];
  if (!base) throw new Error(`${column.table}.${column.name}: no TypeScript type for ${column.type}`);
  const one = base === 'string' ? (words.get(`${column.table}.${column.name}`) ?? base) : base;
  const many = column.isArray ? `${one}[]` : one;
  const type = column.nullable ? `${many} | null` : many;
  if (column.alwaysGenerated) return `GeneratedAlways<${type}>`;
  return column.hasDefault ? `Generated<${type}>` : type;
}

async function generate(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const columns = (await client.query<Column>(columnsQuery)).rows;
    const words = wordsOf((await client.query(checksQuery)).rows);
    const tables = [...new Set(columns.map((column) => column.table))];
    const body = tables.map((table) => {
      const own = columns.filter((column) => column.table === table);
      return `export interface ${interfaceName(table)} {\n${own.map((column) => `  ${column.name}: ${columnType(column, words)};\n`).join('')}}\n`;
    });
    const kysely = body.join().includes('GeneratedAlways<') ? 'ColumnType, GeneratedAlways' : 'ColumnType';
    return [
      '// Made by `npm run table-types` from the migrated database; not edited by hand.\n',
      `import type { ${kysely} } from 'kysely';\n\n`,
      '/** Read as what was stored, written as JSON text. */\nexport type Json = ColumnType<unknown, string, string>;\n\n',
      '/** A column with a default: may be left out of an insert. */\n',
      'export type Generated<T> =\n  T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : ColumnType<T, T | undefined, T>;\n\n',
      body.join('\n'),
      `\nexport interface DB {\n${tables.map((table) => `  ${table}: ${interfaceName(table)};\n`).join('')}}\n`,
    ].join('');
  } finally {
    await client.end();
  }
}

const database = await cloneDatabase();
try {
  keepMade('src/shared/database.types.ts', await generate(database.ownerUrl), {
    source: 'the migrations make',
    command: 'npm run table-types',
  });
} finally {
  await database.drop();
}
