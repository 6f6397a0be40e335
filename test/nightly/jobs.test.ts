import { sql } from 'kysely';
import t from 'tap';
import { handlers } from '../../src/follow-on.ts';
import { listNights } from '../../src/office/nightly/job-run.queries.ts';
import { runNightly, stepWords } from '../../src/office/nightly/nightly.commands.ts';
import { runStateOf, runStates } from '../../src/office/nightly/step.rules.ts';
import { handle } from '../../src/shared/outbox.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.officer);
const pages = forms(app, as.officer);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

const askedWork = async () =>
  (
    await db
      .selectFrom('outbox')
      .select('event_id as id')
      .where('handler', '=', 'run-nightly')
      .where('done_at', 'is', null)
      .execute()
  ).map(({ id }) => id);

t.test('how a night stands', (t) => {
  const step = (more: object = {}) => ({
    startedAt: '2026-11-23T03:15:00Z',
    movedAt: null,
    finishedAt: null,
    supersededAt: null,
    ...more,
  });
  const done = step({ finishedAt: '2026-11-23T03:16:00Z' });
  t.equal(runStateOf([done, done], '2026-11-23T09:00:00Z'), 'done');
  t.equal(runStateOf([done, step()], '2026-11-23T03:20:00Z'), 'running');
  t.equal(runStateOf([done, step()], '2026-11-23T03:31:00Z'), 'broken_off');
  t.equal(
    runStateOf([step({ movedAt: '2026-11-23T03:30:00Z' })], '2026-11-23T03:31:00Z'),
    'running',
    'it moves',
  );
  t.equal(
    runStateOf([done, step({ supersededAt: '2026-11-24T03:15:00Z' })], '2026-11-24T09:00:00Z'),
    'taken_over',
  );
  t.equal(runStates.length, 4);
  t.end();
});

t.test('each step has its words, its count and its time; a second run counts anew', async (t) => {
  t.match((await pages.get('/settings/jobs')).body, /No night has run yet/);
  await seedFollowUps(db, { patients: 3, dueOn: '2026-11-24' });
  await runNightly(deps);
  const { items } = (await api('GET', '/job-runs')).body;
  t.match(items, [{ localDate: '2026-11-23', state: 'done' }]);
  const counted = Object.fromEntries(
    items[0].steps.map((s: { step: string; count: number }) => [s.step, s.count]),
  );
  t.match(counted, { 'follow-up-reminders': 3, gather: 3 });
  t.same(
    Object.keys(counted).filter((name) => !stepWords[name]),
    [],
    'each is named in words',
  );
  t.equal(Object.keys(stepWords).length, Object.keys(counted).length, 'and no other');
  await sql`update job_run set finished_at = null, moved_at = ${'2026-11-23T09:29:00Z'}, count = 5000 where step = 'gather'`.execute(
    db,
  );
  t.match((await pages.get('/settings/jobs')).body, /5000[\s\S]*Under way/, 'progress while it runs');
});

t.test('run again goes by the outbox: asked twice it is refused, and nothing is sent twice', async (t) => {
  await sql`update job_run set finished_at = started_at`.execute(db);
  const before = await sentMessages(db);
  t.equal((await pages.post('/settings/jobs/nights')).statusCode, 303);
  t.match((await pages.post('/settings/jobs/nights')).body, /It was asked for already/);
  const both = await Promise.all([pages.post('/settings/jobs/nights'), pages.post('/settings/jobs/nights')]);
  t.same(
    both.map(({ statusCode }) => statusCode),
    [409, 409],
  );
  const [id, ...more] = await askedWork();
  t.same(more, []);
  await handle(deps, handlers['run-nightly']!, id!, 'run-nightly');
  t.same(await askedWork(), []);
  t.same(await sentMessages(db), before, 'what was said is not said again');
  t.match((await listNights(deps, { limit: 1 })).items, [{ state: 'done' }]);
  await sql`update job_run set finished_at = null, started_at = ${'2026-11-23T09:29:00Z'} where step = 'gather'`.execute(
    db,
  );
  t.match((await pages.post('/settings/jobs/nights')).body, /It runs now/);
  await sql`update job_run set finished_at = started_at`.execute(db);
  t.equal((await forms(app, as.auditor).post('/settings/jobs/nights')).statusCode, 403);
  t.equal((await forms(app, as.auditor).get('/settings/jobs')).statusCode, 200);
  t.equal((await forms(app, as.supporter).get('/settings/jobs')).statusCode, 403);
});

t.test(
  'what failed is shown without what it was about, and is tried again: one, or all of a kind',
  async (t) => {
    await make.waitingReferral({ person: { familyName: 'Secretname' } });
    const fail = () =>
      sql`update outbox set failed_at = ${'2026-11-23T09:00:00Z'}, attempts = 8, error = 'DatabaseError 57014', done_at = null where handler = 'plan-reminders'`.execute(
        db,
      );
    await make.waitingReferral({ person: { familyName: 'Othername', dateOfBirth: '1970-01-01' } });
    await fail();
    const { items } = (await api('GET', '/failed-work')).body;
    t.match(items, [{ handler: 'plan-reminders', attempts: 8, error: 'DatabaseError 57014' }, {}]);
    t.notMatch((await pages.get('/settings/jobs')).body, /Secretname|Othername/);
    t.match(
      await api('POST', '/failed-work/retries', { handler: 'plan-reminders', eventId: items[0].eventId }),
      {
        status: 201,
        body: { count: 1 },
      },
    );
    t.equal((await api('GET', '/failed-work')).body.items.length, items.length - 1);
    t.match(await api('POST', '/failed-work/retries', { handler: 'plan-reminders' }), {
      status: 201,
      body: { count: items.length - 1 },
    });
    t.equal((await api('POST', '/failed-work/retries', { handler: 'plan-reminders' })).status, 404);
  },
);

for (const scripts of [true, false]) {
  t.test(`the Jobs page; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    await sql`update outbox set done_at = now() where handler = 'run-nightly'`.execute(db);
    await sql`update outbox set failed_at = ${'2026-11-23T09:00:00Z'}, attempts = 8, error = 'DatabaseError 57014', done_at = null where handler = 'plan-reminders'`.execute(
      db,
    );
    for (const day of ['19', '20', '21'])
      await sql`insert into job_run (job, local_date, step, started_at, finished_at, count) values
        ('nightly', ${`2026-11-${day}`}, 'gather', ${`2026-11-${day}T03:15:00Z`}, ${`2026-11-${day}T03:17:00Z`}, 12) on conflict do nothing`.execute(
        db,
      );
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await page.goto('/settings');
    await page.getByRole('link', { name: 'Jobs', exact: true }).click();
    await look('jobs');
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/jobs.png`, fullPage: true });
    await page.getByRole('button', { name: 'Try all of these again' }).click();
    await page.getByText(/pieces of work are tried again/).waitFor();
    await page.getByText('Friday 20 November 2026: done, 2 minutes').click();
    await page
      .getByRole('button', { name: 'Run tonight’s steps again' })
      .click({ clickCount: scripts ? 2 : 1 });
    await page.getByText('The night is run again.').waitFor();
    await page.getByText('Tonight’s steps run now, or begin in a moment.').waitFor();
    await look('jobs, asked for');
  });
}
