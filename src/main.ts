import { fileURLToPath } from 'node:url';
import { openDataKey } from './access/data-key.ts';
import { demonstrationFaults } from './access/demonstration.rules.ts';
import { buildApp } from './app.ts';
import { type Config, isProduction, readConfig } from './config.ts';
import { events } from './events.ts';
import { followOn } from './follow-on.ts';
import { publicKeys } from './office/log-proof/signing.ts';
import { systemClock } from './shared/clock.ts';
import { createDatabase, type Reader } from './shared/database.ts';
import type { Demonstration, Deps } from './shared/deps.ts';
import { createLogger } from './shared/logging.ts';
import { createQueue } from './shared/queue.ts';
import { col } from './shared/rows.ts';
import { each, maybe } from './shared/statements.ts';
import { unsafeSettings } from './shared/unsafe-settings.ts';
import { startWorker } from './worker.ts';

export type RunningRole = 'api' | 'worker';

/**
 * Starts the roles and answers how to reach and stop them. `stop` takes nothing new, finishes
 * what is in progress, closes, and gives up after SHUTDOWN_SECONDS. With
 * the demonstration that `npm start` made anybody comes in by one press, so it is refused wherever others could reach it.
 */
export async function run(
  config: Config,
  roles: RunningRole[],
  demonstration?: Demonstration,
): Promise<{ url: string; stop(): Promise<void> }> {
  assertSafe(config, demonstration);
  const log = createLogger(config.LOG_LEVEL);
  const db = createDatabase(config.DATABASE_URL, config.DATABASE_POOL, (err) =>
    log.warn({ err }, 'a database connection broke'),
  );
  await refuseOtherRoles(db);
  const key = await openDataKey(db, config, { adopts: true });
  const deps: Deps = { config, db, clock: systemClock, log, key, events, followOn, demonstration };
  lookAtSigningKey(deps);
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

/** @throws an error that names every setting that would put people's data at risk */
function assertSafe(config: Config, demonstration: Demonstration | undefined): void {
  const faults = [
    ...unsafeSettings(config),
    ...(demonstration ? demonstrationFaults(config, isProduction()) : []),
  ];
  if (faults.length) throw new Error(['unsafe settings.', ...faults].join('\n  '));
}

/** The log is append-only only for a role that does not own it; clinics and supporters read as roles of their own. */
async function refuseOtherRoles(db: Reader): Promise<void> {
  const row = await maybe(db, each('main.refuse-other-roles'), {
    owns: col.boolean,
    lacks: col.boolean,
    isOld: col.boolean,
  })`
    select pg_has_role(tableowner::name, 'member') as owns,
      exists (select from pg_roles where rolname in ('lendwell_clinic', 'lendwell_supporter') and not pg_has_role(oid, 'member')) as lacks,
      to_regclass('data_key') is null as "isOld"
    from pg_tables where schemaname = 'public' and tablename = 'event'`;
  if (!row)
    throw new Error('The database has no tables yet: run `npm run migrate` with DATABASE_OWNER_URL first.');
  if (row.owns)
    throw new Error('DATABASE_URL connects as the owner of the event log. Use the role lendwell_app.');
  if (row.isOld)
    throw new Error(
      'The tables are of an earlier version: run `npm run migrate` with DATABASE_OWNER_URL first.',
    );
  if (row.lacks)
    throw new Error(
      'The role of DATABASE_URL may not read as clinics and supporters do: grant lendwell_clinic, lendwell_supporter to it.',
    );
}

/** @throws Error where the key of the log is set and cannot be used */
function lookAtSigningKey({ config: { LOG_SIGNING_KEY: file }, log }: Deps): void {
  if (file) publicKeys([file]);
  else log.warn('LOG_SIGNING_KEY is not set: the ends of the log are kept without a signature');
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
