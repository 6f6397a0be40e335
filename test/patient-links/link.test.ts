import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { answerKinds, linkEnds, mayAnswer } from '../../src/messages/link.rules.ts';
import { getMessage } from '../../src/messages/message.queries.ts';
import { answerByPatientLink } from '../../src/messages/patient-links/answer.commands.ts';
import { templateFaults } from '../../src/messages/template.rules.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { axeClean, openBrowser, overflows } from '../helpers/browser.ts';
import { factories } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms } from '../helpers/pages.ts';

const begun = '2026-11-23T10:00:00Z';
async function setUp(t: Parameters<typeof testApp>[0], settings: Record<string, string> = {}) {
  const world = await testApp(t, {
    DATABASE_POOL: '20',
    LINK_URL: 'https://answer.example.org',
    ...settings,
  });
  const { db, deps, clock, app } = world;
  const send = async (seed: Partial<Parameters<typeof seedFollowUps>[1]> = {}) => {
    clock.set('2026-11-23T03:15:00Z');
    const people = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', ...seed });
    await runNightly(deps, { again: true });
    clock.set(begun);
    await dispatch(deps);
    const { rows } = await sql<{ body: string; reference: string }>`
      select body, reference from captured_message order by id desc limit ${people.length}`.execute(db);
    const texts = rows.map(({ body, reference }) => ({
      body,
      messageId: reference,
      path: `/a/${/\/a\/([\w-]+)/.exec(body)?.[1]}`,
    }));
    return { ...people[0]!, ...texts[0]!, people, texts };
  };
  const { post, get } = forms(app, {});
  const tasks = async () =>
    (await db.selectFrom('task').select(['kind', 'urgent', 'status']).orderBy('id').execute()).map(
      ({ kind, urgent }) => `${kind}${urgent ? ' urgent' : ''}`,
    );
  const tokenOf = (path: string) => path.slice(3);
  return { ...world, send, post, get, tasks, tokenOf };
}

t.test('each text that goes out has a link of its own, and what is kept of it does not work', async (t) => {
  const { send, db, deps, get } = await setUp(t);
  const { texts } = await send({ patients: 60 });
  t.equal(new Set(texts.map(({ path }) => path)).size, 60);
  t.match(texts[0]!.body, /To answer: https:\/\/answer\.example\.org\/a\/[\w-]{22} Replies/);
  t.equal((await get(texts[0]!.path)).statusCode, 200);
  t.match((await getMessage(deps, texts[0]!.messageId)).text, /example\.org\/a\/… Replies/);
  const tokens = texts.map(({ path }) => path.slice(3));
  const { rows } = await sql<{ kept: string }>`
    select string_agg(x, ' ') as kept from (select row_to_json(m)::text as x from message m union all
      select row_to_json(l)::text from patient_link l union all select row_to_json(e)::text from event e union all select row_to_json(o)::text from outbox o) k`.execute(
    db,
  );
  t.notOk(tokens.some((token) => rows[0]!.kept.includes(token)));
});

t.test(
  'rule 12: without an address that reveals nothing a discreet text has no link; an identified one has',
  async (t) => {
    const { send } = await setUp(t, { LINK_URL: '', PUBLIC_URL: 'https://lendwell.nhs.example' });
    t.notMatch((await send()).body, /To answer|http| {2}/);
    t.match(
      (await send({ wording: 'identified', value: '+447700900124' })).body,
      /lendwell\.nhs\.example\/a\//,
    );
  },
);

