import { sql } from 'kysely';
import t from 'tap';
import { handlers } from '../../src/follow-on.ts';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { openDay } from '../../src/scheme/calendar/calendar.commands.ts';
import { daysOff, readCalendar } from '../../src/scheme/calendar/calendar.queries.ts';
import { handle } from '../../src/shared/outbox.ts';
import { closeDays } from '../../src/support/closed-days.commands.ts';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.manager);
t.beforeEach(async () => {
  clock.set('2026-11-23T09:30:00Z');
  await sql`delete from closed_day`.execute(db);
});
const closed = async () =>
  (await api('GET', '/calendar')).body.closedDays.map(({ day }: { day: string }) => day);

t.test('a span closes its working days alone; what cannot be is said', async (t) => {
  const close = (body: object) => api('POST', '/closed-days', { title: 'Between the years', ...body });
  t.match(await close({ from: '2026-12-24', to: '2027-01-04' }), {
    status: 201,
    body: { days: ['2026-12-24', '2026-12-29', '2026-12-30', '2026-12-31', '2027-01-04'], moved: 0 },
  });
  t.same(await closed(), ['2026-12-24', '2026-12-29', '2026-12-30', '2026-12-31', '2027-01-04']);
  for (const [body, pointer] of [
    [{ from: '2026-12-24' }, '/from'],
    [{ from: '2026-12-25' }, '/from'],
    [{ from: '2026-12-05', to: '2026-12-06' }, '/from'],
    [{ from: '2026-11-20' }, '/from'],
    [{ from: '2026-12-08', to: '2026-12-07' }, '/to'],
    [{ from: '2026-12-08', to: '2027-01-08' }, '/to'],
    [{ from: '2026-12-08', title: ' ' }, '/title'],
  ] as const)
    t.match(await close(body), { status: 422, body: { errors: [{ pointer }] } }, JSON.stringify(body));
  t.equal(
    (await apiOf(app, as.officer)('POST', '/closed-days', { from: '2026-12-08', title: 'x' })).status,
    403,
  );
  const open = (day: string, who = as.manager) =>
    app.inject({ method: 'DELETE', url: `/api/v1/closed-days/${day}`, headers: who });
  t.equal((await open('2026-12-24', as.officer)).statusCode, 403);
  t.equal((await open('2026-12-24')).statusCode, 200);
  t.equal((await open('2026-12-24')).statusCode, 404);
  clock.set('2027-01-02T09:30:00Z');
  const refusal = await openDay(deps, manager, '2026-12-29').catch((error) => error.type);
  t.equal(refusal, 'not-found', 'what is over stays');
  t.match((await readCalendar(db, '2027-01-02')).closedDays, [{ day: '2027-01-04' }]);
});

t.test('two who close the same day at once: one is told', async (t) => {
  const day = { from: '2026-12-10', title: 'A move' };
  const both = await atOnce(db, sql`insert into closed_day values ('2026-12-10', 'held', 'x', now())`, [
    () => closeDays(deps, manager, day),
    () => closeDays(deps, manager, day),
  ]).catch((error) => error);
  t.same(
    both.map(({ status }: { status: string }) => status),
    ['rejected', 'rejected'],
    'behind one that stands',
  );
  await sql`delete from closed_day`.execute(db);
  const tries = await Promise.allSettled(Array.from({ length: 6 }, () => closeDays(deps, manager, day)));
  t.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
  t.same(await closed(), ['2026-12-10']);
});

