import t from 'tap';
import { fieldErrors } from '../../src/shared/validation.ts';
import { testApp } from '../helpers/app.ts';

const { app, as } = await testApp(t, { RATE_PER_MINUTE: '100000' });

/** What was answered, and how much of the processor's time it took, in milliseconds: others on the machine do not count. */
const send = async (url: string, body: unknown, who: keyof typeof as = 'officer') => {
  const began = process.cpuUsage();
  const reply = await app.inject({
    method: 'POST',
    url: `/api/v1${url}`,
    headers: { ...as[who], 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    payload: JSON.stringify(body),
  });
  return { status: reply.statusCode, body: reply.json(), took: process.cpuUsage(began).user / 1000 };
};
const named = (count: number, prefix = 'field') =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, 1]));
const tablet = { kind: 'tablet', make: 'Samsung', model: 'Galaxy Tab A8' };
const donation = (devices: unknown[]) => ({ donor: { name: 'Asda' }, receivedOn: '2026-11-20', devices });

t.test('a body of unknown fields is refused sooner than a good one of many lines is taken', async (t) => {
  const good = await send('/donations', donation(Array(500).fill(tablet)));
  t.equal(good.status, 201);
  const flood = await send('/donations', named(60_000));
  t.match(flood, { status: 422, body: { errors: [{ pointer: '', message: 'This has too many fields.' }] } });
  t.ok(flood.took < 3 * good.took, `${flood.took} ms beside ${good.took} ms`);
  const wrong = await send('/donations', donation(Array(500).fill(named(60))));
  t.equal(wrong.status, 422);
  t.ok(wrong.took < 3 * good.took, `${wrong.took} ms beside ${good.took} ms`);
});

t.test('at most 100 faults are told, and the number of the others', async (t) => {
  const { status, body } = await send('/donations', { ...donation([tablet]), ...named(1_234) });
  t.equal(status, 422);
  t.equal(body.errors.length, 100);
  t.equal(body.detail, 'These are the first 100 faults; there are 1134 more.');
  const few = await send('/donations', { ...donation([tablet]), ...named(3) });
  t.equal(few.body.errors.length, 3);
  t.notOk(few.body.detail);
  const noText = await send('/donations', donation(Array(400).fill({ ...tablet, notes: '\u0000' })));
  t.equal(noText.body.errors.length, 100);
});

t.test('a list that is too long is told of alone', async (t) => {
  for (const devices of [Array(501).fill({ kind: 'fridge' }), Array(20_000).fill(7)])
    t.match(await send('/donations', donation(devices)), {
      status: 422,
      body: { errors: [{ pointer: '/devices', message: 'Give at most 500.' }] },
    });
});

t.test('of one field one fault is told, however many there are', async (t) => {
  const fault = { keyword: 'type', params: { type: 'string' }, instancePath: '/a', schemaPath: '' };
  const errors = fieldErrors([fault, { ...fault, keyword: 'uniqueItems' }, { ...fault, instancePath: '/b' }]);
  t.same(
    errors.map(({ pointer }) => pointer),
    ['/a', '/b'],
  );
});

t.test('a body without a list or a file has at most 256 kB, and a public form too', async (t) => {
  const note = (length: number) => ({ reason: 'x'.repeat(length) });
  const url = '/devices/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e/reopenings';
  t.equal((await send(url, note(300 * 1024))).status, 413);
  t.equal((await send(url, note(200 * 1024))).status, 422);
  t.equal((await send('/donations', { notes: 'x'.repeat(900 * 1024) })).status, 422);
  t.equal((await send('/donations', { notes: 'x'.repeat(1100 * 1024) })).status, 413);
  const form = await app.inject({
    method: 'POST',
    url: '/password/nothing',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `password=${'x'.repeat(300 * 1024)}`,
  });
  t.equal(form.statusCode, 413);
});
