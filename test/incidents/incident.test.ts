import { sql } from 'kysely';
import t from 'tap';
import { confirmAction, recordAction } from '../../src/lending/incidents/action.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { getIncident, listIncidents } from '../../src/lending/incidents/incident.queries.ts';
import { askToWipe, countToWipe } from '../../src/lending/incidents/wipe-due.commands.ts';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { getPatient } from '../../src/people/patient.queries.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { disposeDevices } from '../../src/stock/devices/disposal.commands.ts';
import { listTasks } from '../../src/tasks/task.queries.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { db, deps, clock } = await testDatabase(t, { DATABASE_POOL: '40' });
const make = factories(deps);
const today = '2026-11-23';

async function lent(kind: 'tablet' | 'dongle' | 'phone' = 'tablet', count = 1) {
  const devices = await make.readyDevices(count, { kind });
  const loan = await make.loan({ items: devices.map(({ id }) => ({ deviceId: id })) });
  return { loan, devices, item: loan.items[0]!, device: devices[0]! };
}

t.test(
  'a stolen tablet: item and device are lost at once, its support goes on, and what to do next is said',
  async (t) => {
    const { loan, item, device } = await lent();
    const before = await getLoan(db, clock, loan.id);
    const incident = await reportIncident(deps, officer, loan.id, {
      itemId: item.id,
      kind: 'stolen',
      reportedOn: today,
      account: 'Taken from a bag on the bus.',
    });
    t.match(incident, {
      status: 'open',
      reference: /^I-/,
      item: { status: 'lost' },
      device: { assetTag: device.assetTag, status: 'lost' },
      loan: { status: 'closed' },
    });
    t.same(
      incident.suggestedActions.map(({ kind }) => kind),
      ['lock', 'wipe', 'told_ig', 'told_police', 'found'],
    );
    const after = await getLoan(db, clock, loan.id);
    t.same(
      after.followUps.map(({ status }) => status),
      before.followUps.map(() => 'planned'),
      'rule 7: every call stays planned',
    );
    t.equal((await getReferral(db, officer.actor, after.referral!.id)).status, 'active');
    const [task] = (await listTasks(db, { status: 'open', kind: 'secure_device', limit: 10 })).items;
    t.match(task, { subject: { type: 'incident', id: incident.id }, urgent: true });
    for (const id of [incident.id, device.id, loan.id, after.patient!.id])
      t.match((await timelineOf(db, id, { limit: 5 })).items, [{ type: /task|incident/ }]);
    const { items } = await timelineOf(db, incident.id, { limit: 5 });
    t.match(items[0], { type: 'incident.reported', values: { incidentKind: 'stolen' }, fields: ['account'] });
    t.notMatch(JSON.stringify(items), 'bag on the bus', 'what was said is not in the log');
  },
);

t.test('rule 7: the story is kept whole: asked for, confirmed, told, found again', async (t) => {
  clock.set('2026-11-23T09:30:00Z');
  const { loan, item, device } = await lent();
  const { id } = await reportIncident(deps, officer, loan.id, {
    itemId: item.id,
    kind: 'lost',
    reportedOn: today,
  });
  const asked = await recordAction(deps, officer, id, { kind: 'lost_mode' });
  t.match(asked, { requestedBy: 'Olive Officer', confirmedAt: null });
  const done = await confirmAction(deps, manager, id, asked.id);
  t.match(done, { requestedBy: 'Olive Officer', confirmedBy: 'Mona Manager', confirmedAt: String });
  t.equal((await confirmAction(deps, officer, id, asked.id)).confirmedBy, 'Mona Manager', 'the first stands');
  t.match(await refusal(recordAction(deps, officer, id, { kind: 'told_ig' })), {
    errors: [{ pointer: '/patientData' }],
  });
  await recordAction(deps, officer, id, { kind: 'told_ig', patientData: true });
  await recordAction(deps, officer, id, { kind: 'told_police', crimeReference: '01/234567/26' });
  t.equal((await getIncident(db, id)).crimeReference, '01/234567/26', 'what the police gave later is kept');
  t.match(await refusal(recordAction(deps, officer, id, { kind: 'wipe' })), {
    type: 'invalid',
    errors: [{ pointer: '/note', message: /24 hours/ }],
  });
  clock.set('2026-11-24T09:31:00Z');
  await recordAction(deps, officer, id, { kind: 'wipe' });
  const found = await recordAction(deps, officer, id, { kind: 'found', note: 'Under the sofa.' });
  t.equal(found.incident.status, 'closed');
  t.match(await getDevice(db, device.id), {
    status: 'in_preparation',
    cycle: 2,
    openChecks: ['sanitisation', 'electrical', 'setup'],
  });
  const story = await getIncident(db, id);
  t.same(
    story.actions.map(({ kind }) => kind),
    ['lost_mode', 'told_ig', 'told_police', 'wipe', 'found'],
  );
  t.equal(story.item.status, 'lost', 'that it was lost stays true');
  t.match(await refusal(recordAction(deps, officer, id, { kind: 'lock' })), { type: 'incident-closed' });
  t.ok(
    await recordAction(deps, officer, id, { kind: 'note', note: 'The person was glad.' }),
    'a note may still be added',
  );
  t.strictSame(
    (await listTasks(db, { status: 'open', kind: 'secure_device', limit: 50 })).items.filter(
      ({ subject }) => subject.id === id,
    ),
    [],
  );
  clock.set('2026-11-23T09:30:00Z');
});

