import t from 'tap';
import type { DeviceKind } from '../../src/stock/devices/device.rules.ts';
import { fillKit, type KitLine, lineWords } from '../../src/stock/kits/kit.rules.ts';
import { testApp } from '../helpers/app.ts';

const line = (
  number: number,
  what: DeviceKind | string,
  { withData = false, quantity = 1 } = {},
): KitLine => {
  const isDevice = ['tablet', 'phone', 'dongle'].includes(what);
  return {
    line: number,
    deviceKind: isDevice ? (what as DeviceKind) : null,
    withData,
    accessory: isDevice ? null : { id: what, kind: what },
    quantity,
  };
};
const device = (tag: string, kind: DeviceKind, hasActiveData = false) => ({ tag, kind, hasActiveData });
const fill = (
  ...given: Parameters<typeof fillKit<ReturnType<typeof device>, { kind: string; quantity: number }>>
) => {
  const { filled, missing, extra } = fillKit(...given);
  return {
    filled: filled.map(({ line, devices, has }) => [line, devices.map(({ tag }) => tag).join(' ') || has]),
    missing: missing.map(({ line, missing }) => [line, missing]),
    extra: [
      ...extra.devices.map(({ tag }) => tag),
      ...extra.accessories.map(({ kind, quantity }) => `${kind} ${quantity}`),
    ],
  };
};

t.test('what is there fills the lines of its kind, and the rest is missing or extra', async (t) => {
  const kit = [
    line(1, 'tablet'),
    line(2, 'dongle', { withData: true }),
    line(3, 'Charger'),
    line(4, 'Case', { quantity: 2 }),
  ];
  t.same(fill(kit, [], []), {
    filled: [
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
    ],
    missing: [
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 2],
    ],
    extra: [],
  });
  t.same(
    fill(
      kit,
      [
        device('T1', 'tablet'),
        device('D1', 'dongle'),
        device('D2', 'dongle', true),
        device('T2', 'tablet'),
        device('P', 'phone'),
      ],
      [
        { kind: 'charger', quantity: 3 },
        { kind: 'Case', quantity: 1 },
        { kind: 'Stylus', quantity: 1 },
      ],
    ),
    {
      filled: [
        [1, 'T1'],
        [2, 'D2'],
        [3, 1],
        [4, 1],
      ],
      missing: [[4, 1]],
      extra: ['D1', 'T2', 'P', 'charger 2', 'Stylus 1'],
    },
    'a dongle without data does not fill a line with data',
  );
});

t.test('exact fits come first, so that as few lines as possible are missing', async (t) => {
  const kit = [line(1, 'tablet'), line(2, 'tablet', { withData: true }), line(3, 'tablet', { quantity: 2 })];
  const cases: [ReturnType<typeof device>[], (string | number)[], [number, number][]][] = [
    [
      [device('A', 'tablet', true)],
      [0, 'A', 0],
      [
        [1, 1],
        [3, 2],
      ],
    ],
    [[device('A', 'tablet', true), device('B', 'tablet')], ['B', 'A', 0], [[3, 2]]],
    [[device('A', 'tablet', true), device('B', 'tablet', true)], ['B', 'A', 0], [[3, 2]]],
    [
      [device('A', 'tablet', true), device('B', 'tablet', true), device('C', 'tablet')],
      ['C', 'A', 'B'],
      [[3, 1]],
    ],
    [[device('C', 'tablet'), device('D', 'tablet'), device('E', 'tablet')], ['C', 0, 'D E'], [[2, 1]]],
  ];
  for (const [devices, filled, missing] of cases) {
    const got = fill(kit, devices, []);
    t.same(
      got.filled.map(([, what]) => what),
      filled,
    );
    t.same(got.missing, missing);
    t.same(got.extra, []);
  }
});

t.test('a line in words', async (t) => {
  t.equal(lineWords(line(1, 'dongle', { withData: true })), 'Dongle with data');
  t.equal(lineWords(line(1, 'Charger', { quantity: 2 })), 'Charger × 2');
  t.equal(lineWords({ ...line(1, 'tablet'), deviceKind: 'sim' }), 'SIM');
});

t.test('kits as data: added, changed with the version its author saw, retired', async (t) => {
  const { app, as, deps } = await testApp(t);
  const ask = (
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    payload?: object,
    headers: object = as.manager,
  ) =>
    app.inject({ method, url: `/api/v1/kits${url}`, headers: { ...headers }, ...(payload && { payload }) });
  const names = async (query = '') =>
    (await ask('GET', query, undefined, as.officer)).json().items.map(({ name }: { name: string }) => name);
  t.same(await names(), ['Tablet', 'Tablet with data']);

  const refused = await ask('POST', '', {
    name: 'Phone',
    lines: [
      {},
      { deviceKind: 'phone', accessory: 'Charger' },
      { accessory: 'Charger', withData: true },
      { accessory: 'charger ' },
    ],
  });
  t.same(
    refused.json().errors.map(({ pointer }: { pointer: string }) => pointer),
    ['/lines/0', '/lines/1', '/lines/2/withData', '/lines/3/accessory'],
  );
  t.match(
    (
      await ask('POST', '', { name: 'Phone', lines: [{ deviceKind: 'phone' }, { accessory: 'Kettle' }] })
    ).json(),
    {
      errors: [{ pointer: '/lines/1/accessory' }],
    },
  );
  t.match((await ask('POST', '', { name: 'tablet ', lines: [{ deviceKind: 'tablet' }] })).json(), {
    type: '/problems/name-in-use',
  });
  const body = {
    name: ' Phone',
    lines: [
      { deviceKind: 'phone', withData: true },
      { accessory: 'charger', quantity: 2 },
    ],
  };
  t.equal((await ask('POST', '', body, as.officer)).statusCode, 403);
  const added = await ask('POST', '', body);
  t.equal(added.statusCode, 201);
  t.match(added.json(), {
    name: 'Phone',
    lines: [
      { line: 1, deviceKind: 'phone', withData: true, accessory: null, quantity: 1 },
      { line: 2, deviceKind: null, withData: false, accessory: { kind: 'Charger' }, quantity: 2 },
    ],
  });
  const { id } = added.json();
  const change = (payload: object, ifMatch: unknown) =>
    ask('PATCH', `/${id}`, payload, { ...as.manager, ...(ifMatch ? { 'if-match': ifMatch } : {}) });
  const { etag } = (await ask('GET', `/${id}`)).headers;
  t.equal((await change({ name: 'X' }, undefined)).statusCode, 428);
  deps.clock.set('2026-11-23T09:31:00Z');
  const changed = await change(
    { name: 'Phone with data', lines: [{ deviceKind: 'phone', withData: true }] },
    etag,
  );
  t.match(changed.json(), { name: 'Phone with data', lines: [{ line: 1 }] });
  t.equal(changed.json().lines.length, 1);
  t.equal((await change({ retired: true }, etag)).statusCode, 412);
  deps.clock.set('2026-11-23T09:32:00Z');
  t.match((await change({ retired: true }, changed.headers.etag)).json(), { retired: true });
  t.same(await names(), ['Tablet', 'Tablet with data']);
  t.same(await names('?retired=true'), ['Phone with data', 'Tablet', 'Tablet with data']);
  t.equal((await ask('GET', '/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')).statusCode, 404);
  t.equal((await change({}, '*')).statusCode, 422);
});
