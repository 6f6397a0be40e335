import { sql } from 'kysely';
import t from 'tap';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { heldFor, listAllocations } from '../../src/referrals/allocations/allocation.queries.ts';
import { allocationMoves, allocationStatuses } from '../../src/referrals/allocations/allocation.rules.ts';
import { expireAllocations, releaseAllocation } from '../../src/referrals/allocations/release.commands.ts';
import { waitingList } from '../../src/referrals/allocations/waiting-list.queries.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { db, deps, clock } = await testDatabase(t, { DATABASE_POOL: '40' });
const make = factories(deps);
const agreement = { acceptedBy: 'verbal' } as const;
const skipReason = 'Leaves hospital tomorrow';
const hold = (referralId: string, deviceId: string, more: object = { skipReason }) =>
  allocateDevice(deps, officer, referralId, { deviceId, ...more });
const statusOf = async (id: string) =>
  (await db.selectFrom('device').select('status').where('id', '=', id).executeTakeFirstOrThrow()).status;
const eventsOf = async (id: string) =>
  (await timelineOf(db, id, { limit: 50 })).items.map(({ type }) => type);
const tablet = async () => (await make.readyDevices(1))[0]!;
/** Takes everyone off the waiting list and everything out of the ready stock, so that a test has both to itself. */
async function emptyList() {
  await sql`update referral_need set status = 'dropped' where status = 'open'`.execute(db);
  await sql`update allocation set status = 'released', ended_at = now() where status = 'held'`.execute(db);
  await sql`update device set status = 'ready' where status = 'reserved'`.execute(db);
  await sql`update device set status = 'in_preparation' where status = 'ready'`.execute(db);
}

t.test('a ready device is held for the scheme’s days, and goes to its own referral only', async (t) => {
  const [own, other] = [await make.waitingReferral({ urgency: 'urgent' }), await make.waitingReferral()];
  const device = await tablet();
  const held = await allocateDevice(deps, officer, own.id, { assetTag: device.assetTag.toLowerCase() });
  t.match(held, { deviceId: device.id, assetTag: device.assetTag, expiresOn: '2026-12-07', status: 'held' });
  t.equal(await statusOf(device.id), 'reserved');
  for (const id of [own.id, device.id, held.id]) t.match(await eventsOf(id), ['allocation.held']);
  const taken = await refusal(hold(other.id, device.id));
  t.match(taken, {
    type: 'device-not-available',
    message: `${device.assetTag} is held for referral ${own.reference} until 2026-12-07.`,
    extra: { conflicts: [{ assetTag: device.assetTag, status: 'reserved', referralId: own.id }] },
  });
  t.match(await refusal(hold(own.id, device.id)), { message: /held for this referral already/ });
  const issue = (referralId: string) =>
    issueLoan(deps, officer, { referralId, items: [{ deviceId: device.id }], agreement });
  t.match(await refusal(issue(other.id)), { type: 'device-not-available' });
  const loan = await issue(own.id);
  const { items } = await listAllocations(db, { referralId: own.id, limit: 50 });
  t.match(items, [{ id: held.id, status: 'issued', endedAt: '2026-11-23T09:30:00.000Z' }]);
  t.match(await refusal(hold(other.id, device.id)), {
    message: `${device.assetTag} is on loan ${loan.reference}.`,
    extra: { conflicts: [{ loanId: loan.id }] },
  });
  t.match(await refusal(releaseAllocation(deps, officer, held.id, { reason: 'Too late' })), {
    type: 'allocation-ended',
    extra: { allocationStatus: 'issued', loanId: loan.id },
  });
});

