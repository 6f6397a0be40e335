import { sql } from 'kysely';
import t from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { takeBackReport } from '../../src/lending/incidents/report-back.commands.ts';
import { correctLoan } from '../../src/lending/loans/correction.commands.ts';
import { listHolders } from '../../src/lending/loans/holder.queries.ts';
import { countLoans, getLoan } from '../../src/lending/loans/loan.queries.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { swapDevice } from '../../src/lending/loans/swap.commands.ts';
import { takeBackIssue } from '../../src/lending/loans/taking-back.commands.ts';
import { reach } from '../../src/office/reports/reach.queries.ts';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const morning = '2026-11-23T09:30:00Z';
t.beforeEach(() => clock.set(morning));

type Lent = Awaited<ReturnType<typeof make.loan>>;
const swap = (
  loan: Lent,
  deviceId: string,
  { item = 0, ctx = officer, reason }: Partial<{ item: number; ctx: typeof officer; reason: string }> = {},
) => swapDevice(deps, ctx, loan.id, { itemId: loan.items[item]!.id, deviceId, ...(reason && { reason }) });
const statusOf = async (deviceId: string) => {
  const { status, cycle } = await getDevice(db, deviceId);
  return `${status} ${cycle}`;
};
const spare = async (device: Parameters<typeof make.readyDevices>[1] = {}) =>
  (await make.readyDevices(1, device))[0]!;
const typesOf = async (id: string) => (await timelineOf(db, id, { limit: 50 })).items.map(({ type }) => type);
const needsOf = async (id: string) =>
  Object.fromEntries(
    (await getReferral(db, officer.actor, id)).needs.map(({ need, status }) => [need, status]),
  );
const sim = (n: number) => ({
  network: 'Vodafone' as const,
  iccid: `894410003001234567${n}`,
  gbPerMonth: 20,
  durationMonths: 12,
  activatedOn: '2026-11-23',
});

t.test(
  'the right device is on loan since the handover, the wrong one is what it was, and the story has both',
  async (t) => {
    const loan = await make.loan({ handover: { way: 'in_person', on: '2026-11-23' } });
    const right = await spare();
    clock.set('2026-11-25T10:00:00Z');
    const before = {
      loans: await countLoans(db, clock, {}),
      report: await reach.read(db, { from: '2026-11-01', to: '2026-12-31' }, '2026-11-25'),
    };
    const [wrong] = loan.items;
    const done = await swap(loan, right.id, { reason: 'Two looked alike' });
    t.match(done, {
      loan: { status: 'open' },
      item: { deviceId: right.id, status: 'on_loan' },
      swapped: { itemId: wrong!.id, deviceStatus: 'ready' },
      warnings: [],
    });
    t.equal(await statusOf(wrong!.deviceId), 'ready 1', 'in the same cycle');
    t.equal(await statusOf(right.id), 'on_loan 1');
    t.same((await listHolders(db, wrong!.deviceId, { limit: 10 })).items, [], 'nobody had it');
    t.match((await listHolders(db, right.id, { limit: 10 })).items, [{ from: '2026-11-23', until: null }]);
    const after = await getLoan(db, clock, loan.id);
    t.same(
      after.items.map(({ assetTag }) => assetTag),
      [right.assetTag],
    );
    t.same(
      after.followUps.map(({ status, dueOn }) => [status, dueOn]),
      loan.followUps.map(({ status, dueOn }) => [status, dueOn]),
    );
    t.equal(await countLoans(db, clock, {}), before.loans);
    const report = await reach.read(db, { from: '2026-11-01', to: '2026-12-31' }, '2026-11-25');
    t.same(report.headline, before.report.headline, 'as many devices went out as before');
    for (const id of [loan.id, wrong!.deviceId, right.id, after.patient!.id, after.referral!.id])
      t.ok((await typesOf(id)).includes('loan.device_swapped'));
    const { rows } = await sql<{
      all: string;
    }>`select row_to_json(e)::text as all from event e where type = 'loan.device_swapped'`.execute(db);
    t.notMatch(rows.map(({ all }) => all).join(), /alike/);

    await returnItems(deps, officer, loan.id, { items: [{ itemId: done.item.id, condition: 'B' }] });
    t.equal((await getLoan(db, clock, loan.id)).status, 'closed', 'the wrong one is not missing');
    const other = await make.loan({ items: [{ deviceId: wrong!.deviceId }] });
    t.equal(other.status, 'open', 'the wrong one goes out to someone else');
  },
);

