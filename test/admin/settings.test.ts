import t from 'tap';
import { findSettings, settingsBeside, settingsFor } from '../../src/office/settings.ts';
import { addOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import { testApp } from '../helpers/app.ts';
import { manager } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, clinicId } = await testApp(t);
const readers = ['officer', 'manager', 'auditor', 'administrator'] as const;
const hrefs = (body: string) => [...body.matchAll(/<a href="(\/settings\/[^"]+)"/g)].map(([, href]) => href);

t.test('settings are found by what people call them', async (t) => {
  const first = (sought: string) => findSettings({ role: 'manager' }, sought).map(({ href }) => href);
  for (const [sought, href] of [
    ['Christmas', '/settings/calendar'],
    ['bank holidays', '/settings/calendar'],
    ['GDPR', '/settings/notices'],
    ['erase', '/settings/retention'],
    ['reminders', '/settings/templates'],
    ['API', '/settings/keys'],
    ['webhook', '/settings/clinics?role=clinic'],
    ['passkey', '/settings/sign-in'],
    ['Terms', '/settings/terms'],
    ['  staff  ', '/settings/staff'],
    ['SIM', '/settings/data-offers'],
  ] as const)
    t.ok(first(sought).includes(href), `${sought}: ${first(sought).join(', ')}`);
  t.equal(first('staff')[0], '/settings/staff', 'what is called so comes first');
  t.equal(first('terms')[0], '/settings/terms');
  t.same(first('zebra'), []);
  t.same(first(' … '), []);
  t.ok(first('second person').length < first('person').length, 'every word counts');
});

t.test('a role finds and is shown what it may read, and nothing else', async (t) => {
  t.same(findSettings({ role: 'officer' }, 'security log'), []);
  t.ok(findSettings({ role: 'auditor' }, 'security log').length);
  t.same(settingsFor({ role: 'supporter' }), []);
  t.equal(settingsBeside({ role: 'supporter' }, '/settings/terms'), null);
  for (const role of readers) {
    const { get } = forms(app, as[role]);
    const home = await get('/settings');
    const own = settingsFor({ role }).flatMap(({ pages }) => pages);
    t.same(
      hrefs(home.body.slice(home.body.indexOf('app-settings-groups'))),
      own.map(({ href }) => href),
      role,
    );
    for (const { text, about } of own) t.match(home.body, about, `${text} says what it is for`);
    for (const { href, text } of own) {
      const page = await get(href);
      t.equal(page.statusCode, 200, `${role} ${href}`);
      const beside = page.body.slice(page.body.indexOf('class="app-side"'), page.body.indexOf('<main'));
      t.same(
        hrefs(beside),
        own.map((one) => one.href),
        `${role} ${href} has all beside it`,
      );
      const marked = [...beside.matchAll(/aria-current="(\w+)">([^<]+)</g)].map(([, how, what]) => [
        how,
        what,
      ]);
      t.same(marked, [['page', text]], `${href} is marked, and nothing else`);
    }
    t.notMatch(home.body, 'class="app-side"', 'the home is the list itself');
    t.notMatch((await get('/help')).body, 'class="app-side"');
  }
  t.equal((await forms(app, as.supporter).get('/settings')).statusCode, 403);
  const deeper = await forms(app, as.manager).get(`/settings/clinics/${clinicId}`);
  t.match(deeper.body, /aria-current="true">Clinics</, 'a page within is in its group');
  t.match(deeper.body, 'Settings: Clinics and partners');
});

t.test('the search is an address like any other, and takes what is odd', async (t) => {
  const { get } = forms(app, as.manager);
  const found = await get('/settings?sought=bank+holiday');
  t.match(found.body, /1 setting about “bank holiday”/);
  t.match(found.body, 'value="bank holiday"');
  t.match((await get('/settings?sought=zebra')).body, 'No setting is called so');
  t.match((await get('/settings?sought=')).body, 'Lending', 'nothing sought shows all');
  for (const odd of ['%3Cscript%3Ealert(1)%3C/script%3E', '%25', '%F0%9F%98%80', '[(']) {
    const { statusCode, body } = await get(`/settings?sought=${odd}`);
    t.equal(statusCode, 200, odd);
    t.notMatch(body, '<script>alert');
  }
  for (const bad of [`sought=${'x'.repeat(101)}`, 'other=1'])
    t.match(await get(`/settings?${bad}`), { statusCode: 303, headers: { location: '/settings' } }, bad);
});

t.test('Clinics begins with clinics, and what each has is a step from its name', async (t) => {
  await addOrganisation(deps, manager, { name: 'A private donor', role: 'donor' });
  const { get } = forms(app, as.administrator);
  const href = hrefs((await get('/settings')).body).find((one) => one?.startsWith('/settings/clinics')) ?? '';
  const { body } = await get(href);
  t.match(body, 'Elm Street Clinic');
  t.notMatch(body, 'A private donor');
  for (const what of ['keys', 'form-links', 'webhooks']) {
    t.match(body, `href="/settings/clinics/${clinicId}/${what}"`);
    t.equal((await get(`/settings/clinics/${clinicId}/${what}`)).statusCode, 200, what);
  }
  t.match((await get('/settings/clinics')).body, 'A private donor', 'the others are a filter away');
  const officers = await forms(app, as.officer).get('/settings/clinics');
  t.notMatch(officers.body, `/settings/clinics/${clinicId}/keys`, 'keys are not offered to whoever may not');
});

t.test('beside on a wide screen, a fold on a phone; with and without scripts', async (t) => {
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, base, as.manager, { scripts });
    await page.goto('/settings');
    await look('the settings');
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('holiday');
    await page.getByRole('button', { name: 'Find', exact: true }).last().click();
    await page.getByRole('heading', { name: '1 setting about “holiday”' }).waitFor();
    await look('a setting that was found');
    await page.getByRole('main').getByRole('link', { name: 'Calendar' }).click();
    await page.getByRole('heading', { name: 'Calendar', level: 1 }).waitFor();
    await look('a page of settings');
    const beside = page.getByRole('navigation', { name: 'Settings', exact: true });
    await page.setViewportSize({ width: 1440, height: 900 });
    await beside.getByRole('link', { name: 'Terms', exact: true }).waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    t.equal(await beside.getByRole('link', { name: 'Terms', exact: true }).isVisible(), false, 'folded');
    await beside.getByText('Settings: The scheme').click();
    await look('the fold, open');
    await page.setViewportSize({ width: 360, height: 740 });
    await beside.getByRole('link', { name: 'Terms', exact: true }).click();
    await page.getByRole('heading', { name: 'Terms', level: 1 }).waitFor();
  }
});
