import path from 'node:path';
import t from 'tap';
import { testApp } from '../../helpers/app.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';
import { signedInBrowser } from '../../helpers/pages.ts';

t.setTimeout(400_000);

t.test('a donor’s spreadsheet is imported, and its labels are there to print', async (t) => {
  const { app, as } = await testApp(t);
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/');
  const hands = handsOn(page);
  await hands.go(page.getByRole('link', { name: 'Donations', exact: true }).first());
  await hands.go(page.getByRole('button', { name: 'Import a spreadsheet' }));
  await hands.type(page.getByLabel('Who gave the devices'), 'Asda Camden');
  hands.taken.presses++;
  await page
    .locator('input[type=file]')
    .setInputFiles(path.join(import.meta.dirname, '../../fixtures/donation.csv'));
  await hands.go(page.getByRole('button', { name: 'Check the lines' }));
  await hands.go(page.getByRole('button', { name: /^Import the / }));
  await hands.go(page.getByRole('link', { name: /^Next: print \d+ labels/ }));
  await page.getByRole('button', { name: 'Print this page' }).waitFor();
  holdJourney(t, 'import', hands.taken);
});
