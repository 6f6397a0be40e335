import t from 'tap';
import { fitDataPlan, recordDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);

t.test('the pages without a browser: empty, refused with what was typed, and who may do what', async (t) => {
  t.match((await get('/data-plans')).body, /There are no data plans yet/);
  t.match((await get('/data-plans?ending=soon')).body, /No mobile data that people have ends within 14 days/);
  t.match((await get('/data-plans?status=ended')).body, /No data plan is like this/);
  t.match((await get('/devices')).body, /href="\/data-plans"/);

  const refused = await post('/data-plans/new', { network: '', iccid: '12', msisdn: '07700 900123' });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /Choose what the SIM gives/);
  t.match(refused.body, /An ICCID begins with 89/);
  t.match(refused.body, /value="07700 900123"/);
  const other = await post('/data-plans/new', { offerId: 'other', iccid: '8944116059799981699' });
  t.match(other.body, /Give the network, or choose an offer/);
  t.match(other.body, /Give for how many months it runs/);
  const made = await post('/data-plans/new', {
    offerId: 'other',
    network: 'EE',
    durationMonths: '3',
    iccid: '8944 1160 5979 9981 699F',
  });
  t.equal(made.statusCode, 303);
  const path = String(made.headers.location);
  const page = (await get(path)).body;
  t.match(page, /8944116059799981699[\s\S]*No limit[\s\S]*It lies in the drawer/);
  t.notMatch(page, /\/removals|\/renewals|\/resumptions/, 'what the rules refuse has no form');
  t.match(page, /It is not started\. It can be renewed once it is activated\./);
  const seen = (await forms(app, as.auditor).get(path)).body;
  t.match(seen, /Officers and managers change data plans/);
  t.notMatch(seen, /\/fittings/);
  t.equal((await forms(app, as.supporter).get('/data-plans')).statusCode, 403);
  t.match(
    (await post(`${path}/fittings`, { device: 'nothing' })).body,
    /No device here has the label or number “nothing”/,
  );
  t.match((await post(`${path}/suspensions`, {})).body, /Enter why/);
  t.equal((await post('/scan', { code: '8944 1160 5979 9981 699' })).headers.location, path);
  t.equal((await get('/data-plans/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')).statusCode, 404);

  const settings = (await get('/settings/data-offers')).body;
  t.match(settings, /Managers and administrators change what is offered/);
  t.notMatch(settings, /Retire/);
  t.equal((await post('/settings/data-offers', { network: 'EE' })).statusCode, 403);
  const manager = forms(app, as.manager);
  t.match(
    (await manager.post('/settings/data-offers', { network: 'O2', gbPerMonth: '25', durationMonths: '12' }))
      .body,
    /is offered already/,
  );
});

t.test('a SIM from the drawer into a dongle on loan, moved, and taken out', async (t) => {
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  const [phone] = await make.readyDevices(1, { kind: 'phone' });
  const number = '07700 900555';
  const referral = await make.waitingReferral({
    person: { contactPoints: [{ channel: 'sms', value: number, safe: true }] },
  });
  await recordDataPlan(deps, officer, {
    network: 'O2',
    iccid: '8944116059799981681',
    msisdn: number,
    gbPerMonth: 20,
    durationMonths: 6,
  });
  const [full] = await make.devices(1, { kind: 'dongle' });
  await fitDataPlan(deps, officer, full!.id, {
    network: 'O2',
    iccid: '8944116059799981682',
    gbPerMonth: null,
    durationMonths: 1,
    activatedOn: '2026-09-01',
  });
  t.match(
    (await post(`/devices/${dongle!.id}/fittings`, { sim: '8944116059799981682' })).body,
    new RegExp(`This SIM is in ${full!.assetTag}`),
  );
  t.match(
    (await post(`/devices/${dongle!.id}/fittings`, { sim: '1' })).body,
    /No SIM with this number is recorded/,
  );

  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  const press = (name: string) => page.getByRole('button', { name }).click();
  const said = (text: string | RegExp) =>
    page.locator('.nhsuk-notification-banner').getByText(text).waitFor();
  const open = (name: string) => page.locator('summary').filter({ hasText: name }).click();

  await page.goto('/data-plans');
  await look('the list of data plans');
  await page.goto(`/devices/${dongle!.id}`);
  await open('Fit a SIM from the drawer');
  await open('Add a data plan');
  await look('a device without data');
  await page.getByLabel('Scan or type the number on the SIM').fill('8944 1160 5979 9981 681');
  await press('Fit this SIM');
  await said('The SIM is fitted.');
  const loan = await make.loan({
    referralId: referral.id,
    items: [{ deviceId: dongle!.id }, { deviceId: phone!.id }],
  });
  await page.getByRole('link', { name: '8944116059799981681' }).click();
  await page.getByRole('heading', { name: '8944116059799981681' }).waitFor();
  await look('a data plan on loan');
  await press('Record the activation');
  await said('The SIM is activated.');
  await page.getByText('Its data ends on 23 May 2027, before the loan is due back.').waitFor();
  await open('Move to another device');
  await page.getByLabel('Scan or type the label of the device').fill(phone!.assetTag.toLowerCase());
  await press('Move the SIM');
  await said(`The SIM is in ${phone!.assetTag} now.`);
  await page.getByText(`SIM moved from ${dongle!.assetTag} to ${phone!.assetTag}`).waitFor();
  await open('Take it out');
  await page.getByLabel('Why (optional)').fill('The tray is broken');
  await press('Take the SIM out');
  await said('Its number no longer reaches the person who had it');
  await look('a data plan in the drawer');
  await page.goto(`/loans/${loan.id}`);
  await page.getByText(`SIM taken out of ${phone!.assetTag}`).waitFor();
  await page.goto('/data-plans/new');
  await page.getByLabel('Another network or allowance').check();
  await look('a SIM to record');
  await page.goto('/tasks');
  await page.getByRole('link', { name: 'Their number went back with a device' }).first().waitFor();
});

t.test('networks and allowances in the settings', async (t) => {
  const baseURL = await app
    .listen({ host: '127.0.0.1', port: 0 })
    .catch(() => `http://127.0.0.1:${(app.server.address() as { port: number }).port}`);
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto('/settings/data-offers');
  await look('networks and allowances');
  await page.getByLabel('Network', { exact: true }).fill('giffgaff');
  await page.getByLabel('Months', { exact: true }).fill('1');
  await page.getByRole('button', { name: 'Add offer' }).click();
  await page.getByText('The offer is added.').waitFor();
  await page.getByRole('button', { name: 'Retire giffgaff, No limit a month, 1 month' }).click();
  await page.getByText('The offer is retired.').waitFor();
  await page.locator('summary').filter({ hasText: 'Retired offers' }).click();
  await look('networks and allowances with one retired');
});
