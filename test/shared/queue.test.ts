import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { handlers } from '../../src/follow-on.ts';
import { schedules } from '../../src/schedules.ts';
import { iso } from '../../src/shared/clock.ts';
import { handle, relayBatch } from '../../src/shared/outbox.ts';
import { createQueue, type RunningJob } from '../../src/shared/queue.ts';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';
import { testRedis, testRedisCluster } from '../helpers/redis.ts';

/** Waits until something holds; a test that waits in vain ends by tap's own limit. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await wait(50);
}

async function queueOf(t: Tap, settings: Record<string, string>) {
  const { deps } = await testDatabase(t, settings);
  const queue = createQueue(deps);
  t.teardown(() => queue.close());
  return queue;
}
t.setTimeout(400_000);

type Tap = Parameters<typeof testDatabase>[0];

const redisOf = { Postgres: undefined, Redis: testRedis, 'Redis Cluster': testRedisCluster };

for (const [kind, startRedis] of Object.entries(redisOf)) {
  t.test(`the queue on ${kind}`, async (t) => {
    const redis = await startRedis?.(t);
    const queue = await queueOf(t, redis ? { REDIS_URL: redis.url } : {});
    await until(() => queue.ping().catch(() => false));
    const done: RunningJob[] = [];
    const stop = await queue.work(async (job) => {
      done.push(job);
      if (job.data.fails) throw new Error('told to');
    }, 3);
    const job = (id: string, data = {}) => ({ name: 'event', id, data });
    await queue.add([job('event-a'), job('event-b'), job('event-a')]);
    await until(() => done.length >= 2);
    /** Adds a job until it is taken: the end of the one before it is written down a moment after its work. */
    const addAgain = async (data = {}) => {
      const before = done.length;
      for (; done.length === before; await wait(50)) await queue.add([job('event-a', data)]);
    };
    await addAgain({ fails: 'yes' });
    await addAgain();
    t.ok(done.length >= 4, 'an id is taken again once its job has ended, well or badly');

    await queue.keepSchedules([...schedules, { name: 'old', pattern: '0 0 1 1 *', tz: 'Europe/London' }]);
    await queue.keepSchedules(schedules);
    await queue.keepSchedules([{ name: 'soon', pattern: '* * * * * *', tz: 'Europe/London' }]);
    await until(() => done.some(({ name }) => name === 'soon'));
    await queue.keepSchedules(schedules);
    await stop();
    const after = done.length;
    await queue.add([job('event-c')]);
    await wait(200);
    t.equal(done.length, after, 'a stopped worker takes nothing');
  });
}

for (const [kind, startRedis] of [
  ['Redis', testRedis],
  ['a Redis Cluster', testRedisCluster],
] as const)
  t.test(`${kind} that goes away and comes back empty: no crash, and work goes on by itself`, async (t) => {
    const redis = await startRedis(t);
    const queue = await queueOf(t, { REDIS_URL: redis.url });
    const done: RunningJob[] = [];
    const stop = await queue.work(async (job) => void done.push(job), 3);
    await queue.add([{ name: 'event', id: 'event-a', data: {} }]);
    await until(() => done.length === 1);
    await redis.stop();
    await t.rejects(
      queue.add([{ name: 'event', id: 'event-b', data: {} }]),
      'adding fails at once, so that the relay keeps the row',
    );
    await t.rejects(queue.ping());
    await redis.start();
    await until(() => queue.ping().catch(() => false));
    /** Tries again when it fails, as a worker does. */
    const keepSoon = () =>
      until(() =>
        queue.keepSchedules([{ name: 'soon', pattern: '* * * * * *', tz: 'Europe/London' }]).then(
          () => true,
          () => false,
        ),
      );
    await keepSoon();
    await until(() => done.some(({ name }) => name === 'soon'));
    await redis.empty();
    await keepSoon();
    const before = done.length;
    await until(() => done.length > before + 1);
    await stop();
    t.pass('timed jobs run again after the queue was emptied');
  });

t.test('work handed to one queue that nobody takes is done, once, when another has its place', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  const people = await seedFollowUps(db, { patients: 30, dueOn: '2026-12-15' });
  for (const { patientId } of people)
    await addFollowUp(deps, officer, { patientId, dueOn: '2026-11-24', way: 'phone' });
  const [redis, cluster] = await Promise.all([testRedis(t), testRedisCluster(t)]);
  const withRedis = (url: string) => ({ ...deps, config: { ...deps.config, REDIS_URL: url } });
  const left = async () =>
    (await sql<{ left: number }>`select count(*) as left from outbox where done_at is null`.execute(db))
      .rows[0]!.left;
  const waiting = await left();
  t.ok(waiting >= people.length);
  /** Hands over what is due, once the earlier hand-over counts as lost. */
  const handOver = async (url: string) => {
    const queue = createQueue(withRedis(url));
    t.teardown(() => queue.close());
    t.equal(await relayBatch(deps, queue), waiting);
    clock.set(iso(clock.now().add({ minutes: 11 })));
    return queue;
  };
  await handOver('');
  await handOver(redis.url);
  await handOver(cluster.url);
  await cluster.empty();
  const queue = await handOver(cluster.url);
  let tries = 0;
  const stop = await queue.work(async ({ data }) => {
    tries++;
    await handle(deps, handlers[data.handler!]!, data.eventId!, data.handler!);
  }, 5);
  await until(async () => (await left()) === 0);
  await stop();
  t.equal(tries, waiting, 'the emptied queue had kept nothing');
  const back = createQueue(deps);
  t.teardown(() => back.close());
  const stopOld = await back.work(async ({ data }) => {
    tries++;
    await handle(deps, handlers[data.handler!]!, data.eventId!, data.handler!);
  }, 5);
  await until(() => tries === 2 * waiting);
  await stopOld();
  const { reminders, messages } = await sentMessages(db);
  t.equal(reminders.length, people.length, 'and what the first queue still held did nothing twice');
  t.equal(messages.length, people.length);
});
