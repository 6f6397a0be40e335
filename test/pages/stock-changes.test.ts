import t from 'tap';
import { recordDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { recordDonation } from '../../src/stock/donations/donation.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer as officerByName } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser, versionIn } from '../helpers/pages.ts';

const { app, as, deps, clock } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
const officer = forms(app, as.officer);
const { get, post } = officer;
/** Whoever saves later does so at another instant. */
let minute = 0;
const later = () => clock.set(new Date(Date.UTC(2026, 10, 23, 9, 30 + ++minute)).toISOString());

const described = { kind: 'tablet', make: 'Samsung', model: 'Galaxy Tab A8', condition: 'B' };

t.test('change details of a device', async (t) => {
  const [device] = await make.readyDevices(1, { kind: 'sim', make: 'O2', model: 'SIM' });
  const { page, step, look } = await signedInBrowser(t, baseURL, as.officer);
  later();
  await step('from its page', async () => {
    await page.goto(`/devices/${device!.id}`);
    await page.getByRole('link', { name: 'Change details' }).click();
    await page.getByRole('heading', { name: 'Change details' }).waitFor();
    await page.getByText('printed before still says what it said then: print it again').waitFor();
    await look('change details of a device');
  });
  await step('what is wrong is said at its field, and what was typed stays', async () => {
    await page.getByLabel('Kind').selectOption('tablet');
    await page.getByLabel('Make').fill('');
    await page.getByLabel('IMEI').fill('35-693803-564380-8');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Enter the make' }).waitFor();
    t.equal(await page.getByLabel('IMEI').inputValue(), '35-693803-564380-8');
    await page.getByLabel('Make').fill('Samsung');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: /This IMEI has a wrong digit/ }).waitFor();
    await look('change details of a device, refused');
  });
  await step('saved, with what follows', async () => {
    await page.getByLabel('IMEI').fill('35-693803-564380-9');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('so it is being prepared again').waitFor();
    await page.getByText('A label or certificate that was printed before').waitFor();
    await page
      .getByText('Details corrected: kind, make and IMEI. It was recorded as a SIM and is a tablet')
      .waitFor();
    await look('a device whose details were changed');
  });
});

t.test('two officers at once: the second sees what the first wrote, and loses nothing', async (t) => {
  const [device] = await make.devices(1);
  later();
  await savedByTwo(t, officer, {
    page: `/devices/${device!.id}/change`,
    first: { ...described, model: 'Galaxy Tab A9', notes: 'Has a case' },
    second: { ...described, model: 'Galaxy Tab S6' },
    shows: [
      /Someone else saved this while you wrote/,
      /Model says “Galaxy Tab A9” by now/,
      /Notes says “Has a case” by now/,
      /name="model"[^>]*value="Galaxy Tab S6"/,
    ],
  });
});

t.test('a double click corrects once and says so', async (t) => {
  const [device] = await make.devices(1);
  const path = `/devices/${device!.id}/change`;
  later();
  const version = versionIn((await get(path)).body);
  const sent = { ...described, model: 'Galaxy Tab A9', version, _once: 'change' };
  const both = await Promise.all([1, 2].map(() => post(path, sent)));
  t.same(
    both.map(({ statusCode }) => statusCode),
    [303, 303],
  );
  const page = (await get(`/devices/${device!.id}`)).body;
  t.equal(page.match(/Details corrected/g)?.length, 1);
});

t.test('lent, its kind stays and the page says why; only who records devices has the page', async (t) => {
  const loan = await make.loan();
  const id = loan.items[0]!.deviceId;
  const page = (await get(`/devices/${id}/change`)).body;
  t.match(page, /on loan as what it was recorded as\. Take it back first\./);
  t.notMatch(page, /name="kind"/);
  const { kind: _kind, ...rest } = described;
  later();
  const sent = await post(`/devices/${id}/change`, { ...rest, model: 'Tab', version: versionIn(page) });
  t.equal(sent.statusCode, 303);
  const auditor = forms(app, as.auditor);
  t.notMatch((await auditor.get(`/devices/${id}`)).body, /Change details/);
  t.equal((await auditor.get(`/devices/${id}/change`)).statusCode, 403);

  const [free] = await make.readyDevices(1);
  later();
  const version = versionIn((await get(`/devices/${free!.id}/change`)).body);
  await make.loan({ items: [{ deviceId: free!.id }] });
  later();
  const late = await post(`/devices/${free!.id}/change`, { ...described, kind: 'phone', version });
  t.equal(late.statusCode, 412, 'lent meanwhile');
  t.match(late.body, /on loan as what it was recorded as/);
});

