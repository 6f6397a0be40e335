import type { Page } from 'playwright-core';
import t from 'tap';
import { cookieName } from '../../src/access/authentication.ts';
import { openSession } from '../../src/access/session.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { workIn } from '../../src/shared/work.ts';
import { startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import { testApp } from '../helpers/app.ts';
import { scanKeys, thenLoaded } from '../helpers/browser.ts';
import { factories, officer } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db, ids } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

/** A mobile network: 150 ms until an answer begins. */
async function slowNetwork(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: 1_000_000,
    uploadThroughput: 500_000,
  });
}

/** Scans one label after another, 200 ms each, as a scanner does: its keys at once, and Enter. */
async function scanAll(page: Page, codes: string[]) {
  for (const code of codes) {
    const pause = new Promise((resolve) => setTimeout(resolve, 200));
    await scanKeys(page, code);
    await pause;
  }
}

/** A stocktake of a place where so many devices stand. */
async function stocktakeOf(count: number) {
  const { id: locationId, name } = await make.store();
  const devices = await make.devices(count);
  const ids = devices.map(({ id }) => id);
  await db.updateTable('device').set({ location_id: locationId }).where('id', 'in', ids).execute();
  const { id } = await startStocktake(deps, officer, { locationId });
  return { id, name, tags: devices.map(({ assetTag }) => assetTag) };
}

t.test('30 scans at 200 ms on a slow network: each is counted', async (t) => {
  const { id, tags } = await stocktakeOf(30);
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto(`/stocktakes/${id}`);
  await slowNetwork(page);
  await scanAll(page, tags.slice(0, 15));
  await page.locator('h1').click();
  await scanAll(page, tags.slice(15));
  await page.locator('#progress').getByText('30 of 30 devices found').waitFor({ timeout: 150_000 });
});

t.test('what is chosen while scans wait stays, and a button that is pressed comes after them', async (t) => {
  const loan = await make.loan({ count: 4 });
  const tags = loan.items.map(({ assetTag }) => assetTag);
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/returns/many');
  await slowNetwork(page);
  await scanAll(page, tags);
  await page.getByLabel('Condition, where nothing else is chosen').selectOption('C');
  await page.getByRole('button', { name: 'Take back what is in the list' }).click();
  await page.getByText('4 devices came back, of 1 loan.').waitFor();
  const rows = await db.selectFrom('device').select('condition').where('asset_tag', 'in', tags).execute();
  t.same(
    rows.map(({ condition }) => condition),
    ['C', 'C', 'C', 'C'],
  );
});

t.test('a button that is held down while a scan is answered is pressed when it is let go', async (t) => {
  const loan = await make.loan();
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/returns/many');
  const button = page.getByRole('button', { name: 'Take back what is in the list' });
  const mayAnswer = Promise.withResolvers<void>();
  await page.route('**/returns/many', async (route) => {
    await mayAnswer.promise;
    await route.continue();
  });
  await scanKeys(page, loan.items[0]!.assetTag);
  await button.hover();
  await page.mouse.down();
  const answered = page.waitForResponse('**/returns/many');
  mayAnswer.resolve();
  await (await answered).finished();
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 200))');
  await page.mouse.up();
  await page.getByText('1 device came back, of 1 loan.').waitFor();
});

t.test('a connection that breaks off loses no scan', async (t) => {
  const { id, tags } = await stocktakeOf(3);
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto(`/stocktakes/${id}`);
  await page.context().setOffline(true);
  await scanAll(page, tags);
  await page.getByText('There is no connection. It is tried again by itself. 3 scans wait.').waitFor();
  await page.context().setOffline(false);
  await page.locator('#progress').getByText('3 of 3 devices found').waitFor();
});

t.test('who is signed out meanwhile signs in elsewhere, and goes on', async (t) => {
  const loan = await make.loan({ count: 2 });
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/returns/many');
  await page.context().clearCookies({ name: cookieName(deps.config, 'lendwell-session') });
  await scanAll(
    page,
    loan.items.map(({ assetTag }) => assetTag),
  );
  await page
    .getByText('You are signed out. Sign in in another window, then try again. 2 scans wait.')
    .waitFor();
  const token = await db
    .transaction()
    .execute((trx) => openSession(workIn(trx, deps, systemContext('test')), ids.officer));
  await page
    .context()
    .addCookies([{ name: cookieName(deps.config, 'lendwell-session'), value: token, url: baseURL }]);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('2 devices in the list').waitFor();
});

t.test(
  'a page that answers a scan leaves the reader where they were, or shows what it asks for',
  async (t) => {
    const [first, second] = await make.devices(2);
    const { page } = await signedInBrowser(t, baseURL, as.officer);
    const top = (selector: string) =>
      page.evaluate<number>(`document.querySelector('${selector}').getBoundingClientRect().top`);
    const scan = (code: string) => thenLoaded(page, () => scanKeys(page, code));
    await page.setViewportSize({ width: 360, height: 500 });
    await page.goto('/returns');
    await page.evaluate('scrollTo(0, 150)');
    const before = await top('main [data-scan]');
    await scan('nothing-of-ours');
    await page.locator('.nhsuk-error-summary').waitFor({ state: 'attached' });
    t.equal(await top('main [data-scan]'), before, 'what is said above the box does not push it away');
    t.equal(await page.locator(':focus').getAttribute('name'), 'code');

    await page.goto('/bench');
    await scan(first!.assetTag);
    await page.locator('main [data-scan]').focus();
    t.ok((await top('h1')) < 0);
    await scan('LW+PASS');
    t.match(await page.locator(':focus').textContent(), 'Enter who verified it');
    t.ok((await top('.nhsuk-error-summary')) >= 0, 'what it asks for beside the box is in sight');
    await scan(second!.assetTag);
    await page.getByRole('heading', { name: second!.assetTag }).waitFor();
    t.ok((await top('h1')) >= 0, 'another page begins at its beginning');
  },
);
