import { sql } from 'kysely';
import t from 'tap';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { renewPlan, suspendPlan } from '../../src/stock/data-plans/course.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { recordCheckBatch } from '../../src/stock/devices/check.commands.ts';
import type { NewDevice } from '../../src/stock/devices/device.schemas.ts';
import { recordScans } from '../../src/stock/stocktakes/scan.commands.ts';
import { recordLosses } from '../../src/stock/stocktakes/settling.commands.ts';
import { closeStocktake, startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);
const api = async (method: 'GET' | 'POST', url: string, payload?: object) => {
  const reply = await app.inject({
    method,
    url: `/api/v1${url}`,
    headers: as.officer,
    ...(payload && { payload }),
  });
  return { status: reply.statusCode, body: reply.json() };
};
const agreement = { acceptedBy: 'verbal' } as const;

let sims = 0;
/** Ready devices with data that runs so many months from a day. */
async function withData(kind: NewDevice['kind'], activatedOn: string, months: number) {
  const [device] = await make.readyDevices(1, { kind });
  const plan = await fitDataPlan(deps, officer, device!.id, {
    network: 'O2',
    iccid: `8944100030012${String(++sims).padStart(6, '0')}`,
    gbPerMonth: 20,
    durationMonths: months,
    activatedOn,
  });
  return { ...device!, planId: plan.id };
}
const over = (kind: NewDevice['kind']) => withData(kind, '2026-10-20', 1);
const running = (kind: NewDevice['kind']) => withData(kind, '2026-10-20', 12);
/** Devices that a stocktake of today did not see. */
async function missed(count: number, device: Partial<NewDevice> = {}) {
  const devices = await make.readyDevices(count, device);
  const { id: locationId } = await addLocation(deps, officer, {
    name: `Hub ${devices[0]!.assetTag}`,
    kind: 'hub',
  });
  await db
    .updateTable('device')
    .set({ location_id: locationId })
    .where(
      'id',
      'in',
      devices.map(({ id }) => id),
    )
    .execute();
  const { id: stocktakeId } = await startStocktake(deps, officer, { locationId });
  await closeStocktake(deps, officer, stocktakeId);
  return devices.map((one) => ({ ...one, locationId, stocktakeId }));
}
/** A ready device whose electrical check has run out, though no night has seen it. */
async function unchecked() {
  const [device] = await make.readyDevices(1);
  await recordCheckBatch(deps, officer, {
    devices: [
      {
        deviceId: device!.id,
        checks: [
          {
            kind: 'electrical',
            result: 'pass',
            performedOn: '2026-11-23',
            evidence: { level: 'visual', nextDue: '2026-12-01' },
          },
        ],
      },
    ],
  });
  await sql`update preparation_check set next_due = '2026-11-22' where device_id = ${device!.id} and next_due is not null`.execute(
    db,
  );
  return device!;
}
async function empty() {
  await sql`update referral_need set status = 'dropped' where status = 'open'`.execute(db);
  await sql`update device set status = 'in_preparation' where status = 'ready'`.execute(db);
}
const shelfOf = async (id: string) => (await api('GET', `/devices/${id}`)).body;
const openTasks = async (subjectId: string) =>
  (
    await db
      .selectFrom('task')
      .select('kind')
      .where('subject_id', '=', subjectId)
      .where('status', '=', 'open')
      .execute()
  ).map(({ kind }) => kind);
t.beforeEach(empty);

