import t from 'tap';
import { testApp } from '../../helpers/app.ts';
import { factories } from '../../helpers/factories.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';
import { signedInBrowser } from '../../helpers/pages.ts';

t.setTimeout(400_000);

t.test(
  'ten devices are prepared at the bench, the first by hand and the others by control code',
  async (t) => {
    const { app, as, deps } = await testApp(t);
    const [first, ...others] = await factories(deps).devices(10);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, scan } = await signedInBrowser(t, baseURL, as.officer);
    await page.goto('/');
    const hands = handsOn(page);
    const scanInBox = async (code: string) => {
      await page.locator('main [data-scan]').focus();
      await scan(code);
    };
    const isReady = (tag: string) =>
      page
        .locator('#last-scan')
        .filter({ hasText: `${tag}: Ready to lend.` })
        .waitFor();
    await hands.go(page.getByRole('link', { name: 'Go to the bench' }));
    await scanInBox(first!.assetTag);
    await hands.choose(page.getByLabel('How it was erased'), 'clear');
    await hands.type(page.getByLabel('Erased with'), 'Factory reset');
    await hands.type(page.getByLabel('Verified by'), 'Vera Verifier');
    await hands.go(page.getByRole('button', { name: 'Everything passed' }));
    await isReady(first!.assetTag);
    for (const { assetTag } of others) {
      await scanInBox(assetTag);
      await page.getByRole('heading', { name: assetTag }).waitFor();
      await scanInBox('LW+PASS');
      await isReady(assetTag);
    }
    await page.getByText('10 devices done today at this bench').waitFor();
    holdJourney(t, 'prepare-ten', hands.taken);
  },
);
