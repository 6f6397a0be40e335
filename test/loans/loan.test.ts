import { sql } from 'kysely';
import t from 'tap';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { getLoan, listLoans } from '../../src/lending/loans/loan.queries.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { db, deps, clock } = await testDatabase(t, { DATABASE_POOL: '40' });
const make = factories(deps);
const verbal = { acceptedBy: 'verbal' } as const;

t.test(
  'rule 4: a tablet and a dongle go out on one loan, with follow-ups, agreement and the referral’s progress',
  async (t) => {
    const referral = await make.waitingReferral();
    const [tablet] = await make.readyDevices(1);
    const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
    const loan = await issueLoan(deps, officer, {
      referralId: referral.id,
      items: [{ assetTag: tablet!.assetTag.toLowerCase() }, { deviceId: dongle!.id }],
      agreement: verbal,
    });
    t.match(loan, {
      status: 'open',
      dueOn: '2027-05-24',
      items: [{ assetTag: tablet!.assetTag }, { assetTag: dongle!.assetTag }],
    });
    t.same(
      loan.followUps.map(({ step, dueOn }) => [step, dueOn]),
      [
        ['Set-up call', '2026-11-25'],
        ['One week', '2026-11-30'],
        ['Four weeks', '2026-12-21'],
        ['Three months', '2027-02-22'],
      ],
    );
    t.match(loan.warnings, [/No data plan is recorded/]);
    const kept = await getLoan(db, clock, loan.id);
    t.match(kept.agreement, { version: 1, acceptedBy: 'verbal', text: /lent to you free of charge/ });
    const { status, needs } = await getReferral(db, officer.actor, referral.id);
    t.equal(status, 'active');
    t.same(
      needs.map(({ need, status }) => [need, status]),
      [
        ['device', 'met'],
        ['data', 'met'],
        ['support', 'met'],
      ],
    );
    for (const id of [loan.id, tablet!.id, dongle!.id, referral.id, kept.patient!.id]) {
      t.match((await timelineOf(db, id, { limit: 1 })).items[0], {
        type: 'loan.issued',
        actor: { name: 'Olive Officer' },
        values: { reference: loan.reference },
      });
    }
    const handler = await db
      .selectFrom('outbox')
      .selectAll()
      .where('handler', '=', 'plan-reminders')
      .executeTakeFirst();
    t.ok(handler, 'reminders are planned by the event');
  },
);

t.test('follow-ups are shifted to working days, counted from the handover', async (t) => {
  // 2 days after 23 December is Christmas; then a weekend and the substitute for Boxing Day.
  clock.set('2026-12-22T09:30:00Z');
  const loan = await make.loan({ handover: { way: 'posted', on: '2026-12-23' } });
  t.equal(loan.followUps[0]!.dueOn, '2026-12-29');
  clock.set('2026-11-23T09:30:00Z');
});

t.test(
  'rule 1: of 64 issues of one device at once one wins, the others learn which loan has it',
  async (t) => {
    const [device] = await make.readyDevices(1);
    const referrals = await Promise.all(Array.from({ length: 64 }, () => make.waitingReferral()));
    const outcomes = await Promise.allSettled(
      referrals.map(({ id }) =>
        issueLoan(deps, officer, { referralId: id, items: [{ deviceId: device!.id }], agreement: verbal }),
      ),
    );
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const lost = outcomes
      .filter((outcome) => outcome.status === 'rejected')
      .map(({ reason }) => reason as Problem);
    t.equal(won.length, 1);
    t.equal(lost.length, 63);
    for (const problem of lost) {
      t.match(problem, {
        type: 'device-not-available',
        status: 409,
        extra: { conflicts: [{ assetTag: device!.assetTag, status: 'on_loan', loanId: won[0]!.value.id }] },
      });
    }
    const { items } = await timelineOf(db, device!.id, { limit: 200 });
    t.equal(items.filter(({ type }) => type === 'loan.issued').length, 1);
  },
);

t.test('rule 1: the index refuses a second open item to plain SQL', async (t) => {
  const loan = await make.loan();
  t.match(
    await refusal(
      sql`insert into loan_item (id, loan_id, device_id, issued_at) select new_id(), loan_id, device_id, issued_at from loan_item where loan_id = ${loan.id}`.execute(
        db,
      ),
    ),
    { constraint: 'loan_item_one_open_per_device' },
  );
});

