import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { heldFor } from '../../src/referrals/allocations/allocation.queries.ts';
import { releaseAllocation } from '../../src/referrals/allocations/release.commands.ts';
import { recordCheckBatch, recordChecks } from '../../src/stock/devices/check.commands.ts';
import type { NewCheckBatch } from '../../src/stock/devices/check.schemas.ts';
import { recordCheck } from '../../src/stock/devices/device.commands.ts';
import type { NewCheck } from '../../src/stock/devices/device.schemas.ts';
import { countChecksRunOut, expireChecks } from '../../src/stock/devices/run-out.commands.ts';
import { findScanned } from '../../src/stock/devices/scan.queries.ts';
import { issueVerdict } from '../../src/stock/devices/scan.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

const electrical = (nextDue?: string, performedOn = '2026-11-23'): NewCheck => ({
  kind: 'electrical',
  result: 'pass',
  performedOn,
  evidence: { level: 'visual', ...(nextDue && { nextDue }) },
});
/** Ready devices whose electrical check runs out on a date. */
async function due(count: number, nextDue: string) {
  const devices = await make.readyDevices(count);
  await recordCheckBatch(deps, officer, {
    devices: devices.map(({ id }) => ({ deviceId: id, checks: [electrical(nextDue)] })),
  });
  return devices;
}
const statusOf = async (id: string) =>
  (await db.selectFrom('device').select('status').where('id', '=', id).executeTakeFirstOrThrow()).status;
const hold = async (deviceId: string) => {
  const { id: referralId } = await make.waitingReferral();
  await sql`insert into allocation (id, referral_id, device_id, created_at) values (new_id(), ${referralId}, ${deviceId}, now())`.execute(
    db,
  );
  await sql`update device set status = 'reserved' where id = ${deviceId}`.execute(db);
  return referralId;
};
/** A page as it is at the clock's time, which a session of an earlier day would not open. */
async function pageOf(url: string) {
  const now = clock.now().toString();
  await sql`update session set seen_at = ${now}, expires_at = ${now}::timestamptz + interval '1 hour'`.execute(
    db,
  );
  return (await app.inject({ url, headers: as.officer })).body;
}
const eventsOf = async (id: string, type: string) =>
  (
    await sql<{ values: object }>`select e."values" from event e join event_subject s on s.event_id = e.id
    where s.subject_id = ${id} and e.type = ${type} order by e.id`.execute(db)
  ).rows.map(({ values }) => values);

t.test('the next date of a passed electrical check is kept beside it, and lies ahead', async (t) => {
  const [device] = await make.devices(1);
  for (const date of ['2026-11-23', '2026-11-01'])
    t.match(await refusal(recordCheck(deps, officer, device!.id, electrical(date))), {
      errors: [{ pointer: '/evidence/nextDue' }],
    });
  await recordCheck(deps, officer, device!.id, electrical('2028-11-24'));
  await recordCheck(deps, officer, device!.id, { ...electrical('2026-11-20'), result: 'fail' } as NewCheck);
  const kept = await db
    .selectFrom('preparation_check')
    .select(['result', 'next_due'])
    .where('device_id', '=', device!.id)
    .orderBy('id')
    .execute();
  t.same(kept, [
    { result: 'pass', next_due: '2028-11-24' },
    { result: 'fail', next_due: null },
  ]);
});

t.test(
  'rule 3: the night sends ready devices with a check that ran out back, held ones stay with a task',
  async (t) => {
    const [ready, held, renewed, later] = await due(4, '2026-12-01');
    await recordCheck(deps, officer, renewed!.id, electrical('2027-12-01'));
    await recordCheck(deps, officer, later!.id, electrical('2026-12-02'));
    const referralId = await hold(held!.id);
    const out = await due(1, '2026-12-01');
    await make.loan({ items: [{ deviceId: out[0]!.id }] });
    clock.set('2026-11-30T03:15:00Z');
    t.equal(await expireChecks(deps, '2026-11-30'), 0);
    clock.set('2026-12-01T03:15:00Z');
    t.equal(await countChecksRunOut(deps, '2026-12-01'), 5, 'also those that another pass has replaced');
    t.equal(await expireChecks(deps, '2026-12-01'), 5);
    t.equal(await expireChecks(deps, '2026-12-01'), 0, 'a second night finds nothing');
    t.equal(await countChecksRunOut(deps, '2026-12-01'), 0);
    t.equal(await statusOf(ready!.id), 'in_preparation');
    t.same(await eventsOf(ready!.id, 'device.check_ran_out'), [
      { kind: 'electrical', nextDue: '2026-12-01', cycle: 1, from: 'ready', to: 'in_preparation' },
    ]);
    t.equal(await statusOf(held!.id), 'reserved');
    t.equal(await statusOf(out[0]!.id), 'on_loan');
    for (const { id } of [renewed!, later!]) {
      t.equal(await statusOf(id), 'ready');
      t.same(await eventsOf(id, 'device.check_ran_out'), []);
    }
    const tasks = () =>
      db
        .selectFrom('task')
        .select(['kind', 'status', 'subject_id'])
        .where('kind', '=', 'check_ran_out')
        .execute();
    t.same(await tasks(), [{ kind: 'check_ran_out', status: 'open', subject_id: held!.id }]);
    t.match(
      await refusal(
        recordCheck(deps, officer, held!.id, {
          ...electrical(),
          performedOn: '2026-12-01',
          result: 'fail',
        } as NewCheck),
      ),
      { type: 'check-not-open', message: /Release it there first/ },
    );
    t.match(await refusal(make.loan({ referralId, items: [{ deviceId: held!.id }] })), {
      type: 'device-not-available',
    });
    t.match(await recordCheck(deps, officer, held!.id, electrical('2027-12-01', '2026-12-01')), {
      device: { status: 'reserved', openChecks: [] },
    });
    t.match(await tasks(), [{ status: 'done' }]);
    await make.loan({ referralId, items: [{ deviceId: held!.id }] });
    t.match(await recordCheck(deps, officer, ready!.id, electrical(undefined, '2026-12-01')), {
      device: { status: 'ready' },
    });
    t.match(
      await pageOf(`/devices/${out[0]!.id}`),
      /Electrical check fell due on 1 December 2026\. It is on loan/,
    );
  },
);

