import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { revealingWords } from '../../src/messages/template.rules.ts';
import { erasePatient } from '../../src/privacy/erasure.commands.ts';
import { buildExport } from '../../src/privacy/export.queries.ts';
import { decideExport } from '../../src/privacy/privacy.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager } from '../helpers/factories.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(240_000);
const monday = '2026-11-23T09:30:00Z';
const links = { LINK_URL: 'https://l.example', DATABASE_POOL: '20' };
const { app, as, db, deps, ids, clock } = await testApp(t, links);
const make = factories(deps);
const api = apiOf(app, as.officer);
const supporter = apiOf(app, as.supporter);
t.beforeEach(async () => {
  clock.set(monday);
  await sql`update session set seen_at = ${monday}, expires_at = '2027-06-01'`.execute(db);
});

let made = 0;
/** A guide in English, and in more editions. */
async function guide(editions = ['en standard'], topic = 'connecting') {
  const name = `Guide ${++made}`;
  const { body } = await api('POST', '/guides', { name, topic });
  for (const edition of editions) {
    const [language, format] = edition.split(' ');
    const text = { language, format, title: `Read ${name}`, text: 'Press the button.', insteadOf: 0 };
    await api('POST', `/guides/${body.id}/versions`, text);
  }
  return { ...body, name, as: (language = 'en', format = 'standard') => ({ id: body.id, language, format }) };
}
async function met(seed: Partial<Parameters<typeof seedFollowUps>[1]> = {}) {
  const [one] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-23', ...seed });
  await sql`update follow_up set supporter_id = ${ids.supporter}::uuid where id = ${one!.followUpId}`.execute(
    db,
  );
  return one!;
}
const give = (followUpId: string, body: object, who = api) =>
  who('POST', `/follow-ups/${followUpId}/handouts`, body);
const textsTo = async (patientId: string) => {
  const { captured, messages } = await sentMessages(db);
  const own = messages.filter((one) => one.patient_id === patientId).map(({ id }) => id);
  return captured.filter(({ reference }) => own.includes(reference)).map(({ body }) => body);
};

t.test('a guide goes by the safe way, as a neutral address in a text that tells nothing, once', async (t) => {
  const [one, who] = [await guide(), await met()];
  const given = await give(who.followUpId, { guide: one.as(), way: 'message' }, supporter);
  t.match(given, {
    status: 201,
    body: { what: 'guide', name: one.name, version: 1, state: 'waiting', givenBy: 'Test supporter' },
  });
  const again = await give(who.followUpId, { guide: one.as(), way: 'message' });
  t.equal(again.body.id, given.body.id, 'the same again is the same');
  await dispatch(deps);
  const [text, ...more] = await textsTo(who.patientId);
  t.same(more, []);
  t.equal(
    text,
    `Hello. Here is what we spoke of: https://l.example/g/${one.number}/en/a Replies to this message are not read.`,
  );
  t.same(revealingWords(text!), []);
  t.match((await api('GET', `/follow-ups/${who.followUpId}`)).body.given, [
    { name: one.name, state: 'sent', way: 'message' },
  ]);
});

t.test('eight at once give it once', async (t) => {
  const [one, who] = [await guide(), await met()];
  const all = await Promise.all(
    Array.from({ length: 8 }, () => give(who.followUpId, { guide: one.as(), way: 'message' })),
  );
  t.same([...new Set(all.map(({ status }) => status))], [201]);
  t.equal(new Set(all.map(({ body }) => body.id)).size, 1);
  await dispatch(deps);
  t.equal((await textsTo(who.patientId)).length, 1);
});

t.test('whoever chose the identified wording hears who it is from; two are said together', async (t) => {
  const [one, other, who] = [await guide(), await guide(), await met({ wording: 'identified' })];
  await give(who.followUpId, { guide: one.as(), way: 'message' });
  await give(who.followUpId, { guide: other.as(), way: 'message' });
  await dispatch(deps);
  t.match(await textsTo(who.patientId), [
    /^Hello Amal\. Here is what we spoke of, from Test scheme: https:\/\/l\.example\/g\/\d+\/en\/a https:/,
  ]);
});

t.test('outside their hours it waits for them', async (t) => {
  const hours = [{ days: [2], from: '09:00', to: '12:00' }];
  const [one, who] = [await guide(), await met({ hours })];
  const { body } = await give(who.followUpId, { guide: one.as(), way: 'message' });
  t.match(body, { state: 'waiting', sendAfter: /^2026-11-24T09:00/ });
  await dispatch(deps);
  t.same(await textsTo(who.patientId), []);
  clock.set('2026-11-24T09:30:00Z');
  await dispatch(deps);
  t.equal((await textsTo(who.patientId)).length, 1);
});

