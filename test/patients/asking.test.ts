import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { type AskingBudget, whyNotAsk } from '../../src/people/asking.rules.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { atOnce } from '../helpers/at-once.ts';
import { officer } from '../helpers/factories.ts';
import { forms, signedInBrowser, versionIn } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

const budget: AskingBudget = {
  contactState: 'open',
  pausedUntil: null,
  isGone: false,
  mostAYear: null,
  onlyOnPaper: false,
  skipConfidence: false,
  shapeAYear: null,
  most: 3,
  weeks: 4,
  lately: 0,
  questionsInYear: 0,
  invitationsInYear: 0,
};

t.test('whether someone may be asked: one rule', async (t) => {
  const day = '2026-11-25';
  const why = (
    changes: Partial<AskingBudget>,
    asked: 'questions' | 'confidence' | 'shaping' = 'questions',
    way: 'call' | 'paper' | 'link' = 'call',
  ) => whyNotAsk({ ...budget, ...changes }, { asked, way, day });
  t.equal(why({}), null);
  t.match(why({ lately: 3 }), /3 times within 4 weeks/);
  t.match(why({ most: 0 }), /Nobody/);
  t.match(why({ mostAYear: 0 }), /wish not to be asked/);
  t.match(why({ mostAYear: 1, questionsInYear: 1 }), /at most once a year/);
  t.match(why({ onlyOnPaper: true }), /on paper only/);
  t.equal(why({ onlyOnPaper: true }, 'questions', 'paper'), null);
  t.match(why({ onlyOnPaper: true }, 'questions', 'link'), /on paper only/);
  t.match(why({ skipConfidence: true }, 'confidence'), /rather not/);
  t.equal(why({ skipConfidence: true }), null);
  for (const contactState of ['withdrawn', 'deceased'] as const)
    t.match(why({ contactState }), /not to be contacted/);
  t.match(why({ contactState: 'paused', pausedUntil: '2026-11-26' }), /paused/);
  t.equal(why({ contactState: 'paused', pausedUntil: '2026-11-25' }), null);
  t.match(why({ isGone: true }), /not to be contacted/);
  t.match(why({}, 'shaping'), /did not say/);
  t.equal(why({ shapeAYear: 1, mostAYear: 0 }, 'shaping'), null, 'a wish of its own');
  t.match(why({ shapeAYear: 2, invitationsInYear: 2 }, 'shaping'), /at most twice a year/);
  t.match(why({ shapeAYear: 9, lately: 3 }, 'shaping'), /policy/, 'within the one budget');
});

async function helped(t: Test) {
  const w = await world(t, { DATABASE_POOL: '20' });
  const { patientId } = await w.refer();
  const followUps: string[] = [];
  for (const startsAt of ['09:00', '10:00', '11:00', '13:00', '14:00'])
    followUps.push(await w.followUp(patientId, { startsAt, dueOn: '2026-12-01' }));
  w.clock.set('2026-12-01T18:00:00Z');
  let next = 0;
  const asking = async () => w.call('officer', 'GET', `/patients/${patientId}/asking`);
  const wish = async (wishes: object) =>
    w.call('officer', 'PATCH', `/patients/${patientId}/asking`, wishes, {
      'if-match': (await asking()).etag,
    });
  const record = (body: object) =>
    w.call('officer', 'POST', `/follow-ups/${followUps[next++]}/outcomes`, { result: 'done', ...body });
  const invite = (more: object = {}) =>
    w.call('officer', 'POST', `/patients/${patientId}/invitations`, { toWhat: 'Try the leaflet', ...more });
  const policy = async (change: object) => {
    const { etag } = await w.call('manager', 'GET', '/lending-policy');
    return w.call('manager', 'PATCH', '/lending-policy', change, { 'if-match': etag });
  };
  return { ...w, patientId, followUps, asking, wish, record, invite, policy };
}

