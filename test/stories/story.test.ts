import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { forgetWhatIsOver } from '../../src/privacy/forgetting.commands.ts';
import { consentToStory } from '../../src/support/stories/consent.commands.ts';
import { storiesToTell } from '../../src/support/stories/stories-to-tell.queries.ts';
import { changeStory } from '../../src/support/stories/story.commands.ts';
import { findsIn, whyNotOutside } from '../../src/support/stories/story.rules.ts';
import { atOnce } from '../helpers/at-once.ts';
import { officer } from '../helpers/factories.ts';
import { world } from '../helpers/world.ts';

const ever = { from: '2000-01-01', to: '2100-01-01' };

const told = { words: 'I talk to my sister again.', telling: 'own_words', followed: 'in_touch' };
const today = '2026-11-23';

async function telling(t: Test) {
  const w = await world(t, { DATABASE_POOL: '20' });
  const { patientId } = await w.refer();
  const tell = async (more: object = {}, at = `/patients/${patientId}`) =>
    (await w.call('officer', 'POST', `${at}/stories`, { ...told, ...more })).body;
  const agree = (id: string, more: object = {}) =>
    w.call('officer', 'POST', `/stories/${id}/consents`, {
      version: 1,
      purposes: ['inside', 'papers'],
      way: 'in_words',
      ...more,
    });
  const get = async (id: string) => w.call('officer', 'GET', `/stories/${id}`);
  const dropIn = async (supporterId?: string) => {
    const place = await w.make.store();
    const { body } = await w.call('officer', 'POST', '/drop-ins', {
      locationId: place.id,
      heldOn: '2026-11-20',
      startsAt: '14:00',
      minutes: 60,
      ...(supporterId && { supporterId }),
    });
    return body.id as string;
  };
  return {
    ...w,
    patientId,
    tell,
    agree,
    get,
    dropIn,
    papers: (day = today) => storiesToTell(w.db, 'papers', day, ever),
  };
}

t.test('rules: what words give away is found by its kind, and told nowhere outside', (t) => {
  const names = {
    own: { given: 'Amal', family: 'El-Said', preferred: 'Mary Ann' },
    clinics: ['Camden North'],
  };
  const found = (text: string) => findsIn(text, names);
  t.same(found('She talks to her sister again, every Sunday at 10.'), []);
  t.same(found('Amal’s tablet'), ['own_name']);
  t.same(found('i am ámal'), ['own_name']);
  t.same(found('for El-Said'), ['own_name']);
  t.same(found('Amalfi is a town'), []);
  t.same(found('at camden  north they'), ['clinic']);
  t.same(found('Ring 07700 900 123'), ['number']);
  t.same(found('943-476-5919'), ['number']);
  t.same(found('in 2024, 2025 and 2026'), []);
  t.same(found('x@example.com lives at N1 1AA'), ['email', 'postcode']);
  t.same(findsIn('Amal', { ...names, own: null }), [], 'of nobody known');
  t.equal(whyNotOutside(['inside'], ['number']), null);
  t.match(whyNotOutside(['inside', 'public'], ['number']), /long number/);
  t.end();
});

t.test(
  'rules: a name that is told as they wish, and one that is an everyday word, give nothing away',
  (t) => {
    const finds = (given: string, text: string, toldName?: string, more: object = {}) =>
      findsIn(text, { own: { given, family: 'White', preferred: null, ...more }, toldName, clinics: [] });
    t.same(finds('Mary Ann', 'Mary rang.', 'Mary'), []);
    t.same(finds('Mary Ann', 'Ann rang.', 'Mary'), ['own_name']);
    t.same(finds('José', 'Jose rang.', 'Jose'), []);
    t.same(finds('X', 'Amal rang.', 'Amal', { preferred: 'Amal H' }), []);
    t.same(finds('Rose', 'She rang.\nRose White', 'Rose White'), ['own_name'], 'never with the family name');
    for (const given of ['Will', 'May', 'Grace']) {
      const word = given.toLowerCase();
      t.same(finds(given, `I ${word} ring. ${given} I go? “${given} I?” A white van.`), [], given);
      t.same(finds(given, `They call me ${given}.`), ['own_name'], given);
    }
    t.same(finds('Omar', 'they call me omar'), ['own_name'], 'no everyday word');
    t.match(whyNotOutside(['public'], ['own_name']), /say that it is not their name/);
    t.end();
  },
);

