import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { thenLoaded } from '../helpers/browser.ts';

import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as } = await testApp(t);

const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

t.test('someone keeps a view of a list, which nobody else sees, and forgets it', async (t) => {
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  const press = (name: string, role: 'link' | 'button' = 'link') =>
    thenLoaded(page, () => page.getByRole(role, { name }).first().click());
  await page.goto('/loans');
  t.equal(await page.getByRole('link', { name: 'Keep as a view' }).count(), 0, 'nothing is chosen yet');
  await page.goto('/loans?status=open&after=');
  await press('Keep as a view');
  await press('Keep it', 'button');
  await page.getByText('Enter a name of up to 40 letters').first().waitFor();
  await look('a view without a name');
  await page.getByLabel('Its name').fill('Ready to go');
  await press('Keep it', 'button');
  t.match(page.url(), /\/loans\?status=open$/);
  t.equal(await page.getByRole('link', { name: 'Ready to go' }).getAttribute('aria-current'), 'true');
  t.equal(await page.getByRole('link', { name: 'Keep as a view' }).count(), 0, 'it is kept already');
  await page.goto('/loans');
  await press('Ready to go');
  t.match(page.url(), /\/loans\?status=open$/);
  const other = await app.inject({ url: '/loans', headers: as.manager });
  t.notMatch(other.body, 'Ready to go');
  await press('Change your views');
  await look('the views of a list');
  const action = await page.locator('form[action^="/views/"]').getAttribute('action');
  t.equal((await forms(app, as.manager).post(action!)).statusCode, 303);
  await page.reload();
  t.equal(await page.getByRole('link', { name: 'Ready to go' }).count(), 1, 'another’s press does nothing');
  await press('Forget Ready to go', 'button');
  await page.getByText('You keep no view of this list').waitFor();
});

t.test('a view has a name, a list that exists and filters, and a list has eight', async (t) => {
  const { get, post } = forms(app, as.officer);
  const keep = (name: string, list = '/loans', query = 'status=closed') =>
    post(`/views/new?list=${encodeURIComponent(list)}`, { name, query });
  t.equal((await keep('x', '/no-such-list')).statusCode, 404);
  t.equal((await keep('x', '//elsewhere.example')).statusCode, 400);
  t.equal((await keep('x', '/loans', '')).statusCode, 422);
  t.equal((await keep('x'.repeat(41))).statusCode, 422);
  for (const at of [1, 2, 3, 4, 5, 6, 7, 8]) t.equal((await keep(`View ${at}`)).statusCode, 303);
  const ninth = await keep('View 9');
  t.equal(ninth.statusCode, 422);
  t.match(ninth.body, 'You keep 8 views of this list');
  t.equal((await keep('View 8', '/loans', 'status=open&after=x')).statusCode, 303, 'one is replaced');
  const { body } = await get('/loans');
  t.match(body, '/loans?status=open"');
  t.equal((await get(`/views?list=/loans`)).statusCode, 200);
  t.equal((await get('/views?list=/nothing')).statusCode, 404);
});

t.test('two keep the last that fits, and one is told that there is no room', async (t) => {
  const { post } = forms(app, as.manager);
  const keep = (name: string) => post('/views/new?list=/tasks', { name, query: 'status=open' });
  for (const at of [1, 2, 3, 4, 5, 6, 7]) await keep(`View ${at}`);
  const codes = await Promise.all([keep('Eighth'), keep('Ninth')].map(async (one) => (await one).statusCode));
  t.same(codes.sort(), [303, 422]);
});
