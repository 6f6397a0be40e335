import t from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, deps, db, clock, as } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

t.test('journey: a phone call about a stolen tablet ends with it replaced, in two pages', async (t) => {
  const loan = await make.loan();
  const [next] = await make.readyDevices(1);
  const { page, scan, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/');
  await scan(loan.items[0]!.assetTag);
  await page.getByRole('link', { name: 'Report it lost, stolen' }).click();
  await look('the form for an incident');
  await page.getByLabel('Stolen').check();
  await page.getByLabel('What they said').fill('Taken from a bag on the bus.');
  await page.getByLabel('Replace it now').fill(next!.assetTag);
  await page.getByLabel('Replace it now').press('Enter');
  await page.getByText('It is replaced by').waitFor();
  await look('an incident');
  t.match(await page.locator('main').textContent(), /Tell information governance/);
  const after = await getLoan(db, clock, loan.id);
  t.same(
    after.items.map(({ assetTag, status }) => [assetTag, status]),
    [
      [loan.items[0]!.assetTag, 'lost'],
      [next!.assetTag, 'on_loan'],
    ],
  );
  const line = (kind: string) => page.locator(`#do-${kind}`);
  await line('lock').getByRole('button', { name: 'Asked for' }).click();
  await page.getByText('Asked for: lock the device.').waitFor();
  await line('lock').getByRole('button', { name: 'Done' }).click();
  await page.getByText('Device locked.').first().waitFor();
  await line('wipe').getByRole('button', { name: 'Done' }).click();
  t.match(
    await page.locator('.nhsuk-error-summary').textContent(),
    /less than 24 hours ago and may turn up/,
    'at the line that it is of',
  );
  t.ok(await page.locator('#wipe-note').isVisible());
  await look('an incident with a fault');
  await line('wipe').getByRole('button', { name: 'Not needed' }).click();
  await page.getByText('Not needed: erase the device from afar.').first().waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('It is taken back').waitFor();
  t.match(await line('wipe').textContent(), /Erase the device from afar\s+To do/);
  await line('told_ig').getByRole('button', { name: 'Told: there was none' }).click();
  await line('told_police').getByLabel('Crime reference').fill('CR/123');
  await line('told_police').getByRole('button', { name: 'Told' }).click();
  t.match(await line('told_ig').textContent(), /Done[\s\S]*there was no patient data on it/);
  await page.getByText('What else can be done').click();
  await line('lost_mode').getByRole('button', { name: 'Asked for' }).click();
  await page.getByText('Asked for: switch on lost mode.').first().waitFor();
  await look('an incident of which some is done');
  await page.goto('/incidents');
  await look('incidents');
  await page.goto(`/loans/${loan.id}/replace`);
  await look('replacing');
});

t.test('without scripts: reported first, replaced from the incident', async (t) => {
  const loan = await make.loan({ count: 2 });
  const [next] = await make.readyDevices(1);
  const { page } = await signedInBrowser(t, baseURL, as.officer, { scripts: false });
  await page.goto(`/loans/${loan.id}`);
  await page.getByRole('link', { name: 'Report lost, stolen' }).click();
  await page.getByRole('button', { name: 'Write it down' }).click();
  t.match(
    await page.locator('.nhsuk-error-summary').textContent(),
    /Choose which device it is\s+Choose what happened/,
  );
  await page.getByLabel(loan.items[1]!.assetTag).check();
  await page.getByLabel('Not working').check();
  await page.getByLabel('Yes', { exact: true }).check();
  await page.getByRole('button', { name: 'Write it down' }).click();
  await page.getByRole('link', { name: 'Replace the device' }).first().click();
  await page.getByLabel('The new device').fill('LW-000000');
  await page.getByRole('button', { name: 'Replace' }).click();
  t.match(await page.locator('.nhsuk-error-summary').textContent(), /No device here has the label/);
  await page.getByLabel('The new device').fill(next!.assetTag);
  await page.getByRole('button', { name: 'Replace' }).click();
  await page.getByText('is replaced by').waitFor();
});

t.test('above the limit an officer is led to a manager, who approves', async (t) => {
  const loan = await make.loan();
  let itemId = loan.items[0]!.id;
  const { post, get } = forms(app, as.officer);
  const report = async () => {
    const [next] = await make.readyDevices(1);
    return post(`/loans/${loan.id}/incidents/new`, {
      itemId,
      kind: 'lost',
      'reportedOn-day': '23',
      'reportedOn-month': '11',
      'reportedOn-year': '2026',
      scan: next!.assetTag,
    });
  };
  for (const _ of [1, 2]) {
    t.equal((await report()).statusCode, 303);
    itemId = (await getLoan(db, clock, loan.id)).items.at(-1)!.id;
  }
  const refused = await report();
  t.equal(refused.statusCode, 409);
  t.match(refused.body, /limit is 2/);
  t.match(refused.body, /ask a manager/);
  const incident = await reportIncident(deps, officer, loan.id, {
    itemId,
    kind: 'lost',
    reportedOn: '2026-11-23',
  });
  t.equal((await post(`/incidents/${incident.id}/approval-requests`)).statusCode, 303);
  t.match((await get(`/incidents/${incident.id}`)).body, /A manager was asked/);
  t.equal((await post(`/incidents/${incident.id}/approvals`, { reason: 'No' })).statusCode, 403);
  const manages = forms(app, as.manager);
  t.equal(
    (await manages.post(`/incidents/${incident.id}/approvals`, { reason: 'A burglary.' })).statusCode,
    303,
  );
  const [next] = await make.readyDevices(1);
  const done = await post(`/loans/${loan.id}/replace`, { itemId, scan: next!.assetTag });
  t.equal(done.headers.location, `/loans/${loan.id}`);
});

t.test('the list says what to do when it is empty for a filter, and shows what there is', async (t) => {
  const { get } = forms(app, as.auditor);
  t.match((await get('/incidents?kind=damaged')).body, /No incident is like that/);
  t.match((await get('/incidents?status=open')).body, /I-[0-9A-Z]{6}/);
  t.equal((await forms(app, as.supporter).get('/incidents')).statusCode, 403);
});