t.test('a story appears only for what they agreed to, and while they do', async (t) => {
  const w = await telling(t);
  const story = await w.tell();
  t.match(story, { state: 'to_ask', consent: null, version: 1, writtenBy: 'Test officer', toldOn: today });
  t.same(await w.papers(), []);
  t.match(await w.agree(story.id, { toldName: 'Ama', until: '2026-12-31' }), {
    status: 201,
    body: {
      state: 'consented',
      consent: { toldName: 'Ama', until: '2026-12-31', recordedBy: 'Test officer' },
    },
  });
  t.same(await w.papers(), [{ words: told.words, toldName: 'Ama', followed: 'in_touch', month: '2026-11' }]);
  t.same(await w.papers('2026-12-31'), await w.papers());
  t.same(await w.papers('2027-01-01'), [], 'its day is over');
  t.same(await w.papers('2026-11-22'), [], 'not before they agreed');
  t.same(await storiesToTell(w.db, 'public', today, ever), []);
  t.match(await w.agree(story.id, { purposes: ['public'] }), { body: { consent: { toldName: null } } });
  t.same(await w.papers(), [], 'what they say now holds');
  t.equal((await storiesToTell(w.db, 'public', today, ever)).length, 1);
  const withdraw = () => w.call('officer', 'POST', `/stories/${story.id}/withdrawals`);
  t.match(await withdraw(), { status: 201, body: { state: 'withdrawn' } });
  t.match(await withdraw(), { status: 201 }, 'twice is once');
  t.same(await storiesToTell(w.db, 'public', today, ever), []);
  const events = await w.rows<{ e: string }>(
    sql`select row_to_json(e)::text as e from event e where type like 'story.%'`,
  );
  t.equal(events.length, 4);
  t.notMatch(events.map(({ e }) => e).join(), /sister|Ama/);
});

t.test('other words ask again; what was said before is not kept', async (t) => {
  const w = await telling(t);
  const { id } = await w.tell();
  await w.agree(id);
  const change = async (body: object) =>
    w.call('officer', 'PATCH', `/stories/${id}`, body, { 'if-match': (await w.get(id)).etag });
  t.match(await change({ followed: 'other' }), { status: 200, body: { state: 'consented', version: 1 } });
  t.match(await change({ words: 'I ring my sister.' }), {
    status: 200,
    body: { state: 'to_ask', version: 2 },
  });
  t.same(await w.papers(), []);
  t.match(await w.agree(id), { status: 412 }, 'they agreed to other words');
  t.equal((await w.agree(id, { version: 2 })).status, 201);
  t.match(await w.papers(), [{ words: 'I ring my sister.' }]);
  const kept = await w.rows<{ e: string }>(sql`select row_to_json(s)::text as e from story s`);
  t.notMatch(kept[0]!.e, /I talk/);
  t.equal((await w.call('officer', 'PATCH', `/stories/${id}`, { followed: 'other' })).status, 428);
});

