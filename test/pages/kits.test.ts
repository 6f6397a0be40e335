import t from 'tap';
import { listAccessories } from '../../src/stock/accessories/accessory.queries.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { listKits } from '../../src/stock/kits/kit.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
let iccids = 0;
const dongleWithData = async () => {
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  await fitDataPlan(deps, officer, dongle!.id, {
    network: 'Vodafone',
    iccid: `894410003001234${String(++iccids).padStart(4, '0')}`,
    gbPerMonth: 20,
    durationMonths: 12,
    activatedOn: '2026-11-23',
  });
  return dongle!;
};
const idOf = async (kind: string) => (await listAccessories(db)).find((one) => one.kind === kind)!.id;

t.test('issue a kit by scanner, then return it with a charger missing', async (t) => {
  await make.store({ Charger: 2, Cable: 3 }, 'Camden Road hub');
  const referral = await make.waitingReferral({ needs: ['device', 'data', 'support'] });
  const [tablet, spare] = await make.readyDevices(2);
  const dongle = await dongleWithData();
  const { page, scan, look } = await signedInBrowser(t, baseURL, as.officer);

  await page.goto(`/referrals/${referral.id}/issue`);
  const kit = page.getByRole('group', { name: 'Kit: Tablet with data' });
  await kit.waitFor();
  await look('issue by kit');
  t.ok(await kit.getByLabel('Charger', { exact: true }).isChecked(), 'what is in stock is ticked');
  await kit.getByText('Case: none at Camden Road hub').waitFor();
  await page.getByLabel('I asked. What is marked safe is still safe').focus();
  await page.keyboard.press('Space');
  await page.getByLabel('Scan or type a label').focus();
  await scan(tablet!.assetTag);
  await page.getByText(`${tablet!.assetTag}: ready. Fills the line Tablet.`).waitFor();
  await kit.getByText(`Tablet: ${tablet!.assetTag}`).waitFor();
  await scan(spare!.assetTag);
  await page.getByText(`${spare!.assetTag}: ready. Not part of the kit, added beside it.`).waitFor();
  await scan('');
  await page.getByRole('link', { name: 'Dongle with data: scan it, or say why it goes without' }).waitFor();
  await look('issue by kit, incomplete');
  t.equal(await page.getByLabel('Why it goes without: Case').inputValue(), 'None in stock');
  await page.getByRole('button', { name: `Remove ${spare!.assetTag}` }).click();
  await page.getByRole('button', { name: `Remove ${spare!.assetTag}` }).waitFor({ state: 'detached' });
  await page.getByLabel('Scan or type a label').focus();
  await scan(dongle.assetTag);
  await kit.getByText(`Dongle with data: ${dongle.assetTag}`).waitFor();
  await page.getByText('Other accessories').click();
  await page.getByLabel('Cable', { exact: true }).check();
  await page.getByLabel('How many: Cable').fill('2');
  await look('issue by kit, filled');
  await page.getByLabel('Scan or type a label').focus();
  await scan('');
  await page.getByRole('heading', { name: 'Terms and agreement' }).waitFor();
  await page.getByText('With it: Cable × 2, Charger × 1, from Camden Road hub.').waitFor();
  await page.getByText('Tablet with data, without Case (None in stock).').waitFor();
  await look('issue by kit, terms');
  await page.getByLabel('Said yes', { exact: true }).check();
  await page.getByRole('button', { name: 'Issue the loan' }).click();
  await page.getByText(/Loan L-\w+ is issued with 2 items/).waitFor();
  await page.getByText('Without Case: None in stock').waitFor();
  await page.getByRole('cell', { name: '1 out' }).waitFor();
  await look('a loan by kit');
  await page.getByRole('link', { name: 'Print the agreement' }).first().click();
  await page.getByText('With 2 × cable and 1 × charger.').waitFor();

  await page.goto('/returns');
  await scan(tablet!.assetTag);
  await page.getByLabel('Scan to tick').focus();
  await scan(dongle.assetTag);
  for (const { assetTag } of [tablet!, dongle]) {
    await page.getByLabel(`Condition of ${assetTag}`).focus();
    await page.keyboard.type('B');
  }
  await page.getByLabel('Cable × 2').focus();
  await page.keyboard.press('Space');
  t.equal(await page.getByLabel('How many: Cable').inputValue(), '2');
  await look('a return with accessories');
  await page.getByRole('button', { name: 'Take back what is ticked' }).focus();
  await page.keyboard.press('Enter');
  await page
    .getByText(
      `${tablet!.assetTag}, ${dongle.assetTag}, Cable × 2 came back. Still with the borrower: Charger × 1.`,
    )
    .waitFor();
  await page.getByRole('link', { name: 'See the loan' }).click();
  await page.getByText('If it comes later, there is nothing to do now').waitFor();
  await look('a loan with a charger missing');
  await page.getByRole('button', { name: 'Return items' }).click();
  await page.getByRole('group', { name: 'Accessories still out' }).waitFor();
  await look('a return of accessories alone');
  await page.goBack();
  await page.getByRole('link', { name: 'say which accessories will not come back' }).click();
  await look('accessories that will not come back');
  await page.getByRole('button', { name: 'Stop waiting for what is ticked' }).click();
  await page.getByRole('link', { name: 'Tick what will not come back' }).waitFor();
  await look('accessories that will not come back, refused');
  await page.getByLabel('Charger × 1').check();
  await page.getByLabel('What happened, as far as you know').fill('Lost in a move');
  await page.getByRole('button', { name: 'Stop waiting for what is ticked' }).click();
  await page
    .getByText('Charger × 1 will not come back. Nothing else is out and the loan is closed.')
    .waitFor();
  await page.getByRole('cell', { name: '1 will not come back' }).waitFor();
});

