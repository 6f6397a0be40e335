import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openDataKey } from '../src/access/data-key.ts';
import { readConfig } from '../src/config.ts';
import { keptSecret } from '../src/embedded/kept-secret.ts';
import { embeddedSettings } from '../src/embedded/settings.ts';
import { events } from '../src/events.ts';
import { followOn } from '../src/follow-on.ts';
import { dispatch } from '../src/messages/dispatch.commands.ts';
import { reconcile } from '../src/messages/reconcile.commands.ts';
import { runNightly } from '../src/office/nightly/nightly.commands.ts';
import { forgetWhatIsOver } from '../src/privacy/forgetting.commands.ts';
import { systemClock } from '../src/shared/clock.ts';
import { createDatabase } from '../src/shared/database.ts';
import type { Deps } from '../src/shared/deps.ts';
import { createLogger } from '../src/shared/logging.ts';
import { toProblem } from '../src/shared/problem.ts';

const usage = `Runs one job now and prints what it did.
  npm run job -- nightly [--date YYYY-MM-DD] [--dry-run]
  npm run job -- dispatch
  npm run job -- reconcile
  npm run job -- forget`;

/** The jobs that count what they did. */
const counting = {
  dispatch: (deps: Deps) => dispatch(deps),
  reconcile,
  forget: (deps: Deps) => forgetWhatIsOver(deps),
};

/** What `npm start` keeps. */
const dir = path.join(import.meta.dirname, '../.lendwell');
const { positionals, values } = readArguments();
const [job] = positionals;
if (!job || !['nightly', ...Object.keys(counting)].includes(job)) fail(usage);
if (values.date !== undefined && !isDate(values.date)) fail('Give --date a real date as YYYY-MM-DD.');

const config = readConfig({
  LOG_LEVEL: 'warn',
  ...(process.env.DATABASE_URL ? {} : { ...embeddedSettings, SECRET: keptSecret(dir) }),
  ...process.env,
  DATABASE_URL: databaseUrl(),
});
const log = createLogger(config.LOG_LEVEL);
const db = createDatabase(config.DATABASE_URL, 4, (err) => log.warn({ err }, 'a database connection broke'));
try {
  const key = await openDataKey(db, config);
  const deps = { config, db, clock: systemClock, log, key, events, followOn };
  if (job === 'nightly') {
    const { localDate, steps } = await runNightly(deps, {
      localDate: values.date,
      again: true,
      dryRun: values['dry-run'] ?? false,
    });
    console.log(`nightly for ${localDate}${values['dry-run'] ? ' (only counted, nothing changed)' : ''}`);
    for (const { step, count } of steps) console.log(`  ${step}: ${count}`);
  } else {
    const counts = await counting[job as keyof typeof counting](deps);
    console.log(job);
    for (const [name, count] of Object.entries(counts)) console.log(`  ${name}: ${count}`);
  }
} catch (error) {
  // Never the error itself: what Postgres says quotes rows.
  const { type, title, detail } = toProblem(error);
  if (type === 'internal') log.error({ err: error }, 'the job stopped');
  console.error(`The job stopped. ${detail ?? title} It may be run again at any time.`);
  process.exitCode = 1;
} finally {
  await db.destroy();
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { date: { type: 'string' }, 'dry-run': { type: 'boolean' } },
    });
  } catch {
    return fail(usage);
  }
}

/** DATABASE_URL, or the embedded Postgres of a running `npm start`. */
function databaseUrl(): string {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const kept = path.join(dir, 'postgres.json');
  if (!existsSync(kept)) fail('Start Lendwell with `npm start` first, or set DATABASE_URL.');
  return (JSON.parse(readFileSync(kept, 'utf8')) as { appUrl: string }).appUrl;
}

function isDate(text: string): boolean {
  const read = new Date(text);
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text)
  );
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
