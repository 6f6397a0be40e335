import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { sql } from 'kysely';
import { openDataKey } from '../src/access/data-key.ts';
import { demonstrationFaults } from '../src/access/demonstration.rules.ts';
import { type Config, isProduction, readConfig } from '../src/config.ts';
import { keptSecret } from '../src/embedded/kept-secret.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { embeddedSettings } from '../src/embedded/settings.ts';
import { events } from '../src/events.ts';
import { followOn } from '../src/follow-on.ts';
import { run } from '../src/main.ts';
import { systemClock } from '../src/shared/clock.ts';
import { createDatabase } from '../src/shared/database.ts';
import { createLogger } from '../src/shared/logging.ts';
import { migrateToLatest } from '../src/shared/migrations.ts';
import { loadDemonstration } from './demonstration/load.ts';
import { emptyDatabase } from './empty-database.ts';

const dir = path.join(import.meta.dirname, '../.lendwell');
const demoFile = path.join(dir, 'demo.json');
/** There while demonstration data is loading: a database that a broken load left is made anew. */
const loadingFile = path.join(dir, 'loading-demonstration');

type Demo = { url: string } & Awaited<ReturnType<typeof loadDemonstration>>;

const told = new Error('told to stop');
const stopped = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => reject(told));
});
stopped.catch(() => {});
// Waiting to be told keeps no process alive by itself.
setInterval(() => {}, 60_000);
/** The result of `work`, unless we are told to stop first. */
const unlessStopped = <T>(work: Promise<T>): Promise<T> => Promise.race([work, stopped]);

/** What to stop, last started first. */
const closers: (() => Promise<void>)[] = [];

try {
  if (process.env.DATABASE_URL) await startOnOwnDatabase();
  else await startEmbedded();
  await stopped;
} catch (error) {
  if (error === told) console.log('\nStopping…');
  else {
    console.error(`Lendwell did not start: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
for (const close of closers.reverse()) {
  try {
    await close();
  } catch (error) {
    console.error(`Lendwell did not stop cleanly: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
if (!process.exitCode) console.log('Lendwell has stopped.');
// What was given up on may still hold timers and sockets.
process.exit();

async function startOnOwnDatabase(): Promise<void> {
  const config = readConfig();
  await refuseBusyPort(config);
  await serve(config);
  console.log('It runs on the database of DATABASE_URL, without demonstration data. Ctrl-C stops it.');
}

async function startEmbedded(): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const settings = {
    ...embeddedSettings,
    LOG_LEVEL: 'error',
    SECURITY_LOG: path.join(dir, 'security.log'),
    SECRET: keptSecret(dir),
    ...process.env,
  };
  const proposed = readConfig({ ...settings, DATABASE_URL: 'postgres:' });
  const faults = demonstrationFaults(proposed, isProduction());
  if (faults.length) throw new Error(faults.join(' '));
  await refuseBusyPort(proposed);
  console.log('Starting the embedded PostgreSQL…');
  const server = await startEmbeddedPostgres({ dir, log: (line) => console.log(line) });
  closers.push(() => server.stop());
  const config = readConfig({ ...settings, DATABASE_URL: server.appUrl });
  if (existsSync(loadingFile)) await makeDatabaseAnew(server);
  const ran = await unlessStopped(migrateToLatest(server.ownerUrl));
  if (ran.length) console.log(`Ran ${ran.length} migrations.`);
  await unlessStopped(loadWhenNew(config));
  const demo = existsSync(demoFile) ? (JSON.parse(readFileSync(demoFile, 'utf8')) as Demo) : undefined;
  const url = await serve(config, demo);
  if (demo) {
    writeDemo({ ...demo, url });
    console.log(signInText({ ...demo, url }));
  } else {
    console.log(
      '.lendwell/demo.json is gone, so only those who know the passwords can sign in. Remove .lendwell to begin anew.',
    );
  }
  console.log('\nCtrl-C stops it; the data stays in .lendwell for the next start.');
}

async function serve(config: Config, demo?: Demo): Promise<string> {
  const running = await unlessStopped(run(config, ['api', 'worker'], demo));
  closers.push(running.stop);
  const url = config.PUBLIC_URL || running.url;
  console.log(`\nLendwell is at ${url}`);
  return url;
}

async function loadWhenNew(config: Config): Promise<void> {
  const db = createDatabase(config.DATABASE_URL, 5, () => {});
  try {
    const { rows } = await sql<{ isNew: boolean }>`select not exists (select from staff) as "isNew"`.execute(
      db,
    );
    if (!rows[0]?.isNew) return;
    console.log('Loading the demonstration data…');
    writeFileSync(loadingFile, '');
    const demo = await loadDemonstration({
      config,
      db,
      clock: systemClock,
      log: createLogger('error'),
      key: await openDataKey(db, config),
      events,
      followOn,
    });
    writeDemo({ url: '', ...demo });
    rmSync(loadingFile);
  } finally {
    await db.destroy();
  }
}

async function makeDatabaseAnew(server: EmbeddedPostgres): Promise<void> {
  console.log('The last start did not finish loading its data; making the database anew.');
  await emptyDatabase(server);
  rmSync(loadingFile);
}

function writeDemo(demo: Demo): void {
  writeFileSync(demoFile, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
}

function signInText(demo: Demo): string {
  const width = Math.max(...demo.staff.map((person) => person.email.length));
  return [
    '',
    'Its sign-in page lets you look as each role by one press. These are the people of the demonstration:',
    ...demo.staff.map(
      (person) => `  ${person.role.padEnd(14)} ${person.email.padEnd(width)}  ${person.password}`,
    ),
    '',
    `The API is described at ${demo.url}/docs; keys for it:`,
    ...Object.entries(demo.keys).map(([role, key]) => `  ${role.padEnd(14)} ${key}`),
    '',
    'All of this is kept in .lendwell/demo.json. `npm run tour` walks through the main story.',
  ].join('\n');
}

/** Says so before anything is started when something else listens where we would. */
function refuseBusyPort({ HOST, PORT }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      const busy = `port ${PORT} of ${HOST} is in use by another program. Stop that one, or choose another port: PORT=3001 npm start`;
      const refused = `port ${PORT} of ${HOST} may not be used by this user. Choose one above 1023: PORT=3000 npm start`;
      reject(
        new Error(
          code === 'EADDRINUSE' ? busy : code === 'EACCES' ? refused : `cannot listen on ${HOST}: ${message}`,
        ),
      );
    });
    probe.listen(PORT, HOST, () => probe.close(() => resolve()));
  });
}