t.test('the issue page: kits, places and quantities, without a browser', async (t) => {
  const { get, post } = forms(app, as.officer);
  const [charger, cable] = [await idOf('Charger'), await idOf('Cable')];
  const [two, one] = (await listKits(db)).sort((a, b) => b.lines.length - a.lines.length);
  const seaview = await make.store({ Charger: 1, Case: 1 }, 'Seaview hub');
  const referral = await make.waitingReferral({ needs: ['device', 'support'] });
  const [tablet] = await make.readyDevices(1);
  const url = `/referrals/${referral.id}/issue`;
  const first = (await get(url)).body;
  t.match(first, /Kit: Tablet</, 'the kit that fits a device alone');
  t.match(first, new RegExp(`value="${seaview.id}" selected`), 'the place that has all of the kit');
  const dataOnly = await make.waitingReferral({ needs: ['data'] });
  t.notMatch((await get(`/referrals/${dataOnly.id}/issue`)).body, /Kit: /, 'no kit is of data alone');

  const typed = {
    kit: tablet!.assetTag,
    kitId: one!.id,
    kitFor: one!.id,
    contactConfirmed: 'yes',
    stockLocationId: seaview.id,
  };
  const other = await post(url, { ...typed, kitId: two!.id, do: 'kit', 'gap.3': '' });
  t.match(other.body, /Kit: Tablet with data/);
  t.match(
    other.body,
    new RegExp(`id="accessory-${charger}" name="accessory" value="${charger}" checked`),
    'another kit ticks its own',
  );
  t.match(other.body, new RegExp(`name="kit" value="${tablet!.assetTag}"`), 'what is scanned stays');
  t.notMatch((await post(url, { ...typed, kitId: '', do: 'kit' })).body, /Kit: /);

  const next = (fields: Record<string, string | string[]>) => post(url, { ...typed, ...fields, do: 'next' });
  const untold = await next({});
  t.equal(untold.statusCode, 422);
  t.match(untold.body, /href="#gap-2">\s*Charger: tick it, or say why it goes without/);
  const many = await next({
    accessory: [charger, cable],
    [`quantity.${charger}`]: '2',
    [`quantity.${cable}`]: 'x',
    'gap.3': 'Has one',
  });
  t.match(many.body, new RegExp(`href="#quantity-${charger}">\\s*Charger: there is 1 at Seaview hub`));
  t.match(many.body, new RegExp(`href="#quantity-${cable}">\\s*Cable: enter a number from 1`));
  t.match(many.body, /value="Has one"/);

  const terms = {
    ...typed,
    accessory: charger,
    [`quantity.${charger}`]: '1',
    'gap.3': 'Has <one>',
    openEnded: 'yes',
    'handover.way': 'in_person',
    'handover.on-day': '23',
    'handover.on-month': '11',
    'handover.on-year': '2026',
    'agreement.acceptedBy': 'verbal',
    do: 'issue',
  };
  const incomplete = await post(url, { ...terms, 'gap.3': '' });
  t.equal(incomplete.statusCode, 409);
  t.match(incomplete.body, /Missing of Tablet: Case\. Add it, or say why it goes without/);
  t.match(
    incomplete.body,
    /type="hidden" name="agreement.acceptedBy" value="verbal"/,
    'what page two asked is kept',
  );
  await make.loan({ accessories: [{ kind: 'Charger', quantity: 1 }], stockLocationId: seaview.id });
  const short = await post(url, terms);
  t.equal(short.statusCode, 409);
  t.match(short.body, /Charger: 1 wanted, none there\./);
  await make.store({ Charger: 5 }, 'Third hub');
  const third = (await listAccessories(db))
    .flatMap(({ stock }) => stock)
    .find(({ location }) => location.name === 'Third hub')!;
  const issued = await post(url, { ...terms, stockLocationId: third.location.id });
  t.equal(issued.statusCode, 303);
  const loan = (await get(String(issued.headers.location))).body;
  t.match(loan, /Issued as Tablet\.[\s\S]*Without Case: Has &lt;one&gt;/);
});

