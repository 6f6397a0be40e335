import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { Temporal } from 'temporal-polyfill';
import { type Action, may, permissions } from '../../src/access/permissions.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { buildApp } from '../../src/app.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { axeClean, openBrowser } from '../helpers/browser.ts';
import { factories } from '../helpers/factories.ts';
import { testRedis, testRedisCluster } from '../helpers/redis.ts';
import { steps } from '../helpers/steps.ts';

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
  t.equal((await scan({ _csrf: token })).statusCode, 200, 'a form with it is read');
  t.equal((await scan({}, { 'x-csrf-token': token })).statusCode, 200, 'a header will do');
  const first = await app.inject({ url: '/', headers: { cookie: cookie.split('; ')[0]! } });
  const secrets = first.cookies.filter(({ name }) => name.includes('form'));
  const tokens = new Set([...first.body.matchAll(/name="_csrf" value="([^"]+)"/g)].map(([, one]) => one));
  t.equal(tokens.size, 1, 'every form of a first page has the one token that counts');
  t.equal(new Set(secrets.map(({ value }) => value)).size, 1);

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
      /default-src 'self';script-src 'self' 'sha256-[\w+/=]+' 'wasm-unsafe-eval';.*frame-ancestors 'none'/,
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

t.test('a form that comes when its session is over is kept for whoever it is of', async (t) => {
  const { app, deps, as, clock, db } = await testApp(t);
  const { id: referral } = await factories(deps).referral();
  for (const [name, email] of [
    ['Ana Lima', 'ana@example.com'],
    ['Ben Okri', 'ben@example.com'],
  ] as const)
    await addStaff(deps, systemContext('test'), { name, email, role: 'officer', password });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { step } = steps(t);
  const page = await openBrowser(t, { baseURL });
  const signIn = async (email: string, given = password) => {
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(given);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const typeNote = async (note: string) => {
    await page.goto(`/referrals/${referral}`);
    await page.getByText('Add a note').click();
    await page.getByLabel('Note').fill(note);
  };
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const notes = async () =>
    (await db.selectFrom('referral_note').select(['note', 'by_name as by']).orderBy('id').execute()).map(
      ({ note, by }) => `${by}: ${note}`,
    );
  let now = Temporal.Instant.from('2026-11-23T09:30:00Z');
  /** A long call, in which nothing is pressed. */
  const call = () => {
    now = now.add({ minutes: 16 });
    clock.set(now.toString());
  };
  const late = (who: Record<string, string>, url: string, fields: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url, headers: { ...form, ...who }, payload: encode(fields) });

  await step('what another site sends is not kept', async (t) => {
    const { 'x-csrf-token': _token, ...manager } = as.manager;
    for (const site of ['same-site', 'cross-site', undefined])
      t.notMatch(
        (
          await late({ ...manager, ...(site && { 'sec-fetch-site': site }) }, '/scan', {
            code: 'from elsewhere',
          })
        ).body,
        /from elsewhere/,
        'what another site sends is not shown as ours',
      );
  });

  await step('a note is kept over the sign-in, and sent once by who wrote it', async (t) => {
    await page.goto('/');
    await signIn('ana@example.com');
    await typeNote('Rang her.\n“Thursday” suits <her> & him.');
    call();
    await press('Add the note');
    await page.getByText('What you typed is not saved yet, but it is kept').waitFor();
    t.notMatch(await page.content(), /Thursday/, 'what it says is not for whoever finds the page');
    await axeClean(t, page, 'sign in, a form kept');
    await signIn('ana@example.com', 'a wrong one');
    await page.getByRole('link', { name: /They do not match/ }).waitFor();
    await signIn('ana@example.com');
    await page.getByRole('heading', { name: 'What you typed is kept' }).waitFor();
    await axeClean(t, page, 'a form kept');
    t.same(await notes(), [], 'nothing is saved by signing in');
    await page.getByRole('button', { name: 'Send it now' }).dblclick();
    await page.getByText('The note is kept.').waitFor();
    t.same(await notes(), ['Ana Lima: Rang her.\n“Thursday” suits <her> & him.']);
  });

  await step('another who signs in does not see it', async (t) => {
    await typeNote('For nobody else');
    call();
    await press('Add the note');
    await signIn('ben@example.com');
    await page.getByRole('heading', { name: 'Referral', exact: false }).first().waitFor();
    t.notMatch(await page.content(), /For nobody else/, 'another person goes on without it');
  });

  await step('who signed in elsewhere meanwhile sends it at once', async (t) => {
    await typeNote('From a window of before');
    const other = await page.context().newPage();
    call();
    await other.goto('/');
    await other.getByLabel('Email address').fill('ben@example.com');
    await other.getByLabel('Password', { exact: true }).fill(password);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByRole('heading', { name: 'Waits for you today' }).waitFor();
    await press('Add the note');
    await press('Send it now');
    await page.getByText('The note is kept.').waitFor();
    t.same((await notes()).slice(1), ['Ben Okri: From a window of before']);
  });

  await step('nothing is kept without its token, nor what is too large', async (t) => {
    const { 'x-csrf-token': _officers, ...officer } = as.officer;
    call();
    t.match(await late(as.officer, '/scan'), { statusCode: 401, body: /name="kept"/ });
    const without = await late({ ...officer, 'sec-fetch-site': 'same-origin' }, '/scan', { code: 'odd' });
    t.equal(without.statusCode, 403, 'not without its token');
    t.notMatch(without.body, /odd/);
    t.equal((await late(as.officer, '/sign-out')).statusCode, 303, 'one who wants out is out');
    t.equal(
      (await late(as.officer, '/scan', { code: 'x'.repeat(600_000) })).statusCode,
      303,
      'too much to carry',
    );
  });

  await step('what was not kept by us is nothing', async (t) => {
    for (const made of ['x', 'AAAA'.repeat(20)]) {
      const sent = await page.request.get('/sign-in');
      const csrf = /name="_csrf" value="([^"]+)"/.exec(await sent.text())![1]!;
      const reply = await page.request.post('/sign-in', {
        form: { _csrf: csrf, kept: made, email: 'ana@example.com', password },
        maxRedirects: 0,
      });
      t.equal(reply.status(), 303, 'what is not from us is nothing');
    }
  });
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
