import { sql } from 'kysely';
import t from 'tap';
import { confirmAction, recordAction } from '../../src/lending/incidents/action.commands.ts';
import { correctIncident } from '../../src/lending/incidents/correction.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import {
  countIncidents,
  getIncident,
  incidentsOf,
  listIncidents,
} from '../../src/lending/incidents/incident.queries.ts';
import { replaceItem } from '../../src/lending/incidents/replacement.commands.ts';
import { takeBackReport } from '../../src/lending/incidents/report-back.commands.ts';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { takeBackReturn } from '../../src/lending/loans/return-back.commands.ts';
import { takeBackIssue } from '../../src/lending/loans/taking-back.commands.ts';
import { sinceYesterday } from '../../src/office/recent.queries.ts';
import { losses } from '../../src/office/reports/losses.queries.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import { newId } from '../../src/shared/ids.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { sendForRepair } from '../../src/stock/devices/repair.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { onBothClocks, timeGoesOn } from '../helpers/both-clocks.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const onBoth = onBothClocks(clock);
const api = apiOf(app, as.officer);
const reason = 'It was in the bag';
const takeBack = (id: string, ctx = officer) => takeBackReport(deps, ctx, id, { reason });
const later = (minutes: number) => clock.set(new Date(Date.parse(begun) + minutes * 60_000).toISOString());
t.beforeEach(() => clock.set(begun));

type Report = Partial<Parameters<typeof reportIncident>[3]>;
async function reported(report: Report = {}, loan?: Awaited<ReturnType<typeof make.loan>>) {
  clock.set(begun);
  const of = loan ?? (await make.loan());
  const [item] = of.items;
  later(5);
  const incident = await reportIncident(deps, officer, of.id, {
    itemId: item!.id,
    kind: 'lost',
    reportedOn: '2026-11-23',
    ...report,
  });
  later(10);
  return { loan: of, itemId: item!.id, deviceId: item!.deviceId, id: incident.id, incident };
}
const tasksOf = async (subjectId: string) =>
  (
    await sql<{
      kind: string;
      status: string;
    }>`select kind, status from task where subject_id = ${subjectId} order by kind, status`.execute(db)
  ).rows.map(({ kind, status }) => `${kind} ${status}`);
const stateOf = async (deviceId: string) => {
  const { status, cycle, condition } = await getDevice(db, deviceId);
  return { status, cycle, condition };
};

onBoth('a report that is taken back leaves everything as it was, and counts nowhere', async (t) => {
  const period = { from: '2026-11-01', to: '2026-12-31' };
  const loan = await make.loan();
  const patientId = (await getLoan(db, clock, loan.id)).patient!.id;
  await sql`insert into task (id, kind, subject_type, subject_id, patient_id, created_at)
    values (${newId()}, 'said_lost', 'patient', ${patientId}, ${patientId}, ${begun})`.execute(db);
  await sql`insert into task (id, kind, subject_type, subject_id, created_at)
    values (${newId()}, 'loan_overdue', 'loan', ${loan.id}, ${begun})`.execute(db);
  const recent = async () =>
    (await sinceYesterday(db, '2026-11-23')).find(({ type }) => type === 'incident.reported')?.count ?? 0;
  const before = {
    loan: await getLoan(db, clock, loan.id),
    device: await stateOf(loan.items[0]!.deviceId),
    count: await countIncidents(db, {}),
    losses: await losses.read(db, period, '2026-11-23'),
    recent: await recent(),
  };
  const { id, deviceId } = await reported({ account: 'It is gone' }, loan);
  t.match(await getLoan(db, clock, loan.id), { status: 'closed' });
  t.same(await tasksOf(id), ['secure_device open']);
  t.same(await tasksOf(patientId), ['said_lost done']);
  t.equal(await recent(), before.recent + 1);

  t.match(await takeBack(id), {
    status: 'recorded_by_mistake',
    item: { status: 'on_loan' },
    device: { status: 'on_loan' },
    loan: { status: 'open' },
    warnings: [],
  });
  const { changedAt: _was, ...loanBefore } = before.loan;
  const { changedAt: _is, ...loanNow } = await getLoan(db, clock, loan.id);
  t.same(loanNow, loanBefore);
  t.same(await stateOf(deviceId), before.device);
  t.same(await tasksOf(id), ['secure_device done']);
  t.same(await tasksOf(patientId), ['said_lost open']);
  t.same(await tasksOf(loan.id), ['loan_overdue open']);
  t.equal(await countIncidents(db, {}), before.count, 'lists have it no more');
  t.notOk((await listIncidents(db, { limit: 50 })).items.some((one) => one.id === id));
  t.ok(
    (await listIncidents(db, { limit: 50, status: 'recorded_by_mistake' })).items.some(
      (one) => one.id === id,
    ),
  );
  t.same(await incidentsOf(db, patientId), []);
  t.same(await losses.read(db, period, '2026-11-23'), before.losses);
  t.equal(await recent(), before.recent);
  t.match(await getIncident(db, id), {
    account: 'It is gone',
    takenBack: { by: 'Olive Officer', reason },
    suggestedActions: [],
  });
  for (const subject of [id, loan.id, deviceId, patientId]) {
    const types = (await timelineOf(db, subject, { limit: 50 })).items.map(({ type }) => type);
    t.ok(types.includes('incident.reported') && types.includes('incident.taken_back'), 'the story has both');
  }

  const ifMatch = { ...officer, ifMatch: '*' };
  t.match(await refusal(correctIncident(deps, ifMatch, id, { kind: 'stolen' })), { detail: /by mistake/ });
  t.match(await refusal(recordAction(deps, officer, id, { kind: 'told_police' })), { detail: /by mistake/ });
  t.match(await recordAction(deps, officer, id, { kind: 'note', note: 'Sorry' }), { kind: 'note' });
  t.match(
    await takeBackIssue(deps, officer, loan.id, { reason: 'wrong_person' }),
    {
      loan: { status: 'recorded_by_mistake' },
    },
    'it keeps nothing from being taken back',
  );
});