t.test('a return of several of a kind, and what the form refuses', async (t) => {
  const { get, post } = forms(app, as.officer);
  const { id } = await make.store({ Charger: 3 });
  const charger = await idOf('Charger');
  const loan = await make.loan({ accessories: [{ kind: 'Charger', quantity: 3 }], stockLocationId: id });
  const url = `/loans/${loan.id}/return`;
  const banner = (reply: Awaited<ReturnType<typeof post>>) =>
    decodeURIComponent(reply.cookies.find(({ name }) => name === 'lendwell-banner')!.value);
  t.match((await get(url)).body, new RegExp(`name="quantity.${charger}" value="3"`));
  const wrong = await post(url, { do: 'return', accessory: charger, [`quantity.${charger}`]: 'all' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, new RegExp(`href="#quantity-${charger}">\\s*Enter a number`));
  t.match(wrong.body, new RegExp(`value="${charger}" checked`));
  const many = await post(url, { do: 'return', accessory: charger, [`quantity.${charger}`]: '4' });
  t.equal(many.statusCode, 409);
  t.match(many.body, /Still out of this loan: Charger × 3\./);
  const some = await post(url, { do: 'return', accessory: charger, [`quantity.${charger}`]: '1' });
  t.match(
    banner(some),
    `Charger × 1 came back. Still with the borrower: ${loan.items[0]!.assetTag} (tablet), Charger × 2.`,
  );
  const missing = `/loans/${loan.id}/missing-accessories`;
  const unsaid = await post(missing, { accessory: charger, [`quantity.${charger}`]: '2' });
  t.match(unsaid.body, /href="#reason">\s*Say in a few words what happened/);
  t.equal(
    (await post(missing, { accessory: charger, [`quantity.${charger}`]: '2', reason: 'Broken' })).statusCode,
    303,
  );
  t.match((await get(missing)).body, /No accessory of this loan is out/);
  const last = { do: 'return', ticked: loan.items[0]!.id, [`item.${loan.items[0]!.id}.condition`]: 'A' };
  t.match(banner(await post(url, last)), 'Everything is back and the loan is closed.');
  t.match((await get(url)).body, /Everything on this loan has come back or ended/);
  t.equal((await post(url, { do: 'return', accessory: charger })).statusCode, 409);
});

t.test('kits in the settings: added, changed, retired', async (t) => {
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto('/settings/kits');
  await page.getByRole('cell', { name: 'Tablet, Dongle with data, Charger, Case' }).waitFor();
  await look('kits');
  await page.getByRole('button', { name: 'Add a kit' }).click();
  await look('a new kit');
  await page.getByRole('button', { name: 'Add the kit' }).click();
  await page.getByRole('link', { name: 'Enter what the kit is called' }).waitFor();
  await page.getByRole('link', { name: 'Choose at least one thing' }).waitFor();
  await look('a new kit, refused');
  await page.getByLabel('What the kit is called').fill('Phone with data');
  const line = (number: number) => page.getByRole('group', { name: `Line ${number}`, exact: true });
  await line(2).getByLabel('What', { exact: true }).selectOption('Phone with data');
  await line(3).getByLabel('What', { exact: true }).selectOption('Charger');
  await line(3).getByLabel('How many').fill('0');
  await page.getByRole('button', { name: 'Add the kit' }).click();
  await page.getByRole('link', { name: 'Give a number from 1' }).waitFor();
  t.equal(
    await line(1).getByLabel('What', { exact: true }).inputValue(),
    'phone+data',
    'what was chosen stays',
  );
  await line(2).getByLabel('How many').fill('2');
  await page.getByRole('button', { name: 'Add the kit' }).click();
  await page.getByRole('cell', { name: 'Phone with data, Charger × 2' }).waitFor();
  await page.getByRole('link', { name: 'Phone with data' }).click();
  t.equal(await line(2).getByLabel('How many').inputValue(), '2');
  await line(2).getByLabel('What', { exact: true }).selectOption('Nothing');
  await line(2).getByLabel('How many').fill('');
  await page.getByRole('button', { name: 'Save the kit' }).click();
  await page.getByText('The kit Phone with data is saved.').waitFor();
  await page.getByRole('link', { name: 'Phone with data' }).click();
  await page.getByRole('button', { name: 'Stop offering it' }).click();
  await page.getByText('The kit Phone with data is no longer offered.').waitFor();
  await page.getByRole('row', { name: /Phone with data Retired/ }).waitFor();
  const { get } = forms(app, as.officer);
  t.equal((await get('/settings/kits/new')).statusCode, 403);
  t.notMatch((await get('/settings/kits')).body, /Add a kit/);
});
