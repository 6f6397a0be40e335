import { sql } from 'kysely';
import t from 'tap';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { returnDevices, returnItems } from '../../src/lending/loans/return.commands.ts';
import { takeBackReturn } from '../../src/lending/loans/return-back.commands.ts';
import { type ReturnStanding, whyReturnStays } from '../../src/lending/loans/return-back.rules.ts';
import { receiveText } from '../../src/messages/inbound.commands.ts';
import { sinceYesterday } from '../../src/office/recent.queries.ts';
import { reach } from '../../src/office/reports/reach.queries.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import { newId } from '../../src/shared/ids.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { recordMovement } from '../../src/stock/accessories/accessory.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { recordCheck } from '../../src/stock/devices/device.commands.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { disposeDevices } from '../../src/stock/devices/disposal.commands.ts';
import { moveDevices } from '../../src/stock/devices/move.commands.ts';
import { sendForRepair } from '../../src/stock/devices/repair.commands.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { takeBackOutcome } from '../../src/support/outcome-back.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { onBothClocks, timeGoesOn } from '../helpers/both-clocks.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const onBoth = onBothClocks(clock);
const api = apiOf(app, as.officer);
const reason = 'The label of another one was scanned';
const takeBack = (id: string, ctx = officer) => takeBackReturn(deps, ctx, id, { reason });
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));
const later = (minutes: number) =>
  clock.set(new Date(Date.parse('2026-11-23T09:30:00Z') + minutes * 60_000).toISOString());

const tasksOf = async (subjectId: string) =>
  (
    await sql<{
      kind: string;
      status: string;
    }>`select kind, status from task where subject_id = ${subjectId} order by kind, status`.execute(db)
  ).rows.map(({ kind, status }) => `${kind} ${status}`);
const stock = async (locationId: string) =>
  (
    await sql<{
      quantity: number;
    }>`select quantity from accessory_stock s join accessory a on a.id = s.accessory_id
      where a.kind = 'Charger' and s.location_id = ${locationId}`.execute(db)
  ).rows[0]?.quantity;

onBoth('a return that is taken back leaves everything as it was, and the story of both', async (t) => {
  const store = await make.store({ Charger: 3 });
  const elsewhere = await addLocation(deps, officer, { name: `Cupboard of ${t.name}`, kind: 'hub' });
  const referral = await make.waitingReferral({ needs: ['device', 'support'] });
  const loan = await make.loan({
    referralId: referral.id,
    accessories: [{ kind: 'Charger', quantity: 2 }],
    stockLocationId: store.id,
  });
  const [item] = loan.items;
  const before = { loan: await getLoan(db, clock, loan.id), device: await getDevice(db, item!.deviceId) };
  await sql`insert into task (id, kind, subject_type, subject_id, created_at) values (new_id(), 'loan_overdue', 'loan', ${loan.id}, now())`.execute(
    db,
  );
  const report = await reach.read(db, { from: '2026-11-01', to: '2026-12-31' }, '2026-11-23');
  const recent = async () =>
    (await sinceYesterday(db, '2026-11-23')).find(({ type }) => type === 'loan.returned')?.count ?? 0;
  t.equal(await recent(), 0);

  later(10);
  await returnItems(deps, officer, loan.id, {
    items: [{ itemId: item!.id, condition: 'C', notes: 'Scratched' }],
    accessories: [{ kind: 'Charger', quantity: 2 }],
    locationId: elsewhere.id,
  });
  t.match(await getLoan(db, clock, loan.id), { status: 'closed' });
  t.equal((await getReferral(db, officer.actor, referral.id)).status, 'closed');
  t.equal(await recent(), 1);
  t.equal(await stock(elsewhere.id), 2);
  t.same(await tasksOf(loan.id), ['loan_overdue done']);

  later(20);
  t.match(await takeBack(item!.id), {
    loan: { status: 'open' },
    item: { status: 'on_loan' },
    device: { status: 'on_loan' },
    referral: { status: 'active' },
    warnings: [],
  });
  const now = { loan: await getLoan(db, clock, loan.id), device: await getDevice(db, item!.deviceId) };
  const { changedAt: _was, ...loanBefore } = before.loan;
  const { changedAt: _is, ...loanNow } = now.loan;
  t.same(loanNow, loanBefore, 'the loan, its accessories and the very same follow-ups');
  for (const name of ['status', 'cycle', 'cycleStartedOn', 'condition', 'location', 'checks'] as const)
    t.same(
      now.device[name as keyof typeof now.device],
      before.device[name as keyof typeof before.device],
      name,
    );
  t.equal(await stock(elsewhere.id), 0);
  t.same(await tasksOf(loan.id), ['loan_overdue open']);
  t.equal(await recent(), 0, 'Today counts it no more');
  t.same(await reach.read(db, { from: '2026-11-01', to: '2026-12-31' }, '2026-11-23'), report);
  for (const id of [loan.id, referral.id, item!.deviceId, before.loan.patient!.id]) {
    const types = (await timelineOf(db, id, { limit: 50 })).items.map(({ type }) => type);
    t.ok(types.includes('loan.returned') && types.includes('loan.return_taken_back'), 'the story has both');
  }
  t.ok(
    (await timelineOf(db, referral.id, { limit: 50 })).items.some(({ type }) => type === 'referral.reopened'),
  );

  const { rows: after } = await sql<{ what: string }>`
    select distinct e.type || ' ' || o.handler as what from outbox o join event e on e.id = o.event_id
    where e.type in ('loan.return_taken_back', 'referral.reopened') order by 1`.execute(db);
  t.same(
    after.map(({ what }) => what),
    [
      'loan.return_taken_back plan-reminders',
      'loan.return_taken_back settle-formats',
      'referral.reopened plan-reminders',
      'referral.reopened settle-formats',
      'referral.reopened tell-clinic',
    ],
    'reminders are planned, and the clinic is told',
  );

  later(30);
  const again = {
    items: [{ itemId: item!.id, condition: 'B' as const }],
    accessories: [{ kind: 'Charger', quantity: 2 }],
  };
  t.match(
    await returnItems(deps, officer, loan.id, again),
    { loan: { status: 'closed' } },
    'it can come back',
  );
  t.equal((await getDevice(db, item!.deviceId)).cycle, before.device.cycle + 1);
  t.match(await takeBack(item!.id), { item: { status: 'on_loan' } }, 'and be a mistake again');
});

