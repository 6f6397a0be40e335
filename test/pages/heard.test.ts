import t from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { holdHeard } from '../helpers/heard.ts';
import { signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(600_000);

t.test('an officer’s day, as a screen reader has it', async (t) => {
  const { app, as, deps } = await testApp(t);
  const make = factories(deps);
  const named = (familyName: string) => make.referral({ person: { familyName } });
  const lent = async (familyName: string, count = 1) =>
    make.loan({ referralId: (await make.waitingReferral({ person: { familyName } })).id, count });
  const referrals = [await named('Archer'), await named('Baker')];
  const loans = [await lent('Carter'), await lent('Dyer', 2)];
  const dongles = await make.readyDevices(2, { kind: 'dongle' });
  for (const [place, { id }] of dongles.entries())
    await fitDataPlan(deps, officer, id, {
      network: 'O2',
      iccid: `894410003001234567${place}`,
      gbPerMonth: 20,
      durationMonths: 12,
      activatedOn: '2026-11-23',
    });
  const [device] = await make.devices(2);
  const incident = await reportIncident(deps, officer, loans[1]!.id, {
    itemId: loans[1]!.items[0]!.id,
    kind: 'lost',
    reportedOn: '2026-11-23',
  });
  const other = await lent('Fisher');
  await reportIncident(deps, officer, other.id, {
    itemId: other.items[0]!.id,
    kind: 'stolen',
    reportedOn: '2026-11-23',
  });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  const day = [
    '/',
    '/tasks',
    '/referrals',
    `/referrals/${referrals[0]!.id}`,
    '/referrals/waiting',
    '/devices',
    `/devices/${device!.id}`,
    '/bench',
    '/data-plans',
    '/accessories',
    '/settings/kits',
    '/repairs',
    '/stocktakes',
    '/labels',
    '/loans',
    `/loans/${loans[0]!.id}`,
    `/loans/${loans[0]!.id}/return`,
    `/loans/${loans[0]!.id}/incidents/new`,
    '/returns',
    '/incidents',
    `/incidents/${incident.id}`,
    '/patients',
    '/donations',
    '/donations/new',
    '/support',
    '/messages',
    '/reports',
    '/reports/reach',
    '/settings',
  ];
  const titles = new Map<string, string>();
  for (const path of day) {
    const reply = await page.goto(path);
    t.equal(reply?.status(), 200, path);
    await holdHeard(t, page, path);
    const title = await page.title();
    t.notOk(titles.has(title), `${path} is called otherwise than ${titles.get(title)}`);
    titles.set(title, path);
  }
});

t.test('a supporter’s day', async (t) => {
  const { app, as, deps } = await testApp(t);
  const make = factories(deps);
  await make.loan();
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page } = await signedInBrowser(t, baseURL, as.supporter);
  for (const path of ['/support', '/support/week', '/drop-ins']) {
    t.equal((await page.goto(path))?.status(), 200, path);
    await holdHeard(t, page, path);
  }
});