t.test('what is over, unseen or unchecked is counted nowhere as ready stock', async (t) => {
  const referral = await make.waitingReferral({ needs: ['data'] });
  const gone = await over('dongle');
  const phone = await over('phone');
  const [unseen] = await missed(1, { kind: 'dongle' });
  const due = await unchecked();
  const stopped = await running('dongle');
  await suspendPlan(deps, officer, stopped.planId, { reason: 'Not used' });
  const counts = async () => ({
    stock: (await api('GET', '/waiting-list')).body.items.map(
      (row: { stock: object[]; reasons: object[] }) => [row.stock, row.reasons],
    ),
    inStock: (await api('GET', '/waiting-list?inStock=true')).body.items.length,
    today: (await api('GET', '/worklist')).body.items.find(
      ({ kind }: { kind: string }) => kind === 'waiting_and_in_stock',
    ).count,
    offered: (await api('GET', '/devices?status=ready&fit=true')).body.items.map(
      ({ id }: { id: string }) => id,
    ),
    tile: /<a[^>]*fit=true[^>]*>[\s\S]*?<\/dl>/.exec((await get('/')).body) !== null,
  });
  t.match(await counts(), {
    stock: [[[], [{ reason: 'no_stock', text: 'Nothing with mobile data is ready.' }]]],
    inStock: 0,
    today: 0,
    offered: [],
  });
  t.match((await get(`/referrals/${referral.id}`)).body, /Nothing with mobile data is ready/);
  t.same(
    (await api('GET', '/devices?fit=false')).body.items
      .map(({ id, unfit }: { id: string; unfit: { reason: string; since: string | null }[] }) => [id, unfit])
      .sort(),
    [
      [gone.id, [{ reason: 'data_over', since: '2026-11-20' }]],
      [phone.id, [{ reason: 'data_over', since: '2026-11-20' }]],
      [unseen!.id, [{ reason: 'not_seen', since: '2026-11-23' }]],
      [due.id, [{ reason: 'check_due', since: null }]],
      [stopped.id, [{ reason: 'data_suspended', since: '2026-11-23' }]],
    ].sort(),
  );
  const list = (await get('/devices?status=ready')).body;
  t.notMatch(list, /nhsuk-tag--green[^>]*>\s*Ready/, 'none of them is green');
  t.match(list, /Not seen[\s\S]*Data over|Data over[\s\S]*Not seen/);
  t.match((await get(`/devices/${gone.id}`)).body, /Its data ended on 20 November 2026/);
  t.match((await post('/scan', { code: gone.assetTag })).headers.location, `/devices/${gone.id}`);

  const fine = await running('dongle');
  t.match(await counts(), {
    stock: [[[{ need: 'data', kind: 'dongle', count: 1 }], [{ text: 'Data could be given now: 1 dongle.' }]]],
    inStock: 1,
    today: 1,
    offered: [fine.id],
  });
  await renewPlan(deps, officer, gone.planId, { months: 12 });
  t.match((await counts()).stock, [[[{ count: 2 }]]], 'renewed, it is offered again');
});

t.test('whoever needs a device alone may be given one whose data is over', async (t) => {
  const referral = await make.waitingReferral({ needs: ['device'] });
  const phone = await over('phone');
  t.match((await api('GET', '/waiting-list')).body.items, [
    { stock: [{ need: 'device', kind: 'phone', hasDataPlan: false, count: 1 }] },
  ]);
  const page = (await get(`/referrals/${referral.id}/allocate`)).body;
  t.match(page, /Its data ended on 20 November 2026/);
  t.notMatch(page, /data until/);
  t.notMatch(page, /With something to see to first/);
  const held = await api('POST', `/referrals/${referral.id}/allocations`, { deviceId: phone.id });
  t.equal(held.status, 201);
  t.equal(held.body.warnings, undefined);
});

