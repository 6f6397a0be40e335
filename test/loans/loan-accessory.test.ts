import { sql } from 'kysely';
import t from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import type { NewLoan } from '../../src/lending/loans/loan.schemas.ts';
import { writeOffAccessories } from '../../src/lending/loans/loan-accessory.commands.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { today } from '../../src/shared/clock.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { changeAccessory } from '../../src/stock/accessories/accessory.commands.ts';
import { listAccessories, listMovements } from '../../src/stock/accessories/accessory.queries.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { listKits } from '../../src/stock/kits/kit.queries.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { db, deps, clock } = await testDatabase(t, { DATABASE_POOL: '40' });
const make = factories(deps);
const chargers = (quantity: number) => [{ kind: 'Charger', quantity }];
const kindOf = async (kind: string) => (await listAccessories(db)).find((one) => one.kind === kind)!;
const thereAt = async (kind: string, locationId: string) =>
  (await kindOf(kind)).stock.find(({ location }) => location.id === locationId)?.quantity;
/** Places where the log does not sum to the stock. */
const faults = async () =>
  (
    await sql`
      select s.* from accessory_stock s where s.quantity <> coalesce((
        select sum(m.change) from accessory_movement m where m.accessory_id = s.accessory_id and m.location_id = s.location_id), 0)`.execute(
      db,
    )
  ).rows;
/** An issue of a new device for a new referral. */
const issue = async (changes: Partial<NewLoan>, dep = deps) => {
  const referral = await make.waitingReferral();
  const [device] = await make.readyDevices(1);
  return issueLoan(dep, officer, {
    referralId: referral.id,
    items: [{ deviceId: device!.id }],
    agreement: { acceptedBy: 'verbal' },
    ...changes,
  });
};

t.test('accessories go out of the stock of one place with the loan, logged', async (t) => {
  const { id } = await make.store({ Charger: 3, Case: 2 });
  const loan = await issue({
    accessories: [
      { kind: ' charger', quantity: 2 },
      { kind: 'Case', quantity: 1 },
    ],
    stockLocationId: id,
  });
  t.same(loan.accessories, [
    { kind: 'Charger', quantity: 2 },
    { kind: 'Case', quantity: 1 },
  ]);
  t.same([await thereAt('Charger', id), await thereAt('Case', id)], [1, 1]);
  t.match((await getLoan(db, clock, loan.id)).accessories, [
    { kind: 'Case', quantity: 1, returned: 0, writtenOff: 0 },
    { kind: 'Charger', quantity: 2, returned: 0, writtenOff: 0 },
  ]);
  const [last] = (await listMovements(db, (await kindOf('Charger')).id, { limit: 1 })).items;
  t.match(last, {
    kind: 'issued',
    change: -2,
    location: { id },
    loan: { id: loan.id },
    actor: 'Olive Officer',
  });
  t.match((await timelineOf(db, loan.id, { limit: 1 })).items[0], {
    values: { accessory: ['Charger × 2', 'Case × 1'] },
  });
  t.same(await faults(), []);
});

t.test('where they come from: the only place that has all, or the one that is named', async (t) => {
  const stylus = [{ kind: 'Stylus', quantity: 1 }];
  t.match(await refusal(issue({ accessories: stylus })), {
    type: 'accessories-short',
    detail: 'Stylus: 1 wanted, none in stock.',
    extra: { accessories: [{ kind: 'Stylus', wanted: 1, available: 0 }] },
  });
  const one = await make.store({ Stylus: 2, Cable: 1 }, 'One hub');
  await issue({ accessories: stylus });
  t.equal(await thereAt('Stylus', one.id), 1);
  const two = await make.store({ Stylus: 2 }, 'Two hub');
  const problem = await refusal(issue({ accessories: stylus }));
  t.match(problem, {
    type: 'invalid',
    errors: [{ pointer: '/stockLocationId', message: /One hub and Two hub have them/ }],
  });
  await issue({ accessories: [...stylus, { kind: 'Cable', quantity: 1 }] });
  t.equal(await thereAt('Stylus', one.id), 0, 'only one place has both');
  await issue({ accessories: [{ kind: 'Stylus', quantity: 2 }] });
  t.equal(await thereAt('Stylus', two.id), 0);
  await make.store({ Stylus: 1 }, 'Three hub');
  await make.store({ Cable: 1 }, 'Four hub');
  t.match(await refusal(issue({ accessories: [...stylus, { kind: 'Cable', quantity: 1 }] })), {
    detail: 'Stylus: 1 wanted, 1 at Three hub. Cable: 1 wanted, 1 at Four hub. No one place has them all.',
  });
});

