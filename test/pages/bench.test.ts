import { sql } from 'kysely';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);

for (const scripts of [true, false]) {
  t.test(
    `prepare ten devices in bench mode by keyboard alone; scripts ${scripts ? 'on' : 'off'}`,
    async (t) => {
      const { app, as, deps, db } = await testApp(t);
      const make = factories(deps);
      const devices = await make.devices(scripts ? 10 : 3);
      const [first, ...others] = devices;
      const [ready] = await make.readyDevices(1);
      const loan = await make.loan();
      const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
      const { page, step, scan, enter, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
      const press = async (...keys: string[]) => {
        for (const key of keys) await page.keyboard.press(key);
      };
      const shown = async (text: string | RegExp) =>
        page.locator('#last-scan').filter({ hasText: text }).waitFor();
      /** By keys alone to the field of the first fault. */
      const toFirstFault = async () => {
        const link = page.locator('.nhsuk-error-summary a').first();
        do await page.keyboard.press('Tab');
        while (!(await link.evaluate((one) => one === one.ownerDocument.activeElement)));
        await page.keyboard.press('Enter');
      };

      await step('what needs no checks, or is not ours, is told', async () => {
        await page.goto('/bench');
        await page.getByText('0 devices done today at this bench').waitFor();
        await look('bench, empty');
        await scan(ready!.assetTag);
        await shown('It is ready to lend already.');
        await scan(loan.items[0]!.assetTag);
        await shown(`It is on loan, so there are no checks to do. See loan ${loan.reference}`);
        await scan('what is this');
        await shown('No device here has the label or number “what is this”.');
        await look('bench, a scan that is not ours');
      });

      await step('the first is refused until it is known who verified it, then ready', async (t) => {
        await scan(first!.assetTag);
        await page.getByRole('heading', { name: first!.assetTag }).waitFor();
        await look('bench, a device');
        await enter();
        await page.getByRole('link', { name: 'Tick what passed' }).waitFor();
        await toFirstFault();
        await press('Space', 'Tab', 'Space', 'Tab', 'Space');
        await enter();
        await page.getByRole('link', { name: 'Enter who verified it' }).waitFor();
        await look('bench, refused');
        t.ok(await page.getByLabel('Set', { exact: false }).first().isChecked(), 'the ticks stay');
        await toFirstFault();
        await press('C');
        await press('Tab');
        await page.keyboard.type('Factory reset');
        await press('Tab', 'Tab');
        await page.keyboard.type('Vera Verifier');
        await enter();
        await shown(`${first!.assetTag}: Ready to lend.`);
        await page.getByText('1 device done today at this bench').waitFor();
        await look('bench, one done');
      });

      await step('the others take a scan and three ticks each', async (t) => {
        for (const [place, { assetTag }] of others.entries()) {
          await scan(place % 2 ? assetTag.toLowerCase() : assetTag);
          await page.getByRole('heading', { name: assetTag }).waitFor();
          await press('Space', 'Tab', 'Space', 'Tab', 'Space');
          await enter();
          await shown(`${assetTag}: Ready to lend.`);
        }
        await page
          .getByText(`${devices.length} devices done today at this bench. 0 devices being prepared.`)
          .waitFor();
        const { rows } = await sql<{ ready: number; checks: number; verified: number }>`
      select (select count(*) from device where status = 'ready') as ready,
        (select count(*) from preparation_check where performed_by = 'Test officer') as checks,
        (select count(*) from preparation_check where performed_by = 'Test officer'
          and evidence @> '{"method":"clear","tool":"Factory reset","verifiedBy":"Vera Verifier","sdCardRemoved":true}') as verified`.execute(
          db,
        );
        t.same(rows, [{ ready: devices.length + 1, checks: devices.length * 3, verified: devices.length }]);
      });

      await step('what failed is recorded, and told at the next scan', async () => {
        const [broken] = await make.devices(1);
        await scan(broken!.assetTag);
        await page.getByRole('heading', { name: broken!.assetTag }).waitFor();
        await press('Tab', 'Space', 'Tab', 'Tab');
        await enter();
        await shown('Still to do: sanitisation, setup.');
        await press('Tab', 'Tab');
        await enter();
        await page.getByRole('heading', { name: broken!.assetTag }).waitFor();
        await page.getByText('Something failed').click();
        await look('bench, something failed');
        await page.getByLabel('Which check?').selectOption('Setup');
        await page.getByLabel('What is wrong (optional)').fill('Screen flickers');
        await page.getByRole('button', { name: 'Record that it failed' }).click();
        await shown('The check failed. Still to do: sanitisation, setup.');
        await scan(broken!.assetTag);
        await page.getByText('The setup check failed on 23 November 2026: Screen flickers').waitFor();
      });

      await step('the first has its certificate', async () => {
        await page.goto(`/devices/${first!.id}/certificate`);
        await look('certificate');
      });
    },
  );
}

t.test(
  'the certificate has both people, the device and every field there is; of an earlier time it says so',
  async (t) => {
    const [device] = await make.devices(1);
    const url = `/devices/${device!.id}/certificate`;
    t.match((await get(url)).body, /There is no certificate yet/);
    const date = (name: string) => ({
      [`${name}-day`]: '23',
      [`${name}-month`]: '11',
      [`${name}-year`]: '2026',
    });
    const sent = await post(`/devices/${device!.id}/checks`, {
      kind: 'sanitisation',
      result: 'pass',
      ...date('performedOn'),
      performedBy: 'Ana Lima',
      'evidence.method': 'purge',
      'evidence.technique': 'cryptographic_erase',
      'evidence.tool': 'Blancco',
      'evidence.toolVersion': '7.1',
      'evidence.verifiedBy': 'Bo Chen',
      ...date('evidence.verifiedOn'),
      'evidence.verification': 'full',
      'evidence.verifierTitle': 'Team lead',
      'evidence.verifierLocation': 'Hub',
      'evidence.performerTitle': 'Technician',
      'evidence.performerLocation': 'Workshop',
      'evidence.mediaType': 'flash',
      'evidence.mediaSource': 'Asda store 12',
      'evidence.destination': 'external_reuse',
      'evidence.standardVersion': 'Rev. 2',
      'evidence.sdCardRemoved': 'yes',
    });
    t.equal(sent.statusCode, 303);
    const { body } = await get(url);
    const facts = [
      'Samsung',
      'Galaxy Tab A8',
      'SN1',
      device!.assetTag,
      'Purge: out of reach',
      'Cryptographic erase',
      'Blancco, version 7.1',
    ]
      .concat([
        'Ana Lima',
        'Technician',
        'Workshop',
        'Bo Chen',
        'Team lead',
        'Hub',
        '23 November 2026',
        'All of it',
      ])
      .concat(['Flash', 'Asda store 12', 'External reuse', 'Rev. 2', 'None left in the device']);
    for (const fact of facts) t.ok(body.includes(fact), fact);
    t.match((await get(`/devices/${device!.id}`)).body, /Certificate of sanitisation/);
    for (const kind of ['electrical', 'setup'] as const) await make.pass(device!.id, kind);
    await post(`/devices/${device!.id}/reopenings`, { reason: 'Used for a demonstration' });
    t.match((await get(url)).body, /This certificate is of an earlier time/);
    await make.pass(device!.id, 'sanitisation');
    const again = await get(url);
    t.match(again.body, /Vera Verifier/);
    const [, older] = /certificate\?check=([\w-]+)/.exec(again.body)!;
    t.match((await get(`${url}?check=${older}`)).body, /Bo Chen/);
    t.equal((await get(`${url}?check=${device!.id}`)).statusCode, 404);
  },
);

t.test(
  'a refused check says what would make it right, and what someone else did meanwhile is shown',
  async (t) => {
    const [device, done] = await make.devices(2);
    const own = {
      'evidence.method': 'clear',
      'evidence.tool': 'Reset',
      'evidence.verifiedBy': 'Test officer',
    };
    const date = { 'performedOn-day': '23', 'performedOn-month': '11', 'performedOn-year': '2026' };
    const refused = await post(`/bench/${device!.id}`, {
      passed: ['sanitisation', 'setup'],
      do: 'pass',
      ...own,
      ...date,
    });
    t.equal(refused.statusCode, 422);
    t.match(refused.body, /Someone else has to verify it/);
    t.same(
      (await get(`/devices/${device!.id}`)).body.includes('Checks of this preparation'),
      false,
      'none is kept',
    );
    t.match((await post('/bench', { code: ' ' })).body, /Scan or type a label first/);
    t.match((await post(`/bench/${device!.id}`, { do: 'fail', ...date })).body, /Choose which check failed/);
    for (const kind of done!.openChecks) await make.pass(done!.id, kind);
    t.match((await get(`/bench/${done!.id}`)).body, /It is ready to lend already/);
    const late = await post(`/bench/${done!.id}`, { passed: 'setup', do: 'pass', ...date });
    t.equal(late.statusCode, 303, 'a second pass of the same is harmless');
    const recorded = await post(`/bench/${device!.id}`, {
      passed: 'setup',
      do: 'pass',
      performedBy: 'Ana Lima',
      ...date,
    });
    const cookie = recorded.cookies.find(({ name }) => name === 'lendwell-bench')!;
    t.match(cookie, { path: '/', httpOnly: true, sameSite: 'Lax' });
    const withCookie = (who: 'officer' | 'manager') => ({
      ...as[who],
      cookie: `${as[who].cookie}; lendwell-bench=${encodeURIComponent(cookie.value)}`,
    });
    const mine = await app.inject({ url: `/bench/${device!.id}`, headers: withCookie('officer') });
    t.match(mine.body, /value="Ana Lima"/);
    const theirs = await app.inject({ url: `/bench/${device!.id}`, headers: withCookie('manager') });
    t.notMatch(
      theirs.body,
      /Ana Lima"/,
      'what one person filled in is not shown to the next on the same computer',
    );
    t.equal((await get('/bench')).body.includes('app-scan__last'), false);
  },
);

t.test('checks per kind: looked at and changed', async (t) => {
  await make.readyDevices(1, { kind: 'sim' });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.administrator);
  await page.goto('/devices');
  await page.getByRole('link', { name: 'Checks each kind of device needs' }).click();
  await look('checks per kind');
  const sim = page.getByRole('group', { name: 'SIM' });
  await sim.getByLabel('Setup').uncheck();
  await page.getByRole('button', { name: 'Save checks' }).click();
  await page.getByRole('link', { name: /Choose at least one check/ }).waitFor();
  await look('checks per kind, refused');
  await sim.getByLabel('Electrical').check();
  await page.getByRole('button', { name: 'Save checks' }).click();
  await page.getByText('The checks are saved. 1 ready device went back to preparation.').waitFor();
});
