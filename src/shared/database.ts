import { Kysely, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { DB } from './database.types.ts';
import { createDialect, type RowsHeard } from './dialect.ts';

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
  });
  return pool;
}

/**
 * Opens the database.
 * @param onIdleError hears of connections that broke while idle
 * @param heard hears the rows of each statement; tests hold them to their columns
 */
export function createDatabase(
  url: string,
  max: number,
  onIdleError: (error: Error) => void,
  heard?: RowsHeard,
): Kysely<DB> {
  const pool = createPool(url, max);
  pool.on('error', onIdleError);
  return new Kysely<DB>({ dialect: createDialect(pool, heard) });
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