t.test(
  'what held either for the referral ends, and an issue taken back afterwards holds the right one',
  async (t) => {
    const referral = await make.waitingReferral({ needs: ['device'] });
    const [held, right] = await make.readyDevices(2);
    await allocateDevice(deps, officer, referral.id, { deviceId: held!.id });
    const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: held!.id }] });
    clock.set('2026-11-23T09:40:00Z');
    await swap(loan, right!.id);
    t.equal(await statusOf(held!.id), 'ready 1', 'held for nobody');
    t.same(
      (await sql`select status from allocation where referral_id = ${referral.id} order by id`.execute(db))
        .rows,
      [{ status: 'released' }],
    );
    t.match(await needsOf(referral.id), { device: 'met' });

    const [first, theirs] = [await spare(), await spare()];
    const second = await make.waitingReferral({ needs: ['device'] });
    await allocateDevice(deps, officer, second.id, { deviceId: theirs.id });
    const wrong = await make.loan({ referralId: second.id, items: [{ deviceId: first.id }] });
    clock.set('2026-11-23T09:50:00Z');
    await swap(wrong, theirs.id);
    t.equal(await statusOf(theirs.id), 'on_loan 1', 'held for this referral, it goes');
    const back = await takeBackIssue(deps, officer, wrong.id, { reason: 'wrong_person' });
    t.same(
      back.devices.map(({ assetTag, status }) => [assetTag, status]),
      [[theirs.assetTag, 'reserved']],
    );
    t.equal(await statusOf(first.id), 'ready 1');
    t.match(await needsOf(second.id), { device: 'open' });
  },
);

t.test('the needs are met as before, or it is refused', async (t) => {
  const referral = await make.waitingReferral({ needs: ['device', 'data'] });
  const withData = await spare();
  await fitDataPlan(deps, officer, withData.id, sim(1));
  const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: withData.id }] });
  const without = await spare();
  t.match(await refusal(swap(loan, without.id)), {
    type: 'swap-refused',
    detail: /met the need for data, and LW-\w+ does not. Take the issue back, then issue the right device/,
  });
  t.match(await refusal(swap(loan, (await spare({ kind: 'dongle' })).id)), {
    type: 'swap-refused',
    detail: /is a tablet and LW-\w+ a dongle, which is for another need/,
  });
  const alsoData = await spare({ kind: 'phone' });
  await fitDataPlan(deps, officer, alsoData.id, sim(2));
  t.equal(
    (await swap(loan, alsoData.id)).item.assetTag,
    alsoData.assetTag,
    'a phone for a tablet, with data',
  );

  const other = await make.waitingReferral({ needs: ['device', 'data'] });
  const plain = await make.loan({ referralId: other.id, items: [{ deviceId: without.id }] });
  t.match(await needsOf(other.id), { device: 'met', data: 'open' });
  clock.set('2026-11-23T09:50:00Z');
  await swap(plain, withData.id);
  t.match(await needsOf(other.id), { device: 'met', data: 'met' });
  await takeBackIssue(deps, officer, plain.id, { reason: 'wrong_person' });
  t.match(await needsOf(other.id), { device: 'open', data: 'open' });
});

t.test('what may not go out, or was elsewhere on that day, is refused as at an issue', async (t) => {
  const loan = await make.loan();
  const [raw] = await make.devices(1);
  t.match(await refusal(swap(loan, raw!.id)), { type: 'device-not-available', detail: /being prepared/ });
  const out = await make.loan();
  t.match(await refusal(swap(loan, out.items[0]!.deviceId)), {
    type: 'device-not-available',
    extra: { conflicts: [{ loanId: out.id }] },
  });
  const referral = await make.waitingReferral();
  const theirs = await spare();
  await allocateDevice(deps, officer, referral.id, { deviceId: theirs.id, skipReason: 'Needed at once' });
  t.match(await refusal(swap(loan, theirs.id)), { type: 'device-not-available', detail: /is reserved/ });
  t.match(await refusal(swap(loan, loan.items[0]!.deviceId)), {
    errors: [{ pointer: '/deviceId', message: /is what is written down already/ }],
  });

  clock.set('2026-11-25T10:00:00Z');
  await returnItems(deps, officer, out.id, { items: [{ itemId: out.items[0]!.id, condition: 'B' }] });
  for (const kind of ['sanitisation', 'electrical', 'setup'] as const)
    await make.pass(out.items[0]!.deviceId, kind);
  t.match(await refusal(swap(loan, out.items[0]!.deviceId)), {
    errors: [
      {
        pointer: '/deviceId',
        message: /went out on 2026-11-23, and LW-\w+ came back to us only on 2026-11-25/,
      },
    ],
  });
  const arrived = await spare();
  t.match((await swap(loan, arrived.id)).warnings, [/is written down as given to us on 2026-11-25/]);
});

