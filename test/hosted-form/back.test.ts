import t from 'tap';
import { addFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import { testApp } from '../helpers/app.ts';
import { openBrowser, thenLoaded } from '../helpers/browser.ts';
import { manager } from '../helpers/factories.ts';

t.setTimeout(400_000);

for (const scripts of [true, false]) {
  t.test(`the browser’s Back in the clinic’s form; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { app, deps, db, clinicId } = await testApp(t);
    const { token } = await addFormLink(deps, manager, clinicId, { label: 'Team', expiresOn: '2027-11-01' });
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const page = await openBrowser(t, { baseURL, scripts });
    const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
    const press = (name: string) =>
      thenLoaded(page, () => page.getByRole('button', { name, exact: true }).click());
    const back = async (name: string) => {
      await page.goBack();
      await heading(name);
    };

    await page.goto(`/refer/${token}`);
    await press('Start now');
    await page.getByRole('group', { name: 'Has the patient agreed' }).getByLabel('Yes').check();
    await press('Continue');
    await page.getByLabel('Your name').fill('Dr Young');
    await press('Continue');

    await page.getByLabel('Given name').fill('Zoë');
    await page.getByLabel('Family name').fill('Wolf');
    for (const [part, value] of Object.entries({ Day: '31', Month: '2', Year: '1980' }))
      await page.getByLabel(part).fill(value);
    await press('Continue');
    await page.getByRole('link', { name: 'Enter a real date' }).waitFor();
    t.match(await page.title(), /^Error: /);
    t.equal(await page.getByLabel('Day').inputValue(), '31');
    await page.reload();
    t.equal(await page.getByLabel('Given name').inputValue(), 'Zoë', 'it can be loaded again');
    await page.getByLabel('Day').fill('28');
    await press('Continue');
    await heading('How to reach them safely');
    await back('The patient');
    t.equal(await page.getByLabel('Given name').inputValue(), 'Zoë');
    t.equal(await page.getByLabel('Day').inputValue(), '28');

    await press('Continue');
    await page.getByRole('group', { name: 'Way 1', exact: true }).getByLabel('Text message').check();
    await press('Add another way');
    await page.getByRole('group', { name: 'Way 3', exact: true }).waitFor();
    t.equal(
      await page.getByRole('link', { name: /^Way 1: Enter/ }).count(),
      0,
      'what is not whole is no fault yet',
    );
    await press('Continue');
    await page.getByRole('link', { name: /^Way 1: Enter/ }).waitFor();
    await page
      .getByRole('group', { name: 'Way 1', exact: true })
      .getByLabel('Phone number')
      .fill('07700 900123');
    await page
      .getByRole('group', { name: 'Way 1', exact: true })
      .getByRole('group', { name: 'Did the patient' })
      .getByLabel('Yes')
      .check();
    await press('Continue');
    await heading('What they need');
    await back('How to reach them safely');
    t.equal(await page.getByLabel('Phone number').first().inputValue(), '07700 900123');
    t.match(
      await db.selectFrom('referral_draft').select(['tried']).execute(),
      [{ tried: {} }],
      'what is right is kept once',
    );
  });
}

t.test('the form in two tabs of one browser', async (t) => {
  const { app, deps, db, clinicId } = await testApp(t);
  const { token } = await addFormLink(deps, manager, clinicId, { label: 'Team', expiresOn: '2027-11-01' });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const first = await openBrowser(t, { baseURL });
  const second = await first.context().newPage();
  const tabs = [
    { page: first, name: 'Ana' },
    { page: second, name: 'Luis' },
  ];
  const press = ({ page }: (typeof tabs)[number], name: string) =>
    thenLoaded(page, () => page.getByRole('button', { name, exact: true }).click());
  for (const { page } of tabs) await page.goto(`/refer/${token}`);
  // Each step in one tab, then in the other.
  const both = async (fill: (tab: (typeof tabs)[number]) => Promise<void>, button = 'Continue') => {
    for (const tab of tabs) {
      await fill(tab);
      await press(tab, button);
    }
  };
  await both(async () => {}, 'Start now');
  await both(({ page }) =>
    page.getByRole('group', { name: 'Has the patient agreed' }).getByLabel('Yes').check(),
  );
  await both(({ page }) => page.getByLabel('Your name').fill('Dr Young'));
  await both(async ({ page, name }) => {
    await page.getByLabel('Given name').fill(name);
    await page.getByLabel('Family name').fill('Pereira');
  });
  await both(async () => {});
  await both(({ page }) => page.getByLabel('Device', { exact: true }).check());
  await both(async () => {});
  await Promise.all(tabs.map((tab) => press(tab, 'Send referral')));
  for (const { page, name } of tabs) {
    await page.getByRole('heading', { name: 'Referral sent' }).waitFor();
    await page.getByText(name, { exact: true }).waitFor();
  }
  const kept = await db.selectFrom('referral').select('given_name').execute();
  t.same(kept.map((row) => row.given_name).sort(), ['Ana', 'Luis']);
});
