import { sql } from 'kysely';
import t from 'tap';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { sendForRepair } from '../../src/stock/devices/repair.commands.ts';
import type { DeviceChange } from '../../src/stock/donations/device-change.schemas.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, officer } from '../helpers/factories.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.officer);

const seen = (id: string) => api('GET', `/devices/${id}`);
/** A correction by someone who has just looked at the device. */
async function change(id: string, body: DeviceChange) {
  const { etag } = await seen(id);
  return api('PATCH', `/devices/${id}`, body, { 'if-match': etag });
}
const storyOf = async (id: string) => (await api('GET', `/devices/${id}/history`)).body.items;
const imei = '356938035643809';

t.test('what was written down wrong of a device is corrected, with its history', async (t) => {
  const [device] = await make.devices(1, { notes: 'A scratch' });
  const { status, body, etag } = await change(device!.id, {
    make: ' Apple ',
    model: 'iPad 9',
    serialNumber: ' dmp1 ',
    imei: '35 693803-564380 9',
    condition: 'C',
    notes: null,
  });
  t.equal(status, 200);
  const now = {
    kind: 'tablet',
    make: 'Apple',
    model: 'iPad 9',
    serialNumber: 'DMP1',
    imei,
    condition: 'C',
    notes: null,
  };
  t.match(body, now);
  const again = await seen(device!.id);
  t.match(again.body, now);
  const [event, ...earlier] = await storyOf(device!.id);
  t.match(event, {
    type: 'device.corrected',
    values: {
      changed: ['make', 'model', 'serialNumber', 'imei', 'condition', 'notes'],
      before: { condition: 'B' },
      after: { condition: 'C' },
    },
    fields: ['make', 'model', 'serialNumber', 'imei', 'notes'],
  });
  t.notMatch(JSON.stringify(event), /Apple|DMP1|35693803|scratch/i, 'no word and no number that was written');
  t.equal(earlier.length, 1);

  clock.set('2026-11-23T09:31:00Z');
  const same = await api('PATCH', `/devices/${device!.id}`, { make: 'Apple', imei }, { 'if-match': etag });
  t.equal(same.status, 200, 'what changes nothing is no event');
  t.equal((await storyOf(device!.id)).length, 2);
  t.equal((await change(device!.id, { imei: null, serialNumber: null, condition: null })).status, 200);
  t.match((await seen(device!.id)).body, { imei: null, serialNumber: null, condition: null });
});

t.test('labels from before are corrected as well, and none of ours is one', async (t) => {
  const [device, other] = await make.devices(2, { earlierLabels: ['TAB-017', 'OLD-1'] });
  const { status, body } = await change(device!.id, { earlierLabels: [' TAB-018 ', 'OLD-1'] });
  t.equal(status, 200);
  t.same(body.earlierLabels, ['OLD-1', 'TAB-018']);
  await change(device!.id, { earlierLabels: ['12,13'] });
  t.same((await change(device!.id, { earlierLabels: ['12', '13'] })).body.earlierLabels, ['12', '13']);
  await change(device!.id, { earlierLabels: ['TAB-018', 'OLD-1'] });
  const refused = await change(device!.id, { earlierLabels: [other!.assetTag] });
  t.equal(refused.status, 422);
  t.match(refused.body, { errors: [{ pointer: '/earlierLabels', message: /is an asset tag of Lendwell/ }] });
  t.same((await seen(device!.id)).body.earlierLabels, ['OLD-1', 'TAB-018']);
});

t.test('it wants the version that its author saw, and only what a device has', async (t) => {
  const [device] = await make.devices(1);
  const path = `/devices/${device!.id}`;
  const { etag } = await seen(device!.id);
  clock.set('2026-11-23T09:32:00Z');
  t.match(await api('PATCH', path, { model: 'A9' }), {
    status: 428,
    body: { type: '/problems/if-match-required' },
  });
  t.equal((await api('PATCH', path, { model: 'A9' }, { 'if-match': etag })).status, 200);
  const late = await api('PATCH', path, { model: 'A7' }, { 'if-match': etag });
  t.match(late, { status: 412, body: { type: '/problems/changed-meanwhile' } });
  t.equal((await seen(device!.id)).body.model, 'A9');
  t.equal((await api('PATCH', path, {}, { 'if-match': etag })).status, 422);
  t.equal((await api('PATCH', path, { status: 'ready' }, { 'if-match': etag })).status, 422);
  t.equal((await api('PATCH', path, { make: ' ' }, { 'if-match': etag })).status, 422);
  const nobody = '/devices/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
  t.equal((await api('PATCH', nobody, { model: 'A9' }, { 'if-match': etag })).status, 404);
});

