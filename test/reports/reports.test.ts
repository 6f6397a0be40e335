import { sql } from 'kysely';
import t from 'tap';
import { recordAction } from '../../src/lending/incidents/action.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { keepReached } from '../../src/office/reports/reached.commands.ts';
import { reports } from '../../src/office/reports/report.queries.ts';
import { addOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import type { NewOutcome } from '../../src/support/follow-up.schemas.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.manager);
const winter = 'from=2026-01-01&to=2026-02-28';
const halfYear = 'from=2025-10-01&to=2026-03-31&suppressed=true';
type Row = Record<string, unknown>;
const read = async (name: string, query = winter) => {
  const { status, body } = await api('GET', `/reports/${name}?${query}`);
  t.equal(status, 200, `${name} ${query}`);
  const parts = body.parts as { key: string; rows: Row[] }[];
  return {
    headline: body.headline.row as Row,
    parts: Object.fromEntries(parts.map(({ key, rows }) => [key, rows])),
  };
};

// A winter of two clinics: Ada and Ben get something, Cy waits.
clock.set('2026-01-12T10:00:00Z');
const [elm, oak] = [await make.clinic('Elm'), await make.clinic('Oak')];
const person = (givenName: string, familyName: string) => ({ givenName, familyName });
const ada = await make.waitingReferral({ clinicId: elm, person: person('Ada', 'Arden') });
const ben = await make.waitingReferral({ clinicId: elm, person: person('Ben', 'Bole') });
await make.referral({ clinicId: oak, person: person('Dee', 'Dale') });
const [adasTablet, bensTablet, spare] = await make.readyDevices(3);
const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
const { id: greengrocer } = await addOrganisation(deps, officer, { name: 'Green Grocer', role: 'donor' });
await sql`update donation set donor_id = ${greengrocer} where id = (select donation_id from device where id = ${dongle!.id})`.execute(
  db,
);
const plan = { network: 'O2', iccid: '894411000000000001', gbPerMonth: 20, durationMonths: 12 };
await fitDataPlan(deps, officer, dongle!.id, { ...plan, activatedOn: '2026-01-12' });

clock.set('2026-01-22T10:00:00Z');
const adasLoan = await make.loan({
  referralId: ada.id,
  supportPlan: null,
  items: [{ deviceId: adasTablet!.id }, { deviceId: dongle!.id }],
});
clock.set('2026-02-02T10:00:00Z');
await make.waitingReferral({ clinicId: oak, person: person('Cy', 'Cole') });
const bensLoan = await make.loan({
  referralId: ben.id,
  supportPlan: null,
  items: [{ deviceId: bensTablet!.id }],
});

const patientOf = async (referralId: string) =>
  (
    await db
      .selectFrom('referral')
      .select('patient_id')
      .where('id', '=', referralId)
      .executeTakeFirstOrThrow()
  ).patient_id;
async function call(referralId: string, day: string, outcome: NewOutcome) {
  const { id } = await addFollowUp(deps, officer, {
    patientId: await patientOf(referralId),
    dueOn: day,
    way: 'phone',
    step: 'Set-up call',
  });
  clock.set(`${day}T17:00:00Z`);
  await recordOutcome(deps, officer, id, outcome);
}
clock.set('2026-02-03T09:00:00Z');
await call(ada.id, '2026-02-04', { result: 'done', minutes: 30, confidence: 2, frequency: 'weekly' });
await call(ben.id, '2026-02-10', { result: 'missed' });
await call(ada.id, '2026-02-12', {
  result: 'done',
  minutes: 60,
  confidence: 4,
  frequency: 'daily',
  gotInTheWay: ['data_exhausted', 'private_space'],
});
clock.set('2026-02-20T10:00:00Z');
const lost = await reportIncident(deps, officer, bensLoan.id, {
  itemId: bensLoan.items[0]!.id,
  kind: 'lost',
  reportedOn: '2026-02-20',
});
await reportIncident(deps, officer, adasLoan.id, {
  itemId: adasLoan.items.find(({ deviceId }) => deviceId === adasTablet!.id)!.id,
  kind: 'faulty',
  reportedOn: '2026-02-20',
});
await make.loan({ patientId: await patientOf(ada.id), supportPlan: null, items: [{ deviceId: spare!.id }] });
clock.set('2026-03-02T10:00:00Z');

t.test('stock and reach', async (t) => {
  const { headline, parts } = await read('reach');
  t.same(headline, { people: 2, loans: 3, items: 4, supported: 1, given: 4 });
  t.same(parts.months, [
    { month: '2026-01', loans: 1, items: 2, people: 1, firstTime: 1 },
    { month: '2026-02', loans: 2, items: 2, people: 2, firstTime: 1 },
  ]);
  t.match(parts.stock, [
    { kind: 'tablet', preparing: 0, ready: 0, out: 2, lost: 1, retired: 0 },
    { kind: 'dongle', out: 1 },
  ]);
  t.match((await read('reach', `${winter}&clinicId=${oak}`)).headline, { people: 0, loans: 0, supported: 0 });
  const green = await read('reach', `${winter}&donorId=${greengrocer}`);
  t.same(green.headline, { people: 1, loans: 1, items: 1, supported: 0, given: 1 });
  t.match(green.parts.stock, [{ kind: 'dongle', out: 1 }]);
  t.match((await read('reach', 'from=2026-02-01&to=2026-02-28')).headline, { people: 2, loans: 2, items: 2 });
});

t.test('from referral to loan: days from its arrival to the first loan, and who still waits', async (t) => {
  const { headline, parts } = await read('referral-to-loan');
  t.same(headline, { received: 4, lent: 2, median: 10, most: 21, waiting: 2 });
  t.match(parts.months, [
    { month: '2026-01', received: 3, lent: 1, median: 10 },
    { month: '2026-02', received: 1, lent: 1, median: 21 },
  ]);
  t.match(
    parts.ages!.map(({ age, waiting }) => `${age}: ${waiting}`),
    ['Up to 2 weeks: 0', '2 to 4 weeks: 1', '4 to 8 weeks: 1', /^8 to 13 weeks: 0/, /: 0$/],
  );
  t.match(parts.outcomes, [
    { status: 'active', referrals: 2, share: 50 },
    { status: 'received', referrals: 1, share: 25 },
    { status: 'waiting', referrals: 1, share: 25 },
  ]);
  t.match((await read('referral-to-loan', `${winter}&clinicId=${oak}`)).headline, {
    received: 2,
    lent: 0,
    median: null,
    waiting: 1,
  });
});

t.test('loss: what is found again is not gone', async (t) => {
  const before = await read('losses');
  t.same(before.headline, { out: 4, gone: 1, share: 25, found: 0, replaced: 0 });
  t.match(before.parts.months, [
    { month: '2026-01', lost: 0 },
    { month: '2026-02', lost: 1, faulty: 1, stolen: 0 },
  ]);
  t.match(before.parts.kinds, [
    { kind: 'lost', reported: 1, share: 25 },
    { kind: 'stolen', reported: 0 },
  ]);
  t.match(before.parts.devices, [
    { kind: 'tablet', out: 3, gone: 1, share: 33, broken: 1 },
    { kind: 'dongle', gone: 0 },
  ]);
  await recordAction(deps, officer, lost.id, { kind: 'found' });
  t.match((await read('losses')).headline, { gone: 0, found: 1 });
  t.match((await read('losses', `${winter}&donorId=${greengrocer}`)).headline, { out: 1, gone: 0, found: 0 });
});

t.test('follow-ups, and what got in the way', async (t) => {
  const { headline, parts } = await read('follow-ups');
  t.same(headline, { due: 3, done: 2, share: 67, people: 1, hours: 2 });
  t.match(parts.months, [
    { month: '2026-01', done: 0, share: null },
    { month: '2026-02', done: 2, missed: 1, open: 0, share: 67 },
  ]);
  t.match(parts.steps, [{ step: 'Set-up call', due: 3, done: 2, missed: 1 }]);
  t.match(parts.obstacles!.slice(0, 3), [
    { obstacle: 'Data ran out', named: 1, share: 50 },
    { obstacle: 'No private space', named: 1 },
    { named: 0, share: 0 },
  ]);
});

t.test('people supported are the same people on every report that counts them', async (t) => {
  for (const clinicId of [elm, oak]) {
    const query = `${winter}&clinicId=${clinicId}`;
    const { supported } = (await read('reach', query)).headline;
    t.equal(supported, clinicId === elm ? 1 : 0);
    t.equal(supported, (await read('follow-ups', query)).headline.people);
  }
});

t.test('confidence: the first answer and the latest of who gave two', async (t) => {
  const { headline, parts } = await read('confidence');
  t.same(headline, { people: 1, more: 100, same: 0, less: 0, before: 2, after: 4 });
  t.match(parts.levels, [
    {},
    { level: '2', before: 1, after: 0 },
    {},
    { level: '4', before: 0, after: 1 },
    {},
  ]);
  t.match(parts.frequencies, [
    { frequency: 'daily', before: 0, after: 1 },
    { before: 1, after: 0 },
  ]);
  t.match((await read('confidence', 'from=2026-02-05&to=2026-02-28')).headline, { people: 1, before: 2 });
  t.match((await read('confidence', 'from=2026-02-01&to=2026-02-05')).headline, { people: 0, before: null });
});

t.test('mobile data, clinics and donors', async (t) => {
  const data = await read('mobile-data');
  t.same(data.headline, { people: 1, active: 1, gigabytes: 20, ranOut: 1 });
  t.match(data.parts.months, [{ month: '2026-01', began: 1, ended: 0 }, { began: 0 }]);
  t.match(data.parts.networks, [{ network: 'O2', active: 1, suspended: 0 }]);
  const updates = await read('security-updates');
  t.match(updates.headline, { ended: 0, soon: 0 });
  t.equal(updates.headline.unknown, updates.headline.devices, 'nobody has said anything of any model');
  t.match(updates.parts.models, [{ left: 'Not known' }]);
  const clinics = await read('clinics');
  t.same(clinics.headline, { clinics: 2, referrals: 4 });
  t.match(clinics.parts.clinics, [
    { name: 'Elm', referrals: 2, loans: 2, people: 2, gone: 1 },
    { name: 'Oak', referrals: 2, loans: 0, people: 0 },
  ]);
  t.match((await read('donors')).parts.donors, [
    { name: 'Asda Camden', given: 3, people: 2 },
    { id: greengrocer, name: 'Green Grocer', given: 1, out: 1, people: 1 },
  ]);
});

t.test(
  'rule 22: as it may leave the scheme, each report hides few people and no percentage tells them',
  async (t) => {
    // The half-year of that winter is over, and a fortnight more.
    clock.set('2026-04-20T10:00:00Z');
    await sql`insert into equality_answer (patient_id, given_on, sex, changed_at)
      select id, '2026-03-02', 'female', '2026-03-02T10:00:00Z' from patient order by id limit 1`.execute(db);
    await keepReached(deps, '2026-04-20');
    for (const { name } of reports) {
      const { headline, parts } = await read(name, halfYear);
      const shown = JSON.stringify([headline, parts]);
      for (const column of reports.find((report) => report.name === name)!.headline)
        if (column.kind === 'count' && !column.inside)
          t.ok([0, '*'].includes(headline[column.key] as never), `${name}: ${column.key} ${shown}`);
    }
    t.match((await read('losses', halfYear)).headline, { out: '*', share: '*' });
    t.match((await read('follow-ups', halfYear)).headline, { people: '*', hours: '*' });
  },
);

t.test('a period or a filter that makes no sense is refused', async (t) => {
  t.match(await api('GET', '/reports/reach?from=2026-02-01&to=2026-01-01'), {
    status: 422,
    body: { errors: [{ pointer: '/to' }] },
  });
  t.match(await api('GET', `/reports/clinics?clinicId=${elm}`), {
    status: 422,
    body: { errors: [{ pointer: '/clinicId' }] },
  });
  t.equal((await api('GET', '/reports/nothing')).status, 404);
  t.equal((await apiOf(app, as.supporter)('GET', '/reports/reach')).status, 403);
  const { body } = await api('GET', '/reports');
  t.equal(body.items.length, reports.length);
  t.match(
    body.items[0],
    { headline: [{ key: 'people', about: /at least one device/ }] },
    'with what each figure counts',
  );
});

t.test('figures leave by half-years that are over, and are not narrowed', async (t) => {
  for (const query of [
    'from=2026-01-01&to=2026-02-28',
    'from=2025-10-01&to=2026-02-28',
    'from=2026-04-01&to=2026-09-30',
    'from=2026-04-01',
  ])
    t.match(await api('GET', `/reports/reach?${query}&suppressed=true`), {
      status: 422,
      body: { errors: [{ pointer: '/from', message: /2025-10-01 to 2026-03-31/ }] },
    });
  t.match(await api('GET', '/reports/reach?suppressed=true'), {
    status: 200,
    body: { from: '2025-10-01', to: '2026-03-31', suppressed: true },
  });
  for (const filter of [`clinicId=${elm}`, `donorId=${greengrocer}`])
    t.match(await api('GET', `/reports/reach?${halfYear}&${filter}`), {
      status: 422,
      body: { errors: [{ pointer: `/${filter.split('=')[0]}` }] },
    });
});

t.test('a part is a file, and who took it is in the log', async (t) => {
  const url = `/reports/clinics/clinics.csv?${halfYear}`;
  const reply = await app.inject({ url, headers: as.auditor });
  t.equal(
    reply.headers['content-disposition'],
    'attachment; filename="clinics-clinics-2025-10-01-2026-03-31-suppressed.csv"',
  );
  t.same(reply.body.slice(1).split('\r\n').slice(0, 3), [
    'Clinic,Referrals,Loans,People,Follow-ups due,Gone',
    'Elm,*,*,*,*,*',
    'No clinic,*,*,*,*,*',
  ]);
  t.match(await db.selectFrom('event').selectAll().where('type', '=', 'report.exported').execute(), [
    { actor_name: 'Test auditor', values: { report: 'clinics', suppressed: true } },
  ]);
  t.equal((await app.inject({ url: '/reports/clinics/none.csv', headers: as.auditor })).statusCode, 404);
});

t.test('exact figures are for those who may read the persons, and in no file', async (t) => {
  const seen = async (who: keyof typeof as) =>
    (await apiOf(app, as[who])('GET', '/reports/reach?from=2025-10-01&to=2026-03-31')).body;
  for (const who of ['officer', 'manager', 'auditor'] as const)
    t.match(await seen(who), { suppressed: false, headline: { row: { people: 2 } } }, who);
  t.match(await seen('administrator'), { suppressed: true, headline: { row: { people: '*' } } });
  const page = await app.inject({ url: '/reports/reach', headers: as.administrator });
  t.match(page.body, /As it may leave the scheme/);
  t.notMatch(page.body, /Show the exact figures/);
  const file = await app.inject({ url: '/reports/reach/months.csv', headers: as.manager });
  t.match(file.headers['content-disposition'], /reach-months-2025-10-01-2026-03-31-suppressed/);
  t.match(file.body, /Feb 2026,\*|2026-02,\*/);
  t.equal((await app.inject({ url: '/reports/reach/stock.csv', headers: as.manager })).statusCode, 404);
  const { body } = await api('GET', `/reports/reach?${halfYear}`);
  t.same(
    body.parts.map(({ key }: { key: string }) => key),
    ['months'],
    'how things stand now stays inside',
  );
});

t.test('a donor’s page hides few people always, and is no donor’s for a clinic', async (t) => {
  const page = await app.inject({ url: `/reports/donors/${greengrocer}`, headers: as.officer });
  t.match(page.body, /What Green Grocer made possible/);
  t.match(page.body, /<dt>People<\/dt><dd>\*<\/dd>/);
  t.match(page.body, /<dt>Given<\/dt><dd>1<\/dd>/);
  t.match(page.body, /<dt>Months in their hands<\/dt><dd>\*<\/dd>/);
  t.match(page.body, /Your gifts: 1 device on 12 January 2026\./);
  const url = `/reports/donors/${greengrocer}?from=2025-10-01&to=2026-02-28`;
  t.equal((await app.inject({ url, headers: as.officer })).statusCode, 422, 'half-years only');
  t.equal((await app.inject({ url: `/reports/donors/${elm}`, headers: as.officer })).statusCode, 404);
  t.match((await app.inject({ url: `/reports/donors/${spare!.id}`, headers: as.officer })).statusCode, 404);
});

t.test('pages: found from the menu, narrowed, suppressed, kept in what was asked', async (t) => {
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, base, as.officer, { scripts });
    await page.goto('/reports');
    await look('reports');
    await page.getByRole('link', { name: 'Stock and reach' }).click();
    await page.getByLabel('From').fill('2026-01-01');
    await page.getByLabel('To').fill('2026-02-28');
    await page.getByLabel('Clinic').selectOption({ label: 'Elm' });
    await page.getByRole('button', { name: 'Show' }).click();
    t.equal(await page.locator('.app-figures dd').first().textContent(), '2');
    t.equal(await page.getByRole('img').count(), 2, 'a chart for each table');
    await look('a report');
    await page.getByRole('link', { name: 'Show it as it may leave the scheme' }).click();
    t.equal(await page.locator('.app-figures dd').first().textContent(), '*');
    t.equal(
      await page.getByRole('img').count(),
      1,
      'what is hidden is drawn, as how things stand now is not',
    );
    t.equal(await page.getByLabel('Clinic').count(), 0, 'narrowed no more');
    await look('a report as it leaves');
    await page.getByRole('link', { name: 'Show the exact figures' }).click();
    await page.getByLabel('To').fill('2025-01-01');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('link', { name: 'Give a last day that is not before the first' }).waitFor();
    t.equal(await page.getByLabel('To').inputValue(), '2025-01-01', 'what was asked is kept');
    await look('a report refused');
    await page.goto('/reports/donors');
    await page.getByRole('link', { name: 'Green Grocer' }).click();
    await look('a donor’s page');
  }
});
