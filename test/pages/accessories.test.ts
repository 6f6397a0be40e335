import t from 'tap';
import { listAccessories } from '../../src/stock/accessories/accessory.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db, clock } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);
const idOf = async (kind: string) => (await listAccessories(db)).find((one) => one.kind === kind)!.id;

t.test('accessories: empty, counted, low, moved, with their log', async (t) => {
  const { page, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.manager,
  );
  await page.goto('/accessories');
  await page.getByText('None is counted yet.').waitFor();
  await look('accessories, none counted');
  await page.getByRole('link', { name: 'Charger' }).click();
  await page.getByText('There is no place to keep it yet.').waitFor();
  await look('an accessory without a place');
  await make.store({}, 'Camden Road hub');
  await make.store({}, 'A library with a name that is long enough to need two lines');
  await page.reload();
  await page.getByText('Nothing is recorded yet.').waitFor();
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  for (const fault of ['Choose what happened', 'Enter how many', 'Choose the place'])
    await page.getByRole('link', { name: fault }).waitFor();
  await look('a movement refused');
  const record = async (kind: string, quantity: string, from: string, to?: string) => {
    await page.getByLabel(kind, { exact: true }).check();
    await page.getByLabel('How many').fill(quantity);
    await page.getByLabel('Where', { exact: true }).selectOption(from);
    if (to) await page.getByLabel('Moved to', { exact: true }).selectOption(to);
    await page.getByRole('button', { name: 'Record', exact: true }).click();
  };
  const library = 'A library with a name that is long enough to need two lines';
  await record('Came in', '6', 'Camden Road hub');
  await page.getByText('Came in: 6. Now 6 in all.').waitFor();
  await record('Moved to another place', '2', 'Camden Road hub', library);
  await page.getByText('Moved to another place: 2. Now 6 in all.').waitFor();
  await record('Counted', '1', library);
  await page.getByText('Counted 1, 1 fewer than was known. Now 5 in all.').waitFor();
  await record('Lost', '2', library);
  await page.getByText('Charger: 2 wanted, 1 at A library').waitFor();
  t.equal(await page.getByLabel('How many').inputValue(), '2', 'what was typed stays');
  await record('Damaged, no longer lent', '1', library);
  await page.getByText('Damaged, no longer lent: 1. Now 4 in all.').waitFor();
  await look('an accessory with its log');
  await page.getByRole('link', { name: 'See all accessories' }).click();
  await page.getByRole('row', { name: /Charger.*0.*4.*4.*5.*Low/ }).waitFor();
  await look('accessories by place');
  await page.getByLabel('What it is called').fill('Headphones');
  await page.getByRole('button', { name: 'Add accessory' }).click();
  await page.getByText('Headphones is added.').waitFor();
  await page.getByLabel('Low when there are fewer than').fill('3');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('button', { name: 'Stop lending it' }).click();
  await page.getByText('It is no longer lent.').waitFor();
  await page.getByRole('button', { name: 'Lend it again' }).waitFor();
  await page.goto('/');
  await page.getByRole('link', { name: '1 kind of accessory running low' }).click();
  t.equal(await page.locator('tbody tr').count(), 1);
});

t.test('who may do what, and what is refused', async (t) => {
  const id = await idOf('Charger');
  const auditor = forms(app, as.auditor);
  const page = (await auditor.get(`/accessories/${id}`)).body;
  t.match(page, /Officers and managers record what comes in and goes out/);
  t.notMatch(page, /Stop lending it/);
  t.notMatch((await get('/accessories')).body, /Add a kind/, 'an officer sets no kinds');
  t.equal((await post('/accessories', { kind: 'Kettle' })).statusCode, 403);
  const manager = forms(app, as.manager);
  t.match(
    (await manager.post('/accessories', { kind: 'charger' })).body,
    /There is an accessory of this kind already/,
  );
  t.match(
    (await manager.post(`/accessories/${id}/changes`, { kind: 'Plug', version: 'old' })).body,
    /Someone else saved this while you wrote/,
  );
  t.match((await get('/accessories?stock=low')).body, /1 kind</);
  t.equal((await forms(app, as.supporter).get('/accessories')).statusCode, 403);
  t.match((await get(`/accessories/${id}?limit=2`)).body, /rel="next"/);
});

t.test('two change the same accessory: the second is told, keeps theirs, and may save it', async (t) => {
  const page = `/accessories/${await idOf('Charger')}`;
  clock.set('2026-11-23T09:31:00Z');
  await savedByTwo(t, forms(app, as.manager), {
    page,
    form: `${page}/changes`,
    first: { kind: 'Charger', lowStockLevel: '9' },
    second: { kind: 'Plug', lowStockLevel: '5', retired: 'yes' },
    shows: [
      'Low stock level says “9” by now',
      'Kind says “Charger” by now',
      'value="Plug"',
      /^((?!Retired).)*$/s,
    ],
  });
});