t.test('what has followed for the item refuses it; what followed for another does not', async (t) => {
  const loan = await make.loan({ count: 3 });
  const [first, second, third] = loan.items;
  await returnItems(deps, officer, loan.id, { items: [{ itemId: first!.id, condition: 'B' }] });
  const incident = await reportIncident(deps, officer, loan.id, {
    itemId: second!.id,
    kind: 'faulty',
    reportedOn: '2026-11-23',
  });
  const right = await spare();
  for (const [item, detail] of [
    [0, new RegExp(`${first!.assetTag} came back`)],
    [1, new RegExp(`Incident I-\\w+ is about ${second!.assetTag}`)],
  ] as const)
    t.match(await refusal(swap(loan, right.id, { item })), { type: 'swap-refused', detail });
  t.equal((await swap(loan, right.id, { item: 2 })).swapped.assetTag, third!.assetTag);
  t.match(await refusal(swap(loan, (await spare()).id, { item: 2 })), {
    type: 'swap-refused',
    detail: `${third!.assetTag} is no longer on this loan: ${right.assetTag} is.`,
  });
  await takeBackReport(deps, officer, incident.id, { reason: 'It works' });
  t.equal(
    (await swap(loan, (await spare()).id, { item: 1 })).swapped.assetTag,
    second!.assetTag,
    'an incident that was a mistake is none',
  );

  const late = await make.loan();
  const mistaken = await make.loan();
  await takeBackIssue(deps, officer, mistaken.id, { reason: 'wrong_person' });
  const other = await spare();
  t.match(await refusal(swap(mistaken, other.id)), { type: 'swap-refused', detail: /recorded by mistake/ });
  t.match(
    await refusal(swapDevice(deps, officer, late.id, { itemId: mistaken.items[0]!.id, deviceId: other.id })),
    {
      type: 'not-found',
    },
  );
  clock.set('2026-12-08T09:30:00Z');
  t.match(await refusal(swap(late, other.id)), { detail: /14 days ago. A manager/ });
  t.equal((await swap(late, other.id, { ctx: manager })).item.assetTag, other.assetTag);
});

const lockOf = (loan: Lent) => sql`select from loan where id = ${loan.id} for update`;

t.test('twice is once, also at the same moment; of two devices one is chosen', async (t) => {
  const loan = await make.loan();
  const [right, other] = await make.readyDevices(2);
  const same = await atOnce(db, lockOf(loan), [() => swap(loan, right!.id), () => swap(loan, right!.id)]);
  const answers = same.map((one) => one.status === 'fulfilled' && one.value.item.assetTag);
  t.same(answers, [right!.assetTag, right!.assetTag]);
  t.equal((await typesOf(loan.id)).filter((type) => type === 'loan.device_swapped').length, 1);

  const again = await make.loan();
  const two = await atOnce(db, lockOf(again), [
    () => swap(again, other!.id),
    async () => swap(again, (await spare()).id),
  ]);
  t.equal(two.filter(({ status }) => status === 'fulfilled').length, 1);
  const lost = two.find((one) => one.status === 'rejected') as PromiseRejectedResult;
  t.equal((lost.reason as Problem).type, 'swap-refused');
  t.equal((await getLoan(db, clock, again.id)).items.length, 1);

  const [one, two_] = [await make.loan(), await make.loan()];
  const wanted = await spare();
  const both = await atOnce(db, sql`select from device where id = ${wanted.id} for update`, [
    () => swap(one, wanted.id),
    () => swap(two_, wanted.id),
  ]);
  t.equal(both.filter(({ status }) => status === 'fulfilled').length, 1, 'one device goes out once');
  const refused = both.find((one) => one.status === 'rejected') as PromiseRejectedResult;
  t.equal((refused.reason as Problem).type, 'device-not-available');
});

t.test('a return at the same moment: one of the two, and the whole of it', async (t) => {
  for (let round = 0; round < 6; round++) {
    const loan = await make.loan();
    const right = await spare();
    const [item] = loan.items;
    const calls: (() => Promise<unknown>)[] = [
      () => swap(loan, right.id),
      () => returnItems(deps, officer, loan.id, { items: [{ itemId: item!.id, condition: 'B' }] }),
    ];
    const order = round % 2 ? calls.toReversed() : calls;
    const outcomes = await atOnce(db, lockOf(loan), order);
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    const lost = outcomes.find((one) => one.status === 'rejected') as PromiseRejectedResult;
    t.ok(
      ['swap-refused', 'item-already-ended'].includes((lost.reason as Problem).type),
      (lost.reason as Problem).type,
    );
    const isSwapped = (lost.reason as Problem).type === 'item-already-ended';
    t.equal((await getLoan(db, clock, loan.id)).status, isSwapped ? 'open' : 'closed');
    t.equal(await statusOf(item!.deviceId), isSwapped ? 'ready 1' : 'in_preparation 2');
    t.equal(await statusOf(right.id), isSwapped ? 'on_loan 1' : 'ready 1');
  }
});

