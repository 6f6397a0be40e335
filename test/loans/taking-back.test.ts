import { sql } from 'kysely';
import t from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { extendLoan } from '../../src/lending/loans/extension.commands.ts';
import { listHolders } from '../../src/lending/loans/holder.queries.ts';
import { countLoans, getLoan } from '../../src/lending/loans/loan.queries.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { takeBackIssue } from '../../src/lending/loans/taking-back.commands.ts';
import { reach } from '../../src/office/reports/reach.queries.ts';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { testApp } from '../helpers/app.ts';
import { onBothClocks } from '../helpers/both-clocks.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const onBoth = onBothClocks(clock);
const period = { from: '2026-11-01', to: '2026-12-31' };
const takeBack = (id: string, ctx = officer) => takeBackIssue(deps, ctx, id, { reason: 'wrong_person' });
const statusOf = async (deviceId: string) => {
  const { status, cycle } = await getDevice(db, deviceId);
  return `${status} ${cycle}`;
};
const chargers = async (locationId: string) => {
  const { rows } = await sql<{ quantity: number }>`select quantity from accessory_stock s
    join accessory a on a.id = s.accessory_id where a.kind = 'Charger' and s.location_id = ${locationId}`.execute(
    db,
  );
  return rows[0]?.quantity;
};
const remind = (patientId: string, subjectId: string, status: string) =>
  sql`insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, status, created_at)
    values (new_id(), ${patientId}, 'return_due', ${subjectId}, '14_days', '2026-12-07', now() + interval '30 days', ${status}, now())`.execute(
    db,
  );

onBoth('an issue that is taken back leaves everything as it was before, and the story of both', async (t) => {
  const store = await make.store({ Charger: 3 });
  const referral = await make.waitingReferral({ needs: ['device', 'support'] });
  const [held, other] = await make.readyDevices(2);
  await allocateDevice(deps, officer, referral.id, { deviceId: held!.id });
  const loan = await make.loan({
    referralId: referral.id,
    items: [{ deviceId: held!.id }, { deviceId: other!.id }],
    accessories: [{ kind: 'Charger', quantity: 2 }],
    stockLocationId: store.id,
  });
  const { patient } = await getLoan(db, clock, loan.id);
  t.ok(loan.followUps.length);
  await remind(patient!.id, loan.id, 'standing');
  t.equal(await chargers(store.id), 1);
  const before = {
    loans: await countLoans(db, clock, {}),
    report: await reach.read(db, period, '2026-11-23'),
  };

  t.match(await takeBack(loan.id), {
    loan: { status: 'recorded_by_mistake' },
    devices: [{ status: 'reserved' }, { status: 'ready' }],
    referral: { status: 'waiting' },
  });

  t.equal(await statusOf(held!.id), 'reserved 1', 'its allocation holds it again');
  t.equal(await statusOf(other!.id), 'ready 1');
  t.equal(await chargers(store.id), 3);
  const now = await getReferral(db, officer.actor, referral.id);
  t.match(now, { status: 'waiting', waitingPosition: 1 });
  t.same(
    now.needs.map(({ need, status }) => [need, status]),
    [
      ['device', 'open'],
      ['support', 'open'],
    ],
  );
  const after = await getLoan(db, clock, loan.id);
  t.match(after, { status: 'recorded_by_mistake', overdue: false });
  t.same([...new Set(after.followUps.map(({ status }) => status))], ['cancelled']);
  const { rows } = await sql<{
    status: string;
  }>`select status from reminder where subject_id = ${loan.id}`.execute(db);
  t.same(rows, [{ status: 'cancelled' }]);
  t.equal(await countLoans(db, clock, {}), before.loans - 1, 'lists have it no more');
  const report = await reach.read(db, period, '2026-11-23');
  t.equal(Number(before.report.headline.loans) - Number(report.headline.loans), 1);
  t.equal(Number(before.report.headline.items) - Number(report.headline.items), 2);
  t.same((await listHolders(db, held!.id, { limit: 10 })).items, [], 'nobody had it');
  for (const id of [loan.id, referral.id, held!.id, patient!.id]) {
    const types = (await timelineOf(db, id, { limit: 50 })).items.map(({ type }) => type);
    t.ok(types.includes('loan.issued') && types.includes('loan.issue_taken_back'), 'the story has both');
  }

  const again = await make.loan({ referralId: referral.id, items: [{ deviceId: held!.id }] });
  t.ok(again.followUps.length, 'its support begins with the right loan');
  t.equal(await statusOf(held!.id), 'on_loan 1');
});

t.test('twice is once, also at the same moment', async (t) => {
  const loan = await make.loan();
  const answers = await Promise.all([takeBack(loan.id), takeBack(loan.id)]);
  t.same(answers[0], answers[1]);
  t.equal(
    (await timelineOf(db, loan.id, { limit: 50 })).items.filter(
      ({ type }) => type === 'loan.issue_taken_back',
    ).length,
    1,
  );
});

