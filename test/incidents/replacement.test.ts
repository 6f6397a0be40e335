import { sql } from 'kysely';
import t from 'tap';
import { reportAndReplace } from '../../src/lending/attachments/photo.commands.ts';
import {
  approveReplacement,
  askForApproval,
  recordAction,
} from '../../src/lending/incidents/action.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { getIncident } from '../../src/lending/incidents/incident.queries.ts';
import { replaceItem } from '../../src/lending/incidents/replacement.commands.ts';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { getPatient } from '../../src/people/patient.queries.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { stopSupport } from '../../src/support/patient-plan.commands.ts';
import { listTasks } from '../../src/tasks/task.queries.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { db, deps, clock } = await testDatabase(t, { DATABASE_POOL: '40' });
const make = factories(deps);
const today = '2026-11-23';

async function lent(kind: 'tablet' | 'phone' = 'tablet') {
  const [device] = await make.readyDevices(1, { kind });
  const loan = await make.loan({ items: [{ deviceId: device!.id }] });
  return { loan, item: loan.items[0]!, device: device! };
}
const spare = async (kind: 'tablet' | 'phone' = 'tablet') => (await make.readyDevices(1, { kind }))[0]!;

t.test(
  'rule 8: stolen and replaced in one step: same loan, same date, both linked, the loan open again',
  async (t) => {
    const { loan, item, device } = await lent();
    const next = await spare();
    const { incident, replaced } = await reportAndReplace(deps, officer, loan.id, {
      report: { itemId: item.id, kind: 'stolen', reportedOn: today },
      replacement: { assetTag: next.assetTag.toLowerCase() },
    });
    t.match(replaced, {
      loan: { id: loan.id, status: 'open', dueOn: loan.dueOn },
      item: { assetTag: next.assetTag, status: 'on_loan', replacesItemId: item.id },
      replaced: { assetTag: device.assetTag, status: 'lost', deviceStatus: 'lost' },
      dataPlan: 'none',
      earlierIncidents: [],
    });
    const after = await getLoan(db, clock, loan.id);
    t.match(after, { status: 'open', dueOn: loan.dueOn, closedAt: null });
    t.same(
      after.followUps.map(({ status }) => status),
      loan.followUps.map(() => 'planned'),
    );
    t.match(await getIncident(db, incident.id), {
      replacement: { assetTag: next.assetTag },
      actions: [{ kind: 'replaced', note: `By ${next.assetTag}.` }],
    });
  },
);

t.test('a day later, from the incident: the loan that closed with the loss opens again', async (t) => {
  const { loan, item } = await lent();
  const { id } = await reportIncident(deps, officer, loan.id, {
    itemId: item.id,
    kind: 'lost',
    reportedOn: today,
  });
  t.equal((await getLoan(db, clock, loan.id)).status, 'closed');
  const next = await spare();
  await replaceItem(deps, officer, loan.id, { itemId: item.id, deviceId: next.id, incidentId: id });
  t.match(await getLoan(db, clock, loan.id), { status: 'open', closedAt: null });
  const again = await spare();
  t.match(await refusal(replaceItem(deps, officer, loan.id, { itemId: item.id, deviceId: again.id })), {
    type: 'replacement-refused',
    detail: /has been replaced/,
  });
});

t.test('a referral that closed after the loss is open with its loan, unless there is another', async (t) => {
  for (const [nhsNumber, isReferredAgain] of [
    ['999 000 0018', false],
    ['999 000 0042', true],
  ] as const) {
    const clinicId = await make.clinic();
    const asked = { clinicId, needs: ['device' as const, 'support' as const], person: { nhsNumber } };
    const referral = await make.waitingReferral(asked);
    const [device, next] = await make.readyDevices(2);
    const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: device!.id }] });
    const itemId = loan.items[0]!.id;
    await reportIncident(deps, officer, loan.id, { itemId, kind: 'lost', reportedOn: today });
    const readNow = (id: string) => getReferral(db, officer.actor, id);
    const { patient } = await readNow(referral.id);
    await stopSupport(deps, officer, patient.id, { reason: 'Gets on well alone' });
    const statusNow = async () => (await readNow(referral.id)).status;
    t.equal(await statusNow(), 'closed');
    const other = isReferredAgain ? await make.referral(asked) : undefined;
    if (other) t.equal((await readNow(other.id)).patient.id, patient.id);
    await replaceItem(deps, officer, loan.id, { itemId, deviceId: next!.id });
    t.equal(await statusNow(), isReferredAgain ? 'closed' : 'active');
  }
});

