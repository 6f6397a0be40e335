import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/embedded/postgres.ts';
import { systemClock, today } from '../src/shared/clock.ts';
import { migrateToLatest } from '../src/shared/migrations.ts';
import { emptyDatabase } from './empty-database.ts';
import { fill } from './seed/fill.ts';

const usage = `Fills a database with made-up devices, twice as many loans over time, and all that hangs on them.
  npm run seed -- --devices 100000

Without DATABASE_URL it is an embedded PostgreSQL under .lendwell/seed-postgres, which is kept for
\`npm run figures\` and made anew when the size or the tables have changed. A database of DATABASE_URL
has to be migrated and empty; with DATABASE_OWNER_URL its statistics are brought up to date as well.`;

const root = path.join(import.meta.dirname, '..');
const devices = readSize();
const mark = `Seed of ${devices} devices (${schemaHash()})`;
let server: EmbeddedPostgres | undefined;
try {
  if (process.env.DATABASE_URL) await seed(process.env.DATABASE_URL, process.env.DATABASE_OWNER_URL, false);
  else {
    server = await startEmbeddedPostgres({
      dir: path.join(root, '.lendwell/seed-postgres'),
      durable: false,
      log: (line) => console.log(line),
    });
    await migrateOrMakeAnew(server);
    await seed(asAdmin(server), server.ownerUrl, true);
  }
} catch (error) {
  console.error(`The database was not filled: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await server?.stop();
}

/** @param own whether the database is ours to make anew, which has been done where it was another */
async function seed(url: string, ownerUrl: string | undefined, own: boolean): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { marks, hasData } = await lookAt(client);
    if (marks.includes(mark))
      return console.log(
        `The database has ${devices.toLocaleString('en-GB')} devices already; it is left as it is.`,
      );
    if (hasData || (marks.length && !own))
      throw new Error('it has data already. Give it an empty, migrated database.');
    const start = performance.now();
    // What hangs together is made so: the checks of each key would take longer than the rest. Only the superuser of
    // our own server may leave them out, and the test of the seed fills a small database with them.
    if (own) await client.query('set session_replication_role = replica');
    await fill(client, { devices, today: today(systemClock) }, mark, (line) => console.log(`  ${line}`));
    if (ownerUrl) await withClient(ownerUrl, (owner) => owner.query('vacuum (analyze)'));
    const { rows } = await client.query<Record<string, number>>(
      `select ${[
        'device',
        'loan',
        'loan_item',
        'referral',
        'patient',
        'follow_up',
        'preparation_check',
        'message',
        'event',
        'event_subject',
      ]
        .map((table) => `(select count(*)::int from ${table}) as ${table}`)
        .join(', ')}`,
    );
    for (const [table, count] of Object.entries(rows[0]!))
      console.log(`${count.toLocaleString('en-GB').padStart(12)}  ${table}`);
    console.log(`Filled in ${((performance.now() - start) / 1000).toFixed(0)} s.`);
  } finally {
    await client.end();
  }
}

function asAdmin({ adminUrl }: EmbeddedPostgres): string {
  const url = new URL(adminUrl);
  url.pathname = '/lendwell';
  return url.href;
}

async function lookAt(client: pg.Client): Promise<{ marks: string[]; hasData: boolean }> {
  const { rows } = await client.query<{ marks: string[]; hasData: boolean }>(`
    select array(select name from organisation where name like 'Seed of % devices (%)') as marks,
      exists (select from device) or exists (select from patient) or exists (select from staff) as "hasData"`);
  return rows[0]!;
}

/** The embedded database is ours: one of another size, of other tables, or of a fill that broke off is made anew. */
async function migrateOrMakeAnew(server: EmbeddedPostgres): Promise<void> {
  const isCurrent = await withClient(server.ownerUrl, async (owner) => {
    const { rows } = await owner.query(`select to_regclass('organisation') as made`);
    return rows[0].made !== null && (await lookAt(owner)).marks.includes(mark);
  });
  if (isCurrent) return;
  await emptyDatabase(server);
  await migrateToLatest(server.ownerUrl);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  return work(client).finally(() => client.end());
}

function schemaHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['migrations', 'scripts/seed']) {
    for (const file of readdirSync(path.join(root, folder)).sort())
      hash.update(readFileSync(path.join(root, folder, file)));
  }
  return hash.digest('hex').slice(0, 8);
}

function readSize(): number {
  const options = { devices: { type: 'string', default: '100000' }, help: { type: 'boolean' } } as const;
  const { values } = (() => {
    try {
      return parseArgs({ options });
    } catch {
      return fail();
    }
  })();
  const size = Number(values.devices);
  if (values.help || !Number.isInteger(size) || size < 100 || size > 1_000_000) return fail();
  return size;
}

function fail(): never {
  console.error(`${usage}\n\nGive --devices a whole number from 100 to 1,000,000.`);
  process.exit(1);
}
