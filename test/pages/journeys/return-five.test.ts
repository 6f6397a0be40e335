import t from 'tap';
import { testApp } from '../../helpers/app.ts';
import { factories } from '../../helpers/factories.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';
import { signedInBrowser } from '../../helpers/pages.ts';

t.setTimeout(400_000);

t.test('five devices come back one by one, each with its own condition, and go to the bench', async (t) => {
  const { app, as, deps } = await testApp(t);
  const make = factories(deps);
  const tags: string[] = [];
  for (let n = 0; n < 5; n++) tags.push((await make.loan()).items[0]!.assetTag);
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, scan } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/');
  const hands = handsOn(page);
  await hands.go(page.getByRole('link', { name: 'Returns', exact: true }).first());
  for (const tag of tags) {
    await scan(tag);
    await hands.choose(page.getByLabel(`Condition of ${tag}`), { label: 'B, marks of use' });
    await hands.go(page.getByRole('button', { name: 'Take back what is ticked' }));
    await page.getByText(`${tag} came back.`).first().waitFor();
  }
  await hands.go(page.getByRole('link', { name: 'Prepare at the bench (5 left)' }));
  holdJourney(t, 'return-five', hands.taken);
});
