import { sql } from 'kysely';
import t from 'tap';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { readIccid } from '../../src/shared/codes.ts';
import type { Trx } from '../../src/shared/database.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import { workIn } from '../../src/shared/work.ts';
import {
  activatePlan,
  renewPlan,
  resumePlan,
  suspendPlan,
  suspendPlanOf,
} from '../../src/stock/data-plans/course.commands.ts';
import { fitDataPlan, recordDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { getPlan, listNetworks } from '../../src/stock/data-plans/data-plan.queries.ts';
import {
  allowedPlanActions,
  canMovePlan,
  type PlanAction,
  planStatuses,
} from '../../src/stock/data-plans/data-plan.rules.ts';
import type { NewDataPlan } from '../../src/stock/data-plans/data-plan.schemas.ts';
import { endPlan } from '../../src/stock/data-plans/ending.commands.ts';
import { stopNumbers } from '../../src/stock/data-plans/number.commands.ts';
import { addOffer, retireOffer } from '../../src/stock/data-plans/offer.commands.ts';
import { listOffers } from '../../src/stock/data-plans/offer.queries.ts';
import { fitPlan, movePlan, removePlan } from '../../src/stock/data-plans/placing.commands.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';
import { steps } from '../helpers/steps.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const inside = <T>(work: (trx: Trx) => Promise<T>) => db.transaction().execute(work);

let sims = 0;
const sim = (changes: Partial<NewDataPlan> = {}): NewDataPlan => ({
  network: 'O2',
  iccid: `894410000000${String(++sims).padStart(6, '0')}`,
  gbPerMonth: 25,
  durationMonths: 12,
  ...changes,
});
const drawer = async (changes: Partial<NewDataPlan> = {}) =>
  (await recordDataPlan(deps, officer, sim(changes))).id;
const plan = (id: string) => getPlan(db, clock, id);
const number = '07700 900555';

/** Someone who is reached on the number of the SIM in their dongle, with a tablet and another dongle on the same loan. */
async function onLoan() {
  const [tablet] = await make.readyDevices(1);
  const [dongle, spare] = await make.readyDevices(2, { kind: 'dongle' });
  const { id: planId } = await fitDataPlan(
    deps,
    officer,
    dongle!.id,
    sim({ msisdn: number, activatedOn: '2026-11-20' }),
  );
  const referral = await make.waitingReferral({
    person: { contactPoints: [{ channel: 'sms', value: number, safe: true }] },
  });
  const items = [tablet!, dongle!, spare!].map(({ id }) => ({ deviceId: id }));
  const loan = await make.loan({ referralId: referral.id, items });
  const { patient } = await getReferral(db, officer.actor, referral.id);
  return { loan, planId, patientId: patient.id, tablet: tablet!, dongle: dongle!, spare: spare! };
}
async function numberOf(patientId: string): Promise<'reaches them' | 'stopped with a task'> {
  const point = await db
    .selectFrom('contact_point')
    .select('stopped_at')
    .where('patient_id', '=', patientId)
    .executeTakeFirstOrThrow();
  const task = await db
    .selectFrom('task')
    .select('id')
    .where('kind', '=', 'number_stopped')
    .where('subject_id', '=', patientId)
    .executeTakeFirst();
  t.equal(point.stopped_at !== null, task !== undefined, 'stopped and asked for go together');
  return task ? 'stopped with a task' : 'reaches them';
}

t.test('the moves of a plan are one table, and what is refused says what would help', async (t) => {
  const moves: Record<string, [PlanAction, ...string[]]> = {
    active: ['activate', 'not_started'],
    suspended: ['suspend', 'not_started', 'active'],
    ended: ['end', 'not_started', 'active', 'suspended'],
  };
  for (const status of planStatuses) {
    const actions = allowedPlanActions({ status, isFitted: true });
    for (const [to, [action, ...from]] of Object.entries(moves)) {
      t.equal(actions[action] === true, from.includes(status), `${action} while ${status}`);
      if (actions[action] === true) t.ok(canMovePlan(status, to as 'active'), `${status} to ${to}`);
    }
    t.equal(actions.resume === true, status === 'suspended');
    t.equal(actions.renew === true, status === 'active');
    for (const why of Object.values(actions)) t.ok(why === true || /\.$/.test(why), String(why));
  }
  t.notOk(
    planStatuses.some((to) => canMovePlan('ended', to)),
    'ended is final',
  );
  t.equal(readIccid(' 8944 1160 5979 9816 99F'), '894411605979981699');
  t.equal(readIccid('12'), null);
});

t.test(
  'a SIM from the drawer: fitted, activated once, suspended, resumed, renewed, taken out, ended',
  async (t) => {
    const call = async (path: string, payload?: object) => {
      const reply = await app.inject({
        method: 'POST',
        url: `/api/v1${path}`,
        headers: as.officer,
        ...(payload && { payload }),
      });
      return { status: reply.statusCode, body: reply.json() };
    };
    const { step } = steps(t);
    const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
    const recorded = await call(
      '/data-plans',
      sim({ network: 'Three', gbPerMonth: null, durationMonths: 1 }),
    );
    t.match(recorded, { status: 201, body: { expiresOn: null } });
    const { id } = recorded.body;
    const of = `/data-plans/${id}`;
    await step('in the drawer it is neither taken out nor renewed', async (t) => {
      t.match(await plan(id), { status: 'not_started', device: null, loan: null, gbPerMonth: null });
      t.match(await call(`${of}/removals`, {}), {
        status: 409,
        body: { type: '/problems/data-plan-state', detail: 'It lies in the drawer.' },
      });
      t.match(await call(`${of}/renewals`, { months: 1 }), {
        status: 409,
        body: { detail: /once it is activated/ },
      });
    });

    await step('it is fitted into a dongle, once', async (t) => {
      t.match(await call(`${of}/fittings`, {}), {
        status: 422,
        body: { errors: [{ pointer: '/assetTag' }] },
      });
      t.match(await call(`${of}/fittings`, { assetTag: 'LW-000000' }), {
        status: 422,
        body: { errors: [{ pointer: '/assetTag' }] },
      });
      t.match(await call(`${of}/fittings`, { assetTag: dongle!.assetTag.toLowerCase() }), {
        status: 201,
        body: {
          status: 'not_started',
          device: { assetTag: dongle!.assetTag },
          numberStopped: false,
          warnings: [],
        },
      });
      t.match(await call(`${of}/fittings`, { deviceId: dongle!.id }), {
        status: 409,
        body: { detail: `It is in ${dongle!.assetTag} already.` },
      });
    });

    await step('it is activated once, and had run out by now', async (t) => {
      t.match(await call(`${of}/activations`, { activatedOn: '2026-11-24' }), {
        status: 422,
        body: { errors: [{ pointer: '/activatedOn' }] },
      });
      t.match(await call(`${of}/activations`, { activatedOn: '2026-10-01' }), {
        status: 201,
        body: { status: 'active', expiresOn: '2026-11-01' },
      });
      t.match(await call(`${of}/activations`, { activatedOn: '2026-10-01' }), {
        status: 409,
        body: { detail: 'It has been activated already.' },
      });
      t.equal((await plan(id)).ranOut, true);
    });

    await step('it is renewed from today, then from when it ends', async (t) => {
      t.match(
        await call(`${of}/renewals`, { months: 1, from: '2026-11-24' }),
        { status: 422, body: { errors: [{ pointer: '/from' }] } },
        'a gap',
      );
      t.match(
        await call(`${of}/renewals`, { months: 1, from: '2026-10-01' }),
        { status: 422, body: { errors: [{ pointer: '/from' }] } },
        'no longer',
      );
      t.match(
        await call(`${of}/renewals`, { months: 1 }),
        { status: 201, body: { expiresOn: '2026-12-23' } },
        'it ran out: from today',
      );
      t.match(
        await call(`${of}/renewals`, { months: 2 }),
        { status: 201, body: { expiresOn: '2027-02-23' } },
        'from when it ends',
      );
    });

    await step('it is suspended and resumed', async (t) => {
      t.match(await call(`${of}/suspensions`, { reason: 'Left on a bus' }), {
        status: 201,
        body: { status: 'suspended' },
      });
      t.match(await plan(id), { suspendedReason: 'Left on a bus' });
      t.match(await call(`${of}/suspensions`, { reason: 'Again' }), { status: 409 });
      t.match(await call(`${of}/resumptions`), { status: 201, body: { status: 'active' } });
      t.match(await plan(id), { suspendedAt: null, suspendedReason: null });
    });

    await step('it is taken out and ended, and stays so', async (t) => {
      t.match(await call(`${of}/removals`, { reason: 'Broken tray' }), {
        status: 201,
        body: { device: null },
      });
      t.match(await plan(id), { removedReason: 'Broken tray' });
      t.match(await call(`${of}/endings`, { reason: 'Closed', endedOn: '2026-09-30' }), { status: 422 });
      t.match(await call(`${of}/endings`, { reason: 'Closed', endedOn: '2026-11-24' }), { status: 422 });
      t.match(await call(`${of}/endings`, { reason: 'Closed' }), {
        status: 201,
        body: { status: 'ended', endedOn: '2026-11-23' },
      });
      for (const [what, body] of [
        ['fittings', { deviceId: dongle!.id }],
        ['resumptions', undefined],
        ['endings', { reason: 'Again' }],
      ] as const)
        t.match(
          await call(`${of}/${what}`, body),
          { status: 409, body: { type: '/problems/data-plan-state' } },
          what,
        );
    });

    await step('its history says what was done, without personal text', async (t) => {
      const history = await app.inject({ url: `/api/v1${of}/history`, headers: as.auditor });
      t.same(
        history
          .json()
          .items.map(({ type }: { type: string }) => type.replace('data_plan.', ''))
          .reverse(),
        ['recorded', 'fitted', 'activated', 'renewed', 'renewed', 'suspended', 'resumed', 'removed', 'ended'],
      );
      t.notMatch(JSON.stringify(history.json()), /bus|tray|Closed|89441/, 'no personal text, no SIM number');
      t.equal(
        (
          await app.inject({
            url: '/api/v1/data-plans/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e/history',
            headers: as.officer,
          })
        ).statusCode,
        404,
      );
    });
  },
);

t.test(
  'a suspended SIM that had not started resumes as not started, and is not fitted meanwhile',
  async (t) => {
    const [dongle] = await make.devices(1, { kind: 'dongle' });
    const id = await drawer();
    await suspendPlan(deps, officer, id, { reason: 'Mislaid' });
    t.match(await refusal(fitPlan(deps, officer, id, { deviceId: dongle!.id })), { type: 'data-plan-state' });
    t.match(await refusal(activatePlan(deps, officer, id, { activatedOn: '2026-11-23' })), {
      message: /Resume it first/,
    });
    t.match(await resumePlan(deps, officer, id), { status: 'not_started' });
  },
);

t.test(
  'a SIM in use is refused by naming the device that has it; one plan for a device; none for one that is gone',
  async (t) => {
    const [dongle, other] = await make.devices(2, { kind: 'dongle' });
    const first = sim();
    const { id } = await fitDataPlan(deps, officer, dongle!.id, first);
    t.match(await refusal(fitDataPlan(deps, officer, other!.id, first)), {
      type: 'data-plan-in-use',
      message: new RegExp(`This SIM is in ${dongle!.assetTag}`),
      extra: { dataPlanId: id, deviceId: dongle!.id, assetTag: dongle!.assetTag },
    });
    t.match(await refusal(recordDataPlan(deps, officer, first)), { message: /This SIM is in/ });
    t.match(await refusal(fitDataPlan(deps, officer, dongle!.id, sim())), {
      type: 'data-plan-in-use',
      message: `A SIM is in ${dongle!.assetTag} already. Take it out or end its plan first.`,
    });
    t.match(await refusal(fitPlan(deps, officer, await drawer(), { deviceId: dongle!.id })), {
      type: 'data-plan-in-use',
      message: /A SIM is in/,
    });
    await removePlan(deps, officer, id, {});
    t.match(await refusal(fitDataPlan(deps, officer, other!.id, first)), { message: /lies in the drawer/ });
    await endPlan(deps, officer, id, { reason: 'Handed back to the network' });
    await fitDataPlan(deps, officer, other!.id, first);
    for (const status of ['lost', 'gifted', 'retired'] as const) {
      const loan = await make.loan();
      const { deviceId } = loan.items[0]!;
      const steps = status === 'retired' ? (['lost', 'retired'] as const) : [status];
      for (const step of steps)
        await db.updateTable('device').set({ status: step }).where('id', '=', deviceId).execute();
      t.match(
        await refusal(fitDataPlan(deps, officer, deviceId, sim())),
        { type: 'device-move-refused' },
        status,
      );
      t.match(
        await refusal(fitPlan(deps, officer, await drawer(), { deviceId })),
        { type: 'device-move-refused' },
        status,
      );
    }
  },
);

t.test('networks and allowances are data: an offer stands for network, allowance and months', async (t) => {
  const offers = await listOffers(db);
  t.match(
    offers.map(({ network, gbPerMonth, durationMonths }) => [network, gbPerMonth, durationMonths]),
    [
      ['O2', 25, 12],
      ['Three', 20, 6],
      ['Vodafone', 20, 6],
    ],
  );
  const own = { iccid: sim().iccid, activatedOn: '2026-11-23' };
  const { id, expiresOn } = await recordDataPlan(deps, officer, { ...own, offerId: offers[1]!.id });
  t.equal(expiresOn, '2027-05-23');
  t.match(await plan(id), {
    network: 'Three',
    gbPerMonth: 20,
    durationMonths: 6,
    offer: { source: 'National Databank' },
  });
  t.match(await refusal(recordDataPlan(deps, officer, { ...sim(), offerId: offers[1]!.id })), {
    errors: [{ pointer: '/network' }, { pointer: '/gbPerMonth' }, { pointer: '/durationMonths' }],
  });
  t.match(await refusal(recordDataPlan(deps, officer, own)), {
    errors: [{ pointer: '/network' }, { pointer: '/gbPerMonth' }, { pointer: '/durationMonths' }],
  });
  const added = await addOffer(deps, officer, { network: 'giffgaff', gbPerMonth: null, durationMonths: 1 });
  const again = await app.inject({
    method: 'POST',
    url: '/api/v1/data-offers',
    headers: as.manager,
    payload: { network: 'GiffGaff', gbPerMonth: null, durationMonths: 1 },
  });
  t.match(again.json(), { status: 409, type: '/problems/conflict' });
  t.ok((await retireOffer(deps, officer, added.id)).retiredAt);
  await retireOffer(deps, officer, added.id);
  t.match(await refusal(recordDataPlan(deps, officer, { iccid: sim().iccid, offerId: added.id })), {
    errors: [{ pointer: '/offerId' }],
  });
  t.equal((await listOffers(db)).length, 3);
  t.equal((await listOffers(db, { retired: true })).length, 4);
  t.equal(
    (await app.inject({ method: 'POST', url: '/api/v1/data-offers', headers: as.officer, payload: {} }))
      .statusCode,
    403,
  );
});

t.test('rule 9: a SIM taken out of a device on loan stops the number, with a task', async (t) => {
  const { planId, patientId, loan } = await onLoan();
  t.match(await suspendPlan(deps, officer, planId, { reason: 'Mislaid' }), { numberStopped: false });
  t.equal(await numberOf(patientId), 'reaches them', 'suspending never stops it');
  t.match(await removePlan(deps, officer, planId, {}), { numberStopped: true });
  t.equal(await numberOf(patientId), 'stopped with a task');
  t.match(
    (await timelineOf(db, loan.id, { limit: 1 })).items[0],
    { type: 'data_plan.removed' },
    'the loan tells of it',
  );
});

t.test('rule 9: a plan ended while on loan stops the number, with a task', async (t) => {
  const { planId, patientId } = await onLoan();
  t.match(await endPlan(deps, officer, planId, { reason: 'Closed by the network' }), { numberStopped: true });
  t.equal(await numberOf(patientId), 'stopped with a task');
});

t.test(
  'rule 9: moved to a device of the same person’s loan the number goes on, to any other it stops',
  async (t) => {
    const { planId, patientId, tablet, spare } = await onLoan();
    t.match(await fitPlan(deps, officer, planId, { deviceId: tablet.id }), {
      numberStopped: false,
      device: { id: tablet.id },
    });
    t.equal(await numberOf(patientId), 'reaches them');
    const second = await make.loan({ patientId });
    t.match(await fitPlan(deps, officer, planId, { deviceId: second.items[0]!.deviceId }), {
      numberStopped: false,
    });
    t.equal(await numberOf(patientId), 'reaches them', 'another open loan of the same person');
    await fitPlan(deps, officer, planId, { deviceId: spare.id });
    const other = await make.loan();
    t.match(await fitPlan(deps, officer, planId, { deviceId: other.items[0]!.deviceId }), {
      numberStopped: true,
    });
    t.equal(await numberOf(patientId), 'stopped with a task');
    const third = await onLoan();
    const [shelf] = await make.readyDevices(1, { kind: 'dongle' });
    t.match(await fitPlan(deps, officer, third.planId, { deviceId: shelf!.id }), { numberStopped: true });
    t.equal(await numberOf(third.patientId), 'stopped with a task');
  },
);

t.test(
  'rule 9: a replacement takes the SIM along with its number; what stays in the old device stops',
  async (t) => {
    const { planId, patientId, dongle, spare, tablet } = await onLoan();
    const stop = (trx: Trx, deviceId: string) =>
      stopNumbers(workIn(trx, deps, officer), [{ patientId, deviceId }]);
    const moved = await inside(async (trx) => {
      const result = await movePlan(workIn(trx, deps, officer), dongle.id, spare.id);
      await stop(trx, dongle.id);
      return result;
    });
    t.same(moved, { id: planId, expiresOn: '2027-11-20' });
    t.equal(await numberOf(patientId), 'reaches them');
    t.equal((await getDevice(db, spare.id)).dataPlan!.id, planId);
    await fitDataPlan(deps, officer, dongle.id, sim());
    t.equal(
      await inside((trx) => movePlan(workIn(trx, deps, officer), spare.id, dongle.id)),
      null,
      'it has one of its own',
    );
    t.equal(
      await inside((trx) => movePlan(workIn(trx, deps, officer), tablet.id, dongle.id)),
      null,
      'nothing to move',
    );
    await inside((trx) => stop(trx, spare.id));
    t.equal(await numberOf(patientId), 'stopped with a task');
  },
);

t.test(
  'an incident suspends the plan of a device, and its number stays; with its end on loan the number stops',
  async (t) => {
    const { planId, patientId, dongle, tablet } = await onLoan();
    t.same(
      await inside((trx) => suspendPlanOf(workIn(trx, deps, officer), dongle.id, { reason: 'Stolen' })),
      {
        id: planId,
      },
    );
    t.equal(
      await inside((trx) => suspendPlanOf(workIn(trx, deps, officer), dongle.id, { reason: 'Stolen' })),
      null,
    );
    t.equal(
      await inside((trx) => suspendPlanOf(workIn(trx, deps, officer), tablet.id, { reason: 'Stolen' })),
      null,
    );
    t.equal(await numberOf(patientId), 'reaches them');
    t.match(await endPlan(deps, officer, planId, { reason: 'Gone for good' }), { numberStopped: true });
    t.equal(await numberOf(patientId), 'stopped with a task');
    t.match(await plan(planId), { status: 'ended', endedReason: 'Gone for good', device: { id: dongle.id } });
  },
);

t.test(
  'the list: by status, network and place; those on loan that end soon come earliest first',
  async (t) => {
    const list = async (query: string) => {
      const reply = await app.inject({ url: `/api/v1/data-plans?${query}`, headers: as.officer });
      t.equal(reply.statusCode, 200, query);
      return reply.json() as { items: { id: string; status: string }[]; next: string | null };
    };
    for (const status of planStatuses) {
      const { items } = await list(`status=${status}`);
      t.ok(items.length && items.every((one) => one.status === status), status);
    }
    const id = await drawer({ network: 'Lebara' });
    t.same(
      (await list('network=Lebara')).items.map((one) => one.id),
      [id],
    );
    t.ok((await list('unfitted=true')).items.some((one) => one.id === id));
    t.notOk((await list('unfitted=false')).items.some((one) => one.id === id));
    t.ok((await listNetworks(db)).includes('Lebara'));
    const first = await list('limit=1');
    const second = await list(`limit=1&after=${first.next}`);
    t.not(first.items[0]!.id, second.items[0]!.id);
    t.equal(
      (await app.inject({ url: '/api/v1/data-plans?ending=never', headers: as.officer })).statusCode,
      400,
    );
  },
);

t.test(
  'two fittings of one SIM at once, of two SIMs into one device, and two records of one SIM: one outcome',
  async (t) => {
    const devices = await make.devices(12, { kind: 'dongle' });
    const conflicts = (outcomes: PromiseSettledResult<unknown>[], types: string[], wins = 1) => {
      t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, wins);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') t.ok(types.includes(outcome.reason.type), outcome.reason.message);
    };
    const ids = await Promise.all(Array.from({ length: 6 }, () => drawer()));
    conflicts(
      await Promise.allSettled(ids.map((id) => fitPlan(deps, officer, id, { deviceId: devices[0]!.id }))),
      ['data-plan-in-use'],
    );
    const same = sim();
    conflicts(
      await Promise.allSettled(devices.slice(1, 9).map(({ id }) => fitDataPlan(deps, officer, id, same))),
      ['data-plan-in-use'],
    );
    const id = await drawer();
    const moves = await atOnce(
      db,
      sql`select from data_plan where id = ${id} for update`,
      devices.slice(9).map((device) => () => fitPlan(deps, officer, id, { deviceId: device.id })),
    );
    conflicts(moves, ['data-plan-in-use']);
    const where = await plan(id);
    t.ok(where.device);
    const inDevices = await Promise.all(devices.slice(9).map((device) => getDevice(db, device.id)));
    t.equal(inDevices.filter(({ dataPlan }) => dataPlan).length, 1);
  },
);

