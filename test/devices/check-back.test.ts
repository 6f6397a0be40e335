import { sql } from 'kysely';
import t from 'tap';
import { takeBackIssue } from '../../src/lending/loans/taking-back.commands.ts';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { releaseAllocation } from '../../src/referrals/allocations/release.commands.ts';
import { takeBackCheck } from '../../src/stock/devices/check-back.commands.ts';
import { sendForRepair } from '../../src/stock/devices/repair.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.officer);
const page = forms(app, as.officer);
const reason = 'It was the tablet beside it';

const seen = async (id: string) => (await api('GET', `/devices/${id}`)).body;
const checksOf = async (id: string): Promise<{ id: string; kind: string; result: string }[]> =>
  (await seen(id)).checks;
const newest = async (id: string, kind: string) =>
  (await checksOf(id)).find((check) => check.kind === kind)!.id;
const takeBack = (checkId: string) => api('POST', `/checks/${checkId}/takings-back`, { reason });
const fail = (id: string) =>
  api('POST', `/devices/${id}/checks`, {
    kind: 'setup',
    result: 'fail',
    performedOn: '2026-11-23',
    evidence: {},
  });
const tasksOf = async (id: string) =>
  (
    await sql<{
      kind: string;
      status: string;
    }>`select kind, status from task where subject_id = ${id} order by kind`.execute(db)
  ).rows;

t.test(
  'a pass on the wrong device is taken back: the check is open again, and the history has both',
  async (t) => {
    const [device] = await make.readyDevices(1);
    const id = device!.id;
    const checkId = await newest(id, 'sanitisation');
    const before = await checksOf(id);
    t.match(await takeBack(checkId), {
      status: 201,
      body: {
        id: checkId,
        kind: 'sanitisation',
        result: 'pass',
        device: { id, status: 'in_preparation', openChecks: ['sanitisation'] },
      },
    });
    const now = await seen(id);
    t.match(now, { status: 'in_preparation', openChecks: ['sanitisation'] });
    t.equal(now.checks.length, before.length - 1, 'a list leaves it out');
    t.match(now.takenBackChecks, [{ id: checkId, takenBackBy: 'Test officer', reason }]);
    const { items } = (await api('GET', `/devices/${id}/history`)).body;
    t.match(items[0], {
      type: 'device.check_taken_back',
      values: { kind: 'sanitisation', result: 'pass', from: 'ready', to: 'in_preparation', cycle: 1 },
      fields: ['reason'],
    });
    t.ok(items.some(({ type }: { type: string }) => type === 'device.checked'));
    t.notMatch(JSON.stringify(items), reason);
    const certificate = await page.get(`/devices/${id}/certificate`);
    t.notMatch(certificate.body, 'Vera Verifier', 'and so does the certificate');

    const again = await takeBack(checkId);
    t.match(again, { status: 201, body: { device: { status: 'in_preparation' } } });
    t.equal((await api('GET', `/devices/${id}/history`)).body.items.length, items.length, 'twice is once');
    await make.pass(id, 'sanitisation');
    t.equal((await seen(id)).status, 'ready');
  },
);

t.test(
  'a fail that was a mistake leaves what was passed before, on its day; later a manager says so',
  async (t) => {
    const [one, other] = await make.readyDevices(2, { kind: 'sim' });
    for (const { id } of [one!, other!]) t.equal((await fail(id)).status, 201);
    t.equal((await seen(one!.id)).status, 'in_preparation');
    t.match((await takeBack(await newest(one!.id, 'setup'))).body, {
      result: 'fail',
      device: { status: 'ready', openChecks: [] },
    });
    const checkId = await newest(other!.id, 'setup');
    clock.set('2026-11-24T09:30:00Z');
    t.match(await refusal(takeBackCheck(deps, officer, checkId, { reason })), { type: 'not-allowed' });
    t.match(await takeBackCheck(deps, manager, checkId, { reason }), { device: { status: 'ready' } });
    clock.set('2026-11-23T09:30:00Z');
    t.equal(
      (await apiOf(app, as.auditor)('POST', `/checks/${checkId}/takings-back`, { reason })).status,
      403,
    );
    clock.set('2026-11-23T09:30:00Z');
  },
);

t.test('what followed since is named, and has to be undone first', async (t) => {
  const { id: referralId } = await make.waitingReferral();
  const [device] = await make.readyDevices(1);
  const id = device!.id;
  const checkId = await newest(id, 'setup');
  const held = await allocateDevice(deps, officer, referralId, {
    deviceId: id,
    skipReason: 'Needed at once',
  });
  t.match(await takeBack(checkId), {
    status: 409,
    body: { type: '/problems/taking-back-refused', detail: /held for a referral.*Release it/ },
  });
  t.match(await seen(id), { status: 'reserved', openChecks: [], takenBackChecks: [] });
  await releaseAllocation(deps, officer, held.id, { reason: 'Not needed' });
  const loan = await make.loan({ referralId, items: [{ deviceId: id }] });
  t.match(await takeBack(checkId), {
    status: 409,
    body: { detail: new RegExp(`went out with it on loan ${loan.reference}`) },
  });
  await sql`update device set status = 'in_preparation', cycle = cycle + 1 where id = ${id}`.execute(db);
  t.match((await takeBack(checkId)).body, { detail: /went out with it/ }, 'also once it is back');

  const [broken] = await make.readyDevices(1);
  const old = await newest(broken!.id, 'setup');
  await sendForRepair(deps, officer, broken!.id, { fault: 'Screen' });
  t.match((await takeBack(old)).body, { detail: /in repair\. Record that it is back from repair first/ });
  t.equal((await api('POST', `/devices/${broken!.id}/repair-returns`, { result: 'repaired' })).status, 201);
  t.equal((await takeBack(old)).status, 201, 'a check of an earlier preparation moves nothing');
  t.match(await seen(broken!.id), {
    status: 'in_preparation',
    openChecks: ['sanitisation', 'electrical', 'setup'],
  });
  t.equal((await takeBack('0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')).status, 404);
  t.equal((await api('POST', `/checks/${old}/takings-back`, { reason: ' ' })).status, 422);
});