t.test(
  'what was handed in faulty by mistake is out again in its cycle; what is still out stays out',
  async (t) => {
    const handedIn = await reported({ kind: 'faulty', handedIn: true });
    t.match(await stateOf(handedIn.deviceId), { status: 'in_repair', cycle: 2 });
    t.match(await refusal(takeBackReturn(deps, officer, handedIn.itemId, { reason })), {
      detail: new RegExp(`by incident ${handedIn.incident.reference}`),
    });
    t.match(await takeBack(handedIn.id), { device: { status: 'on_loan' } });
    t.match(await stateOf(handedIn.deviceId), { status: 'on_loan', cycle: 1 });

    const broken = await reported({ kind: 'damaged' });
    t.match(await takeBack(broken.id), { item: { status: 'on_loan' }, loan: { status: 'open' } });
    const again = await reported({ kind: 'faulty' }, broken.loan);
    await returnItems(deps, officer, again.loan.id, { items: [{ itemId: again.itemId, condition: 'B' }] });
    t.match(await takeBack(again.id), { item: { status: 'returned' }, device: { status: 'in_preparation' } });
  },
);

t.test('twice is once, also at the same moment; beside an action it is one of the two', async (t) => {
  const { id, loan } = await reported();
  const answers = await Promise.all([takeBack(id), takeBack(id)]);
  t.same(answers[0], answers[1]);
  t.equal(
    (await timelineOf(db, loan.id, { limit: 50 })).items.filter(({ type }) => type === 'incident.taken_back')
      .length,
    1,
  );
  for (let round = 0; round < 6; round++) {
    const one = await reported();
    const reads = round % 2 ? [1, 2] : [];
    const outcomes = await Promise.allSettled([
      takeBack(one.id),
      reads
        .reduce<Promise<unknown>>((before) => before.then(() => getIncident(db, one.id)), Promise.resolve())
        .then(() => recordAction(deps, officer, one.id, { kind: 'found' })),
    ]);
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    const [back, found] = outcomes;
    if (back!.status === 'fulfilled') t.match(await stateOf(one.deviceId), { status: 'on_loan', cycle: 1 });
    else {
      t.equal((back!.reason as Problem).type, 'taking-back-refused');
      t.match(await stateOf(one.deviceId), { status: 'in_preparation', cycle: 2 });
    }
    if (found!.status === 'rejected') t.equal((found!.reason as Problem).type, 'incident-action-refused');
  }
});

