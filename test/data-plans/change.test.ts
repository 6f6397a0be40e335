import t from 'tap';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { changePlan } from '../../src/stock/data-plans/change.commands.ts';
import type { DataPlanChange } from '../../src/stock/data-plans/change.schemas.ts';
import { activatePlan, renewPlan } from '../../src/stock/data-plans/course.commands.ts';
import { fitDataPlan, recordDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import type { NewDataPlan } from '../../src/stock/data-plans/data-plan.schemas.ts';
import { endPlan } from '../../src/stock/data-plans/ending.commands.ts';
import { addOffer } from '../../src/stock/data-plans/offer.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.officer);

let sims = 0;
const iccidOf = (n: number) => `894410000000${String(n).padStart(6, '0')}`;
const sim = (changes: Partial<NewDataPlan> = {}): NewDataPlan => ({
  network: 'O2',
  iccid: iccidOf(++sims),
  gbPerMonth: 25,
  durationMonths: 12,
  ...changes,
});
const drawer = async (changes: Partial<NewDataPlan> = {}) =>
  (await recordDataPlan(deps, officer, sim(changes))).id;
const seen = (id: string) => api('GET', `/data-plans/${id}`);
async function change(id: string, body: DataPlanChange) {
  const { etag } = await seen(id);
  return api('PATCH', `/data-plans/${id}`, body, { 'if-match': etag });
}
const at = (pointer: string, message: RegExp) => ({ status: 422, body: { errors: [{ pointer, message }] } });

t.test('what was written down wrong of a SIM and its plan is corrected, with its history', async (t) => {
  const id = await drawer();
  const done = await change(id, {
    iccid: '8944 1160-5979 9981 699f',
    msisdn: '07700 900321',
    network: ' EE ',
    gbPerMonth: null,
    durationMonths: 6,
    activatedOn: '2026-11-20',
  });
  const now = {
    iccid: '8944116059799981699',
    msisdn: '+447700900321',
    network: 'EE',
    gbPerMonth: null,
    durationMonths: 6,
    status: 'active',
    activatedOn: '2026-11-20',
    expiresOn: '2027-05-20',
  };
  t.match(done, { status: 200, body: { ...now, numberStopped: false } });
  t.match((await seen(id)).body, now);
  const [event] = (await api('GET', `/data-plans/${id}/history`)).body.items;
  t.match(event, {
    type: 'data_plan.corrected',
    values: {
      before: { network: 'O2', gbPerMonth: 25, durationMonths: 12, activatedOn: null, expiresOn: null },
      after: { network: 'EE', gbPerMonth: null, durationMonths: 6, expiresOn: '2027-05-20' },
      from: 'not_started',
      to: 'active',
    },
    fields: ['iccid', 'msisdn'],
  });
  t.notMatch(JSON.stringify(event), /89441160|7700900321/);
  const same = await change(id, { iccid: '8944116059799981699F', network: 'EE' });
  t.equal(same.status, 200);
  t.equal((await api('GET', `/data-plans/${id}/history`)).body.items.length, 2, 'no change is no event');
  t.match((await change(id, { iccid: '8944116059799981698' })).body.warnings, [/does not fit the others/]);

  const none = await change(id, { activatedOn: null, msisdn: null });
  t.match(none.body, { status: 'not_started', activatedOn: null, expiresOn: null, msisdn: null });
});

t.test('it wants the version that its author saw', async (t) => {
  const id = await drawer();
  const { etag } = await seen(id);
  clock.set('2026-11-23T09:31:00Z');
  t.equal((await api('PATCH', `/data-plans/${id}`, { network: 'EE' })).status, 428);
  t.equal((await api('PATCH', `/data-plans/${id}`, { network: 'EE' }, { 'if-match': etag })).status, 200);
  const late = await api('PATCH', `/data-plans/${id}`, { network: 'Three' }, { 'if-match': etag });
  t.match(late, { status: 412, body: { type: '/problems/changed-meanwhile' } });
  const auditor = apiOf(app, as.auditor);
  t.equal((await auditor('PATCH', `/data-plans/${id}`, { network: 'X' }, { 'if-match': '*' })).status, 403);
  const nobody = '/data-plans/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
  t.equal((await api('PATCH', nobody, { network: 'X' }, { 'if-match': '*' })).status, 404);
});

t.test('what cannot be so is refused, with what would be right', async (t) => {
  const [dongle] = await make.devices(1, { kind: 'dongle' });
  const other = await fitDataPlan(deps, officer, dongle!.id, sim());
  const id = await drawer();
  const taken = await change(id, { iccid: (await seen(other.id)).body.iccid });
  t.match(taken, {
    status: 409,
    body: { type: '/problems/data-plan-in-use', detail: new RegExp(`in ${dongle!.assetTag}`) },
  });
  t.match(await change(id, { iccid: '12' }), at('/iccid', /begins with 89/));
  t.match(await change(id, { msisdn: '123' }), at('/msisdn', /./));
  t.match(await change(id, { activatedOn: '2026-12-01' }), at('/activatedOn', /in the future/));
  t.match(await change(id, { expiresOn: '2027-01-01' }), at('/expiresOn', /was not activated/));
  t.match(
    await change(id, { activatedOn: '2026-11-20', expiresOn: '2026-11-20' }),
    at('/expiresOn', /Give a day after/),
  );
  t.match(await change(id, { endedOn: '2026-11-20' }), at('/endedOn', /It has not ended/));
  t.equal((await seen(id)).body.activatedOn, null);

  await endPlan(deps, officer, other.id, { endedOn: '2026-11-22', reason: 'Closed' });
  t.equal((await change(id, { iccid: iccidOf(sims - 1) })).status, 200, 'the other has ended');
  t.match(await change(other.id, { activatedOn: '2026-11-23' }), at('/endedOn', /was not activated yet/));
  t.match(await change(other.id, { endedOn: '2026-11-21' }), { status: 200, body: { status: 'ended' } });
});

t.test('the day on which data ends moves with its start and months, unless it was renewed', async (t) => {
  const id = await drawer();
  await activatePlan(deps, officer, id, { activatedOn: '2026-11-01' });
  t.equal((await change(id, { activatedOn: '2026-11-10' })).body.expiresOn, '2027-11-10');
  t.equal((await change(id, { durationMonths: 3 })).body.expiresOn, '2027-02-10');
  await renewPlan(deps, officer, id, { months: 2 });
  t.equal((await change(id, { activatedOn: '2026-11-12' })).body.expiresOn, '2027-04-10');
  t.equal((await change(id, { expiresOn: '2027-04-11' })).body.expiresOn, '2027-04-11');
  t.equal((await change(id, { expiresOn: null })).body.expiresOn, '2027-02-12');
});

t.test('terms that are corrected are no longer those of an offer', async (t) => {
  const offer = await addOffer(deps, officer, {
    network: 'Three',
    gbPerMonth: 10,
    durationMonths: 6,
    source: 'National Databank',
  });
  const { id } = await recordDataPlan(deps, officer, { offerId: offer.id, iccid: iccidOf(++sims) });
  t.equal((await change(id, { activatedOn: '2026-11-20' })).body.offer.id, offer.id);
  t.equal((await change(id, { gbPerMonth: 20 })).body.offer, null);
});

/** Someone who is told of their data, which ends in their dongle on 7 December. */
async function told() {
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  const number = '07700 900555';
  const { id: planId } = await fitDataPlan(
    deps,
    officer,
    dongle!.id,
    sim({ msisdn: number, durationMonths: 1, activatedOn: '2026-11-07' }),
  );
  const referral = await make.waitingReferral({
    person: { contactPoints: [{ channel: 'sms', value: number, safe: true }] },
  });
  const loan = await make.loan({
    referralId: referral.id,
    dueOn: '2027-05-01',
    items: [{ deviceId: dongle!.id }],
  });
  const { patient_id: patientId } = await db
    .selectFrom('referral')
    .select('patient_id')
    .where('id', '=', referral.id)
    .executeTakeFirstOrThrow();
  await db
    .updateTable('patient')
    .set({ data_reminders: true, family_name: `Person ${sims}` })
    .where('id', '=', patientId)
    .execute();
  return { planId, patientId, loanId: loan.id };
}
const reminders = (planId: string) =>
  db
    .selectFrom('reminder')
    .select(['for_date', 'status'])
    .where('subject_id', '=', planId)
    .orderBy('for_date')
    .execute();
const tasksOf = async (kind: 'data_ending' | 'number_stopped', id: string) =>
  (
    await db
      .selectFrom('task')
      .select('status')
      .where('kind', '=', kind)
      .where('subject_id', '=', id)
      .execute()
  ).map(({ status }) => status);
async function night(day: string) {
  clock.set(`${day}T03:15:00Z`);
  await runNightly(deps);
}

/** By the command, since a session does not last for days. */
const corrected = (id: string, body: DataPlanChange) =>
  changePlan(deps, { ...officer, ifMatch: '*' }, id, body);

t.test('what reminds of its end goes with the old day and comes with the new one', async (t) => {
  const { planId } = await told();
  await night('2026-11-24');
  // As if nothing had gone out yet.
  await db
    .updateTable('reminder')
    .set({ status: 'standing', message_id: null })
    .where('subject_id', '=', planId)
    .execute();
  t.same(await reminders(planId), [{ for_date: '2026-12-07', status: 'standing' }]);
  t.same(await tasksOf('data_ending', planId), ['open']);

  const soon = await corrected(planId, { activatedOn: '2026-11-06' });
  t.equal(soon.expiresOn, '2026-12-06');
  t.same(await reminders(planId), [{ for_date: '2026-12-07', status: 'cancelled' }], 'at once');
  t.same(await tasksOf('data_ending', planId), ['open'], 'it still ends soon');

  await night('2026-11-25');
  t.match(await reminders(planId), [{ for_date: '2026-12-06' }, { status: 'cancelled' }]);
  await corrected(planId, { network: 'EE' });
  t.notMatch(
    (await reminders(planId))[0],
    { status: 'cancelled' },
    'the day stays, and so what is said of it',
  );

  await corrected(planId, { expiresOn: '2027-12-01' });
  t.same(await tasksOf('data_ending', planId), ['done'], 'it ends long after the loan');
});

t.test('a number that was recorded wrong no longer reaches who has the SIM', async (t) => {
  const { planId, patientId } = await told();
  const done = await corrected(planId, { msisdn: '07700 900556' });
  t.match(done, { numberStopped: true, msisdn: '+447700900556' });
  t.same(await tasksOf('number_stopped', patientId), ['open']);
  const again = await corrected(planId, { msisdn: '07700 900557' });
  t.equal(again.numberStopped, false, 'the other number was no way to reach them');
});