t.test(
  'where no message may go or can, it says so at once, offers print, and leaves nothing behind',
  async (t) => {
    const one = await guide();
    const refused = async (seed: Parameters<typeof met>[0], why: RegExp, change = sql`select 1`) => {
      const who = await met(seed);
      await sql`${change} ${sql.raw(/^update/.test(change.compile(db as never).sql) ? `where id = '${who.patientId}'` : '')}`.execute(
        db,
      );
      const { status, body } = await give(who.followUpId, { guide: one.as(), way: 'message' });
      t.match({ status, body }, { status: 409, body: { type: '/problems/handout-not-sent', detail: why } });
      t.match(body.detail, /Print it instead/);
      const { rows } =
        await sql`select from handout where patient_id = ${who.patientId} union all select from reminder where patient_id = ${who.patientId}
      union all select from message where patient_id = ${who.patientId} union all select from task where patient_id = ${who.patientId}`.execute(
          db,
        );
      t.equal(rows.length, 0);
      t.equal((await give(who.followUpId, { guide: one.as(), way: 'paper' })).body.state, 'on_paper');
    };
    await refused({ safe: false }, /no contact point that is safe/);
    await refused({ channel: 'phone' }, /no contact point that is safe/);
    await refused({ hours: [{ days: [6], from: '09:00', to: '10:00' }] }, /hours never meet/);
    await refused(
      {},
      /not to be written to now/,
      sql`update patient set contact_state = 'paused', paused_until = '2027-01-01'`,
    );
    await refused(
      {},
      /not to be written to now/,
      sql`update patient set contact_choice = 'patient_contacts_us'`,
    );
  },
);

t.test(
  'who stops before it goes is not written to, and the next contact sees that it did not go',
  async (t) => {
    const [one, who] = [await guide(), await met({ hours: [{ days: [2], from: '09:00', to: '12:00' }] })];
    await give(who.followUpId, { guide: one.as(), way: 'message' });
    await sql`update contact_point set stopped_at = ${monday} where patient_id = ${who.patientId}`.execute(
      db,
    );
    clock.set('2026-11-24T09:30:00Z');
    // The first run lets go of the way that is stopped, the next looks for another and holds it.
    for (const _run of [1, 2]) await dispatch(deps);
    t.same(await textsTo(who.patientId), []);
    clock.set(monday);
    t.match((await api('GET', `/follow-ups/${who.followUpId}`)).body.given, [{ state: 'not_sent' }]);
    const again = () => give(who.followUpId, { guide: one.as(), way: 'message' });
    t.equal((await again()).status, 409, 'there is no way yet');
    await sql`update contact_point set stopped_at = null where patient_id = ${who.patientId}`.execute(db);
    t.match(await again(), { status: 201, body: { state: 'waiting' } });
    t.match(await again(), { status: 201, body: { state: 'waiting' } }, 'and once');
    clock.set('2026-11-24T09:45:00Z');
    await dispatch(deps);
    t.equal((await textsTo(who.patientId)).length, 1);
  },
);

t.test('a guide that is not offered, or not in that language, is not given', async (t) => {
  const [one, who] = [await guide(), await met()];
  t.match(await give(who.followUpId, { guide: one.as('bn'), way: 'paper' }), {
    status: 422,
    body: { errors: [{ pointer: '/guide' }] },
  });
  t.match(await give(who.followUpId, { way: 'paper' }), {
    status: 422,
    body: { errors: [{ pointer: '/guide' }] },
  });
  await api('PATCH', `/guides/${one.id}`, { retired: true }, { 'if-match': '*' });
  t.equal((await give(who.followUpId, { guide: one.as(), way: 'paper' })).status, 422);
  t.equal(
    (await forms(app, {}).get(`/g/${one.number}/en/a`)).statusCode,
    200,
    'who has it can still read it',
  );
});

t.test('a supporter gives and sees what their own people have, and nobody else’s', async (t) => {
  const [one, mine, others] = [await guide(), await met(), await met()];
  await sql`update follow_up set supporter_id = null where id = ${others.followUpId}`.execute(db);
  t.equal((await give(others.followUpId, { guide: one.as(), way: 'paper' }, supporter)).status, 404);
  const [own, foreign] = [
    (await give(mine.followUpId, { guide: one.as(), way: 'paper' })).body.id,
    (await give(others.followUpId, { guide: one.as(), way: 'paper' })).body.id,
  ];
  const pages = forms(app, as.supporter);
  t.equal((await pages.get(`/handouts/${own}`)).statusCode, 200);
  t.equal((await pages.get(`/handouts/${foreign}`)).statusCode, 404);
  t.match(
    (await pages.get(`/follow-ups/${mine.followUpId}`)).body,
    new RegExp(`${one.name} \\(English, standard\\), on paper`),
  );
});

