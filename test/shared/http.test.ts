import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { forgetWhatIsOver } from '../../src/privacy/forgetting.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';

const { app, as, deps, db } = await testApp(t, { DATABASE_POOL: '40', RATE_PER_MINUTE: '100000' });
const make = factories(deps);
const api = '/api/v1';
const tablet = { kind: 'tablet', make: 'Samsung', model: 'Galaxy Tab A8' };
const donation = { donor: { name: 'Asda Camden' }, receivedOn: '2026-11-20', devices: [tablet] };
const referral = {
  patient: { givenName: 'Amal', familyName: 'Example', contactPoints: [] },
  needs: ['device'],
  barriers: [],
  referrer: { name: 'Dr Young' },
  consent: { shareWithScheme: true, givenOn: '2026-11-20' },
};

type Call = {
  method?: 'GET' | 'POST' | 'PATCH';
  url: string;
  body?: unknown;
  raw?: string;
  headers?: Record<string, string>;
  who?: keyof typeof as | null;
};
async function call({ method, url, body, raw, headers = {}, who = 'officer' }: Call) {
  const sends = body !== undefined || raw !== undefined;
  const reply = await app.inject({
    method: method ?? (sends ? 'POST' : 'GET'),
    url: api + url,
    headers: {
      ...(who ? as[who] : {}),
      ...(sends ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(sends ? { payload: raw ?? JSON.stringify(body) } : {}),
  });
  return { status: reply.statusCode, headers: reply.headers, body: reply.body ? reply.json() : undefined };
}
const pointers = (body: { errors?: { pointer: string }[] }) => body.errors?.map(({ pointer }) => pointer);

t.test('bad bodies: the field is named, what would be right is said, nothing is coerced', async (t) => {
  const refused: [unknown, string[]][] = [
    [{}, ['/receivedOn', '/devices']],
    [{ ...donation, colour: 'red' }, ['/colour']],
    [
      { ...donation, devices: [{ ...tablet, colour: 'red', kind: 'fridge' }] },
      ['/devices/0/colour', '/devices/0/kind'],
    ],
    [{ ...donation, devices: [{ ...tablet, make: 7 }] }, ['/devices/0/make']],
    [{ ...donation, devices: [{ ...tablet, make: '   ' }] }, ['/devices/0/make']],
    [{ ...donation, devices: { length: 1 } }, ['/devices']],
    [{ ...donation, devices: [] }, ['/devices']],
    [{ ...donation, receivedOn: '2026-02-30' }, ['/receivedOn']],
    [{ ...donation, receivedOn: '0000-01-01' }, ['/receivedOn']],
    [{ ...donation, donor: { name: 'x'.repeat(201) } }, ['/donor/name']],
    [{ ...donation, donor: { name: 'a\u0000b' } }, ['/donor/name']],
    [{ ...donation, donor: { name: 'half \ud800 a pair' } }, ['/donor/name']],
    [null, ['']],
    [[], ['']],
    ['text', ['']],
  ];
  for (const [body, expected] of refused) {
    const reply = await call({ url: '/donations', body });
    t.equal(reply.status, 422, JSON.stringify(body)?.slice(0, 80));
    t.match(reply.headers['content-type'], /^application\/problem\+json/);
    t.match(reply.body, { type: '/problems/invalid', status: 422, requestId: /.{36}/ });
    t.same(pointers(reply.body)?.sort(), expected.sort(), JSON.stringify(body)?.slice(0, 80));
  }
});

t.test('a check’s fault is told of the form that its kind chose', async (t) => {
  const [device] = await make.devices(1);
  const url = `/devices/${device!.id}/checks`;
  const check = { result: 'pass', performedOn: '2026-11-23' };
  t.same(
    pointers(
      (await call({ url, body: { ...check, kind: 'sanitisation', evidence: { level: 'visual' } } })).body,
    )?.sort(),
    [
      '/evidence/level',
      '/evidence/method',
      '/evidence/sdCardRemoved',
      '/evidence/tool',
      '/evidence/verifiedBy',
    ],
  );
  t.same(pointers((await call({ url, body: { ...check, kind: 'polish', evidence: {} } })).body), ['/kind']);
  t.match(await call({ url, body: { ...check, kind: 'electrical', evidence: { level: 'visual' } } }), {
    status: 201,
    body: { device: { openChecks: ['sanitisation', 'setup'] } },
  });
});

t.test('what is not JSON, too large, of another type or nowhere', async (t) => {
  const cases: [Partial<Call>, number, string][] = [
    [{ raw: '{' }, 400, 'bad-request'],
    [{ raw: '' }, 400, 'bad-request'],
    [{ raw: '{"__proto__": {}}' }, 400, 'bad-request'],
    [{ raw: 'donor=x', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported-media-type'],
    [
      { raw: 'donor=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported-media-type',
    ],
    [{ raw: 'Type,Make', headers: { 'content-type': 'text/csv' } }, 415, 'unsupported-media-type'],
    [{ raw: `"${'x'.repeat(1024 * 1024 + 1)}"` }, 413, 'too-large'],
    [{ raw: `{"notes":${'['.repeat(200_000)}${']'.repeat(200_000)}}` }, 422, 'invalid'],
    [{ url: '/nothing-here', body: {} }, 404, 'not-found'],
  ];
  for (const [changes, status, type] of cases) {
    const reply = await call({ url: '/donations', ...changes });
    t.match(reply, { status, body: { type: `/problems/${type}`, status } }, `${status} ${type}`);
  }
  const bad = await app.inject({ url: '/api/v1/devices/%zz', headers: as.officer });
  t.match(bad.json(), { type: '/problems/bad-request' });
});

t.test('ids and query parameters', async (t) => {
  for (const url of [
    '/devices/nonsense',
    '/devices/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e',
    `/devices/${'1'.repeat(150)}`,
    '/devices/urn:uuid:0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e',
  ]) {
    t.match(await call({ url }), { status: 404, body: { type: '/problems/not-found' } }, url);
  }
  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['status=ready&status=retired', 'status'],
    ['colour=red', 'colour'],
    ['status=shiny', 'status'],
    ['after=x', 'after'],
  ] as [string, string][]) {
    const reply = await call({ url: `/devices?${query}` });
    t.match(reply, { status: 400, body: { type: '/problems/bad-query' } }, query);
    t.same(pointers(reply.body), [field], query);
  }
  t.match(await call({ url: '/devices?after=%00' }), { status: 400 });
  for (const day of ['2026-02-31', '0000-01-01']) {
    const key = JSON.stringify([day, '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e']);
    const after = Buffer.from(key).toString('base64url');
    t.match(await call({ url: `/loans?due=overdue&after=${after}` }), { status: 400 }, day);
  }
});

t.test('lists come in pages with a link to the next', async (t) => {
  await make.devices(5);
  const first = await call({ url: '/devices?limit=2&status=in_preparation' });
  t.equal(first.body.items.length, 2);
  const next = /<([^>]+)>; rel="next"/.exec(String(first.headers.link))![1]!;
  const second = await app.inject({ url: next, headers: as.officer });
  t.equal(second.statusCode, 200);
  t.notOk(
    second
      .json()
      .items.some(({ id }: { id: string }) =>
        first.body.items.some((item: { id: string }) => item.id === id),
      ),
  );
  t.match(next, /status=in_preparation/);
});

t.test('who: no key, a wrong key, the wrong role', async (t) => {
  const none = await call({ url: '/devices', who: null });
  t.match(none, {
    status: 401,
    body: { type: '/problems/not-signed-in' },
    headers: { 'www-authenticate': /Bearer/ },
  });
  t.equal(
    (await call({ url: '/devices', who: null, headers: { authorization: 'Bearer lw_wrong' } })).status,
    401,
  );
  t.equal((await call({ url: '/devices', who: null, headers: { authorization: 'Basic eDp5' } })).status, 401);
  t.match(await call({ url: '/devices', who: 'clinic' }), {
    status: 403,
    body: { type: '/problems/not-allowed' },
  });
});

t.test('once: the same key gives the first answer again, whatever happened since', async (t) => {
  const headers = { 'idempotency-key': 'donation-1' };
  const first = await call({ url: '/donations', body: donation, headers });
  const again = await call({ url: '/donations', body: donation, headers });
  t.equal(first.status, 201);
  t.equal(again.status, 201);
  t.same(again.body, first.body);
  t.equal(again.headers['idempotent-replayed'], 'true');
  t.notOk(first.headers['idempotent-replayed']);
  t.match(await call({ url: '/donations', body: { ...donation, reference: 'other' }, headers }), {
    status: 422,
    body: { type: '/problems/idempotency-key-reused' },
  });
  const [device] = await make.devices(1);
  t.match(await call({ url: `/devices/${device!.id}/reopenings`, body: { reason: 'x' }, headers }), {
    status: 422,
    body: { type: '/problems/idempotency-key-reused' },
  });
  const manager = await call({ url: '/donations', body: donation, headers, who: 'manager' });
  t.not(manager.body.id, first.body.id, 'another caller’s key is another key');
});

t.test('once: the order of fields says nothing, the order of a list does', async (t) => {
  const headers = { 'idempotency-key': 'donation-order' };
  const [one, other] = [
    { serialNumber: 'ORDER1', ...tablet },
    { serialNumber: 'ORDER2', ...tablet },
  ];
  const first = await call({ url: '/donations', body: { ...donation, devices: [one, other] }, headers });
  t.equal(first.status, 201);
  const turned = (value: object): object => Object.fromEntries(Object.entries(value).reverse());
  const { donor, receivedOn } = donation;
  const again = await call({
    url: '/donations',
    body: { devices: [turned(one), turned(other)], receivedOn, donor: turned(donor) },
    headers,
  });
  t.equal(again.status, 201);
  t.equal(again.body.id, first.body.id);
  t.equal(again.headers['idempotent-replayed'], 'true');
  t.match(await call({ url: '/donations', body: { ...donation, devices: [other, one] }, headers }), {
    status: 422,
    body: { type: '/problems/idempotency-key-reused' },
  });
});

t.test('once: a page’s form is the same in whichever order its fields come', async (t) => {
  const { id } = await make.waitingReferral();
  const send = (fields: [string, string][]) =>
    app.inject({
      method: 'POST',
      url: `/referrals/${id}/notes`,
      headers: { ...as.officer, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(fields).toString(),
    });
  const form: [string, string][] = [
    ['_once', 'note-order'],
    ['note', 'Rang the ward'],
    ['more', ''],
  ];
  const replies = [await send(form), await send(form.toReversed())];
  t.same(
    replies.map(({ statusCode }) => statusCode),
    [303, 303],
  );
  const notes = await db.selectFrom('referral_note').select('note').where('referral_id', '=', id).execute();
  t.same(notes, [{ note: 'Rang the ward' }]);
});

t.test('once: a reply is kept for 7 days', async (t) => {
  const send = async (key: string) =>
    (
      await call({
        url: '/donations',
        body: { ...donation, another: true },
        headers: { 'idempotency-key': key },
      })
    ).body.id;
  const kept = () => db.selectFrom('idempotency_key').select('key').where('key', 'like', 'week-%').execute();
  const [one, two] = [await send('week-1'), await send('week-2')];
  await sql`update idempotency_key set created_at = created_at - interval '7 days'
    where key in ('week-1', 'week-2')`.execute(db);
  const again = await send('week-1');
  t.not(again, one, 'after that it is another request');
  t.equal(await send('week-1'), again);
  await forgetWhatIsOver(deps);
  t.same(await kept(), [{ key: 'week-1' }], 'and the others are forgotten');
  t.not(await send('week-2'), two);
});

t.test('once: a refusal is not kept, so the mended request may use its key', async (t) => {
  const headers = { 'idempotency-key': 'donation-2' };
  t.equal(
    (await call({ url: '/donations', body: { ...donation, receivedOn: '2027-01-01' }, headers })).status,
    422,
  );
  const mended = { ...donation, another: true };
  t.equal((await call({ url: '/donations', body: mended, headers })).status, 201);
});

t.test(
  'once: of 32 identical referrals at once one is made; the others get it again or are told to wait',
  async (t) => {
    const headers = { 'idempotency-key': 'referral-1' };
    const replies = await Promise.all(
      Array.from({ length: 32 }, () => call({ url: '/referrals', body: referral, headers, who: 'clinic' })),
    );
    const ids = new Set(replies.filter(({ status }) => status === 201).map(({ body }) => body.id));
    t.equal(ids.size, 1);
    for (const { status, body } of replies)
      t.ok(
        status === 201 || (status === 409 && body.type === '/problems/idempotency-key-in-use'),
        `${status}`,
      );
    t.equal((await call({ url: '/referrals', body: referral, headers, who: 'clinic' })).body.id, [...ids][0]);
  },
);

t.test('once: a clinic’s referral needs its key', async (t) => {
  t.match(await call({ url: '/referrals', body: referral, who: 'clinic' }), {
    status: 400,
    body: { type: '/problems/idempotency-key-required' },
  });
  t.equal(
    (
      await call({
        url: '/referrals',
        body: referral,
        who: 'clinic',
        headers: { 'idempotency-key': 'x'.repeat(256) },
      })
    ).status,
    400,
  );
});

t.test(
  'rule 1 over HTTP: 64 issues of one device at once, one 201, sixty-three 409s naming the loan, one event',
  async (t) => {
    const [device] = await make.readyDevices(1);
    const referrals = await Promise.all(Array.from({ length: 64 }, () => make.waitingReferral()));
    const replies = await Promise.all(
      referrals.map(({ id }) =>
        call({
          url: '/loans',
          body: {
            referralId: id,
            items: [{ assetTag: device!.assetTag }],
            agreement: { acceptedBy: 'verbal' },
          },
        }),
      ),
    );
    const won = replies.filter(({ status }) => status === 201);
    t.equal(won.length, 1);
    const lost = replies.filter(({ status }) => status === 409);
    t.equal(lost.length, 63);
    for (const { body } of lost) {
      t.match(body, {
        type: '/problems/device-not-available',
        conflicts: [{ assetTag: device!.assetTag, status: 'on_loan', loanId: won[0]!.body.id }],
      });
    }
    const history = await call({ url: `/devices/${device!.id}/history` });
    t.equal(history.body.items.filter(({ type }: { type: string }) => type === 'loan.issued').length, 1);
  },
);

t.test('a change that waits longer than it should says so and leaves nothing behind', async (t) => {
  const [device] = await make.devices(1);
  const blocked = db.transaction().execute(async (trx) => {
    await trx.selectFrom('device').select('id').where('id', '=', device!.id).forUpdate().execute();
    await wait(6_500);
  });
  await wait(100);
  const reply = await call({
    url: `/devices/${device!.id}/checks`,
    body: { kind: 'setup', result: 'pass', performedOn: '2026-11-23', evidence: {} },
  });
  t.match(reply, { status: 503, body: { type: '/problems/busy' }, headers: { 'retry-after': '2' } });
  await blocked;
  t.equal((await call({ url: `/devices/${device!.id}` })).body.openChecks.length, 3);
});

t.test('health is told without a key', async (t) => {
  t.match((await app.inject('/health/live')).json(), { status: 'live' });
  t.match((await app.inject('/health/ready')).json(), {
    status: 'ready',
    checks: { database: true, migrations: true, queue: true },
  });
  const metrics = (await app.inject('/metrics')).body;
  t.match(metrics, /lendwell_request_seconds_count/);
  t.match(metrics, /lendwell_outbox/);
});
