import t from 'tap';
import { testApp } from '../../helpers/app.ts';
import { factories } from '../../helpers/factories.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';
import { signedInBrowser } from '../../helpers/pages.ts';

t.setTimeout(400_000);

t.test('ten referrals that came in are decided, one after the other', async (t) => {
  const { app, as, deps } = await testApp(t);
  const make = factories(deps);
  for (let made = 0; made < 10; made++) await make.referral({ person: { familyName: `Example ${made}` } });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/');
  const hands = handsOn(page);
  await hands.go(page.getByRole('link', { name: 'Referrals', exact: true }).first());
  await hands.go(page.locator('.app-list tbody a').first());
  for (let decided = 1; decided <= 10; decided++) {
    if (decided === 5) {
      await hands.press(page.getByText('Decline the referral'));
      await hands.type(page.locator('#decline-reason'), 'They would rather ring');
      await hands.go(page.getByRole('button', { name: 'Decline', exact: true }));
      await hands.go(page.getByRole('link', { name: /^Next: .* \(5 left\)/ }));
    } else await hands.go(page.getByRole('button', { name: 'Accept, then the next' }));
    if (decided === 10) await page.getByText('That was the last one').waitFor();
  }
  holdJourney(t, 'triage-ten', hands.taken);
});
