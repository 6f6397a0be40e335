import type { Locator } from 'playwright-core';
import t from 'tap';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { testApp } from '../helpers/app.ts';
import { thenLoaded } from '../helpers/browser.ts';
import { factories } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

t.test('an issue to the wrong person is put right in under ten presses', async (t) => {
  const wrong = await make.loan();
  const [{ assetTag }] = wrong.items as [(typeof wrong.items)[number]];
  const right = await make.waitingReferral({ needs: ['device'] });
  const { page, step, scan, look } = await signedInBrowser(t, baseURL, as.officer);
  let presses = 0;
  const press = async (target: Locator) => {
    presses++;
    await target.click();
  };
  const follow = (target: Locator) => thenLoaded(page, () => press(target));
  await page.goto(`/loans/${wrong.id}`);

  await step('the loan is taken back', async (t) => {
    await follow(page.getByRole('link', { name: 'Recorded by mistake' }));
    await look('taking back an issue');
    await press(page.getByLabel('It went to someone else'));
    await follow(page.getByRole('button', { name: 'Take the issue back' }));
    await page.getByText(/is taken back as recorded by mistake/).waitFor();
    await look('a loan recorded by mistake');
    t.equal((await getLoan(db, clock, wrong.id)).status, 'recorded_by_mistake');
  });

  await step('the device goes to the right person', async (t) => {
    // A scan needs no press: it goes to the box in the head of the page.
    await thenLoaded(page, async () => {
      await page.keyboard.type(right.reference);
      await page.keyboard.press('Enter');
    });
    await follow(
      page
        .getByRole('button', { name: 'Issue a device' })
        .or(page.getByRole('link', { name: 'Issue a device' }))
        .first(),
    );
    await scan(assetTag);
    await press(page.getByLabel('I asked. What is marked safe is still safe'));
    await follow(page.getByRole('button', { name: 'Go on to terms and agreement' }));
    await press(page.getByLabel('Said yes', { exact: true }));
    presses++;
    await thenLoaded(page, () => page.keyboard.press('Enter'));
    await page.getByText(/Loan L-\w+ is issued/).waitFor();
    t.ok(presses < 10, `${presses} presses`);
  });
});
