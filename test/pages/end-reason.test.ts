import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, clock } = await testApp(t);
clock.set('2026-11-23T09:00:00Z');
const make = factories(deps);
const base = await app.listen({ port: 0, host: '127.0.0.1' });

t.test('why it comes back: said, offered what may help, put right; and for many at once', async (t) => {
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, base, as.officer, { scripts });
    const loan = await make.loan({ count: 2 });
    const [one, two] = loan.items;
    await page.goto(`${base}/loans/${loan.id}/return?item=${one!.id}`);
    await page.getByLabel(`Condition of ${one!.assetTag}`).selectOption('B');
    await page.getByLabel('Why is it coming back? (optional)').selectOption({ label: 'Something else' });
    await page.getByRole('button', { name: 'Take back what is ticked' }).click();
    await page.getByRole('link', { name: 'Say in a few words what it was' }).waitFor();
    t.equal(await page.getByLabel('Why is it coming back? (optional)').inputValue(), 'other', 'kept');
    await look('a return that says no words');
    await page.getByLabel('Why is it coming back? (optional)').selectOption({ label: 'Too much for now' });
    await page.getByLabel('In their words (optional)').fill('So many letters and calls');
    await page.getByRole('button', { name: 'Take back what is ticked' }).click();
    await page.getByText('Too much for now: So many letters and calls').waitFor();
    await page.getByRole('link', { name: 'Agree another plan of support' }).waitFor();
    await look('a loan that says why');
    await page.getByRole('link', { name: `Change why ${one!.assetTag} came back` }).click();
    await page
      .getByLabel('Why did it come back? (optional)')
      .selectOption({ label: 'No signal where they are' });
    await look('why it came back');
    clock.set(scripts ? '2026-11-23T09:10:00Z' : '2026-11-23T09:20:00Z');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Why it came back is put right.').waitFor();
    await page.getByRole('link', { name: 'See whether a dongle on another network would help' }).waitFor();

    await page.goto(`${base}/returns/many`);
    await page.getByLabel('Scan or type a label').fill(two!.assetTag);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByLabel(`Why ${two!.assetTag} came back`).selectOption({ label: 'Moved away' });
    await look('take back many, with why');
    await page.getByRole('button', { name: 'Take back what is in the list' }).click();
    await page.getByText('1 device came back').waitFor();
    await page.goto(`${base}/loans/${loan.id}`);
    await page.getByText('Moved away').first().waitFor();
  }
});

t.test(
  'a device that is sold: written down without blame, another offered, a concern in one press',
  async (t) => {
    for (const scripts of [true, false]) {
      const { page, look } = await signedInBrowser(t, base, as.officer, { scripts });
      const loan = await make.loan();
      await page.goto(`${base}/loans/${loan.id}/incidents/new`);
      await page.getByLabel('Sold', { exact: true }).check();
      await look('what happened');
      await page.getByLabel('What they said (optional)').fill('Someone said that they had to');
      await page.getByRole('button', { name: 'Write it down' }).click();
      await page.getByRole('heading', { name: /Sold: / }).waitFor();
      await page.getByRole('button', { name: 'Replace the device' }).waitFor();
      await look('sold');
      await page.getByRole('button', { name: 'Raise a concern', exact: true }).click();
      await page.getByText('The concern is raised').waitFor();
      await page.getByText('The concern is raised: staff have an urgent task').waitFor();
      await page.goto(`${base}/tasks?kind=concern`);
      await page
        .locator('.app-list th')
        .getByRole('link', { name: /^A concern was raised/ })
        .first()
        .click();
      await page.getByRole('link', { name: 'an incident' }).waitFor();
      await look('the task of a concern');
    }
  },
);
