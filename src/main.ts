import { fileURLToPath } from 'node:url';
import { buildApp } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { events } from './events.ts';
import { followOn } from './follow-on.ts';
import { systemClock } from './shared/clock.ts';
import { createDatabase } from './shared/database.ts';
import type { Deps } from './shared/deps.ts';
import { createLogger } from './shared/logging.ts';
import { createQueue } from './shared/queue.ts';
import { col } from './shared/rows.ts';
import { each, maybe } from './shared/statements.ts';
import { startWorker } from './worker.ts';

export type RunningRole = 'api' | 'worker';

/**
 * Starts the roles and answers how to reach and stop them. `stop` takes nothing new, finishes
 * what is in progress, closes, and gives up after SHUTDOWN_SECONDS.
 */
export async function run(
  config: Config,
  roles: RunningRole[],
): Promise<{ url: string; stop(): Promise<void> }> {
  const log = createLogger(config.LOG_LEVEL);
  const db = createDatabase(config.DATABASE_URL, config.DATABASE_POOL, (err) =>
    log.warn({ err }, 'a database connection broke'),
  );
  const deps: Deps = { config, db, clock: systemClock, log, events, followOn };
  await refuseOwnerRole(deps);
  const queue = createQueue(deps);
  const app = roles.includes('api') ? await buildApp(deps, queue) : undefined;
  const url = (await app?.listen({ host: config.HOST, port: config.PORT })) ?? '';
  const worker = roles.includes('worker') ? await startWorker(deps, queue) : undefined;
  log.info({ roles }, 'started');

  const close = async () => {
    await Promise.all([app?.close(), worker?.stop()]);
    await queue.close();
    await db.destroy();
    log.info('stopped');
  };
  const stop = () =>
    within(config.SHUTDOWN_SECONDS, close()).catch((err) => {
      log.error({ err, seconds: config.SHUTDOWN_SECONDS }, 'gave up on what did not finish in time');
      throw err;
    });
  return { url, stop };
}

/** The log is append-only only for a role that does not own it. */
async function refuseOwnerRole({ db }: Deps): Promise<void> {
  const row = await maybe(db, each('main.refuse-owner-role'), { owns: col.boolean })`
    select pg_has_role(tableowner::name, 'member') as owns from pg_tables where schemaname = 'public' and tablename = 'event'`;
  if (!row)
    throw new Error('The database has no tables yet: run `npm run migrate` with DATABASE_OWNER_URL first.');
  if (row.owns)
    throw new Error('DATABASE_URL connects as the owner of the event log. Use the role lendwell_app.');
}

async function within(seconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not stopped after ${seconds} seconds`)), seconds * 1000);
  });
  await Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2);
  const roles = (named.length ? named : ['api', 'worker']) as RunningRole[];
  if (roles.some((role) => role !== 'api' && role !== 'worker'))
    throw new Error('Name the roles to start: api, worker, or none for both.');
  const running = await run(readConfig(), roles);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () =>
      running.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      ),
    );
  }
}
