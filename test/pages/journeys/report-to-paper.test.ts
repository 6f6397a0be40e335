import t from 'tap';
import { testApp } from '../../helpers/app.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';
import { signedInBrowser } from '../../helpers/pages.ts';

t.setTimeout(400_000);

t.test('the paper of the latest year is made and ready to print', async (t) => {
  const { app, as } = await testApp(t);
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/');
  const hands = handsOn(page);
  await hands.go(page.getByRole('link', { name: 'Reports', exact: true }).first());
  await hands.go(page.getByRole('link', { name: 'A paper for whoever pays', exact: true }));
  await hands.go(page.getByRole('button', { name: 'Make the paper' }));
  await page.getByRole('button', { name: 'Print this page' }).waitFor();
  holdJourney(t, 'report-to-paper', hands.taken);
});