t.test('what cannot be held, and why', async (t) => {
  const referral = await make.waitingReferral({ needs: ['device', 'support'], urgency: 'urgent' });
  const [raw] = await make.devices(1);
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  const device = await tablet();
  t.match(await refusal(hold(referral.id, raw!.id)), {
    type: 'device-not-available',
    message: /being prepared. Only a ready device can be held/,
  });
  t.match(await refusal(hold(referral.id, dongle!.id)), {
    type: 'allocation-refused',
    message: /does not give what is still to be found: a device to use/,
  });
  t.match(await refusal(hold(raw!.id, device.id)), { type: 'not-found' });
  t.match(await refusal(hold(referral.id, referral.id)), { errors: [{ pointer: '/deviceId' }] });
  for (const input of [{}, { assetTag: device.assetTag, deviceId: device.id }, { assetTag: 'nonsense' }])
    t.match(
      await refusal(allocateDevice(deps, officer, referral.id, { ...input, expiresOn: '2026-11-22' })),
      {
        type: 'invalid',
        errors: [{ pointer: '/expiresOn' }, { pointer: '/assetTag' }],
      },
    );
  const received = await make.referral();
  t.match(await refusal(hold(received.id, device.id)), { type: 'referral-not-waiting', message: /Accept/ });
  t.match(await refusal(hold(received.id, raw!.id)), { type: 'device-not-available' }, 'which outranks it');
  await hold(referral.id, device.id, { expiresOn: '2026-11-23' });
  t.match(await refusal(hold(referral.id, (await tablet()).id)), {
    type: 'allocation-refused',
    message: /A device is held for everything that is still needed/,
  });
  const alone = await make.referral({ needs: ['support'] });
  await sql`update referral set status = 'active' where id = ${alone.id}`.execute(db);
  t.match(await refusal(hold(alone.id, (await tablet()).id)), { message: /has been met/ });
});

t.test('someone being helped who still needs data gets a tablet with data or a dongle held', async (t) => {
  await emptyList();
  const referral = await make.waitingReferral({ needs: ['device', 'data'] });
  const [first, second] = [await tablet(), await tablet()];
  await issueLoan(deps, officer, { referralId: referral.id, items: [{ deviceId: first.id }], agreement });
  t.match((await waitingList(db, { limit: 1 }, '2026-11-23')).items, [
    { id: referral.id, status: 'active', place: 1, waitsFor: 'mobile data', toFind: ['data'] },
  ]);
  t.match(await refusal(hold(referral.id, second.id)), { type: 'allocation-refused' });
  await fitDataPlan(deps, officer, second.id, {
    network: 'Vodafone',
    iccid: '8944100030012345678',
    gbPerMonth: 20,
    durationMonths: 12,
  });
  await hold(referral.id, second.id);
  t.match((await waitingList(db, { limit: 1 }, '2026-11-23')).items, [{ id: referral.id, toFind: [] }]);
});

t.test(
  'passing over whoever has waited longer for the same wants a reason, kept for each of them',
  async (t) => {
    await emptyList();
    const needs = { needs: ['device' as const] };
    const early = await make.waitingReferral(needs);
    const provided = await make.waitingReferral(needs);
    const forData = await make.waitingReferral({ needs: ['data'] });
    const urgent = await make.waitingReferral({ ...needs, urgency: 'urgent' });
    const late = await make.waitingReferral(needs);
    const devices = await make.readyDevices(4);
    await hold(provided.id, devices[0]!.id);
    const without = await refusal(hold(late.id, devices[1]!.id, {}));
    t.match(without, {
      type: 'someone-waits-longer',
      extra: {
        count: 2,
        waiting: [
          { referralId: urgent.id, place: 1, needs: ['device'] },
          { referralId: early.id, place: 2, needs: ['device'] },
        ],
      },
    });
    t.equal(await statusOf(devices[1]!.id), 'ready');
    const held = await hold(late.id, devices[1]!.id);
    const skipped = await db
      .selectFrom('waiting_skip')
      .selectAll()
      .where('for_referral_id', '=', late.id)
      .orderBy('id')
      .execute();
    t.same(new Set(skipped.map(({ referral_id }) => referral_id)), new Set([urgent.id, early.id]));
    t.match(skipped[0], { allocation_id: held.id, reason: skipReason, actor_name: 'Olive Officer' });
    t.match(await eventsOf(early.id), ['waiting_list.passed_over']);
    t.notMatch(await eventsOf(forData.id), ['waiting_list.passed_over'], 'data is another need');
    const { items } = await timelineOf(db, early.id, { limit: 1 });
    t.notMatch(JSON.stringify(items), skipReason, 'what was said is not in the log');
    t.match(
      (await waitingList(db, { limit: 50 }, '2026-11-23')).items.map(({ id, place, reasons }) => [
        id,
        place,
        reasons.map(({ text }) => text),
      ]),
      [
        [
          urgent.id,
          1,
          ['A device could be given now: 2 tablets.', `Passed over on 2026-11-23: ${skipReason}.`],
        ],
        [
          early.id,
          2,
          ['A device could be given now: 2 tablets.', `Passed over on 2026-11-23: ${skipReason}.`],
        ],
        [provided.id, 3, [`${devices[0]!.assetTag} is held until 2026-12-07.`]],
        [forData.id, 4, ['Nothing with mobile data is ready.']],
        [late.id, 5, [`${devices[1]!.assetTag} is held until 2026-12-07.`]],
      ],
    );
    await hold(urgent.id, devices[2]!.id, {});
    await hold(early.id, devices[3]!.id, {});
    t.pass('in their turn they need no reason');
  },
);

