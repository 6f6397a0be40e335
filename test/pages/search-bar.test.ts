import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { scanKeys } from '../helpers/browser.ts';
import { factories } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

t.test('the bar in the head takes scans and searches on every page', async (t) => {
  const loan = await make.loan({ count: 3 });
  const [first, second, third] = loan.items.map(({ assetTag }) => assetTag);
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/settings');
  await scanKeys(page, first!);
  await page.waitForURL(/\/devices\/[0-9a-f-]+$/);
  await page.getByRole('heading', { level: 1, name: first! }).waitFor();
  await look('after a scan in the head');
  for (const code of [second!, 'LW-NOTONE', third!]) {
    await scanKeys(page, code);
  }
  await page.getByRole('heading', { level: 1, name: third! }).waitFor();
  const told = page.locator('.app-scans');
  await told.getByText('Nothing found for LW-NOTONE').waitFor();
  t.equal(await told.getByRole('link').count(), 3, 'what came fast is told, and a press away');
  await look('several scans told');
  await page.goto('/help');
  await page.keyboard.press('Control+k');
  t.equal(await page.locator(':focus').getAttribute('id'), 'head-search');
  await page.locator('h1').click();
  await page.keyboard.press('/');
  t.equal(await page.locator(':focus').getAttribute('id'), 'head-search');
  t.equal(await page.locator('#head-search').inputValue(), '');
  await page.getByLabel('On this computer / leads to the search box').uncheck();
  await page.locator('h1').click();
  await page.keyboard.press('/');
  t.not(await page.evaluate('document.activeElement?.id'), 'head-search', 'it can be turned off');
});

t.test('a scan in the middle of a form takes nothing that was typed', async (t) => {
  const [device] = await make.devices(1);
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/donations/new');
  await page.getByLabel('Who gave the devices').fill('Asda Camden');
  await page.getByRole('group', { name: 'Line 1' }).getByLabel('Kind').focus();
  await scanKeys(page, device!.assetTag);
  await page.getByRole('heading', { level: 1, name: device!.assetTag }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Record a donation' }).waitFor();
  await page.getByText('What you typed here is not saved yet.').waitFor();
  t.equal(await page.getByLabel('Who gave the devices').inputValue(), 'Asda Camden');
});
