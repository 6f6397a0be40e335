import t from 'tap';
import { firstSteps } from '../../src/office/first-steps.ts';
import { neededNotices } from '../../src/privacy/notices/notice.rules.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { changeScheme } from '../../src/scheme/scheme.commands.ts';
import { readScheme, schemeTag } from '../../src/scheme/scheme.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);

t.test('the first steps say what is done and lead to what is next, until the first loan', async (t) => {
  const done = async () =>
    (await firstSteps(db, officer.actor)).steps.filter(({ isDone }) => isDone).map(({ link }) => link);
  t.same(await done(), ['Add your people', 'Add your clinics']);
  const { get } = forms(app, as.officer);
  const today = (await get('/')).body;
  t.match(today, /<a href="\/donations\/new">Record a donation<\/a>/);
  t.notMatch(today, /<a href="\/settings\/scheme">/, 'an officer reads what a manager does');
  t.match(today, /Say what the scheme is called/);
  t.notMatch(today, /The scheme in numbers/);
  const settings = (await forms(app, as.administrator).get('/settings')).body;
  t.match(settings, /<a href="\/settings\/scheme">Say what the scheme is called<\/a>/);
  t.notMatch((await get('/settings')).body, /First steps/, 'whoever has a Today sees them there');

  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto('/');
  await look('first steps');

  await changeScheme(
    deps,
    { ...manager, ifMatch: schemeTag(await readScheme(deps, db)) },
    { name: 'Elm Lending' },
  );
  await make.store();
  t.same((await done()).length, 4);
  const [device] = await make.readyDevices(1);
  t.same((await done()).slice(4), ['Record a donation', 'Prepare a device']);
  const { id: referralId } = await make.referral();
  await decideReferral(deps, officer, referralId, { decision: 'accept' });
  t.equal((await done()).length, 8);
  const left = (await get('/')).body;
  t.match(left, /<a href="\/referrals\/waiting">Issue the first loan<\/a>/);
  await make.loan({ referralId, items: [{ deviceId: device!.id }] });
  const lent = (await get('/')).body;
  t.match(lent, /The scheme in numbers/);
  t.match(lent, /Still to do:[\s\S]*Say what the public should know/, 'a loan alone is not the end of it');
  t.equal((await firstSteps(db, officer.actor)).steps.length, 1);
  for (const name of neededNotices) {
    t.equal((await firstSteps(db, officer.actor)).steps.length, 1, `${name} is missing`);
    await make.notice(name);
  }
  t.same(await firstSteps(db, officer.actor), { isLent: true, steps: [] });
  t.notMatch((await get('/')).body, /First steps/);
});
