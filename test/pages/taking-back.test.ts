import type { Locator } from 'playwright-core';
import t from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { testApp } from '../helpers/app.ts';
import { thenLoaded } from '../helpers/browser.ts';
import { factories, officer } from '../helpers/factories.ts';
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
    await page.locator('.app-more-actions summary').click();
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

t.test('a device that did not come back, or was in the bag, is out again', async (t) => {
  const loan = await make.loan({ count: 2 });
  const [first, second] = loan.items as [(typeof loan.items)[number], (typeof loan.items)[number]];
  await returnItems(deps, officer, loan.id, {
    items: [{ itemId: first.id, condition: 'B', notes: 'Scratched' }],
  });
  const lost = { itemId: second.id, kind: 'lost', reportedOn: '2026-11-23' } as const;
  const incident = await reportIncident(deps, officer, loan.id, lost);
  const { page, step, look } = await signedInBrowser(t, baseURL, as.officer);
  const follow = (target: Locator) => thenLoaded(page, () => target.click());

  await step('the return is taken back', async (t) => {
    await page.goto(`/loans/${loan.id}`);
    await look('a loan of which something can be taken back');
    await follow(page.getByRole('link', { name: 'Take back' }));
    await look('taking back a return');
    await page.getByLabel('Why it was a mistake').fill('The wrong label');
    await follow(page.getByRole('button', { name: 'Take it back' }));
    await page.getByText(`${first.assetTag} is out on this loan`).waitFor();
    await look('a loan with a return that was a mistake');
    t.equal((await getLoan(db, clock, loan.id)).status, 'open');
  });

  await step('the report is taken back', async (t) => {
    await page.goto(`/incidents/${incident.id}`);
    await page.locator('.app-more-actions summary').click();
    await follow(page.getByRole('link', { name: 'Recorded by mistake' }));
    await look('taking back a report');
    await page.getByLabel('Why it was a mistake').fill('It was in the bag');
    await follow(page.getByRole('button', { name: 'Take it back' }));
    await page.getByText('It was recorded by mistake, and counts nowhere').waitFor();
    await look('an incident recorded by mistake');
    await page.goto(`/incidents/${incident.id}/takings-back`);
    await page.getByText('taken back already').waitFor();
    await look('a report that is taken back already');
    t.same(
      (await getLoan(db, clock, loan.id)).items.map(({ status }) => status),
      ['on_loan', 'on_loan'],
    );
  });
});

t.test('a wrong device is exchanged for the one that went in under six presses', async (t) => {
  const loan = await make.loan({ count: 2 });
  const [right] = await make.readyDevices(1);
  const [wrong] = loan.items as [(typeof loan.items)[number]];
  const { page, scan, look } = await signedInBrowser(t, baseURL, as.officer);
  let presses = 0;
  await page.goto(`/loans/${loan.id}`);
  await look('a loan with links to exchange a device');
  presses++;
  await thenLoaded(page, () => page.getByRole('link', { name: `Wrong device? ${wrong.assetTag}` }).click());
  await look('exchanging a device');
  await scan(right!.assetTag);
  await page.getByText(`${right!.assetTag} is on this loan, and not ${wrong.assetTag}.`).waitFor();
  await look('a loan with a device exchanged');
  t.ok(presses < 6, `${presses} presses`);
  const { items } = await getLoan(db, clock, loan.id);
  t.same(
    items.map(({ assetTag }) => assetTag).toSorted(),
    [loan.items[1]!.assetTag, right!.assetTag].toSorted(),
  );
});