t.test('what gives them away is warned of inside, and refused outside', async (t) => {
  const w = await telling(t);
  const { id, finds } = await w.tell({ words: 'Amal sees the GP. Ring 07700 900123.' });
  t.same(finds, ['own_name', 'number']);
  const refused = await w.agree(id);
  t.match(refused, {
    status: 422,
    body: { errors: [{ pointer: '/purposes', message: /a name of theirs.*long number/ }] },
  });
  t.notMatch(JSON.stringify(refused.body), /Amal|900123/);
  t.equal((await w.agree(id, { purposes: ['inside'] })).status, 201);
  const word = await w.tell({ words: 'My friend Amal sees the GP.' });
  t.match(await w.agree(word.id, { notTheirName: true, purposes: ['public'] }), {
    status: 201,
    body: { consent: { notTheirName: true } },
  });
  t.match(await w.agree(id, { notTheirName: true }), { status: 422 }, 'a number stays one');
  const named = await w.tell({ words: 'Amal sees the GP.' });
  t.equal((await w.agree(named.id)).status, 422);
  t.equal((await w.agree(named.id, { toldName: 'Amal' })).status, 201, 'as they wish');
  t.match(await w.agree(named.id, { toldName: 'Amal', givenOn: '2026-11-24' }), {
    body: { errors: [{ pointer: '/givenOn' }] },
  });
  t.match(await w.agree(named.id, { toldName: 'Amal', until: '2026-11-22' }), {
    body: { errors: [{ pointer: '/until' }] },
  });
  t.match(await w.agree(named.id, { purposes: [] }), { status: 422 });
});

t.test('one that is taken out leaves no trace in papers, and no words', async (t) => {
  const w = await telling(t);
  const { id } = await w.tell();
  await w.agree(id, { toldName: 'Zyxmark' });
  const retire = () => w.call('officer', 'POST', `/stories/${id}/retirements`);
  t.match(await retire(), { status: 201, body: { state: 'retired', words: null } });
  t.equal((await retire()).status, 201, 'twice is once');
  t.same(await w.papers(), []);
  t.same((await w.call('officer', 'GET', '/stories')).body.items, []);
  t.match(await w.agree(id), { status: 409 });
  const change = await w.call('officer', 'PATCH', `/stories/${id}`, { words: 'Back' }, { 'if-match': '*' });
  t.equal(change.status, 409);
  const [row] = await w.rows(sql`select row_to_json(c)::text as c from story_consent c`);
  t.notMatch(row!.c, /Zyxmark/);
  const kept = await w.rows<{ result: string }>(sql`select result::text from idempotency_key`);
  t.notMatch(kept.map(({ result }) => result).join(), /sister|Zyxmark/, 'nor do replies that are kept');
});

t.test('a supporter writes and sees those of whom they support, and of their own drop-ins', async (t) => {
  const w = await telling(t);
  const own = await w.followUp(w.patientId);
  await sql`update follow_up set supporter_id = ${w.ids.supporter}::uuid where id = ${own}`.execute(w.db);
  const { patientId: otherId } = await w.refer({ givenName: 'Bo', contactPoints: [] });
  const foreign = await w.tell({}, `/patients/${otherId}`);
  const [mine, others] = [await w.dropIn(w.ids.supporter), await w.dropIn()].map((id) => `/drop-ins/${id}`);
  await w.tell({}, others);
  const asSupporter = (url: string) => w.call('supporter', 'POST', `${url}/stories`, told);
  t.match(await asSupporter(`/follow-ups/${own}`), {
    status: 201,
    body: { followUpId: own, patient: { id: w.patientId } },
  });
  t.match(await asSupporter(mine!), {
    status: 201,
    body: { patient: null, dropIn: { heldOn: '2026-11-20' } },
  });
  t.equal((await asSupporter(`/patients/${w.patientId}`)).status, 403);
  for (const url of [others!, `/follow-ups/${await w.followUp(otherId)}`])
    t.equal((await asSupporter(url)).status, 404, url);
  t.equal((await w.call('supporter', 'GET', '/stories')).body.items.length, 2);
  t.equal((await w.call('officer', 'GET', '/stories')).body.items.length, 4);
  t.equal((await w.call('supporter', 'GET', `/stories/${foreign.id}`)).status, 404);
  t.equal((await w.call('supporter', 'POST', `/stories/${foreign.id}/withdrawals`)).status, 404);
  await w.agree(foreign.id);
  t.equal(
    (await w.call('officer', 'GET', '/stories?state=consented&followed=in_touch')).body.items.length,
    1,
  );
  for (const who of ['clinic', 'auditor', 'administrator', 'integration'] as const)
    t.equal((await w.call(who, 'GET', '/stories')).status, 403, who);
});

