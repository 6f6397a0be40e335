import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { sealLog } from '../../src/office/log-proof/seal.commands.ts';
import { verifyLog } from '../../src/office/log-proof/verify.queries.ts';
import { recordEvent } from '../../src/shared/events.ts';
import { newId } from '../../src/shared/ids.ts';
import { workIn } from '../../src/shared/work.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';
import { logAccesses, settled } from '../helpers/linked-log.ts';

type Database = Awaited<ReturnType<typeof testDatabase>>;

const happens = ({ db, deps }: Database, until?: () => Promise<void>) =>
  db.transaction().execute(async (trx) => {
    const id = await recordEvent(workIn(trx, deps, officer), {
      type: 'follow_up.added',
      subjects: [['patient', newId()]],
      values: { dueOn: '2026-12-01', way: 'phone' },
    });
    await until?.();
    return id;
  });

const links = async ({ db }: Database) =>
  (await sql<{ id: string }>`select row_id as id from log_link order by n`.execute(db)).rows.map(
    ({ id }) => id,
  );

t.test('a row whose transaction is open over many seals is linked once it has ended', async (t) => {
  const database = await testDatabase(t);
  const { deps, db } = database;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const open = happens(database, () => ended);
  const drawn = async () =>
    (await sql<{ is: boolean }>`select is_called as is from log_place`.execute(db)).rows[0]!.is;
  while (!(await drawn()));
  const later = [await happens(database), await happens(database)];
  for (let seals = 0; seals < 5; seals++) await sealLog(deps);
  t.strictSame(await links(database), later, 'what is committed does not wait for it');
  t.equal((await verifyLog(db)).fault, undefined);
  end();
  const late = await open;
  await settled(database);
  t.strictSame(await links(database), [...later, late]);
  t.match(await verifyLog(db), { fault: undefined, links: 3, waiting: 0 });
});

t.test('a transaction that was given up leaves a gap that holds nothing up', async (t) => {
  const database = await testDatabase(t);
  await happens(database);
  await t.rejects(happens(database, () => Promise.reject(new Error('given up'))));
  const last = await happens(database);
  t.equal(await settled(database), 2);
  t.equal((await links(database)).at(-1), last);
  t.equal((await verifyLog(database.db)).fault, undefined);
});

t.test('50 commands and looks while three sealers are at it are each linked once', async (t) => {
  const database = await testDatabase(t);
  const { deps, db } = database;
  let done = false;
  const sealer = async () => {
    while (!done) await sealLog(deps);
  };
  const sealers = [sealer(), sealer(), sealer()];
  const work = Array.from({ length: 50 }, async () => {
    await happens(database);
    await logAccesses(deps, officer, [newId(), newId()], 'patient');
  });
  await Promise.all(work);
  done = true;
  await Promise.all(sealers);
  await settled(database);
  t.equal(new Set(await links(database)).size, 150);
  t.match(await verifyLog(db), { fault: undefined, links: 150, waiting: 0 });
});

t.test('what is linked in many batches is one chain', async (t) => {
  const database = await testDatabase(t);
  const { db, deps } = database;
  await logAccesses(deps, officer, Array.from({ length: 5_500 }, newId), 'patient');
  await settled(database);
  t.match(await verifyLog(db), { fault: undefined, links: 5_500, waiting: 0 });
});

t.test('a chain that comes from another server goes on', async (t) => {
  const database = await testDatabase(t);
  const { db, deps } = database;
  await happens(database);
  await sealLog(deps);
  // After a restore the numbers of transactions begin anew, far below those that were kept.
  await sql`update log_sealing set next_place = place + 1, next_xid = 9000000000000000`.execute(db);
  await happens(database);
  await settled(database);
  t.match(await verifyLog(db), { fault: undefined, links: 2, waiting: 0 });
});

t.test(
  'a column that is added later leaves earlier digests as they are, and is covered from then on',
  async (t) => {
    const database = await testDatabase(t);
    const { db, deps, ownerUrl } = database;
    await logAccesses(deps, officer, [newId()], 'patient');
    await settled(database);
    const owner = new pg.Client(ownerUrl);
    await owner.connect();
    t.teardown(() => owner.end());
    await owner.query(`alter table access_log add column later text default 'none'`);
    await logAccesses(deps, officer, [newId()], 'patient');
    await settled(database);
    t.match(await verifyLog(db), { fault: undefined, links: 2 });
    await owner.query('alter table access_log disable trigger access_log_append_only');
    await owner.query(
      `update access_log set later = 'all' where place = (select max(place) from access_log)`,
    );
    t.match((await verifyLog(db)).fault, { kind: 'changed', n: 2, table: 'access_log' });
  },
);