t.test('what was done since refuses it, and is named', async (t) => {
  const [police, found, replaced, wiped, mended, known] = [
    await reported(),
    await reported(),
    await reported(),
    await reported(),
    await reported({ kind: 'faulty', handedIn: true }),
    await reported({ crimeReference: 'CR/1' }),
  ];
  later(20);
  await recordAction(deps, officer, police.id, { kind: 'told_police' });
  await recordAction(deps, officer, found.id, { kind: 'found' });
  await recordAction(deps, officer, wiped.id, { kind: 'wipe', note: 'At once', confirmed: true });
  await sendForRepair(deps, officer, mended.deviceId, { fault: 'Screen' });
  const [fresh] = await make.readyDevices(1);
  await replaceItem(deps, officer, replaced.loan.id, { itemId: replaced.itemId, deviceId: fresh!.id });
  for (const [{ id }, why] of [
    [police, /Police told/],
    [found, /Found again.*being prepared/],
    [replaced, new RegExp(`${fresh!.assetTag} took its place`)],
    [wiped, /Device erased from afar/],
    [mended, /sent for repair since/],
    [known, /crime reference/],
  ] as const) {
    const before = await getIncident(db, id);
    t.match(await refusal(takeBack(id)), { type: 'taking-back-refused', detail: why });
    t.equal((await getIncident(db, id)).status, before.status);
  }
});

t.test('what was done from afar is named to be undone; what was only asked for is off', async (t) => {
  const { id, deviceId } = await reported();
  const asked = await recordAction(deps, officer, id, { kind: 'wipe', note: 'At once' });
  await recordAction(deps, officer, id, { kind: 'lock', confirmed: true });
  const { warnings, device } = await takeBack(id);
  t.same(warnings, [
    'Asked for, and off now: device erased from afar. Tell whoever was asked.',
    `Device locked: have that undone for ${device.assetTag}.`,
  ]);
  t.match(await refusal(confirmAction(deps, officer, id, asked.id)), { type: 'incident-action-refused' });
  t.match(await stateOf(deviceId), { status: 'on_loan' });
});

t.test('a number that stopped with the device counts again', async (t) => {
  timeGoesOn(t, clock);
  const [phone] = await make.readyDevices(1, { kind: 'phone' });
  const value = '07700 900611';
  const plan = {
    network: 'O2',
    iccid: '8944116059799981681',
    msisdn: value,
    gbPerMonth: 20,
    durationMonths: 12,
  };
  await fitDataPlan(deps, officer, phone!.id, plan);
  const contactPoints = [{ channel: 'sms' as const, value, safe: true }];
  const referral = await make.waitingReferral({ person: { contactPoints } });
  const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: phone!.id }] });
  const patientId = (await getLoan(db, clock, loan.id)).patient!.id;
  const { id } = await reported({}, loan);
  t.same(await tasksOf(patientId), ['number_stopped open']);
  await takeBack(id);
  t.same(await tasksOf(patientId), ['number_stopped done']);
  const { rows } = await sql<{
    stopped: boolean;
  }>`select stopped_at is not null as stopped from contact_point where patient_id = ${patientId}`.execute(db);
  t.same(rows, [{ stopped: false }]);
});

t.test('after the limit a manager alone', async (t) => {
  const { id } = await reported();
  clock.set('2026-12-08T09:30:00Z');
  t.match(await refusal(takeBack(id)), { detail: /14 days ago. A manager/ });
  t.match(await takeBack(id, manager), { item: { status: 'on_loan' } });
});

t.test('the page and the API', async (t) => {
  const { id, incident } = await reported();
  const url = `/incidents/${id}/takings-back`;
  const { get, post } = forms(app, as.officer);
  t.match((await get(`/incidents/${id}`)).body, new RegExp(url));
  t.match((await get(url)).body, /Take back “Lost”/);
  t.equal((await api('POST', url, { reason: ' ' })).status, 422);
  t.equal((await apiOf(app, as.auditor)('POST', url, { reason })).status, 403);
  t.match((await post(url, { reason: '' })).body, /Enter why it was a mistake/);
  t.match(await post(url, { reason }), { statusCode: 303, headers: { location: `/incidents/${id}` } });
  const page = (await get(`/incidents/${id}`)).body;
  t.match(page, /counts nowhere[\s\S]*It was in the bag/);
  t.notMatch(page, /corrections|replace\?item/);
  t.match(await api('POST', url, { reason }), { status: 201, body: { status: 'recorded_by_mistake' } });
  t.match((await get('/incidents?status=recorded_by_mistake')).body, new RegExp(incident.reference));
});
