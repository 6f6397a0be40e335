import { sql } from 'kysely';
import t from 'tap';
import { askOf, watches } from '../../src/office/nightly/watch.commands.ts';
import { byWish, missingFor } from '../../src/people/format.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(240_000);
const { app, as, db, deps, clock } = await testApp(t);
const api = apiOf(app, as.officer);
const nobody = forms(app, {});
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

let made = 0;
async function guide(more: object = {}) {
  const { body } = await api('POST', '/guides', { name: `Guide ${++made}`, topic: 'connecting', ...more });
  return body;
}
const text = {
  language: 'en',
  format: 'standard',
  title: 'How to begin',
  text: 'Press the button.',
  insteadOf: 0,
};
const publish = (id: string, more: object = {}) =>
  api('POST', `/guides/${id}/versions`, { ...text, ...more });

t.test(
  'each saved text is a new version with who and when, and the newest is what people read',
  async (t) => {
    const one = await guide({ madeBy: 'The team', madeWith: 'Six people', reviewOn: '2027-11-30' });
    t.match(one, {
      topic: 'connecting',
      madeBy: 'The team',
      madeWith: 'Six people',
      reviewOn: '2027-11-30',
      editions: [],
    });
    t.equal((await publish(one.id)).status, 201);
    t.match((await publish(one.id, { text: 'Again' })).body, {
      type: '/problems/changed-meanwhile',
      detail: /Test officer saved version 1/,
    });
    const { body } = await publish(one.id, { text: 'Press the big button.', insteadOf: 1 });
    t.match(body.editions, [
      { version: 2, text: 'Press the big button.', createdBy: 'Test officer', createdAt: /^2026-11-23/ },
    ]);
    const page = (await forms(app, as.auditor).get(`/settings/guides/${one.id}`)).body;
    t.match(page, /version 1, saved on 23 November 2026 by Test officer/);
    t.match((await nobody.get(`/g/${one.number}/en/a`)).body, /Press the big button/);
    await t.rejects(sql`update guide_version set body = 'x'`.execute(db), /append-only|permission denied/);
  },
);

t.test('officers and managers write them, nobody else', async (t) => {
  const one = await guide();
  for (const [who, status] of [
    ['manager', 201],
    ['supporter', 403],
    ['auditor', 403],
    ['administrator', 403],
  ] as const)
    t.equal(
      (await apiOf(app, as[who])('POST', `/guides/${one.id}/versions`, { ...text, insteadOf: 0 })).status,
      status,
      who,
    );
});

t.test(
  'a guide names no scheme and no clinic, leads to https alone, and an audio has its link',
  async (t) => {
    const one = await guide();
    const wrong = async (more: object) =>
      (await publish(one.id, more)).body.errors?.map((e: { message: string }) => e.message).join();
    t.match(await wrong({ text: 'Ring Test scheme.' }), /“Test scheme” tells others/);
    t.match(await wrong({ title: 'From the elm street clinic' }), /“Elm Street Clinic” tells others/);
    t.match(await wrong({ text: '[this](http://a.example)' }), /begins with https/);
    t.match(await wrong({ text: 'Ring [number]' }), /square brackets/);
    t.match(await wrong({ format: 'audio', text: 'Listen' }), /Give the link/);
    t.equal((await publish(one.id, { format: 'audio', text: '[Listen](https://a.example/x)' })).status, 201);
  },
);

t.test(
  'what people read names nobody, has safe blocks alone, and tells nothing before it is opened',
  async (t) => {
    const one = await guide();
    await publish(one.id, {
      format: 'large_print',
      title: 'Your tablet',
      text: '# One\n- a <b>b</b>\n[x](https://ok.example/)',
    });
    const { body, headers } = await nobody.get(`/g/${one.number}/en/b`);
    t.match(body, /<li>a &lt;b&gt;b&lt;\/b&gt;<\/li>/);
    t.match(body, /guide-large_print/);
    t.match(body, /<title>Something to read<\/title>/);
    t.notMatch(body, /Test scheme|Lendwell|Elm Street/i);
    t.equal(headers['referrer-policy'], 'no-referrer');
    for (const path of ['/g/999999/en/a', `/g/${one.number}/bn/a`, '/g/x/en/a', '/w/999999']) {
      const { statusCode, body } = await nobody.get(path);
      t.equal(statusCode, 404, path);
      t.match(body, /nothing to read here/);
      t.notMatch(body, /Test scheme|Lendwell/i);
    }
  },
);

