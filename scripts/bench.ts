import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { addApiClient, addApiKey } from '../src/access/client.commands.ts';
import { openDataKey } from '../src/access/data-key.ts';
import { readConfig } from '../src/config.ts';
import { startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { freePort } from '../src/embedded/processes.ts';
import { events } from '../src/events.ts';
import { followOn } from '../src/follow-on.ts';
import { systemContext } from '../src/shared/actor.ts';
import { systemClock } from '../src/shared/clock.ts';
import { createDatabase } from '../src/shared/database.ts';
import { createLogger } from '../src/shared/logging.ts';
import { migrateToLatest } from '../src/shared/migrations.ts';
import { benchNightly } from './bench-nightly.ts';
import { emptyDatabase } from './empty-database.ts';

// npm run bench: issues per second through HTTP, beside a bare Fastify route that writes the same rows
// (bench-bare.ts), in turn on the same database: an embedded PostgreSQL of its own, as durable as in use.
// npm run bench -- nightly: the nightly run and the sending of its messages, see bench-nightly.ts.

const root = path.join(import.meta.dirname, '..');
const connections = 16;
const rounds = 5;
const roundSeconds = 5;
const warmUpSeconds = 3;
const stockSize = 60_000;

type Target = { name: string; port: number; path: string; key?: string };
type Round = { perSecond: number; p50: number; p99: number; issues: number };

const [what = 'issues'] = process.argv.slice(2);
if (!['issues', 'nightly'].includes(what)) {
  console.error('npm run bench            issues through HTTP\nnpm run bench -- nightly the nightly run');
  process.exit(1);
}
const children: ChildProcess[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const server = await startEmbeddedPostgres({
  dir: path.join(root, '.lendwell/bench-postgres'),
  log: (line) => console.log(line),
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => finish(1));

try {
  await makeDatabase();
  if (what === 'nightly') await benchNightly(server);
  else await bench();
  await finish(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await finish(1);
}

async function finish(code: number): Promise<never> {
  agent.destroy();
  await Promise.all(
    children.map((child) => {
      child.kill('SIGTERM');
      return child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    }),
  );
  await server.stop();
  process.exit(code);
}

async function bench(): Promise<void> {
  console.log(
    `Making a database with ${stockSize.toLocaleString('en-GB')} ready devices and as many referrals…`,
  );
  await fillDatabase();
  const settings = {
    DATABASE_URL: server.appUrl,
    DATABASE_POOL: '10',
    SECRET: randomBytes(32).toString('base64url'),
    RATE_PER_MINUTE: '100000000',
    LOG_LEVEL: 'warn',
  };
  const key = await makeKey(settings);
  const targets: Target[] = [
    {
      name: 'Lendwell',
      port: await startServer(['src/main.ts', 'api'], settings),
      path: '/api/v1/loans',
      key,
    },
    { name: 'bare route', port: await startServer(['scripts/bench-bare.ts'], settings), path: '/loans' },
  ];
  const bodies = await readBodies();
  const rowsPerIssue: string[] = [];
  for (const target of targets) {
    const before = await countRows();
    const { issues } = await run(target, bodies, warmUpSeconds);
    const after = await countRows();
    rowsPerIssue.push(
      Object.entries(after)
        .map(([table, count]) => `${table} ${(count - before[table]!) / issues}`)
        .join(', '),
    );
  }
  console.log(`Rows that an issue writes: ${rowsPerIssue[0]}`);
  if (rowsPerIssue[0] !== rowsPerIssue[1])
    throw new Error(`The bare route writes other rows: ${rowsPerIssue[1]}`);

  const results = new Map<Target, Round[]>(targets.map((target) => [target, []]));
  for (let round = 1; round <= rounds; round++) {
    // Who goes first changes, so that neither always finds what the other left behind.
    for (const target of round % 2 ? targets : targets.toReversed())
      results.get(target)!.push(await run(target, bodies, roundSeconds));
    console.log(
      `round ${round}: ${targets.map((target) => `${target.name} ${results.get(target)!.at(-1)!.perSecond.toFixed(0)}/s`).join(', ')}`,
    );
  }
  report(targets, results);
}

function report(targets: Target[], results: Map<Target, Round[]>): void {
  console.log(`\nMedians of ${rounds} rounds of ${roundSeconds} s, ${connections} connections:`);
  const medians = targets.map((target) => {
    const of = (part: keyof Round) => median(results.get(target)!.map((round) => round[part]));
    const [rate, p50, p99] = [of('perSecond'), of('p50'), of('p99')];
    console.log(
      `  ${target.name.padEnd(11)} ${rate.toFixed(0).padStart(5)} issues a second   p50 ${p50.toFixed(1)} ms   p99 ${p99.toFixed(1)} ms`,
    );
    return rate;
  });
  console.log(`  ratio ${(medians[0]! / medians[1]!).toFixed(2)} (the aim is 0.75)`);
}

/** Issues one device after another from many connections, each a device and a referral of its own. */
async function run(target: Target, bodies: string[], seconds: number): Promise<Round> {
  const times: number[] = [];
  const start = performance.now();
  const until = start + seconds * 1000;
  const worker = async () => {
    while (performance.now() < until) {
      const body = bodies.pop();
      if (!body) throw new Error('There are no devices left to issue: raise stockSize.');
      const sent = performance.now();
      await post(target, body);
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const took = (performance.now() - start) / 1000;
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.floor(times.length * share)]!;
  return { perSecond: times.length / took, p50: at(0.5), p99: at(0.99), issues: times.length };
}

function post({ name, port, path, key }: Target, body: string): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(key && { authorization: `Bearer ${key}` }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent, headers }, (reply) => {
      const parts: Buffer[] = [];
      reply.on('data', (part: Buffer) => parts.push(part));
      reply.on('end', () => {
        if (reply.statusCode === 201) resolve();
        else reject(new Error(`${name} answered ${reply.statusCode}: ${Buffer.concat(parts)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function startServer(args: string[], settings: Record<string, string>): Promise<number> {
  const port = await freePort();
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...settings, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) break;
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return port;
    await sleep(100);
  }
  throw new Error(`${args[0]} did not start.`);
}

async function makeDatabase(): Promise<void> {
  await emptyDatabase(server);
  await migrateToLatest(server.ownerUrl);
}

async function fillDatabase(): Promise<void> {
  const owner = new pg.Client(server.ownerUrl);
  await owner.connect();
  await owner.query(`
    insert into organisation (id, name, roles, created_at, changed_at) values (new_id(), 'Bench', '{donor,clinic}', now(), now());
    insert into donation (id, reference, donor_id, received_on, created_at) select new_id(), 'D-BENCH', id, '2026-01-05', now() from organisation;
    insert into device (id, asset_tag, kind, make, model, serial_number, condition, cycle_started_on, donation_id, created_at, changed_at)
      select new_id(), 'LW-B' || n, 'tablet', 'Bench', 'Tablet', 'B' || n, 'B', '2026-01-05', d.id, now(), now()
      from generate_series(1, ${stockSize}) n, donation d;
    update device set status = 'ready';
    insert into patient (id, given_name, family_name, created_at, changed_at)
      select new_id(), 'Bench', 'Patient ' || n, now(), now() from generate_series(1, ${stockSize}) n;
    insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, created_at)
      select new_id(), id, 0, 'sms', '+447700900123', true, '2026-01-05', now() from patient;
    insert into referral (id, reference, clinic_id, patient_id, given_name, family_name, status, referrer_name, share_with_scheme, consent_given_on, received_at, waiting_since, changed_at)
      select new_id(), 'R-B' || row_number() over (), o.id, p.id, p.given_name, p.family_name, 'waiting', 'Bench', true, '2026-01-05', now(), now(), now() from patient p, organisation o;
    insert into referral_need (referral_id, need) select r.id, n from referral r, unnest(array['device', 'support']) n`);
  await owner.query('vacuum analyze');
  await owner.end();
}

async function makeKey(settings: Record<string, string>): Promise<string> {
  const config = readConfig(settings);
  const db = createDatabase(config.DATABASE_URL, 2, () => {});
  const deps = {
    config,
    db,
    clock: systemClock,
    log: createLogger('warn'),
    key: await openDataKey(db, config),
    events,
    followOn,
  };
  const ctx = systemContext('bench');
  const client = await addApiClient(deps, ctx, { name: 'Bench', role: 'officer' });
  const { key } = await addApiKey(deps, ctx, client.id);
  await db.destroy();
  return key;
}

async function readBodies(): Promise<string[]> {
  const { rows } = await query<{ referral: string; device: string }>(`
    select r.id as referral, d.id as device from (select id, row_number() over () as n from referral) r
    join (select id, row_number() over () as n from device) d using (n)`);
  return rows.map(({ referral, device }) =>
    JSON.stringify({
      referralId: referral,
      items: [{ deviceId: device }],
      agreement: { acceptedBy: 'verbal' },
    }),
  );
}

async function countRows(): Promise<Record<string, number>> {
  const tables = ['loan', 'loan_item', 'follow_up', 'event', 'event_subject', 'outbox'];
  const { rows } = await query<Record<string, number>>(`
    select ${tables.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ')},
      (select count(*)::int from device where status = 'on_loan') as "devices on loan",
      (select count(*)::int from referral_need where status = 'met') as "needs met"`);
  return rows[0]!;
}

async function query<T extends pg.QueryResultRow>(text: string): Promise<pg.QueryResult<T>> {
  const client = new pg.Client(server.ownerUrl);
  await client.connect();
  return client.query<T>(text).finally(() => client.end());
}

function median(numbers: number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]!;
}