t.test(
  'rule 4: an accessory that is short stops the whole issue, and each line says what there is',
  async (t) => {
    const { id, name } = await make.store({ Charger: 1, Case: 5 });
    const referral = await make.waitingReferral();
    const [device] = await make.readyDevices(1);
    const problem = await refusal(
      issue({
        referralId: referral.id,
        items: [{ deviceId: device!.id }],
        accessories: [...chargers(2), { kind: 'Case', quantity: 1 }, { kind: 'Stylus', quantity: 1 }],
        stockLocationId: id,
      }),
    );
    t.match(problem, {
      status: 409,
      type: 'accessories-short',
      detail: `Charger: 2 wanted, 1 at ${name}. Stylus: 1 wanted, none there.`,
      extra: {
        accessories: [
          { kind: 'Charger', wanted: 2, available: 1 },
          { kind: 'Stylus', wanted: 1, available: 0 },
        ],
      },
    });
    const { status } = await db
      .selectFrom('device')
      .select('status')
      .where('id', '=', device!.id)
      .executeTakeFirstOrThrow();
    t.equal(status, 'ready');
    t.equal((await getReferral(db, officer.actor, referral.id)).status, 'waiting');
    t.same([await thereAt('Charger', id), await thereAt('Case', id)], [1, 5], 'nothing was taken');
    t.same(await faults(), []);
  },
);

t.test(
  'rule 5: of 32 issues at once of the last charger one wins, and nothing of the others stays',
  async (t) => {
    const { id, name } = await make.store({ Charger: 1 });
    const referrals = await Promise.all(Array.from({ length: 32 }, () => make.waitingReferral()));
    const devices = await make.readyDevices(32);
    const outcomes = await Promise.allSettled(
      referrals.map((referral, place) =>
        issueLoan(deps, officer, {
          referralId: referral.id,
          items: [{ deviceId: devices[place]!.id }],
          accessories: chargers(1),
          stockLocationId: id,
          agreement: { acceptedBy: 'verbal' },
        }),
      ),
    );
    const lost = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? (outcome.reason as Problem) : [],
    );
    t.equal(lost.length, 31);
    for (const problem of lost)
      t.match(problem, {
        type: 'accessories-short',
        detail: `Charger: 1 wanted, none there.`,
        extra: { accessories: [{ available: 0 }] },
      });
    t.equal(await thereAt('Charger', id), 0, name);
    const { rows } = await sql<{ status: string; count: number }>`
    select status, count(*)::int from device where id = any(${devices.map((device) => device.id)}::uuid[]) group by status order by status`.execute(
      db,
    );
    t.same(rows, [
      { status: 'on_loan', count: 1 },
      { status: 'ready', count: 31 },
    ]);
    t.same(await faults(), []);
  },
);

t.test(
  'rule 5: issues of several kinds in any order, returns and counts at once: no deadlock is seen, the log sums',
  async (t) => {
    const { id } = await make.store({ Charger: 12, Case: 12, Cable: 12 });
    const kinds = ['Charger', 'Case', 'Cable'];
    const loans = await Promise.all(
      Array.from({ length: 4 }, () =>
        issue({ accessories: kinds.map((kind) => ({ kind, quantity: 1 })), stockLocationId: id }),
      ),
    );
    const outcomes = await Promise.allSettled([
      ...loans.map((loan, place) =>
        returnItems(deps, officer, loan.id, {
          items: [],
          accessories: kinds.map((_, turn) => ({ kind: kinds[(turn + place) % 3]!, quantity: 1 })),
        }),
      ),
      ...Array.from({ length: 9 }, (_, place) =>
        issue({
          accessories: kinds.map((_, turn) => ({ kind: kinds[(place - turn + 3) % 3]!, quantity: 1 })),
          stockLocationId: id,
        }),
      ),
    ]);
    t.same(
      outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? outcome.reason.message : [])),
      [],
    );
    t.same(await Promise.all(kinds.map((kind) => thereAt(kind, id))), [3, 3, 3]);
    t.same(await faults(), []);
  },
);

t.test('what is not right of accessories and kits is told with the other faults', async (t) => {
  const nobody = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
  const { id: stylus } = await kindOf('Stylus');
  clock.set('2026-11-23T09:31:00Z');
  await changeAccessory(deps, { ...officer, ifMatch: '*' }, stylus, { retired: true });
  t.match(
    await refusal(
      issue({
        accessories: [...chargers(1), { kind: 'CHARGER', quantity: 1 }, { kind: 'Stylus', quantity: 1 }],
        stockLocationId: nobody,
        kitId: nobody,
        dueOn: '2026-01-01',
      }),
    ),
    {
      errors: [
        { pointer: '/accessories/1/kind' },
        { pointer: '/accessories/2/kind' },
        { pointer: '/stockLocationId' },
        { pointer: '/kitId' },
        { pointer: '/dueOn' },
      ],
    },
  );
  t.match(await refusal(issue({ kitGaps: [{ line: 1, reason: 'None' }] })), {
    errors: [{ pointer: '/kitGaps/0' }],
  });
  const [kit] = await listKits(db);
  t.match(await refusal(issue({ kitId: kit!.id, kitGaps: [{ line: 9, reason: 'None' }] })), {
    errors: [{ pointer: '/kitGaps/0/line' }],
  });
});