t.test(
  'rule 8: what is still out ends as replaced and is due back; handed in, it is looked at',
  async (t) => {
    const first = await lent();
    const swap = await replaceItem(deps, officer, first.loan.id, {
      itemId: first.item.id,
      deviceId: (await spare()).id,
    });
    t.match(swap.replaced, { status: 'replaced', deviceStatus: 'due_back' });
    const second = await lent();
    const here = await replaceItem(deps, officer, second.loan.id, {
      itemId: second.item.id,
      deviceId: (await spare()).id,
      handedIn: true,
    });
    t.match(here.replaced, { status: 'replaced', deviceStatus: 'in_preparation' });
    t.equal((await getDevice(db, second.device.id)).cycle, 2);
    const third = await lent();
    const { replaced } = await reportAndReplace(deps, officer, third.loan.id, {
      report: { itemId: third.item.id, kind: 'faulty', reportedOn: today, handedIn: true },
      replacement: { deviceId: (await spare()).id },
    });
    t.match(replaced.replaced, { status: 'replaced', deviceStatus: 'in_repair' });
  },
);

t.test('rule 8: the data plan goes over with its number when the old device is in hand', async (t) => {
  const [phone] = await make.readyDevices(1, { kind: 'phone' });
  const referral = await make.waitingReferral({
    person: { contactPoints: [{ channel: 'sms', value: '07700 900333', safe: true }] },
  });
  await fitDataPlan(deps, officer, phone!.id, {
    network: 'O2',
    iccid: '8944116059799981699',
    msisdn: '07700 900333',
    gbPerMonth: 25,
    durationMonths: 12,
    activatedOn: today,
  });
  const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: phone!.id }] });
  const next = await spare('phone');
  const { replaced } = await reportAndReplace(deps, officer, loan.id, {
    report: { itemId: loan.items[0]!.id, kind: 'faulty', reportedOn: today, handedIn: true },
    replacement: { deviceId: next.id },
  });
  t.equal(replaced.dataPlan, 'moved');
  t.match((await getDevice(db, next.id)).dataPlan, { network: 'O2' });
  const patient = (await getLoan(db, clock, loan.id)).patient!;
  t.notOk((await getPatient(db, patient.id)).contactPoints[0]!.stoppedAt, 'the number is still theirs');
  const other = await replaceItem(deps, officer, loan.id, {
    itemId: replaced.item.id,
    deviceId: (await spare('phone')).id,
  });
  t.match(other, { dataPlan: 'none', warnings: [/No data plan/] });
  t.ok(
    (await getPatient(db, patient.id)).contactPoints[0]!.stoppedAt,
    'rule 9: its SIM is not with the person any more',
  );
});

t.test(
  'rule 8: above the limit a manager approves with a reason; it is never a refusal for good',
  async (t) => {
    const { loan, item } = await lent();
    let itemId = item.id;
    const replaceNow = async (kind: 'lost' | 'faulty', ctx = officer, approval?: { reason: string }) => {
      const next = await spare();
      const done = await reportAndReplace(deps, ctx, loan.id, {
        report: { itemId, kind, reportedOn: today },
        replacement: { deviceId: next.id, ...(approval && { approval }) },
      });
      itemId = done.replaced.item.id;
      return done;
    };
    await replaceNow('lost');
    const second = await replaceNow('lost');
    t.equal(second.replaced.earlierIncidents.length, 1, 'the earlier incident is shown');
    await replaceNow('faulty');
    t.match(await refusal(replaceNow('lost')), {
      type: 'replacement-needs-approval',
      status: 409,
      extra: { used: 2, limit: 2 },
    });
    t.equal((await getLoan(db, clock, loan.id)).items.at(-1)!.status, 'on_loan', 'nothing was written down');
    t.match(
      await refusal(
        replaceItem(deps, manager, loan.id, {
          itemId,
          deviceId: (await spare()).id,
          approval: { reason: 'I may' },
        }),
      ),
      { type: 'replacement-needs-approval', detail: /Write down what happened to it first/ },
      'a reason is kept with its incident, so there has to be one',
    );
    const { id } = await reportIncident(deps, officer, loan.id, { itemId, kind: 'lost', reportedOn: today });
    await askForApproval(deps, officer, id);
    t.match((await listTasks(db, { status: 'open', kind: 'approve_replacement', limit: 5 })).items, [
      { subject: { id } },
    ]);
    const next = await spare();
    t.match(
      await refusal(
        replaceItem(deps, officer, loan.id, { itemId, deviceId: next.id, approval: { reason: 'I say so' } }),
      ),
      { type: 'replacement-needs-approval' },
      'an officer cannot approve',
    );
    await approveReplacement(deps, manager, id, { reason: 'The hostel was burgled.' });
    t.strictSame((await listTasks(db, { status: 'open', kind: 'approve_replacement', limit: 5 })).items, []);
    const done = await replaceItem(deps, officer, loan.id, { itemId, deviceId: next.id, incidentId: id });
    t.equal(done.earlierIncidents.length, 3);
    itemId = done.item.id;
    t.ok(
      await replaceNow('lost', manager, { reason: 'Moved to a safer place.' }),
      'a manager may do both at once',
    );
    clock.set('2027-12-01T09:30:00Z');
    const later = await reportIncident(deps, officer, loan.id, {
      itemId,
      kind: 'lost',
      reportedOn: '2027-12-01',
    });
    t.ok(
      await replaceItem(deps, officer, loan.id, {
        itemId,
        deviceId: (await spare()).id,
        incidentId: later.id,
      }),
      'after twelve months it starts again',
    );
    clock.set('2026-11-23T09:30:00Z');
  },
);