t.test('the API and the page', async (t) => {
  const loan = await make.loan();
  const [right, unseen] = await make.readyDevices(2);
  const [item] = loan.items;
  const api = apiOf(app, as.officer);
  const path = `/loans/${loan.id}/swaps`;
  t.equal(
    (await apiOf(app, as.auditor)('POST', path, { itemId: item!.id, assetTag: right!.assetTag })).status,
    403,
  );
  t.match(await api('POST', path, { itemId: item!.id }), {
    status: 422,
    body: { errors: [{ pointer: '/assetTag' }] },
  });
  t.match(await api('POST', path, { itemId: item!.id, assetTag: 'LW-000000' }), { status: 422 });
  const { get, post } = forms(app, as.officer);
  t.match((await get(`/loans/${loan.id}`)).body, /Wrong device\?/);
  t.match((await get(`${path}?item=${item!.id}`)).body, /is in stock again as it was before/);
  t.match((await get(path)).body, new RegExp(`swaps\\?item=${item!.id}`), 'which one is asked');
  for (const itemId of ['none', [item!.id, item!.id]]) {
    const { statusCode, body } = await post(path, { itemId, scan: '' });
    t.equal(statusCode, 422);
    t.match(body, new RegExp(`swaps\\?item=${item!.id}`), 'which one is asked again');
  }
  t.match((await post(path, { itemId: item!.id, scan: '' })).body, /Scan or type the label/);
  t.match((await post(path, { itemId: item!.id, scan: 'nothing' })).body, /No device here has the label/);
  const asked = await spare({ kind: 'sim' });
  t.match((await post(path, { itemId: item!.id, scan: asked.assetTag })).body, /which is for another need/);

  await sql`update device set missed_on = '2026-11-20' where id = ${unseen!.id}`.execute(db);
  const once = await post(path, { itemId: item!.id, scan: unseen!.assetTag });
  t.match(once.body, /send the form once more if this is what went/);
  const form = { itemId: item!.id, scan: unseen!.assetTag, warned: unseen!.assetTag, reason: 'A slip' };
  const done = await post(path, { ...form, _once: 'one-form' });
  t.match(done, { statusCode: 303, headers: { location: `/loans/${loan.id}` } });
  t.match(await post(path, { ...form, _once: 'one-form' }), { statusCode: 303 }, 'pressed twice is once');
  t.equal((await getDevice(db, unseen!.id)).missedOn ?? null, null, 'it was in hand');
  const page = (await get(`/loans/${loan.id}`)).body;
  t.match(
    page,
    new RegExp(`${item!.assetTag} was written down by mistake; ${unseen!.assetTag} went. A slip`),
  );
  t.match(
    page.replaceAll(/<[^>]+>/g, ''),
    new RegExp(`Put right: ${unseen!.assetTag} went out, and not ${item!.assetTag}`),
  );
  t.match((await get(`${path}?item=${item!.id}`)).body, /is no longer on this loan/);
  t.match(await api('POST', path, { itemId: item!.id, assetTag: unseen!.assetTag }), {
    status: 201,
    body: { item: { assetTag: unseen!.assetTag } },
  });
});

t.test(
  'a number stops with the device that never went, and the handover is put right afterwards',
  async (t) => {
    const referral = await make.waitingReferral({
      needs: ['device'],
      person: {
        contactPoints: ['07700 900555', '07700 900556'].map((value) => ({
          channel: 'sms',
          value,
          safe: true,
        })),
      },
    });
    const wrong = await spare({ kind: 'phone' });
    const right = await spare({ kind: 'phone' });
    await fitDataPlan(deps, officer, wrong.id, { ...sim(3), msisdn: '07700 900555' });
    await fitDataPlan(deps, officer, right.id, { ...sim(4), msisdn: '07700 900556' });
    const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: wrong.id }] });
    await swap(loan, right.id);
    const points = await sql<{ value: string; stopped: boolean }>`
    select value, stopped_at is not null as stopped from contact_point
    where patient_id = (select patient_id from loan where id = ${loan.id}) order by position`.execute(db);
    t.same(
      points.rows.map(({ stopped }) => stopped),
      [true, false],
    );
    await correctLoan(deps, { ...officer, ifMatch: '*' }, loan.id, { handover: { on: '2026-11-25' } });
    const items = await sql<object>`
    select status, issued_on, ended_on from loan_item where loan_id = ${loan.id} order by id`.execute(db);
    t.same(items.rows, [
      { status: 'recorded_by_mistake', issued_on: '2026-11-25', ended_on: '2026-11-25' },
      { status: 'on_loan', issued_on: '2026-11-25', ended_on: null },
    ]);
  },
);
