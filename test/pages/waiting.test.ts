import { sql } from 'kysely';
import t from 'tap';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);
const api = (method: 'GET' | 'POST', url: string, payload?: object, headers = as.officer) =>
  app.inject({ method, url: `/api/v1${url}`, headers, ...(payload && { payload }) });
const name = (givenName: string, preferredName?: string) => ({
  person: { givenName, ...(preferredName && { preferredName }) },
});

t.test('the API: the list, holding, refusing, releasing, what was held', async (t) => {
  const [first, second] = [
    await make.waitingReferral({ needs: ['device', 'data'], ...name('Ann') }),
    await make.waitingReferral({ needs: ['device'], ...name('Bo') }),
  ];
  const [device] = await make.readyDevices(1);
  const list = await api('GET', '/waiting-list?limit=1');
  t.equal(list.statusCode, 200);
  t.match(list.headers.link, /rel="next"/);
  t.match(list.json().items, [
    {
      id: first.id,
      place: 1,
      waitsFor: 'a tablet or other device with data',
      toFind: ['device', 'data'],
      held: [],
      passedOver: null,
      reasons: [
        { reason: 'in_stock', text: 'A device could be given now: 1 tablet.' },
        { reason: 'no_stock', text: 'Nothing with mobile data is ready.' },
      ],
      stock: [{ need: 'device', kind: 'tablet', hasDataPlan: false, count: 1 }],
    },
  ]);
  t.equal((await api('GET', '/waiting-list?inStock=true')).json().items.length, 2);
  t.equal((await api('GET', '/waiting-list?offset=1')).statusCode, 400);

  const url = `/referrals/${second.id}/allocations`;
  const refused = await api('POST', url, { assetTag: device!.assetTag });
  t.equal(refused.statusCode, 409);
  t.match(refused.json(), {
    type: '/problems/someone-waits-longer',
    detail: `Hold it for them instead, or say why they are passed over: ${first.reference} (place 1).`,
    waiting: [{ referralId: first.id, reference: first.reference, place: 1, needs: ['device'] }],
    count: 1,
  });
  const held = await api('POST', url, {
    assetTag: device!.assetTag,
    expiresOn: '2026-11-30',
    skipReason: 'Moves tomorrow',
  });
  t.equal(held.statusCode, 201);
  t.same(held.json(), {
    id: held.json().id,
    deviceId: device!.id,
    assetTag: device!.assetTag,
    expiresOn: '2026-11-30',
    status: 'held',
  });
  t.match((await api('GET', url)).json().items, [{ id: held.json().id, status: 'held' }]);
  t.match((await api('GET', '/allocations?status=held')).json().items, [
    { referralReference: second.reference },
  ]);
  t.equal((await api('GET', '/allocations?status=expired')).json().items.length, 0);
  t.equal((await api('GET', `/referrals/${device!.id}/allocations`)).statusCode, 404);
  const release = `/allocations/${held.json().id}/releases`;
  t.equal((await api('POST', release, {})).statusCode, 422);
  t.match((await api('POST', release, { reason: 'Not needed' })).json(), {
    status: 'released',
    device: { status: 'ready' },
  });
  t.match((await api('POST', release, { reason: 'Again' })).json(), { type: '/problems/allocation-ended' });
  for (const path of ['/waiting-list', '/allocations', url])
    for (const role of ['clinic', 'supporter', 'integration'] as const)
      t.equal((await api('GET', path, undefined, as[role])).statusCode, 403, `${role} ${path}`);
  await sql`update referral_need set status = 'dropped'`.execute(db);
});