t.test('what suits someone stands first, and what there is not is said', async (t) => {
  const edition = (language: string, format: 'standard' | 'easy_read' | 'large_print') => ({
    language,
    format,
  });
  const all = [
    edition('en', 'standard'),
    edition('en', 'easy_read'),
    edition('bn', 'standard'),
    edition('pl', 'standard'),
  ];
  const wanted = { language: 'bn', communicationNeeds: ['easy_read'] };
  t.same(byWish(all, wanted)[0], edition('bn', 'standard'));
  t.same(byWish(all, { language: null, communicationNeeds: ['easy_read'] })[0], edition('en', 'easy_read'));
  t.same(byWish(all, { language: 'so', communicationNeeds: [] })[0], edition('en', 'standard'));
  t.same(missingFor(all, wanted), ['Easy read']);
  t.same(missingFor(all, { language: 'so', communicationNeeds: ['easy_read'] }), ['Somali']);
  t.same(missingFor(all, { language: 'en-GB', communicationNeeds: ['easy_read', 'braille'] }), []);
});

t.test('a review that is due is a task, until a later day is given', async (t) => {
  const one = await guide({ reviewOn: '2026-11-22' });
  const watch = watches.find(({ kind }) => kind === 'guide_review')!;
  await askOf(deps, watch, '2026-11-23');
  const tasks = async () =>
    (await api('GET', '/tasks')).body.items.filter((task: { kind: string }) => task.kind === 'guide_review');
  t.match(await tasks(), [{ subject: { id: one.id } }]);
  t.match((await api('PATCH', `/guides/${one.id}`, { reviewOn: '2027-11-22' })).body, {
    type: '/problems/if-match-required',
  });
  const { etag } = await api('GET', `/guides/${one.id}`);
  t.match(await api('PATCH', `/guides/${one.id}`, { reviewOn: '2027-11-22' }, { 'if-match': etag }), {
    status: 200,
    body: { reviewDue: false },
  });
  t.same(await tasks(), []);
});

t.test('a signpost has an address, people’s words and a topic, beside what clinics are told', async (t) => {
  const manager = apiOf(app, as.manager);
  const more = { url: 'https://mind.example/', personWords: 'Calm things to do', topic: 'managing_health' };
  t.match(await manager('POST', '/signposts', { name: 'S', details: 'x', url: 'http://mind.example' }), {
    status: 422,
    body: { errors: [{ pointer: '/url' }] },
  });
  const { body } = await manager('POST', '/signposts', { name: 'Quiet corner', details: 'Online', ...more });
  t.match(body, more);
  const { rows } = await sql<{ number: number }>`select number from signpost where id = ${body.id}`.execute(
    db,
  );
  const page = (await nobody.get(`/w/${rows[0]!.number}`)).body;
  t.match(page, /Calm things to do/);
  t.match(page, 'href="https://mind.example/"');
  t.notMatch(page, /Test scheme|Lendwell/i);
});

t.test('a signpost that tells too much and was given to nobody is read by nobody', async (t) => {
  const manager = apiOf(app, as.manager);
  const told = { name: 'For clinics', details: 'Ring Elm Street Clinic.' };
  t.match(await manager('POST', '/signposts', { ...told, topic: 'managing_health' }), {
    status: 422,
    body: { errors: [{ pointer: '/details', message: /“Elm Street Clinic” tells others/ }] },
  });
  const { status, body } = await manager('POST', '/signposts', told);
  t.equal(status, 201, 'clinics may be told of a clinic');
  const { rows } = await sql<{ number: number }>`select number from signpost where id = ${body.id}`.execute(
    db,
  );
  t.equal((await nobody.get(`/w/${rows[0]!.number}`)).statusCode, 404);
});

for (const scripts of [true, false])
  t.test(`a guide is written in the browser, ${scripts ? 'with' : 'without'} scripts`, async (t) => {
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look, step } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    const name = `Video calls ${scripts}`;
    await step('added', async () => {
      await page.goto('/settings/guides');
      await page.getByRole('button', { name: 'Add a guide' }).click();
      await page.getByRole('button', { name: 'Add a guide' }).click();
      await page.getByRole('link', { name: 'Enter what it is called' }).waitFor();
      await look('a guide, refused');
      await page.getByLabel('What it is called').fill(name);
      await page.getByLabel('Topic').selectOption('communicating');
      await page.getByRole('button', { name: 'Add a guide' }).click();
      await page.getByText('Write its text next').waitFor();
    });
    await step('written', async () => {
      await page.getByRole('button', { name: 'Write it in a language and format' }).click();
      await page.getByLabel('Format').selectOption('large_print');
      await page.getByLabel('Heading').fill('Calls');
      await page.getByLabel('What people read').fill('Ring Test scheme');
      await page.getByRole('button', { name: 'Publish it' }).click();
      await page.getByRole('link', { name: /tells others/ }).waitFor();
      t.equal(await page.getByLabel('Heading').inputValue(), 'Calls', 'what was typed is kept');
      await look('a text, refused');
      await page.getByLabel('What people read').fill('# First\n- Press it');
      await page.getByRole('button', { name: 'Publish it' }).click();
      await page.getByText(/People read it from now on/).waitFor();
      await look('a guide');
      await page.goto('/settings/guides');
      await look('guides');
      await page.getByRole('link', { name }).click();
      await page.getByRole('link', { name: /^\/g\// }).click();
      await page.getByRole('heading', { name: 'Calls' }).waitFor();
      await look('the public page');
    });
  });
