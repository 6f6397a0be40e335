import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { createPool } from '../../src/shared/database.ts';

export type Statement = { text: string; values: unknown[] };

/** Hears every statement that a piece of work gives a pool's connections: not those of what runs beside it. */
export function listen(pool: pg.Pool) {
  const heard = new AsyncLocalStorage<Statement[]>();
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const hearing = (asked: string | Statement, values: unknown, ...rest: unknown[]) => {
      const { text, values: given } = typeof asked === 'string' ? { text: asked, values } : asked;
      if (!/^\s*(begin|commit|rollback|savepoint|release|set)\b/i.test(text))
        heard.getStore()?.push({ text, values: Array.isArray(given) ? [...given] : [] });
      return query(asked, values, ...rest);
    };
    client.query = hearing as typeof client.query;
  });
  return {
    /** The statements of a piece of work, without the ends of transactions. */
    async during<T>(work: () => Promise<T>): Promise<{ result: T; statements: Statement[] }> {
      const statements: Statement[] = [];
      // Awaited within: a request to the app itself begins only then.
      return { result: await heard.run(statements, async () => await work()), statements };
    },
  };
}

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Rows Removed by Filter'?: number;
  'Actual Loops'?: number;
  Plans?: Plan[];
};

/** A table with more rows than this is not to be read from end to end for a page. */
const large = 10_000;
/** A search that stops at the first row it finds has read no more rows than this. */
const few = 1_000;

/** Tells which large tables a statement reads sequentially, as it was run for these values. */
export async function createExplainer(url: string) {
  const pool = createPool(url, 1);
  const { rows } = await pool.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples > $1`,
    [large],
  );
  const largeTables = new Set(rows.map(({ name }) => name));
  const known = new Map<string, string[]>();
  return {
    async scans({ text, values }: Statement): Promise<string[]> {
      const key = JSON.stringify([text, values]);
      const before = known.get(key);
      if (before) return before;
      // What writes has been done once, and may not be done again: of it only the plan is asked.
      const writes = /\b(insert\s+into|update\s+\w+\s+(\w+\s+)?set|delete\s+from)\b/i.test(text);
      const how = writes ? 'format json' : 'analyze, buffers, format json';
      const { rows } = await pool.query(`explain (${how}) ${text}`, values);
      const found = sequential(rows[0]['QUERY PLAN'][0].Plan as Plan).filter((table) =>
        largeTables.has(table),
      );
      known.set(key, found);
      return found;
    },
    close: () => pool.end(),
  };
}

/** The tables that a plan reads sequentially, beyond a first few rows. */
function sequential(plan: Plan): string[] {
  const { 'Actual Rows': rows, 'Rows Removed by Filter': removed = 0, 'Actual Loops': loops = 1 } = plan;
  const isLong = rows === undefined || (rows + removed) * loops > few;
  const own =
    plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] && isLong ? [plan['Relation Name']] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(sequential)];
}
