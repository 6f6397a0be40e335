import { newDataKey, openDataKey } from '../src/access/data-key.ts';
import { readConfig } from '../src/config.ts';
import { events } from '../src/events.ts';
import { followOn } from '../src/follow-on.ts';
import { type Context, systemContext } from '../src/shared/actor.ts';
import { systemClock } from '../src/shared/clock.ts';
import { createDatabase } from '../src/shared/database.ts';
import type { Deps } from '../src/shared/deps.ts';
import { createLogger } from '../src/shared/logging.ts';
import { toProblem } from '../src/shared/problem.ts';

/**
 * Does a script's work on the database of DATABASE_URL. A refusal is said in a sentence, and ends the process with 1.
 * @param name of the script, by which the log knows what it did
 * @param needsSecret false for work that neither makes nor opens anything that is kept by SECRET
 */
export async function withDatabase(
  name: string,
  work: (deps: Deps, ctx: Context) => Promise<void>,
  { needsSecret = true }: { needsSecret?: boolean } = {},
): Promise<void> {
  const config = readConfig({ ...(needsSecret ? {} : { SECRET: newDataKey() }), ...process.env });
  const db = createDatabase(config.DATABASE_URL, 2, () => {});
  const log = createLogger('warn');
  try {
    const key = needsSecret ? await openDataKey(db, config) : newDataKey();
    const deps = { config, db, clock: systemClock, log, key, events, followOn };
    await work(deps, systemContext(`scripts/${name}`));
  } catch (error) {
    // Never the error itself: what Postgres says quotes rows.
    const { type, title, detail, errors } = toProblem(error);
    if (type === 'internal') log.error({ err: error }, `${name} stopped`);
    console.error(errors?.[0]?.message ?? detail ?? title);
    process.exitCode = 1;
  } finally {
    await db.destroy();
  }
}
