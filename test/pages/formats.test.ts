import t from 'tap';
import { settleAllFormats } from '../../src/office/formats/missing.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const person = { language: 'bn', communicationNeeds: ['easy_read' as const, 'large_print' as const] };
const here = '/settings/renderings/agreement/bn/easy_read';

t.test(
  'a form keeps what was typed, says what is missing, and is told of the other who saved first',
  async (t) => {
    const manager = forms(app, as.manager);
    const officer = forms(app, as.officer);
    t.match((await officer.get(here)).body, /Managers and administrators bring these/);
    t.equal((await officer.post(here, {})).statusCode, 403);
    const typed = {
      ofVersion: '1',
      insteadOf: '0',
      'phrases.text': 'ধার',
      approvedBy: '',
      'approvedOn-day': '1',
    };
    const refused = await manager.post(here, typed);
    t.equal(refused.statusCode, 422);
    t.match(refused.body, /Enter who approved it/);
    t.match(refused.body, />ধার<\/textarea>/);
    const whole = {
      ...typed,
      approvedBy: 'Two readers',
      'approvedOn-day': '1',
      'approvedOn-month': '11',
      'approvedOn-year': '2026',
    };
    t.match((await manager.post(here, { ...whole, 'phrases.text': '' })).body, /Write this too/);
    t.equal((await manager.post(here, whole)).statusCode, 303);
    const late = await manager.post(here, whole);
    t.equal(late.statusCode, 412);
    t.match(late.body, /saved version 1 in Bangla, easy read meanwhile/);
    t.equal((await manager.get('/settings/renderings/agreement/en/standard')).statusCode, 404);
    t.equal(
      (await manager.get('/settings/renderings?thing=papers&language=bn&format=easy_read')).headers.location,
      '/settings/renderings/papers/bn/easy_read',
    );
  },
);

t.test('whoever needs easy Bangla is shown the agreement in it, or what is missing is said', async (t) => {
  const { get, post } = forms(app, as.officer);
  const [device] = await make.readyDevices(1);
  const asked = { do: 'next', contactConfirmed: 'yes', kit: device!.assetTag };
  const theirs = await make.waitingReferral({ person });
  const { body } = await post(`/referrals/${theirs.id}/issue`, asked);
  t.match(body, /lang="bn" dir="ltr">ধার<\/p>/);
  t.match(body, /name="agreement\.rendering" value="1"/);
  t.match(body, /It is printed large/);
  const other = await make.waitingReferral({ person: { language: 'so' } });
  const english = (await post(`/referrals/${other.id}/issue`, asked)).body;
  t.match(english, /The agreement is not there in Somali, standard/);
  t.match(english, /lang="en" dir="ltr"/);
  const sent = {
    ...asked,
    do: 'issue',
    until: 'terms',
    termsId: (
      await db
        .selectFrom('loan_terms')
        .select('id')
        .where('borrower', '=', 'patient')
        .where('is_default', '=', true)
        .executeTakeFirstOrThrow()
    ).id,
    'handover.way': 'in_person',
    'handover.on-day': '23',
    'handover.on-month': '11',
    'handover.on-year': '2026',
    'agreement.version': '1',
    'agreement.language': 'bn',
    'agreement.format': 'easy_read',
    'agreement.rendering': '1',
    'agreement.largePrint': 'yes',
    'agreement.acceptedBy': 'verbal',
  };
  const made = await post(`/referrals/${theirs.id}/issue`, sent);
  t.equal(made.statusCode, 303);
  const paper = (await get(`${made.headers.location}/agreement`)).body;
  t.match(paper, /app-paper--large app-paper--easy/);
  t.match(paper, /lang="bn" dir="ltr"><span class="app-lines">ধার/);
});

t.test('a manager goes from a task to what is missing and brings it, in a browser', async (t) => {
  await settleAllFormats(deps);
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto('/settings/formats');
  await page.getByRole('heading', { name: 'Bangla, easy read: 1 person' }).waitFor();
  await look('languages and formats');
  await page.goto('/tasks');
  await page
    .getByRole('link', { name: /The words of the papers are not there/ })
    .first()
    .click();
  await look('what someone is given');
  await page.getByRole('link', { name: 'Words of the papers' }).click();
  await look('the words of the papers in another language');
  for (const field of await page.locator('textarea').all()) {
    const english =
      (await field.evaluate(
        (one) => (one as { labels?: { textContent: string }[] }).labels?.[0]?.textContent,
      )) ?? '';
    await field.fill(`শব্দ ${(english.match(/\{\w+\}/g) ?? []).join(' ')}`);
  }
  await page.getByLabel('Who approved it').fill('Two readers');
  await page.getByLabel('Day').fill('1');
  await page.getByLabel('Month').fill('11');
  await page.getByLabel('Year').fill('2026');
  await page.getByRole('button', { name: 'Publish it' }).click();
  await page
    .locator('.nhsuk-notification-banner')
    .getByText(/Words of the papers in .* is published/)
    .waitFor();
});