t.test('who is not known by name: their story goes once they no longer agree', async (t) => {
  const w = await telling(t);
  const at = `/drop-ins/${await w.dropIn()}`;
  const [asked, ended, stays] = [await w.tell({}, at), await w.tell({}, at), await w.tell({}, at)];
  const known = await w.tell();
  for (const { id } of [asked, ended, stays, known]) await w.agree(id);
  await w.agree(ended.id, { until: today });
  for (const { id } of [asked, known]) await w.call('officer', 'POST', `/stories/${id}/withdrawals`);
  w.clock.set('2026-11-24T03:00:00Z');
  await forgetWhatIsOver(w.deps);
  t.equal((await w.get(asked.id)).status, 404);
  t.equal((await w.get(ended.id)).status, 404);
  t.match(await w.get(stays.id), { body: { state: 'consented' } });
  t.match(await w.get(known.id), { body: { state: 'withdrawn' } });
  const [never, changed] = [await w.tell({}, at), await w.tell({}, at)];
  await w.agree(changed.id);
  const { etag } = await w.get(changed.id);
  const other = { words: 'I ring my sister.' };
  t.equal(
    (await w.call('officer', 'PATCH', `/stories/${changed.id}`, other, { 'if-match': etag })).status,
    200,
  );
  const left = async (now: string) => {
    w.clock.set(now);
    await forgetWhatIsOver(w.deps);
    return (await w.rows<{ id: string }>(sql`select id from story`)).map(({ id }) => id).toSorted();
  };
  t.same(await left('2027-02-22T02:59:00Z'), [stays, known, never, changed].map(({ id }) => id).toSorted());
  t.same(await left('2027-02-22T03:01:00Z'), [stays, known].map(({ id }) => id).toSorted(), '90 days');
});

t.test('it goes with the person who is erased, and over with a merge', async (t) => {
  const w = await telling(t);
  const { patientId: otherId } = await w.refer({ familyName: 'Other', nhsNumber: '9434765919' });
  const { id } = await w.tell({}, `/patients/${otherId}`);
  await w.agree(id);
  await w.rows(sql`update referral set status = 'withdrawn'`);
  t.equal(
    (await w.call('officer', 'POST', `/patients/${w.patientId}/merges`, { patientId: otherId })).status,
    201,
  );
  t.match(await w.get(id), { body: { patient: { id: w.patientId }, state: 'consented' } });
  const erased = await w.call('manager', 'POST', `/patients/${w.patientId}/erasures`, {
    askedBy: 'patient',
    askedOn: '2026-11-20',
    identityCheck: 'Saw a card',
    reason: 'Help ended',
  });
  t.equal(erased.status, 201);
  t.equal((await w.get(id)).status, 404);
  t.same(await w.papers(), []);
  t.equal((await w.call('officer', 'POST', `/patients/${w.patientId}/stories`, told)).status, 409);
});

t.test('words that change while they are agreed to are not agreed to', async (t) => {
  const w = await telling(t);
  const { id } = await w.tell();
  const { etag } = await w.get(id);
  const [change, consent] = await atOnce(w.db, sql`select from story where id = ${id} for update`, [
    () => changeStory(w.deps, { ...officer, ifMatch: etag! }, id, { words: 'Other' }),
    () => consentToStory(w.deps, officer, id, { version: 1, purposes: ['papers'], way: 'in_words' }),
  ]);
  t.equal(change!.status, 'fulfilled');
  t.same(await w.papers(), [], String(consent!.status));
  const both = await atOnce(
    w.db,
    sql`select from story where id = ${id} for update`,
    [1, 2].map(
      () => () => consentToStory(w.deps, officer, id, { version: 2, purposes: ['papers'], way: 'in_words' }),
    ),
  );
  t.ok(both.every(({ status }) => status === 'fulfilled'));
  t.equal((await w.papers()).length, 1, 'one stands');
});
