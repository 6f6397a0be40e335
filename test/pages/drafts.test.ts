import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(240_000);

const notSaved = 'What you typed here is not saved yet.';
const stored = (page: Page) => page.evaluate(() => sessionStorage.getItem('lendwell-drafts'));

const { app, as, db, deps } = await testApp(t, { SESSION_IDLE_MINUTES: '30' });
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
const make = factories(deps);

async function open(t: Test, options: { scripts?: boolean } = {}) {
  const browser = await signedInBrowser(t, baseURL, as.officer, options);
  const press = (name: string | RegExp) => browser.page.getByRole('button', { name, exact: true }).click();
  const unfold = (text: string) => browser.page.locator('summary').filter({ hasText: text }).click();
  return { ...browser, press, unfold };
}

t.test('what is typed in one form stays when the button of another is pressed', async (t) => {
  const { page, look, press, unfold } = await open(t);
  const { id } = await make.referral();
  await page.goto(`/referrals/${id}`);
  await unfold('Add a note');
  const note = page.getByLabel('Note', { exact: true });
  await note.fill('Rang the ward.\nCall back on <Friday>.');
  await unfold('Decline the referral');
  await page.locator('#decline-reason').fill('Asked for nothing after all');
  await press('Take it');
  await page.getByText(/^R-[0-9A-Z]{6} is yours/).waitFor();
  t.equal(await note.inputValue(), 'Rang the ward.\nCall back on <Friday>.');
  t.ok(await note.isVisible(), 'unfolded');
  t.equal(await page.getByText(notSaved).count(), 2);
  await look('a referral with drafts');
  await press(/^Clear it.*Decline/);
  t.equal(await page.locator('#decline-reason').inputValue(), '');
  t.equal(await page.locator(':focus').getAttribute('id'), 'decline-reason');
  await page.goto('/referrals');
  await page.goto(`/referrals/${id}`);
  t.equal(await page.locator('#decline-reason').inputValue(), '', 'cleared for good');
  await press('Add the note');
  await page.getByText('The note is kept.').waitFor();
  t.equal(await page.getByText(notSaved).count(), 0);
  t.equal(await note.inputValue(), '');
  t.equal(await stored(page), null, 'nothing is left behind');
});

t.test('what was refused, and then left for another button, stays too', async (t) => {
  const { page, press, unfold } = await open(t);
  const { id } = await make.referral();
  await page.goto(`/referrals/${id}`);
  await unfold('Change what they need');
  await page.getByLabel('Why', { exact: true }).last().fill('Has Wi-Fi by now');
  await press('Change what they need');
  await page.getByRole('link', { name: 'Choose what changes' }).waitFor();
  await press('Take it');
  await page.getByText(/^R-[0-9A-Z]{6} is yours/).waitFor();
  t.equal(await page.locator('#need-reason').inputValue(), 'Has Wi-Fi by now');
  t.equal(await page.getByText(notSaved).count(), 1);

  await page.locator('#need-reason').fill('');
  await page.goto(`/referrals/${id}`);
  await unfold('Ask the clinic a question');
  await page.getByLabel('What do you want to know?').fill('Is there Wi-Fi?');
  t.equal(
    (await forms(app, as.manager).post(`/referrals/${id}/decisions`, { decision: 'accept' })).statusCode,
    303,
  );
  await press('Ask the clinic');
  await page.getByText('There is a problem').waitFor();
  t.match(await stored(page), /Is there Wi-Fi/, 'what can no longer be sent is not lost at once');
});

t.test('the same on the pages of a follow-up and of privacy', async (t) => {
  const { page, press, unfold } = await open(t);
  const { followUps } = await make.loan();
  await page.goto(`/follow-ups/${followUps[0]!.id}`);
  await page.getByLabel('Yes', { exact: true }).check();
  await page.getByLabel('Note (optional)').fill('Sent her first message');
  await unfold('Move it');
  await page.locator('#move-startsAt').fill('15:30');
  await press('Confirm');
  await page.getByText('The follow-up is confirmed.').waitFor();
  t.equal(await page.getByLabel('Note (optional)').inputValue(), 'Sent her first message');
  t.ok(await page.getByLabel('Yes', { exact: true }).isChecked());
  t.equal(await page.locator('#move-startsAt').inputValue(), '15:30');
  t.equal(await page.getByText(notSaved).count(), 2);
  await press('Record');
  await page.getByText('The contact is recorded.').waitFor();
  const outcome = await db.selectFrom('follow_up_outcome').select('minutes').executeTakeFirstOrThrow();
  t.equal(outcome.minutes, null, 'nobody said how long it took (rule 27)');

  await page.context().addCookies(cookiesOf(as.manager));
  const patient = await db.selectFrom('patient').select('id').executeTakeFirstOrThrow();
  await page.goto(`/patients/${patient.id}/privacy`);
  const reasons = page.locator('textarea');
  await reasons.first().fill('They wrote to us');
  await page.locator('form:has(textarea)').last().locator('button').last().click();
  await page.getByText('There is a problem').waitFor();
  await page.goto(`/patients/${patient.id}/privacy`);
  t.equal(await reasons.first().inputValue(), 'They wrote to us');
});