t.test('by kit: each line is filled or has its reason, which the loan keeps', async (t) => {
  const { id } = await make.store({ Charger: 1 });
  const kit = (await listKits(db)).find(({ name }) => name === 'Tablet with data')!;
  const [tablet] = await make.readyDevices(1);
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  const by = (kitGaps: NewLoan['kitGaps']) =>
    issue({
      items: [{ deviceId: tablet!.id }, { deviceId: dongle!.id }],
      accessories: chargers(1),
      stockLocationId: id,
      kitId: kit.id,
      kitGaps,
    });
  const problem = await refusal(by([{ line: 4, reason: 'Has one' }]));
  t.match(problem, {
    status: 409,
    type: 'kit-incomplete',
    detail: /^Missing of Tablet with data: Dongle with data\./,
    extra: { lines: [{ line: 2, what: 'Dongle with data', missing: 1 }] },
  });
  await fitDataPlan(deps, officer, dongle!.id, {
    network: 'O2',
    iccid: '8944116059799981699',
    gbPerMonth: 25,
    durationMonths: 12,
  });
  t.match(await refusal(by([])), { extra: { lines: [{ line: 4, what: 'Case' }] } });
  const loan = await by([
    { line: 4, reason: ' Has one ' },
    { line: 1, reason: 'Not missing after all' },
  ]);
  t.match(await getLoan(db, clock, loan.id), {
    kit: { id: kit.id, name: 'Tablet with data' },
    kitGaps: [{ line: 4, what: 'Case', reason: 'Has one' }],
  });
  t.equal((await getLoan(db, clock, loan.id)).kitGaps.length, 1);
});

t.test(
  'rule 6: a charger that is missing keeps the loan open; it comes later, to another place',
  async (t) => {
    const { id } = await make.store({ Charger: 2, Case: 1 });
    const loan = await issue({
      accessories: [...chargers(2), { kind: 'Case', quantity: 1 }],
      stockLocationId: id,
    });
    const items = [{ itemId: loan.items[0]!.id, condition: 'B' as const }];
    const partly = await returnItems(deps, officer, loan.id, {
      items,
      accessories: [{ kind: 'case', quantity: 1 }],
    });
    t.match(partly, {
      loan: { status: 'open' },
      items: [{ status: 'returned' }],
      missing: { items: [], accessories: [{ kind: 'Charger', quantity: 2 }] },
    });
    t.equal(await thereAt('Case', id), 1, 'it went back where it came from');
    t.match((await timelineOf(db, loan.id, { limit: 1 })).items[0], {
      type: 'loan.returned',
      values: { status: 'open', accessory: ['Case × 1'] },
    });
    t.ok((await getLoan(db, clock, loan.id)).followUps.every(({ status }) => status === 'planned'));

    const back = (accessories: NewLoan['accessories'], locationId?: string) =>
      returnItems(deps, officer, loan.id, { items: [], accessories, ...(locationId && { locationId }) });
    t.match(await refusal(back(chargers(3))), {
      type: 'item-already-ended',
      detail: 'Still out of this loan: Charger × 2.',
      extra: { accessories: [{ kind: 'Charger', quantity: 2 }] },
    });
    t.match(await refusal(back([{ kind: 'Stylus', quantity: 1 }])), {
      type: 'invalid',
      errors: [{ pointer: '/accessories/0/kind' }],
    });
    t.match(await refusal(back([...chargers(1), ...chargers(1)])), {
      errors: [{ pointer: '/accessories/1/kind' }],
    });
    t.match(await refusal(back([])), { errors: [{ pointer: '/items' }] });
    const other = await make.store();
    t.match(await back(chargers(1), other.id), {
      loan: { status: 'open' },
      missing: { accessories: [{ kind: 'Charger', quantity: 1 }] },
    });
    t.same([await thereAt('Charger', id), await thereAt('Charger', other.id)], [0, 1]);
    t.match(await back(chargers(1)), { loan: { status: 'closed' }, missing: { items: [], accessories: [] } });
    const closed = await getLoan(db, clock, loan.id);
    t.ok(closed.closedAt);
    t.ok(closed.followUps.every(({ status }) => status === 'cancelled'));
    t.match(await refusal(back(chargers(1))), { type: 'loan-closed' });
    t.same(await faults(), []);
  },
);