t.test('a held device let go with a check to do is prepared again, and nobody holds its task', async (t) => {
  const [device] = await due(1, '2026-12-01');
  const referralId = await hold(device!.id);
  clock.set('2026-12-01T03:15:00Z');
  await expireChecks(deps, '2026-12-01');
  const page = await pageOf(`/devices/${device!.id}`);
  t.match(page, 'name="result" type="radio" value="pass"');
  t.notMatch(page, 'name="result" type="radio" value="fail"', 'held it can only pass');
  const [held] = await heldFor(db, referralId);
  t.match(await releaseAllocation(deps, officer, held!.id, { reason: 'It needs a test first' }), {
    device: { status: 'in_preparation' },
  });
  t.match(await db.selectFrom('task').selectAll().where('subject_id', '=', device!.id).execute(), [
    { kind: 'check_ran_out', status: 'done' },
  ]);
});

t.test(
  'a release waits for whoever changes the required checks, and is measured by the new ones',
  async (t) => {
    const [device] = await due(1, '2026-12-01');
    const referralId = await hold(device!.id);
    clock.set('2026-12-01T03:15:00Z');
    await expireChecks(deps, '2026-12-01');
    const [held] = await heldFor(db, referralId);
    let released: Promise<unknown> = Promise.resolve();
    await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('required_check', 0))`.execute(trx);
      await sql`delete from required_check where device_kind = 'tablet' and kind = 'electrical'`.execute(trx);
      released = releaseAllocation(deps, officer, held!.id, { reason: 'Not needed' });
      await setTimeout(300);
    });
    t.match(await released, { device: { status: 'ready' } });
    await sql`insert into required_check (device_kind, kind, position) values ('tablet', 'electrical', 2)`.execute(
      db,
    );
  },
);

t.test('rule 3: what ran out today does not go out, though no night has been', async (t) => {
  const [device, held] = await due(2, '2026-12-01');
  const referralId = await hold(held!.id);
  clock.set('2026-12-01T08:00:00Z');
  const issue = (id: string, referral?: string) =>
    make.loan({ items: [{ deviceId: id }], ...(referral && { referralId: referral }) });
  t.match(await refusal(issue(device!.id)), {
    type: 'device-not-available',
    extra: { conflicts: [{ assetTag: device!.assetTag, status: 'ready', hasOpenCheck: true }] },
  });
  t.match(await refusal(issue(held!.id, referralId)), { type: 'device-not-available' });
  const scans = await findScanned(db, [device!.assetTag, held!.assetTag], { day: '2026-12-01' });
  for (const scan of scans)
    t.match(issueVerdict(scan, referralId), {
      ok: false,
      status: 'check_due',
      link: { text: 'Do the check' },
    });
  const day = await findScanned(db, [device!.assetTag], { day: '2026-11-30' });
  t.equal(issueVerdict(day[0]!, referralId).ok, true, 'the day before it may');
  const page = await pageOf(`/devices/${device!.id}`);
  t.match(page, /It cannot go out until it is tested again/);
  t.match(page, /Do a check again/);
  await recordCheck(deps, officer, device!.id, electrical('2027-12-01', '2026-12-01'));
  t.match(await issue(device!.id), { status: 'open' });
});

t.test('thousands run out in batches, and two nights at once do it once', async (t) => {
  const devices = await due(5, '2026-12-10');
  await sql`insert into device (id, asset_tag, kind, make, model, cycle_started_on, donation_id, created_at, changed_at)
    select new_id(), 'T' || n, kind, make, model, cycle_started_on, donation_id, created_at, changed_at
    from device, generate_series(1, 1200) n where id = ${devices[0]!.id}`.execute(db);
  await sql`insert into preparation_check (id, device_id, cycle, kind, result, performed_on, performed_by, evidence, next_due, recorded_at)
    select new_id(), d.id, 1, c.kind, 'pass', '2026-11-23', 'Ana', '{}', case c.kind when 'electrical' then '2026-12-10'::date end, now()
    from device d, unnest(array['sanitisation', 'electrical', 'setup']) c (kind) where d.asset_tag like 'T%'`.execute(
    db,
  );
  await sql`update device set status = 'ready' where asset_tag like 'T%'`.execute(db);
  clock.set('2026-12-10T03:15:00Z');
  const all = await countChecksRunOut(deps, '2026-12-10');
  const [one, other] = await Promise.all([
    expireChecks(deps, '2026-12-10'),
    expireChecks(deps, '2026-12-10'),
  ]);
  t.equal(one + other, all);
  const { rows } = await sql<{ moved: number; events: number }>`
    select (select count(*) from device where asset_tag like 'T%' and status = 'in_preparation') as moved,
      (select count(*) from event e join event_subject s on s.event_id = e.id join device d on d.id = s.subject_id
        where e.type = 'device.check_ran_out' and d.asset_tag like 'T%') as events`.execute(db);
  t.same(rows, [{ moved: 1200, events: 1200 }]);
});

t.test('several checks of a device are recorded at once, all or none', async (t) => {
  const [device] = await make.devices(1);
  const setup: NewCheck = { kind: 'setup', result: 'pass', performedOn: '2026-11-23', evidence: {} };
  t.match(await refusal(recordChecks(deps, officer, device!.id, [setup, electrical('2026-11-20')])), {
    errors: [{ pointer: '/evidence/nextDue' }],
  });
  t.match(await refusal(recordChecks(deps, officer, device!.id, [setup, setup])), {
    errors: [{ pointer: '/kind' }],
  });
  t.match(await recordChecks(deps, officer, device!.id, [setup, electrical()]), {
    assetTag: device!.assetTag,
    device: { status: 'in_preparation', openChecks: ['sanitisation'] },
    checks: [{ kind: 'setup' }, { kind: 'electrical' }],
  });
  t.match(await eventsOf(device!.id, 'device.checked'), [
    { kind: 'setup', from: 'in_preparation', to: 'in_preparation' },
    { kind: 'electrical', from: 'in_preparation', to: 'in_preparation' },
  ]);
  const last = await make.pass(device!.id, 'sanitisation');
  t.equal(last.device.status, 'ready');
});

t.test('POST /check-batches: many devices, every fault at its line, all or none', async (t) => {
  const [one, two] = await make.devices(2, { kind: 'sim' });
  const loan = await make.loan();
  const post = async (devices: NewCheckBatch['devices']) => {
    const reply = await app.inject({
      method: 'POST',
      url: '/api/v1/check-batches',
      headers: as.officer,
      payload: { devices },
    });
    return { status: reply.statusCode, ...reply.json() };
  };
  const setup: NewCheck = { kind: 'setup', result: 'pass', performedOn: '2026-11-23', evidence: {} };
  t.match(
    await post([
      { assetTag: one!.assetTag, checks: [{ ...setup, performedOn: '2026-11-22' }] },
      { deviceId: two!.id, checks: [{ ...setup, performedOn: '2026-11-24' }] },
    ]),
    {
      status: 422,
      errors: [
        { pointer: '/devices/0/checks/0/performedOn' },
        { pointer: '/devices/1/checks/0/performedOn' },
      ],
    },
  );
  t.match(await post([{ assetTag: 'LW-NOSUCH', checks: [setup] }, { checks: [setup] }]), {
    status: 422,
    errors: [{ pointer: '/devices/0/assetTag' }, { pointer: '/devices/1' }],
  });
  t.match(
    await post([
      { assetTag: one!.assetTag, checks: [setup] },
      { deviceId: one!.id, checks: [setup] },
    ]),
    { status: 422, errors: [{ pointer: '/devices', message: 'Name each device only once.' }] },
  );
  const [out] = loan.items;
  t.match(
    await post([
      { deviceId: one!.id, checks: [setup] },
      { deviceId: out!.deviceId, checks: [setup] },
    ]),
    {
      status: 409,
      type: '/problems/bulk-refused',
      conflicts: [{ assetTag: out!.assetTag, status: 'on_loan' }],
    },
  );
  t.equal(await statusOf(one!.id), 'in_preparation', 'nothing of a refused batch stays');
  t.match(
    await post([
      { deviceId: two!.id, checks: [setup] },
      { assetTag: one!.assetTag.toLowerCase(), checks: [setup] },
    ]),
    {
      status: 201,
      devices: [
        {
          id: two!.id,
          assetTag: two!.assetTag,
          status: 'ready',
          openChecks: [],
          checks: [{ kind: 'setup' }],
        },
        { id: one!.id, status: 'ready' },
      ],
    },
  );
});
