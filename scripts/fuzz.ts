import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDataKey } from '../src/access/data-key.ts';
import { readConfig } from '../src/config.ts';
import { startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { freePort } from '../src/embedded/processes.ts';
import { events } from '../src/events.ts';
import { followOn } from '../src/follow-on.ts';
import { systemClock, today } from '../src/shared/clock.ts';
import { createDatabase } from '../src/shared/database.ts';
import { createLogger } from '../src/shared/logging.ts';
import { migrateToLatest } from '../src/shared/migrations.ts';
import { emptyDatabase } from './empty-database.ts';
import { createActors } from './fuzz/actors.ts';
import { readDocument } from './fuzz/document.ts';
import { fuzz } from './fuzz/run.ts';
import { fillScheme, fuzzSettings } from './fuzz/scheme.ts';
import { hangUp } from './fuzz/send.ts';

const usage = `Asks a Lendwell of its own at random, every operation of openapi/openapi.json as everyone, and holds each answer to it.
  npm run fuzz -- --requests 100000 --seed 1 --minutes 60

It ends by itself: after so many requests, or so many minutes. What Lendwell logs meanwhile is in .lendwell/fuzz/server.log.`;

const root = path.join(import.meta.dirname, '..');
const dir = path.join(root, '.lendwell/fuzz');
const { requests, seed, minutes } = readOptions();
let isOver = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => (isOver = true));

mkdirSync(dir, { recursive: true });
const server = await startEmbeddedPostgres({ dir, durable: false, log: (line) => console.log(line) });
let lendwell: ChildProcess | undefined;
try {
  if (!(await run())) process.exitCode = 1;
} catch (error) {
  console.error(`The run broke off: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  hangUp();
  if (lendwell && lendwell.exitCode === null && lendwell.signalCode === null) {
    lendwell.kill('SIGTERM');
    await once(lendwell, 'exit');
  }
  await server.stop();
}
process.exit();

/** @returns whether nothing was at fault */
async function run(): Promise<boolean> {
  await emptyDatabase(server);
  await migrateToLatest(server.ownerUrl);
  const port = await freePort();
  const settings = {
    ...fuzzSettings,
    DATABASE_URL: server.appUrl,
    SECRET: randomBytes(32).toString('base64url'),
    PORT: String(port),
    LOG_LEVEL: 'error',
    SECURITY_LOG: path.join(dir, 'security.log'),
  };
  const config = readConfig(settings);
  const db = createDatabase(config.DATABASE_URL, 10, () => {});
  const deps = {
    config,
    db,
    clock: systemClock,
    log: createLogger('error'),
    key: await openDataKey(db, config),
    events,
    followOn,
  };
  try {
    console.log('Loading the demonstration’s data…');
    const { clinicId } = await fillScheme(deps);
    const url = `http://127.0.0.1:${port}`;
    lendwell = start(settings);
    await untilItAnswers(url, lendwell);
    console.log(`${requests} requests to ${url} with the seed ${seed}, for at most ${minutes} minutes`);
    const { report, sick } = await fuzz({
      url,
      seed,
      requests,
      minutes,
      described: readDocument(),
      actors: createActors(deps, url, clinicId),
      today: today(systemClock),
      say: (line) => console.log(line),
      isOver: () => isOver || lendwell?.exitCode !== null,
    });
    const faults = report.faults();
    console.log(`\n${report.summary()}\n\nNever granted:\n${report.neverGranted().join('\n') || 'none'}`);
    console.log(
      `\n/health was asked ${sick.asked} times; ${sick.wrong.length} answers were wrong. ${sick.wrong[0] ?? ''}`,
    );
    for (const { first, count } of faults) console.log(`${report.say(first)}\n  ${count} times`);
    console.log(`\n${report.total()} requests, ${faults.length} faults`);
    const hasEnded = lendwell.exitCode !== null;
    if (hasEnded) console.log(`Lendwell ended by itself, with ${lendwell.exitCode}.`);
    return faults.length === 0 && sick.wrong.length === 0 && !hasEnded;
  } finally {
    await db.destroy();
  }
}

function start(settings: Record<string, string>): ChildProcess {
  const log = openSync(path.join(dir, 'server.log'), 'w');
  return spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', log, log],
  });
}

async function untilItAnswers(url: string, process: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600 && process.exitCode === null; tries++) {
    const isUp = await fetch(`${url}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error('Lendwell did not start; see .lendwell/fuzz/server.log.');
}

function readOptions() {
  const options = {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    minutes: { type: 'string', default: '120' },
  } as const;
  try {
    const { values } = parseArgs({ options });
    const [requests, seed, minutes] = [Number(values.requests), Number(values.seed), Number(values.minutes)];
    if (requests >= 1 && Number.isInteger(requests) && Number.isInteger(seed) && minutes > 0)
      return { requests, seed, minutes };
  } catch {
    // What is wrong with them, the usage says.
  }
  console.error(usage);
  process.exit(1);
}
