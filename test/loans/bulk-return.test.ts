import { sql } from 'kysely';
import t from 'tap';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { returnDevices, returnItems } from '../../src/lending/loans/return.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { timelineOf } from '../../src/shared/event.queries.ts';
import { newId } from '../../src/shared/ids.ts';
import { getDevice } from '../../src/stock/devices/device.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, deps, db, clock, as } = await testApp(t, { DATABASE_POOL: '30' });
const make = factories(deps);

t.test('many come back at once, of several loans; those with nothing left close', async (t) => {
  const [one, two, three] = [await make.loan(), await make.loan({ count: 2 }), await make.loan({ count: 2 })];
  const tags = [one.items[0]!, ...two.items, three.items[0]!].map(({ assetTag }) => assetTag);
  const { lines, loans } = await returnDevices(deps, officer, {
    items: tags.map((assetTag, place) => ({
      assetTag: assetTag.toLowerCase(),
      condition: place ? 'B' : 'C',
      ...(place === 1 && { notes: 'A scratch' }),
    })),
  });
  t.ok(lines.every(({ verdict }) => verdict === 'returned'));
  t.same(
    new Map(loans.map(({ reference, status }) => [reference, status])),
    new Map([
      [one.reference, 'closed'],
      [two.reference, 'closed'],
      [three.reference, 'open'],
    ]),
  );
  t.match(await getDevice(db, one.items[0]!.deviceId), {
    status: 'in_preparation',
    cycle: 2,
    condition: 'C',
  });
  const closed = await getLoan(db, clock, two.id);
  t.ok(closed.followUps.every(({ status }) => status === 'cancelled'));
  t.ok((await getLoan(db, clock, three.id)).followUps.every(({ status }) => status === 'planned'));
  t.match((await timelineOf(db, two.id, { limit: 1 })).items[0], {
    type: 'loan.returned',
    fields: ['returnNotes'],
  });
  t.equal(
    (await getReferral(db, officer.actor, closed.referral!.id)).status,
    'active',
    'its data need is still open',
  );
});

t.test(
  'all or none: a line that cannot come back stops the rest and is named; partial leaves it out',
  async (t) => {
    const loan = await make.loan();
    const [ready] = await make.readyDevices(1);
    const items = [
      { assetTag: loan.items[0]!.assetTag, condition: 'B' as const },
      { assetTag: ready!.assetTag, condition: 'B' as const },
      { assetTag: 'LW-NONE', condition: 'B' as const },
      { deviceId: loan.items[0]!.deviceId, condition: 'A' as const },
    ];
    const problem = await refusal(returnDevices(deps, officer, { items }));
    t.match(problem, {
      type: 'return-refused',
      extra: {
        lines: [
          { line: 1, verdict: 'returned' },
          { line: 2, verdict: 'refused' },
          { line: 3, verdict: 'refused' },
          { line: 4, verdict: 'twice' },
        ],
      },
    });
    t.equal((await getDevice(db, loan.items[0]!.deviceId)).status, 'on_loan');
    const done = await returnDevices(deps, officer, { items }, true);
    t.same(
      done.lines.map(({ verdict }) => verdict),
      ['returned', 'refused', 'refused', 'twice'],
    );
    t.match(
      await refusal(returnDevices(deps, officer, { items }, true)),
      { type: 'return-refused' },
      'nothing left to take back',
    );
    t.match(await refusal(returnDevices(deps, officer, { items: [{ condition: 'A' }] })), {
      errors: [{ pointer: '/items/0' }],
    });
    t.match(await refusal(returnDevices(deps, officer, { items, locationId: newId() })), {
      errors: [{ pointer: '/locationId' }],
    });
  },
);

