import t from 'tap';
import { newId } from '../../src/shared/ids.ts';
import { Problem } from '../../src/shared/problem.ts';
import { copiedWords, ofLines, unfoldLines } from '../../src/stock/donations/device-lines.view.ts';
import type { Typed } from '../../src/web/forms.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const tab = { kind: 'tablet', make: 'Lenovo', model: 'Tab M10' };
const typedOf = (...lines: Record<string, string>[]): Typed =>
  Object.fromEntries(
    lines.flatMap((line, place) =>
      Object.entries(line).map(([name, value]) => [`devices.${place}.${name}`, value]),
    ),
  );
const faultsOf = (...lines: Record<string, string>[]) => {
  try {
    unfoldLines(typedOf(...lines));
    return {};
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return Object.fromEntries(error.errors!.map(({ pointer, message }) => [pointer, message]));
  }
};

t.test('a line becomes as many devices as serials were scanned, or as it says', async (t) => {
  const { typed, lineOf, copied } = unfoldLines({
    ...typedOf(
      { ...tab, condition: 'B', serials: ' a1\n\na2 \na3' },
      { kind: '', condition: 'A' },
      { ...tab, count: '2' },
      { serialNumber: 'x9', condition: '' },
      { imei: '490154203237518' },
    ),
    receivedOn: '2026-11-23',
  });
  t.equal(typed.receivedOn, '2026-11-23');
  t.same(lineOf, [0, 0, 0, 2, 2, 3, 4]);
  t.same(copied, [4, 5]);
  t.equal(copiedWords(copied), ' Lines 4 and 5 took kind, make and model of the line above.');
  t.match(typed, {
    'devices.0.serialNumber': 'a1',
    'devices.2.serialNumber': 'a3',
    'devices.2.condition': 'B',
    'devices.4.serialNumber': '',
    'devices.5.model': 'Tab M10',
    'devices.5.serialNumber': 'x9',
    'devices.6.imei': '490154203237518',
  });
  t.notOk('devices.0.serials' in typed);
});

t.test('what does not go together is a fault in words', async (t) => {
  t.same(faultsOf({ ...tab, count: '3', serials: 'a1\na2' }), {
    '/devices/0/count': 'It says 3, and 2 serial numbers are there.',
  });
  t.same(faultsOf({ ...tab, serials: 'a1\na1' }), { '/devices/0/serials': 'Scanned twice: a1.' });
  for (const count of ['0', '-1', '1.5', 'ten', '501'])
    t.same(faultsOf({ ...tab, count }), { '/devices/0/count': 'Enter how many there are, from 1 to 500.' });
  t.same(faultsOf({ ...tab, count: '2', imei: '1' }), {
    '/devices/0/imei': 'An IMEI is of one device. Give that device a line of its own.',
  });
  t.match(faultsOf({ ...tab, count: '400' }, { ...tab, count: '101' }), {
    '/devices/1/count': /501 devices/,
  });
});

t.test('faults are told of the lines as they were typed, once for each', async (t) => {
  const unfolded = unfoldLines(
    typedOf({ make: 'Lenovo', serials: 'a1\na2' }, { ...tab, serialNumber: 'b1' }),
  );
  const refused = ofLines(unfolded, async () => {
    throw new Problem('invalid', {
      errors: [
        { pointer: '/devices/0/kind', message: 'Choose.' },
        { pointer: '/devices/1/kind', message: 'Choose.' },
        { pointer: '/devices/0/serialNumber', message: 'Already in stock as LW-1.' },
        { pointer: '/devices/1/serialNumber', message: 'Already in stock as LW-2.' },
        { pointer: '/devices/2/serialNumber', message: 'The same as device 1 of this list.' },
        { pointer: '/donor/name', message: 'Enter it' },
      ],
    });
  });
  const told = await refused.catch((error) => error);
  t.match(told, {
    errors: [
      { pointer: '/devices/0/kind', message: 'Choose.' },
      {
        pointer: '/devices/0/serials',
        message: 'a1: Already in stock as LW-1. a2: Already in stock as LW-2.',
      },
      { pointer: '/devices/1/serialNumber', message: 'The same as in line 1.' },
      { pointer: '/donor/name', message: 'Enter it' },
    ],
  });
});

t.test(
  'ten equal tablets take one line and ten scans; the next donation begins with what is usual',
  async (t) => {
    const { app, as, deps, db } = await testApp(t);
    const make = factories(deps);
    await make.devices(1);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, look } = await signedInBrowser(t, baseURL, as.officer);
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await db
      .insertInto('location')
      .values([{ id: newId(), name: 'Camden hub', kind: 'hub', created_at: '2026-11-23T09:00:00Z' }])
      .execute();

    await page.goto('/donations/new');
    t.equal(
      await page.getByLabel('Kept at (optional)').locator('option:checked').textContent(),
      'Camden hub',
      'the only hub',
    );
    await page.getByLabel('Who gave the devices').fill('Asda Camden');
    const line = (number: number) => page.getByRole('group', { name: `Line ${number}`, exact: true });
    await line(1).getByLabel('Kind').selectOption('Tablet');
    await line(1).getByLabel('Make').fill('Lenovo');
    await line(1).getByLabel('Model').fill('Tab M10');
    await line(1).getByLabel('Condition').selectOption('B');
    await line(1).getByText('Several of these').click();
    await line(1).getByLabel('Scan their serial numbers').focus();
    for (let place = 0; place < 10; place++) {
      await page.keyboard.type(`HA${place}`);
      await page.keyboard.press('Enter');
    }
    await line(1).getByLabel('How many of these?').fill('9');
    await line(2).getByLabel('Serial number', { exact: true }).fill('HB1');
    await page.keyboard.press('Enter');
    t.equal(await line(2).getByLabel('Model').inputValue(), 'Tab M10', 'it is copied down');
    t.equal(await line(2).getByLabel('Condition').inputValue(), 'B');
    await line(3).getByLabel('Make').fill('Apple');
    await look('a donation of several');
    await press('Record donation');
    await page.getByRole('link', { name: 'Line 1: It says 9, and 10 serial numbers are there' }).waitFor();
    await look('a donation of several, refused');
    await line(1).getByLabel('How many of these?').fill('10');
    await press('Record donation');
    await page
      .getByRole('link', { name: 'Line 3: Choose what kind of device it is. Enter the model', exact: true })
      .waitFor();
    t.equal(await line(3).locator('.nhsuk-error-message').count(), 1, 'its faults are told once');
    await look('a donation of several, a line refused');
    await line(3).getByLabel('Make').fill('');
    await press('Record donation');
    await page.getByText(/Donation D-\w+ is recorded with 11 devices\./).waitFor();

    await page.goto('/donations/new');
    t.equal(await line(1).getByLabel('Condition').inputValue(), 'B', 'the condition last chosen');
    const { post } = forms(app, as.officer);
    const sent = await post('/donations/new', {
      'donor.name': 'Asda Camden',
      'receivedOn-day': '23',
      'receivedOn-month': '11',
      'receivedOn-year': '2026',
      ...typedOf({ ...tab, serials: 'HA3\nHC1' }),
    });
    t.equal(sent.statusCode, 409);
    t.match(sent.body, /Line 1: HA3: Already in stock as LW-/);
    await page.goto('/donations/new');
  },
);
