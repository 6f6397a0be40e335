import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { fill } from '../../scripts/seed/fill.ts';
import { addCost, changeBoughtNew } from '../../src/office/costs/cost.commands.ts';
import { makePaper } from '../../src/office/reports/paper.commands.ts';
import { getPaper, readPaperReports } from '../../src/office/reports/paper.queries.ts';
import {
  type Figure,
  paperReports,
  paperYears,
  type Sentence,
} from '../../src/office/reports/paper.rules.ts';
import { sectionsOf } from '../../src/office/reports/paper-sections.ts';
import { keepReached } from '../../src/office/reports/reached.commands.ts';
import { hidden, type ReportRead } from '../../src/office/reports/report.rules.ts';
import { sayValue } from '../../src/office/reports/report-words.ts';
import { fixedClock, today } from '../../src/shared/clock.ts';
import { consentToStory, withdrawStoryConsent } from '../../src/support/stories/consent.commands.ts';
import { tellStory } from '../../src/support/stories/story.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { manager } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);

const { app, appUrl, as, db, deps, clock } = await testApp(t, { RATE_PER_MINUTE: '1000000' });
const client = new pg.Client(appUrl);
await client.connect();
await fill(client, { devices: 300, today: '2026-11-23' }, 'Seed of the test').finally(() => client.end());
await keepReached(deps, '2026-11-23');
const api = apiOf(app, as.manager);
const officers = forms(app, as.officer);
const to = '2026-09-30';
const makeOne = async (last = to) => {
  const made = await officers.post('/reports/paper', { to: last });
  // No assertion of the whole file: with the first of those it would end before its tests begin.
  if (made.statusCode !== 303) throw new Error(made.body);
  return String(made.headers.location);
};
const figuresOf = (sentences: Sentence[]) =>
  sentences.flat().filter((part): part is Figure => typeof part !== 'string');
const plain = (html: string) => html.replaceAll(/<[^>]+>/g, '').replaceAll(/\s+/g, ' ');

const withoutCosts = await officers.get(await makeOne('2026-03-31'));
for (const [at, from] of ['2025-10-01', '2026-04-01'].entries()) {
  await addCost(deps, manager, { from, kind: 'staff', pence: 2_400_000 + at, hours: 900 + at });
  await addCost(deps, manager, { from, kind: 'data', pence: 310_049, note: 'Not to be told' });
}
await changeBoughtNew(
  deps,
  { ...manager, ifMatch: '*' },
  { tablet: 14_900, phone: 9_900, laptop: 29_900, dongle: 4_000, router: 6_000, sim: 100 },
);
const place = await makeOne();
const { content } = await getPaper(db, place.split('/').at(-1)!);

t.test('without costs the paper says so and leads to where they are written down', async (t) => {
  const page = withoutCosts;
  t.match(plain(page.body), /so that nothing is said of what each person cost/);
  t.match(page.body, /href="\/settings\/costs">Write it down/);
  t.notMatch(plain(page.body), /£\d/);
});

t.test('each number is the cell of its report at the same half-year, as it may leave', async (t) => {
  const sections = sectionsOf(content);
  t.same(
    sections.map(({ key }) => key),
    ['need', 'reach', 'missing', 'wait', 'losses', 'support', 'outcomes', 'endings', 'costs'],
  );
  const figures = sections.flatMap(({ sentences }) => figuresOf(sentences));
  t.ok(figures.length > 80, `${figures.length} numbers`);
  const halves = [...paperYears(today(clock))[0]!];
  const known = new Map<string, ReportRead>();
  for (const name of paperReports)
    for (const [half, days] of halves.entries()) {
      const { body } = await api('GET', `/reports/${name}?from=${days.from}&to=${days.to}&suppressed=true`);
      known.set(`${name} ${half}`, body);
    }
  let hides = 0;
  for (const { report, half, part, row, column, shown } of figures) {
    const found = known.get(`${report} ${half}`)!;
    const within = part ? found.parts.find(({ key }) => key === part)! : { ...found.headline, rows: [] };
    const line = part ? within.rows.find((one) => one[within.columns[0]!.key] === row)! : found.headline.row;
    const value = line[column] ?? null;
    const said = sayValue(within.columns.find(({ key }) => key === column)!, value);
    const name = `${report} ${half} ${part} ${row} ${column}`;
    if (value === hidden) hides++;
    t.equal(shown, value === hidden ? 'a hidden number' : value === null ? 'not known' : said, name);
  }
  t.ok(hides > 0, 'some are hidden');
});