t.test('locating a device and writing it off want a manager; locating wants a reason', async (t) => {
  const { loan, item, device } = await lent();
  const { id } = await reportIncident(deps, officer, loan.id, {
    itemId: item.id,
    kind: 'not_returned',
    reportedOn: today,
  });
  t.match(await refusal(recordAction(deps, officer, id, { kind: 'locate', note: 'Worried' })), {
    type: 'not-allowed',
  });
  t.match(await refusal(recordAction(deps, manager, id, { kind: 'locate' })), {
    errors: [{ pointer: '/note' }],
  });
  t.ok(await recordAction(deps, manager, id, { kind: 'locate', note: 'The person asked us to.' }));
  t.match(await refusal(recordAction(deps, officer, id, { kind: 'write_off' })), { type: 'not-allowed' });
  const writtenOff = { way: 'written_off' as const, disposedOn: today, items: [{ deviceId: device.id }] };
  t.match(
    await refusal(disposeDevices(deps, manager, writtenOff)),
    { type: 'bulk-refused', message: /Write it off in incident/ },
    'rule 7: not past its open incident',
  );
  const done = await recordAction(deps, manager, id, { kind: 'write_off', bookValue: 80.5 });
  t.match(done, { authorisedBy: 'Mona Manager', incident: { status: 'closed' } });
  t.equal((await getDevice(db, device.id)).status, 'retired');
  const register = await db
    .selectFrom('disposal')
    .selectAll()
    .where('device_id', '=', device.id)
    .executeTakeFirst();
  t.match(register, { way: 'written_off', authorised_by: 'Mona Manager', book_value: '80.50' });
});

t.test('faulty and handed in goes to repair; faulty and still there stays on loan', async (t) => {
  const { loan, item, device, devices } = await lent('tablet', 2);
  const handed = await reportIncident(deps, officer, loan.id, {
    itemId: item.id,
    kind: 'faulty',
    reportedOn: today,
    handedIn: true,
  });
  t.match(handed, {
    item: { status: 'returned' },
    device: { id: device.id, status: 'in_repair' },
    loan: { status: 'open' },
  });
  const there = await reportIncident(deps, officer, loan.id, {
    itemId: loan.items[1]!.id,
    kind: 'damaged',
    reportedOn: today,
  });
  t.match(there, { item: { status: 'on_loan' }, device: { id: devices[1]!.id, status: 'on_loan' } });
  t.match(
    await refusal(
      reportIncident(deps, officer, loan.id, { itemId: loan.items[1]!.id, kind: 'lost', reportedOn: today }),
    ),
    { constraint: 'incident_one_open_per_item' },
    'one open incident an item',
  );
  await recordAction(deps, officer, there.id, { kind: 'closed', note: 'It works again after a restart.' });
  t.match(await refusal(recordAction(deps, officer, handed.id, { kind: 'found' })), {
    type: 'incident-action-refused',
  });
  t.equal((await listIncidents(db, { limit: 1, status: 'open' })).items[0]!.id, handed.id);
});

t.test('rule 9: when a SIM is lost its number stops, and a task asks for another way', async (t) => {
  const [phone] = await make.readyDevices(1, { kind: 'phone' });
  const referral = await make.waitingReferral({
    person: { contactPoints: [{ channel: 'sms', value: '07700 900222', safe: true }] },
  });
  await fitDataPlan(deps, officer, phone!.id, {
    network: 'O2',
    iccid: '8944116059799981699',
    msisdn: '07700 900222',
    gbPerMonth: 25,
    durationMonths: 12,
    activatedOn: today,
  });
  const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: phone!.id }] });
  const incident = await reportIncident(deps, officer, loan.id, {
    itemId: loan.items[0]!.id,
    kind: 'lost',
    reportedOn: today,
  });
  const patient = (await getLoan(db, clock, loan.id)).patient!;
  t.ok((await getPatient(db, patient.id)).contactPoints[0]!.stoppedAt);
  const tasks = (await listTasks(db, { status: 'open', kind: 'number_stopped', limit: 10 })).items;
  t.ok(tasks.some(({ subject }) => subject.id === patient.id));
  const asked = await recordAction(deps, officer, incident.id, { kind: 'suspend_sim' });
  t.equal((await getDevice(db, phone!.id)).dataPlan!.status, 'active', 'asked for only');
  await confirmAction(deps, officer, incident.id, asked.id);
  t.equal((await getDevice(db, phone!.id)).dataPlan!.status, 'suspended');
});

