import t from 'tap';
import { addStaff } from '../../src/access/staff.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { axeClean, openBrowser, overflows } from '../helpers/browser.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const password = 'seven green kettles';

t.test('an officer signs in, records a donation, and prepares a device', async (t) => {
  const { app, deps, db } = await testApp(t, { SESSION_IDLE_MINUTES: '600' });
  const ctx = systemContext('test');
  await addStaff(deps, ctx, { name: 'Ana Lima', email: 'ana@example.com', role: 'officer', password });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const page = await openBrowser(t, { baseURL });
  const look = async (name: string) => {
    await axeClean(t, page, name);
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      t.equal(await overflows(page), '', `${name} fits ${width} pixels`);
    }
  };

  await page.goto('/donations/new');
  await look('sign in');
  await page.getByLabel('Email address').fill('ana@example.com');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
  t.match(await page.title(), /^Error: Sign in/);
  await look('sign in, refused');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/donations/new');

  await page.getByRole('button', { name: 'Record donation' }).click();
  await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
  await look('a donation, refused');
  await page.getByRole('link', { name: 'Enter who gave the devices' }).click();
  await page.keyboard.type('Asda Camden');
  const first = page.getByRole('group', { name: 'Line 1', exact: true });
  await first.getByLabel('Kind').selectOption('SIM');
  await first.getByLabel('Make').fill('O2');
  await first.getByLabel('Model').fill('Data SIM');
  await first.getByLabel('Serial number', { exact: true }).fill('SN1');
  await page.keyboard.press('Enter');
  t.equal(
    await page.evaluate('document.activeElement.name'),
    'devices.1.serialNumber',
    'a scanner goes to the next row',
  );
  await page.getByRole('button', { name: 'Add 5 more lines' }).click();
  await page.getByRole('group', { name: 'Line 10', exact: true }).waitFor();
  t.equal(await first.getByLabel('Make').inputValue(), 'O2', 'what was typed stays');
  await page.getByRole('button', { name: 'Record donation' }).dblclick();
  await page.getByText(/Donation D-\w+ is recorded with 1 device/).waitFor();
  await look('a donation');
  t.equal((await db.selectFrom('donation').selectAll().execute()).length, 1, 'a double click records one');

  await page.getByRole('link', { name: 'Next: print 1 label' }).click();
  await page.getByText('1 label on 1 sheet').waitFor();
  t.ok(await page.getByRole('button', { name: 'Print this page' }).isVisible());
  t.notOk(await page.getByText('Print this page from your browser.').isVisible(), 'the button says it');
  await page.goto('/devices?status=in_preparation');
  await page.getByText('1 device', { exact: true }).waitFor();
  await look('devices');
  await page.getByLabel('Kind').selectOption('Tablet');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByText('No device is like this.').waitFor();
  await look('devices, none');

  await page.goto('/');
  await look('today');
  t.equal(await page.evaluate('document.activeElement.name'), 'code', 'the box has the focus');
  await page.keyboard.type('nothing like it');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing here is called “nothing like it”.').waitFor();
  await look('nothing found');
  const { asset_tag } = await db.selectFrom('device').select('asset_tag').executeTakeFirstOrThrow();
  await page.getByLabel('Scan or search').fill(asset_tag.toLowerCase());
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: asset_tag }).waitFor();
  await look('a device');

  await page.getByRole('button', { name: 'Record setup check' }).click();
  await page.getByRole('link', { name: 'Choose whether it passed' }).click();
  await look('a device, refused');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Record setup check' }).click();
  await page.getByText('Setup check passed. The device is ready to lend.').waitFor();
  await page.getByText(/The device is now ready/).waitFor();
  await look('a device, ready');
  await page.reload();
  t.equal(await page.getByText('Setup check passed. The device').count(), 0, 'the banner is said once');

  await page.goto('/donations');
  await look('donations');
  await page.goto('/no-such-page');
  await look('not found');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
});

