import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { fill } from '../../scripts/seed/fill.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { halfYears, settledOn } from '../../src/office/reports/leaving.rules.ts';
import { countUnkept, keepReached } from '../../src/office/reports/reached.commands.ts';
import { countReached, wasAsked } from '../../src/office/reports/reached.queries.ts';
import { bringAreaLookup } from '../../src/people/equality/area.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { manager } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const tenths = { name: 'Deprivation, in tenths', source: 'Our analysts', dated: '2025-10-01' };
const { app, as, db, deps, appUrl, ownerUrl } = await testApp(t, { RATE_PER_MINUTE: '1000000' });
const client = new pg.Client(appUrl);
await client.connect();
await fill(client, { devices: 200, today: '2026-11-23' }, 'Seed of the test').finally(() => client.end());
const anyVersion = { ...manager, ifMatch: '*' };
const period = { from: '2026-04-01', to: '2026-09-30' };
const path = '/reports/who-is-reached';
const read = async (who: keyof typeof as = 'officer', query = '') =>
  apiOf(app, as[who])('GET', `${path}${query}`);

t.test('until a half-year is counted nothing is told of it', async (t) => {
  t.match((await read()).body, {
    ...period,
    suppressed: true,
    headline: { row: { referred: null, lent: null } },
  });
  t.match(
    (await forms(app, as.officer).get(path)).body,
    /Nothing is counted for this half-year\. Either nobody had been asked by a fortnight after its end/,
  );
});

t.test('a half-year by whose settling nobody had been asked is not kept, however late it is', async (t) => {
  const { rows } = await sql<{ first: string }>`
    select (min(changed_at) at time zone 'Europe/London')::date::text as first from equality_answer`.execute(
    db,
  );
  const asked = halfYears('2026-11-23').filter((half) => settledOn(half) > rows[0]!.first);
  t.ok(asked.length > 1 && asked.length < 10, `${asked.length} half-years`);
  const before = halfYears('2026-11-23')[asked.length]!;
  t.ok((await countReached(db, before)).everyone.referred > 0, 'though people were referred in it');
  t.equal(await wasAsked(db, before), false);
  t.equal(await countUnkept(deps, '2026-11-23'), asked.length);
  const { rows: none } = await sql<{ count: number }>`
    select count(*)::int as count from reached_figure where half_year = ${before.from}::date`.execute(db);
  t.match(none, [{ count: 0 }]);
});

t.test('the night counts each half-year once, and what is said later changes nothing', async (t) => {
  const [due, exact] = [await countUnkept(deps, '2026-11-23'), await countReached(db, period)];
  t.ok(due > 1, `${due} half-years`);
  await bringAreaLookup(deps, anyVersion, { ...tenths, lines: 'N1, 3' });
  const { steps } = await runNightly(deps, { localDate: '2026-11-23' });
  t.match(
    steps.find(({ step }) => step === 'who-is-reached'),
    { count: due },
  );
  const before = (await read()).body;
  const halves = await db.selectFrom('reached_figure').select('half_year').distinct().execute();
  t.equal(halves.length, due);
  t.equal(before.headline.row.lent, Math.round(exact.everyone.lent / 5) * 5);
  t.equal(before.parts.length, 6);
  await sql`delete from equality_answer where patient_id in (select patient_id from equality_answer order by patient_id limit 9)`.execute(
    db,
  );
  await sql`update equality_answer set sex = 'female', age = 'under_25'`.execute(db);
  t.notSame(await countReached(db, period), exact, 'though it would be counted otherwise now');
  t.equal(await keepReached(deps, '2026-11-24'), 0);
  const both = await Promise.all([keepReached(deps, '2027-06-01'), keepReached(deps, '2027-06-01')]);
  t.ok(both[0] * both[1] === 0, 'two nights at once count once');
  t.same((await read()).body, before);
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  await t.rejects(owner.query('update reached_figure set lent = 0'), 'and nobody else changes it either');
  await owner.end();
});

t.test('it is the same for everyone who reads it, by half-years, and narrowed to nobody', async (t) => {
  const { body } = await read('officer');
  for (const who of ['manager', 'auditor', 'administrator'] as const)
    t.same((await read(who)).body, body, who);
  t.equal((await read('supporter')).status, 403);
  t.match(await read('manager', '?from=2026-04-01&to=2026-08-31'), {
    status: 422,
    body: { errors: [{ pointer: '/from' }] },
  });
  t.match(await read('manager', `?clinicId=${crypto.randomUUID()}`), { status: 422 });
  for (const { rows } of body.parts)
    for (const { referred, lent } of rows)
      for (const count of [referred, lent]) t.ok(count === '*' || count % 5 === 0, `${count}`);
  const page = await forms(app, as.officer).get(path);
  t.match(page.body, /Chart of the table that follows: ethnic group/);
  t.notMatch(page.body, /exact figures/);
  t.match(page.body, /Population: Seed, as of 1 April 2026\./);
  const file = await app.inject({ url: `${path}/sex.csv`, headers: as.officer });
  t.match(file.body, /^.Group,People referred,People lent something/);
});

t.test('a share is held against the population in points', async (t) => {
  const shares = { asian: 10, black: 10, mixed: 4.5, white: 70.5, other: 5 };
  await db
    .insertInto('population_figure')
    .values({
      question: 'ethnicity',
      source: 'The census',
      dated: '2021-03-21',
      shares: JSON.stringify(shares),
      changed_at: '2026-11-23T10:00:00Z',
    })
    .execute();
  const { body } = await read();
  const { rows, source } = body.parts.find(({ key }: { key: string }) => key === 'ethnicity');
  const white = rows.find(({ answer }: { answer: string }) => answer === 'White');
  t.equal(source, 'Population: The census, as of 21 March 2021.');
  t.equal(white.population, 70.5);
  t.equal(white.difference, white.lentShare - 70.5);
  for (const [at, answer] of ['Rather not say', 'Not asked, or left out'].entries())
    t.match(rows.at(at - 2), { answer, lentShare: null, population: null, difference: null });
});

t.test('the bands of a half-year are those of the lookup that there was when it was counted', async (t) => {
  const sourceOfAreas = async () => (await read()).body.parts.at(-1).source;
  t.equal(await sourceOfAreas(), 'Bands: Deprivation, in tenths. Our analysts, as of 1 October 2025.');
  await bringAreaLookup(deps, anyVersion, { ...tenths, name: 'Wealth, in tenths', lines: 'N1, 8' });
  t.equal(await sourceOfAreas(), 'Bands: Deprivation, in tenths. Our analysts, as of 1 October 2025.');
  t.match((await forms(app, as.officer).get(path)).body, /Bands: Deprivation, in tenths/);
});
