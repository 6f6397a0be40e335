import { sql } from 'kysely';
import type { Locator, Page } from 'playwright-core';
import t from 'tap';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { testApp } from '../helpers/app.ts';
import { thenLoaded } from '../helpers/browser.ts';
import { factories, officer } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

/** Hands on a keyboard, which count what they press beside what is typed or scanned. */
function hands(page: Page) {
  let presses = 0;
  const legs: string[] = [];
  const press = async (key: string) => {
    presses++;
    await page.keyboard.press(key);
  };
  /** Tab, or back, until it has the focus. */
  const reach = async (target: Locator, by = 'Tab') => {
    const before = presses;
    const has = () => target.evaluate((element) => element.matches(':focus'));
    for (let stops = 0; stops < 60 && !(await has()); stops++) await press(by);
    if (!(await has())) throw new Error(`no way to ${target} by keyboard`);
    legs.push(
      `${presses - before} to ${await target.evaluate((e) => e.textContent?.trim().slice(0, 30) || (e as { id: string }).id)}`,
    );
  };
  const send = () => thenLoaded(page, () => press('Enter'));
  return {
    presses: () => presses,
    legs,
    press,
    reach,
    /** Enter where the focus is, which sends the form of a field too. */
    send,
    async enter(target: Locator) {
      await reach(target);
      await send();
    },
  };
}

t.test('from a referral to a kit that is handed over', async (t) => {
  const [tablet, dongle] = [
    ...(await make.readyDevices(1)),
    ...(await make.readyDevices(1, { kind: 'dongle' })),
  ];
  await fitDataPlan(deps, officer, dongle!.id, {
    network: 'Vodafone',
    iccid: '8944100030012345678',
    gbPerMonth: 20,
    durationMonths: 12,
    activatedOn: '2026-11-23',
  });
  const { reference } = await make.referral();
  const { page, scan } = await signedInBrowser(t, baseURL, as.officer);
  const keys = hands(page);
  await page.goto('/');
  await scan(reference);
  await page
    .getByRole('heading', { name: /Amal Example/ })
    .first()
    .waitFor();
  await keys.enter(page.getByRole('button', { name: 'Accept', exact: true }));
  await keys.enter(
    page
      .getByRole('button', { name: 'Issue a device' })
      .or(page.getByRole('link', { name: 'Issue a device' }))
      .first(),
  );
  await scan(tablet!.assetTag);
  await scan(dongle!.assetTag);
  await keys.reach(page.getByLabel('I asked. What is marked safe is still safe'), 'Shift+Tab');
  await keys.press('Space');
  await keys.send();
  await keys.reach(page.getByRole('link', { name: 'All of this is right: go on to the agreement' }));
  await keys.press('Enter');
  await keys.reach(page.getByLabel('Signed', { exact: true }));
  await keys.press('ArrowDown');
  await keys.press('ArrowDown');
  t.ok(await page.getByLabel('Said yes', { exact: true }).isChecked());
  await keys.send();
  await page.getByText(/Loan L-\w+ is issued/).waitFor();
  t.ok(keys.presses() < 14, `${keys.presses()} presses: ${keys.legs.join(', ')}`);
});

t.test('five devices that came back: five scans and one press', async (t) => {
  const devices = [];
  for (let n = 0; n < 5; n++) devices.push((await make.loan()).items[0]!);
  const { page, scan } = await signedInBrowser(t, baseURL, as.officer);
  const keys = hands(page);
  await page.goto('/returns/many');
  for (const { assetTag } of devices) await scan(assetTag);
  await keys.enter(page.getByLabel('Scan or type a label'));
  await page
    .getByText(/5 devices/)
    .first()
    .waitFor();
  t.equal(keys.presses(), 1);
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from loan_item
    where status = 'returned' and device_id = any(${devices.map(({ deviceId }) => deviceId)}::uuid[])`.execute(
    db,
  );
  t.same(rows, [{ n: 5 }]);
});

t.test('a phone that was lost is replaced in two pages', async (t) => {
  const loan = await make.loan();
  const [spare] = await make.readyDevices(1);
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto(`/loans/${loan.id}`);
  const pages: string[] = [];
  page.on('framenavigated', (frame) => pages.push(new URL(frame.url()).pathname));
  await page.getByRole('link', { name: 'Report lost, stolen, damaged or not working' }).click();
  await page.getByLabel('Lost', { exact: true }).check();
  await page.getByLabel('Replace it now (optional)').fill(spare!.assetTag);
  await page.getByRole('button', { name: 'Write it down' }).click();
  await page
    .getByText(/replaced/i)
    .first()
    .waitFor();
  t.equal(pages.length, 2, `${pages}`);
  const { rows } = await sql<{
    status: string;
  }>`select status from loan_item where loan_id = ${loan.id} order by status`.execute(db);
  t.same(rows, [{ status: 'lost' }, { status: 'on_loan' }]);
});
