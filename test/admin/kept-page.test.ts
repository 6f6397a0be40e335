import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { forgetWhatIsOver } from '../../src/privacy/forgetting.commands.ts';
import { addFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import { type Headers, testApp } from '../helpers/app.ts';
import { openBrowser, thenLoaded } from '../helpers/browser.ts';
import { manager } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);
const { app, as, deps, db, clock, clinicId } = await testApp(t, { SESSION_IDLE_MINUTES: '120' });
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

/** The same as a page that goes to another page. */
const browserOf = (headers: Headers) => forms(app, { ...headers, 'sec-fetch-mode': 'navigate' });

for (const scripts of [true, false]) {
  t.test(`the browser’s Back after a page with faults; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { page } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    const press = (name: string) =>
      thenLoaded(page, () => page.getByRole('button', { name, exact: true }).click());
    await page.goto('/referrals/new');
    await page.getByLabel('Given name').fill('Zoë');
    await page.getByLabel('Family name').fill('Wolf');
    await press('Record referral');
    t.match(await page.title(), /^Error: /);
    await page.getByRole('link', { name: 'Choose at least one thing they need' }).waitFor();
    t.equal(await page.getByLabel('Given name').inputValue(), 'Zoë');
    await page.goto('/referrals');
    await page.goBack();
    await page.getByRole('link', { name: 'Choose at least one thing they need' }).waitFor();
    t.equal(await page.getByLabel('Given name').inputValue(), 'Zoë', 'it is there as it was');
    await page.reload();
    t.equal(await page.getByLabel('Family name').inputValue(), 'Wolf');
    // It is a form as before: sent again, it is refused for what is wrong with it now.
    await page.getByLabel('Device', { exact: true }).check();
    await press('Record referral');
    await page.getByRole('link', { name: /Choose the clinic/ }).waitFor();
    t.equal(await page.getByRole('link', { name: 'Choose at least one thing they need' }).count(), 0);
  });
}

t.test('what was shown does not come back once its person has signed out', async (t) => {
  const own = await testApp(t);
  const address = await own.app.listen({ host: '127.0.0.1', port: 0 });
  const { page } = await signedInBrowser(t, address, own.as.officer);
  await page.goto('/referrals/new');
  await page.getByLabel('Given name').fill('Quillfeather');
  await thenLoaded(page, () => page.getByRole('button', { name: 'Record referral' }).click());
  const kept = page.url();
  await thenLoaded(page, () => page.getByRole('button', { name: 'Sign out' }).click());
  await page.goBack();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  t.notMatch(await page.content(), 'Quillfeather');
  await page.goto(kept);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

t.test('a form’s answer is kept for an hour, sealed, for whoever sent it alone', async (t) => {
  const officer = browserOf(as.officer);
  const typed = { 'patient.givenName': 'Quillfeather' };
  const led = await officer.post('/referrals/new', typed);
  t.equal(led.statusCode, 303);
  const at = led.headers.location!;
  t.match(at, /^\/referrals\/new\?kept=[0-9a-f-]{36}$/);
  const kept = await officer.get(at);
  t.equal(kept.statusCode, 422);
  t.match(kept.headers, { 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' });
  const plain = (html: string) => html.replaceAll(/name="_\w+" value="[^"]+"/g, '');
  const straight = await forms(app, as.officer).post('/referrals/new', typed);
  t.equal(straight.statusCode, 422, 'what does not navigate has it at once');
  t.equal(plain(kept.body), plain(straight.body));
  t.equal((await officer.get(at)).body, kept.body, 'as often as it is asked for');
  const colleague = await forms(app, as.manager).get(at);
  t.equal(colleague.statusCode, 200, 'a colleague has the page that is there by itself');
  t.notMatch(colleague.body, 'Quillfeather');
  t.equal((await app.inject(at)).headers.location, `/sign-in?next=${encodeURIComponent(at)}`);
  const rows = await db.selectFrom('kept_page').selectAll().execute();
  t.ok(rows.length);
  for (const { sealed } of rows) t.notOk(sealed.includes('Quillfeather'));
  clock.set('2026-11-23T10:29:00Z');
  t.equal((await officer.get(at)).statusCode, 422);
  clock.set('2026-11-23T10:31:00Z');
  const over = await officer.get(at);
  t.equal(over.statusCode, 200);
  t.notMatch(over.body, 'Quillfeather');
  t.ok((await forgetWhatIsOver(deps)).kept_page);
  t.same(await db.selectFrom('kept_page').selectAll().execute(), []);
  clock.set('2026-11-23T09:30:00Z');
});

t.test('what is shown once is kept nowhere', async (t) => {
  const officer = browserOf(as.manager);
  const made = await officer.post(`/settings/clinics/${clinicId}/form-links`, {
    label: 'Team',
    'expiresOn-day': '1',
    'expiresOn-month': '6',
    'expiresOn-year': '2027',
  });
  t.equal(made.statusCode, 201);
  t.same(await db.selectFrom('kept_page').selectAll().execute(), []);
});

t.test('people who sign in nowhere come back to their own as well', async (t) => {
  const page = await openBrowser(t, { baseURL, scripts: false });
  await page.goto('/sign-in');
  await page.getByLabel('Email address').fill('nobody@example.org');
  await thenLoaded(page, () => page.getByRole('button', { name: 'Sign in' }).click());
  await page.getByRole('link', { name: 'Enter your password' }).waitFor();
  const at = page.url();
  const { token } = await addFormLink(deps, manager, clinicId, { label: 'Team', expiresOn: '2027-11-01' });
  await page.goto(`/refer/${token}`);
  await page.goBack();
  await page.getByRole('link', { name: 'Enter your password' }).waitFor();
  t.equal(await page.getByLabel('Email address').inputValue(), 'nobody@example.org');
  const { pathname, search } = new URL(at);
  const stranger = await app.inject({ url: pathname + search, headers: { cookie: 'lendwell-form=another' } });
  t.notMatch(stranger.body, 'nobody@example.org');
});

t.test('every form says where it goes, since it may be the answer to another form', (t) => {
  // Whoever answers by the link in a message has no cookie, so for them nothing is kept.
  const views = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.njk') && !file.startsWith('messages/patient-links/'),
  );
  for (const view of views) {
    const html = readFileSync(path.join('src', view), 'utf8');
    for (const [form, tag] of html.matchAll(/(<form[^>]*>)[\s\S]*?<\/form>/g))
      t.ok(
        / action="/.test(tag!) || form.includes('formaction="') || form.includes('lines('),
        `${view}: ${tag}`,
      );
  }
  t.end();
});