t.test('rule 4: one device that may not go out stops all, and each in the way is named', async (t) => {
  const referral = await make.waitingReferral();
  const [ready] = await make.readyDevices(1);
  const [open] = await make.devices(1);
  const other = await make.loan();
  const issue = issueLoan(deps, officer, {
    referralId: referral.id,
    items: [{ deviceId: ready!.id }, { deviceId: open!.id }, { assetTag: other.items[0]!.assetTag }],
    agreement: verbal,
  });
  const problem = (await issue.catch((error) => error)) as Problem;
  t.equal(problem.type, 'device-not-available');
  t.same(
    new Set(
      (problem.extra.conflicts as { assetTag: string; status: string; loanId?: string }[]).map(
        ({ assetTag, status, loanId }) => `${assetTag} ${status} ${loanId ?? ''}`,
      ),
    ),
    new Set([`${open!.assetTag} in_preparation `, `${other.items[0]!.assetTag} on_loan ${other.id}`]),
  );
  t.equal(
    (await db.selectFrom('device').select('status').where('id', '=', ready!.id).executeTakeFirstOrThrow())
      .status,
    'ready',
  );
  t.equal((await getReferral(db, officer.actor, referral.id)).status, 'waiting');
});

t.test('a device in the way outranks a referral that does not wait', async (t) => {
  const received = await make.referral();
  const [open] = await make.devices(1);
  const [ready] = await make.readyDevices(1);
  t.match(
    await refusal(
      issueLoan(deps, officer, {
        referralId: received.id,
        items: [{ deviceId: open!.id }],
        agreement: verbal,
      }),
    ),
    { type: 'device-not-available' },
  );
  t.match(
    await refusal(
      issueLoan(deps, officer, {
        referralId: received.id,
        items: [{ deviceId: ready!.id }],
        agreement: verbal,
      }),
    ),
    { type: 'referral-not-waiting', message: /Accept/ },
  );
});

t.test('a reserved device goes to its own referral only', async (t) => {
  const [own, other] = [await make.waitingReferral(), await make.waitingReferral()];
  const [device] = await make.readyDevices(1);
  await sql`update device set status = 'reserved' where id = ${device!.id}`.execute(db);
  await sql`insert into allocation (id, referral_id, device_id, created_at) values (new_id(), ${own.id}, ${device!.id}, now())`.execute(
    db,
  );
  t.match(
    await refusal(
      issueLoan(deps, officer, {
        referralId: other.id,
        items: [{ deviceId: device!.id }],
        agreement: verbal,
      }),
    ),
    { type: 'device-not-available' },
  );
  await issueLoan(deps, officer, {
    referralId: own.id,
    items: [{ deviceId: device!.id }],
    agreement: verbal,
  });
  t.equal(
    (
      await db
        .selectFrom('allocation')
        .select('status')
        .where('device_id', '=', device!.id)
        .executeTakeFirstOrThrow()
    ).status,
    'issued',
  );
});

t.test('every fault of a request is told at once, where it is', async (t) => {
  const issue = issueLoan(deps, officer, {
    items: [{ assetTag: 'nonsense' }, {}],
    agreement: { acceptedBy: 'witnessed' },
  });
  t.match(await refusal(issue), {
    type: 'invalid',
    errors: [
      { pointer: '/agreement/witness' },
      { pointer: '/referralId' },
      { pointer: '/items/0/assetTag' },
      { pointer: '/items/1' },
    ],
  });
  const referral = await make.waitingReferral();
  const [device] = await make.readyDevices(1);
  const items = [{ deviceId: device!.id }];
  const bad = {
    handover: { way: 'posted', on: '2026-09-01' },
    dueOn: '2026-08-01',
    openEnded: true,
  } as const;
  t.match(
    await refusal(issueLoan(deps, officer, { referralId: referral.id, items, agreement: verbal, ...bad })),
    {
      errors: [{ pointer: '/dueOn' }, { pointer: '/dueOn' }, { pointer: '/handover/on' }],
    },
  );
  t.match(
    await refusal(
      issueLoan(deps, officer, { referralId: referral.id, items: [...items, ...items], agreement: verbal }),
    ),
    { errors: [{ pointer: '/items' }] },
  );
  const nobody = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
  t.match(
    await refusal(
      issueLoan(deps, officer, { referralId: nobody, items: [{ deviceId: nobody }], agreement: verbal }),
    ),
    {
      errors: [{ pointer: '/referralId' }, { pointer: '/items/0/deviceId' }],
    },
  );
});

