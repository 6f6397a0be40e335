import t from 'tap';
import { readReport } from '../../src/office/reports/report.queries.ts';
import { countYear, yearCounted } from '../../src/office/reports/year.commands.ts';
import { yearReports, yearsTo } from '../../src/office/reports/year.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db, clock } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);

t.test('the year is twelve months, and the twelve before', (t) => {
  t.same(yearsTo('2026-11-23'), {
    now: { from: '2025-11-24', to: '2026-11-23' },
    before: { from: '2024-11-24', to: '2025-11-23' },
  });
  t.same(yearsTo('2024-02-29').now, { from: '2023-03-01', to: '2024-02-29' });
  t.end();
});

t.test('it is counted by one press, says what its reports say, and stays as it is that day', async (t) => {
  clock.set('2025-10-06T09:00:00Z');
  await make.loan();
  clock.set('2026-11-23T09:30:00Z');
  await make.loan({ count: 2 });
  t.match((await get('/reports')).body, /counted when somebody asks[\s\S]*Count it as of today/);
  const twice = await Promise.all([1, 2].map(() => post('/reports/year')));
  t.same(
    twice.map(({ statusCode }) => statusCode),
    [303, 303],
  );
  t.equal((await db.selectFrom('year_counted').select('counted_on').execute()).length, 1);
  const counted = await yearCounted(db);
  const { now, before } = yearsTo('2026-11-23');
  for (const name of yearReports) {
    for (const [when, period] of Object.entries({ now, before }) as ['now' | 'before', typeof now][]) {
      const { headline } = await readReport(deps, officer.actor, name, { ...period, suppressed: false });
      t.same(counted?.figures[name][when], headline.row, `${name}, ${when}`);
    }
  }
  const page = (await get('/reports')).body;
  t.match(page.replaceAll(/<\/?strong>/g, ''), /We lent something to 1 person, in 1 loan with 2 devices\./);
  t.match(page, /The year before, in the same order: 1 person, 1 loan, 1 device/);
  t.match(page, /The year before, in the same order: nothing is recorded/);
  t.notMatch(page, 'Count it as of today', 'once a day is enough');
  await make.loan();
  await countYear(deps);
  t.match(
    (await get('/reports')).body.replaceAll(/<\/?strong>/g, ''),
    /in 1 loan with 2 devices/,
    'the first stands',
  );
  clock.set('2026-11-24T09:30:00Z');
  await countYear(deps);
  t.same(
    await db.selectFrom('year_counted').select('counted_on').execute(),
    [{ counted_on: '2026-11-24' }],
    'the next day takes its place',
  );
  clock.set('2026-11-23T09:30:00Z');
});

t.test('exact figures are for who may read the persons that are counted', async (t) => {
  for (const role of ['auditor', 'supporter', 'administrator'] as const) {
    const { body, statusCode } = await forms(app, as[role]).get('/reports');
    // An auditor reads persons, and so exact figures as well; the others do not.
    if (role !== 'auditor' && statusCode === 200) t.notMatch(body, 'The last twelve months', role);
    if (role === 'auditor') t.match(body, 'The last twelve months');
    t.equal((await forms(app, as[role]).post('/reports/year')).statusCode, 403, role);
  }
});

t.test('its page', async (t) => {
  const { page, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.officer,
  );
  await page.goto('/reports');
  await page.getByRole('heading', { name: 'The last twelve months' }).waitFor();
  await look('reports, with the year');
});
