import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { type Action, may, permissions } from '../../src/access/permissions.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { buildApp } from '../../src/app.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../support/app.ts';
import { testRedis, testRedisCluster } from '../support/redis.ts';

const password = 'seven green kettles';
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const encode = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

t.test('an API call without a valid key is refused as a problem', async (t) => {
  const { app, as, deps } = await testApp(t);
  const call = (headers: Record<string, string>, url = '/api/v1/devices') => app.inject({ url, headers });
  for (const headers of [
    {},
    { authorization: '' },
    { authorization: 'Bearer lw_wrong' },
    { authorization: 'Basic eDp5' },
    { cookie: 'lendwell-session=x' },
  ]) {
    const reply = await call(headers as Record<string, string>);
    t.equal(reply.statusCode, 401, JSON.stringify(headers));
    t.match(reply.headers, { 'content-type': /^application\/problem\+json/, 'www-authenticate': /^Bearer/ });
    t.match(reply.json(), { type: '/problems/not-signed-in', requestId: /./ });
  }
  t.equal((await call(as.integration)).statusCode, 200);
  t.equal((await call(as.officer)).statusCode, 200, 'a session works as well');
  t.equal(
    (await call({ ...as.officer, authorization: 'Bearer lw_wrong' })).statusCode,
    401,
    'a wrong key is not saved by a session',
  );
  const clinic = await call(as.clinic);
  t.equal(clinic.statusCode, 403);
  t.match(clinic.json(), { type: '/problems/not-allowed' });
  t.ok(
    await deps.db.selectFrom('api_key').select('id').where('used_at', 'is not', null).executeTakeFirst(),
    'use is noted',
  );
  await deps.db.updateTable('api_key').set({ revoked_at: '2026-11-23T09:00:00Z' }).execute();
  t.equal((await call(as.integration)).statusCode, 401, 'a revoked key is out at once');
});

t.test('whoever a row of the table does not name, may not', async (t) => {
  t.equal(may({ role: 'officer' }, 'devices.prepare'), true);
  t.equal(may({ role: 'clinic' }, 'devices.prepare'), false);
  t.equal(may({ role: 'administrator' }, 'no.such.action' as Action), false);
  for (const action of Object.keys(permissions) as Action[])
    t.equal(may({ role: 'system' }, action), false, `system has no ${action} of its own`);
});

t.test('changes with a session need its form token', async (t) => {
  const { app, as } = await testApp(t);
  const { cookie, 'x-csrf-token': token } = as.officer as { cookie: string; 'x-csrf-token': string };
  const other = as.manager['x-csrf-token']!;
  const scan = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/scan',
      headers: { ...form, cookie, ...headers },
      payload: encode({ code: 'nothing', ...fields }),
    });
  for (const fields of [{}, { _csrf: '' }, { _csrf: 'made-up' }, { _csrf: other }]) {
    const reply = await scan(fields as Record<string, string>);
    t.equal(reply.statusCode, 403, JSON.stringify(fields));
    t.match(reply.body, /too old/);
  }
  t.equal((await scan({ _csrf: token })).statusCode, 422, 'a form with it is read');
  t.equal((await scan({}, { 'x-csrf-token': token })).statusCode, 422, 'a header will do');

  const api = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/api/v1/donations', headers, payload: {} });
  const without = await api({ cookie });
  t.match(without.json(), { type: '/problems/form-expired', status: 403 });
  t.equal((await api(as.officer)).statusCode, 422);
  t.equal((await api(as.integration)).statusCode, 422, 'a key needs none');
  const foreign = await app.inject({
    method: 'POST',
    url: '/api/v1/donations',
    headers: { ...as.officer, ...form },
    payload: 'receivedOn=2026-11-23',
  });
  t.equal(foreign.statusCode, 415, 'the API takes no forms');
});