t.test('a closed day counts as a bank holiday everywhere', async (t) => {
  await closeDays(deps, manager, { from: '2026-11-24', to: '2026-11-25', title: 'A move' });
  t.ok((await daysOff(db, '2026-11-23'))('2026-11-24'));
  const { rows } = await sql<{ from: string; before: string; reminders: string }>`
    select working_day_from('2026-11-24') as from, working_day_before('2026-11-26') as before, working_days_before('2026-11-27', 2) as reminders`.execute(
    db,
  );
  t.same(rows, [{ from: '2026-11-26', before: '2026-11-23', reminders: '2026-11-23' }]);
  const { id } = await make.loan();
  const { rows: calls } = await sql<{
    day: string;
  }>`select due_on as day from follow_up where loan_id = ${id} order by due_on limit 1`.execute(db);
  t.same(calls, [{ day: '2026-11-26' }], 'the set-up call on day 2 moves over it');

  await sql`delete from follow_up`.execute(db);
  await seedFollowUps(db, { patients: 1, dueOn: '2026-11-26', startsAt: '15:00' });
  const sent = async () => (await db.selectFrom('captured_message').select('id').execute()).length;
  const before = await sent();
  await runNightly(deps, { again: true });
  clock.set('2026-11-24T09:30:00Z');
  await dispatch(deps);
  t.equal(await sent(), before, 'nothing goes out on a closed day');
  clock.set('2026-11-26T08:05:00Z');
  await runNightly(deps, { again: true });
  await dispatch(deps);
  t.equal(await sent(), before + 1, 'and it goes on the next that is open');
});

t.test('a message that waits for a day which is then closed waits on', async (t) => {
  await sql`delete from follow_up`.execute(db);
  await seedFollowUps(db, { patients: 1, dueOn: '2026-11-25', startsAt: '15:00' });
  clock.set('2026-11-23T19:00:00Z');
  await runNightly(deps, { localDate: '2026-11-24' });
  const planned = async () =>
    (await sql<{ at: string }>`select send_after as at from message where status = 'planned'`.execute(db))
      .rows;
  t.match(await planned(), [{ at: '2026-11-24T08:00:00.000Z' }]);
  await closeDays(deps, manager, { from: '2026-11-24', title: 'Snow' });
  clock.set('2026-11-24T08:05:00Z');
  await dispatch(deps);
  t.match(await planned(), [{ at: '2026-11-25T08:00:00.000Z' }]);
});

t.test('what stands on a day that is closed moves with it, and who was told is told again', async (t) => {
  await sql`delete from follow_up`.execute(db);
  const { rows: staff } = await sql<{ id: string }>`select id from staff where role = 'supporter'`.execute(
    db,
  );
  const supporterId = staff[0]!.id;
  const seeded = await seedFollowUps(db, { patients: 3, dueOn: '2026-11-24', startsAt: '10:00' });
  const [told] = seeded.map(({ followUpId }) => followUpId);
  await sql`update follow_up set supporter_id = ${supporterId}`.execute(db);
  await sql`update contact_point set hours = '[{"days":[1],"from":"09:00","to":"11:00"}]' where patient_id = ${seeded[2]!.patientId}`.execute(
    db,
  );
  await runNightly(deps, { again: true });
  await dispatch(deps);
  await sql`update follow_up set status = 'confirmed' where id = ${told}`.execute(db);
  const about = async () =>
    (
      await sql<{ reason: string; day: string }>`
        select reason, for_date as day from reminder where subject_id = ${told} and status <> 'cancelled' order by id`.execute(
        db,
      )
    ).rows;
  t.same(await about(), [{ reason: 'follow_up', day: '2026-11-24' }]);
  t.match(await api('POST', '/closed-days', { from: '2026-11-24', to: '2026-11-25', title: 'A move' }), {
    status: 201,
    body: {
      moved: 3,
      movedTo: [
        { day: '2026-11-26', followUps: 2 },
        { day: '2026-11-30', followUps: 1 },
      ],
    },
  });
  const { rows } = await sql<{ line: string; keeps: boolean }>`
    select due_on || ' ' || to_char(starts_at, 'HH24:MI') || ' ' || status as line, supporter_id = ${supporterId} as keeps
    from follow_up order by due_on, starts_at`.execute(db);
  t.same(rows, [
    { line: '2026-11-26 10:00 planned', keeps: true },
    { line: '2026-11-26 10:30 planned', keeps: true },
    { line: '2026-11-30 10:00 planned', keeps: true },
  ]);
  const events = await sql<{
    event_id: string;
    handler: string;
  }>`select event_id, handler from outbox where done_at is null`.execute(db);
  for (const row of events.rows) await handle(deps, handlers[row.handler]!, row.event_id, row.handler);
  t.match((await about()).at(-1), { reason: 'changed', day: '2026-11-26' });
  t.equal((await api('POST', '/closed-days/2026-11-26/moves')).status, 404, 'a day that is open');
  t.equal((await apiOf(app, as.officer)('POST', '/closed-days/2026-11-24/moves')).status, 403);
  t.match((await api('POST', '/closed-days/2026-11-24/moves')).body, { moved: 0, movedTo: [] });
});

