import { sql } from 'kysely';
import t from 'tap';
import { addDropIn, addDropInPerson } from '../../src/support/drop-in.commands.ts';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { addPageTopic } from '../../src/support/page-topic.commands.ts';
import { addVisitor, countPages } from '../../src/support/tally.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser, versionIn } from '../helpers/pages.ts';

const { app, as, db, deps, ids, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.officer);
const theirs = apiOf(app, as.supporter);
const anyVersion = { ...officer, ifMatch: '*' };
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

const dropIn = async (heldOn = '2026-11-20', more: object = {}) => {
  const { id } = await make.store();
  return addDropIn(deps, officer, { locationId: id, heldOn, startsAt: '14:00', minutes: 120, ...more });
};
let people = 0;
const person = async (supporterId?: string) => {
  const { id } = await make.waitingReferral({ person: { familyName: `Caller${++people}` } });
  const { patient_id: patientId } = await db
    .selectFrom('referral')
    .select('patient_id')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (supporterId)
    await addFollowUp(deps, officer, {
      patientId,
      supporterId,
      step: 'First call',
      dueOn: '2026-11-24',
      startsAt: '10:00',
      way: 'phone',
    });
  return patientId;
};

t.test('visitors are tallied, and one by mistake is taken back', async (t) => {
  const { id } = await dropIn();
  const came = (visitor: object) => api('POST', `/drop-ins/${id}/visitors`, visitor);
  t.match(await came({ cameBefore: false, ageBand: '45_to_64', topics: ['managing_health'] }), {
    status: 201,
    body: {
      tallied: 1,
      known: 0,
      visitors: [{ cameBefore: false, ageBand: '45_to_64', topics: ['managing_health'] }],
    },
  });
  const { body } = await came({ cameBefore: true });
  t.match(body, { tallied: 2, visitors: [{ cameBefore: true, ageBand: null, topics: [] }, {}] });
  t.match(await came({}), { status: 422, body: { errors: [{ pointer: '/cameBefore' }] } });
  t.match(await came({ cameBefore: true, ageBand: '30ish' }), { status: 422 });
  t.match(
    await api('PATCH', `/drop-ins/${id}`, { cancelled: true }, { 'if-match': '*' }),
    { status: 409, body: { detail: /People came/ } },
    'where someone was tallied it took place',
  );
  const back = () => api('POST', `/drop-in-visitors/${body.visitors[0].id}/takings-back`);
  t.match(await back(), { status: 201, body: { tallied: 1 } });
  t.equal((await back()).status, 404);
  const [kept] = (await api('GET', `/drop-ins/${id}`)).body.visitors;
  await sql`update drop_in_visitor set at = at - interval '15 days'`.execute(db);
  const late = (ask: typeof api) => ask('POST', `/drop-in-visitors/${kept.id}/takings-back`);
  t.match(await late(api), { status: 409, body: { detail: /A manager can still/ } });
  t.match(await late(apiOf(app, as.manager)), { status: 201, body: { tallied: 0 } });
  const ahead = await dropIn('2026-11-24');
  t.match(await api('POST', `/drop-ins/${ahead.id}/visitors`, { cameBefore: true }), {
    status: 409,
    body: { detail: /still to come/ },
  });
});

t.test('two tally at once: everyone counts', async (t) => {
  const { id } = await dropIn();
  await Promise.all(Array.from({ length: 12 }, () => addVisitor(deps, officer, id, { cameBefore: false })));
  t.match(await api('GET', `/drop-ins/${id}`), { body: { tallied: 12, visitors: { length: 10 } } });
});