t.test('signing in and out by the pages', async (t) => {
  const { app, deps, as } = await testApp(t);
  await addStaff(deps, systemContext('test'), {
    name: 'Ana Lima',
    email: 'ana@example.com',
    role: 'officer',
    password,
  });

  const away = await app.inject({ url: '/devices?status=ready' });
  t.equal(away.statusCode, 303);
  t.equal(away.headers.location, '/sign-in?next=%2Fdevices%3Fstatus%3Dready');
  const expired = await app.inject({
    method: 'POST',
    url: '/scan',
    headers: { ...form, host: 'lendwell.test', referer: 'https://lendwell.test/devices/1' },
    payload: 'code=x',
  });
  t.equal(
    expired.headers.location,
    '/sign-in?next=%2Fdevices%2F1',
    'a form sent too late comes back to its page',
  );

  const page = await app.inject({ url: away.headers.location as string });
  t.equal(page.statusCode, 200);
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)![1]!;
  const cookie = `lendwell-form=${page.cookies.find(({ name }) => name === 'lendwell-form')!.value}`;
  const send = (fields: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: '/sign-in',
      headers: { ...form, cookie },
      payload: encode({ _csrf: csrf, ...fields }),
    });

  const empty = await send({ email: ' ', password: '' });
  t.equal(empty.statusCode, 422);
  t.match(empty.body, /There is a problem/);
  t.match(empty.body, /Enter your email address/);
  t.match(empty.body, /Enter your password/);
  const wrong = await send({ email: 'ana@example.com', password: 'seven red kettles' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /value="ana@example.com"/, 'what was typed stays');
  t.notMatch(wrong.body, /red kettles/, 'but not the password');
  t.equal(
    (await send({ _csrf: '', email: 'ana@example.com', password })).statusCode,
    403,
    'nobody is signed in by a forged form',
  );

  const signedIn = await send({ email: 'ana@example.com', password, next: '//evil.example', _once: 'twice' });
  t.equal(signedIn.statusCode, 303);
  t.equal(signedIn.headers.location, '/');
  const session = signedIn.cookies.find(({ name }) => name === 'lendwell-session')!;
  t.match(session, { httpOnly: true, sameSite: 'Lax', path: '/' });
  const home = await app.inject({ url: '/', headers: { cookie: `lendwell-session=${session.value}` } });
  t.equal(home.statusCode, 200);
  t.match(home.body, /Ana Lima/);
  t.match(home.headers, {
    'content-security-policy':
      /default-src 'self';script-src 'self' 'sha256-[\w+/=]+';.*frame-ancestors 'none'/,
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
  });
  const kept = await deps.db.selectFrom('idempotency_key').selectAll().execute();
  t.notOk(JSON.stringify(kept).includes(session.value), 'no reply with a session in it is kept');

  const out = await app.inject({ method: 'POST', url: '/sign-out', headers: as.manager });
  t.equal(out.headers.location, '/sign-in');
  const after = await app.inject({ url: '/', headers: as.manager });
  t.equal(after.statusCode, 303, 'the session is over, whoever still has its cookie');
});

t.test('over https the cookies are bound to this host', async (t) => {
  const { app, as } = await testApp(t, { PUBLIC_URL: 'https://lendwell.example.org' });
  const page = await app.inject({ url: '/sign-in' });
  const cookie = page.cookies.find(({ name }) => name === '__Host-lendwell-form');
  t.match(cookie, { secure: true, httpOnly: true, path: '/' });
  t.match(page.headers, { 'strict-transport-security': /max-age/ });
  t.equal((await app.inject({ url: '/api/v1/devices', headers: as.officer })).statusCode, 200);
});

t.test('each client has its requests a minute', async (t) => {
  const { app, as, deps, ids } = await testApp(t, { RATE_PER_MINUTE: '4' });
  const call = (headers: Record<string, string>) => app.inject({ url: '/api/v1/devices', headers });
  const first = await call(as.integration);
  t.match(first.headers, { 'ratelimit-limit': '4', 'ratelimit-remaining': '3', 'ratelimit-reset': /^\d+$/ });
  for (let calls = 0; calls < 3; calls++) await call(as.integration);
  const over = await call(as.integration);
  t.equal(over.statusCode, 429);
  t.match(over.headers, { 'retry-after': /^\d+$/, 'content-type': /problem\+json/ });
  t.match(over.json(), { type: '/problems/too-many-requests' });
  t.equal((await call(as.officer)).statusCode, 200, 'which leaves the others theirs');
  await deps.db
    .updateTable('api_client')
    .set({ rate_per_minute: 100 })
    .where('id', '=', ids.clinic)
    .execute();
  const clinic = await app.inject({ url: '/api/v1/referrals', headers: as.clinic });
  t.equal(clinic.headers['ratelimit-limit'], '100', 'a client may have a limit of its own');
});

for (const [kind, startRedis] of [
  ['Redis', testRedis],
  ['a Redis Cluster', testRedisCluster],
] as const)
  t.test(`with ${kind} the count is shared by all processes; without it requests pass`, async (t) => {
    const redis = await startRedis(t);
    const { app, as, deps } = await testApp(t, { REDIS_URL: redis.url, RATE_PER_MINUTE: '1000' });
    const other = await buildApp(deps);
    t.teardown(() => other.close());
    const remaining = async (of: typeof app) => {
      const reply = await of.inject({ url: '/api/v1/devices', headers: as.integration });
      t.equal(reply.statusCode, 200);
      return Number(reply.headers['ratelimit-remaining']);
    };
    // A process that has not reached Redis yet counts nothing.
    const counting = async (of: typeof app) => {
      while ((await remaining(of)) === 1000) await setTimeout(20);
    };
    await counting(app);
    await counting(other);
    const before = await remaining(app);
    t.equal(await remaining(other), before - 1);
    t.equal(await remaining(app), before - 2);
    await redis.stop();
    t.equal(await remaining(app), 1000, 'nobody is kept out because Redis is away');
    await redis.start();
    await counting(app);
    t.pass('and counting goes on when it is back');
  });