t.test('what has begun on the day that is closed stays', async (t) => {
  await sql`delete from follow_up`.execute(db);
  await seedFollowUps(db, { patients: 2, dueOn: '2026-11-23', startsAt: '09:00' });
  await seedFollowUps(db, { patients: 1, dueOn: '2026-11-23', startsAt: '15:00' });
  t.match(await closeDays(deps, manager, { from: '2026-11-23', title: 'Snow' }), {
    moved: 1,
    movedTo: [{ day: '2026-11-24', followUps: 1 }],
  });
});

t.test('days are closed and opened on the page, which moves what stands there', async (t) => {
  const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2026-12-01' });
  await addFollowUp(deps, officer, { patientId: person!.patientId, dueOn: '2026-12-10', way: 'phone' });
  t.match(
    (await forms(app, as.officer).get('/settings/calendar')).body,
    /Managers and administrators close days/,
  );
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto('/settings');
  await page.getByRole('link', { name: 'Calendar' }).click();
  await page.getByText('No day of your own is closed').waitFor();
  await look('calendar');
  const fill = async (which: string, [day, month, year]: string[]) => {
    const group = page.getByRole('group', { name: which });
    await group.getByLabel('Day').fill(day!);
    await group.getByLabel('Month').fill(month!);
    await group.getByLabel('Year').fill(year!);
  };
  await fill('First day', ['12', '12', '2026']);
  await page.getByRole('button', { name: 'Close them' }).click();
  await page.getByRole('link', { name: 'Say why it is closed' }).waitFor();
  await page.getByLabel('Why').fill('We move to another house');
  await page.getByRole('button', { name: 'Close them' }).click();
  await page.getByRole('link', { name: /at least one working day/ }).waitFor();
  await look('calendar, refused');
  await fill('First day', ['10', '12', '2026']);
  await fill('Last day', ['11', '12', '2026']);
  await page.getByRole('button', { name: 'Close them' }).click();
  await page.getByRole('heading', { name: '1 follow-up stands on these days' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Monday 14 December 2026: 1 follow-up' }).waitFor();
  await look('calendar, about to close');
  t.same(await closed(), [], 'nothing is closed yet');
  await page.getByRole('button', { name: 'Close them and move it' }).click();
  await page.getByText('2 days closed. 1 follow-up moved: to Monday 14 December 2026.').waitFor();
  await look('calendar, closed');
  await page.getByRole('button', { name: /Open again.*11 December 2026/ }).click();
  await page.getByText('11 December 2026 is open again.').waitFor();
  t.same(await closed(), ['2026-12-10']);
  await seedFollowUps(db, { patients: 5, dueOn: '2026-12-10' });
  await page.reload();
  await look('calendar, with a day that was closed before');
  await page.getByRole('cell', { name: '5', exact: true }).getByRole('link').click();
  await page.waitForURL(/\/support\?from=2026-12-10/);
  await page.goBack();
  await page.getByRole('button', { name: /Move these 5.*10 December 2026/ }).click();
  await page.getByText('5 follow-ups moved: to Friday 11 December 2026.').waitFor();
  t.equal(await page.getByRole('button', { name: /Move these/ }).count(), 0);
});