t.test('rule 10: data that ends before the loan is warned of at issue', async (t) => {
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  await fitDataPlan(deps, officer, dongle!.id, {
    network: 'O2',
    iccid: '8944116059799981699',
    gbPerMonth: 25,
    durationMonths: 1,
    activatedOn: '2026-11-01',
  });
  const { warnings } = await make.loan({ items: [{ deviceId: dongle!.id }] });
  t.same(warnings, [`The data on ${dongle!.assetTag} ends on 2026-12-01, before the loan is due back.`]);
});

t.test('open-ended loans, and kit lent to a place, which gets no follow-ups', async (t) => {
  t.equal((await make.loan({ openEnded: true })).dueOn, null);
  await sql`insert into location (id, name, kind, created_at) values ('0193594e-6c00-7a4b-9f0e-2f4b7a1c5d30', 'Library', 'access_point', now())`.execute(
    db,
  );
  const shared = await make.loan({ locationId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d30' });
  t.same(shared.followUps, []);
  t.match(await getLoan(db, clock, shared.id), { patient: null, location: { name: 'Library' } });
});

t.test(
  'rule 6: a partial return leaves the loan open; the last one closes it and what was ahead',
  async (t) => {
    const loan = await make.loan({ count: 2 });
    const [first, second] = loan.items;
    const partly = await returnItems(deps, officer, loan.id, {
      items: [{ itemId: first!.id, condition: 'C', notes: 'Scratched' }],
    });
    t.match(partly, { loan: { status: 'open' }, items: [{ id: first!.id, status: 'returned' }] });
    t.match(
      await refusal(returnItems(deps, officer, loan.id, { items: [{ itemId: first!.id, condition: 'C' }] })),
      { type: 'item-already-ended', extra: { items: [{ itemId: first!.id }] } },
    );
    const all = await returnItems(deps, officer, loan.id, {
      items: [{ itemId: second!.id, condition: 'B' }],
    });
    t.equal(all.loan.status, 'closed');
    const kept = await getLoan(db, clock, loan.id);
    t.ok(kept.followUps.every(({ status }) => status === 'cancelled'));
    t.ok(kept.closedAt);
    t.equal(
      (await getReferral(db, officer.actor, kept.referral!.id)).status,
      'active',
      'data was not met yet',
    );
    t.match(
      await refusal(returnItems(deps, officer, loan.id, { items: [{ itemId: second!.id, condition: 'B' }] })),
      { type: 'loan-closed' },
    );
  },
);

t.test('two loans of one referral at once start its support once', async (t) => {
  const referral = await make.waitingReferral();
  const devices = await make.readyDevices(4);
  const loans = await Promise.all(
    devices.map(({ id }) =>
      issueLoan(deps, officer, {
        referralId: referral.id,
        items: [{ deviceId: id }],
        agreement: { acceptedBy: 'verbal' },
      }),
    ),
  );
  t.same(loans.map(({ followUps }) => followUps.length).sort(), [0, 0, 0, 4]);
});

t.test('a referral closes when its needs are settled and nothing is out', async (t) => {
  const referral = await make.waitingReferral({ needs: ['device', 'support'] });
  const loan = await make.loan({ referralId: referral.id });
  await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
  t.equal((await getReferral(db, officer.actor, referral.id)).status, 'closed');
  const [last] = (await timelineOf(db, referral.id, { limit: 1 })).items;
  t.match(last, { type: 'referral.closed', values: { from: 'active', to: 'closed' } });
});

t.test('the calls of a loan that closes go over to another open loan of the referral, or end', async (t) => {
  const referral = await make.waitingReferral();
  const first = await make.loan({ referralId: referral.id });
  const second = await make.loan({ referralId: referral.id });
  t.same(second.followUps, [], 'help has one set of calls');
  const giveBack = ({ id, items }: typeof first) =>
    returnItems(deps, officer, id, {
      items: items.map((item) => ({ itemId: item.id, condition: 'B' as const })),
    });
  await giveBack(first);
  t.same(
    (await getLoan(db, clock, second.id)).followUps.map(({ id, status }) => [id, status]),
    first.followUps.map(({ id }) => [id, 'planned']),
  );
  await giveBack(second);
  t.ok((await getLoan(db, clock, second.id)).followUps.every(({ status }) => status === 'cancelled'));
});

t.test('rule 9: a number stops with its device, and someone asks for another way', async (t) => {
  const [phone] = await make.readyDevices(1, { kind: 'phone' });
  await fitDataPlan(deps, officer, phone!.id, {
    network: 'O2',
    iccid: '8944116059799981681',
    msisdn: '07700 900555',
    gbPerMonth: 20,
    durationMonths: 12,
  });
  const points = [
    { channel: 'sms' as const, value: '07700 900555', safe: true },
    { channel: 'sms' as const, value: '07700 900556', safe: true },
  ];
  const referral = await make.waitingReferral({ person: { contactPoints: points } });
  const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: phone!.id }] });
  const other = await make.waitingReferral({ person: { contactPoints: points } });
  await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
  const stopped = async (referralId: string) => {
    const { patient } = await getReferral(db, officer.actor, referralId);
    const rows = await db
      .selectFrom('contact_point')
      .select(['value', 'stopped_at'])
      .where('patient_id', '=', patient.id)
      .orderBy('position')
      .execute();
    return rows.map(({ value, stopped_at }) => [value, stopped_at !== null]);
  };
  t.same(await stopped(referral.id), [
    ['+447700900555', true],
    ['+447700900556', false],
  ]);
  t.same(
    await stopped(other.id),
    [
      ['+447700900555', false],
      ['+447700900556', false],
    ],
    'another patient’s word stands',
  );
  const { patient } = await getReferral(db, officer.actor, referral.id);
  t.ok(
    await db
      .selectFrom('task')
      .select('id')
      .where('kind', '=', 'number_stopped')
      .where('subject_id', '=', patient.id)
      .executeTakeFirst(),
  );
});

