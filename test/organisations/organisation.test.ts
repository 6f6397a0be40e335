import { sql } from 'kysely';
import t from 'tap';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { receiveReferral } from '../../src/referrals/referral.commands.ts';
import { getReferral, listReferrals } from '../../src/referrals/referral.queries.ts';
import { tellClinic } from '../../src/referrals/webhooks/delivery.commands.ts';
import { addWebhook } from '../../src/referrals/webhooks/webhook.commands.ts';
import { createOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import { getOrganisation } from '../../src/scheme/organisations/organisation.queries.ts';
import { successionRefusal } from '../../src/scheme/organisations/organisation.rules.ts';
import { succeedOrganisation } from '../../src/scheme/organisations/succession.commands.ts';
import { handle } from '../../src/shared/outbox.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser, versionIn } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, db, clock, deps, clinicId } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
t.beforeEach(() => clock.set(begun));

const none = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
const api = apiOf(app, as.manager);
const create = async (name: string, roles = ['clinic']) =>
  (await api('POST', '/organisations', { name, roles })).body.id as string;
const asClinic = (id: string) => ({
  actor: { type: 'client' as const, id, name: 'Its system', role: 'clinic' as const, clinicId: id },
  requestId: 'test',
});

t.test('added, read, changed, listed by name and role, page by page', async (t) => {
  const made = await api('POST', '/organisations', {
    name: ' Ash Grove ',
    roles: ['clinic', 'access_point'],
    odsCode: 'ABC-12/x 90é',
    dutyContact: { name: 'Duty desk', phone: '07700 900123' },
  });
  t.match(made, {
    status: 201,
    body: {
      name: 'Ash Grove',
      odsCode: 'ABC-12/x 90é',
      dutyContact: { name: 'Duty desk', phone: '+447700900123', email: null },
      openReferrals: 0,
      validKeys: 0,
      succeededBy: null,
      predecessors: [],
    },
  });
  const { id } = made.body;
  t.equal((await api('POST', '/organisations', { name: 'ash grove', roles: ['donor'] })).status, 409);
  t.match(
    (await api('POST', '/organisations', { name: 'x', roles: ['clinic'], odsCode: 'x'.repeat(13) })).body,
    {
      errors: [{ pointer: '/odsCode' }],
    },
  );
  t.match(
    (
      await api(
        'PATCH',
        `/organisations/${id}`,
        { dutyContact: { name: 'D', phone: '12' } },
        { 'if-match': made.etag },
      )
    ).body,
    { errors: [{ pointer: '/dutyContact/phone' }] },
  );
  clock.set('2026-11-23T09:31:00Z');
  const changed = await api('PATCH', `/organisations/${id}`, { odsCode: null }, { 'if-match': made.etag });
  t.match(changed, { status: 200, body: { odsCode: null, dutyContact: { name: 'Duty desk' } } });
  t.equal(
    (await api('PATCH', `/organisations/${id}`, { odsCode: 'X' }, { 'if-match': made.etag })).status,
    412,
  );
  t.equal((await api('PATCH', `/organisations/${id}`, { odsCode: 'X' })).status, 428);
  t.equal((await api('GET', `/organisations/${none}`)).status, 404);

  for (const name of ['ash lane', 'Ash Mews']) await create(name, ['donor']);
  const first = (await api('GET', '/organisations?name=ash&limit=2')).body;
  t.same(
    first.items.map(({ name }: { name: string }) => name),
    ['Ash Grove', 'ash lane'],
  );
  const rest = (await api('GET', `/organisations?name=ash&limit=2&after=${first.next}`)).body;
  t.same(
    rest.items.map(({ name }: { name: string }) => name),
    ['Ash Mews'],
  );
  t.equal(rest.next, null);
  t.same((await api('GET', '/organisations?name=ash&role=access_point')).body.items.length, 1);
  t.equal((await api('GET', '/organisations?after=nonsense')).status, 400);
});

t.test('succession: the referrals stay, and are the other’s to see, answer and not to double', async (t) => {
  const [old, heir] = [await create('Old trust'), await create('New trust')];
  const person = { nhsNumber: '999 000 0018', dateOfBirth: '1970-01-01', familyName: 'Heir' };
  const referral = await make.referral({ clinicId: old, person });
  await decideReferral(deps, officer, referral.id, { decision: 'ask', question: 'Wi-Fi?' });
  t.match(await refusal(getReferral(db, asClinic(heir).actor, referral.id)), { type: 'not-found' });
  t.match(await api('POST', `/organisations/${old}/successions`, { successorId: heir }), {
    status: 201,
    body: { succeededBy: { id: heir }, succeededOn: '2026-11-23' },
  });
  const seen = await getReferral(db, asClinic(heir).actor, referral.id);
  t.equal(seen.clinic.name, 'Old trust', 'under the name it came from');
  t.equal((await listReferrals(db, asClinic(heir).actor, { limit: 50 })).items.length, 1);
  t.match(
    await refusal(
      receiveReferral(deps, asClinic(heir), {
        patient: { givenName: 'Amal', contactPoints: [], ...person },
        needs: ['data'],
        barriers: [],
        referrer: { name: 'Dr' },
        consent: { shareWithScheme: true, givenOn: '2026-11-20' },
      }),
    ),
    { type: 'referral-already-open', extra: { referralId: referral.id } },
    'rule 17 holds across the two',
  );
  const later = await make.referral({ clinicId: old });
  t.equal((await getReferral(db, officer.actor, later.id)).clinic.id, heir, 'new ones are the other’s');
  t.match(await getOrganisation(db, heir), {
    predecessors: [{ id: old, name: 'Old trust' }],
    openReferrals: 1,
  });

  const hook = await addWebhook(deps, officer, heir, { url: 'https://heir.example/x' });
  await decideReferral(deps, officer, referral.id, { decision: 'accept' });
  const { event_id } = await db
    .selectFrom('outbox')
    .select('event_id')
    .where('handler', '=', 'tell-clinic')
    .orderBy('event_id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  await handle(deps, tellClinic, event_id, 'tell-clinic');
  t.same(
    await db.selectFrom('webhook_delivery').select('referral_id').where('webhook_id', '=', hook.id).execute(),
    [{ referral_id: referral.id }],
    'and its system is told',
  );
});

t.test('a key of what was taken over goes on to work, for the one that took it over', async (t) => {
  const heir = await create('Heir of Elm Street');
  const seen = (await make.referral({ clinicId: heir })).id;
  const get = async (id: string) =>
    (await app.inject({ url: `/api/v1/referrals/${id}`, headers: as.clinic })).statusCode;
  t.equal(await get(seen), 404);
  await succeedOrganisation(deps, officer, clinicId, { successorId: heir });
  t.equal(await get(seen), 200);
});

t.test('a line of successions is one step long, and no circle can be made', async (t) => {
  const [a, b, c] = [await create('A1'), await create('B1'), await create('C1')];
  await succeedOrganisation(deps, officer, a, { successorId: b });
  await succeedOrganisation(deps, officer, b, { successorId: c });
  t.equal((await getOrganisation(db, a)).succeededBy?.id, c);
  t.match(await refusal(succeedOrganisation(deps, officer, c, { successorId: a })), { type: 'conflict' });
  t.match(await refusal(succeedOrganisation(deps, officer, a, { successorId: c })), { type: 'conflict' });
  t.match(await refusal(succeedOrganisation(deps, officer, c, { successorId: c })), {
    detail: /than itself/,
  });
  t.match(await refusal(succeedOrganisation(deps, officer, c, { successorId: none })), {
    detail: /no organisation/,
  });
  t.match(await refusal(succeedOrganisation(deps, officer, none, { successorId: c })), { type: 'not-found' });
  t.equal(successionRefusal({ id: a, succeededBy: null }, { id: b, succeededBy: null }), undefined);
  const plain =
    sql`update organisation set succeeded_by = ${a}, succeeded_on = '2026-11-23' where id = ${c}`.execute(db);
  t.match(await refusal(plain), { constraint: 'succession_is_flat' }, 'nor by plain SQL');
});

t.test('two that take over each other at once: one does', async (t) => {
  for (let round = 0; round < 5; round++) {
    const [a, b] = [await create(`X${round}`), await create(`Y${round}`)];
    const outcomes = await Promise.allSettled([
      succeedOrganisation(deps, officer, a, { successorId: b }),
      succeedOrganisation(deps, officer, b, { successorId: a }),
    ]);
    t.same(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const [lost] = outcomes.filter((outcome) => outcome.status === 'rejected');
    t.equal((lost as PromiseRejectedResult).reason.type, 'conflict');
  }
});

t.test('the pages: add, change, a stale form, take over; what was typed stays', async (t) => {
  const { get, post } = forms(app, as.administrator);
  const refused = await post('/settings/clinics', { name: ' ', 'dutyContact.phone': '020 7946 0123' });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /Enter its name[\s\S]*Choose what it is[\s\S]*value="020 7946 0123"/);
  const added = await post('/settings/clinics', { name: 'Page clinic', roles: 'clinic' });
  t.equal(added.statusCode, 303);
  const url = String(added.headers.location);
  const page = (await get(url)).body;
  t.match(page, /API keys[\s\S]*0 keys[\s\S]*0 links[\s\S]*0 endpoints/);
  const version = versionIn(page);
  clock.set('2026-11-23T09:32:00Z');
  t.equal((await post(url, { version, name: 'Page clinic', roles: ['clinic', 'donor'] })).statusCode, 303);
  const stale = await post(url, { version, name: 'Typed meanwhile', roles: 'clinic' });
  t.equal(stale.statusCode, 412);
  t.match(stale.body, /Typed meanwhile/);
  t.equal((await post(`${url}/successions`, {})).statusCode, 422);
  const heir = await createOrganisation(deps, officer, { name: 'Page heir', roles: ['clinic'] });
  t.equal((await post(`${url}/successions`, { successorId: heir.id })).statusCode, 303);
  t.match((await get(url)).body, /Page heir<\/a> took it over on 23 November 2026/);
  t.match((await get(`/settings/clinics/${heir.id}`)).body, /It has taken over/);
  t.match((await get('/settings/clinics?name=nothing-like-this')).body, /No organisation is like this/);
  t.match((await forms(app, as.auditor).get(url)).body, /Managers and administrators change/);
  t.equal((await forms(app, as.officer).post('/settings/clinics', {})).statusCode, 403);
  t.equal((await get(`/settings/clinics/${none}`)).statusCode, 404);
});

t.test('the pages in a browser', async (t) => {
  const long = await createOrganisation(deps, officer, {
    name: `The ${'very '.repeat(30)}long trust`,
    roles: ['clinic', 'donor', 'access_point'],
    dutyContact: { name: 'Duty desk', email: `${'d'.repeat(60)}@clinic.example` },
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, url, as.manager, { scripts });
    await page.goto('/settings');
    await page.getByRole('link', { name: 'Clinics', exact: true }).click();
    await look(`clinics ${scripts}`);
    await page.goto(`/settings/clinics/${long.id}`);
    await look(`one clinic ${scripts}`);
  }
});
