import t from 'tap';
import { addLocation } from '../../../src/scheme/organisations/organisation.commands.ts';
import { testApp } from '../../helpers/app.ts';
import { factories, officer } from '../../helpers/factories.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';
import { signedInBrowser } from '../../helpers/pages.ts';

t.setTimeout(400_000);

t.test('the devices of a place are counted, and one that is missing is recorded as lost', async (t) => {
  const { app, as, deps, db } = await testApp(t);
  const place = await addLocation(deps, officer, { name: 'Hub', kind: 'hub' });
  const devices = await factories(deps).readyDevices(3);
  await db.updateTable('device').set({ location_id: place.id }).execute();
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, scan } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/');
  const hands = handsOn(page);
  await hands.go(page.getByRole('link', { name: 'Devices', exact: true }).first());
  await hands.go(page.getByRole('link', { name: 'Stocktakes', exact: true }).first());
  await hands.go(page.getByRole('button', { name: 'Start a stocktake' }));
  for (const { assetTag } of devices.slice(1)) await scan(assetTag);
  await page.getByText('1 device still to scan here.').waitFor();
  await hands.press(page.getByText('Close the stocktake').first());
  await hands.go(page.getByRole('button', { name: 'Close the stocktake' }));
  await hands.press(page.getByRole('checkbox').first());
  await hands.go(page.getByRole('button', { name: 'Record as lost' }));
  await page.getByText(`${devices[0]!.assetTag} is recorded as lost.`).waitFor();
  holdJourney(t, 'stocktake', hands.taken);
});