t.test('at the next contact what suits them stands first, and what there is not is said', async (t) => {
  const one = await guide(['en standard', 'en easy_read', 'bn standard'], 'staying_safe');
  const who = await met();
  await sql`update patient set language = 'bn', communication_needs = '{easy_read}' where id = ${who.patientId}`.execute(
    db,
  );
  const { body } = await forms(app, as.supporter).get(`/follow-ups/${who.followUpId}/handouts`);
  const at = (edition: string) => body.indexOf(`${one.name} (${edition})`);
  t.ok(
    at('Bangla, standard') > 0 &&
      at('Bangla, standard') < at('English, easy read') &&
      at('English, easy read') < at('English, standard'),
  );
  t.match(body.slice(at('Bangla, standard')), /Staying safe\. There is none in: Easy read/);
  t.match(body, /They take things in as: Bangla, Easy read/);
});

t.test('at a drop-in: given, known on the person’s record, gone over in a merge', async (t) => {
  const [one, { id: referralId }, { id: locationId }] = [
    await guide(),
    await make.referral(),
    await make.store(),
  ];
  const { rows } = await sql<{
    id: string;
  }>`select patient_id as id from referral where id = ${referralId}`.execute(db);
  const patientId = rows[0]!.id;
  const { body } = await api('POST', '/drop-ins', {
    locationId,
    heldOn: '2026-11-20',
    startsAt: '14:00',
    minutes: 60,
  });
  const came = (await api('POST', `/drop-ins/${body.id}/people`, { patientId, topics: ['connecting'] })).body
    .people[0];
  const { body: signpost } = await apiOf(app, as.manager)('POST', '/signposts', {
    name: 'Quiet corner',
    details: 'x',
    url: 'https://q.example',
  });
  t.equal(
    (
      await supporter('POST', `/drop-in-people/${came.id}/handouts`, {
        signpostId: signpost.id,
        way: 'paper',
      })
    ).status,
    404,
  );
  t.match(
    await api('POST', `/drop-in-people/${came.id}/handouts`, { signpostId: signpost.id, way: 'message' }),
    { status: 201, body: { what: 'signpost', name: 'Quiet corner', path: /^w\/\d+$/ } },
  );
  t.equal(
    (await api('POST', `/drop-in-people/${came.id}/handouts`, { guide: one.as(), way: 'paper' })).status,
    201,
  );
  const pages = forms(app, as.officer);
  t.match((await pages.get(`/drop-ins/${body.id}`)).body, `/drop-in-people/${came.id}/handouts`);
  const record = (await pages.get(`/patients/${patientId}`)).body;
  t.match(record, /Quiet corner, by a message that waits/);
  t.match(
    record,
    new RegExp(`${one.name} \\(English, standard\\), on paper<\\/a>: Test officer, 23 November 2026`),
  );
  const { rows: logged } = await sql<{
    e: string;
  }>`select row_to_json(e)::text as e from event e where type = 'handout.given'`.execute(db);
  t.notMatch(logged.map(({ e }) => e).join(), /Quiet corner|Guide \d/, 'rule 20');
});

for (const scripts of [true, false])
  t.test(`three presses send it or print it, ${scripts ? 'with' : 'without'} scripts`, async (t) => {
    const [one, who, silent] = [await guide(['en large_print']), await met(), await met({ safe: false })];
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look, step } = await signedInBrowser(t, baseURL, as.supporter, { scripts });
    const choose = async (followUpId: string) => {
      await page.goto(`/follow-ups/${followUpId}`);
      await page.getByRole('link', { name: 'Give a guide or a signpost' }).click();
      await page.getByLabel(`${one.name} (English, large print)`).check();
    };
    await step('nothing chosen', async () => {
      await page.goto(`/follow-ups/${who.followUpId}/handouts`);
      await page.getByRole('button', { name: 'Send it' }).click();
      await page.getByRole('link', { name: 'Choose a guide or a signpost' }).waitFor();
      await look('to give, refused');
    });
    await step('sent', async () => {
      await choose(who.followUpId);
      await page.getByRole('button', { name: 'Send it' }).click();
      await page.getByText(/goes to them in the hours/).waitFor();
      await look('what was given');
      await page.goto(`/follow-ups/${who.followUpId}`);
      await page.getByRole('link', { name: /large print\), by a message that waits/ }).waitFor();
    });
    await step('it cannot go, and is printed', async () => {
      await choose(silent.followUpId);
      await page.getByRole('button', { name: 'Send it' }).click();
      await page.getByText(/no contact point that is safe/).waitFor();
      t.ok(
        await page.getByLabel(`${one.name} (English, large print)`).isChecked(),
        'what was chosen is kept',
      );
      await page.getByRole('button', { name: 'Print it' }).click();
      await page.getByText(/Print it here/).waitFor();
      await page.emulateMedia({ media: 'print' });
      t.notOk(await page.getByText('Test scheme').first().isVisible());
      t.notOk(await page.getByText('Amal').first().isVisible(), 'no name goes on paper');
      const large = await page.evaluate<string>(
        `getComputedStyle(document.querySelector('.app-guide p')).fontSize`,
      );
      t.ok(Number.parseFloat(large) > 28, 'large print is really large');
      await page.emulateMedia({ media: 'screen' });
    });
  });