t.test('an IMEI and a serial number are held to what a donation holds them to', async (t) => {
  const [known] = await make.devices(1, { serialNumber: 'TAKEN1', imei: '490154203237518' });
  const [device] = await make.devices(1);
  const at = (pointer: string, message: RegExp) => ({ errors: [{ pointer, message }] });
  const inUse = { status: 409, body: { type: '/problems/device-identifier-in-use' } };

  t.match(await change(device!.id, { imei: '12345' }), {
    status: 422,
    body: at('/imei', /An IMEI has 15 digits/),
  });
  t.match(await change(device!.id, { imei: '356938035643808' }), {
    status: 422,
    body: at('/imei', /wrong digit/),
  });
  t.match(await change(device!.id, { imei: '4901 5420 3237 518' }), inUse);
  const bySerial = await change(device!.id, { serialNumber: 'taken1' });
  t.match(bySerial, inUse);
  t.match(bySerial.body, at('/serialNumber', new RegExp(`Already in stock as ${known!.assetTag}`)));
  t.equal((await change(device!.id, { make: 'Lenovo', serialNumber: 'taken1' })).status, 200);
  t.match(await change(device!.id, { make: 'samsung' }), inUse, 'another make may be in the way too');

  await sql`update device set imei = '111111111111111' where id = ${device!.id}`.execute(db);
  t.equal((await change(device!.id, { model: 'Tab M10' })).status, 200, 'what was kept before stays');
  await sql`update device set status = 'retired' where id = ${known!.id}`.execute(db);
  t.equal((await change(device!.id, { make: 'Samsung' })).status, 200, 'what has left is in nobody’s way');
  t.equal((await change(known!.id, { notes: 'Was A7' })).status, 200, 'and can be corrected itself');
});

t.test('of another kind it is held to the checks of that kind', async (t) => {
  const [sim] = await make.readyDevices(1, { kind: 'sim' });
  const tablet = await change(sim!.id, { kind: 'tablet' });
  t.match(tablet.body, {
    kind: 'tablet',
    status: 'in_preparation',
    cycle: 1,
    openChecks: ['sanitisation', 'electrical'],
  });
  const [event] = await storyOf(sim!.id);
  t.match(event, {
    values: {
      changed: ['kind'],
      before: { kind: 'sim' },
      after: { kind: 'tablet' },
      from: 'ready',
      to: 'in_preparation',
    },
    fields: [],
  });
  t.match((await change(sim!.id, { kind: 'sim' })).body, { status: 'ready', openChecks: [] });
  const [inRepair] = await make.devices(1);
  await sendForRepair(deps, officer, inRepair!.id, { fault: 'Screen' });
  t.match((await change(inRepair!.id, { kind: 'laptop' })).body, { kind: 'laptop', status: 'in_repair' });
});

t.test('what is promised or given as its kind keeps it, and says what to do first', async (t) => {
  const loan = await make.loan();
  const lent = loan.items[0]!.deviceId;
  const refused = await change(lent, { kind: 'laptop', model: 'X' });
  t.match(refused, {
    status: 409,
    body: {
      type: '/problems/device-change-refused',
      errors: [{ pointer: '/kind', message: /is on loan as what it was recorded as\. Take it back first/ }],
    },
  });
  t.equal((await seen(lent)).body.model, 'Galaxy Tab A8', 'nothing of it is changed');
  t.equal((await change(lent, { kind: 'tablet', model: 'Galaxy Tab A9' })).status, 200);

  const [held] = await make.readyDevices(1);
  const referral = await make.waitingReferral();
  await allocateDevice(deps, officer, referral.id, { deviceId: held!.id, skipReason: 'At once' });
  t.match((await change(held!.id, { kind: 'phone' })).body.detail, /Release it from its referral first/);
});

t.test('of two who give two devices one number at once, one is refused', async (t) => {
  clock.set('2026-11-23T09:40:00Z');
  const devices = await make.devices(2);
  const ids = devices.map(({ id }) => id);
  const etags = await Promise.all(ids.map(async (id) => (await seen(id)).etag));
  const outcomes = await atOnce(
    db,
    sql`select from device where id = any(${ids}::uuid[]) order by id for update`,
    ids.map(
      (id, place) => () =>
        api('PATCH', `/devices/${id}`, { imei: '352099001761481' }, { 'if-match': etags[place]! }),
    ),
  );
  const statuses = outcomes.map((one) => one.status === 'fulfilled' && one.value.status).sort();
  t.same(statuses, [200, 409]);
});

t.test('who may', async (t) => {
  const [device] = await make.devices(1);
  const { etag } = await seen(device!.id);
  const as_ = (who: 'integration' | 'auditor' | 'administrator' | 'supporter') =>
    apiOf(app, as[who])('PATCH', `/devices/${device!.id}`, { notes: who }, { 'if-match': etag });
  t.equal((await as_('auditor')).status, 403);
  t.equal((await as_('administrator')).status, 403);
  t.equal((await as_('supporter')).status, 403);
  t.equal((await as_('integration')).status, 200, 'whoever records them');
});