t.test('the number of statements is the same for 2 devices and for 40', async (t) => {
  const count = async (size: number) => {
    const loans = await Promise.all(Array.from({ length: size }, () => make.loan()));
    const before = await statements();
    await returnDevices(deps, officer, {
      items: loans.map(({ items }) => ({ deviceId: items[0]!.deviceId, condition: 'B' })),
    });
    return (await statements()) - before;
  };
  let ran = 0;
  const statements = async () => ran;
  const counting = {
    ...deps,
    db: deps.db.withPlugin({
      transformQuery: ({ node }) => {
        ran++;
        return node;
      },
      transformResult: async ({ result }) => result,
    }),
  };
  const real = deps.db;
  deps.db = counting.db;
  const few = await count(2);
  const many = await count(40);
  deps.db = real;
  t.ok(few > 3, 'they are counted');
  t.equal(many, few);
});

t.test('race: the same devices taken back twice at once, by list and by loan: one outcome', async (t) => {
  for (let round = 0; round < 10; round++) {
    const loan = await make.loan({ count: 2 });
    const items = loan.items.map(({ deviceId }) => ({ deviceId, condition: 'B' as const }));
    const outcomes = await Promise.allSettled([
      returnDevices(deps, officer, { items }),
      returnDevices(deps, officer, { items: items.toReversed() }),
      returnItems(deps, officer, loan.id, {
        items: loan.items.map(({ id }) => ({ itemId: id, condition: 'B' })),
      }),
    ]);
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') t.equal(outcome.reason.status, 409);
    const { rows } = await sql<{
      cycle: number;
    }>`select cycle from device where id = any(${items.map(({ deviceId }) => deviceId)}::uuid[])`.execute(db);
    t.same(rows, [{ cycle: 2 }, { cycle: 2 }]);
  }
});

t.test('over HTTP: a double send with its key is answered once', async (t) => {
  const loan = await make.loan();
  const request = {
    method: 'POST',
    url: '/api/v1/returns',
    headers: { ...as.officer, 'idempotency-key': newId() },
    payload: { items: [{ assetTag: loan.items[0]!.assetTag, condition: 'B' }] },
  } as const;
  const first = await app.inject(request);
  t.equal(first.statusCode, 201);
  const second = await app.inject(request);
  t.equal(second.headers['idempotent-replayed'], 'true');
  t.same(second.json(), first.json());
});

t.test('a label in the box when the list is taken back is added first, not left out', async (t) => {
  const { items } = await make.loan({ count: 2 });
  const [one, other] = items.map(({ assetTag }) => assetTag);
  const shown = await forms(app, as.officer).post('/returns/many', {
    label: one!,
    scan: other!,
    do: 'return',
  });
  t.equal(shown.statusCode, 200);
  t.match(shown.body, /2 devices in the list/);
  t.equal((await getDevice(db, items[0]!.deviceId)).status, 'on_loan', 'nothing is saved yet');
});

t.test('journey: five devices by scanning five labels and one confirmation', async (t) => {
  const loans = await Promise.all([1, 2, 3, 4].map(() => make.loan()));
  const rest = await make.loan({ count: 2 });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, scan, enter, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/returns');
  await page.getByRole('link', { name: 'Take back many at once' }).click();
  const tags = [...loans, rest].map(({ items }) => items[0]!.assetTag);
  for (const tag of tags) await scan(tag);
  await scan(tags[0]!);
  t.match(await page.locator('#last-scan').textContent(), /already in the list/);
  await scan('LW-12');
  await look('a list to take back with a wrong label');
  await enter();
  t.match(await page.locator('.nhsuk-error-summary').textContent(), /Take out what cannot come back: LW-12/);
  await page.getByRole('button', { name: 'Remove LW-12' }).click();
  await page.getByLabel(`Condition of ${tags[1]}`).selectOption('C');
  await page.getByLabel('Scan or type a label').press('Enter');
  await page.getByText('5 devices came back, of 5 loans').waitFor();
  t.match(
    await page.locator('main').textContent(),
    new RegExp(`Something is still out on ${rest.reference}`),
  );
  t.equal((await getDevice(db, loans[1]!.items[0]!.deviceId)).condition, 'C');
});
