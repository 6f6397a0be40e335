import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import { testApp } from '../helpers/app.ts';
import { scanKeys, thenLoaded } from '../helpers/browser.ts';
import { factories, officer } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

/** What a scanner does, wherever the focus is. */
const scanner = (page: Page) => (code: string) => thenLoaded(page, () => scanKeys(page, code));
const ticked = (page: Page) => page.locator('input[name=ticked]:checked').count();

t.test('every scan of a return reaches the box, from a tick box, a list, a button or nothing', async (t) => {
  const loan = await make.loan({ count: 5 });
  const [first, second, third, fourth, fifth] = loan.items.map(({ assetTag }) => assetTag);
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  const scan = scanner(page);
  await page.goto('/returns');
  await scan(first!);
  await scan(second!);
  t.equal(await ticked(page), 2, 'the second scan ticks the second');
  await page.getByLabel(new RegExp(`^${third} `)).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Space');
  t.equal(await ticked(page), 2, 'by hand Space ticks and takes the tick away');
  await scan(third!);
  t.equal(await ticked(page), 3);
  const condition = page.getByLabel(`Condition of ${first}`);
  await condition.selectOption('C, worn but works');
  await condition.focus();
  await scan(fourth!);
  t.equal(await ticked(page), 4);
  t.equal(await condition.inputValue(), 'C', 'what was chosen stays');
  const button = page.getByRole('button', { name: 'Take back what is ticked' });
  await button.focus();
  await scan(fifth!);
  t.equal(await ticked(page), 5);
  await page.locator('h1').click();
  await scan(fifth!);
  t.match(page.url(), '/return', 'the form of the return is not sent');
  await page.getByLabel(`Notes on ${first}`).fill('');
  await page.getByLabel(`Notes on ${first}`).focus();
  await page.keyboard.type('Serial 12345');
  t.equal(
    await page.getByLabel(`Notes on ${first}`).inputValue(),
    'Serial 12345',
    'a text field keeps its text',
  );
  for (const tag of [second, third, fourth, fifth])
    await page.getByLabel(`Condition of ${tag}`).selectOption('B, marks of use');
  await button.focus();
  await thenLoaded(page, () => page.keyboard.press('Enter'));
  await page.getByText('Everything is back and the loan is closed.').waitFor();
});

t.test('without scripts the box has the focus after each scan', async (t) => {
  const loan = await make.loan({ count: 3 });
  const { page, scan } = await signedInBrowser(t, baseURL, as.officer, { scripts: false });
  await page.goto('/returns');
  for (const { assetTag } of loan.items) await scan(assetTag);
  t.equal(await ticked(page), 3);
});

t.test('at the bench a scan leads to the next device and records nothing of this one', async (t) => {
  const [first, second] = await make.devices(2);
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  const scan = scanner(page);
  await page.goto('/bench');
  await scan(first!.assetTag);
  await page.getByRole('heading', { name: first!.assetTag }).waitFor();
  t.equal(
    await page.locator(':focus').getAttribute('type'),
    'checkbox',
    'the first tick has the focus, for whoever works with keys',
  );
  await scan(second!.assetTag);
  await page.getByRole('heading', { name: second!.assetTag }).waitFor();
  await page.getByRole('button', { name: 'Record what passed' }).focus();
  await scan(first!.assetTag);
  await page.getByRole('heading', { name: first!.assetTag }).waitFor();
  await page.locator('summary', { hasText: 'Something failed' }).focus();
  await scan(second!.assetTag);
  await page.getByRole('heading', { name: second!.assetTag }).waitFor();
  t.same(
    await db
      .selectFrom('preparation_check')
      .select('id')
      .where('device_id', 'in', [first!.id, second!.id])
      .execute(),
    [],
  );
});

