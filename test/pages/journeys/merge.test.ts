import t from 'tap';
import { testApp } from '../../helpers/app.ts';
import { factories } from '../../helpers/factories.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';
import { signedInBrowser } from '../../helpers/pages.ts';

t.setTimeout(400_000);

t.test('two records of one person are found and become one', async (t) => {
  const { app, as, deps } = await testApp(t);
  const make = factories(deps);
  const person = { givenName: 'Emeka', familyName: 'Nwosu', dateOfBirth: '1971-03-04' };
  for (const value of ['07700 900124', '07700 900125'])
    await make.referral({ person: { ...person, contactPoints: [{ channel: 'sms', value, safe: true }] } });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/');
  const hands = handsOn(page);
  await hands.go(page.getByRole('link', { name: 'Patients', exact: true }).first());
  await hands.go(page.getByRole('link', { name: /Nwosu/ }).first());
  await hands.go(page.getByRole('link', { name: 'Compare 1 other record' }));
  await hands.go(page.getByRole('button', { name: /keep this record/ }));
  await page.getByText('The two records are one.').waitFor();
  holdJourney(t, 'merge', hands.taken);
});