t.test('what is confirmed late leaves alone the person who has the device now', async (t) => {
  const [phone] = await make.readyDevices(1, { kind: 'phone' });
  const plan = await fitDataPlan(deps, officer, phone!.id, {
    network: 'EE',
    iccid: '8944116059799981723',
    gbPerMonth: 20,
    durationMonths: 12,
    activatedOn: today,
  });
  const first = await make.loan({ items: [{ deviceId: phone!.id }] });
  const { id } = await reportIncident(deps, officer, first.id, {
    itemId: first.items[0]!.id,
    kind: 'damaged',
    reportedOn: today,
  });
  const asked = await recordAction(deps, officer, id, { kind: 'suspend_sim' });
  await returnItems(deps, officer, first.id, { items: [{ itemId: first.items[0]!.id, condition: 'B' }] });
  for (const kind of ['sanitisation', 'electrical', 'setup'] as const) await make.pass(phone!.id, kind);
  await make.loan({ items: [{ deviceId: phone!.id }] });
  t.ok((await confirmAction(deps, officer, id, asked.id)).confirmedAt, 'the story is kept');
  const { status } = await db
    .selectFrom('data_plan')
    .select('status')
    .where('id', '=', plan.id)
    .executeTakeFirstOrThrow();
  t.equal(status, 'active');
  for (const kind of ['suspend_sim', 'lock', 'wipe', 'found'] as const)
    t.match(await refusal(recordAction(deps, officer, id, { kind, note: 'Late' })), {
      type: 'incident-action-refused',
      detail: /lent again/,
    });
  t.same((await getIncident(db, id)).suggestedActions, []);
  t.ok(await recordAction(deps, officer, id, { kind: 'closed', note: 'It came back whole.' }));
});

t.test('a day after a loss that nobody has erased, one task asks; the night may run again', async (t) => {
  const { loan, item } = await lent();
  const { id } = await reportIncident(deps, officer, loan.id, {
    itemId: item.id,
    kind: 'lost',
    reportedOn: today,
  });
  const tasks = async () =>
    (await listTasks(db, { status: 'open', kind: 'wipe_device', limit: 50 })).items.filter(
      ({ subject }) => subject.id === id,
    ).length;
  await askToWipe(deps, today);
  t.equal(await tasks(), 0, 'too early');
  clock.set('2026-11-24T09:31:00Z');
  t.ok((await countToWipe(deps)) > 0);
  await Promise.all([askToWipe(deps, '2026-11-24'), askToWipe(deps, '2026-11-24')]);
  t.equal(await tasks(), 1);
  await recordAction(deps, officer, id, { kind: 'found' });
  t.equal(await tasks(), 0, 'found, it is done');
  t.equal(await askToWipe(deps, '2026-11-24'), 0);
  clock.set('2026-11-23T09:30:00Z');
});

t.test('a report says what would be right', async (t) => {
  const { loan, item } = await lent();
  const other = await lent();
  const report = (change: object) =>
    refusal(
      reportIncident(deps, officer, loan.id, { itemId: item.id, kind: 'lost', reportedOn: today, ...change }),
    );
  t.match(await report({ reportedOn: '2026-11-24' }), {
    errors: [{ pointer: '/reportedOn', message: /future/ }],
  });
  t.match(await report({ reportedOn: '2026-11-20' }), {
    errors: [{ pointer: '/reportedOn', message: /was lent on/ }],
  });
  t.match(await report({ handedIn: true }), { errors: [{ pointer: '/handedIn' }] });
  t.match(await report({ itemId: other.item.id }), { errors: [{ pointer: '/itemId' }] });
  await returnItems(deps, officer, loan.id, { items: [{ itemId: item.id, condition: 'B' }] });
  t.match(await report({}), { type: 'item-already-ended' });
});

t.test('race: returned and reported lost at once, one of them counts', async (t) => {
  for (let round = 0; round < 12; round++) {
    const { loan, item, device } = await lent();
    const outcomes = await Promise.allSettled([
      returnItems(deps, officer, loan.id, { items: [{ itemId: item.id, condition: 'B' }] }),
      reportIncident(deps, officer, loan.id, { itemId: item.id, kind: 'lost', reportedOn: today }),
    ]);
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    t.match(outcomes[1 - won], { reason: { status: 409 } });
    t.equal((await getDevice(db, device.id)).status, won === 0 ? 'in_preparation' : 'lost');
    const { rows } = await sql<{
      count: number;
    }>`select count(*)::int as count from incident where device_id = ${device.id}`.execute(db);
    t.equal(rows[0]!.count, won, 'a lost race leaves no incident behind');
  }
});
