import { sql } from 'kysely';
import t from 'tap';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { today } from '../../src/shared/clock.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { checksFor, deviceKinds } from '../../src/stock/devices/device.rules.ts';
import { listTasks } from '../../src/tasks/task.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
type Who = 'officer' | 'manager' | 'auditor';

const get = async (url: string, who: Who = 'officer') =>
  (await app.inject({ url: `/api/v1${url}`, headers: as[who] })).json();
const post = async (url: string, payload: object, who: Who = 'officer') =>
  app.inject({ method: 'POST', url: `/api/v1${url}`, headers: as[who], payload });
const modelOf = async (model: string) =>
  (await get('/device-models')).items.find((one: { model: string }) => one.model === model);
const say = async (model: string, updatesEndOn?: string, who: Who = 'manager') => {
  const version = (await modelOf(model))?.version ?? '"unknown"';
  return app.inject({
    method: 'PUT',
    url: '/api/v1/device-models',
    headers: { ...as[who], 'if-match': version },
    payload: { make: 'Samsung', model, source: 'The maker’s page', ...(updatesEndOn && { updatesEndOn }) },
  });
};
const statusOf = async (id: string) => (await get(`/devices/${id}`)).status;
/** Those of these devices about which staff are asked. */
const tasks = async (ids: string[]) =>
  (await listTasks(db, { limit: 50, status: 'open', kind: 'updates_ending' })).items
    .map(({ subject }) => subject.id)
    .filter((id) => ids.includes(id));
const accept = (id: string, who: Who = 'manager', reason = 'It never leaves the clinic') =>
  post(`/devices/${id}/updates-acceptances`, { reason }, who);
const issue = (deviceId: string, loan: object) =>
  make.waitingReferral().then(({ id }) =>
    post('/loans', {
      referralId: id,
      items: [{ deviceId }],
      agreement: { acceptedBy: 'verbal' },
      ...loan,
    }),
  );
const stepOf = async (step: string) => {
  const { steps } = await runNightly(deps, { again: true });
  return steps.find((one) => one.step === step)!.count;
};

t.test(
  'the table begins empty; what the stock has is listed with how many, whatever its spaces',
  async (t) => {
    await make.devices(2, { model: 'Tab Nine' });
    await make.devices(1, { model: 'TAB  nine' });
    await make.devices(1, { kind: 'dongle', model: 'Dongle One' });
    const { items } = await get('/device-models');
    t.ok(items.every(({ said }: { said: unknown }) => said === null));
    t.match(
      items.filter(({ model }: { model: string }) => /tab\s+nine/i.test(model)),
      [{ devices: 3, said: null }],
    );
    t.equal(await modelOf('Dongle One'), undefined, 'a dongle has no operating system');
    t.same(
      deviceKinds.filter((kind) => checksFor(kind).includes('updates')),
      ['tablet', 'phone', 'laptop'],
    );
  },
);

t.test('managers say until when, officers read it, and two at once are told of each other', async (t) => {
  await make.devices(1, { model: 'Tab Two' });
  t.equal((await say('Tab Two', '2029-01-01', 'officer')).statusCode, 403);
  const seen = (await modelOf('Tab Two')).version;
  t.match((await say('Tab Two', '2029-01-01')).json(), {
    devices: 1,
    said: { updatesEndOn: '2029-01-01', source: 'The maker’s page', by: 'Test manager' },
  });
  const late = await app.inject({
    method: 'PUT',
    url: '/api/v1/device-models',
    headers: { ...as.manager, 'if-match': seen },
    payload: { make: 'Samsung', model: 'Tab Two', source: 'Somebody' },
  });
  t.equal(late.statusCode, 412);
  const bare = await app.inject({
    method: 'PUT',
    url: '/api/v1/device-models',
    headers: as.manager,
    payload: { make: 'Samsung', model: 'Tab Two', source: 'Somebody' },
  });
  t.equal(bare.statusCode, 428);
  t.match(
    (await say('Tab Two')).json(),
    { said: { updatesEndOn: null } },
    'somebody looked, and it is not known',
  );
});