t.test('released, a device is ready for anyone, and the reason is kept', async (t) => {
  await emptyList();
  const referral = await make.waitingReferral();
  const device = await tablet();
  const { id } = await hold(referral.id, device.id);
  const reason = 'Amal would rather have a phone';
  t.match(await releaseAllocation(deps, officer, id, { reason }), {
    id,
    status: 'released',
    device: { id: device.id, assetTag: device.assetTag, status: 'ready' },
  });
  t.equal(await statusOf(device.id), 'ready');
  t.same(await heldFor(db, referral.id), []);
  t.match((await listAllocations(db, { referralId: referral.id, limit: 1 })).items, [
    { status: 'released', endedReason: reason },
  ]);
  t.match(await refusal(releaseAllocation(deps, officer, id, { reason })), {
    type: 'allocation-ended',
    extra: { allocationStatus: 'released' },
  });
  t.match(await refusal(releaseAllocation(deps, officer, referral.id, { reason })), { type: 'not-found' });
  const [event] = (await timelineOf(db, device.id, { limit: 1 })).items;
  t.match(event, { type: 'allocation.released', fields: ['endedReason'] });
  t.notMatch(JSON.stringify(event), /Amal/);
  t.ok(
    allocationMoves.every(
      ({ from, to, by }) =>
        (from === 'held' && allocationStatuses.includes(to)) ||
        (to === 'held' && by === 'issue taken back') ||
        (to === 'released' && by === 'another device went out'),
    ),
    'an allocation only ever ends, or its issue never was',
  );
});

t.test(
  'the night after its last day an allocation expires, once, with a task for its referral',
  async (t) => {
    await emptyList();
    const [one, other] = [await make.waitingReferral(), await make.waitingReferral()];
    const [first, second, later] = await make.readyDevices(3);
    const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
    await hold(one.id, first!.id, { expiresOn: '2026-12-01' });
    await hold(one.id, dongle!.id, { expiresOn: '2026-12-01' });
    await hold(other.id, second!.id, { expiresOn: '2026-12-02' });
    const run = async (localDate: string) => {
      const { steps } = await runNightly(deps, { localDate, again: true });
      return steps.find(({ step }) => step === 'allocations-that-expire')!.count;
    };
    t.equal(await run('2026-12-02'), 0, 'a night that is run ahead ends nothing early');
    clock.set('2026-12-01T03:15:00Z');
    t.equal(await run('2026-12-01'), 0, 'its last day is one of its days');
    clock.set('2026-12-02T03:15:00Z');
    const dry = await runNightly(deps, { localDate: '2026-12-02', dryRun: true });
    t.equal(dry.steps.find(({ step }) => step === 'allocations-that-expire')!.count, 2);
    t.equal(await run('2026-12-02'), 2);
    t.equal(await run('2026-12-02'), 0, 'run again it changes nothing');
    t.same(
      [
        await statusOf(first!.id),
        await statusOf(dongle!.id),
        await statusOf(second!.id),
        await statusOf(later!.id),
      ],
      ['ready', 'ready', 'reserved', 'ready'],
    );
    t.match(await eventsOf(first!.id), ['allocation.expired', 'allocation.held']);
    const tasks = await db.selectFrom('task').selectAll().where('kind', '=', 'allocation_expired').execute();
    t.match(tasks, [{ subject_type: 'referral', subject_id: one.id, status: 'open' }]);
    t.equal(tasks.length, 1, 'two devices of one referral are one task');
    clock.set('2026-11-23T09:30:00Z');
  },
);

