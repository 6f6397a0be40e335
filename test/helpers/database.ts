import { createHash, randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Kysely } from 'kysely';
import pg from 'pg';
import { openDataKey } from '../../src/access/data-key.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { events } from '../../src/events.ts';
import { followOn } from '../../src/follow-on.ts';
import { fixedClock } from '../../src/shared/clock.ts';
import { createDatabase, type DB } from '../../src/shared/database.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { createLogger } from '../../src/shared/logging.ts';
import { migrateToLatest } from '../../src/shared/migrations.ts';
import { holdRows } from './held-rows.ts';

const root = path.join(import.meta.dirname, '../..');
/** Key of the advisory lock under which the template is made. */
const templateLock = 20_261_123;

export type TestDatabase = {
  db: Kysely<DB>;
  appUrl: string;
  ownerUrl: string;
  config: Config;
  clock: ReturnType<typeof fixedClock>;
  deps: Deps & { clock: ReturnType<typeof fixedClock> };
};

/**
 * A database of this test file's own: a clone of the migrated template, opened as `lendwell_app`
 * and dropped when the test ends. `settings` override the configuration; the clock stands at
 * 2026-11-23 09:30 in London until it is set.
 */
export async function testDatabase(
  t: { teardown(work: () => unknown): unknown },
  settings: Record<string, string> = {},
): Promise<TestDatabase> {
  const { appUrl, ownerUrl, drop } = await cloneDatabase();
  const config = readConfig({
    DATABASE_URL: appUrl,
    SECRET: 'a secret that only the tests may use',
    SCHEME_NAME: 'Test scheme',
    ALLOW_TEST_PHONE_NUMBERS: 'true',
    LOG_LEVEL: 'silent',
    PORT: '0',
    ...settings,
  });
  const clock = fixedClock('2026-11-23T09:30:00Z');
  const db = createDatabase(appUrl, config.DATABASE_POOL, () => {}, holdRows);
  const key = await openDataKey(db, config);
  t.teardown(async () => {
    await db.destroy();
    await drop();
  });
  return {
    db,
    appUrl,
    ownerUrl,
    config,
    clock,
    deps: { config, db, clock, log: createLogger('silent'), key, events, followOn },
  };
}

/** A clone of the migrated template; making the template first where it is missing or older than the migrations. */
export async function cloneDatabase(): Promise<{ appUrl: string; ownerUrl: string; drop(): Promise<void> }> {
  const adminUrl = await testServer();
  const words = {
    lendwell_owner: rolePassword(adminUrl, 'owner'),
    lendwell_app: rolePassword(adminUrl, 'app'),
  };
  const urlOf = (role: keyof typeof words, database: string) => {
    const url = new URL(adminUrl);
    url.username = role;
    url.password = words[role];
    url.pathname = `/${database}`;
    return url.href;
  };
  const name = `lendwell_test_${Date.now().toString(36)}_${randomBytes(4).toString('hex')}`;
  const template = `lendwell_template_${schemaHash()}`;
  await asAdmin(adminUrl, async (admin) => {
    const mark = createHash('sha256').update(Object.values(words).join()).digest('hex');
    const isReady = async () => {
      const { rows } = await admin.query(
        `select shobj_description(oid, 'pg_database') as mark from pg_database where datname = $1`,
        [template],
      );
      return rows[0]?.mark === mark;
    };
    await admin.query('select pg_advisory_lock_shared($1)', [templateLock]);
    while (!(await isReady())) {
      await admin.query('select pg_advisory_unlock_shared($1)', [templateLock]);
      await admin.query('select pg_advisory_lock($1)', [templateLock]);
      if (!(await isReady())) {
        await dropOld(admin);
        for (const [role, word] of Object.entries(words)) {
          const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [role]);
          await admin.query(
            `${rowCount ? 'alter' : 'create'} role ${role} login password ${admin.escapeLiteral(word)}`,
          );
        }
        for (const role of ['lendwell_clinic', 'lendwell_supporter']) {
          const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [role]);
          if (!rowCount) await admin.query(`create role ${role}`);
          await admin.query(`grant ${role} to lendwell_app`);
        }
        await admin.query(`drop database if exists ${template} with (force)`);
        await admin.query(`create database ${template} owner lendwell_owner`);
        await migrateToLatest(urlOf('lendwell_owner', template));
        await admin.query(`comment on database ${template} is '${mark}'`);
      }
      await admin.query('select pg_advisory_unlock($1)', [templateLock]);
      await admin.query('select pg_advisory_lock_shared($1)', [templateLock]);
    }
    await admin.query(`create database ${name} template ${template} owner lendwell_owner`);
  });
  return {
    appUrl: urlOf('lendwell_app', name),
    ownerUrl: urlOf('lendwell_owner', name),
    drop: () =>
      asAdmin(adminUrl, (admin) => admin.query(`drop database if exists ${name} with (force)`)).then(
        () => {},
      ),
  };
}

/**
 * The superuser's address of the server for tests: the one `npm test` started, the one the user
 * named (TEST_DATABASE_URL), or an embedded one under `.lendwell/test-postgres` that stays up for
 * the next run; `node scripts/test.ts --stop` ends it.
 */
async function testServer(): Promise<string> {
  const given = process.env.TEST_DATABASE_ADMIN_URL || process.env.TEST_DATABASE_URL;
  if (given) return given;
  const server = await startEmbeddedPostgres({
    dir: path.join(root, '.lendwell/test-postgres'),
    durable: false,
    shared: true,
  });
  process.env.TEST_DATABASE_ADMIN_URL = server.adminUrl;
  return server.adminUrl;
}

/** The same for every test file, without being written down anywhere. */
function rolePassword(adminUrl: string, role: string): string {
  return createHash('sha256')
    .update(`${role} ${new URL(adminUrl).password}`)
    .digest('base64url');
}

/** Changes when a migration, the way they are run or the queue's own tables may have changed. */
function schemaHash(): string {
  const hash = createHash('sha256');
  const folder = path.join(root, 'migrations');
  for (const file of globSync('*.ts', { cwd: folder }).sort())
    hash.update(`${file}\n${readFileSync(path.join(folder, file), 'utf8')}`);
  hash.update(readFileSync(path.join(root, 'src/shared/migrations.ts')));
  hash.update(JSON.parse(readFileSync(path.join(root, 'node_modules/bullmq/package.json'), 'utf8')).version);
  return hash.digest('hex').slice(0, 12);
}

/** Drops templates of older migrations and what killed tests left behind, where nobody is connected. */
async function dropOld(admin: pg.Client): Promise<void> {
  const anHourAgo = Date.now() - 3_600_000;
  const { rows } = await admin.query<{ name: string }>(
    `select datname as name from pg_database d
     where (datname like 'lendwell\\_template\\_%' or datname like 'lendwell\\_test\\_%')
       and not exists (select from pg_stat_activity a where a.datid = d.oid)`,
  );
  for (const { name } of rows) {
    const made = /^lendwell_test_([0-9a-z]+)_/.exec(name)?.[1];
    if (!made || Number.parseInt(made, 36) < anHourAgo) await admin.query(`drop database if exists ${name}`);
  }
}

async function asAdmin<T>(adminUrl: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(adminUrl);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