t.test(
  'on the page of holding they come last, with what there is to see to, and are never taken unsaid',
  async (t) => {
    const referral = await make.waitingReferral({ needs: ['data'] });
    const url = `/referrals/${referral.id}/allocate`;
    const old = await over('dongle');
    const [unseen] = await missed(1, { kind: 'dongle' });
    const due = await unchecked();
    t.match(
      (await get(url)).body,
      /No ready device would meet what is needed[\s\S]*With something to see to first/,
    );
    const fine = await running('phone');
    const { body } = await get(url);
    const places = [fine, old, unseen!].map(({ id }) => body.indexOf(`value="${id}"`));
    t.ok(
      places[0]! > 0 && places[0]! < Math.min(places[1]!, places[2]!),
      'what is fit comes first, whatever its kind',
    );
    t.ok(places[1]! > body.indexOf('With something to see to first'));
    t.match(body, /Its data ended on 20 November 2026/);
    t.match(body, /Not seen at the stocktake of 23 November 2026/);
    t.notMatch(body, new RegExp(due.assetTag));
    t.notMatch(body, /name="deviceId"[^>]*checked/);

    const scanned = await post(url, { scan: old.assetTag });
    t.equal(scanned.statusCode, 422);
    t.match(scanned.body, /app-scan--wants/);
    t.match(scanned.body, /Its data ended on 20 November 2026/);
    t.match(scanned.body, /Hold it all the same/);
    const [, warned] = /name="warned" value="([^"]*)"/.exec(scanned.body)!;
    const other = await post(url, { scan: unseen!.assetTag, warned: warned! });
    t.equal(other.statusCode, 422, 'what was said of one is not said of another');
    t.match(other.body, /Not seen at the stocktake of 23 November 2026/);
    const held = await post(url, { scan: old.assetTag, warned: warned! });
    t.equal(held.statusCode, 303);
    t.match(
      decodeURIComponent(String(held.headers['set-cookie'])),
      /The data on \S+ ended on 20 November 2026/,
    );
    t.match((await get('/referrals/pick-list')).body, /Its data ended on 20 November 2026/);

    const second = await make.waitingReferral({ needs: ['device'] });
    const refused = await api('POST', `/referrals/${second.id}/allocations`, {
      deviceId: due.id,
      skipReason: 'x',
    });
    t.match(refused, { status: 409, body: { detail: /has a check that ran out/ } });
    t.equal((await post(`/referrals/${second.id}/allocate`, { deviceId: due.id })).statusCode, 409);
  },
);

t.test(
  'at issue it goes by the needs: past tense, no green bar, and data that is over meets nobody’s need',
  async (t) => {
    const referral = await make.waitingReferral({ needs: ['device', 'data'] });
    const url = `/referrals/${referral.id}/issue`;
    const phone = await over('phone');
    const scanned = (await post(url, { scan: phone.assetTag })).body;
    t.match(scanned, /app-scan app-scan--wants/);
    t.match(scanned, /data over\. Its data ended on 20 November 2026\. Renew it, or change the SIM\./);
    t.notMatch(scanned, /mobile data ends on/);
    const issued = await api('POST', '/loans', {
      referralId: referral.id,
      items: [{ deviceId: phone.id }],
      agreement,
    });
    t.match(issued, {
      status: 201,
      body: { warnings: [`The data on ${phone.assetTag} ended on 2026-11-20.`] },
    });
    t.match((await api('GET', `/referrals/${referral.id}`)).body.needs, [
      { need: 'device', status: 'met' },
      { need: 'data', status: 'open' },
    ]);

    const alone = await make.waitingReferral({ needs: ['device'] });
    const tablet = await over('tablet');
    t.match(
      (await post(`/referrals/${alone.id}/issue`, { scan: tablet.assetTag })).body,
      /app-scan app-scan--ok/,
    );
    const due = await unchecked();
    t.match((await post(url, { scan: due.assetTag })).body, /app-scan--stopped[\s\S]*A check of it ran out/);
  },
);