t.test('what is held for a referral that closes is released with it', async (t) => {
  await emptyList();
  const referral = await make.waitingReferral({ needs: ['device'] });
  const [held, given] = await make.readyDevices(2);
  const { id } = await hold(referral.id, held!.id);
  const loan = await issueLoan(deps, officer, {
    referralId: referral.id,
    items: [{ deviceId: given!.id }],
    agreement,
  });
  t.equal(await statusOf(held!.id), 'reserved');
  await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
  t.equal(await statusOf(held!.id), 'ready');
  t.match((await listAllocations(db, { referralId: referral.id, limit: 1 })).items, [
    { id, status: 'released', endedReason: 'The referral is closed.' },
  ]);
  t.match(await eventsOf(referral.id), ['allocation.released', 'referral.closed']);
});

/** Device status and allocation say the same of every device. */
async function assertAgrees(t: { same: (found: unknown, wanted: unknown) => unknown }): Promise<void> {
  const { rows } = await sql`
    select d.id, d.status, a.status as allocation from device d left join allocation a on a.device_id = d.id and a.status = 'held'
    where (d.status = 'reserved') <> (a.id is not null)`.execute(db);
  t.same(rows, []);
}
const kinds = (outcomes: PromiseSettledResult<unknown>[]) =>
  outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'done' : (outcome.reason as Problem).type));

t.test(
  'race: of many allocations of the last tablet at once one wins, each other learns who holds it',
  async (t) => {
    await emptyList();
    const referrals = await Promise.all(Array.from({ length: 16 }, () => make.waitingReferral()));
    const device = await tablet();
    const outcomes = await Promise.allSettled(referrals.map(({ id }) => hold(id, device.id)));
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        t.match(outcome.reason, {
          type: 'device-not-available',
          extra: { conflicts: [{ assetTag: device.assetTag, referralId: referrals[won]!.id }] },
        });
    await assertAgrees(t);
  },
);

for (const [name, race] of [
  [
    'allocate against issue to another',
    async () => {
      const [one, other] = [await make.waitingReferral(), await make.waitingReferral()];
      const device = await tablet();
      return () => [
        hold(one.id, device.id),
        issueLoan(deps, officer, { referralId: other.id, items: [{ deviceId: device.id }], agreement }),
      ];
    },
  ],
  [
    'release against issue',
    async () => {
      const referral = await make.waitingReferral();
      const device = await tablet();
      const { id } = await hold(referral.id, device.id);
      return () => [
        releaseAllocation(deps, officer, id, { reason: 'Not needed' }),
        issueLoan(deps, officer, { referralId: referral.id, items: [{ deviceId: device.id }], agreement }),
      ];
    },
  ],
  [
    'expiry against issue',
    async () => {
      const referral = await make.waitingReferral();
      const device = await tablet();
      await hold(referral.id, device.id, { skipReason, expiresOn: '2026-11-24' });
      return () => [
        expireAllocations(deps, '2026-11-25'),
        issueLoan(deps, officer, { referralId: referral.id, items: [{ deviceId: device.id }], agreement }),
      ];
    },
  ],
  [
    'release and hold for another against issue to the first',
    async () => {
      const [one, other] = [await make.waitingReferral(), await make.waitingReferral()];
      const device = await tablet();
      const { id } = await hold(one.id, device.id);
      return () => [
        releaseAllocation(deps, officer, id, { reason: 'For the other' }).then(() =>
          hold(other.id, device.id),
        ),
        issueLoan(deps, officer, { referralId: one.id, items: [{ deviceId: device.id }], agreement }),
      ];
    },
  ],
] as const)
  t.test(`race: ${name}: one outcome, and device and allocation agree`, async (t) => {
    await emptyList();
    const seen = new Set<string>();
    for (let round = 0; round < 8; round++) {
      const outcomes = kinds(await Promise.allSettled((await race())()));
      seen.add(outcomes.join(', '));
      for (const outcome of outcomes)
        t.match(outcome, /^(done|device-not-available|allocation-ended)$/, `${name}: ${outcomes}`);
      t.ok(outcomes.includes('done'));
      await assertAgrees(t);
    }
    const { rows } = await sql`
      select from loan_item i join loan l on l.id = i.loan_id join allocation a on a.device_id = i.device_id
      where a.status = 'issued' and a.referral_id <> l.referral_id`.execute(db);
    t.equal(rows.length, 0, 'no one got what was held for another');
    t.comment([...seen].join(' | '));
  });

