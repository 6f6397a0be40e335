import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { askWith } from '../../src/support/measures/measure.commands.ts';
import { atOnce } from '../helpers/at-once.ts';
import { officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

const items = [
  { wording: 'In touch?', lowest: 1, highest: 5 },
  { wording: 'On your own?', lowest: 1, highest: 5, reversed: true },
];

async function helped(t: Test) {
  const w = await world(t, { DATABASE_POOL: '20' });
  const { patientId } = await w.refer();
  const instrument = async (name: string, more: object = {}) =>
    (
      await w.call('manager', 'POST', '/instruments', {
        name,
        direction: 'higher',
        licenceNeeded: false,
        total: 'sum',
        items,
        ...more,
      })
    ).body.id as string;
  const change = async (id: string, body: object) => {
    const { etag } = await w.call('manager', 'GET', `/instruments/${id}`);
    return w.call('manager', 'PATCH', `/instruments/${id}`, body, { 'if-match': etag });
  };
  const ask = (instrumentId: string, more: object = {}) =>
    w.call('officer', 'POST', `/patients/${patientId}/measures`, { instrumentId, way: 'paper', ...more });
  const answer = (id: string, body: object) => w.call('officer', 'POST', `/measures/${id}/answers`, body);
  const asking = async () => (await w.call('officer', 'GET', `/patients/${patientId}/asking`)).body;
  const measures = async () => (await w.call('officer', 'GET', `/patients/${patientId}/measures`)).body;
  return { ...w, patientId, instrument, change, ask, answer, asking, measures };
}

t.test('asked on paper, typed in after, once; it counts in the one budget', async (t) => {
  const w = await helped(t);
  const id = await w.instrument('Being in touch', { baseline: 'referral' });
  t.match((await w.measures()).toAsk, [{ instrumentId: id, dueSince: '2026-11-23', whyNot: null }]);
  const asked = await w.ask(id);
  t.match(asked, { status: 201, body: { status: 'asked', way: 'paper', answers: null, total: null } });
  t.match((await w.measures()).toAsk, [{ dueSince: null, whyNot: /have it on paper/ }]);
  t.equal((await w.asking()).lately, 1);
  t.match(await w.ask(id), { status: 422, body: { errors: [{ pointer: '/instrumentId' }] } });
  await w.change(id, { items: [items[0]] });
  const measureId = asked.body.id;
  t.match(await w.answer(measureId, { answers: [4] }), { status: 422 }, 'the items that were asked');
  t.match(await w.answer(measureId, { answers: [4, 9] }), {
    status: 422,
    body: { errors: [{ pointer: '/answers/1' }] },
  });
  t.match(await w.answer(measureId, { answers: [4, 2], answeredOn: '2026-11-22' }), { status: 422 });
  t.match(await w.answer(measureId, { answers: [4, 2] }), {
    status: 201,
    body: {
      status: 'answered',
      total: 8,
      answers: [4, 2],
      instrument: { version: 1 },
      answeredOn: '2026-11-23',
    },
  });
  t.equal((await w.answer(measureId, { answers: [5, 2] })).status, 409, 'once');
  t.equal((await w.asking()).lately, 1, 'answering is not asking');
  const events = await w.rows<{ e: string }>(
    sql`select row_to_json(e)::text as e from event e where type like 'patient.measure%'`,
  );
  t.equal(events.length, 2);
  t.notMatch(events.map(({ e }) => e).join(), /"answers":|\[4/);
});

t.test('one that needs a licence that is not held, or is no longer used, is not asked', async (t) => {
  const w = await helped(t);
  const id = await w.instrument('Licensed', { licenceNeeded: true });
  t.match(await w.ask(id), { status: 422, body: { errors: [{ message: /licence/ }] } });
  await w.change(id, { licenceHeld: true, licenceHolder: 'The trust' });
  t.equal((await w.ask(id)).status, 201);
  const other = await w.instrument('Old');
  await w.change(other, { retired: true });
  t.match(await w.ask(other), { status: 422, body: { errors: [{ message: /no longer/ }] } });
});

t.test('the budget and what they wish hold for every instrument', async (t) => {
  const w = await helped(t);
  const [one, two] = [await w.instrument('One'), await w.instrument('Two')];
  await sql`update lending_policy set asking_most = 1`.execute(w.db);
  t.equal((await w.ask(one, { way: 'call', answers: [1, 1] })).status, 201);
  t.match(await w.ask(two), { status: 422, body: { errors: [{ message: /policy/ }] } });
  await sql`update lending_policy set asking_most = 9`.execute(w.db);
  const { etag } = await w.call('officer', 'GET', `/patients/${w.patientId}/asking`);
  await w.call(
    'officer',
    'PATCH',
    `/patients/${w.patientId}/asking`,
    { onlyOnPaper: true },
    { 'if-match': etag },
  );
  t.match(await w.ask(two, { way: 'call', answers: [1, 1] }), {
    status: 422,
    body: { errors: [{ message: /paper only/ }] },
  });
  t.equal((await w.ask(two)).status, 201);
});

t.test('who declines is not asked that one again; rather not is said by item', async (t) => {
  const w = await helped(t);
  const [one, two] = [await w.instrument('One'), await w.instrument('Two', { mayMiss: 1 })];
  t.match(await w.ask(one, { declined: true }), { status: 201, body: { status: 'declined' } });
  t.match(await w.ask(one), { status: 422, body: { errors: [{ message: /rather not/ }] } });
  t.match(await w.ask(two, { answers: [4, 'rather_not'] }), {
    status: 201,
    body: { total: 8, answers: [4, 'rather_not'] },
  });
  t.equal((await w.ask(two, { answers: [null, null] })).status, 422);
  t.equal((await w.ask(two, { answers: [1, 1], declined: true })).status, 422);
});

t.test('what was recorded by mistake is taken back, and counts nowhere', async (t) => {
  const w = await helped(t);
  const id = await w.instrument('One');
  const { body } = await w.ask(id, { declined: true });
  const takeBack = () =>
    w.call('officer', 'POST', `/measures/${body.id}/takings-back`, { reason: 'Her sister' });
  t.match(await takeBack(), {
    status: 201,
    body: { takenBack: { by: 'Test officer', reason: 'Her sister' } },
  });
  t.equal((await takeBack()).status, 201, 'twice is once');
  t.equal((await w.asking()).lately, 0);
  t.equal((await w.ask(id)).status, 201);
});

t.test('after an erasure an asking is still read, and takes no answers', async (t) => {
  const w = await helped(t);
  const [one, two] = [await w.instrument('One'), await w.instrument('Two')];
  const answered = (await w.ask(one, { answers: [4, 2] })).body.id;
  const out = (await w.ask(two)).body.id;
  await w.rows(sql`update referral set status = 'withdrawn'`);
  const erased = await w.call('manager', 'POST', `/patients/${w.patientId}/erasures`, {
    askedBy: 'patient',
    askedOn: '2026-11-20',
    identityCheck: 'Saw a card',
    reason: 'Help ended',
  });
  t.equal(erased.status, 201);
  t.match(await w.call('officer', 'GET', `/measures/${answered}`), {
    status: 200,
    body: { answers: [], total: 8 },
  });
  t.match(await forms(w.app, w.as.officer).get(`/measures/${answered}`), { body: /was erased/ });
  t.match(await w.answer(out, { answers: [4, 2] }), {
    status: 409,
    body: { type: '/problems/patient-erased' },
  });
});

t.test('two at once: one of them asks', async (t) => {
  const w = await helped(t);
  const id = await w.instrument('One');
  const both = await atOnce(
    w.db,
    sql`select from patient where id = ${w.patientId} for update`,
    [1, 2].map(() => () => askWith(w.deps, officer, w.patientId, { instrumentId: id, way: 'paper' })),
  );
  t.equal(both.filter(({ status }) => status === 'fulfilled').length, 1);
});

t.test('a supporter asks at their own follow-up, and sees what was answered nowhere', async (t) => {
  const w = await helped(t);
  const id = await w.instrument('Being in touch');
  const own = await w.followUp(w.patientId);
  const others = await w.followUp(w.patientId, { startsAt: '12:00' });
  await sql`update follow_up set supporter_id = ${w.ids.supporter}::uuid where id = ${own}`.execute(w.db);
  const at = (followUpId: string) =>
    w.call('supporter', 'POST', `/follow-ups/${followUpId}/measures`, { instrumentId: id, answers: [5, 1] });
  t.equal((await at(others)).status, 404);
  const page = forms(w.app, w.as.supporter);
  const form = `/follow-ups/${own}/measures/${id}`;
  t.match((await page.get(`/follow-ups/${own}`)).body, form);
  t.match((await page.get(form)).body, /On your own\?/);
  t.equal((await page.get(`/follow-ups/${others}/measures/${id}`)).statusCode, 404);
  const older = await page.post(form, { version: '7', 'answers.0': '5', 'answers.1': '1' });
  t.equal(older.statusCode, 412);
  t.match(older.body, /changed meanwhile/);
  t.match(older.body, 'name="version" value="1"');
  t.notMatch(older.body, / checked/);
  const bad = await page.post(form, {});
  t.equal(bad.statusCode, 422);
  t.match(bad.body, /Give at least one answer/);
  t.equal((await page.post(form, { 'answers.0': '5', 'answers.1': '1' })).statusCode, 303);
  t.match((await page.get(`/follow-ups/${own}`)).body, /Being in touch: asked at this contact/);
  t.match(await at(own), { status: 422, body: { errors: [{ message: /at this contact/ }] } });
  const [{ id: measureId, total, followUpId }] = (await w.measures()).items;
  t.match({ total, followUpId }, { total: 10, followUpId: own });
  for (const who of ['supporter', 'clinic', 'integration', 'administrator'] as const)
    for (const url of [`/measures/${measureId}`, `/patients/${w.patientId}/measures`])
      t.equal((await w.call(who, 'GET', url)).status, 403, `${who} ${url}`);
});

t.test('pages: out on paper without a name, typed in, seen', async (t) => {
  const w = await helped(t);
  const id = await w.instrument('Being in touch', { baseline: 'referral' });
  const page = forms(w.app, w.as.officer);
  const path = `/patients/${w.patientId}/measures`;
  t.match((await page.get(`/patients/${w.patientId}`)).body, path);
  t.match((await page.get(path)).body, /Due by plan/);
  t.match((await page.post(path, {})).body, /Choose a questionnaire/);
  const out = await page.post(path, { instrumentId: id, way: 'paper' });
  const own = String(out.headers.location).split('?')[0]!;
  const paper = (await page.get(`${own}/paper`)).body;
  t.match(paper, /In touch\?.*On your own\?/s);
  t.notMatch(paper.slice(paper.indexOf('<h1')), /Amal/);
  const day = { 'answeredOn-day': '30', 'answeredOn-month': '12', 'answeredOn-year': '2026' };
  const ahead = await page.post(own, { 'answers.0': '4', ...day });
  t.equal(ahead.statusCode, 422);
  t.match(ahead.body, /future/);
  t.match(ahead.body, /value="4" checked/);
  const baseURL = await w.app.listen({ port: 0 });
  const browser = await signedInBrowser(t, baseURL, w.as.officer);
  const look = (name: string, url: string) =>
    browser.step(name, async () => {
      await browser.page.goto(url);
      await browser.look(name);
    });
  await look('paper', `${own}/paper`);
  await look('typing in', own);
  t.equal((await page.post(own, { 'answers.0': '4', 'answers.1': 'rather_not' })).statusCode, 303);
  t.match((await page.get(own)).body, /too much is unanswered/);
  await look('answered', own);
  await look('of a person', path);
  t.match((await page.post(`${own}/takings-back`, { reason: 'Her sister' })).statusCode, 303);
});
