import { setTimeout as wait } from 'node:timers/promises';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../../src/shared/database.ts';

/**
 * Starts calls that need the same rows, surely at once: the rows are locked until every call waits for
 * them. `lock` selects them `for update`.
 */
export async function atOnce<T>(
  db: Kysely<DB>,
  lock: RawBuilder<unknown>,
  calls: (() => Promise<T>)[],
): Promise<PromiseSettledResult<T>[]> {
  return db
    .transaction()
    .execute(async (trx) => {
      await lock.execute(trx);
      const outcomes = Promise.allSettled(calls.map((call) => call()));
      const waiting = async () => {
        // A transaction sees the activity as it first saw it, unless it lets go of that.
        await sql`select pg_stat_clear_snapshot()`.execute(trx);
        const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(trx);
        return rows[0]!.n;
      };
      while ((await waiting()) < calls.length) await wait(5);
      return { outcomes };
    })
    .then(({ outcomes }) => outcomes);
}
