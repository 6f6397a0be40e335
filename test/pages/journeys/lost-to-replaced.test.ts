import t from 'tap';
import { testApp } from '../../helpers/app.ts';
import { factories } from '../../helpers/factories.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';
import { signedInBrowser } from '../../helpers/pages.ts';

t.setTimeout(400_000);

t.test(
  'a tablet is lost: it is replaced, and all that is to be thought of is done or not needed',
  async (t) => {
    const { app, as, deps } = await testApp(t);
    const make = factories(deps);
    const loan = await make.loan();
    const [spare] = await make.readyDevices(1);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, scan } = await signedInBrowser(t, baseURL, as.officer);
    await page.goto('/');
    const hands = handsOn(page);
    await scan(loan.items[0]!.assetTag);
    await hands.go(page.getByRole('link', { name: 'Report it lost, stolen' }));
    await hands.press(page.getByLabel('Lost', { exact: true }));
    await hands.type(page.getByLabel('Replace it now'), spare!.assetTag);
    await hands.go(page.getByRole('button', { name: 'Write it down' }));
    const line = (kind: string) => page.locator(`#do-${kind}`);
    await hands.go(line('lost_mode').getByRole('button', { name: 'Done' }));
    await hands.go(line('told_ig').getByRole('button', { name: 'Told: there was none' }));
    await hands.type(line('wipe').getByLabel('Why it cannot wait'), 'They use it for nothing else');
    await hands.go(line('wipe').getByRole('button', { name: 'Asked for' }));
    await page.getByText('Asked for: erase the device from afar').first().waitFor();
    holdJourney(t, 'lost-to-replaced', hands.taken);
  },
);
