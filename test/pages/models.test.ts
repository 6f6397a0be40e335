import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps } = await testApp(t);
const make = factories(deps);
const here = '/settings/models';

t.test('bad input keeps what was typed, officers only read, and the other’s words are shown', async (t) => {
  await make.devices(2, { model: 'Tab Page' });
  const manager = forms(app, as.manager);
  const officer = forms(app, as.officer);
  const read = await officer.get(here);
  t.match(read.body, /Samsung Tab Page[\s\S]*2 devices/);
  t.match(read.body, /Managers and administrators say it/);
  t.equal((await officer.post(here, {})).statusCode, 403);

  const said = { make: 'Samsung', model: 'Tab Page', source: 'The maker’s page', updatesEndOn: '2029-02-01' };
  const refused = await manager.post(here, { ...said, source: '', sourceUrl: 'http://example.org' });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /Say where it stands, or who said so/);
  t.match(refused.body, /value="http:\/\/example.org"/);

  t.equal((await manager.post(here, said)).statusCode, 303);
  const late = await manager.post(here, { ...said, source: 'Somebody else' });
  t.equal(late.statusCode, 412);
  t.match(late.body, /value="Somebody else"/);
  t.match((await manager.get(here)).body, /1 February 2029/);
});

t.test('a manager says it in a browser, and lets a device be lent all the same', async (t) => {
  const [device] = await make.devices(1, { model: 'Tab Short' });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  const said = (text: string | RegExp) =>
    page.locator('.nhsuk-notification-banner').getByText(text).waitFor();
  await page.goto(here);
  await page.getByRole('link', { name: 'Samsung Tab Short' }).click();
  await page.getByLabel('Day').fill('1');
  await page.getByLabel('Month').fill('1');
  await page.getByLabel('Year').fill('2027');
  await page.getByLabel('Where it stands').fill('The maker’s page');
  await look('what is said of a model');
  await page.getByRole('button', { name: 'Save' }).click();
  await said('Samsung Tab Short: security updates until 1 January 2027.');

  await page.goto(`/bench/${device!.id}`);
  await look('the bench of a device whose updates end early');
  await page.goto(`/devices/${device!.id}`);
  await look('a device whose updates end early');
  await page.getByRole('button', { name: 'Keep this reason' }).click();
  await page.getByRole('link', { name: 'Say why it can be lent all the same' }).waitFor();
  await page.getByLabel('Why it can be lent all the same').fill('It stays in the clinic');
  await page.getByRole('button', { name: 'Keep this reason' }).click();
  await said('Your reason is kept.');
  await page.getByText('It stays in the clinic').waitFor();
  await page.goto('/devices?updatesEndWithin=6');
  await page.getByText('1 device', { exact: true }).waitFor();
  await look('devices whose updates end soon');
});