t.test('each answer becomes the right thing or a task, once', async (t) => {
  const { send, post, get, tasks, db } = await setUp(t);
  const { path, followUpId, patientId } = await send();
  const before = await sql`select count(*) from event`.execute(db);
  t.equal((await get(path)).statusCode, 200);
  t.same(await sql`select count(*) from event`.execute(db), before, 'looking changes nothing');
  for (const kind of answerKinds) {
    t.match(
      await post(path, { kind, words: 'Mornings, please' }),
      { statusCode: 303, headers: { location: path } },
      kind,
    );
    t.equal((await post(path, { kind })).statusCode, 303, 'again');
  }
  t.same(await tasks(), [
    'asked_to_move urgent',
    'asked_to_ring',
    'said_lost urgent',
    'said_run_out',
    'asked_to_stop',
  ]);
  const followUp = await db
    .selectFrom('follow_up')
    .select(['status', 'due_on'])
    .where('id', '=', followUpId)
    .executeTakeFirstOrThrow();
  t.match(
    followUp,
    { status: 'confirmed', due_on: '2026-11-24' },
    'asking for another time moves nothing by itself',
  );
  t.ok(
    (
      await db
        .selectFrom('contact_point')
        .select('stopped_at')
        .where('patient_id', '=', patientId)
        .executeTakeFirstOrThrow()
    ).stopped_at,
  );
  const said = await db.selectFrom('inbound_message').select(['meaning', 'body']).orderBy('id').execute();
  t.same(
    said.map(({ meaning }) => meaning),
    answerKinds,
  );
  t.equal(said[1]!.body, 'Mornings, please');
  t.equal(said[2]!.body, 'Please ring me.', 'words are of the other time alone');
  const { rows } = await sql<{
    e: string;
  }>`select row_to_json(e)::text as e from event e where type = 'message.answered'`.execute(db);
  t.equal(rows.length, answerKinds.length);
  t.notMatch(rows.map(({ e }) => e).join(), /Mornings/, 'rule 20');
  const page = (await get(path)).body;
  t.match(page, /You told us:/);
  t.notMatch(page, /<button>(Yes, that time|Please ring me|Stop them)/);
});

t.test('staff read what was said, and by what', async (t) => {
  const { send, post, app, as, clock } = await setUp(t);
  const { path } = await send();
  await post(path, { kind: 'move', words: 'After <b>four</b>' });
  clock.set('2026-11-23T09:31:00Z');
  const { body } = await apiOf(app, as.officer)('GET', '/replies');
  t.match(body.items, [{ meaning: 'move', from: null, body: 'After <b>four</b>', patients: [{}] }]);
  const pages = forms(app, as.officer);
  t.match((await pages.get('/messages/replies')).body, /Another time/);
  const reply = (await pages.get(`/messages/replies/${body.items[0].id}`)).body;
  t.match(reply, /They ask for another time[\s\S]*After &lt;b&gt;four[\s\S]*The link in a message/);
  t.match((await pages.get(`/patients/${body.items[0].patients[0].id}`)).body, /They asked for another time/);
});

t.test('a word that may be a cry for help is urgent', async (t) => {
  const { send, post, tasks } = await setUp(t);
  await post((await send()).path, { kind: 'move', words: 'I am scared at home' });
  t.same(await tasks(), ['asked_to_move urgent']);
});

