import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { DB } from './database.types.ts';

export type { DB } from './database.types.ts';
/** What inner helpers take: never the pool, so nothing slips out of its transaction. */
export type Trx = Transaction<DB>;
/** What reads take: the pool or a transaction. */
export type Reader = Kysely<DB>;

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === pg.types.builtins.DATE) return (value: string) => value;
    if (oid === pg.types.builtins.INT8) return Number;
    if (oid === pg.types.builtins.TIMESTAMPTZ) return (value: string) => new Date(value).toISOString();
    return pg.types.getTypeParser(oid, format);
  },
} as pg.CustomTypesConfig;

/** An instant inside a JSON value, written as it is outside of one. */
export const jsonInstant = (column: string) =>
  sql`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Names of prepared statements by their text: a label may stand on variants of a query. */
const statementNames = new Map<string, string>();

function statementName(text: string): string | undefined {
  const known = statementNames.get(text);
  const label = known ? undefined : /^\s*\/\* ([\w.-]+) \*\//.exec(text)?.[1];
  if (!label) return known;
  const name = `${label} ${statementNames.size}`;
  statementNames.set(text, name);
  return name;
}

/**
 * Statements that begin with a comment such as `/* loan.issue *\/` are prepared once per
 * connection; the others are planned each time they run. In a transaction the prepared ones keep
 * one plan for all parameters: commands reach their rows by id, and to plan each time costs more
 * than to run. Reads outside of one are planned for their parameters, since a list of a rare
 * status wants another plan than one of a common status.
 */
function prepareNamedStatements(client: pg.ClientBase): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const named = (text: unknown, values: unknown, ...rest: unknown[]) => {
    if (text === 'begin')
      return query('begin; set local plan_cache_mode = force_generic_plan', undefined, ...rest);
    const name = typeof text === 'string' && statementName(text);
    return name ? query({ name, text, values }, ...rest) : query(text, values, ...rest);
  };
  client.query = named as typeof client.query;
}

/** A pool of connections: dates as `YYYY-MM-DD`, instants as ISO 8601, counts as numbers. */
export function createPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    connectionTimeoutMillis: 5_000,
    // Pages of today's storage come as quickly out of order as in order: counts of lists go over an index, not the table.
    options:
      '-c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC -c random_page_cost=1.1',
  });
  pool.on('connect', (client) => {
    // A connection that breaks while in use rejects its query; without a listener it would also end the process.
    client.on('error', () => {});
    prepareNamedStatements(client);
  });
  return pool;
}

/** Opens the database. `onIdleError` hears of connections that broke while idle. */
export function createDatabase(url: string, max: number, onIdleError: (error: Error) => void): Kysely<DB> {
  const pool = createPool(url, max);
  pool.on('error', onIdleError);
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}

/** True for errors that mean the database is away, restarting or too busy to connect. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    [
      'ECONNREFUSED',
      'ECONNRESET',
      'ENOENT',
      'EPIPE',
      'ETIMEDOUT',
      '57P01',
      '57P02',
      '57P03',
      '53300',
    ].includes(code ?? '') ||
    /^08/.test(code ?? '') ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
      message ?? '',
    )
  );
}