t.test('twice is once, also at the same moment; what never came back is refused', async (t) => {
  const loan = await make.loan();
  const itemId = loan.items[0]!.id;
  t.match(await refusal(takeBack(itemId)), { type: 'taking-back-refused', detail: /has not come back/ });
  await returnItems(deps, officer, loan.id, { items: [{ itemId, condition: 'B' }] });
  const answers = await Promise.all([takeBack(itemId), takeBack(itemId)]);
  t.same(answers[0], answers[1]);
  t.equal(
    (await timelineOf(db, loan.id, { limit: 50 })).items.filter(
      ({ type }) => type === 'loan.return_taken_back',
    ).length,
    1,
  );
});

t.test('a check or an issue at the same moment: one of the two, and the whole of it', async (t) => {
  let back = 0;
  for (let round = 0; round < 8; round++) {
    const loan = await make.loan();
    const { id: itemId, deviceId } = loan.items[0]!;
    await returnItems(deps, officer, loan.id, { items: [{ itemId, condition: 'B' }] });
    const reads = round % 2 ? [1, 2] : [];
    const check = { kind: 'setup', result: 'pass', performedOn: '2026-11-23', evidence: {} } as const;
    const outcomes = await Promise.allSettled([
      takeBack(itemId),
      reads
        .reduce<Promise<unknown>>(
          (before) => before.then(() => getLoan(db, clock, loan.id)),
          Promise.resolve(),
        )
        .then(() => recordCheck(deps, officer, deviceId, check)),
    ]);
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    const isTakenBack = outcomes[0]!.status === 'fulfilled';
    if (isTakenBack) back++;
    else t.equal(((outcomes[0] as PromiseRejectedResult).reason as Problem).type, 'taking-back-refused');
    t.equal((await getLoan(db, clock, loan.id)).status, isTakenBack ? 'open' : 'closed');
    t.match(
      await getDevice(db, deviceId),
      isTakenBack ? { status: 'on_loan', cycle: 1 } : { status: 'in_preparation', cycle: 2 },
    );
  }
  t.comment(`${back} of 8 were taken back`);
});