t.test('an item keeps the loan open although every accessory is back', async (t) => {
  const { id } = await make.store({ Charger: 1 });
  const loan = await issue({ accessories: chargers(1), stockLocationId: id });
  t.match(await returnItems(deps, officer, loan.id, { items: [], accessories: chargers(1) }), {
    loan: { status: 'open' },
    items: [],
    missing: { items: [{ id: loan.items[0]!.id, status: 'on_loan' }], accessories: [] },
  });
  t.match(
    await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'A' }] }),
    { loan: { status: 'closed' } },
  );
});

t.test(
  'what will not come back is written down with its reason, and closes the loan when nothing else is out',
  async (t) => {
    const { id } = await make.store({ Charger: 2 });
    const loan = await issue({ accessories: chargers(2), stockLocationId: id });
    const input = { accessories: chargers(1), reason: 'Broken, put in the bin' };
    t.match(await writeOffAccessories(deps, officer, loan.id, input), {
      loan: { status: 'open' },
      missing: { items: [{ status: 'on_loan' }], accessories: [{ kind: 'Charger', quantity: 1 }] },
    });
    await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
    t.match(
      await refusal(writeOffAccessories(deps, officer, loan.id, { ...input, accessories: chargers(2) })),
      {
        type: 'item-already-ended',
      },
    );
    t.match(await writeOffAccessories(deps, officer, loan.id, input), { loan: { status: 'closed' } });
    t.match((await getLoan(db, clock, loan.id)).accessories, [{ quantity: 2, returned: 0, writtenOff: 2 }]);
    t.match(await refusal(writeOffAccessories(deps, officer, loan.id, input)), { type: 'loan-closed' });
    t.match(await refusal(writeOffAccessories(deps, officer, id, input)), { type: 'not-found' });
    const [last] = (await listMovements(db, (await kindOf('Charger')).id, { limit: 1 })).items;
    t.match(last, { kind: 'not_returned', change: 0, quantity: 1, note: 'Broken, put in the bin' });
    t.equal(await thereAt('Charger', id), 0);
    t.match(
      (await timelineOf(db, loan.id, { limit: 2 })).items.find(
        ({ type }) => type === 'loan.accessories_written_off',
      ),
      {
        values: { status: 'closed', accessory: ['Charger × 1'] },
        fields: ['reason'],
      },
    );
    t.same(await faults(), []);
  },
);

t.test('rule 7: a charger that is written off after a loss does not end the person’s support', async (t) => {
  const { id } = await make.store({ Charger: 1 });
  const loan = await issue({ accessories: chargers(1), stockLocationId: id });
  await reportIncident(deps, officer, loan.id, {
    itemId: loan.items[0]!.id,
    kind: 'stolen',
    reportedOn: today(deps.clock),
  });
  t.match(
    await writeOffAccessories(deps, officer, loan.id, { accessories: chargers(1), reason: 'Gone with it' }),
    { loan: { status: 'closed' } },
  );
  const { followUps } = await getLoan(db, clock, loan.id);
  t.ok(followUps.length && followUps.every(({ status }) => status === 'planned'));
});

t.test('a return against a write-off of the last charger at once: one outcome', async (t) => {
  const { id } = await make.store({ Charger: 1 });
  const loan = await issue({ accessories: chargers(1), stockLocationId: id });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, (_, place) =>
      place % 2
        ? writeOffAccessories(deps, officer, loan.id, { accessories: chargers(1), reason: 'Lost on a bus' })
        : returnItems(deps, officer, loan.id, { items: [], accessories: chargers(1) }),
    ),
  );
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') t.equal(outcome.reason.type, 'item-already-ended');
  t.same(await faults(), []);
});

t.test('accessories cost an issue one statement, however many kinds', async (t) => {
  const { id } = await make.store({ Charger: 9, Case: 9, Cable: 9 });
  let statements = 0;
  const counting = db.withPlugin({
    transformQuery: ({ node }) => {
      statements += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  const cost = async (kinds: string[]) => {
    const referral = await make.waitingReferral();
    const [device] = await make.readyDevices(1);
    statements = 0;
    await issue(
      {
        referralId: referral.id,
        items: [{ deviceId: device!.id }],
        accessories: kinds.map((kind) => ({ kind, quantity: 1 })),
        stockLocationId: id,
      },
      { ...deps, db: counting },
    );
    return statements;
  };
  const none = await cost([]);
  t.same([await cost(['Charger']), await cost(['Charger', 'Case', 'Cable'])], [none + 1, none + 1]);
});