t.test('drafts end when nothing was pressed for as long as a session lasts', async (t) => {
  const { page, unfold, press } = await open(t);
  const { id } = await make.referral();
  await page.clock.install();
  await page.goto(`/referrals/${id}`);
  await unfold('Add a note');
  await page.locator('#note-note').fill('Personal');
  await press('Take it');
  await page.getByText(/^R-[0-9A-Z]{6} is yours/).waitFor();
  await page.clock.fastForward('29:00');
  t.match(await stored(page), /Personal/);
  await press('Stay signed in');
  await page.locator('.app-session').waitFor({ state: 'hidden' });
  await page.clock.fastForward('29:00');
  t.match(await stored(page), /Personal/, 'whoever is still here keeps it');
  await page.clock.fastForward('02:00');
  t.equal(await stored(page), null);
});

t.test('no more is kept than fits, the oldest goes first', async (t) => {
  const { page, unfold, press } = await open(t);
  const [one, two] = [await make.referral(), await make.referral()];
  for (const { id } of [one, two]) {
    await page.goto(`/referrals/${id}`);
    await unfold('Add a note');
    await page.locator('#note-note').fill('x'.repeat(150_000));
    await press('Take it');
    await page.getByText(/^R-[0-9A-Z]{6} is yours/).waitFor();
  }
  const kept = (await stored(page))!;
  t.ok(kept.length <= 200_000);
  t.notMatch(kept, one.id);
  t.match(kept, two.id);
});

t.test('without script nothing is kept, and nothing breaks', async (t) => {
  const { page, press, unfold } = await open(t, { scripts: false });
  const { id } = await make.referral();
  await page.goto(`/referrals/${id}`);
  await unfold('Add a note');
  await page.locator('#note-note').fill('Rang the ward');
  await press('Take it');
  await page.getByText(/^R-[0-9A-Z]{6} is yours/).waitFor();
  t.equal(await page.getByText(notSaved).count(), 0);
});

t.test('drafts end with the session, and never leave their tab', async (t) => {
  const { page, press, unfold } = await open(t);
  const note = page.locator('#note-note');
  const typeAndLeave = async () => {
    const { id } = await make.referral();
    await page.goto(`/referrals/${id}`);
    await unfold('Add a note');
    await note.fill('Personal');
    await press('Take it');
    await page.getByText(/^R-[0-9A-Z]{6} is yours/).waitFor();
    t.match(await stored(page), /Personal/);
    return id;
  };
  const id = await typeAndLeave();
  const other = await page.context().newPage();
  await other.goto(`/referrals/${id}`);
  t.equal(await other.locator('#note-note').inputValue(), '', 'not in another tab');
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.waitForURL('**/sign-in');
  await page.waitForFunction("sessionStorage.getItem('lendwell-drafts') === null");
  await page.context().addCookies(cookiesOf(as.manager));
  await page.goto(`/referrals/${id}`);
  t.equal(await note.inputValue(), '', 'gone at sign-out, in every tab');

  await typeAndLeave();
  await page.context().addCookies(cookiesOf(as.administrator));
  await page.goto('/help');
  t.equal(await stored(page), null, 'not for whoever signs in next');

  await page.context().addCookies(cookiesOf(as.manager));
  await typeAndLeave();
  await page.goto('/sign-in');
  t.equal(await stored(page), null, 'gone where nobody is signed in');
  await page.locator('#password').fill('a secret of theirs');
  await press('Sign in');
  await page.getByText('There is a problem').waitFor();
  t.equal(await stored(page), null, 'nothing of a password is kept');
});

const cookiesOf = (headers: { cookie?: string }) =>
  headers.cookie!.split('; ').map((cookie) => {
    const [name, ...value] = cookie.split('=');
    return { name: name!, value: value.join('='), url: baseURL };
  });