t.test('the report counts what was given, by guide, signpost, topic, language and format', async (t) => {
  const [one, who, next] = [
    await guide(['bn easy_read'], 'leisure_and_learning'),
    await met(),
    await met({ safe: false }),
  ];
  clock.set('2027-02-03T10:00:00Z');
  await sql`update session set seen_at = '2027-02-03T10:00:00Z'`.execute(db);
  const { body: signpost } = await apiOf(app, as.manager)('POST', '/signposts', {
    name: 'Far off',
    details: 'x',
    topic: 'leisure_and_learning',
  });
  const edition = one.as('bn', 'easy_read');
  t.equal((await give(who.followUpId, { guide: edition, way: 'message' })).status, 201);
  t.equal((await give(next.followUpId, { guide: edition, way: 'paper' })).status, 201);
  t.equal((await give(next.followUpId, { signpostId: signpost.id, way: 'paper' })).status, 201);
  const read = async (more = '') =>
    (await api('GET', `/reports/guides?from=2027-02-01&to=2027-02-28${more}`)).body;
  t.match(
    (await read()).headline.row,
    { given: 2, people: 1, sent: 0, printed: 2 },
    'what has not gone is not counted',
  );
  await dispatch(deps);
  const { headline, parts } = await read();
  t.same(headline.row, { given: 3, people: 2, sent: 1, printed: 2 });
  t.same(Object.fromEntries(parts.map(({ key, rows }: { key: string; rows: object[] }) => [key, rows])), {
    months: [{ month: '2027-02', given: 3, people: 2 }],
    things: [
      { name: one.name, given: 2, people: 2 },
      { name: 'Far off (signpost)', given: 1, people: 1 },
    ],
    topics: [{ name: 'Leisure and learning', given: 3, people: 2 }],
    languages: [
      { name: 'Bangla', given: 2, people: 2 },
      { name: 'A signpost', given: 1, people: 1 },
    ],
    formats: [
      { name: 'Easy read', given: 2, people: 2 },
      { name: 'A signpost', given: 1, people: 1 },
    ],
  });
  t.same((await read(`&clinicId=${ids.officer}`)).headline.row, { given: 0, people: 0, sent: 0, printed: 0 });
  t.match(
    (await forms(app, as.officer).get('/reports/guides?from=2027-02-01&to=2027-02-28')).body,
    /Leisure and learning/,
  );
  clock.set('2027-05-03T10:00:00Z');
  await sql`update session set seen_at = '2027-05-03T10:00:00Z'`.execute(db);
  const leaves = (await api('GET', '/reports/guides?suppressed=true')).body;
  t.same(Object.keys(leaves.headline.row), ['given', 'people'], 'what was sent and printed stays inside');
  const things = leaves.parts.find(({ key }: { key: string }) => key === 'things');
  t.match(
    things.rows.find(({ name }: { name: string }) => name === 'Far off (signpost)'),
    { given: '*' },
  );
});

t.test('what somebody was given is given out with what is held of them, and goes with them', async (t) => {
  const [one, who] = [await guide(), await met()];
  await give(who.followUpId, { guide: one.as(), way: 'paper' });
  const said = { askedBy: 'patient', askedOn: '2026-11-20', identityCheck: 'Seen at the hub' } as const;
  const { id } = await decideExport(deps, manager, who.patientId, said);
  const { held } = await buildExport(deps, who.patientId, id);
  const row = { guideId: one.id, format: 'standard', way: 'paper', path: `g/${one.number}/en/a` };
  t.match(held.handout, [row]);
  await sql`update follow_up set status = 'done' where id = ${who.followUpId}`.execute(db);
  await sql`update patient set contact_state = 'withdrawn' where id = ${who.patientId}`.execute(db);
  await erasePatient(deps, manager, who.patientId, { ...said, reason: 'They asked' });
  const { rows } = await sql`select from handout where patient_id = ${who.patientId}`.execute(db);
  t.equal(rows.length, 0);
  t.equal(
    (await give(who.followUpId, { guide: one.as(), way: 'paper' })).status,
    409,
    'nothing begins for them',
  );
});
