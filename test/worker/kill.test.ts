import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { Temporal } from 'temporal-polyfill';
import { createQueue } from '../../src/shared/queue.ts';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { type TestRedis, testRedis, testRedisCluster } from '../helpers/redis.ts';
import { rounds as searchRounds } from '../helpers/searches.ts';
import { endProcess, startWorkerProcess } from '../helpers/worker.ts';

/** Even, since Redis is emptied halfway and every other worker is killed while messages go out. */
const rounds = searchRounds({ short: 4, long: 8 });
const planned = searchRounds({ short: 300, long: 600 });
const addedEachRound = 4;

type Tap = Parameters<typeof testDatabase>[0] & { comment(text: string): void };

/** Whatever was not done 10 minutes ago is taken up again, so each start is 11 minutes after the one before. */
const startOf = (round: number) =>
  Temporal.Instant.from('2026-11-23T09:00:00Z')
    .add({ minutes: 11 * round })
    .toString();

/** Kills a worker again and again, lets the last one finish, and tells how it all stands. */
async function killAgainAndAgain(t: Tap, redis?: TestRedis) {
  const { deps, db, clock, appUrl } = await testDatabase(t, redis ? { REDIS_URL: redis.url } : {});
  const settings = {
    DATABASE_URL: appUrl,
    SECRET: deps.config.SECRET,
    REDIS_URL: redis?.url ?? '',
  };
  const queue = createQueue(deps);
  t.teardown(() => queue.close());
  await seedFollowUps(db, { patients: planned, dueOn: '2026-11-24' });
  const others = await seedFollowUps(db, { patients: rounds * addedEachRound, dueOn: '2026-12-15' });
  const captured = async () =>
    (await sql<{ count: number }>`select count(*) from captured_message`.execute(db)).rows[0]!.count;

  for (let round = 0; round < rounds; round++) {
    clock.set(startOf(round));
    for (const { patientId } of others.splice(0, addedEachRound)) {
      await addFollowUp(deps, officer, { patientId, dueOn: '2026-11-24', startsAt: '15:00', way: 'phone' });
    }
    const before = await captured();
    const child = await startWorkerProcess(t, settings, startOf(round));
    const delay = Math.round(Math.random() * 700);
    // Every other round it is killed while messages are going out.
    if (round % 2) for (let tries = 0; tries < 100 && (await captured()) === before; tries++) await wait(10);
    await wait(round % 2 ? delay / 20 : delay);
    await endProcess(child, 'SIGKILL');
    t.comment(`round ${round}: ${delay} ms, ${(await captured()) - before} more messages out`);
    if (redis && round === rounds / 2) await redis.empty();
  }

  const last = await startWorkerProcess(t, settings, startOf(rounds));
  for (let tries = 0; ; tries++) {
    const left = await sql<{ count: number }>`
      select (select count(*) from outbox where done_at is null) + (select count(*) from message where status in ('planned', 'queued', 'sending'))
        + (select count(*) from reminder where status = 'standing') as count`.execute(db);
    if (left.rows[0]!.count === 0 && (await captured()) >= planned + rounds * addedEachRound) break;
    if (tries % 10 === 9) await queue.add([{ name: 'dispatch', id: `dispatch-${tries}`, data: {} }]);
    await wait(100);
  }
  await endProcess(last, 'SIGTERM');
  const { rows } = await sql<{
    people: number;
    captured: number;
    most: number;
    notSent: number;
    undone: number;
    attempts: number;
  }>`
    select (select count(distinct patient_id) from message m join captured_message c on c.reference = m.id) as people,
      (select count(*) from captured_message) as captured,
      (select max(n) from (select count(*) n from captured_message group by reference) x) as most,
      (select count(*) from message where status <> 'sent') as "notSent",
      (select count(*) from outbox where done_at is null) as undone,
      (select count(*) from reminder where status <> 'said') as "unsaid"`.execute(db);
  return rows[0];
}

const expected = {
  people: planned + rounds * addedEachRound,
  captured: planned + rounds * addedEachRound,
  most: 1,
  notSent: 0,
  undone: 0,
  unsaid: 0,
};

t.setTimeout(400_000);
t.jobs = 2;
t.test(
  'a worker killed at any moment loses nothing and doubles nothing, with the queue on Postgres',
  async (t) => {
    t.setTimeout(400_000);
    t.same(await killAgainAndAgain(t), expected);
  },
);

t.test('nor with the queue on Redis, emptied in the middle', async (t) => {
  t.setTimeout(400_000);
  t.same(await killAgainAndAgain(t, await testRedis(t)), expected);
});

t.test('nor with the queue on a Redis Cluster, emptied in the middle', async (t) => {
  t.setTimeout(400_000);
  t.same(await killAgainAndAgain(t, await testRedisCluster(t)), expected);
});