t.test('the question at calls and invitations are one budget, as the policy has it', async (t) => {
  const w = await helped(t);
  t.equal((await w.policy({ askingMost: 2, askingWeeks: 2 })).status, 200);
  await w.wish({ shapeAYear: 5 });
  t.equal((await w.record({ confidence: 2 })).status, 201);
  t.equal((await w.invite()).status, 201);
  t.match((await w.asking()).body, {
    lately: 2,
    weeks: 2,
    questionsInYear: 1,
    invitationsInYear: 1,
    invitations: [{ toWhat: 'Try the leaflet', invitedOn: '2026-12-01', invitedBy: 'Test officer' }],
    whyNot: {
      confidence: /twice within 2 weeks/,
      call: /policy/,
      paper: /policy/,
      link: /policy/,
      shaping: /policy/,
    },
  });
  const refused = await w.record({ confidence: 3 });
  t.match(refused, { status: 422, body: { errors: [{ pointer: '/confidence', message: /twice/ }] } });
  t.match(await w.invite(), { status: 422, body: { errors: [{ pointer: '/toWhat', message: /twice/ }] } });
  t.equal((await w.record({ minutes: 10 })).status, 201, 'a call without the question is none');
  w.clock.set('2026-12-14T18:00:00Z');
  t.match((await w.asking()).body.whyNot, { call: /twice/ });
  w.clock.set('2026-12-15T18:00:00Z');
  t.match((await w.asking()).body, { lately: 0, whyNot: { call: null, shaping: null } });
  t.match(await w.record({ confidence: 3, happenedOn: '2026-12-10' }), { status: 422 }, 'on the day it was');
});

t.test('a day that is written down later does not make it more often', async (t) => {
  const w = await helped(t);
  await w.policy({ askingMost: 1, askingWeeks: 2 });
  w.clock.set('2026-12-20T18:00:00Z');
  t.equal((await w.record({ confidence: 2, happenedOn: '2026-12-15' })).status, 201);
  t.equal((await w.record({ confidence: 2, happenedOn: '2026-12-10' })).status, 422);
  t.equal((await w.record({ confidence: 2, happenedOn: '2026-12-01' })).status, 201);
});

t.test('what is taken back was not asked', async (t) => {
  const w = await helped(t);
  await w.policy({ askingMost: 1 });
  await w.record({ confidence: 2 });
  const { body } = await w.call('officer', 'GET', `/follow-ups/${w.followUps[0]}`);
  await w.call('officer', 'POST', `/follow-up-outcomes/${body.outcome.id}/takings-back`, {
    reason: 'Was her sister',
  });
  t.equal((await w.record({ confidence: 2 })).status, 201);
});

t.test('what they wish holds: never, so often a year, only on paper, not this one', async (t) => {
  const w = await helped(t);
  t.equal((await w.wish({ mostAYear: 0 })).status, 200);
  t.match(await w.record({ confidence: 2 }), {
    status: 422,
    body: { errors: [{ message: /wish not to be/ }] },
  });
  await w.wish({ mostAYear: 1 });
  t.match((await w.asking()).body.whyNot, { confidence: null });
  await w.record({ confidence: 2 });
  t.match((await w.asking()).body.whyNot, { confidence: /once a year/, paper: /once a year/ });
  await w.wish({ mostAYear: null, onlyOnPaper: true });
  t.match((await w.asking()).body, {
    wishes: { mostAYear: null, onlyOnPaper: true },
    whyNot: { confidence: /paper only/, call: /paper only/, paper: null, link: /paper only/ },
  });
  await w.wish({ onlyOnPaper: false, skipConfidence: true });
  t.match((await w.asking()).body.whyNot, { confidence: /rather not/, call: null });
  t.match(await w.invite(), { status: 422, body: { errors: [{ message: /did not say/ }] } });
  t.match(await w.invite({ invitedOn: '2026-12-02' }), {
    status: 422,
    body: { errors: [{ message: /future/ }] },
  });
});

t.test('two at once: one of them asks', async (t) => {
  const w = await helped(t);
  await w.policy({ askingMost: 1 });
  const both = await atOnce(
    w.db,
    sql`select from patient where id = ${w.patientId} for update`,
    w.followUps
      .slice(0, 2)
      .map((id) => () => recordOutcome(w.deps, officer, id, { result: 'done', confidence: 3 })),
  );
  t.equal(both.filter(({ status }) => status === 'fulfilled').length, 1);
  t.equal((await w.asking()).body.lately, 1);
});

t.test('wishes by someone who saw others are refused, and the log has no words', async (t) => {
  const w = await helped(t);
  const { etag } = await w.asking();
  const path = `/patients/${w.patientId}/asking`;
  t.equal((await w.call('officer', 'PATCH', path, { mostAYear: 1 })).status, 428);
  t.equal((await w.call('officer', 'PATCH', path, { mostAYear: 1 }, { 'if-match': etag })).status, 200);
  t.equal((await w.call('officer', 'PATCH', path, { mostAYear: 2 }, { 'if-match': etag })).status, 412);
  await w.wish({ shapeAYear: 2 });
  await w.invite({ toWhat: 'Zyxmark' });
  const events = await w.rows<{ e: string }>(sql`select row_to_json(e)::text as e from event e`);
  t.notMatch(events.map(({ e }) => e).join(), /Zyxmark/);
});