t.test('pages without scripts, roles and bad addresses', async (t) => {
  const { app, as } = await testApp(t);
  const get = (url: string, headers: Record<string, string>) => app.inject({ url, headers });
  t.equal(
    (await get('/', as.supporter)).headers.location,
    '/support',
    'who has no Today starts at the first place of the role',
  );
  t.match((await get('/', as.administrator)).body, 'How the system stands', 'whoever runs it has their own');
  const refused = await get('/donations/new', as.auditor);
  t.equal(refused.statusCode, 403);
  t.match(refused.body, /This role may not do that/);
  t.notMatch(
    (await get('/donations', as.auditor)).body,
    /Record a donation/,
    'what a role may not do is not offered',
  );
  const filtered = await get('/devices?status=&kind=tablet', as.officer);
  t.equal(filtered.statusCode, 200, 'a filter that is not set is no filter');
  for (const [url, rest] of [
    ['/devices?status=no-such', '/devices'],
    ['/devices?after=x', '/devices'],
    ['/devices?status=no-such&kind=tablet', '/devices?kind=tablet'],
    ['/data-plans?ending=14', '/data-plans'],
  ] as const) {
    const { statusCode, headers } = await get(url, as.officer);
    t.match({ statusCode, headers }, { statusCode: 303, headers: { location: rest } }, url);
    const told = headers['set-cookie']?.toString() ?? '';
    t.match(decodeURIComponent(told), /Part of the address was not right/);
  }
  for (const url of ['/devices/export.csv?status=no-such', '/loans/export.xlsx?due=never'])
    t.equal((await get(url, as.officer)).statusCode, 400, `${url}: no file has more than was asked for`);
  for (const url of ['/devices/1', '/devices/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', '/no/such/page']) {
    const reply = await get(url, as.officer);
    t.equal(reply.statusCode, 404, url);
    t.match(reply.headers['content-type'], /^text\/html/);
  }
  const home = await get('/', as.officer);
  const assets = [...home.body.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, url]) => url!);
  t.ok(assets.length >= 4);
  for (const url of [...assets, assets[1]!.replace('nhsuk.css', 'nhsuk.js')]) {
    const reply = await get(url, {});
    t.equal(reply.statusCode, 200, url);
    t.match(reply.headers['cache-control'], /max-age=31536000.*immutable/);
    t.notMatch(reply.body, /assets\.nhs\.uk/, 'nothing comes from elsewhere');
  }
  t.equal(
    (await get(assets[1]!.replace('nhsuk.css', '..%2fadmin.ts'), {})).statusCode >= 400,
    true,
    'and nothing but the assets is served',
  );
});

t.test('before a session ends whoever is still here may stay', async (t) => {
  const { app, as, clock, db } = await testApp(t);
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.clock.install();
  await page.goto('/help');
  const notice = page.getByText('you will soon be signed out');
  const isFocused = async () => (await page.locator('#sound:focus').count()) > 0;
  const later = async (minutes: number) => {
    clock.set(new Date(clock.now().epochMilliseconds + minutes * 60_000).toISOString());
    await page.clock.fastForward(minutes * 60_000);
  };
  await later(12);
  t.notOk(await notice.isVisible());
  const sound = page.getByLabel('A sound at each scan on this computer');
  await sound.focus();
  await later(1);
  await notice.waitFor();
  await look('soon signed out');
  t.ok(await isFocused(), 'the focus stays where it was');
  const stay = page.getByRole('button', { name: 'Stay signed in' });
  await stay.click();
  await notice.waitFor({ state: 'hidden' });
  t.ok(await isFocused(), 'and goes back there');
  await later(13);
  await notice.waitFor();
  t.equal(
    (await app.inject({ url: '/help', headers: as.officer })).statusCode,
    200,
    'still signed in, after 26 minutes',
  );
  await db.updateTable('session').set({ revoked_at: clock.now().toString() }).execute();
  await stay.click();
  await page.getByText('You are signed out by now').waitFor();
  await look('signed out by now');
});