t.test('what is shown reveals nothing, unless the message did', async (t) => {
  const { send, get, deps } = await setUp(t);
  const { path } = await send();
  const page = await get(path);
  const words = page.body.replace(/<[^>]+>/g, ' ');
  t.same(templateFaults({ subject: '', body: words }, 'discreet'), []);
  t.notMatch(page.body, /Lendwell|Test scheme|nhs|Amal|Example/i);
  t.match(page.body, /Tuesday 24 November at 10am/);
  t.match(page.headers, {
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex',
  });
  t.equal(page.headers['set-cookie'], undefined);
  const open = await send({ wording: 'identified', value: '+447700900125' });
  t.match(
    (await get(open.path)).body,
    /Test scheme[\s\S]*href="\/notices\/patients"[\s\S]*\/notices\/accessibility/,
  );
  t.notMatch(page.body, /href="\/notice/, 'a discreet page leads to no notice while there is none for it');
  await factories(deps).notice('patients_discreet');
  t.match((await get(path)).body, /<a href="\/notice">What becomes of what you tell us<\/a>/);
  t.match((await get('/a/AAAAAAAAAAAAAAAAAAAAAA')).body, /<a href="\/notice">/);
  t.notMatch((await get(path)).body, /href="\/notices/);
  t.notMatch((await get(open.path)).body, /Amal|Example 1/);
});

t.test('what ended, was never, or is of someone who asked for no contact answers the same', async (t) => {
  const { send, get, post, db, clock, tasks } = await setUp(t);
  const { path, patientId } = await send();
  const gone = await send({ value: '+447700900126' });
  const never = await get('/a/AAAAAAAAAAAAAAAAAAAAAA');
  t.equal(never.statusCode, 404);
  t.match(never.body, /Ring the number you have for us/);
  t.notMatch(never.body, /Lendwell|Test scheme/);
  await sql`update patient set contact_state = 'withdrawn' where id = ${gone.patientId}`.execute(db);
  t.same((await get(gone.path)).body, never.body);
  t.equal((await post(gone.path, { kind: 'ring' })).statusCode, 404);
  await sql`update patient set contact_state = 'paused', paused_until = '2026-12-31' where id = ${patientId}`.execute(
    db,
  );
  t.equal((await get(path)).statusCode, 200, 'a pause stops us, not them');
  t.equal((await post(path, { kind: 'fly' })).statusCode, 404);
  t.equal((await post(path, {})).statusCode, 404);
  clock.set('2026-11-24T10:01:00Z');
  t.notMatch((await get(path)).body, /that time is right|another time/, 'the time is past');
  t.equal((await post(path, { kind: 'confirm' })).statusCode, 303);
  t.same(await tasks(), []);
  clock.set('2026-12-01T10:01:00Z');
  t.same((await get(path)).body, never.body, 'after a week');
});

t.test('how long, and what may be said when', (t) => {
  t.equal(linkEnds('2026-11-23T10:00:00Z', ['2026-11-24T10:00:00Z']), '2026-11-30T10:00:00.000Z');
  t.equal(linkEnds('2026-11-23T10:00:00Z', ['2026-12-24T10:00:00Z']), '2026-12-27T10:00:00.000Z');
  const now = '2026-11-23T10:00:00Z';
  const of = (
    followUps: { at: string; status: string; asTold: boolean }[],
    answered: (typeof answerKinds)[number][] = [],
  ) => mayAnswer({ followUps, answered }, now);
  t.same(of([]), ['ring', 'lost', 'run_out', 'stop']);
  const ahead = { at: '2026-11-24T10:00:00Z', status: 'planned', asTold: true };
  t.same(of([ahead]), answerKinds);
  t.same(of([{ ...ahead, status: 'confirmed' }])[0], 'move');
  t.same(of([{ ...ahead, status: 'cancelled', asTold: false }])[0], 'ring');
  t.same(of([ahead], ['ring', 'stop']), ['confirm', 'move', 'lost', 'run_out']);
  t.end();
});

t.test('many clicks at once are one answer', async (t) => {
  const { send, deps, db, tasks, tokenOf } = await setUp(t);
  const { path } = await send();
  const say = (kind: 'ring' | 'confirm') => answerByPatientLink(deps, 'r', tokenOf(path), { kind });
  await Promise.all(Array.from({ length: 16 }, (_, n) => say(n % 2 ? 'ring' : 'confirm')));
  t.same(await tasks(), ['asked_to_ring']);
  t.equal(
    (await db.selectFrom('event').select('id').where('type', '=', 'message.answered').execute()).length,
    2,
  );
  t.equal(
    (await db.selectFrom('event').select('id').where('type', '=', 'follow_up.changed').execute()).length,
    1,
  );
});

for (const scripts of [true, false]) {
  t.test(`on a phone; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { app, send } = await setUp(t);
    const { path } = await send();
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const page = await openBrowser(t, { baseURL, scripts });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(path);
    const look = async (name: string) => {
      if (scripts) await axeClean(t, page, name);
      t.equal(await overflows(page), '', `${name} fits`);
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/link-${name}.png`, fullPage: true });
    };
    await look('open');
    await page.getByText('Ask for another time').click();
    await page.getByLabel('When would suit you?').fill('After four');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('You would like another time.').waitFor();
    await page.getByText('Something is wrong').click();
    await page.getByRole('button', { name: 'Something is lost' }).click();
    await page.getByText('nobody is cross').waitFor();
    await look('answered');
    await page.goto('/a/nothing');
    await page.getByText('This link has ended').first().waitFor();
    await look('ended');
    t.same(await page.context().cookies(), []);
  });
}