t.test(
  'the drop-ins of a seaside scheme: 122 people, 3,000 pages, 45% of them health, 15% of those mental health',
  async (t) => {
    const topic = (name: string, partOf?: string) =>
      addPageTopic(deps, manager, { name, ...(partOf && { partOf }) });
    const health = await topic('Health');
    const mental = await topic('Mental health', health.id);
    const other = await topic('Everything else');
    const held = ['2026-03-02', '2026-03-09', '2026-03-16'];
    const [first, second, third] = await Promise.all(held.map((day) => dropIn(day, { minutes: 180 })));
    const known = await Promise.all(Array.from({ length: 12 }, () => person()));
    for (const patientId of known)
      await addDropInPerson(deps, officer, first!.id, { patientId, topics: ['managing_health'] });
    await addDropInPerson(deps, officer, second!.id, { patientId: known[0]!, topics: [] });
    const tally = (id: string, count: number, cameBefore: boolean) =>
      sql`insert into drop_in_visitor (id, drop_in_id, came_before, age_band, at)
      select gen_random_uuid(), ${id}, ${cameBefore}, '45_to_64', now() from generate_series(1, ${count})`.execute(
        db,
      );
    await tally(first!.id, 70, false);
    await tally(third!.id, 40, false);
    await tally(third!.id, 25, true);
    await api('PATCH', `/drop-ins/${second!.id}`, { others: 3 }, { 'if-match': '*' });
    const pages = (id: string, sharedSessions: number, counts: [string, number][]) =>
      countPages(deps, anyVersion, id, {
        sharedSessions,
        pages: counts.map(([topicId, pages]) => ({ topicId, pages })),
      });
    await pages(first!.id, 99, [[other.id, 1]]);
    await pages(first!.id, 30, [
      [health.id, 1000],
      [other.id, 900],
    ]);
    await pages(third!.id, 20, [
      [health.id, 147],
      [mental.id, 203],
      [other.id, 750],
    ]);
    const gone = await dropIn('2026-03-23');
    await addVisitor(deps, officer, gone.id, { cameBefore: false });
    await api('POST', `/drop-ins/${gone.id}/takings-back`, { reason: 'Another place' });

    const { body } = await apiOf(app, as.manager)('GET', '/reports/drop-ins?from=2026-03-01&to=2026-03-31');
    t.match(body.headline.row, { people: 122, visits: 151, held: 3, hours: 9, sessions: 50, pages: 3000 });
    const part = (key: string) => body.parts.find((one: { key: string }) => one.key === key).rows;
    t.match(part('pages'), [
      { topic: 'Everything else', pages: 1650, share: 55 },
      { topic: 'Health', pages: 1350, share: 45 },
    ]);
    t.match(part('parts'), [{ topic: 'Mental health', partOf: 'Health', pages: 203, share: 15 }]);
    t.match(part('topics'), [{ topic: 'Managing health', visits: 12, share: 8 }]);
    t.match(part('ages')[2], { age: '45 to 64', visits: 135, isNew: 110 });
  },
);

t.test(
  'topics of pages: a part has no parts, names are one, what is retired stays where it was counted',
  async (t) => {
    const ask = apiOf(app, as.manager);
    const { body: whole, status, etag } = await ask('POST', '/page-topics', { name: 'Money' });
    t.equal(status, 201);
    const { body: part } = await ask('POST', '/page-topics', { name: 'Benefits', partOf: whole.id });
    t.match(await ask('POST', '/page-topics', { name: 'PIP', partOf: part.id }), {
      status: 422,
      body: { errors: [{ pointer: '/partOf' }] },
    });
    t.match(await ask('POST', '/page-topics', { name: 'money' }), { status: 409 });
    t.match(
      await api('POST', '/page-topics', { name: 'Sport' }),
      { status: 403 },
      'officers count, managers say what',
    );
    const { id, version } = await dropIn().then(async (one) => ({
      id: one.id,
      version: (await api('GET', `/drop-ins/${one.id}`)).etag,
    }));
    const count = (pages: object[], match = version) =>
      api('POST', `/drop-ins/${id}/pages`, { sharedSessions: 2, pages }, { 'if-match': match });
    t.match(await count([{ topicId: ids.officer, pages: 2 }]), {
      status: 422,
      body: { errors: [{ pointer: '/pages/0/topicId' }] },
    });
    t.match(
      await count([
        { topicId: whole.id, pages: 2 },
        { topicId: whole.id, pages: 3 },
      ]),
      { status: 422 },
    );
    clock.set('2026-11-23T09:31:00Z');
    t.match(await count([{ topicId: whole.id, pages: 2 }]), {
      status: 201,
      body: { sharedSessions: 2, pages: [{ name: 'Money', pages: 2 }] },
    });
    t.equal((await count([])).status, 412);
    await ask('PATCH', `/page-topics/${whole.id}`, { retired: true }, { 'if-match': etag });
    t.match(
      (await forms(app, as.officer).get(`/drop-ins/${id}/pages`)).body,
      new RegExp(`pages-${whole.id}`),
    );
  },
);