t.test('a device whose updates end too early is ready only with a manager’s reason', async (t) => {
  const [device] = await make.devices(1, { model: 'Tab Old' });
  const { id } = device!;
  await say('Tab Old', '2026-12-24');
  t.match(await get(`/devices/${id}`), {
    updatesEndOn: '2026-12-24',
    openChecks: [/./, /./, /./, 'updates'],
  });
  for (const kind of device!.openChecks) await make.pass(id, kind);
  t.match(await get(`/devices/${id}`), { status: 'in_preparation', openChecks: ['updates'] });
  await make.pass(id, 'updates');
  t.equal(await statusOf(id), 'in_preparation', 'a check without a day says nothing against the model');

  t.equal((await accept(id, 'officer')).statusCode, 403);
  t.equal((await accept(id, 'manager', ' ')).statusCode, 422);
  t.match((await accept(id)).json(), { status: 'ready', openChecks: [] });
  await accept(id, 'manager', 'Another reason');
  t.match(await get(`/devices/${id}`), {
    unfit: [],
    updates: { isShort: false, acceptance: { reason: 'It never leaves the clinic', by: 'Test manager' } },
  });
  const { items } = await get(`/devices/${id}/history`);
  t.equal(items.filter(({ type }: { type: string }) => type === 'device.updates_accepted').length, 1);
  const page = await app.inject({ url: `/devices/${id}`, headers: as.auditor });
  t.match(page.body, /It never leaves the clinic/);
  t.equal((await issue(id, { dueOn: '2027-06-01' })).statusCode, 201);
  await say('Tab Old', '2026-12-23');
  t.match(
    (await get(`/devices/${id}`)).updates,
    { acceptance: null },
    'it counts for the end that was known',
  );
});

t.test('what is said of a model moves its ready devices, and moves them back', async (t) => {
  const [one, other] = await make.readyDevices(2, { model: 'Tab Moved' });
  t.match((await say('Tab Moved', '2026-12-01')).json(), { moved: 2 });
  t.equal(await statusOf(one!.id), 'in_preparation');
  t.match((await say('Tab Moved', '2031-01-01')).json(), { moved: 2 });
  t.equal(await statusOf(other!.id), 'ready');
  t.match((await accept(one!.id)).json(), { type: /device-move-refused/ }, 'there is nothing to let');
});

t.test('as days go by the night sends back what has come to end too early', async (t) => {
  const [device] = await make.readyDevices(1, { model: 'Tab Night' });
  const read = () => getDevice(db, device!.id, today(clock));
  const { rows } = await sql<{ due: string }>`select usual_due_on('2026-11-23') as due`.execute(db);
  await say('Tab Night', rows[0]!.due);
  t.equal(await statusOf(device!.id), 'ready', 'they last to the very day');
  clock.set('2026-12-10T09:00:00Z');
  t.match((await read()).unfit, [{ reason: 'updates_ending', since: rows[0]!.due }]);
  t.match(
    await refusal(
      allocateDevice(deps, officer, (await make.waitingReferral()).id, {
        deviceId: device!.id,
        skipReason: 'Test',
      }),
    ),
    { type: 'device-not-available', detail: /A manager can say/ },
  );
  t.equal(await stepOf('updates-too-short'), 1);
  t.equal((await read()).status, 'in_preparation');
  t.equal(await stepOf('updates-too-short'), 0);
  clock.set('2026-11-23T09:30:00Z');
});

t.test('an issue asks by the day of its own loan', async (t) => {
  const ready = await make.readyDevices(3, { model: 'Tab Loan' });
  const [first, second, third] = ready.map(({ id }) => id) as [string, string, string];
  await say('Tab Loan', '2028-06-01');
  const refused = await issue(first, { dueOn: '2028-06-02' });
  t.equal(refused.statusCode, 409);
  t.match(refused.json(), {
    type: /device-not-available/,
    detail: /The security updates of LW-\w+ end on 2028-06-01, before the loan is due back/,
    conflicts: [{ updatesEnd: true }],
  });
  t.equal((await issue(first, { dueOn: '2028-06-01' })).statusCode, 201);
  t.equal(
    (await issue(second, { openEnded: true })).statusCode,
    201,
    'twelve months, where the loan has no day',
  );
  await db.updateTable('lending_policy').set({ updates_months: 36 }).execute();
  t.equal((await issue(third, { openEnded: true })).statusCode, 409);
  await db.updateTable('lending_policy').set({ updates_months: 12 }).execute();
});

t.test('what nobody knows is told and stops nothing, unless the policy says so', async (t) => {
  const [device, dongle] = [
    (await make.readyDevices(1, { model: 'Tab Unknown' }))[0]!,
    (await make.readyDevices(1, { kind: 'dongle' }))[0]!,
  ];
  const page = await app.inject({ url: `/devices/${device.id}`, headers: as.manager });
  t.match(page.body, /Nobody has said until when Samsung Tab Unknown gets them/);
  await db.updateTable('lending_policy').set({ updates_unknown_stops: true }).execute();
  t.match(await get(`/devices/${device.id}`), { updates: { isShort: true }, unfit: [{ since: null }] });
  t.match(await get(`/devices/${dongle.id}`), { updates: null, unfit: [] });
  t.equal((await issue(device.id, { dueOn: '2027-01-08' })).statusCode, 409);
  t.equal((await accept(device.id)).statusCode, 201);
  await db.updateTable('lending_policy').set({ updates_unknown_stops: false }).execute();
  t.equal((await issue(device.id, { dueOn: '2027-01-08' })).statusCode, 201);
});