t.test('it goes out again at the same moment: that stands, and the return with it', async (t) => {
  for (let round = 0; round < 4; round++) {
    const loan = await make.loan();
    const { id: itemId, deviceId } = loan.items[0]!;
    await returnItems(deps, officer, loan.id, { items: [{ itemId, condition: 'B' }] });
    for (const kind of ['sanitisation', 'electrical', 'setup'] as const) await make.pass(deviceId, kind);
    const referral = await make.waitingReferral();
    const [back, lent] = await Promise.allSettled([
      takeBack(itemId),
      make.loan({ referralId: referral.id, items: [{ deviceId }] }),
    ]);
    t.match(back, { status: 'rejected', reason: { type: 'taking-back-refused' } });
    t.match(lent, { status: 'fulfilled' });
    t.match(await getDevice(db, deviceId), { status: 'on_loan', cycle: 2 });
  }
});

t.test('what has followed refuses it, and is named', async (t) => {
  const back = async () => {
    clock.set('2026-11-23T09:30:00Z');
    const loan = await make.loan();
    const [item] = loan.items;
    await returnItems(deps, officer, loan.id, { items: [{ itemId: item!.id, condition: 'B' }] });
    later(5);
    return { loan, itemId: item!.id, deviceId: item!.deviceId };
  };
  const [checked, moved, gone, mended, lent] = [
    await back(),
    await back(),
    await back(),
    await back(),
    await back(),
  ];
  for (const kind of ['sanitisation', 'electrical', 'setup'] as const) await make.pass(lent.deviceId, kind);
  const { reference } = await issueLoan(deps, officer, {
    patientId: (await getLoan(db, clock, lent.loan.id)).patient!.id,
    items: [{ deviceId: lent.deviceId }],
    agreement: { acceptedBy: 'verbal' },
  });
  later(6);
  await recordCheck(deps, officer, checked.deviceId, {
    kind: 'setup',
    result: 'fail',
    performedOn: '2026-11-23',
    evidence: {},
  });
  const place = await addLocation(deps, officer, { name: 'Attic', kind: 'hub' });
  await moveDevices(deps, officer, { items: [{ deviceId: moved.deviceId }], locationId: place.id });
  await recordCheck(deps, officer, gone.deviceId, {
    kind: 'sanitisation',
    result: 'pass',
    performedOn: '2026-11-23',
    evidence: { method: 'clear', tool: 'Reset', verifiedBy: 'Vera Verifier', sdCardRemoved: true },
  });
  await disposeDevices(deps, manager, {
    items: [{ deviceId: gone.deviceId }],
    way: 'recycled',
    disposedOn: '2026-11-23',
  });
  await sendForRepair(deps, officer, mended.deviceId, { fault: 'Screen' });
  for (const [{ itemId, loan }, why] of [
    [checked, /It was checked since: setup/],
    [moved, /moved to another place since/],
    [gone, /retired now/],
    [mended, /in repair now/],
    [lent, new RegExp(`went out again on loan ${reference}`)],
  ] as const) {
    t.match(await refusal(takeBack(itemId)), { type: 'taking-back-refused', detail: why });
    t.equal((await getLoan(db, clock, loan.id)).status, 'closed');
  }
});

t.test('what keeps a return as it is, by itself', (t) => {
  const now: ReturnStanding = {
    assetTag: 'LW-0ABC1Z',
    deviceStatus: 'in_preparation',
    isSameCycle: true,
    checks: [],
    wasMoved: false,
    wasSeen: false,
    lentAgain: null,
    replacedBy: null,
    otherReferral: null,
    isErased: false,
    itemId: 'i',
    status: 'returned',
    loanId: 'l',
    loanReference: 'L-1',
    loanStatus: 'closed',
    deviceId: 'd',
    patientId: 'p',
    referralId: 'r',
    endedOn: '2026-11-23',
    endedAt: '2026-11-23T09:30:00.000Z',
    closedAt: null,
    isLate: false,
    incident: null,
    isTakenBack: false,
  };
  const why = (changes: Partial<ReturnStanding>, mayLate = false) =>
    whyReturnStays({ ...now, ...changes }, { mayLate });
  t.equal(why({}), undefined);
  t.match(why({ isErased: true }), /was erased/);
  t.match(why({ isSameCycle: false }), /being prepared anew since/);
  t.match(why({ wasSeen: true }), /A stocktake has seen it since/);
  t.match(why({ replacedBy: 'LW-1ABC1Z' }), /LW-1ABC1Z took its place/);
  t.match(why({ status: 'lost' }), /did not come back on this loan/);
  t.match(why({ status: 'gifted' }), /did not come back on this loan/);
  t.match(why({ deviceStatus: 'lost' }), /is lost now.*Record that it was found first/);
  t.match(why({ isLate: true }), /A manager can still/);
  t.equal(why({ isLate: true }, true), undefined);
  t.end();
});