t.test('what a stocktake missed is found by whoever has it in hand', async (t) => {
  const devices = await missed(6);
  const [issued, checked, scanned, said, lost, swapped] = devices;
  const referral = await make.waitingReferral({ needs: ['device'] });
  const page = await post(`/referrals/${referral.id}/issue`, { scan: issued!.assetTag });
  t.match(page.body, /app-scan--wants/);
  t.match(page.body, /Not seen at the stocktake of 23 November 2026\. You have it in hand/);
  const { body: loan } = await api('POST', '/loans', {
    referralId: referral.id,
    items: [{ deviceId: issued!.id }],
    agreement,
  });
  t.match(loan.warnings, [`${issued!.assetTag} was not seen at the stocktake of 2026-11-23.`]);
  await make.pass(checked!.id, 'setup');
  const again = await startStocktake(deps, officer, { locationId: scanned!.locationId });
  await recordScans(deps, officer, again.id, { codes: [scanned!.assetTag] });
  t.match((await get(`/devices/${said!.id}`)).body, /Look for it, and record that it is here/);
  t.equal((await post(`/devices/${said!.id}/sightings`)).statusCode, 303);
  t.match(await api('POST', `/devices/${said!.id}/sightings`), {
    status: 409,
    body: { detail: /seen since/ },
  });
  for (const one of [issued, checked, scanned, said]) {
    t.match(await shelfOf(one!.id), { missedOn: null, unfit: [] }, one!.assetTag);
    t.same(await openTasks(one!.id), []);
    t.ok(
      (await api('GET', `/devices/${one!.id}/history`)).body.items.some(
        ({ type }: { type: string }) => type === 'device.seen',
      ),
    );
  }
  t.match(await refusal(recordLosses(deps, officer, said!.stocktakeId, { deviceIds: [said!.id] })), {
    detail: /was found since/,
  });
  await recordLosses(deps, officer, lost!.stocktakeId, { deviceIds: [lost!.id] });
  t.match(await shelfOf(lost!.id), { status: 'lost', missedOn: null });
  const replaced = await api('POST', `/loans/${loan.id}/replacements`, {
    itemId: loan.items[0].id,
    deviceId: swapped!.id,
    handedIn: true,
  });
  t.match(replaced, {
    status: 201,
    body: { warnings: [`${swapped!.assetTag} was not seen at the stocktake of 2026-11-23.`] },
  });
  t.match(await shelfOf(swapped!.id), { missedOn: null });
});

t.test(
  'a stocktake closes while a device goes out: it is either missed or on loan, never both',
  async (t) => {
    const [device] = await make.readyDevices(1);
    const { id: locationId } = await addLocation(deps, officer, { name: 'Race hub', kind: 'hub' });
    await db.updateTable('device').set({ location_id: locationId }).where('id', '=', device!.id).execute();
    const { id } = await startStocktake(deps, officer, { locationId });
    await Promise.all([closeStocktake(deps, officer, id), make.loan({ items: [{ deviceId: device!.id }] })]);
    t.match(await shelfOf(device!.id), { status: 'on_loan', missedOn: null });
  },
);

t.test('a replacement with something to see to is asked about once', async (t) => {
  const loan = await make.loan();
  const old = await over('tablet');
  const url = `/loans/${loan.id}/replace`;
  const itemId = loan.items[0]!.id;
  const unsaid = await post(url, { itemId, scan: old.assetTag });
  t.equal(unsaid.statusCode, 422);
  t.match(unsaid.body, /Say whether the old device is here/);
  const told = await post(url, { itemId, scan: old.assetTag, handedIn: 'yes' });
  t.equal(told.statusCode, 422);
  t.match(told.body, /Its data ended on 20 November 2026/);
  const [, warned] = /name="warned" value="([^"]*)"/.exec(told.body)!;
  const done = await post(url, { itemId, scan: old.assetTag, handedIn: 'yes', warned: warned! });
  t.equal(done.statusCode, 303);
  t.match(decodeURIComponent(String(done.headers['set-cookie'])), /ended on/);
});

t.test('the pages of what is not fit', async (t) => {
  const referral = await make.waitingReferral({ needs: ['data'] });
  await over('phone');
  const [unseen] = await missed(1, { kind: 'phone' });
  const { page, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.officer,
  );
  await page.goto(`/referrals/${referral.id}/allocate`);
  await page.getByText('With something to see to first').waitFor();
  await look('holding, nothing fit');
  await page.goto('/devices?fit=false');
  await look('devices with something to see to');
  await page.goto(`/devices/${unseen!.id}`);
  await look('a device that a stocktake missed');
  await page.getByRole('button', { name: 'Record that it is here' }).click();
  await page.getByText('The device is here.').waitFor();
});
