import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { createLogger } from '../../src/shared/logging.ts';
import { createQueue } from '../../src/shared/queue.ts';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { startWorker } from '../../src/worker.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { testRedis } from '../helpers/redis.ts';

t.setTimeout(400_000);

type Line = { msg: string; level: number; job?: string };

/** Who told of trouble, and how often: a job that fails in an outage tells for itself. */
function toldOfTrouble(lines: Line[]): Record<string, number> {
  const told: Record<string, number> = {};
  for (const { msg, level, job } of lines)
    if (level >= 40) told[[msg, job].join(' ')] = (told[[msg, job].join(' ')] ?? 0) + 1;
  return told;
}

const relayTells = 'the relay cannot reach the database or the queue; it keeps trying ';

/** A worker in this process, with what it logs. */
async function worker(t: Parameters<typeof testDatabase>[0], settings: Record<string, string> = {}) {
  const database = await testDatabase(t, settings);
  const lines: Line[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const deps = {
    ...database.deps,
    log: createLogger('info', sink as unknown as Parameters<typeof createLogger>[1]),
  };
  const people = await seedFollowUps(database.db, { patients: 2, dueOn: '2026-12-15' });
  const queue = createQueue(deps);
  const { stop } = await startWorker(deps, queue);
  const close = async () => {
    await stop();
    await queue.close();
  };
  /** Makes work and waits until it is done. */
  const works = async (place: number) => {
    await addFollowUp(deps, officer, {
      patientId: people[place]!.patientId,
      dueOn: '2026-11-24',
      way: 'phone',
    });
    for (;;) {
      const { rows } = await sql<{
        left: number;
      }>`select count(*) as left from outbox where done_at is null`.execute(database.db);
      if (rows[0]!.left === 0) return;
      await wait(50);
    }
  };
  return { ...database, lines, close, works };
}

t.test('Postgres that goes away: log lines, no crash, and work goes on by itself', async (t) => {
  t.setTimeout(400_000);
  const { appUrl, works, lines, close } = await worker(t);
  await works(0);
  const name = new URL(appUrl).pathname.slice(1);
  const admin = new pg.Client(process.env.TEST_DATABASE_ADMIN_URL || process.env.TEST_DATABASE_URL);
  await admin.connect();
  await admin.query(`alter database ${name} allow_connections false`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  while (!toldOfTrouble(lines)[relayTells]) await wait(50);
  // Time for the relay to try again, twice or more.
  await wait(4_000);
  const told = toldOfTrouble(lines);
  t.equal(told[relayTells], 1, 'the relay says so once, not at each try');
  t.notOk(
    Object.values(told).some((times) => times > 2),
    `nothing else says it again and again: ${JSON.stringify(told)}`,
  );
  await admin.query(`alter database ${name} allow_connections true`);
  await admin.end();
  await works(1);
  t.ok(lines.some(({ msg }) => msg === 'the relay works again'));
  await close();
});

t.test('Redis that goes away and comes back empty: the same', async (t) => {
  t.setTimeout(400_000);
  const redis = await testRedis(t);
  const { works, lines, close } = await worker(t, { REDIS_URL: redis.url });
  await works(0);
  await redis.stop();
  await wait(2_000);
  await redis.start();
  await works(1);
  const told = toldOfTrouble(lines);
  t.notOk(
    Object.values(told).some((times) => times > 2),
    `nothing says it again and again: ${JSON.stringify(told)}`,
  );
  await close();
});

t.test(
  'stop lets work in progress finish, and what it did not begin is left for the next worker',
  async (t) => {
    const { deps, db, works, close, lines } = await worker(t);
    await works(0);
    const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2026-12-15' });
    await addFollowUp(deps, officer, { patientId: person!.patientId, dueOn: '2026-11-24', way: 'phone' });
    await close();
    const queue = createQueue(deps);
    // What was handed over and not begun is handed over again after 10 minutes.
    await sql`update outbox set next_at = '2026-11-23T09:00:00Z' where done_at is null`.execute(db);
    const { stop } = await startWorker(deps, queue);
    for (let left = 1; left; await wait(50)) {
      left = (
        await sql<{ left: number }>`select count(*) as left from outbox where done_at is null`.execute(db)
      ).rows[0]!.left;
    }
    await stop();
    await queue.close();
    t.notOk(lines.some(({ level }) => level >= 50));
  },
);
