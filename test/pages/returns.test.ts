import t from 'tap';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);

t.test('a scan finds its loan by tag, serial number or reference, or says what it is instead', async (t) => {
  const [device] = await make.readyDevices(1, { imei: '490154203237518' });
  t.match(
    (await post('/returns', { code: device!.assetTag })).body,
    new RegExp(`${device!.assetTag} is on no loan: it is ready`),
  );
  const [raw] = await make.devices(1);
  t.match(
    (await post('/returns', { code: raw!.assetTag })).body,
    /it is being prepared\. Still to do: sanitisation, electrical, setup/,
  );
  t.match((await post('/returns', { code: 'LW-12' })).body, /not a whole asset tag/);
  t.match(
    (await post('/returns', { code: '<b>' })).body,
    /No device here has the label or number “&lt;b&gt;”/,
  );
  t.match((await post('/returns', { code: ' ' })).body, /Scan or type a label first/);
  const loan = await make.loan({ items: [{ deviceId: device!.id }] });
  const there = `/loans/${loan.id}/return`;
  for (const code of [device!.assetTag.toLowerCase(), '490154203237518', 'sn1']) {
    t.equal(
      (await post('/returns', { code })).headers.location,
      `${there}?item=${loan.items[0]!.id}&from=returns`,
      code,
    );
  }
  t.equal(
    (await post('/returns', { code: loan.reference.toLowerCase() })).headers.location,
    `${there}?from=returns`,
  );
  t.match((await get(`${there}?item=${loan.items[0]!.id}`)).body, /value="[0-9a-f-]+" checked/);
  for (const role of ['auditor', 'supporter', 'administrator'] as const)
    t.equal((await forms(app, as[role]).get('/returns')).statusCode, 403, role);
});

t.test('what came back, item by item; what is missing stays on the loan', async (t) => {
  const loan = await make.loan({ count: 3 });
  const other = await make.loan();
  const url = `/loans/${loan.id}/return`;
  const [a, b, c] = loan.items;
  const nothing = await post(url, { do: 'return' });
  t.equal(nothing.statusCode, 422);
  t.match(nothing.body, /href="#ticked">\s*Tick what came back/);
  const left = await post(url, {
    do: 'return',
    ticked: a!.id,
    [`item.${a!.id}.condition`]: 'A',
    [`item.${b!.id}.notes`]: 'A <b>scratch</b>',
  });
  t.equal(left.statusCode, 422);
  t.match(left.body, /Tick it if it came back/);
  t.match(left.body, /A &lt;b&gt;scratch/);
  const noCondition = await post(url, {
    do: 'return',
    ticked: [c!.id, a!.id],
    [`item.${c!.id}.condition`]: 'A',
  });
  t.match(noCondition.body, new RegExp(`href="#item-${a!.id}-condition">\\s*Choose its condition`));
  t.equal(noCondition.body.match(/ checked/g)?.length, 2, 'the ticks stay');

  const ticked = await post(url, {
    do: 'tick',
    scan: b!.assetTag,
    ticked: a!.id,
    [`item.${a!.id}.notes`]: 'No charger',
  });
  t.equal(ticked.body.match(/ checked/g)?.length, 2, 'a scan ticks one more');
  t.match(ticked.body, /No charger/);
  const foreign = await post(url, { do: 'tick', scan: other.items[0]!.assetTag });
  t.match(foreign.body, new RegExp(`is on another loan, ${other.reference}`));
  t.match(foreign.body, `/loans/${other.id}/return?item=${other.items[0]!.id}`);
  t.match((await post(url, { do: 'tick', scan: '' })).body, /Scan or type a label first/);
  t.match((await post(url, { do: 'tick', scan: 'nothing' })).body, /No device here has the label/);

  const fields = {
    do: 'return',
    ticked: [a!.id, b!.id],
    [`item.${a!.id}.condition`]: 'C',
    [`item.${b!.id}.condition`]: 'A',
    [`item.${a!.id}.notes`]: 'No charger',
    _once: 'r',
  };
  const both = await Promise.all([post(url, fields), post(url, fields)]);
  t.same(
    both.map(({ statusCode }) => statusCode),
    [303, 303],
    'a double click is one return',
  );
  const banner = decodeURIComponent(both[0]!.cookies.find(({ name }) => name === 'lendwell-banner')!.value);
  t.match(
    banner,
    `${a!.assetTag}, ${b!.assetTag} came back. Still with the borrower: ${c!.assetTag} (tablet).`,
  );
  t.match(banner, `/devices/${a!.deviceId}`);
  const kept = await db
    .selectFrom('loan_item')
    .select(['condition_in', 'return_notes'])
    .where('id', '=', a!.id)
    .executeTakeFirst();
  t.same(kept, { condition_in: 'C', return_notes: 'No charger' });

  const late = await post(url, { do: 'return', ticked: a!.id, [`item.${a!.id}.condition`]: 'A' });
  t.equal(late.statusCode, 409, 'someone else took it back meanwhile');
  t.match(late.body, /Still out: 1 item[\s\S]*Back already/);
  await returnItems(deps, officer, loan.id, { items: [{ itemId: c!.id, condition: 'A' }] });
  t.match((await get(url)).body, /Everything on this loan has come back or ended/);
  t.equal(
    (await post(url, { do: 'return', ticked: c!.id, [`item.${c!.id}.condition`]: 'A' })).statusCode,
    409,
  );
  t.match(
    (await post(url, { do: 'return', ticked: 'not-an-id', 'item.not-an-id.condition': 'A' })).statusCode,
    422,
  );
});

t.test('by scanner alone: the whole kit, then conditions by keyboard', async (t) => {
  const loan = await make.loan({ count: 2 });
  const { page, scan, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.officer,
  );
  await page.goto('/returns');
  await scan(loan.items[0]!.assetTag);
  await page.getByLabel('Scan to tick').focus();
  await scan(loan.items[1]!.assetTag);
  t.equal(await page.locator('input[name=ticked]:checked').count(), 2);
  await look('a return of two');
  for (const { assetTag } of loan.items) {
    await page.getByLabel(`Condition of ${assetTag}`).focus();
    await page.keyboard.type('B');
  }
  await page.getByRole('button', { name: 'Take back what is ticked' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Everything is back and the loan is closed.').waitFor();
  t.equal(new URL(page.url()).pathname, '/returns', 'back where it began, for the next scan');
  t.ok(await page.getByLabel('Scan or type a label').evaluate((box) => box.matches(':focus')));
  const back = await page.locator('.app-list tbody th').allTextContents();
  for (const { assetTag } of loan.items) t.ok(back.includes(assetTag), `${assetTag} came back today`);
  await look('returns, with what came back today');
  await page.getByRole('link', { name: 'See the loan' }).click();
  await page.getByText('Everything on this loan has come back').waitFor();
});
