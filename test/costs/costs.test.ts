import { sql } from 'kysely';
import t from 'tap';
import {
  costHalfYears,
  halfYearsWithin,
  penceTyped,
  poundsShown,
  poundsTyped,
} from '../../src/office/costs/cost.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser, versionIn } from '../helpers/pages.ts';

const { app, as, clock, db, deps } = await testApp(t);
clock.goOn(10);
const api = apiOf(app, as.manager);
const staff = { from: '2026-04-01', kind: 'staff', pence: 1_240_050, hours: 620 };

t.test('pounds are read by their digits and never rounded', async (t) => {
  const typed = ['1250', '1,250.50', '£1250.5', ' 0.07 ', '9999999.99', '10000000'];
  t.same(typed.map(penceTyped), [125_000, 125_050, 125_050, 7, 999_999_999, 1_000_000_000]);
  for (const wrong of ['', 'free', '-1', '1.234', '12,50', '1e3', '10000000.01', '1.', '.5'])
    t.equal(penceTyped(wrong), undefined, wrong);
  for (const pence of [0, 7, 50, 125_000, 125_050, 999_999_999])
    t.equal(penceTyped(poundsTyped(pence)), pence);
  t.equal(poundsShown(125_050), '£1,250.50');
});

t.test('half-years begin in April and October, and count where they lie wholly in a period', async (t) => {
  t.same(costHalfYears('2026-11-23').slice(0, 2), ['2026-10-01', '2026-04-01']);
  t.same(costHalfYears('2026-03-31').slice(0, 2), ['2025-10-01', '2025-04-01']);
  t.same(halfYearsWithin({ from: '2025-10-01', to: '2026-09-30' }), ['2025-10-01', '2026-04-01']);
  t.same(halfYearsWithin({ from: '2025-10-02', to: '2026-09-29' }), []);
});

t.test('a manager writes down costs, puts them right and takes them out by the API', async (t) => {
  const made = await api('POST', '/costs', { ...staff, note: ' Two officers ' });
  t.match(made, { status: 201, body: { ...staff, note: 'Two officers', takenOut: false } });
  const path = `/costs/${made.body.id}`;
  const { etag } = await api('GET', path);
  t.equal((await api('PATCH', path, { pence: 1 })).status, 428);
  const change = { kind: 'other', hours: null, pence: 1_240_000 };
  t.match(await api('PATCH', path, change, { 'if-match': etag }), { status: 200, body: change });
  t.equal((await api('PATCH', path, { pence: 2 }, { 'if-match': etag })).status, 412, 'the other was first');
  const out = await api('PATCH', path, { takenOut: true }, { 'if-match': (await api('GET', path)).etag });
  t.match(out.body, { takenOut: true, pence: 1_240_000 });
  t.match((await api('GET', '/costs')).body.items, [{ id: made.body.id, takenOut: true }]);
  const { values } = await db
    .selectFrom('event')
    .select('values')
    .where('type', '=', 'cost.added')
    .executeTakeFirstOrThrow();
  t.same(values, { cost: 'staff', from: '2026-04-01' }, 'neither the sum nor the note is logged');
});

t.test('what is wrong is refused at its field, and who may not is refused', async (t) => {
  const wrong: [object, string][] = [
    [{ ...staff, from: '2026-05-01' }, '/from'],
    [{ ...staff, from: '2027-04-01' }, '/from'],
    [{ ...staff, kind: 'data' }, '/hours'],
    [{ ...staff, kind: 'fines' }, '/kind'],
    [{ ...staff, pence: 12.5 }, '/pence'],
    [{ ...staff, pence: -1 }, '/pence'],
    [{ ...staff, pence: 1_000_000_001 }, '/pence'],
  ];
  for (const [body, pointer] of wrong)
    t.match(await api('POST', '/costs', body), { status: 422, body: { errors: [{ pointer }] } }, pointer);
  for (const role of ['officer', 'administrator', 'auditor'] as const) {
    t.equal((await apiOf(app, as[role])('POST', '/costs', staff)).status, 403, role);
    t.equal((await apiOf(app, as[role])('GET', '/costs')).status, 200, role);
  }
});