t.test(
  'an officer holds what was scanned: verdicts, a skip with its reason, then issue, or release',
  async (t) => {
    const early = await make.waitingReferral({ needs: ['device', 'data'], ...name('Early') });
    const { id, reference } = await make.waitingReferral({
      needs: ['device'],
      ...name('Wolfeschlegelsteinhausenbergerdorff', 'Maximiliana-Konstantina-Wolf'),
    });
    const [tablet] = await make.readyDevices(2);
    const [laptop] = await make.readyDevices(1, {
      kind: 'laptop',
      make: 'Lenovo',
      model: 'ThinkPad X13 Yoga Generation 2',
    });
    const [raw] = await make.devices(1);
    await sql`with l as (insert into location (id, name, kind, created_at) select new_id(), 'Camden hub, shelf B', 'hub', now() returning id)
    update device set location_id = l.id from l where device.id = ${tablet!.id}`.execute(db);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, step, scan, look } = await signedInBrowser(t, baseURL, as.officer);

    await step('a device that is not ready is not held', async () => {
      await page.goto('/referrals/pick-list');
      await page.getByText('Nothing is held for anyone.').waitFor();
      await page.goto('/referrals/waiting');
      await look('waiting list');
      await page
        .getByRole('row')
        .filter({ hasText: reference })
        .getByRole('link', { name: 'Hold a device' })
        .click();
      await page.getByRole('heading', { name: 'Hold a device' }).waitFor();
      await look('hold a device');
      await scan(raw!.assetTag);
      await page
        .getByText(`${raw!.assetTag}: being prepared. Still to do: sanitisation, electrical, setup.`)
        .waitFor();
      await look('hold a device, not ready');
    });

    await step('a ready one is held past who waits longer, with the reason', async (t) => {
      await page.getByLabel('Scan or type a label').fill('');
      await page.getByLabel('Scan or type a label').focus();
      await scan(tablet!.assetTag.toLowerCase());
      await page.getByText('1 person has waited longer for the same').waitFor();
      await page.getByRole('link', { name: early.reference }).waitFor();
      await look('hold a device, someone waits longer');
      t.equal(await page.getByLabel('Scan or type a label').inputValue(), tablet!.assetTag.toLowerCase());
      await page.getByLabel('Why they are passed over').fill('Leaves hospital tomorrow');
      await page.getByRole('button', { name: 'Hold it and pass them over' }).dblclick();
      await page.getByText(`${tablet!.assetTag} is held until 7 December 2026.`).waitFor();
      await page.getByText('A device is held for everything that is still needed').waitFor();
      await look('a referral with a held device');
      await page.goto('/referrals/waiting');
      await page.getByText('Passed over on 23 November 2026: Leaves hospital tomorrow.').waitFor();
      await page.getByText(`${tablet!.assetTag} is held until 7 December 2026.`).waitFor();
      await look('waiting list, held and passed over');
    });

    await step('who was passed over gets a laptop held, and the pick list names it', async (t) => {
      await page
        .getByRole('row')
        .filter({ hasText: early.reference })
        .getByRole('link', { name: 'Hold a device' })
        .click();
      await page.getByText('Change', { exact: true }).click();
      await look('hold a device, the list');
      await page.getByLabel(`${laptop!.assetTag}: laptop, Lenovo ThinkPad`).check();
      await page.getByLabel('Day').fill('30');
      await page.getByLabel('Month').fill('11');
      await page.getByRole('button', { name: 'Hold it for them' }).click();
      await page.getByText(`${laptop!.assetTag} is held until 30 November 2026.`).waitFor();
      await page.goto('/referrals/pick-list');
      await page.getByRole('heading', { name: 'Camden hub, shelf B' }).waitFor();
      await look('pick list');
      t.match(await page.locator('main').textContent(), /Konstantina-Wolf\b/);
      t.notMatch(await page.locator('main').textContent(), /Wolfesch|Example/, 'a first name, no more');
      await page.emulateMedia({ media: 'print' });
      t.notOk(await page.locator('p.app-no-print').isVisible());
      await page.emulateMedia({ media: 'screen' });
    });

    await step('the laptop is released, with the reason', async (t) => {
      await page.goto(`/devices/${laptop!.id}`);
      await page.getByText('Held for referral').waitFor();
      await page.locator('summary', { hasText: `Release ${laptop!.assetTag}` }).click();
      await page.getByRole('button', { name: `Release ${laptop!.assetTag}` }).click();
      await page.getByRole('link', { name: 'Enter why it is let go' }).waitFor();
      await look('release, refused');
      await page.getByLabel(`Why ${laptop!.assetTag} is let go`).fill('Too heavy for them');
      await page.getByRole('button', { name: `Release ${laptop!.assetTag}` }).click();
      await page.getByText(`${laptop!.assetTag} is released. It is ready for anyone.`).waitFor();
      t.match(page.url(), `/devices/${laptop!.id}`);
      await look('a device that was released');
    });

    await step('the kit starts with what is held, and is issued', async (t) => {
      await page.goto(`/referrals/${id}/issue`);
      const line = page.locator('.app-kit__line');
      await line.filter({ hasText: 'Held for this referral.' }).waitFor();
      t.equal(await line.count(), 1, 'the kit starts with what is held');
      await page.getByLabel('I asked. What is marked safe is still safe').check();
      await page.getByRole('button', { name: 'Go on to terms and agreement' }).click();
      await page.getByText('Said yes', { exact: true }).click();
      await page.getByRole('button', { name: 'Issue the loan' }).click();
      await page.getByText(/Loan L-\w+ is issued with 1 item/).waitFor();
      t.equal(
        (
          await db
            .selectFrom('allocation')
            .select('status')
            .where('referral_id', '=', id)
            .executeTakeFirstOrThrow()
        ).status,
        'issued',
      );
    });
  },
);

