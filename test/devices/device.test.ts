import { sql } from 'kysely';
import t from 'tap';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { createDatabase } from '../../src/shared/database.ts';
import { checkRefusal } from '../../src/stock/devices/check.rules.ts';
import { recordCheck, reopenPreparation } from '../../src/stock/devices/device.commands.ts';
import {
  allowedDeviceActions,
  canMove,
  canRecordCheck,
  deviceBegins,
  deviceMoves,
  deviceStatuses,
} from '../../src/stock/devices/device.rules.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { db, deps, clock, ownerUrl } = await testDatabase(t);
const make = factories(deps);

const statusOf = async (id: string) =>
  await db.selectFrom('device').select(['status', 'cycle']).where('id', '=', id).executeTakeFirstOrThrow();

t.test('rule 2: the database holds devices to the same moves as the code', async (t) => {
  const { rows } = await sql<{
    from: string;
    to: string;
  }>`select from_status as "from", to_status as "to" from device_move order by 1, 2`.execute(db);
  const moves = deviceMoves
    .map(({ from, to }) => ({ from, to }))
    .sort((a, b) => (a.from + a.to < b.from + b.to ? -1 : 1));
  t.same(
    rows.map(({ from, to }) => `${from} ${to}`).sort(),
    [...new Set(moves.map(({ from, to }) => `${from} ${to}`))].sort(),
  );
});

t.test('rule 2: the trigger refuses every other move to plain SQL, even the owner’s', async (t) => {
  const owner = createDatabase(ownerUrl, 2, () => {});
  t.teardown(() => owner.destroy());
  const [device] = await make.devices(1);
  for (const from of deviceStatuses) {
    await sql`alter table device disable trigger device_moves`.execute(owner);
    await sql`update device set status = ${from} where id = ${device!.id}`.execute(owner);
    await sql`alter table device enable trigger device_moves`.execute(owner);
    for (const to of deviceStatuses.filter((status) => status !== from)) {
      const outcome = await owner
        .transaction()
        .execute(async (trx) => {
          await sql`update device set status = ${to} where id = ${device!.id}`.execute(trx);
          throw new Error('moved');
        })
        .catch((error: Error & { constraint?: string }) => error.constraint ?? error.message);
      t.equal(outcome, canMove(from, to) ? 'moved' : 'device_move_allowed', `${from} to ${to}`);
    }
  }
});

t.test('rule 2: a device begins in preparation, or on loan when it was taken over from before', async (t) => {
  const [device] = await make.devices(1);
  for (const status of deviceStatuses)
    for (const takenOver of [false, true]) {
      const outcome = await db
        .transaction()
        .execute(async (trx) => {
          await sql`
            insert into device (id, asset_tag, kind, make, model, status, taken_over, cycle_started_on, donation_id, created_at, changed_at)
            select new_id(), 'LW-000000', kind, make, model, ${status}, ${takenOver}, cycle_started_on, donation_id, created_at, changed_at
            from device where id = ${device!.id}`.execute(trx);
          throw new Error('inserted');
        })
        .catch((error: Error & { constraint?: string }) => error.constraint ?? error.message);
      const begins = takenOver ? Object.values(deviceBegins) : [deviceBegins.donation];
      const allowed = begins.some((one) => one === status);
      t.equal(outcome, allowed ? 'inserted' : 'device_move_allowed', `${status}, taken over ${takenOver}`);
    }
});

t.test('rule 3: the last required pass makes it ready, without an extra click', async (t) => {
  const [device] = await make.devices(1);
  t.same(device!.openChecks, ['sanitisation', 'electrical', 'setup']);
  t.match(await make.pass(device!.id, 'sanitisation'), {
    device: { status: 'in_preparation', openChecks: ['electrical', 'setup'] },
  });
  await make.pass(device!.id, 'setup');
  t.match(await make.pass(device!.id, 'electrical'), { device: { status: 'ready', openChecks: [] } });
});

t.test('rule 3: a SIM needs its set-up alone', async (t) => {
  const [sim] = await make.devices(1, { kind: 'sim' });
  t.same(sim!.openChecks, ['setup']);
  t.match(await make.pass(sim!.id, 'setup'), { device: { status: 'ready' } });
});

