import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { planReminders } from '../../src/messages/reminder.commands.ts';
import { nightlyIsDue, runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { testDatabase } from '../helpers/database.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';

const counts = ({ steps }: Awaited<ReturnType<typeof runNightly>>) =>
  Object.fromEntries(
    steps.flatMap(({ step, count }) =>
      ['follow-up-reminders', 'gather'].includes(step) ? [[step, count]] : [],
    ),
  );

t.test(
  'each follow-up due up to the next working day gets one reminder, however often the night runs (rule 14)',
  async (t) => {
    const { deps, db, clock } = await testDatabase(t);
    clock.set('2026-11-23T03:15:00Z');
    await seedFollowUps(db, { patients: 3, dueOn: '2026-11-24' });
    await seedFollowUps(db, { patients: 1, dueOn: '2026-11-25' });
    const dry = await runNightly(deps, { dryRun: true });
    t.same(counts(dry), { 'follow-up-reminders': 3, gather: 3 }, 'it tells what would go');
    t.equal((await sentMessages(db)).reminders.length, 0, 'a dry run changes nothing');
    t.same(counts(await runNightly(deps)), { 'follow-up-reminders': 3, gather: 3 });
    const first = await sentMessages(db);
    t.same(counts(await runNightly(deps)), { 'follow-up-reminders': 0, gather: 0 });
    t.same(counts(await runNightly(deps, { again: true })), { 'follow-up-reminders': 0, gather: 0 });
    t.same(await sentMessages(db), first, 'the second and third night changed nothing');
    t.ok(
      first.messages.every(
        ({ status, send_after }) => status === 'planned' && send_after === '2026-11-23T08:00:00.000Z',
      ),
    );
  },
);

t.test('on a Friday Monday is the next working day, and so is the day after a bank holiday', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  clock.set('2026-12-24T03:15:00Z');
  await seedFollowUps(db, { patients: 1, dueOn: '2026-12-29' });
  await seedFollowUps(db, { patients: 1, dueOn: '2026-12-26' });
  await seedFollowUps(db, { patients: 1, dueOn: '2026-12-30' });
  t.same(counts(await runNightly(deps)), { 'follow-up-reminders': 2, gather: 2 });
});

t.test(
  'a night that did not run is caught up while the follow-up is still ahead, and later is too late',
  async (t) => {
    const { deps, db, clock } = await testDatabase(t);
    await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', startsAt: '09:00' });
    const [later] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', startsAt: '15:00' });
    await sql`insert into job_run (job, local_date, step, started_at) values ('nightly', '2026-11-23', 'gather', '2026-11-23T03:15:00Z')`.execute(
      db,
    );
    clock.set('2026-11-24T03:00:00Z');
    t.notOk(await nightlyIsDue(deps, '03:15'));
    clock.set('2026-11-24T11:00:00Z');
    t.ok(await nightlyIsDue(deps, '03:15'));
    t.same(counts(await runNightly(deps)), { 'follow-up-reminders': 1, gather: 1 });
    t.notOk(await nightlyIsDue(deps, '03:15'));
    const { messages, reminders } = await sentMessages(db);
    t.match(reminders, [{ subject_id: later!.followUpId, status: 'standing' }]);
    t.equal(messages[0]!.status, 'queued', 'the window is open');
    const older = await db
      .selectFrom('job_run')
      .select(['superseded_at'])
      .where('local_date', '=', '2026-11-23')
      .executeTakeFirstOrThrow();
    t.ok(older.superseded_at, 'the older night is marked as superseded');
  },
);

t.test('a night that was broken off goes on where it was', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  clock.set('2026-11-23T03:15:00Z');
  await seedFollowUps(db, { patients: 2, dueOn: '2026-11-24' });
  await runNightly(deps);
  await sql`update job_run set finished_at = null where step = 'gather'`.execute(db);
  await sql`update reminder set message_id = null`.execute(db);
  await sql`delete from message`.execute(db);
  const { steps } = await runNightly(deps);
  t.ok(steps.length > 2);
  for (const { step, count, skipped } of steps)
    t.same(
      { count, skipped },
      step === 'gather' ? { count: 2, skipped: false } : { count: 0, skipped: true },
      step,
    );
});

t.test('what is due together to one person is one message (rule 15)', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  clock.set('2026-11-23T03:15:00Z');
  await seedFollowUps(db, { patients: 2, dueOn: '2026-11-24', each: 2, wording: 'identified' });
  t.same(counts(await runNightly(deps)), { 'follow-up-reminders': 4, gather: 2 });
  clock.set('2026-11-23T08:00:00Z');
  t.same(await dispatch(deps), { sent: 2, cancelled: 0, waiting: 0 });
  const { captured } = await sentMessages(db);
  t.equal(captured.length, 2);
  t.equal(
    captured[0]!.body,
    'Hello Amal. Test scheme will phone you on Tuesday 24 November at 10am and phone you on Tuesday 24 November at 11am, to help with your device. If another time is better, please ring us. Replies to this message are not read.',
  );
});