t.test('what devices would cost new has one version for all kinds', async (t) => {
  const { etag, body } = await api('GET', '/new-prices');
  t.match(body, { tablet: null, sim: null });
  const match = { 'if-match': etag };
  t.match(await api('PATCH', '/new-prices', { tablet: 14_900, phone: 9_950 }, match), {
    status: 200,
    body: { tablet: 14_900, phone: 9_950, sim: null },
  });
  t.equal((await api('PATCH', '/new-prices', { tablet: 1 }, match)).status, 412);
  const now = (await api('GET', '/new-prices')).etag;
  t.match((await api('PATCH', '/new-prices', { phone: null }, { 'if-match': now })).body, {
    tablet: 14_900,
    phone: null,
  });
});

t.test('two who change the same cost or prices see each other, and keep what they typed', async (t) => {
  const { body } = await api('POST', '/costs', staff);
  const form = forms(app, as.manager);
  const cost = { from: '2026-04-01', kind: 'staff', hours: '10', note: '' };
  await savedByTwo(t, form, {
    page: `/settings/costs/${body.id}`,
    first: { ...cost, pence: '100' },
    second: { ...cost, pence: '200.20' },
    shows: [/value="200.20"/, /Someone else saved this/],
  });
  t.match((await api('GET', `/costs/${body.id}`)).body, { pence: 20_020, hours: 10 });
  await savedByTwo(t, form, {
    page: '/settings/costs/prices',
    first: { tablet: '120' },
    second: { tablet: '130' },
    shows: [/value="130"/, /says “120” by now/],
  });
  const version = versionIn((await form.get('/settings/costs/prices')).body);
  const refused = await form.post('/settings/costs/prices', { tablet: 'dear', version });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /value="dear"/);
});

t.test('pages: a cost is written down without scripts, and an officer reads it', async (t) => {
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  const { page, look } = await signedInBrowser(t, base, as.manager, { scripts: false });
  await page.goto('/settings');
  await page.getByRole('link', { name: 'What it costs' }).click();
  await page.getByRole('button', { name: 'Write down a cost' }).click();
  await page.getByLabel('How much, in pounds').fill('a lot');
  await page.getByRole('button', { name: 'Write it down' }).click();
  await page.getByRole('link', { name: 'Choose the half-year that it is of' }).waitFor();
  await page.getByLabel('Half-year').selectOption('2026-04-01');
  await page.getByLabel('Mobile data').check();
  await page.getByRole('button', { name: 'Write it down' }).click();
  await page.getByRole('link', { name: 'Enter an amount in pounds' }).waitFor();
  await page.getByLabel('How much, in pounds').fill('1,234.50');
  await page.getByRole('button', { name: 'Write it down' }).click();
  await page.getByText('The cost is written down.').waitFor();
  await page.getByText('£1,234.50').waitFor();
  const scripted = await signedInBrowser(t, base, as.manager);
  for (const place of ['', '/new', '/prices']) {
    await scripted.page.goto(`/settings/costs${place}`);
    await scripted.look(`costs ${place}`);
  }
  await look('costs without scripts');
  const officers = forms(app, as.officer);
  t.match((await officers.get('/settings/costs')).body, /Managers write down what it costs/);
});

t.test('the highest price of many gifts is no fault', async (t) => {
  const make = factories(deps);
  for (const _ of [1, 2, 3]) await make.devices(75);
  await sql`update donation set received_on = '2026-05-10'`.execute(db);
  await sql`update bought_new set pence = '{"tablet": 1000000000}'`.execute(db);
  const { status, body } = await api('GET', '/reports/costs?from=2026-04-01&to=2026-09-30');
  t.equal(status, 200);
  t.equal(body.headline.row.bought, 225 * 10_000_000);
});
