import fc from 'fast-check';
import { sql } from 'kysely';
import t from 'tap';
import { timelineOf } from '../../src/shared/event.queries.ts';
import { addAccessory, recordMovement } from '../../src/stock/accessories/accessory.commands.ts';
import { getAccessory, listAccessories } from '../../src/stock/accessories/accessory.queries.ts';
import { changesOf, movementErrors, movementKinds } from '../../src/stock/accessories/accessory.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps } = await testApp(t, { DATABASE_POOL: '40' });
const make = factories(deps);
const api = '/api/v1/accessories';
const ask = (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object, headers = as.officer) =>
  app.inject({ method, url, headers, ...(payload && { payload }) });
const kindOf = async (kind: string) => (await listAccessories(db)).find((one) => one.kind === kind)!;
/** What the log sums to, place by place, against what the stock says. */
const sums = async (id: string) => {
  const { rows } = await sql<{ quantity: number; logged: number }>`
    select s.quantity, (select sum(m.change)::int from accessory_movement m where m.accessory_id = s.accessory_id and m.location_id = s.location_id) as logged
    from accessory_stock s where s.accessory_id = ${id}`.execute(db);
  return rows;
};

t.test('what a movement writes: a count logs the difference, a move is two lines', async (t) => {
  const at = { locationId: 'a', quantity: 3 };
  t.same(changesOf({ kind: 'received', ...at }, 5), [{ locationId: 'a', kind: 'received', change: 3 }]);
  t.same(changesOf({ kind: 'lost', ...at }, 5), [{ locationId: 'a', kind: 'lost', change: -3 }]);
  t.same(changesOf({ kind: 'counted', ...at }, 5), [
    { locationId: 'a', kind: 'counted', change: -2, quantity: 3 },
  ]);
  t.same(changesOf({ kind: 'moved', ...at, toLocationId: 'b' }, 5), [
    { locationId: 'a', kind: 'moved_out', change: -3 },
    { locationId: 'b', kind: 'moved_in', change: 3 },
  ]);
  const faults = (...given: Parameters<typeof movementErrors>) =>
    movementErrors(...given).map(({ pointer }) => pointer);
  t.same(faults({ kind: 'counted', locationId: 'a', quantity: 0 }), []);
  t.same(faults({ kind: 'damaged', locationId: 'a', quantity: 0 }), ['/quantity']);
  t.same(faults({ kind: 'moved', ...at }), ['/toLocationId']);
  t.same(faults({ kind: 'moved', ...at, toLocationId: 'a' }), ['/toLocationId']);
  t.same(faults({ kind: 'lost', ...at, toLocationId: 'b' }), ['/toLocationId']);
});

t.test('kinds as data: added, renamed, retired, and listed with their stock by place', async (t) => {
  const none = (await ask('GET', api)).json().items;
  t.same(
    none.map(({ kind, total, low }: { kind: string; total: number; low: boolean }) => [kind, total, low]),
    ['Cable', 'Case', 'Charger', 'Easy-read guide', 'Stylus'].map((kind) => [kind, 0, false]),
    'of what was never held nothing is low',
  );
  t.equal((await ask('POST', api, { kind: 'Headphones' })).statusCode, 403, 'an officer sets no kinds');
  const added = await ask('POST', api, { kind: ' Headphones ', lowStockLevel: 3 }, as.manager);
  t.equal(added.statusCode, 201);
  const { id } = added.json();
  t.equal(added.headers.location, `${api}/${id}`);
  t.match(added.json(), { kind: 'Headphones', lowStockLevel: 3, total: 0, stock: [] });
  t.match((await ask('POST', api, { kind: 'headphones' }, as.manager)).json(), {
    type: '/problems/name-in-use',
  });

  const { etag } = (await ask('GET', `${api}/${id}`)).headers;
  const change = (payload: object, ifMatch?: string) =>
    app.inject({
      method: 'PATCH',
      url: `${api}/${id}`,
      headers: { ...as.manager, ...(ifMatch && { 'if-match': ifMatch }) },
      payload,
    });
  t.equal((await change({ lowStockLevel: 9 })).statusCode, 428);
  deps.clock.set('2026-11-23T09:31:00Z');
  const renamed = await change({ kind: 'Earphones' }, etag as string);
  t.match(renamed.json(), { kind: 'Earphones', lowStockLevel: 3 });
  t.equal((await change({ retired: true }, etag as string)).statusCode, 412);
  deps.clock.set('2026-11-23T09:32:00Z');
  const retired = await change({ retired: true }, renamed.headers.etag as string);
  t.match(retired.json(), { retired: true, kind: 'Earphones' });
  const kinds = async (query = '') => (await ask('GET', `${api}${query}`)).json().items.length;
  t.same([await kinds(), await kinds('?retired=true')], [5, 6]);
  t.match((await change({ retired: false }, retired.headers.etag as string)).json(), { retired: false });
  t.equal((await ask('GET', `${api}/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e`)).statusCode, 404);
  t.match((await timelineOf(db, id, { limit: 1 })).items[0], {
    type: 'accessory.changed',
    fields: ['retired'],
  });
});