t.test('two returns of one item at once: one outcome, no half-done change', async (t) => {
  const loan = await make.loan();
  const input = { items: [{ itemId: loan.items[0]!.id, condition: 'B' as const }] };
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => returnItems(deps, officer, loan.id, input)),
  );
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') t.equal(outcome.reason.type, 'loan-closed');
  t.equal(
    (
      await db
        .selectFrom('device')
        .select('cycle')
        .where('id', '=', loan.items[0]!.deviceId)
        .executeTakeFirstOrThrow()
    ).cycle,
    2,
  );
});

t.test('items of another loan, twice the same item and unknown loans are refused', async (t) => {
  const [one, two] = [await make.loan(), await make.loan()];
  const item = { itemId: two.items[0]!.id, condition: 'B' as const };
  t.match(await refusal(returnItems(deps, officer, one.id, { items: [item] })), {
    errors: [{ pointer: '/items/0/itemId' }],
  });
  t.match(await refusal(returnItems(deps, officer, two.id, { items: [item, item] })), {
    errors: [{ pointer: '/items' }],
  });
  t.match(
    await refusal(returnItems(deps, officer, '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', { items: [item] })),
    { type: 'not-found' },
  );
});

t.test('overdue loans list the longest overdue first, page by page', async (t) => {
  for (const dueOn of ['2026-12-10', '2026-12-05', '2026-12-05', '2026-12-01']) await make.loan({ dueOn });
  clock.set('2026-12-20T09:00:00Z');
  const seen: (string | null)[] = [];
  let after: string | undefined;
  do {
    const page = await listLoans(db, clock, { limit: 2, due: 'overdue', after });
    seen.push(...page.items.map(({ dueOn }) => dueOn));
    after = page.next ?? undefined;
  } while (after);
  t.same(seen, ['2026-12-01', '2026-12-05', '2026-12-05', '2026-12-10']);
  clock.set('2026-11-23T09:30:00Z');
});

t.test('the number of statements does not grow with the items', async (t) => {
  let statements = 0;
  const counting = db.withPlugin({
    transformQuery: ({ node }) => {
      statements += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  const issueAndReturn = async (count: number) => {
    const referral = await make.waitingReferral();
    const items = (await make.readyDevices(count)).map(({ id }) => ({ deviceId: id }));
    statements = 0;
    const loan = await issueLoan({ ...deps, db: counting }, officer, {
      referralId: referral.id,
      items,
      agreement: verbal,
    });
    await returnItems({ ...deps, db: counting }, officer, loan.id, {
      items: loan.items.map(({ id }) => ({ itemId: id, condition: 'B' })),
    });
    return statements;
  };
  const one = await issueAndReturn(1);
  t.equal(await issueAndReturn(12), one);
  t.ok(one > 0 && one <= 10, `${one} statements beside begin and commit`);
});
