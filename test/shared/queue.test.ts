import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { schedules } from '../../src/schedules.ts';
import { createQueue, type RunningJob } from '../../src/shared/queue.ts';
import { testDatabase } from '../support/database.ts';
import { testRedis } from '../support/redis.ts';

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
type Tap = Parameters<typeof testDatabase>[0];

for (const kind of ['Postgres', 'Redis']) {
  t.test(`the queue on ${kind}`, async (t) => {
    const redis = kind === 'Redis' ? await testRedis(t) : undefined;
    const queue = await queueOf(t, redis ? { REDIS_URL: redis.url } : {});
    t.equal(await queue.ping(), true);
    const done: RunningJob[] = [];
    const stop = await queue.work(async (job) => {
      done.push(job);
      if (job.data.fails) throw new Error('told to');
    }, 3);
    const job = (id: string, data = {}) => ({ name: 'event', id, data });
    await queue.add([job('event-a'), job('event-b'), job('event-a')]);
    await until(() => done.length >= 2);
    await queue.add([job('event-a', { fails: 'yes' })]);
    await until(() => done.length >= 3);
    await queue.add([job('event-a')]);
    await until(() => done.length >= 4);
    t.equal(done.length, 4, 'an id is taken again once its job has ended, well or badly');

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

t.test('Redis that goes away and comes back empty: no crash, and work goes on by itself', async (t) => {
  const redis = await testRedis(t);
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
  await queue.keepSchedules([{ name: 'soon', pattern: '* * * * * *', tz: 'Europe/London' }]);
  await until(() => done.some(({ name }) => name === 'soon'));
  await redis.empty();
  await queue.keepSchedules([{ name: 'soon', pattern: '* * * * * *', tz: 'Europe/London' }]);
  const before = done.length;
  await until(() => done.length > before + 1);
  await stop();
  t.pass('timed jobs run again after the queue was emptied');
});