t.test('what the pages refuse, and what they say instead of a button', async (t) => {
  await sql`update referral_need set status = 'dropped'`.execute(db);
  const referral = await make.waitingReferral({ needs: ['device'] });
  const url = `/referrals/${referral.id}/allocate`;
  const nothing = await post(url, {
    'expiresOn-day': '1',
    'expiresOn-month': '11',
    'expiresOn-year': '2026',
  });
  t.equal(nothing.statusCode, 422);
  t.match(nothing.body, /Scan or type the label of a device, or choose one below/);
  const [device] = await make.readyDevices(1);
  const past = await post(url, {
    deviceId: device!.id,
    'expiresOn-day': '1',
    'expiresOn-month': '11',
    'expiresOn-year': '2026',
  });
  t.equal(past.statusCode, 422);
  t.match(past.body, /This day has passed/);
  t.match(past.body, new RegExp(`value="${device!.id}" checked`), 'what was chosen stays');
  t.match((await post(url, { scan: 'LW-000001' })).body, /not a whole asset tag/);
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  t.match((await post(url, { scan: dongle!.assetTag })).body, /does not give what is still to be found/);
  t.match((await get(url)).body, new RegExp(device!.assetTag));
  t.notMatch((await get(url)).body, new RegExp(dongle!.assetTag), 'only what fits is offered');
  const { id } = await allocateDevice(deps, officer, referral.id, { deviceId: device!.id });
  const full = (await get(url)).body;
  t.match(full, /A device is held for everything that is still needed/);
  t.notMatch(full, /name="scan"/);
  const again = await post(url, { scan: device!.assetTag });
  t.equal(again.statusCode, 409);
  const released = await post(`/allocations/${id}/release`, { reason: 'No longer wanted', from: 'referral' });
  t.equal(released.headers.location, `/referrals/${referral.id}`);
  const late = await post(`/allocations/${id}/release`, { reason: 'Twice' });
  t.equal(late.statusCode, 409);
  t.match(late.body, /It is no longer held: it was released on 23 November 2026/);
  t.match(
    (await get(`/referrals/${(await make.referral()).id}/allocate`)).body,
    /once the referral is accepted/,
  );
  const seen = (await forms(app, as.auditor).get(`/referrals/${referral.id}`)).body;
  t.notMatch(seen, /Hold a device/);
  t.equal((await forms(app, as.auditor).get(url)).statusCode, 403);
  t.equal((await forms(app, as.auditor).get('/referrals/waiting')).statusCode, 200);
  t.equal((await forms(app, as.supporter).get('/referrals/waiting')).statusCode, 403);
});