t.test('movements change the stock of a place and are told, newest first, page by page', async (t) => {
  const { id } = await kindOf('Charger');
  const [hub, library] = [await make.store({}, 'Hub'), await make.store({}, 'Library')];
  const move = (payload: object) => ask('POST', `${api}/${id}/movements`, payload);
  const received = await move({ kind: 'received', quantity: 6, locationId: hub.id, note: 'From Asda' });
  t.equal(received.statusCode, 201);
  t.match(received.json(), { change: 6, accessory: { total: 6, low: false } });
  t.match((await move({ kind: 'moved', quantity: 2, locationId: hub.id, toLocationId: library.id })).json(), {
    accessory: {
      total: 6,
      stock: [
        { location: { name: 'Hub' }, quantity: 4 },
        { location: { name: 'Library' }, quantity: 2 },
      ],
    },
  });
  t.match((await move({ kind: 'counted', quantity: 3, locationId: hub.id })).json(), {
    change: -1,
    accessory: { total: 5, low: false },
  });
  t.match((await move({ kind: 'damaged', quantity: 1, locationId: hub.id })).json(), {
    accessory: { total: 4, low: true },
  });
  t.match((await move({ kind: 'counted', quantity: 2, locationId: hub.id })).json(), { change: 0 });
  const short = await move({ kind: 'lost', quantity: 3, locationId: library.id });
  t.equal(short.statusCode, 409);
  t.match(short.json(), {
    type: '/problems/accessories-short',
    detail: 'Charger: 3 wanted, 2 at Library. Count them first if that is wrong.',
    accessories: [{ kind: 'Charger', wanted: 3, available: 2 }],
  });
  t.match((await move({ kind: 'lost', quantity: 1, locationId: id })).json(), {
    errors: [{ pointer: '/locationId' }],
  });
  t.match((await move({ kind: 'moved', quantity: 0, locationId: id })).json(), {
    errors: [{ pointer: '/quantity' }, { pointer: '/toLocationId' }],
  });
  t.equal(
    (await ask('POST', `${api}/${hub.id}/movements`, { kind: 'lost', quantity: 1, locationId: hub.id }))
      .statusCode,
    404,
  );

  const seen: [string, number, number | null, string][] = [];
  let url = `${api}/${id}/movements?limit=2`;
  while (url) {
    const page = await ask('GET', url);
    for (const { kind, change, quantity, location } of page.json().items)
      seen.push([kind, change, quantity, location.name]);
    url = /<([^>]+)>/.exec(String(page.headers.link ?? ''))?.[1] ?? '';
  }
  t.same(seen, [
    ['counted', 0, 2, 'Hub'],
    ['damaged', -1, null, 'Hub'],
    ['counted', -1, 3, 'Hub'],
    ['moved_in', 2, null, 'Library'],
    ['moved_out', -2, null, 'Hub'],
    ['received', 6, null, 'Hub'],
  ]);
  t.match((await timelineOf(db, hub.id, { limit: 50 })).items.at(-2), {
    type: 'accessory.moved',
    values: { kind: 'received', accessory: 'Charger', quantity: 6 },
    fields: ['note'],
  });
  const { items } = (await ask('GET', '/api/v1/worklist')).json();
  t.match(
    items.find(({ kind }: { kind: string }) => kind === 'accessories_low'),
    { count: 1, oldest: null },
  );
});

t.test(
  'rule 5: whatever is recorded at once, no quantity is below zero and the log sums to the stock',
  async (t) => {
    const accessory = await addAccessory(deps, officer, { kind: 'Cable tie' });
    const places = [await make.store(), await make.store()];
    const movement = fc.record({
      kind: fc.constantFrom(...movementKinds),
      quantity: fc.integer({ min: 1, max: 4 }),
      from: fc.constantFrom(0, 1),
    });
    await t.resolves(
      fc.assert(
        fc.asyncProperty(fc.array(movement, { minLength: 4, maxLength: 12 }), async (movements) => {
          const outcomes = await Promise.allSettled(
            movements.map(({ kind, quantity, from }) =>
              recordMovement(deps, officer, accessory.id, {
                kind,
                quantity,
                locationId: places[from]!.id,
                ...(kind === 'moved' && { toLocationId: places[1 - from]!.id }),
              }),
            ),
          );
          for (const outcome of outcomes)
            if (outcome.status === 'rejected' && outcome.reason.type !== 'accessories-short')
              throw outcome.reason;
          return (await sums(accessory.id)).every(
            ({ quantity, logged }) => quantity >= 0 && quantity === logged,
          );
        }),
        { numRuns: 25 },
      ),
    );
  },
);

t.test('rule 5: of 32 who lose the last one at once, one does', async (t) => {
  const { id } = await kindOf('Stylus');
  const { id: locationId } = await make.store({ Stylus: 1 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 32 }, () =>
      recordMovement(deps, officer, id, { kind: 'lost', quantity: 1, locationId }),
    ),
  );
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  t.same(await sums(id), [{ quantity: 0, logged: 0 }]);
  t.equal((await getAccessory(db, id)).total, 0);
});

t.test('rule 5: neither plain SQL nor a changed log gets past the database', async (t) => {
  const { id } = await kindOf('Charger');
  t.match(
    await refusal(sql`update accessory_stock set quantity = -1 where accessory_id = ${id}`.execute(db)),
    { constraint: 'accessory_stock_not_below_zero' },
  );
  t.ok(await refusal(sql`update accessory_movement set change = 0`.execute(db)));
  t.ok(await refusal(sql`delete from accessory_movement`.execute(db)));
});