t.test('race: an issue that waited for a device asks again whom it is held for', async (t) => {
  await emptyList();
  const [own, other] = [await make.waitingReferral(), await make.waitingReferral()];
  const device = await tablet();
  await hold(own.id, device.id);
  const issue = await db.transaction().execute(async (trx) => {
    await sql`select from device where id = ${device.id} for update`.execute(trx);
    const waiting = issueLoan(deps, officer, {
      referralId: own.id,
      items: [{ deviceId: device.id }],
      agreement,
    });
    waiting.catch(() => {});
    for (let waits = false; !waits; ) {
      const { rows } = await sql<{ waits: boolean }>`
        select exists (select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()) as waits`.execute(
        db,
      );
      waits = rows[0]!.waits;
    }
    await sql`update allocation set status = 'released', ended_at = now() where device_id = ${device.id} and status = 'held'`.execute(
      trx,
    );
    await sql`insert into allocation (id, referral_id, device_id, created_at) values (new_id(), ${other.id}, ${device.id}, now())`.execute(
      trx,
    );
    return { waiting };
  });
  t.match(await refusal(issue.waiting), { type: 'device-not-available' });
  await assertAgrees(t);
});

t.test('the day’s list counts whom stock could help, as the waiting list shows them', async (t) => {
  await emptyList();
  clock.set('2026-11-23T09:30:00Z');
  const { worklist } = await import('../../src/office/home.queries.ts');
  const counted = async () =>
    (await worklist(db, '2026-11-23')).find(({ kind }) => kind === 'waiting_and_in_stock')!.count;
  const shown = async () => (await waitingList(db, { limit: 200, inStock: true }, '2026-11-23')).items;
  const [both, data] = [await make.waitingReferral(), await make.waitingReferral({ needs: ['data'] })];
  t.same([await counted(), (await shown()).length], [0, 0]);
  const device = await tablet();
  t.same([await counted(), (await shown()).map(({ id }) => id)], [1, [both.id]]);
  await fitDataPlan(deps, officer, device.id, {
    network: 'Vodafone',
    iccid: '8944100030012345686',
    gbPerMonth: 20,
    durationMonths: 12,
  });
  t.same(
    [await counted(), (await shown()).map(({ place }) => place)],
    [2, [1, 2]],
    'a tablet with data is data',
  );
  t.match((await shown()).at(-1)!.reasons, [{ text: 'Data could be given now: 1 tablet with data.' }]);
  await make.readyDevices(1, { kind: 'sim' });
  await hold(both.id, device.id);
  t.same(
    [await counted(), (await shown()).map(({ id }) => id)],
    [1, [data.id]],
    'not who has all they need held',
  );
  t.match((await shown())[0]!.stock, [{ need: 'data', kind: 'sim', count: 1 }]);
});

t.test('the waiting list goes on page by page, its places running through', async (t) => {
  await emptyList();
  for (const urgency of ['routine', 'urgent', 'soon', 'routine'] as const)
    await make.waitingReferral({ urgency });
  const all = (await waitingList(db, { limit: 200 }, '2026-11-23')).items.map(({ id, place }) => [id, place]);
  t.same(
    all.map(([, place]) => place),
    [1, 2, 3, 4],
  );
  const walked: unknown[] = [];
  let after: string | undefined;
  do {
    const { items, next, total } = await waitingList(db, { limit: 3, ...(after && { after }) }, '2026-11-23');
    t.equal(total, 4);
    walked.push(...items.map(({ id, place }) => [id, place]));
    after = next ?? undefined;
  } while (after);
  t.same(walked, all);
});
