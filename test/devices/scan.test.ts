import t from 'tap';
import { returnDevices } from '../../src/lending/loans/return.commands.ts';
import { runSearch } from '../../src/office/search.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { mayGoOut } from '../../src/stock/devices/going-out.rules.ts';
import { findScanned } from '../../src/stock/devices/scan.queries.ts';
import { isWithSomeone, whyNone } from '../../src/stock/devices/scan.rules.ts';
import { recordDonation } from '../../src/stock/donations/donation.commands.ts';
import { recordScans } from '../../src/stock/stocktakes/scan.commands.ts';
import { startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

const found = async (code: string, how: Parameters<typeof findScanned>[2] = {}) =>
  (await findScanned(db, [code], how))[0]!;
const search = (text: string) => runSearch(deps, officer, text);

t.test('a number is found however it is spaced, in a scan and in a search', async (t) => {
  const [device] = await make.devices(1, {
    serialNumber: 'H1SP 0001',
    imei: '352099001761481',
    earlierLabels: ['TAB-017'],
  });
  const code = device!.assetTag.slice(3);
  for (const typed of [
    device!.assetTag,
    `lw ${code}`,
    `LW–${code}`,
    code,
    '35 209900 176148 1',
    '352099-00-176148-1',
    'IMEI 352099001761481',
    'H1SP 0001',
    'h1sp0001',
    'H1SP-0001',
    'SH1SP0001',
    'TAB-017',
    'tab 017',
    'Tab017',
    device!.id,
  ]) {
    t.equal((await found(typed)).device?.id, device!.id, `scan ${typed}`);
    if (typed === device!.id) continue;
    t.same(
      (await search(typed)).devices.map(({ id }) => id),
      [device!.id],
      `search ${typed}`,
    );
  }
  t.same(
    (await search('h1sp')).devices.map(({ id }) => id),
    [device!.id],
    'the beginning of a serial number',
  );
  t.equal((await found('TAB-018')).device, null);
  t.same((await getDevice(db, device!.id)).earlierLabels, ['TAB-017']);
});

t.test('the number of a SIM finds the device that it is in', async (t) => {
  const [device] = await make.devices(1, { kind: 'dongle' });
  const dongle = device!.id;
  await fitDataPlan(deps, officer, dongle, {
    network: 'O2',
    iccid: '8944 1160 5979 9816 99F',
    gbPerMonth: 10,
    durationMonths: 12,
    msisdn: '07700 900456',
  });
  t.equal((await found('89-44116-05979-9816-99')).device?.id, dongle);
  t.match(
    await search('07700 900 456'),
    { dataPlans: [{ iccid: '894411605979981699' }] },
    'its number finds the SIM',
  );
});

t.test('of several with one number it is the one that fits what is done', async (t) => {
  const [lenovo] = await make.readyDevices(1, { make: 'Lenovo', serialNumber: '77001' });
  const { id: loanId } = await make.loan({ items: [{ deviceId: lenovo!.id }] });
  const [amazon] = await make.devices(1, { make: 'Amazon', serialNumber: '77001' });
  t.equal((await found('77001', { fits: isWithSomeone })).device?.id, lenovo!.id, 'at returns what is out');
  t.equal(
    (await found('77001', { fits: ({ status }) => status === 'in_preparation' })).device?.id,
    amazon!.id,
    'at the bench what is prepared',
  );
  const unsure = await found('77001');
  t.equal(unsure.device, null, 'else it is not guessed');
  t.match(
    whyNone(unsure),
    `“77001” is on ${amazon!.assetTag} (Amazon Galaxy Tab A8, being prepared) and ${lenovo!.assetTag} (Lenovo Galaxy Tab A8, on loan).`,
  );
  t.equal((await search('77001')).devices.length, 2);
  const { lines } = await returnDevices(deps, officer, { items: [{ assetTag: '77001', condition: 'B' }] });
  t.match(lines, [{ verdict: 'returned', assetTag: lenovo!.assetTag, loanId }]);
  t.match(
    await refusal(returnDevices(deps, officer, { items: [{ assetTag: '77001', condition: 'B' }] })),
    { type: 'return-refused', detail: /^“77001” is on / },
    'and when neither is out, both are named',
  );
});

t.test('a stocktake counts the one that is kept here', async (t) => {
  const [here, there] = [await make.store({}, 'Torriano'), await make.store({}, 'Seaview')];
  const donated = async (make: string, locationId: string) =>
    (
      await recordDonation(deps, officer, {
        donor: { name: 'Made Up Store' },
        receivedOn: '2026-11-20',
        locationId,
        devices: [{ kind: 'tablet', make, model: 'Tab', serialNumber: '90210' }],
      })
    ).devices[0]!;
  const lenovo = await donated('Lenovo', here.id);
  await donated('Acer', there.id);
  const { id } = await startStocktake(deps, officer, { locationId: here.id });
  const { lines } = await recordScans(deps, officer, id, { codes: ['90210'] });
  t.match(lines, [{ verdict: 'found', device: { id: lenovo.id } }]);
});

t.test('what begins like an asset tag is one, before it is anything else', async (t) => {
  const [device] = await make.devices(1);
  await make.devices(1, { make: 'Odd', serialNumber: device!.assetTag.replace('-', '') });
  t.equal((await found(device!.assetTag)).device?.id, device!.id);
  t.equal((await found(device!.assetTag.slice(3))).device?.id, device!.id);
});

t.test('a choice between several is a press away, and stands in their place', async (t) => {
  const referral = await make.waitingReferral();
  const [one] = await make.readyDevices(1, { make: 'Lenovo', serialNumber: '5150' });
  const [other] = await make.readyDevices(1, { make: 'Acer', serialNumber: '5150' });
  t.equal((await found('5150', { fits: (device) => mayGoOut(device, referral.id) })).among.length, 2);
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto(`/referrals/${referral.id}/issue`);
  await page.getByLabel('Scan or type a label').fill('5150');
  await page.keyboard.press('Enter');
  await page.getByText('One of several').first().waitFor();
  await look('choose between several');
  await page.getByRole('button', { name: `${other!.assetTag}, Acer` }).click();
  await page.getByRole('button', { name: `Remove ${other!.assetTag}` }).waitFor();
  t.equal(await page.getByText('One of several').count(), 0);
  t.not(one!.id, other!.id);
});

t.test('one code names one thing in the whole scheme', async (t) => {
  const before = await db.selectFrom('device').select('asset_tag as code').execute();
  await make.loan();
  await make.loan();
  const codes = [
    ...(await db.selectFrom('device').select('asset_tag as code').execute()),
    ...(await db.selectFrom('loan').select('reference as code').execute()),
    ...(await db.selectFrom('referral').select('reference as code').execute()),
    ...(await db.selectFrom('donation').select('reference as code').execute()),
    ...(await db.selectFrom('stocktake').select('reference as code').execute()),
  ].map(({ code }) => code.split('-')[1]);
  t.ok(codes.length > before.length + 4);
  t.equal(new Set(codes).size, codes.length);
});