t.test('a new referral of the same clinic keeps the old one closed, and the return as it is', async (t) => {
  const clinicId = await make.clinic();
  const person = { nhsNumber: '9990548609' };
  const referral = await make.waitingReferral({ clinicId, needs: ['device'], person });
  const loan = await make.loan({ referralId: referral.id });
  await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
  t.equal((await getReferral(db, officer.actor, referral.id)).status, 'closed');
  const { reference } = await make.referral({ clinicId, needs: ['device'], person });
  t.match(await refusal(takeBack(loan.items[0]!.id)), {
    detail: new RegExp(`another referral since, ${reference}`),
  });
});

onBoth('several devices in one step: what came back with both stays, until neither did', async (t) => {
  const store = await make.store({ Charger: 2 });
  const loan = await make.loan({
    count: 2,
    accessories: [{ kind: 'Charger', quantity: 1 }],
    stockLocationId: store.id,
  });
  const [one, other] = loan.items;
  await returnItems(deps, officer, loan.id, {
    items: loan.items.map(({ id }) => ({ itemId: id, condition: 'B' as const })),
    accessories: [{ kind: 'Charger', quantity: 1 }],
  });
  t.match(await takeBack(one!.id), {
    loan: { status: 'open' },
    warnings: [/1 × Charger.*stays in stock|Charger.*stays in stock/],
  });
  t.equal(await stock(store.id), 2);
  t.same((await takeBack(other!.id)).warnings, []);
  t.equal(await stock(store.id), 1);
});

onBoth('accessories that are gone from the stock refuse it; what was counted since is right', async (t) => {
  const store = await make.store({ Charger: 1 });
  const lend = () =>
    make.loan({ accessories: [{ kind: 'Charger', quantity: 1 }], stockLocationId: store.id });
  const giveBack = (loan: Awaited<ReturnType<typeof lend>>) =>
    returnItems(deps, officer, loan.id, {
      items: [{ itemId: loan.items[0]!.id, condition: 'B' }],
      accessories: [{ kind: 'Charger', quantity: 1 }],
    });
  const loan = await lend();
  await giveBack(loan);
  await lend();
  t.match(await refusal(takeBack(loan.items[0]!.id)), { type: 'accessories-short', detail: /which has 0/ });
  t.equal((await getLoan(db, clock, loan.id)).status, 'closed', 'all or nothing');

  const { rows } = await sql<{ id: string }>`select id from accessory where kind = 'Charger'`.execute(db);
  await recordMovement(deps, officer, rows[0]!.id, { kind: 'counted', quantity: 3, locationId: store.id });
  await takeBack(loan.items[0]!.id);
  t.equal(await stock(store.id), 3, 'they were counted without it');
  t.match((await getLoan(db, clock, loan.id)).accessories, [{ kind: 'Charger', quantity: 1, returned: 0 }]);
});