t.test(
  'rule 3: a fail keeps it in preparation, a later pass of the same kind counts, a fail of a ready one sends it back',
  async (t) => {
    const [device] = await make.devices(1);
    const failed = await recordCheck(deps, officer, device!.id, {
      kind: 'setup',
      result: 'fail',
      performedOn: '2026-11-23',
      evidence: {},
    });
    t.match(failed.device, { status: 'in_preparation', openChecks: ['sanitisation', 'electrical', 'setup'] });
    for (const kind of ['sanitisation', 'electrical', 'setup'] as const) await make.pass(device!.id, kind);
    t.equal((await statusOf(device!.id)).status, 'ready');
    const again = await recordCheck(deps, officer, device!.id, {
      kind: 'electrical',
      result: 'fail',
      performedOn: '2026-11-23',
      evidence: { level: 'user' },
    });
    t.match(again.device, { status: 'in_preparation', openChecks: ['electrical'] });
  },
);

t.test('rule 3: a morning’s wipe is worth nothing after an afternoon’s return', async (t) => {
  const loan = await make.loan();
  const [item] = loan.items;
  await returnItems(deps, officer, loan.id, { items: [{ itemId: item!.id, condition: 'B' }] });
  const { status, cycle } = await statusOf(item!.deviceId);
  t.equal(status, 'in_preparation');
  t.equal(cycle, 2);
  t.match(await make.pass(item!.deviceId, 'setup'), {
    device: { openChecks: ['sanitisation', 'electrical'] },
  });
});

t.test('rule 3: reopening opens every check again', async (t) => {
  const [device] = await make.readyDevices(1);
  t.match(await reopenPreparation(deps, officer, device!.id, { reason: 'Battery swollen' }), {
    status: 'in_preparation',
    openChecks: ['sanitisation', 'electrical', 'setup'],
  });
  t.match(await refusal(reopenPreparation(deps, officer, device!.id, { reason: 'Again' })), {
    type: 'device-move-refused',
    message: /being prepared/,
  });
});

t.test('rule 3: a check lies between the cycle’s start and today, and two people sanitise', async (t) => {
  const [device] = await make.devices(1);
  const wipe = { kind: 'sanitisation', result: 'pass', performedBy: 'Ana Lima' } as const;
  const evidence = { method: 'clear', tool: 'Reset', verifiedBy: 'Bo Chen', sdCardRemoved: true } as const;
  t.match(
    await refusal(recordCheck(deps, officer, device!.id, { ...wipe, performedOn: '2026-11-22', evidence })),
    { errors: [{ pointer: '/performedOn' }] },
  );
  t.match(
    await refusal(recordCheck(deps, officer, device!.id, { ...wipe, performedOn: '2026-11-24', evidence })),
    { errors: [{ pointer: '/performedOn' }] },
  );
  t.match(
    await refusal(
      recordCheck(deps, officer, device!.id, {
        ...wipe,
        performedOn: '2026-11-23',
        evidence: { ...evidence, verifiedBy: ' ana  LIMA ' },
      }),
    ),
    {
      errors: [{ pointer: '/evidence/verifiedBy' }],
    },
  );
  const withCard = { ...evidence, sdCardRemoved: false };
  t.match(
    await refusal(
      recordCheck(deps, officer, device!.id, { ...wipe, performedOn: '2026-11-23', evidence: withCard }),
    ),
    { errors: [{ pointer: '/evidence/sdCardRemoved' }] },
    'with a card left in it, it has not passed',
  );
  t.equal(
    (
      await db
        .selectFrom('preparation_check')
        .select(db.fn.countAll().as('n'))
        .where('device_id', '=', device!.id)
        .executeTakeFirstOrThrow()
    ).n,
    0,
  );
});

t.test('checks are recorded in preparation and ready, a pass also while it is held', async (t) => {
  for (const status of deviceStatuses) {
    const isInHand = status === 'in_preparation' || status === 'ready';
    t.equal(canRecordCheck(status), isInHand || status === 'reserved', status);
    t.equal(canRecordCheck(status, 'fail'), isInHand, `${status}, a fail`);
    t.equal(checkRefusal(status, 'fail') === null, isInHand, status);
    const actions = allowedDeviceActions({ status, openChecks: [], hasDataPlan: false });
    t.equal(actions.issue === true, status === 'ready' || status === 'reserved', status);
    t.equal(actions.return === true, status === 'on_loan', status);
    for (const why of Object.values(actions)) t.ok(why === true || /\.$/.test(String(why)), String(why));
    t.not(allowedDeviceActions({ status, openChecks: ['setup'], hasDataPlan: false }).issue, true, status);
  }
});

t.test('a device lost in a day of summer time keeps London’s date', async (t) => {
  clock.set('2026-07-01T23:30:00Z');
  const [device] = await make.devices(1);
  t.equal(
    (
      await db
        .selectFrom('device')
        .select('cycle_started_on')
        .where('id', '=', device!.id)
        .executeTakeFirstOrThrow()
    ).cycle_started_on,
    '2026-07-02',
  );
  clock.set('2026-11-23T09:30:00Z');
});