t.test('its page has every number with its definition, and no more than a page may weigh', async (t) => {
  const page = await officers.get(place);
  const anchors = [...page.body.matchAll(/<a href="#([^"]+)">/g)].map((found) => found[1]!);
  t.ok(anchors.length > 80);
  for (const anchor of new Set(anchors)) t.ok(page.body.includes(`<dt id="${anchor}">`), anchor);
  t.match(plain(page.body), /The scheme spent £27,100 and then £27,101?/);
  t.match(plain(page.body), /It paid for 900 and then 901 hours of staff/);
  t.notMatch(page.body, /Not to be told/);
  const kilobytes = gzipSync(page.body).length / 1024;
  t.ok(kilobytes < 30, `${kilobytes.toFixed(1)} KB`);
});

t.test(
  'the same bytes on the same day, whatever is written down meanwhile, and elsewhere in the world',
  async (t) => {
    const file = await officers.get(`${place}.html`);
    t.match(String(file.headers['content-disposition']), /paper-2025-10-01-2026-09-30-made-2026-11-23\.html/);
    t.notMatch(file.body, /<(script|link|iframe)|(src|href)="(http|\/)/, 'nothing of it is elsewhere');
    const again = spawnSync(
      process.execPath,
      [path.join(import.meta.dirname, '../helpers/paper-process.ts')],
      {
        env: {
          ...process.env,
          DATABASE_URL: appUrl,
          SECRET: deps.config.SECRET,
          LOG_LEVEL: 'silent',
          TZ: 'Pacific/Auckland',
          LANG: 'sv_SE.UTF-8',
          CLOCK_AT: '2026-11-23T09:40:00Z',
          PAPER_TO: to,
          PAPER_URL: `${place}.html`,
          COOKIE: as.officer.cookie!,
        },
        maxBuffer: 50_000_000,
      },
    );
    t.equal(again.status, 0, String(again.stderr));
    const { zone, reports, body } = JSON.parse(String(again.stdout));
    t.equal(zone, 'Pacific/Auckland');
    t.equal(body, file.body, 'the file');
    t.same(reports, content.halves, 'and its figures, read anew');
    t.equal(
      JSON.stringify(reports),
      JSON.stringify(await readPaperReports(deps, manager.actor, paperYears(today(clock))[0]!)),
    );
    await addCost(deps, manager, { from: '2026-04-01', kind: 'other', pence: 99_900 });
    t.equal(await makeOne(), place, 'the paper of this day');
    const both = await Promise.all([makeOne('2025-09-30'), makeOne('2025-09-30')]);
    t.equal(both[0], both[1], 'two at once make one');
    t.equal((await officers.get(`${place}.html`)).body, file.body);
    const tomorrow = { ...deps, clock: fixedClock('2026-11-24T10:00:00Z') };
    const next = `/reports/papers/${(await makePaper(tomorrow, manager, to)).id}`;
    t.not(next, place, 'another day has another');
    t.match(plain((await officers.get(next)).body), /and then £28,1/);
  },
);

t.test('who makes one and who takes one is written down, and who may not make one is told', async (t) => {
  const types = (
    await db.selectFrom('event').select(['type', 'values']).where('type', 'like', 'paper.%').execute()
  ).map(({ type, values }) => [type, values]);
  t.ok(types.some(([type]) => type === 'paper.made'));
  t.match(types.find(([type]) => type === 'paper.taken')![1], { from: '2025-10-01', to });
  t.equal((await forms(app, as.auditor).post('/reports/paper', { to })).statusCode, 403);
  t.match((await forms(app, as.auditor).get('/reports/paper')).body, /Officers and managers make papers/);
  t.equal((await forms(app, as.supporter).get(place)).statusCode, 403);
  for (const wrong of ['', '2026-10-31', 'tomorrow', '2027-03-31'])
    t.equal((await officers.post('/reports/paper', { to: wrong })).statusCode, 422, wrong);
  t.equal((await officers.get('/reports/papers/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')).statusCode, 404);
});

t.test('programs make, list and read papers by the same rule as the pages', async (t) => {
  const officer = apiOf(app, as.officer);
  const once = { 'idempotency-key': 'paper of the spring' };
  const made = await officer('POST', '/papers', { to: '2026-03-31' }, once);
  t.equal(made.status, 201);
  const { id, sections, halves } = made.body;
  t.ok(await getPaper(db, id), 'the one of the pages');
  t.equal(`/reports/papers/${id}`, await makeOne('2026-03-31'));
  const figures = (of: ReportRead[][]) =>
    of.map((half) =>
      half.map(({ name, headline, parts }) => [name, headline.row, parts.map(({ rows }) => rows)]),
    );
  t.same(figures(halves), figures((await getPaper(db, id)).content.halves), 'with every figure kept');
  t.ok(halves.flat().every(({ suppressed }: ReportRead) => suppressed));
  const page = plain((await officers.get(`/reports/papers/${id}`)).body);
  for (const { sentences } of sections)
    for (const said of sentences) t.ok(page.includes(plain(said).replaceAll("'", '&#39;')), said);
  t.same((await apiOf(app, as.auditor)('GET', `/papers/${id}`)).body, made.body);

  const tomorrow = { ...deps, clock: fixedClock('2026-11-25T10:00:00Z') };
  const ctx = { ...manager, once: { caller: 'a', key: 'k', fingerprint: 'f', waits: false } };
  const first = await makePaper(deps, ctx, '2026-03-31');
  t.equal(first.id, id, 'today’s is kept under the key');
  t.equal((await makePaper(tomorrow, ctx, '2026-03-31')).id, id, 'and is what a repeat gets the day after');
  t.match(await officer('POST', '/papers', { to }, once), { status: 422 }, 'a key is of one request');

  const list = await officer('GET', '/papers');
  t.match(list, { status: 200 });
  t.match(
    list.body.items.find((one: { id: string }) => one.id === id),
    {
      from: '2025-04-01',
      to: '2026-03-31',
      madeOn: '2026-11-23',
    },
  );
  for (const wrong of ['2026-10-31', 'tomorrow'])
    t.equal((await officer('POST', '/papers', { to: wrong })).status, 422, wrong);
  t.equal((await officer('GET', '/papers/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')).status, 404);
  t.equal((await apiOf(app, as.auditor)('POST', '/papers', { to })).status, 403);
  for (const path of ['/papers', `/papers/${id}`])
    for (const who of [as.supporter, as.clinic])
      t.equal((await apiOf(app, who)('GET', path)).status, 403, path);
});

t.test(
  'a story of the year stands in a paper while its person agrees, and in no paper that is kept',
  async (t) => {
    const { id: patientId } = await db
      .selectFrom('patient')
      .select('id')
      .where('merged_into', 'is', null)
      .limit(1)
      .executeTakeFirstOrThrow();
    const story = {
      words: 'I rang my son and saw the baby.',
      telling: 'own_words',
      followed: 'in_touch',
    } as const;
    const of = async (toldOn: string) => {
      const told = await tellStory(deps, manager, { patientId }, { ...story, toldOn });
      const consent = {
        version: 1,
        way: 'in_words',
        purposes: ['papers'],
        toldName: 'Bea',
      } as const;
      await consentToStory(deps, manager, told.id, { ...consent, purposes: ['papers'] });
      return told.id;
    };
    const [within] = [await of('2026-08-10'), await of('2026-10-02')];
    const body = async (end = '') => (await officers.get(`${place}${end}`)).body;
    const before = await body();
    for (const end of ['', '.html']) {
      const page = plain(await body(end));
      t.match(page, /Bea, Aug 2026: in touch with family or friends I rang my son and saw the baby\./);
      t.notMatch(page, /Oct 2026: in touch/, 'that is another year’s');
    }
    const { rows } = await sql<{ kept: string }>`select to_json(p)::text as kept from paper p`.execute(db);
    t.notOk(rows.some(({ kept }) => kept.includes('rang my son')));
    await withdrawStoryConsent(deps, manager, within!);
    t.notMatch(await body(), /rang my son/);
    t.notMatch(await body('.html'), /rang my son/);
    t.not(await body(), before);
  },
);

t.test('pages: a paper is made and looked at, with and without scripts', async (t) => {
  const none = await forms(app, as.officer).post('/reports/paper');
  t.equal(none.statusCode, 422);
  t.match(none.body, /Choose the year that it is of/);
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, base, as.officer, { scripts });
    await page.goto('/reports');
    await page.getByRole('link', { name: 'A paper for whoever pays' }).click();
    await look('papers');
    t.ok(
      await page.getByLabel('1 October 2025 to 30 September 2026').isChecked(),
      'the latest year, unless another is chosen',
    );
    await page.getByRole('button', { name: 'Make the paper' }).click();
    await page.getByRole('heading', { name: 'What people needed' }).waitFor();
    await look('a paper');
  }
});