onBoth('follow-ups whose day is past stay off and are named; who was told is told otherwise', async (t) => {
  for (const [contactChoice, toTell] of [
    ['any_safe', []],
    ['patient_contacts_us', ['tell_of_change open']],
  ] as const) {
    clock.set('2026-11-23T09:30:00Z');
    const loan = await make.loan();
    const { patient } = await getLoan(db, clock, loan.id);
    const [first, second, third] = loan.followUps;
    t.ok(first && second && third);
    for (const one of [second!, third!])
      await sql`insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, status, created_at)
        select new_id(), patient_id, 'follow_up', id, '1_day', due_on, start_of(due_on, starts_at), 'said', '2026-11-22T09:00:00Z'
        from follow_up where id = ${one.id}`.execute(db);
    const {
      items: [item],
    } = loan;
    later(5);
    await returnItems(deps, officer, loan.id, { items: [{ itemId: item!.id, condition: 'B' }] });
    await sql`update reminder set status = 'said' where subject_id = ${second!.id} and reason = 'off'`.execute(
      db,
    );
    await sql`update patient set contact_choice = ${contactChoice} where id = ${patient!.id}`.execute(db);
    clock.set(`${first!.dueOn}T23:00:00Z`);
    const { warnings } = await takeBack(item!.id, manager);
    t.match(warnings, [new RegExp(`of ${first!.dueOn} stays off`)]);
    t.same((await getLoan(db, clock, loan.id)).followUps.map(({ id, status }) => [id, status]).slice(0, 3), [
      [first!.id, 'cancelled'],
      [second!.id, 'planned'],
      [third!.id, 'planned'],
    ]);
    const news = await sql<{ reason: string; status: string }>`
      select reason, status from reminder where subject_id = any(${[second!.id, third!.id]}::uuid[]) and reason in ('off', 'changed')
      order by subject_id, id`.execute(db);
    t.same(
      news.rows.map(({ reason, status }) => `${reason} ${status}`),
      ['off said', ...(toTell.length ? [] : ['changed standing']), 'off cancelled'],
      'a message where one may go, and none to who has not heard that it is off',
    );
    t.same(await tasksOf(second!.id), toTell);
  }
});

onBoth(
  'a follow-up whose outcome was taken back while the loan was closed is on again with it',
  async (t) => {
    clock.set('2026-11-23T09:30:00Z');
    const loan = await make.loan();
    const [first, second] = loan.followUps;
    for (const { id } of [first!, second!])
      await recordOutcome(deps, officer, id, { result: id === first!.id ? 'done' : 'cancelled' });
    later(5);
    await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
    later(10);
    const { rows } = await sql<{ id: string }>`
    select o.id from follow_up_outcome o join follow_up f on f.id = o.follow_up_id where f.loan_id = ${loan.id} order by f.due_on`.execute(
      db,
    );
    for (const { id } of rows)
      t.match(await takeBackOutcome(deps, manager, id, { reason }), { followUp: { status: 'cancelled' } });
    clock.set(`${first!.dueOn}T23:00:00Z`);
    t.match((await takeBack(loan.items[0]!.id, manager)).warnings, [
      new RegExp(`of ${first!.dueOn} stays off`),
    ]);
    const statuses = (await getLoan(db, clock, loan.id)).followUps.map(({ status }) => status);
    t.same(statuses.slice(0, 2), ['cancelled', 'planned']);
  },
);

t.test('a number that stopped with the device counts again; what staff did meanwhile is named', async (t) => {
  timeGoesOn(t, clock);
  for (const done of [false, true]) {
    clock.set('2026-11-23T09:30:00Z');
    const value = `07700 90060${done ? 1 : 2}`;
    const [phone] = await make.readyDevices(1, { kind: 'phone' });
    const plan = {
      network: 'O2',
      iccid: done ? '8944116059799981681' : '8944116059799981673',
      msisdn: value,
    };
    await fitDataPlan(deps, officer, phone!.id, { ...plan, gbPerMonth: 20, durationMonths: 12 });
    const contactPoints = [{ channel: 'sms' as const, value, safe: true }];
    const referral = await make.waitingReferral({ person: { contactPoints } });
    const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: phone!.id }] });
    const patientId = (await getLoan(db, clock, loan.id)).patient!.id;
    await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
    later(5);
    t.same(await tasksOf(patientId), ['number_stopped open']);
    if (done)
      await sql`update task set status = 'done', done_at = ${'2026-11-23T09:33:00Z'} where subject_id = ${patientId}`.execute(
        db,
      );
    const { warnings } = await takeBack(loan.items[0]!.id);
    t.equal(warnings.length, done ? 1 : 0);
    if (done) t.match(warnings[0], /Staff asked for another way meanwhile/);
    t.same(await tasksOf(patientId), ['number_stopped done']);
    const { rows } = await sql<{
      stopped: boolean;
    }>`select stopped_at is not null as stopped from contact_point where patient_id = ${patientId}`.execute(
      db,
    );
    t.same(rows, [{ stopped: false }]);
  }
});

t.test('after the limit a manager alone', async (t) => {
  const loan = await make.loan();
  const itemId = loan.items[0]!.id;
  await returnDevices(deps, officer, { items: [{ assetTag: loan.items[0]!.assetTag, condition: 'B' }] });
  clock.set('2026-12-08T09:30:00Z');
  t.match(await refusal(takeBack(itemId)), { detail: /14 days ago. A manager/ });
  t.match(await takeBack(itemId, manager), { item: { status: 'on_loan' } });
});

