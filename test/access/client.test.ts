import t from 'tap';
import { addApiKey } from '../../src/access/client.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser, versionIn } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, clock, deps, clinicId } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
t.beforeEach(() => clock.set(begun));

const none = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
const api = apiOf(app, as.administrator);
const add = async (name: string, more: object = { role: 'clinic', clinicId }) =>
  (await api('POST', '/api-clients', { name, ...more })).body;
const works = async (key: string, url = '/api/v1/referrals') =>
  (await app.inject({ url, headers: { authorization: `Bearer ${key}` } })).statusCode;

t.test('a system, its two keys, the change-over, and when each was last used', async (t) => {
  const { id } = await add('Records');
  const first = (await api('POST', `/api-clients/${id}/keys`)).body;
  t.equal(await works(first.key), 200);
  clock.set('2026-11-23T09:30:30Z');
  const second = (await api('POST', `/api-clients/${id}/keys`)).body;
  t.match(await api('POST', `/api-clients/${id}/keys`), {
    status: 409,
    body: { detail: /Revoke the older/ },
  });
  t.equal(await works(second.key), 200, 'both are valid');
  const { keys } = (await api('GET', `/api-clients/${id}`)).body;
  t.match(keys, [
    { id: second.id, usedAt: '2026-11-23T09:30:30.000Z', revokedAt: null },
    { id: first.id, usedAt: '2026-11-23T09:30:00.000Z', revokedAt: null },
  ]);
  t.notMatch(JSON.stringify(keys), /lw_/, 'a key is shown once');
  t.equal(await works(first.key), 200);
  t.match(
    (await api('GET', `/api-clients/${id}`)).body.keys[1].usedAt,
    '2026-11-23T09:30:00',
    'noted once a minute',
  );
  const revoked = await api('POST', `/api-keys/${first.id}/revocations`);
  t.same(await api('POST', `/api-keys/${first.id}/revocations`), revoked, 'revoked twice is revoked');
  t.equal(await works(first.key), 401);
  t.equal(await works(second.key), 200);
  for (const url of [`/api-clients/${none}/keys`, `/api-keys/${none}/revocations`])
    t.equal((await api('POST', url)).status, 404, url);
});

t.test('a repeat of the request leaves one key: the one that its last reply showed', async (t) => {
  const { id } = await add('Clicked twice');
  const once = { 'idempotency-key': 'the same' };
  const [one, other] = await Promise.all(
    [1, 2].map(() => api('POST', `/api-clients/${id}/keys`, undefined, once)),
  );
  const answers = [await works(one!.body.key), await works(other!.body.key)].sort();
  t.same(answers, [200, 401]);
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => addApiKey(deps, officer, id)));
  t.equal(
    outcomes.filter(({ status }) => status === 'fulfilled').length,
    1,
    'two are the most, also at once',
  );
});

t.test('stopped, started, renamed, limited; a stale change is refused', async (t) => {
  const made = await add('To stop', { role: 'integration', ratePerMinute: 3 });
  const { key } = (await api('POST', `/api-clients/${made.id}/keys`)).body;
  const calls = [];
  for (let n = 0; n < 4; n++) calls.push(await works(key, '/api/v1/devices'));
  t.same(calls, [200, 200, 200, 429], 'its own limit');
  const { etag } = await api('GET', `/api-clients/${made.id}`);
  clock.set('2026-11-23T09:31:00Z');
  t.match(await api('PATCH', `/api-clients/${made.id}`, { enabled: false }, { 'if-match': etag }), {
    status: 200,
    body: { enabled: false },
  });
  t.equal(await works(key, '/api/v1/devices'), 401);
  t.equal(
    (await api('PATCH', `/api-clients/${made.id}`, { enabled: true }, { 'if-match': etag })).status,
    412,
  );
  t.equal((await api('PATCH', `/api-clients/${made.id}`, { enabled: true })).status, 428);
  t.match(await api('POST', '/api-clients', { name: 'x', role: 'clinic' }), {
    status: 422,
    body: { errors: [{ pointer: '/clinicId' }] },
  });
  t.match(await api('POST', '/api-clients', { name: 'x', role: 'integration', clinicId }), { status: 422 });
  t.match(await api('POST', '/api-clients', { name: 'x', role: 'clinic', clinicId: none }), { status: 422 });
  const listed = (await api('GET', `/api-clients?clinicId=${clinicId}&limit=1`)).body;
  t.equal(listed.items.length, 1);
  t.ok(listed.next);
});

