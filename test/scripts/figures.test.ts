import { spawnSync } from 'node:child_process';
import path from 'node:path';
import pg from 'pg';
import t from 'tap';
import { measure, mostKilobytes, mostStatements } from '../../scripts/figures/measure.ts';
import { listen } from '../../scripts/figures/statements.ts';
import { fill } from '../../scripts/seed/fill.ts';
import { createPool } from '../../src/shared/database.ts';
import { testDatabase } from '../helpers/database.ts';

t.setTimeout(900_000);

const { appUrl, clock, db } = await testDatabase(t);
const size = { devices: 1000, today: '2026-11-23' };

t.test('the seed keeps to every constraint and key, and to its size', async (t) => {
  const client = new pg.Client(appUrl);
  await client.connect();
  await fill(client, size, 'Seed of the test').finally(() => client.end());
  const count = async (table: 'device' | 'loan' | 'follow_up' | 'event' | 'incident' | 'data_plan') =>
    (await db.selectFrom(table).select(db.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n;
  t.equal(await count('device'), size.devices);
  const loans = await count('loan');
  t.ok(loans > size.devices * 1.8 && loans < size.devices * 2.2, `${loans} loans`);
  for (const table of ['follow_up', 'event', 'incident', 'data_plan'] as const)
    t.ok(await count(table), table);
  const { n } = await db
    .selectFrom('contact_point')
    .select(db.fn.countAll<number>().as('n'))
    .where('channel', '=', 'sms')
    .where('value', '!~', '^\\+447700900[0-9]{3}$')
    .executeTakeFirstOrThrow();
  t.equal(n, 0, 'phone numbers are of the range that is nobody’s');
});

t.test('every page, and every list and record of the API, needs at most ten statements', async (t) => {
  const { figures, unanswered } = await measure({ url: appUrl, explain: false, repeats: 0, clock });
  t.ok(figures.length > 60, `${figures.length} addresses`);
  t.same(unanswered, [], 'each route answers for a sample; see scripts/figures/samples.ts');
  t.same(
    figures.filter(({ status }) => status >= 500).map(({ asked, status }) => `${asked} ${status}`),
    [],
  );
  t.same(
    figures
      .filter(({ statements }) => statements > mostStatements)
      .map(({ asked, statements }) => `${asked} ${statements}`),
    [],
  );
  t.same(
    figures
      .filter(({ kilobytes }) => kilobytes > mostKilobytes)
      .map(({ asked, kilobytes }) => `${asked} ${kilobytes.toFixed(0)} KB`),
    [],
    'and weighs little, compressed',
  );
  t.ok(
    figures.some(({ kilobytes }) => kilobytes > 5),
    'pages are weighed',
  );
  t.ok(
    figures.some(({ statements }) => statements > 2),
    'statements are counted',
  );
});

t.test('a database that has data of its own is not touched', async (t) => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/seed.ts', '--devices', '100'], {
    cwd: path.join(import.meta.dirname, '../..'),
    env: { PATH: process.env.PATH, DATABASE_URL: appUrl },
    encoding: 'utf8',
  });
  t.equal(status, 1);
  t.match(stderr, /it has data already/);
  const { n } = await db
    .selectFrom('device')
    .select(db.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  t.equal(n, size.devices);
});

t.test('what is counted is every statement but the ends of transactions', async (t) => {
  const pool = createPool(appUrl, 1);
  t.teardown(() => pool.end());
  const ear = listen(pool);
  const { statements } = await ear.during(async () => {
    await pool.query('begin');
    await pool.query('select 1');
    await pool.query('/* named */ select $1::int', [2]);
    await pool.query('commit');
  });
  await pool.query('select 3');
  // What a request before left to be done later is not the next one's.
  const { promise, resolve } = Promise.withResolvers<void>();
  const before = await ear.during(async () => ({ left: promise.then(() => pool.query('select 4')) }));
  const next = await ear.during(async () => {
    resolve();
    await before.result.left;
    await pool.query('select 5');
  });
  t.same(
    next.statements.map(({ text }) => text),
    ['select 5'],
  );
  t.same(statements, [
    { text: 'select 1', values: [] },
    { text: '/* named */ select $1::int', values: [2] },
  ]);
});