t.test('a return at the same moment: one of the two, and the whole of it', async (t) => {
  let back = 0;
  for (let round = 0; round < 8; round++) {
    const loan = await make.loan();
    // The return begins at once, or only after the other has read what it asks.
    const reads = round % 2 ? [1, 2, 3] : [];
    const outcomes = await Promise.allSettled([
      takeBack(loan.id),
      reads
        .reduce<Promise<unknown>>(
          (before) => before.then(() => getLoan(db, clock, loan.id)),
          Promise.resolve(),
        )
        .then(() =>
          returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] }),
        ),
    ]);
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    const lost = outcomes.find((one) => one.status === 'rejected') as PromiseRejectedResult;
    t.ok(['taking-back-refused', 'loan-closed'].includes((lost.reason as Problem).type));
    const isTakenBack = outcomes[0]!.status === 'fulfilled';
    if (isTakenBack) back++;
    t.equal((await getLoan(db, clock, loan.id)).status, isTakenBack ? 'recorded_by_mistake' : 'closed');
    t.equal(await statusOf(loan.items[0]!.deviceId), isTakenBack ? 'ready 1' : 'in_preparation 2');
  }
  t.comment(`${back} of 8 were taken back`);
});

t.test('what has followed refuses it, and is named', async (t) => {
  const returned = await make.loan({ count: 2 });
  await returnItems(deps, officer, returned.id, {
    items: [{ itemId: returned.items[0]!.id, condition: 'B' }],
  });
  const reported = await make.loan();
  await reportIncident(deps, officer, reported.id, {
    itemId: reported.items[0]!.id,
    kind: 'faulty',
    reportedOn: '2026-11-23',
  });
  const extended = await make.loan({ dueOn: '2026-12-07' });
  await extendLoan(deps, officer, extended.id, { dueOn: '2027-03-08', reason: 'On a course' });
  const spoken = await make.loan();
  await recordOutcome(deps, officer, spoken.followUps[0]!.id, { result: 'done' });
  for (const [loan, why] of [
    [returned, new RegExp(`${returned.items[0]!.assetTag} came back`)],
    [reported, /Incident I-\w+ is about it/],
    [extended, /Its date was changed/],
    [spoken, /A follow-up of it has its outcome/],
  ] as const) {
    t.match(await refusal(takeBack(loan.id)), { type: 'taking-back-refused', detail: why });
    t.equal((await getLoan(db, clock, loan.id)).status, 'open');
  }
});

onBoth('who was told that it is due back is told otherwise by staff', async (t) => {
  const loan = await make.loan();
  const { patient } = await getLoan(db, clock, loan.id);
  await remind(patient!.id, loan.id, 'said');
  await takeBack(loan.id);
  const { rows } = await sql<{
    kind: string;
  }>`select kind from task where subject_id = ${loan.id} and status = 'open'`.execute(db);
  t.same(rows, [{ kind: 'tell_of_change' }]);
});

t.test('the page and the API', async (t) => {
  const loan = await make.loan();
  const url = `/loans/${loan.id}/takings-back`;
  const call = (payload: object, headers: Record<string, string> = as.officer) =>
    app.inject({ method: 'POST', url: `/api/v1${url}`, headers, payload });
  const { get, post } = forms(app, as.officer);
  t.equal((await call({ reason: 'other' })).statusCode, 422);
  t.equal((await call({ reason: 'other', note: 'A slip' }, as.auditor)).statusCode, 403);
  t.match((await get(url)).body, /is in stock again as it was before/);
  t.match((await get(`/loans/${loan.id}`)).body, /Recorded by mistake/);
  t.match((await post(url, { reason: 'other' })).body, /Say in a few words what was wrong/);
  const done = await post(url, { reason: 'other', note: 'A slip' });
  t.match(done, { statusCode: 303, headers: { location: `/loans/${loan.id}` } });
  t.match((await get(`/loans/${loan.id}`)).body, /counts nowhere\.[\s\S]*Something else[\s\S]*A slip/);
  t.match((await get(url)).body, /taken back already/);
  t.equal((await call({ reason: 'recorded_twice' })).statusCode, 201, 'twice is once');
  const refused = returnItems(deps, officer, loan.id, {
    items: [{ itemId: loan.items[0]!.id, condition: 'B' }],
  });
  t.match(await refusal(refused), { detail: 'This loan was recorded by mistake.' });
  t.match((await get('/loans?status=recorded_by_mistake')).body, new RegExp(loan.reference));
});

t.test('after the limit a manager alone; a need that another loan meets stays met', async (t) => {
  const referral = await make.waitingReferral();
  const first = await make.loan({ referralId: referral.id });
  await make.loan({ referralId: referral.id });
  clock.set('2026-12-08T09:30:00Z');
  t.match(await refusal(takeBack(first.id)), { detail: /14 days ago. A manager/ });
  t.match(await takeBack(first.id, manager), { referral: { status: 'active' } });
  const { needs } = await getReferral(db, officer.actor, referral.id);
  t.equal(needs.find(({ need }) => need === 'device')?.status, 'met');
  t.ok(
    (await getLoan(db, clock, first.id)).followUps.every(({ status }) => status === 'cancelled') ||
      (await getLoan(db, clock, first.id)).followUps.length === 0,
    'what is ahead goes over to the other loan',
  );
});