t.test(
  'people who are not to be written to get no reminder, and those without a safe way make one task',
  async (t) => {
    const { deps, db, clock } = await testDatabase(t);
    clock.set('2026-11-23T03:15:00Z');
    const quiet = await seedFollowUps(db, { patients: 4, dueOn: '2026-11-24' });
    const [own, paused, withdrawn, died] = quiet.map(({ patientId }) => patientId);
    await sql`update patient set contact_choice = 'patient_contacts_us' where id = ${own}`.execute(db);
    await sql`update patient set contact_state = 'paused', paused_until = '2026-11-24' where id = ${paused}`.execute(
      db,
    );
    await sql`update patient set contact_state = 'withdrawn' where id = ${withdrawn}`.execute(db);
    await sql`update patient set contact_state = 'deceased' where id = ${died}`.execute(db);
    const [unsafe] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', safe: false, each: 2 });
    const [weekends] = await seedFollowUps(db, {
      patients: 1,
      dueOn: '2026-11-24',
      hours: [{ days: [6, 7], from: '10:00', to: '12:00' }],
    });
    await runNightly(deps);
    const { messages, reminders } = await sentMessages(db);
    t.equal(reminders.length, 3);
    t.equal(messages.length, 2);
    const to = (person: { patientId: string } | undefined) =>
      messages.find(({ patient_id }) => patient_id === person?.patientId);
    t.match(to(unsafe), { status: 'held', why: 'no_safe_contact', channel: null });
    t.match(to(weekends), { status: 'held', why: 'outside_hours', channel: null });
    const tasks = await db.selectFrom('task').select(['kind', 'patient_id']).orderBy('id').execute();
    t.same(tasks.length, 2, 'one for each person, not for each reminder');

    clock.set('2026-11-24T03:15:00Z');
    await runNightly(deps);
    const said = await sentMessages(db);
    t.equal(said.reminders.length, 4, 'a pause that ended: the reminder comes on the day');
    t.equal(
      said.messages.find(({ patient_id }) => patient_id === paused)?.send_after,
      '2026-11-24T08:00:00.000Z',
    );
  },
);

t.test('thousands are planned in batches', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  clock.set('2026-11-23T03:15:00Z');
  await seedFollowUps(db, { patients: 7_000, dueOn: '2026-11-24' });
  t.same(counts(await runNightly(deps)), { 'follow-up-reminders': 7_000, gather: 7_000 });
  const { rows } = await sql<{ messages: number; patients: number; loose: number }>`
    select (select count(*) from message) as messages, (select count(distinct patient_id) from message) as patients,
      (select count(*) from reminder where message_id is null) as loose`.execute(db);
  t.same(rows, [{ messages: 7_000, patients: 7_000, loose: 0 }]);
});

t.test('a night planned ahead waits for its day', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  clock.set('2026-11-23T11:00:00Z');
  await seedFollowUps(db, { patients: 1, dueOn: '2026-11-27' });
  t.same(counts(await runNightly(deps, { localDate: '2026-11-26' })), {
    'follow-up-reminders': 1,
    gather: 1,
  });
  t.match((await sentMessages(db)).messages, [{ status: 'planned', send_after: '2026-11-26T08:00:00.000Z' }]);
  await dispatch(deps);
  t.same((await sentMessages(db)).captured, []);
  clock.set('2026-11-26T08:00:00Z');
  await dispatch(deps);
  t.equal((await sentMessages(db)).captured.length, 1);
});

t.test(
  'what a night to come has planned waits for its day, also when that night was broken off',
  async (t) => {
    const { deps, db, clock } = await testDatabase(t);
    await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24' });
    await seedFollowUps(db, { patients: 1, dueOn: '2026-12-10' });
    await planReminders(deps, ['follow_up'], '2026-12-09');
    t.same(await dispatch(deps), { sent: 0, cancelled: 0, waiting: 0 }, 'nothing is said weeks early');
    await planReminders(deps, ['follow_up'], '2026-11-23');
    t.match(counts(await runNightly(deps, { localDate: '2026-12-09', dryRun: true })), { gather: 1 });
    t.match(counts(await runNightly(deps, { localDate: '2026-12-09' })), { gather: 1 });
    t.match((await sentMessages(db)).messages, [
      { status: 'planned', send_after: '2026-12-09T08:00:00.000Z' },
    ]);
    t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 }, 'and what is due now does not wait');
    t.match((await sentMessages(db)).captured, [{ body: /Tuesday 24 November/ }]);
    clock.set('2026-12-09T08:00:00Z');
    t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
  },
);

t.test('a held message is over when what it would have said is', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  clock.set('2026-11-23T03:15:00Z');
  await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', safe: false });
  await seedFollowUps(db, {
    patients: 1,
    dueOn: '2026-11-24',
    hours: [{ days: [7], from: '09:00', to: '10:00' }],
  });
  await runNightly(deps);
  const tasks = await db.selectFrom('task').select('kind').orderBy('kind').execute();
  t.same(
    tasks.map(({ kind }) => kind),
    ['no_safe_contact', 'no_time_to_contact'],
  );
  t.match((await sentMessages(db)).messages, [{ status: 'held' }, { status: 'held' }]);
  clock.set('2026-11-24T12:00:00Z');
  await dispatch(deps);
  t.match((await sentMessages(db)).messages, [{ status: 'cancelled' }, { status: 'cancelled' }]);
});
