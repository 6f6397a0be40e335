import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { testDatabase } from '../helpers/database.ts';

/** Named so that scripts/test.ts finds it, and ends its server, when the tests are broken off. */
function newFolder(name: string): string {
  const dir = path.join(import.meta.dirname, `../../.lendwell/test-embedded-${name}-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** Starts a server from a process that is then killed, so that nobody stops it. */
async function startInKilledProcess(dir: string): Promise<void> {
  const module = path.join(import.meta.dirname, '../../src/embedded/postgres.ts');
  const code = `const { startEmbeddedPostgres } = await import(${JSON.stringify(module)});
    await startEmbeddedPostgres({ dir: ${JSON.stringify(dir)}, durable: false });
    process.stdout.write('started');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function ask<T>(url: string, statement: string): Promise<T | undefined> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows[0]?.[0];
  } finally {
    await client.end();
  }
}

t.test('a test file has a migrated database of its own, as the role that runs Lendwell', async (t) => {
  const { db, clock } = await testDatabase(t);
  const { rows } = await sql<{ role: string; encoding: string; events: number }>`
    select current_user as role, pg_encoding_to_char(encoding) as encoding, (select count(*) from event) as events
    from pg_database where datname = current_database()`.execute(db);
  t.same(rows, [{ role: 'lendwell_app', encoding: 'UTF8', events: 0 }]);
  t.equal(clock.now().toString(), '2026-11-23T09:30:00Z');
  await t.rejects(sql`create table mine (id int)`.execute(db), { code: '42501' });
  await t.rejects(sql`delete from event`.execute(db), { code: '42501' });
});

t.test('the embedded PostgreSQL', async (t) => {
  const dir = newFolder('first');
  const first = await startEmbeddedPostgres({ dir });
  t.teardown(async () => {
    await (await startEmbeddedPostgres({ dir })).stop();
    rmSync(path.join(first.data, '../..'), { recursive: true, force: true });
    rmSync(dir, { recursive: true, force: true });
  });

  t.equal(first.started, true);
  t.equal(await ask(first.ownerUrl, 'select current_user'), 'lendwell_owner');
  t.equal(await ask(first.appUrl, 'select current_user'), 'lendwell_app');
  t.equal(await ask(first.appUrl, 'show server_encoding'), 'UTF8');
  t.equal(await ask(first.appUrl, 'show listen_addresses'), '127.0.0.1', 'only this machine reaches it');
  t.equal(await ask(first.appUrl, 'show log_min_messages'), 'fatal', 'its log has no values of rows');
  t.equal(await ask(first.appUrl, 'show fsync'), 'on', 'data is safe unless tests say otherwise');
  const wrong = new URL(first.appUrl);
  wrong.password = 'wrong';
  await t.rejects(ask(wrong.href, 'select 1'), { code: '28P01' });
  const keptFile = path.join(dir, 'postgres.json');
  t.equal(statSync(keptFile).mode & 0o777, 0o600);
  t.match(JSON.parse(readFileSync(keptFile, 'utf8')), { appUrl: first.appUrl, ownerUrl: first.ownerUrl });
  await ask(first.ownerUrl, 'create table kept as select 7 as seven');

  await first.stop();
  t.notOk(existsSync(path.join(first.data, 'postmaster.pid')), 'stop waits until it has ended');
  await t.rejects(ask(first.appUrl, 'select 1'), { code: 'ECONNREFUSED' });

  await startInKilledProcess(dir);
  const second = await startEmbeddedPostgres({ dir });
  t.equal(second.started, false, 'what a killed start left running is used');
  t.equal(await ask(second.ownerUrl, 'select seven from kept'), 7);
  await second.stop();

  writeFileSync(path.join(first.data, 'postmaster.pid'), `${process.pid}\n`);
  const third = await startEmbeddedPostgres({ dir });
  t.equal(third.started, true, 'a file that names some other program does not keep it from starting');
  t.equal(await ask(third.ownerUrl, 'select seven from kept'), 7);
  process.kill(Number.parseInt(readFileSync(path.join(first.data, 'postmaster.pid'), 'utf8'), 10), 'SIGKILL');

  const fourth = await startEmbeddedPostgres({ dir });
  t.equal(await ask(fourth.ownerUrl, 'select seven from kept'), 7, 'it comes back after a crash');
});

t.test('a folder that another start is using is refused', async (t) => {
  const dir = newFolder('twice');
  const server = await startEmbeddedPostgres({ dir, durable: false });
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  t.teardown(async () => {
    other.kill();
    await server.stop();
    rmSync(path.join(server.data, '../..'), { recursive: true, force: true });
    rmSync(dir, { recursive: true, force: true });
  });
  const keptFile = path.join(dir, 'postgres.json');
  const kept = JSON.parse(readFileSync(keptFile, 'utf8'));
  writeFileSync(keptFile, JSON.stringify({ ...kept, startedBy: other.pid }));
  await t.rejects(startEmbeddedPostgres({ dir }), {
    message: `Lendwell is already running from this folder (process ${other.pid}).`,
  });
  const shared = await startEmbeddedPostgres({ dir, shared: true });
  t.equal(shared.adminUrl, server.adminUrl, 'unless it says that it shares');
});