t.test('what a stocktake had missed is missed again, and is looked for again', async (t) => {
  const [device] = await make.devices(1);
  const id = device!.id;
  await sql`update device set missed_on = '2026-11-20' where id = ${id}`.execute(db);
  await sql`insert into task (id, kind, subject_type, subject_id, status, created_at)
    values (new_id(), 'missing_at_stocktake', 'device', ${id}, 'open', now())`.execute(db);
  await make.pass(id, 'setup');
  await make.pass(id, 'electrical');
  t.match(await seen(id), { missedOn: null });
  t.match(await tasksOf(id), [{ kind: 'missing_at_stocktake', status: 'done' }]);
  t.equal((await takeBack(await newest(id, 'electrical'))).status, 201);
  t.match(await seen(id), { missedOn: null }, 'the other check still shows that it is here');
  t.equal((await takeBack(await newest(id, 'setup'))).status, 201);
  t.match(await seen(id), { missedOn: '2026-11-20' });
  t.match(await tasksOf(id), [{ kind: 'missing_at_stocktake', status: 'open' }]);
});

t.test('a check that was taken back does not bar that a device is taken out of its donation', async (t) => {
  const [device] = await make.devices(1);
  const id = device!.id;
  await make.pass(id, 'setup');
  const { donation } = await seen(id);
  const takeOut = () => api('POST', `/donations/${donation.id}/removals`, { deviceId: id });
  t.match((await takeOut()).body, { detail: /A check of it was recorded/ });
  t.equal((await takeBack(await newest(id, 'setup'))).status, 201);
  t.equal((await takeOut()).status, 201);
});

t.test('two at once: a device goes out with its check, or the check is taken back', async (t) => {
  for (const round of [1, 2, 3]) {
    const { id: referralId } = await make.waitingReferral();
    const [device] = await make.readyDevices(1);
    const id = device!.id;
    const checkId = await newest(id, 'setup');
    const calls = [
      () => takeBackCheck(deps, officer, checkId, { reason }),
      () => make.loan({ referralId, items: [{ deviceId: id }] }),
    ];
    const outcomes = await atOnce<unknown>(
      db,
      sql`select id from device where id = ${id} for update`,
      round % 2 ? calls : calls.reverse(),
    );
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, `round ${round}`);
    const { status, takenBackChecks } = await seen(id);
    t.equal(takenBackChecks.length, status === 'on_loan' ? 0 : 1);
  }
  const [device] = await make.readyDevices(1);
  const checkId = await newest(device!.id, 'setup');
  const outcomes = await atOnce<unknown>(
    db,
    sql`select id from device where id = ${device!.id} for update`,
    [1, 2].map(() => () => takeBackCheck(deps, officer, checkId, { reason })),
  );
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled'],
    'pressed twice',
  );
  const told = (await api('GET', `/devices/${device!.id}/history`)).body.items;
  t.equal(told.filter(({ type }: { type: string }) => type === 'device.check_taken_back').length, 1);
});

t.test('the database wants a reason, and the page asks for it', async (t) => {
  const [device] = await make.readyDevices(1);
  const checkId = await newest(device!.id, 'electrical');
  t.match(
    await refusal(sql`update preparation_check set taken_back_at = now() where id = ${checkId}`.execute(db)),
    { constraint: 'preparation_check_taken_back_says_why' },
  );
  const path = `/checks/${checkId}/takings-back`;
  t.match((await page.get(`/devices/${device!.id}`)).body, path);
  t.match((await page.get(path)).body, /Take back the electrical check/);
  const empty = await page.post(path, { reason: '' });
  t.equal(empty.statusCode, 422);
  t.match(empty.body, /Enter why it was a mistake/);
  t.equal((await page.post(path, { reason })).statusCode, 303);
  const { body } = await page.get(`/devices/${device!.id}`);
  t.match(body, /Checks that were taken back/);
  t.match(body, reason);
});

t.test('an issue that was taken back bars no check', async (t) => {
  const [device] = await make.readyDevices(1);
  const id = device!.id;
  const checkId = await newest(id, 'setup');
  const loan = await make.loan({ items: [{ deviceId: id }] });
  t.match(await takeBack(checkId), { status: 409, body: { detail: new RegExp(loan.reference) } });
  await takeBackIssue(deps, officer, loan.id, { reason: 'wrong_device' });
  t.match(await takeBack(checkId), { status: 201, body: { device: { status: 'in_preparation' } } });
});