t.test('a renewal sent twice with one key counts once', async (t) => {
  const id = await drawer({ activatedOn: '2026-11-20' });
  const renewals = await Promise.all(
    Array.from({ length: 4 }, () =>
      app.inject({
        method: 'POST',
        url: `/api/v1/data-plans/${id}/renewals`,
        headers: { ...as.officer, 'idempotency-key': 'renewal-1' },
        payload: { months: 6 },
      }),
    ),
  );
  t.ok(renewals.some(({ statusCode }) => statusCode === 201));
  t.ok(renewals.every(({ statusCode }) => statusCode === 201 || statusCode === 409));
  t.equal((await plan(id)).expiresOn, '2028-05-20');
});

t.test('rule 9: ending, moving and returning at once end in one story, without a deadlock', async (t) => {
  for (let round = 0; round < 6; round++) {
    const { loan, planId, patientId, dongle, tablet } = await onLoan();
    const item = loan.items.find(({ deviceId }) => deviceId === dongle.id)!;
    const outcomes = await Promise.allSettled([
      endPlan(deps, officer, planId, { reason: 'Closed' }),
      fitPlan(deps, officer, planId, { deviceId: tablet.id }),
      returnItems(deps, officer, loan.id, { items: [{ itemId: item.id, condition: 'B' }] }),
      renewPlan(deps, officer, planId, { months: 1 }),
    ]);
    t.equal(outcomes[0]!.status, 'fulfilled');
    t.equal(outcomes[2]!.status, 'fulfilled');
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        t.equal(outcome.reason.type, 'data-plan-state', outcome.reason.message);
    t.equal((await plan(planId)).status, 'ended');
    t.equal(await numberOf(patientId), 'stopped with a task');
  }
});
