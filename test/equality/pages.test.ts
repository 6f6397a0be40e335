import t from 'tap';
import { changeAskingWishes } from '../../src/people/asking.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser, versionIn } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const base = await app.listen({ port: 0, host: '127.0.0.1' });
const { id: referralId } = await make.waitingReferral({});
const { patient_id: id } = await db
  .selectFrom('referral')
  .select('patient_id')
  .where('id', '=', referralId)
  .executeTakeFirstOrThrow();
const path = `/patients/${id}/equality`;
const kept = () => db.selectFrom('equality_answer').selectAll().executeTakeFirst();
const day = { 'dated-day': '1', 'dated-month': '10', 'dated-year': '2026' };

t.test('an officer writes down what they say, and sees only the day', async (t) => {
  const page = await signedInBrowser(t, base, as.officer);
  await page.step('write', async () => {
    await page.page.goto(`/patients/${id}`);
    await page.page.getByRole('link', { name: 'How they describe themselves' }).click();
    await page.look('empty');
    await page.page.getByRole('group', { name: 'What is your ethnic group?' }).getByLabel('White').check();
    await page.page.getByRole('button', { name: 'Save' }).click();
    await page.page.getByText('Nobody is shown it').waitFor();
  });
  await page.step('given', async () => {
    await page.page.goto(path);
    await page.page.getByText('They answered on').waitFor();
    await page.look('given');
    if (await page.page.locator('input:checked').count()) throw new Error('an answer is shown');
    await page.page.goto('/equality-questions');
    await page.look('paper');
  });
  t.match(await kept(), { ethnicity: 'white', sex: null });
});

t.test('a refused form keeps what was chosen, and says what is wrong at its field', async (t) => {
  const page = forms(app, as.officer);
  const version = versionIn((await page.get(path)).body);
  const refused = await page.post(path, {
    version,
    sex: 'male',
    'givenOn-day': '1',
    'givenOn-month': '1',
    'givenOn-year': '2030',
  });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /This day is in the future/);
  t.match(refused.body, /value="male" checked/);
  t.match((await page.post(path, { version: '"old"', sex: 'male' })).statusCode, 412);
  t.match(await page.post(path, { version }), { statusCode: 422 });
  await changeAskingWishes(deps, { ...officer, ifMatch: '*' }, id, { mostAYear: 0 });
  t.match((await page.get(path)).body, /They wish not to be asked/);
  const look = await forms(app, as.auditor).get(path);
  t.match(look.body, /Officers and managers write it down/);
  t.equal((await forms(app, as.supporter).get(path)).statusCode, 403);
  t.equal(
    (await page.post(`${path}/removal`, { version: versionIn((await page.get(path)).body) })).statusCode,
    303,
  );
  t.equal(await kept(), undefined);
});

t.test('a manager brings areas and the population, and takes them away again', async (t) => {
  const page = forms(app, as.manager);
  const browser = await signedInBrowser(t, base, as.manager);
  await browser.step('look', async () => {
    for (const one of ['/settings/population', '/settings/population/area', '/settings/areas']) {
      await browser.page.goto(one);
      await browser.look(one);
    }
  });
  const figure = { source: 'The census', ...day, 'shares.yes': '20', 'shares.no': '80' };
  const here = '/settings/population/disability';
  const version = versionIn((await page.get(here)).body);
  const refused = await page.post(here, { ...figure, version, 'shares.no': '70' });
  t.match(refused.body, /Together these are 90%/);
  t.match(refused.body, /value="70"/);
  t.match((await page.post(here, { ...figure, version, 'shares.no': '' })).body, /Enter a percentage/);
  await savedByTwo(t, page, {
    page: here,
    first: figure,
    second: { ...figure, source: 'The caseload' },
    shows: [/Source says “The census” by now/],
  });
  t.match((await page.get('/settings/population')).body, /The caseload/);
  const after = versionIn((await page.get(here)).body);
  t.equal((await page.post(`${here}/removal`, { version: after })).statusCode, 303);
  t.notMatch((await page.get('/settings/population')).body, /The caseload/);

  const areas = { name: 'Tenths', source: 'Our analysts', ...day, lines: 'N1 9, 2\nN1, 3' };
  const first = versionIn((await page.get('/settings/areas')).body);
  const wrong = await page.post('/settings/areas', { ...areas, version: first, lines: 'N1, 30' });
  t.match(wrong.body, /Line 1: give a band from 1 to 10/);
  t.match(wrong.body, /N1, 30<\/textarea>/);
  t.equal((await page.post('/settings/areas', { ...areas, version: first })).statusCode, 303);
  t.match((await page.get(path)).body, /What is your postcode/);
  const second = versionIn((await page.get('/settings/areas')).body);
  t.equal((await page.post('/settings/areas/removal', { version: second })).statusCode, 303);
  t.notMatch((await page.get(path)).body, /What is your postcode/);
  t.equal((await forms(app, as.officer).get('/settings/areas')).statusCode, 403);
});
