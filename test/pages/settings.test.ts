import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser, versionIn } from '../helpers/pages.ts';

t.setTimeout(400_000);

t.test('a manager writes terms, a new agreement and the policy; each is in use from then on', async (t) => {
  const { app, as, deps } = await testApp(t);
  const make = factories(deps);
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto('/');
  await page.getByRole('link', { name: 'Settings' }).click();
  await look('settings');
  await page.getByRole('link', { name: 'Terms', exact: true }).click();
  await look('terms');
  await page.getByRole('button', { name: 'Add terms' }).click();
  await page.getByLabel('How often it may be extended').fill('often');
  await page.getByRole('button', { name: 'Add terms' }).click();
  await page.getByRole('link', { name: 'Enter a name' }).waitFor();
  await page.getByRole('link', { name: 'Enter a number' }).waitFor();
  await look('terms to add, refused');
  await page.getByLabel('Name').fill('Course loan');
  await page.getByLabel('How often it may be extended').fill('1');
  await page.getByRole('button', { name: 'Add terms' }).click();
  await page.getByRole('link', { name: /Terms without an end are looked at again/ }).click();
  await page.getByLabel('For how long').fill('12');
  await page.getByRole('button', { name: 'Add terms' }).dblclick();
  await page.getByText('Course loan can be chosen from now on.').waitFor();
  await page.getByRole('link', { name: 'Course loan' }).click();
  await page.getByLabel('For how long').fill('');
  await page.getByLabel('Look again every so many months').fill('2');
  await page.getByLabel('Choose these unless others are chosen').check();
  await look('terms to change');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Course loan: the terms are changed.').waitFor();
  await page.getByText('No date, looked at again every 2 months').waitFor();
  t.match(await make.loan(), { dueOn: null, reviewOn: '2027-01-25' }, 'the default is in use');
  await page.getByRole('link', { name: 'Course loan' }).click();
  await page.getByText('These are the default for patients.').waitFor();

  await page.goto('/settings/agreements');
  await page.getByText('See it as a patient does').click();
  await look('agreements');
  await page.getByRole('button', { name: 'Write a new version' }).click();
  await look('a new agreement');
  await page
    .getByLabel('What is agreed')
    .fill('We lend this to you.\n\nTell us when you need it no longer. <b>');
  await page.getByRole('button', { name: 'See it as a patient does' }).click();
  await page.getByText('It is not in use yet.').waitFor();
  await look('a new agreement, as a patient sees it');
  await page.getByRole('button', { name: 'Change the text' }).click();
  t.match(await page.getByLabel('What is agreed').inputValue(), /^We lend this to you\.\n\nTell us/);
  await page.getByRole('button', { name: 'See it as a patient does' }).click();
  await page.getByRole('button', { name: 'Use it from now on' }).dblclick();
  await page.getByText('Version 2 is in use. Loans from now on are made with it').waitFor();
  await page.getByText('Version 1, written on').click();
  await look('agreements, two');

  await page.goto('/settings/policy');
  await look('policy');
  await page.getByLabel('A device is held for a referral for').fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Give a number from 1' }).waitFor();
  await page.getByLabel('A device is held for a referral for').fill('21');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The policy is changed.').waitFor();
  t.equal(await page.getByLabel('A device is held for a referral for').inputValue(), '21');
});

t.test('officers read the settings; what others changed meanwhile is told, and typing stays', async (t) => {
  const { app, as } = await testApp(t);
  const officer = forms(app, as.officer);
  const manager = forms(app, as.manager);
  for (const url of ['/settings', '/settings/terms', '/settings/agreements', '/settings/policy']) {
    const { statusCode, body } = await officer.get(url);
    t.equal(statusCode, 200, url);
    t.match(body, /Managers and administrators/);
    t.notMatch(body, /<textarea|type="text"|\/new"/, `${url} offers no change`);
  }
  for (const url of ['/settings/terms/new', '/settings/agreements/new'])
    t.equal((await officer.get(url)).statusCode, 403);
  t.equal((await forms(app, as.supporter).get('/settings')).statusCode, 403);
  t.match((await forms(app, as.administrator).get('/settings')).body, /\/settings\/policy/);
  t.notMatch((await officer.get('/settings')).body, /no-such/);

  const seen = versionIn((await manager.get('/settings/policy')).body);
  const policy = {
    replacementLimit: '3',
    replacementMonths: '6',
    allocationDays: '7',
    attachmentQuotaMb: '500',
    urgentDays: '1',
    soonDays: '3',
    routineDays: '7',
    askingMost: '3',
    askingWeeks: '4',
    updatesWarnDays: '60',
    updatesMonths: '12',
    updatesUnknownStops: 'false',
    version: seen,
  };
  t.equal((await manager.post('/settings/policy', policy)).statusCode, 303);
  const stale = await manager.post('/settings/policy', { ...policy, allocationDays: '9' });
  t.equal(stale.statusCode, 412);
  t.match(stale.body, /Someone else saved this while you wrote/);
  t.match(stale.body, /Allocation days says “7” by now/);
  t.match(stale.body, /name="allocationDays"[^>]*value="9"/);

  const text = 'Something is agreed.';
  t.equal((await manager.post('/settings/agreements/new', { text, after: '1', do: 'save' })).statusCode, 303);
  const late = await manager.post('/settings/agreements/new', { text: 'Else.', after: '1', do: 'save' });
  t.equal(late.statusCode, 412);
  t.match(late.body, /Version 2 is in use now/);
  t.match(late.body, /name="after" value="2"/);
  t.match(late.body, />Else\.</);
  const empty = await manager.post('/settings/agreements/new', { text: ' ', after: '2', do: 'preview' });
  t.match(empty.body, /Write what is agreed/);
});