t.test('the pages: a key is shown once, on the reply itself; then changed over and revoked', async (t) => {
  const { get, post } = forms(app, as.administrator);
  const clinic = await make.clinic();
  const list = `/settings/clinics/${clinic}/keys`;
  t.match((await get(list)).body, /No system has a key yet/);
  t.match(
    (await post(list, { name: ' ', ratePerMinute: 'many' })).body,
    /Enter the name of the system[\s\S]*value="many"/,
  );
  const added = await post(list, { name: 'Records', ratePerMinute: '50' });
  const key = /lw_[\w-]+/.exec(added.body)![0];
  t.equal(added.headers['cache-control'], 'no-store');
  t.equal(await works(key), 200);
  const url = /\/settings\/api-clients\/[0-9a-f-]{36}/.exec(added.body)![0];
  const page = (await get(url)).body;
  t.notMatch(page, key);
  t.match(page, /Last used on 23 November 2026/);
  const both = await Promise.all([1, 2].map(() => post(`${url}/keys`, { _once: 'twice' })));
  const shown = both.map(({ body }) => /lw_[\w-]+/.exec(body)![0]);
  t.same((await Promise.all(shown.map((one) => works(one)))).sort(), [200, 401], 'a double click leaves one');
  t.match((await get(url)).body, /Two keys are valid, which is the most/);
  t.equal((await post(`${url}/keys`)).statusCode, 409);
  const [newer, older] = [...(await get(url)).body.matchAll(/api-keys\/([0-9a-f-]{36})\/revocations/g)].map(
    ([, id]) => id,
  );
  t.ok(newer && older);
  const clientId = url.split('/').at(-1)!;
  t.equal((await post(`/settings/api-keys/${older}/revocations`, { clientId })).headers.location, url);
  t.equal(await works(key), 401);
  const version = versionIn(page);
  clock.set('2026-11-23T09:31:00Z');
  t.equal((await post(url, { version, enabled: 'false' })).statusCode, 303);
  t.match((await get(url)).body, /none of its keys works/);
  t.equal((await post(url, { version, name: 'Stale' })).statusCode, 412);
  clock.set('2026-11-23T09:32:00Z');
  await savedByTwo(
    t,
    { get, post },
    {
      page: url,
      first: { name: 'Patient records', ratePerMinute: '50' },
      second: { name: 'Clinic records', ratePerMinute: '' },
      shows: [
        'Name says “Patient records” by now',
        'Rate per minute says “50” by now',
        'value="Clinic records"',
      ],
    },
  );
  clock.set('2026-11-23T09:33:00Z');
  await savedByTwo(
    t,
    { get, post },
    {
      page: url,
      first: { name: 'Renamed' },
      second: { enabled: 'true' },
      shows: ['Someone else saved this meanwhile', 'value="Renamed"'],
    },
  );
  const other = await post('/settings/keys', { name: 'Robot', role: 'integration' });
  t.match(other.body, /lw_/);
  t.match((await get('/settings/keys')).body, /Robot/);
  t.equal((await forms(app, as.officer).get(list)).statusCode, 403);
});

t.test('the pages in a browser', async (t) => {
  const { id } = await add(`A system ${'with a long name '.repeat(10)}`);
  const { body } = await api('POST', `/api-clients/${id}/keys`);
  await api('POST', `/api-keys/${body.id}/revocations`);
  await api('POST', `/api-clients/${id}/keys`);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, url, as.administrator, { scripts });
    for (const path of [
      `/settings/clinics/${clinicId}/keys`,
      '/settings/keys',
      `/settings/api-clients/${id}`,
    ]) {
      await page.goto(path);
      await look(`${path} ${scripts}`);
    }
    await page.getByRole('button', { name: 'Make a new key' }).click();
    await page.getByRole('heading', { name: 'The new key' }).waitFor();
    await look(`the new key ${scripts}`);
    await page.getByRole('button', { name: 'Go on to the system' }).click();
    if (scripts) await page.getByText('Revoke the key made on').first().click();
    await look(`two keys ${scripts}`);
    const { keys } = (await api('GET', `/api-clients/${id}`)).body;
    await api('POST', `/api-keys/${keys[0].id}/revocations`);
  }
  t.match(await refusal(addApiKey(deps, officer, none)), { type: 'not-found' });
});