t.test('change details of a SIM and its plan', async (t) => {
  later();
  const { id } = await recordDataPlan(deps, officerByName, {
    network: 'O2',
    iccid: '8944116059799981681',
    gbPerMonth: 20,
    durationMonths: 6,
    activatedOn: '2026-11-20',
  });
  const path = `/data-plans/${id}`;
  const { page, step, look } = await signedInBrowser(t, baseURL, as.officer);
  await step('from its page, refused', async () => {
    await page.goto(path);
    await page.getByRole('link', { name: 'Change details' }).click();
    await page.getByLabel('SIM number (ICCID)').fill('8944 1160');
    await page.getByLabel('Network').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Enter the network' }).waitFor();
    await page.getByLabel('Network').fill('EE');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: /An ICCID begins with 89/ }).waitFor();
    t.equal(await page.getByLabel('SIM number (ICCID)').inputValue(), '8944 1160');
    await look('change details of a SIM, refused');
  });
  await step('saved: its end is counted from the other day', async () => {
    later();
    await page.getByLabel('SIM number (ICCID)').fill('8944 1160 5979 9981 699F');
    const activated = page.getByRole('group', { name: 'Activated on (optional)' });
    await activated.getByLabel('Day').fill('10');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The details are changed.').waitFor();
    await page.getByText('10 May 2027').first().waitFor();
    await page.getByText('Details corrected: SIM number, network, day of activation').waitFor();
    await look('a SIM whose details were changed');
  });
  await step('two officers at once', async () => {
    const kept = { iccid: '8944116059799981699', gbPerMonth: '20', durationMonths: '6' };
    const on = { 'activatedOn-day': '10', 'activatedOn-month': '11', 'activatedOn-year': '2026' };
    later();
    await savedByTwo(t, officer, {
      page: `${path}/change`,
      first: { ...kept, ...on, network: 'Three' },
      second: { ...kept, ...on, network: 'Vodafone', 'activatedOn-day': '9' },
      shows: [
        /Network says “Three” by now/,
        /Activated on says “10 November 2026” by now/,
        /value="Vodafone"/,
      ],
    });
    const lookAgain = (await get(path)).body;
    t.match(lookAgain, /Vodafone/);
    t.match(lookAgain, /9 May 2027/);
    t.equal((await forms(app, as.auditor).get(`${path}/change`)).statusCode, 403);
  });
});

t.test(
  'change details of a donation, add what was forgotten, and take out what was never there',
  async (t) => {
    later();
    const { id, devices } = await recordDonation(deps, officerByName, {
      donor: { name: 'Asda Camdn' },
      receivedOn: '2026-11-20',
      devices: [
        { kind: 'tablet', make: 'Samsung', model: 'A8' },
        { kind: 'phone', make: 'Nokia', model: '3310' },
      ],
    });
    const path = `/donations/${id}`;
    const { page, step, look } = await signedInBrowser(t, baseURL, as.officer);
    await step('its details, refused and saved', async () => {
      await page.goto(path);
      await page.getByRole('link', { name: 'Change details' }).click();
      await page.getByLabel('Who gave the devices').fill('Asda Camden');
      const arrived = page.getByRole('group', { name: 'Date they arrived' });
      await arrived.getByLabel('Day').fill('30');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('link', { name: /This date is in the future/ }).waitFor();
      t.equal(await page.getByLabel('Who gave the devices').inputValue(), 'Asda Camden');
      await look('change details of a donation, refused');
      later();
      await arrived.getByLabel('Day').fill('19');
      await page.getByLabel('Notes (optional)').fill('Came in two vans');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('The details are changed.').waitFor();
      await page.getByText('It arrived on 19 November 2026, and not on 20 November 2026').waitFor();
      await look('a donation whose details were changed');
    });
    await step('devices that were forgotten', async () => {
      await page.getByRole('link', { name: 'Add devices that were forgotten' }).click();
      const first = page.getByRole('group', { name: 'Line 1', exact: true });
      await first.getByLabel('Make').fill('Apple');
      await page.getByRole('button', { name: 'Add devices' }).click();
      await page.getByRole('link', { name: /Line 1: Choose what kind of device it is/ }).waitFor();
      await look('add devices to a donation, refused');
      await first.getByLabel('Kind').selectOption('tablet');
      await first.getByLabel('Model').fill('iPad 9');
      await page.getByRole('button', { name: 'Add devices' }).click();
      await page.getByText('1 device is added.').waitFor();
      await page.getByRole('heading', { name: '3 devices' }).waitFor();
    });
    await step('one that was never there', async () => {
      await page.goto(`/devices/${devices[1]!.id}/change`);
      await page.getByText('Recorded by mistake, or twice?').waitFor();
      await page.getByRole('button', { name: 'Take it out of the donation' }).click();
      await page.getByText(`${devices[1]!.assetTag} is taken out.`).waitFor();
      await page.getByRole('heading', { name: '2 devices' }).waitFor();
      await look('a donation without a device');
    });
    await step('a press too many, and one that comes too late', async () => {
      const out = `/devices/${devices[0]!.id}/taking-out`;
      await make.pass(devices[0]!.id, 'setup');
      const refused = await post(out);
      t.equal(refused.statusCode, 409);
      t.match(refused.body, /A check of it was recorded on 23 November 2026, so it was there/);
      t.notMatch(refused.body, /Take it out of the donation/);
      const [extra] = await make.devices(1);
      const both = await Promise.all(
        [1, 2].map(() => post(`/devices/${extra!.id}/taking-out`, { _once: 'out' })),
      );
      t.same(
        both.map(({ statusCode }) => statusCode),
        [303, 303],
      );
      const line = {
        'devices.0.kind': 'sim',
        'devices.0.make': 'O2',
        'devices.0.model': 'SIM',
        _once: 'add',
      };
      await Promise.all([1, 2].map(() => post(`${path}/devices/new`, line)));
      t.match((await get(path)).body, /3 devices/);
    });
    await step('two officers at once', async () => {
      const on = { 'receivedOn-day': '19', 'receivedOn-month': '11', 'receivedOn-year': '2026' };
      later();
      await savedByTwo(t, officer, {
        page: `${path}/change`,
        first: { 'donor.name': 'Tesco', ...on, notes: 'In one van' },
        second: { 'donor.name': 'Asda Camden', ...on, 'receivedOn-day': '18', notes: 'In two vans' },
        shows: [
          /Donor name says “Tesco” by now/,
          /Received on says “19 November 2026” by now/,
          />In two vans</,
        ],
      });
      t.match((await get(path)).body, /In two vans/);
      const auditor = forms(app, as.auditor);
      t.notMatch((await auditor.get(path)).body, /Change details|that were forgotten/);
      t.equal((await auditor.get(`${path}/change`)).statusCode, 403);
    });
  },
);