t.test('whoever said stop after the mistaken return is not texted again when it is taken back', async (t) => {
  timeGoesOn(t, clock);
  for (const minutes of [0, 5]) {
    clock.set('2026-11-23T09:30:00Z');
    const value = `07700 90061${minutes}`;
    const [phone] = await make.readyDevices(1, { kind: 'phone' });
    const plan = { network: 'O2', iccid: `894411605979998169${minutes}`, msisdn: value };
    await fitDataPlan(deps, officer, phone!.id, { ...plan, gbPerMonth: 20, durationMonths: 12 });
    const contactPoints = [{ channel: 'sms' as const, value, safe: true }];
    const referral = await make.waitingReferral({ person: { contactPoints } });
    const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: phone!.id }] });
    const [item] = loan.items;
    await returnItems(deps, officer, loan.id, { items: [{ itemId: item!.id, condition: 'B' }] });
    if (minutes) later(minutes);
    await receiveText(deps, { providerId: newId(), from: `+4477009006${value.slice(-2)}`, body: 'STOP' });
    await takeBack(item!.id);
    const points = await db
      .selectFrom('contact_point')
      .select('stopped_at')
      .where('value', 'like', `%${value.slice(-3)}`)
      .execute();
    t.equal(points.length, 1);
    t.ok(points[0]!.stopped_at, `${minutes} minutes after`);
  }
});

t.test('a return from before what it overwrites was kept goes by the checks', async (t) => {
  const loan = await make.loan();
  const { id: itemId, deviceId } = loan.items[0]!;
  const before = await getDevice(db, deviceId);
  await returnItems(deps, officer, loan.id, { items: [{ itemId, condition: 'C' }] });
  await sql`update loan_item set cycle_out = null, cycle_out_on = null, condition_before = null where id = ${itemId}`.execute(
    db,
  );
  await takeBack(itemId);
  const { status, cycle, condition } = await getDevice(db, deviceId);
  t.same(
    { status, cycle, condition },
    { status: 'on_loan', cycle: before.cycle, condition: before.condition },
  );
  const { rows } = await sql<{
    on: string;
  }>`select cycle_started_on as "on" from device where id = ${deviceId}`.execute(db);
  t.equal(rows[0]!.on, '2026-11-23');
});

t.test('the page and the API', async (t) => {
  const loan = await make.loan();
  const itemId = loan.items[0]!.id;
  const url = `/loan-items/${itemId}/takings-back`;
  await returnItems(deps, officer, loan.id, { items: [{ itemId, condition: 'B' }] });
  const { get, post } = forms(app, as.officer);
  t.match((await get(`/loans/${loan.id}`)).body, new RegExp(url));
  t.match((await get(url)).body, /Take back the return of LW-/);
  t.equal((await api('POST', url, { reason: ' ' })).status, 422);
  t.equal((await apiOf(app, as.auditor)('POST', url, { reason })).status, 403);
  t.match((await post(url, { reason: '' })).body, /Enter why it was a mistake/);
  t.match(await post(url, { reason }), { statusCode: 303, headers: { location: `/loans/${loan.id}` } });
  t.match((await get(url)).body, /taken back already/);
  t.match((await get(`/loans/${loan.id}`)).body, /after all:[^.]*The label of another one was scanned/);
  t.match(
    await api('POST', url, { reason }),
    { status: 201, body: { item: { status: 'on_loan' } } },
    'twice is once',
  );

  await returnItems(deps, officer, loan.id, { items: [{ itemId, condition: 'B' }] });
  const offered = async (who = as.officer) =>
    (await forms(app, who).get(`/loans/${loan.id}`)).body.includes(url);
  t.ok(await offered());
  await sql`update loan_item set issued_at = issued_at - interval '15 days', ended_at = ended_at - interval '15 days' where id = ${itemId}`.execute(
    db,
  );
  t.same([await offered(), await offered(as.manager)], [false, true], 'what is refused is not offered');
  for (const kind of ['sanitisation', 'electrical', 'setup'] as const)
    await make.pass(loan.items[0]!.deviceId, kind);
  t.equal(await offered(as.manager), false, 'it is prepared');
});