t.test('a supporter writes down their own drop-ins, and whom they support', async (t) => {
  const { id: locationId } = await make.store();
  const own = { locationId, heldOn: '2026-11-20', startsAt: '10:00', minutes: 60 };
  const { status, body: mine } = await theirs('POST', '/drop-ins', own);
  t.equal(status, 201);
  t.match(mine, { supporter: { id: ids.supporter } });
  t.match(await theirs('POST', '/drop-ins', { ...own, startsAt: '12:00', supporterId: ids.officer }), {
    status: 403,
  });
  const others = await dropIn('2026-11-20', { supporterId: ids.officer });
  t.same(
    (await theirs('GET', '/drop-ins')).body.items.map(({ id }: { id: string }) => id),
    [mine.id],
  );
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['POST', '/visitors', { cameBefore: true }],
    ['POST', '/people', { patientId: await person(ids.supporter!) }],
    ['PATCH', '', { others: 1 }],
    ['POST', '/takings-back', { reason: 'Not mine' }],
  ] as const)
    t.equal(
      (await theirs(method, `/drop-ins/${others.id}${path}`, body, { 'if-match': '*' })).status,
      404,
      `${method} ${path}`,
    );

  const [supported, stranger] = [await person(ids.supporter!), await person()];
  const came = (patientId: string) => theirs('POST', `/drop-ins/${mine.id}/people`, { patientId });
  t.match(await came(supported), {
    status: 201,
    body: { known: 1, people: [{ patient: { id: supported, dateOfBirth: null } }] },
  });
  t.match(await came(stranger), { status: 422, body: { errors: [{ pointer: '/patientId' }] } });
  await addDropInPerson(deps, officer, mine.id, { patientId: stranger });
  t.match(
    (await theirs('GET', `/drop-ins/${mine.id}`)).body,
    { known: 2, people: { length: 1 } },
    'of others they see that they came',
  );
  t.match(
    await theirs('POST', `/drop-ins/${mine.id}/takings-back`, { reason: 'Another day', people: 1 }),
    { status: 409 },
    'those whom they do not see are said to be taken back too, or stay',
  );
  t.match(await theirs('PATCH', `/drop-ins/${mine.id}`, { supporterId: null }, { 'if-match': '*' }), {
    status: 403,
  });
  t.match(await theirs('PATCH', `/drop-ins/${mine.id}`, { others: 2 }, { 'if-match': '*' }), { status: 200 });

  const { get, post } = forms(app, as.supporter);
  const page = await get(`/drop-ins/${mine.id}`);
  t.match(page.body, /And 1 other person whom you do not support/);
  t.match((await post(`/drop-ins/${mine.id}/search`, { search: `caller${people - 1}` })).body, supported);
  t.notMatch((await post(`/drop-ins/${mine.id}/search`, { search: `caller${people}` })).body, stranger);
  t.match((await get('/drop-ins/new')).statusCode, 200);
});

t.test('what shared devices were used for: faults keep what was typed, and two are told', async (t) => {
  const { id } = await dropIn();
  const topic = await addPageTopic(deps, manager, { name: 'News' });
  const web = forms(app, as.officer);
  const page = `/drop-ins/${id}/pages`;
  const version = versionIn((await web.get(page)).body);
  const field = `pages-${topic.id}`;
  const faulty = await web.post(page, { version, sharedSessions: '4', [field]: 'many' });
  t.equal(faulty.statusCode, 422);
  t.match(faulty.body, /value="many"/);
  t.match(faulty.body, `href="#${field}"`);
  clock.set('2026-11-23T09:31:00Z');
  await savedByTwo(t, web, {
    page,
    first: { sharedSessions: '4', [field]: '1,200' },
    second: { sharedSessions: '5', [field]: '' },
    shows: [/by now/],
  });
  t.match(await api('GET', `/drop-ins/${id}`), { body: { sharedSessions: 5, pages: [] } });
});

for (const scripts of [true, false])
  t.test(`ten visitors are tallied with one thumb; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { id } = await dropIn();
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.supporter, { scripts });
    await sql`update drop_in set supporter_id = ${ids.supporter} where id = ${id}`.execute(db);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`/drop-ins/${id}`);
    await page.getByRole('button', { name: 'Tally visitors' }).click();
    for (let visitor = 1; visitor <= 10; visitor++) {
      if (visitor % 2) await page.getByLabel('Getting online').check();
      if (visitor % 3 === 0) await page.getByLabel('45 to 64').check();
      await page.getByRole('button', { name: visitor % 4 ? 'New here' : 'Been before' }).click();
      await page
        .getByRole('heading', { name: `${visitor} visitor${visitor > 1 ? 's' : ''} tallied` })
        .waitFor();
    }
    t.notOk(await page.getByLabel('Getting online').isChecked(), 'the next begins anew');
    const places = await page.getByRole('button', { name: 'New here' }).boundingBox();
    t.ok(places!.y + places!.height <= 740, 'the buttons are within reach');
    await look('the tally');
    await page.getByRole('button', { name: 'Take back' }).first().click();
    await page.getByText('One fewer is tallied.').waitFor();
    await page.getByRole('heading', { name: '9 visitors tallied' }).waitFor();
    if (process.env.SHOTS) {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.screenshot({ path: `${process.env.SHOTS}/tally-${scripts}.png` });
    }
    await page.goto(`/drop-ins/${id}/pages`);
    await look('shared devices');
  });