t.test(
  'issue, bulk lists, stocktakes, labels and Today take a scan from wherever the focus is',
  async (t) => {
    const [one, two, three] = await make.readyDevices(3);
    const { id: hub } = await addLocation(deps, officer, { name: 'Scan hub', kind: 'hub' });
    await db.updateTable('device').set({ location_id: hub }).execute();
    const referral = await make.waitingReferral({ needs: ['device'] });
    const { page } = await signedInBrowser(t, baseURL, as.officer);
    const scan = scanner(page);

    await page.goto(`/referrals/${referral.id}/issue`);
    await page.getByLabel('I asked. What is marked safe is still safe').check();
    await scan(one!.assetTag);
    await scan(two!.assetTag);
    await page.getByRole('button', { name: `Remove ${one!.assetTag}` }).focus();
    await scan(three!.assetTag);
    t.equal(await page.locator('.app-kit__line').count(), 3);
    t.ok(await page.getByLabel('I asked. What is marked safe is still safe').isChecked());

    const { items } = await make.loan({ items: [one!, two!].map(({ id }) => ({ deviceId: id })) });
    await page.goto('/returns/many');
    await scan(items[0]!.assetTag);
    await page.getByLabel('Where they are kept now').focus();
    await scan(items[1]!.assetTag);
    t.equal(await page.locator('.app-kit__line').count(), 2);

    const stocktake = await startStocktake(deps, officer, { locationId: hub });
    await page.goto(`/stocktakes/${stocktake.id}`);
    await scan(three!.assetTag);
    await page.getByText(`FOUND ${three!.assetTag}`).waitFor();
    await page.locator('summary', { hasText: 'Close the stocktake' }).focus();
    await scan(three!.assetTag);
    await page.getByText(`SCANNED ALREADY ${three!.assetTag}`).waitFor();

    await page.goto('/labels');
    await page.getByRole('button', { name: 'Show the labels' }).focus();
    for (const { assetTag } of [one!, two!]) {
      await page.keyboard.type(assetTag);
      await page.keyboard.press('Enter');
      await page.locator('h1').click();
    }
    t.equal(
      await page.getByRole('textbox', { name: 'Devices' }).inputValue(),
      `${one!.assetTag}\n${two!.assetTag}\n`,
    );

    await page.goto('/');
    await page.getByRole('link', { name: 'See the reports' }).focus();
    await scan(three!.assetTag);
    t.match(page.url(), `/devices/${three!.id}`);
  },
);

t.test('the second page of an issue opens at its beginning, and says first what it assumes', async (t) => {
  const [device] = await make.readyDevices(1);
  const referral = await make.waitingReferral({ needs: ['device', 'support'] });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 740 });
    await page.goto(`/referrals/${referral.id}/issue`);
    await page.getByLabel('I asked. What is marked safe is still safe').check();
    await scanner(page)(device!.assetTag);
    await thenLoaded(page, () => page.getByRole('button', { name: 'Go on to terms and agreement' }).click());
    t.equal(await page.locator('h1').evaluate((h1) => h1 === h1.ownerDocument.activeElement), true);
    t.ok(await page.locator('h1').evaluate((h1) => h1.getBoundingClientRect().top >= 0), 'it is in sight');
    for (const assumed of [
      'In person, today, 23 November 2026',
      /26 weeks, until 24 May 2027/,
      /counted from the handover/,
    ])
      t.ok(await page.locator('.nhsuk-summary-list').getByText(assumed).isVisible());
  }
  await look('issue, terms');
  await page.getByRole('link', { name: 'Change handover' }).click();
  t.equal(await page.locator(':focus').getAttribute('name'), 'handover.way');
  await page.getByLabel('Posted').check();
  await page.getByRole('button', { name: 'Issue the loan' }).click();
  await page.getByRole('link', { name: 'Choose how the agreement was accepted' }).waitFor();
  t.ok(await page.getByLabel('Posted').isChecked());
  t.equal(await page.locator('.nhsuk-summary-list').count(), 0, 'what was answered is not assumed');
});

t.test(
  'a page takes the focus past no field: only a box for scans, a first field or a heading asks for it',
  (t) => {
    const src = path.join(import.meta.dirname, '../../src');
    const asking = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter(
        (file) =>
          /\.(njk|ts|js)$/.test(file) &&
          /\bautofocus\b(?!\])/.test(readFileSync(path.join(src, file), 'utf8')),
      )
      .sort();
    t.same(asking, [
      'access/views/prove.njk',
      'access/views/sign-in-code.njk',
      'lending/loans/views/terms-fields.njk',
      'stock/devices/views/bench-device.njk',
      'stock/labels/views/choose.njk',
      'web/components/scan.njk',
      'web/layout.njk',
    ]);
    t.end();
  },
);