t.test('what is read at the bench goes before the model, until it is taken back', async (t) => {
  const [device] = await make.devices(1, { model: 'Tab Own' });
  const { id } = device!;
  await say('Tab Own', '2026-12-01');
  const check = (result: string, evidence: object) =>
    post(`/devices/${id}/checks`, { kind: 'updates', result, performedOn: '2026-11-23', evidence });
  t.equal((await check('pass', { updatesEndOn: '2026-11-23' })).statusCode, 422);
  t.equal((await check('fail', { updatesEndOn: '2026-11-24' })).statusCode, 422);
  const passed = await check('pass', { updatesEndOn: '2030-01-01', systemVersion: 'Android 14' });
  t.match(await get(`/devices/${id}`), {
    updatesEndOn: '2030-01-01',
    updates: { ownEndOn: '2030-01-01', systemVersion: 'Android 14' },
  });
  await say('Tab Own', '2026-12-02');
  t.match(await get(`/devices/${id}`), { updatesEndOn: '2030-01-01' });
  await post(`/checks/${passed.json().id}/takings-back`, { reason: 'Another tablet' });
  t.match(await get(`/devices/${id}`), { updatesEndOn: '2026-12-02' });
  await check('fail', {});
  t.match(await get(`/devices/${id}`), { updatesEndOn: '2026-11-23', updates: { ownEndOn: '2026-11-23' } });
});

t.test(
  'what is held for someone and comes to end too early is asked of staff once, until it is over',
  async (t) => {
    const ready = await make.readyDevices(2, { model: 'Tab Held' });
    const ids = ready.map(({ id }) => id) as [string, string];
    const referrals = [await make.waitingReferral(), await make.waitingReferral()];
    for (const [place, { id }] of referrals.entries())
      await allocateDevice(deps, officer, id, { deviceId: ids[place]!, skipReason: 'Test' });
    t.equal(await stepOf('updates-ending'), 0);
    await say('Tab Held', '2026-12-01');
    t.equal(await statusOf(ids[0]), 'reserved', 'it stays held');
    t.equal(await stepOf('updates-ending'), 2);
    t.equal(await stepOf('updates-ending'), 0);
    t.same((await tasks(ids)).sort(), ids.toSorted());
    await accept(ids[0]);
    t.same(await tasks(ids), [ids[1]], 'a manager let the one');
    await say('Tab Held', '2031-01-01');
    t.same(await tasks(ids), [], 'the other is right again');
  },
);

t.test('what ends while it is lent is asked of staff once, 60 days ahead, until it is over', async (t) => {
  const ready = await make.readyDevices(4, { model: 'Tab Lent' });
  const ids = ready.map(({ id }) => id) as [string, string, string, string];
  const loans = [];
  for (const [place, id] of ids.entries())
    loans.push(
      await make.loan({ items: [{ deviceId: id }], dueOn: place === 3 ? '2027-01-08' : '2027-10-01' }),
    );
  await say('Tab Lent', '2027-01-23');
  t.same(await tasks(ids), []);
  t.equal(await stepOf('updates-ending'), 0, '61 days ahead');
  await say('Tab Lent', '2027-01-22');
  t.equal(await stepOf('updates-ending'), 3, 'not what is due back before');
  t.equal(await stepOf('updates-ending'), 0);
  t.same((await tasks(ids)).sort(), ids.slice(0, 3).sort());
  const page = await app.inject({ url: `/devices/${ids[0]}`, headers: as.officer });
  t.match(
    page.body,
    new RegExp(
      `href="/loans/${loans[0]!.id}/replace\\?item=${loans[0]!.items[0]!.id}"[^>]*>\\s*Offer a swap`,
    ),
  );

  await returnItems(deps, officer, loans[0]!.id, {
    items: [{ itemId: loans[0]!.items[0]!.id, condition: 'B' }],
  });
  const [instead] = await make.readyDevices(1);
  const swapped = await post(`/loans/${loans[1]!.id}/replacements`, {
    itemId: loans[1]!.items[0]!.id,
    deviceId: instead!.id,
  });
  t.equal(swapped.statusCode, 201);
  t.same(await tasks(ids), [ids[2]]);
  t.equal((await accept(ids[2])).statusCode, 201);
  t.same(await tasks(ids), []);
  t.equal(await stepOf('updates-ending'), 0, 'and is not asked again');
});

t.test('another day for the model moves the tasks or ends them', async (t) => {
  const [device] = await make.readyDevices(1, { model: 'Tab Later' });
  await make.loan({ items: [{ deviceId: device!.id }], dueOn: '2027-10-01' });
  await say('Tab Later', '2027-01-10');
  t.equal(await stepOf('updates-ending'), 1);
  await say('Tab Later', '2027-01-11');
  await stepOf('updates-ending');
  t.same(await tasks([device!.id]), [device!.id], 'still one');
  await say('Tab Later', '2027-05-01');
  t.same(await tasks([device!.id]), []);
  await say('Tab Later', '2027-01-11');
  t.equal(await stepOf('updates-ending'), 1, 'what is so again is asked again');
});