t.test('what simply came back is not replaced, though it once had an incident', async (t) => {
  const { loan, item } = await lent();
  const { id } = await reportIncident(deps, officer, loan.id, {
    itemId: item.id,
    kind: 'faulty',
    reportedOn: today,
  });
  await recordAction(deps, officer, id, { kind: 'closed', note: 'It works after a restart.' });
  await returnItems(deps, officer, loan.id, { items: [{ itemId: item.id, condition: 'B' }] });
  const next = await spare();
  for (const incidentId of [undefined, id])
    t.match(
      await refusal(replaceItem(deps, officer, loan.id, { itemId: item.id, deviceId: next.id, incidentId })),
      { type: 'replacement-refused', detail: /come back/ },
    );
  t.equal((await getLoan(db, clock, loan.id)).status, 'closed');
});

t.test('a device that may not go out takes no place, and nothing is changed', async (t) => {
  const { loan, item, device } = await lent();
  const busy = await lent();
  const [raw] = await make.devices(1);
  const attempt = (deviceId: string) =>
    refusal(
      reportAndReplace(deps, officer, loan.id, {
        report: { itemId: item.id, kind: 'lost', reportedOn: today },
        replacement: { deviceId },
      }),
    );
  t.match(await attempt(busy.device.id), {
    type: 'device-not-available',
    extra: { conflicts: [{ assetTag: busy.device.assetTag, status: 'on_loan', loanId: busy.loan.id }] },
  });
  t.match(await attempt(raw!.id), { type: 'device-not-available' });
  t.match(await attempt(device.id), { type: 'device-not-available' });
  t.equal((await getDevice(db, device.id)).status, 'on_loan');
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::int as count from incident where device_id = ${device.id}`.execute(db);
  t.equal(rows[0]!.count, 0);
});

t.test(
  'races: one device for two replacements; replacement against return; replacement against issue',
  async (t) => {
    for (let round = 0; round < 8; round++) {
      const [one, two, next] = [await lent(), await lent(), await spare()];
      const both = await Promise.allSettled(
        [one, two].map(({ loan, item }) =>
          replaceItem(deps, officer, loan.id, { itemId: item.id, deviceId: next.id }),
        ),
      );
      t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      t.match(
        both.find(({ status }) => status === 'rejected'),
        { reason: { type: 'device-not-available' } },
      );

      const three = await lent();
      const [swap, back] = await Promise.allSettled([
        replaceItem(deps, officer, three.loan.id, { itemId: three.item.id, deviceId: (await spare()).id }),
        returnItems(deps, officer, three.loan.id, { items: [{ itemId: three.item.id, condition: 'B' }] }),
      ]);
      t.not(swap.status, back.status, 'one of them');
      const open = (await getLoan(db, clock, three.loan.id)).items.filter(
        ({ status }) => status === 'on_loan',
      ).length;
      t.equal(
        (await getLoan(db, clock, three.loan.id)).status,
        open ? 'open' : 'closed',
        'the loan is open as long as something is out',
      );
      t.match(swap.status === 'rejected' ? swap : back, { reason: { status: 409 } });

      const four = await lent();
      const last = await spare();
      const referral = await make.waitingReferral();
      const taken = await Promise.allSettled([
        replaceItem(deps, officer, four.loan.id, { itemId: four.item.id, deviceId: last.id }),
        issueLoan(deps, officer, {
          referralId: referral.id,
          items: [{ deviceId: last.id }],
          agreement: { acceptedBy: 'verbal' },
        }),
      ]);
      t.same(taken.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from loan_item where device_id = ${last.id} and ended_at is null`.execute(
        db,
      );
      t.equal(rows[0]!.count, 1);
    }
  },
);
