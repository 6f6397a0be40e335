import t from 'tap';
import { fitDataPlan } from '../../../src/stock/data-plans/data-plan.commands.ts';
import { testApp } from '../../helpers/app.ts';
import { factories, officer } from '../../helpers/factories.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';
import { signedInBrowser } from '../../helpers/pages.ts';

t.setTimeout(400_000);

t.test('a referral that is next is accepted, and its kit is handed over', async (t) => {
  const { app, as, deps } = await testApp(t);
  const make = factories(deps);
  const [tablet] = await make.readyDevices(1);
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  await fitDataPlan(deps, officer, dongle!.id, {
    network: 'Vodafone',
    iccid: '8944100030012345678',
    gbPerMonth: 20,
    durationMonths: 12,
    activatedOn: '2026-11-23',
  });
  const { reference } = await make.referral();
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, scan } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/');
  const hands = handsOn(page);
  await scan(reference);
  await hands.go(page.getByRole('button', { name: 'Accept and issue' }));
  await scan(tablet!.assetTag);
  await scan(dongle!.assetTag);
  await hands.press(page.getByLabel('I asked. What is marked safe is still safe'));
  await hands.go(page.getByRole('button', { name: 'Go on to terms and agreement' }));
  await hands.press(page.getByLabel('Said yes', { exact: true }));
  await hands.go(page.getByRole('button', { name: 'Issue the loan' }));
  await page.getByText(/Loan L-\w+ is issued/).waitFor();
  await hands.go(page.getByRole('link', { name: 'Print the agreement' }).first());
  holdJourney(t, 'issue', hands.taken);
});