t.test('wishes of two records that are merged: the stricter, until the person says otherwise', async (t) => {
  const w = await helped(t);
  const other = await w.refer({ nhsNumber: '9434765919', familyName: 'Exemple' });
  await w.call('officer', 'POST', `/referrals/${other.id}/withdrawals`, {
    reason: 'Sent twice',
    saidBy: 'clinic',
  });
  await w.wish({ mostAYear: 4 });
  const path = `/patients/${other.patientId}/asking`;
  const { etag } = await w.call('officer', 'GET', path);
  await w.call('officer', 'PATCH', path, { mostAYear: 1, shapeAYear: 2 }, { 'if-match': etag });
  await w.call('officer', 'POST', `/patients/${other.patientId}/invitations`, { toWhat: 'Tea' });
  w.clock.set('2026-12-01T18:01:00Z');
  const merged = await w.call('officer', 'POST', `/patients/${w.patientId}/merges`, {
    patientId: other.patientId,
  });
  t.equal(merged.status, 201, JSON.stringify(merged.body));
  t.match((await w.asking()).body, {
    wishes: { mostAYear: 1, shapeAYear: 2 },
    lately: 1,
    invitations: [{ toWhat: 'Tea' }],
  });
  w.clock.set('2026-12-01T18:02:00Z');
  await w.wish({ mostAYear: 3 });
  t.match((await w.asking()).body.wishes, { mostAYear: 3, shapeAYear: 2 });
});

t.test('who wants to help: the list, and who of them may be asked', async (t) => {
  const w = await helped(t);
  t.same((await w.call('officer', 'GET', '/shapers')).body.items, []);
  await w.wish({ shapeAYear: 1 });
  const listed = { patient: { id: w.patientId }, shapeAYear: 1 };
  t.match((await w.call('officer', 'GET', '/shapers')).body.items, [
    { ...listed, invitationsInYear: 0, whyNot: null },
  ]);
  await w.invite();
  t.match((await w.call('officer', 'GET', '/shapers')).body.items, [
    { ...listed, invitationsInYear: 1, whyNot: /at most once a year/ },
  ]);
  for (const who of ['supporter', 'clinic', 'integration', 'administrator'] as const) {
    t.equal((await w.call(who, 'GET', '/shapers')).status, 403, who);
    t.equal((await w.call(who, 'GET', `/patients/${w.patientId}/asking`)).status, 403, who);
  }
});

t.test('pages: what they wish, an invitation, the call that does not ask', async (t) => {
  const w = await helped(t);
  const page = forms(w.app, w.as.officer);
  const path = `/patients/${w.patientId}/asking`;
  t.match((await page.get(`/patients/${w.patientId}`)).body, path);
  const version = versionIn((await page.get(path)).body);
  const bad = await page.post(path, { form: 'wishes', version, mostAYear: 'often', onlyOnPaper: 'true' });
  t.equal(bad.statusCode, 422);
  t.match(bad.body, /value="often"/);
  t.match(bad.body, /Enter a number/);
  t.equal(
    (await page.post(path, { form: 'wishes', version, mostAYear: '3', shapeAYear: '2' })).statusCode,
    303,
  );
  const late = await page.post(path, { form: 'wishes', version, mostAYear: '5' });
  t.equal(late.statusCode, 412);
  t.match(late.body, /says “3” by now/);
  t.equal((await page.post(path, { form: 'invite', toWhat: ' ' })).statusCode, 422);
  const day = { 'invitedOn-day': '1', 'invitedOn-month': '12', 'invitedOn-year': '2026' };
  t.equal((await page.post(path, { form: 'invite', toWhat: 'Tea', ...day })).statusCode, 303);
  t.match((await page.get('/shapers')).body, /1 of 2/);

  const [first, second] = w.followUps;
  t.match((await page.get(`/follow-ups/${first}`)).body, /How confident they feel/);
  await sql`update lending_policy set asking_most = 1`.execute(w.db);
  await sql`update follow_up set supporter_id = ${w.ids.supporter}::uuid`.execute(w.db);
  for (const who of ['officer', 'supporter'] as const) {
    const { body } = await forms(w.app, w.as[who]).get(`/follow-ups/${second}`);
    t.match(body, /Do not ask how confident they feel/, who);
    t.notMatch(body, /name="confidence"/, who);
  }

  const baseURL = await w.app.listen({ port: 0 });
  const browser = await signedInBrowser(t, baseURL, w.as.officer);
  for (const [name, url] of [
    ['wishes', path],
    ['helping', '/shapers'],
    ['call', `/follow-ups/${second}`],
  ] as const)
    await browser.step(name, async () => {
      await browser.page.goto(url);
      await browser.look(name);
    });
});
