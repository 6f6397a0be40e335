import type { Page } from 'playwright-core';
import t from 'tap';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

/** A mobile network far from the server: 150 ms each way, and not much at once. */
async function slowNetwork(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 300,
    downloadThroughput: 200_000,
    uploadThroughput: 100_000,
  });
}

/** Scans one label after another, 200 ms each, as a scanner does: its keys at once, and Enter. */
async function scanAll(page: Page, codes: string[]) {
  for (const code of codes) {
    const pause = new Promise((resolve) => setTimeout(resolve, 200));
    for (const key of code) await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    await pause;
  }
}

t.test(
  '30 scans at 200 ms on a slow network: each is in the list, and what was chosen meanwhile stays',
  async (t) => {
    const loan = await make.loan({ count: 10 });
    const loans = [loan, await make.loan({ count: 10 }), await make.loan({ count: 10 })];
    const tags = loans.flatMap(({ items }) => items.map(({ assetTag }) => assetTag));
    const { page } = await signedInBrowser(t, baseURL, as.officer);
    await page.goto('/returns/many');
    await slowNetwork(page);
    await scanAll(page, tags.slice(0, 15));
    await page.getByLabel('Condition, where nothing else is chosen').selectOption('C');
    await page.locator('h1').click();
    await scanAll(page, tags.slice(15));
    await page.getByText('30 devices in the list').waitFor({ timeout: 120_000 });
    const listed = await page
      .locator('input[name=label]')
      .evaluateAll((all) => all.map((one) => (one as never as { value: string }).value));
    t.same(listed, tags, 'in their order');
    t.equal(await page.getByLabel('Condition, where nothing else is chosen').inputValue(), 'C');
    await page.getByRole('button', { name: 'Take back what is in the list' }).click();
    await page.getByText('30 devices came back, of 3 loans.').waitFor({ timeout: 60_000 });
  },
);

t.test('a button that is pressed while scans wait comes after them', async (t) => {
  const loan = await make.loan({ count: 4 });
  const tags = loan.items.map(({ assetTag }) => assetTag);
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/returns/many');
  await slowNetwork(page);
  await scanAll(page, tags);
  await page.getByRole('button', { name: 'Take back what is in the list' }).click();
  await page.getByText('4 devices came back, of 1 loan.').waitFor({ timeout: 60_000 });
});

t.test('a connection that breaks off loses no scan', async (t) => {
  const { id: locationId } = await addLocation(deps, officer, { name: 'Torriano', kind: 'hub' });
  const devices = await make.devices(3);
  await db
    .updateTable('device')
    .set({ location_id: locationId })
    .where(
      'id',
      'in',
      devices.map(({ id }) => id),
    )
    .execute();
  const { id } = await startStocktake(deps, officer, { locationId });
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto(`/stocktakes/${id}`);
  await page.context().setOffline(true);
  await scanAll(
    page,
    devices.map(({ assetTag }) => assetTag),
  );
  await page.getByText('There is no connection. It is tried again by itself. 3 scans wait.').waitFor();
  await page.context().setOffline(false);
  await page.locator('#progress').getByText('3 of 3 devices found').waitFor({ timeout: 60_000 });
});

t.test('who is signed out meanwhile signs in elsewhere, and goes on', async (t) => {
  const loan = await make.loan({ count: 2 });
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/returns/many');
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await scanAll(
    page,
    loan.items.map(({ assetTag }) => assetTag),
  );
  await page
    .getByText('You are signed out. Sign in in another window, then try again. 2 scans wait.')
    .waitFor();
  await page.context().addCookies(cookies);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('2 devices in the list').waitFor();
});

t.test('the bar in the head takes scans and searches on every page', async (t) => {
  const loan = await make.loan({ count: 3 });
  const [first, second, third] = loan.items.map(({ assetTag }) => assetTag);
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/settings');
  await page.keyboard.type(first!);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/devices\/[0-9a-f-]+$/);
  await page.getByRole('heading', { level: 1, name: first! }).waitFor();
  await look('after a scan in the head');
  await scanAll(page, [second!, 'LW-NOTONE', third!]);
  await page.getByRole('heading', { level: 1, name: third! }).waitFor();
  const told = page.locator('.app-scans');
  await told.getByText('Nothing found for LW-NOTONE').waitFor();
  t.equal(await told.getByRole('link').count(), 3, 'what came fast is told, and a press away');
  await look('several scans told');
  await page.goto('/help');
  await page.keyboard.press('Control+k');
  t.equal(await page.locator(':focus').getAttribute('id'), 'search');
  await page.locator('h1').click();
  await page.keyboard.press('/');
  t.equal(await page.locator(':focus').getAttribute('id'), 'search');
  t.equal(await page.locator('#search').inputValue(), '');
  await page.getByLabel('On this computer / leads to the search box').uncheck();
  await page.locator('h1').click();
  await page.keyboard.press('/');
  t.not(
    await page
      .locator(':focus')
      .getAttribute('id')
      .catch(() => null),
    'search',
    'it can be turned off',
  );
});
