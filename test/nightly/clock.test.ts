import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { nightlyIsDue, runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { nightlyTime, schedules } from '../../src/schedules.ts';
import { iso } from '../../src/shared/clock.ts';
import { createQueue } from '../../src/shared/queue.ts';
import { startWorker } from '../../src/worker.ts';
import { testDatabase } from '../helpers/database.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';

t.setTimeout(400_000);

t.test('the night starts at a time that every day has once, and the schedule says the same', (t) => {
  t.ok(nightlyTime >= '02:00');
  const [hour, minute] = nightlyTime.split(':').map(Number);
  t.match(
    schedules.filter(({ name }) => name === 'nightly'),
    [{ pattern: `${minute} ${hour} * * *`, tz: 'Europe/London' }],
  );
  t.end();
});

for (const [night, monday, ran, opens, starts] of [
  ['2026-03-29', '2026-03-30', '2026-03-29T02:15:00.000Z', '2026-03-30T07:00:00.000Z', '09:00'],
  ['2026-10-25', '2026-10-26', '2026-10-25T03:15:00.000Z', '2026-10-26T08:00:00.000Z', '10:00'],
] as const)
  t.test(
    `the clocks change on ${night}: the night runs once, and people are told at their own time`,
    async (t) => {
      const { deps, db, clock } = await testDatabase(t);
      clock.set(`${night}T00:00:00Z`);
      await seedFollowUps(db, { patients: 3, dueOn: monday });
      const runs: string[] = [];
      for (let quarter = 0; quarter < 24; quarter++) {
        if (await nightlyIsDue(deps, nightlyTime)) {
          const { localDate, steps } = await runNightly(deps);
          t.equal(localDate, night);
          t.notOk(steps.some(({ skipped }) => skipped));
          runs.push(iso(clock.now()));
        }
        await dispatch(deps);
        clock.set(iso(clock.now().add({ minutes: 15 })));
      }
      t.same(runs, [ran], 'a quarter past three by the clock on the wall, once');
      const { messages, captured } = await sentMessages(db);
      t.equal(messages.length, 3);
      t.ok(messages.every(({ status, send_after }) => status === 'planned' && send_after === opens));
      t.same(captured, [], 'nobody is told in the night');
      const { rows } = await sql`select distinct useless_after as "uselessAfter" from reminder`.execute(db);
      t.same(rows, [{ uselessAfter: `${monday}T${starts}:00.000Z` }], 'ten by the new time');
      clock.set(opens);
      t.match(await dispatch(deps), { sent: 3 });
      t.match(await dispatch(deps), { sent: 0 });
    },
  );

t.test('a worker that slept three days does what is due now, and nothing that is over', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  clock.set('2026-11-23T03:15:00Z');
  const [tuesday] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24' });
  await runNightly(deps);
  await sql`update job_run set finished_at = null where step = 'calendar-ends'`.execute(db);
  const [wednesday] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-25' });
  const [friday] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-27', startsAt: '15:00' });
  const [nextMonday] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-30' });
  await seedFollowUps(db, { patients: 1, dueOn: '2026-12-01' });

  clock.set('2026-11-27T08:30:00Z');
  for (const wake of ['first', 'second']) {
    const queue = createQueue(deps);
    const { stop } = await startWorker(deps, queue);
    while (
      (await nightlyIsDue(deps, nightlyTime)) ||
      (await sentMessages(db)).messages.some(({ status }) =>
        ['planned', 'queued', 'sending'].includes(status),
      )
    )
      await wait(50);
    await stop();
    await queue.close();
    const { messages, reminders, captured } = await sentMessages(db);
    t.strictSame(
      new Map(messages.map(({ patient_id, status, why }) => [patient_id, why ?? status])),
      new Map([
        [tuesday!.patientId, 'nothing_left'],
        [friday!.patientId, 'sent'],
        [nextMonday!.patientId, 'sent'],
      ]),
      `${wake} start`,
    );
    t.notOk(reminders.some(({ subject_id }) => subject_id === wednesday!.followUpId));
    t.equal(captured.length, 2, 'each once');
  }
  const { rows } = await sql<{ date: string; open: number; superseded: number }>`
    select local_date as date, count(*) filter (where finished_at is null)::int as open, count(superseded_at)::int as superseded
    from job_run group by local_date order by local_date`.execute(db);
  t.same(
    rows,
    [
      { date: '2026-11-23', open: 1, superseded: 1 },
      { date: '2026-11-27', open: 0, superseded: 0 },
    ],
    'what Monday left is taken over, and the days between are not run one by one',
  );
});
