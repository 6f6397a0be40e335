import t from 'tap';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser, versionIn } from '../helpers/pages.ts';

const { app, as, deps, clock } = await testApp(t);
const make = factories(deps);
const here = '/settings/suggestions';
const manager = forms(app, as.manager);
const officer = forms(app, as.officer);
const api = apiOf(app, as.officer);
const settled = {
  barriers: ['money'],
  uses: ['own_smartphone'],
  internetAtHome: 'yes',
  privateSpace: 'no',
  prefersNotDigital: false,
};

t.test('a draft in a browser: a rule is refused, added, moved, replayed, published and drawn', async (t) => {
  const { id, reference } = await make.referral({ needs: ['device', 'support'] });
  clock.set('2026-11-23T09:30:00Z');
  const { body: assessed } = await api('POST', `/referrals/${id}/assessments`, settled);
  await api('POST', `/referrals/${id}/assessments/${assessed.id}/take-ups`, {
    offers: ['support'],
    dropped: { device: 'They said that their own is enough.' },
  });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  const said = (text: string) => page.locator('.nhsuk-notification-banner').getByText(text).waitFor();
  await page.goto('/settings');
  await page.getByRole('link', { name: 'What we suggest' }).click();
  await look('what we suggest');
  await page.getByRole('button', { name: 'Start a draft' }).click();
  await said('Version 2 is a draft.');
  await look('a draft of what we suggest');
  await page.getByRole('button', { name: 'Add a rule' }).click();
  await page.getByLabel('Because').fill('They cannot pay for it');
  await page.getByLabel('Mobile data').check();
  await page.getByRole('button', { name: 'Add the rule' }).click();
  await page.getByRole('link', { name: 'Choose at least one condition' }).waitFor();
  t.equal(await page.getByLabel('Because').inputValue(), 'They cannot pay for it');
  await look('a rule, refused');
  await page.getByLabel('Money').check();
  await page.getByRole('button', { name: 'Add the rule' }).click();
  await said('The rule is added, at the end.');
  await page.getByRole('button', { name: 'Move up rule 12' }).click();
  await said('The rule is moved up.');
  await page.getByRole('link', { name: 'Try it on past assessments' }).click();
  await page.getByRole('link', { name: reference }).first().waitFor();
  t.match(await page.textContent('main'), /Of the last 1 assessment, 1 would have another suggestion/);
  await page.getByText('One by one, with the reasons that were given').click();
  await page.getByText('Taken up, though not suggested').last().waitFor();
  await look('a draft on past assessments');
  await page.goto(`${here}/2/publish`);
  await page.getByText('Rule 11 (Mobile data) is new.').waitFor();
  await page.getByRole('button', { name: 'Publish it' }).click();
  await page.getByLabel('What changed and why').fill('Money keeps people from data');
  await look('a draft about to be published');
  await page.getByRole('button', { name: 'Publish it' }).click();
  await said('Version 2 is published.');
  await page.getByRole('link', { name: 'See it as a diagram' }).click();
  await page.getByRole('img', { name: 'What leads to: mobile data' }).waitFor();
  await look('what we suggest as a diagram');
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/diagram.png`, fullPage: true });
});

t.test('two managers change one rule, a rule that is gone, and what is published has no forms', async (t) => {
  t.equal((await officer.post(here)).statusCode, 403);
  t.match((await officer.get(here)).body, /Managers change what is suggested/, 'and says who may');
  t.equal((await manager.post(here)).statusCode, 303);
  const draft = `${here}/3`;
  const [rule] = [.../rules\/([0-9a-f-]{36})"/.exec((await manager.get(draft)).body)!].slice(1);
  const typed = { 'when.privateSpace': ['no'], offer: 'access_point', 'when.prefersNotDigital': '' };
  await savedByTwo(t, manager, {
    page: `${draft}/rules/${rule}`,
    first: { ...typed, why: 'First words' },
    second: { ...typed, why: 'Second words' },
    shows: [/Why says “First words\.” by now/, /Second words/],
  });
  const version = versionIn((await manager.get(draft)).body);
  const same = await manager.post(`${draft}/rules/new`, { ...typed, why: 'Again', version });
  t.equal(same.statusCode, 422);
  t.match(same.body, /Rules 1 and 13 are the same/);
  t.match(same.body, /href="#when"/);
  t.equal((await manager.post(`${draft}/rules/${rule}/remove`, { version })).statusCode, 303);
  const late = await manager.post(`${draft}/rules/${rule}`, { ...typed, why: 'Too late', version });
  t.equal(late.statusCode, 412);
  t.match(late.body, /Too late/);
  t.match(late.body, new RegExp(`action="${draft}/rules/new"`));
  t.equal((await manager.post(`${draft}/throw-away`, { version })).statusCode, 412);
  const unchanged = await manager.post(`${draft}/publish`, {
    version: versionIn((await manager.get(draft)).body),
    note: ' ',
  });
  t.equal(unchanged.statusCode, 422);
  t.match(unchanged.body, /Say what changed and why/);
  const now = versionIn((await manager.get(draft)).body);
  t.equal((await manager.post(`${draft}/throw-away`, { version: now })).statusCode, 303);
  for (const path of ['/2/publish', '/2/rules/new', '/3', '/3/replay'])
    t.equal((await manager.get(here + path)).statusCode, 404, path);
  t.equal((await forms(app, as.auditor).get(`${here}/2`)).statusCode, 200);
  t.equal(
    (await forms(app, as.auditor).get(`${here}/2/replay`)).statusCode,
    403,
    'reasons are for the office',
  );
});

for (const end of ['thrown away', 'published'] as const)
  t.test(`what was typed for a draft that is ${end} meanwhile is still there`, async (t) => {
    const made = await manager.post(here);
    const draft = String(made.headers.location);
    const page = (await manager.get(draft)).body;
    const [, rule] = /rules\/([0-9a-f-]{36})"/.exec(page)!;
    const typed = { 'when.privateSpace': ['yes'], offer: 'data', 'when.prefersNotDigital': '' };
    const first = { ...typed, why: 'Of the other', version: versionIn(page) };
    t.equal((await manager.post(`${draft}/rules/new`, first)).statusCode, 303);
    const version = versionIn((await manager.get(draft)).body);
    if (end === 'published') await manager.post(`${draft}/publish`, { note: 'Theirs', version });
    else await manager.post(`${draft}/throw-away`, { version });
    const late = { ...typed, why: 'Long thought about', note: 'Long thought about', version };
    for (const path of ['/rules/new', `/rules/${rule}`, '/publish']) {
      const told = await manager.post(draft + path, late);
      t.equal(told.statusCode, 409, path);
      t.match(
        told.body,
        new RegExp(end === 'published' ? 'is published, and stays' : 'thrown away meanwhile'),
      );
      t.match(told.body, /Long thought about/, path);
      t.match(told.body, /what is suggested now/);
      t.notMatch(told.body, /<button[^>]*>\s*(Add|Save|Publish)/);
    }
    for (const path of [`/rules/${rule}/move`, `/rules/${rule}/remove`, '/throw-away']) {
      const told = await manager.post(draft + path, { version, to: 'down' });
      t.equal(told.statusCode, 409, path);
      t.match(told.body, /There is a problem/);
    }
    t.equal((await manager.post(`${here}/999/publish`, { note: ' ', version })).statusCode, 422);
  });
