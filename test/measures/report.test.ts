import { sql } from 'kysely';
import t from 'tap';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

const before = [20, 22, 24, 26, 18, 30, 25, 27];
const after = [24, 25, 24, 30, 22, 31, 28, 32];

t.test('the report: pairs of the same version, by clinic, kit and plan; of too few nothing', async (t) => {
  const w = await world(t);
  const instrument = {
    name: 'Being in touch',
    direction: 'higher',
    licenceNeeded: false,
    total: 'sum',
    items: [{ wording: 'In touch?', lowest: 0, highest: 40 }],
  };
  const { id } = (await w.call('manager', 'POST', '/instruments', instrument)).body;
  const [elm, oak] = [await w.make.clinic('Elm'), await w.make.clinic('Oak')];
  const ask = (patientId: string, total: number, day: string) =>
    w.call('officer', 'POST', `/patients/${patientId}/measures`, {
      instrumentId: id,
      way: 'paper',
      askedOn: day,
      answers: [total],
    });
  const people: string[] = [];
  for (const place of before.keys()) {
    const { patientId } = await w.refer(
      { familyName: `Person ${place}` },
      { by: 'officer', clinicId: place < 7 ? elm : oak },
    );
    people.push(patientId);
  }
  w.clock.set('2027-03-01T12:00:00Z');
  for (const [place, patientId] of people.entries()) {
    t.equal((await ask(patientId, before[place]!, '2026-11-24')).status, 201);
    t.equal((await ask(patientId, 1, '2027-01-10')).status, 201, 'between the two');
    t.equal((await ask(patientId, after[place]!, '2027-02-20')).status, 201);
  }
  const read = async (query = '') => {
    const { body } = await w.call(
      'auditor',
      'GET',
      `/reports/measures?from=2027-02-01&to=2027-02-28${query}`,
    );
    return {
      people: body.headline.row.people,
      ...Object.fromEntries(body.parts.map(({ key, rows }: { key: string; rows: object[] }) => [key, rows])),
    } as Record<string, Record<string, unknown>[]>;
  };
  const few = { before: 'too few', low: 'too few', effect: 'too few' };
  const whole = {
    instrument: 'Being in touch',
    pairs: 8,
    before: 24,
    after: 27,
    beforeMedian: 24.5,
    afterMedian: 26.5,
    difference: 3,
    low: 1.59,
    high: 4.41,
    effect: 0.79,
  };
  const first = await read();
  t.match(first, {
    people: 8,
    all: [{ ...whole, better: 'higher' }],
    clinics: [
      { cohort: 'Elm', pairs: 7, ...few },
      { cohort: 'Oak', pairs: 1, ...few },
    ],
    kits: [{ ...whole, cohort: 'No kit' }],
    plans: [{ ...whole, cohort: 'No plan' }],
  });
  t.match(await read(`&clinicId=${elm}`), { people: 7, all: [{ pairs: 7, ...few }] });
  const leaving = await w.call('auditor', 'GET', '/reports/measures?suppressed=true');
  t.match(leaving, { status: 200, body: { parts: [{ key: 'all' }] } });
  t.equal(leaving.body.parts.length, 1, 'cohorts stay inside');
  const page = forms(w.app, w.as.manager);
  t.match((await page.get('/reports/measures?from=2027-02-01&to=2027-02-28')).body, /too few/);

  await sql`insert into patient_plan (id, patient_id, version_id, starts_on, created_at)
    select new_id(), ${people[0]}, id, '2026-12-01', now() from support_plan_version limit 1`.execute(w.db);
  t.equal((await read()).plans!.length, 2);

  const later = await ask(people[0]!, 3, '2027-02-27');
  await w.call('officer', 'POST', `/measures/${later.body.id}/takings-back`, { reason: 'Her sister' });
  t.match((await read()).all, [whole], 'what was taken back counts nowhere');
  await sql`update measure_asking set answers = '[]'`.execute(w.db);
  t.match((await read()).all, [whole], 'totals stay once what was answered is gone');

  const { etag } = await w.call('manager', 'GET', `/instruments/${id}`);
  const items = [{ wording: 'In touch lately?', lowest: 0, highest: 40 }];
  await w.call('manager', 'PATCH', `/instruments/${id}`, { items }, { 'if-match': etag });
  await ask(people[0]!, 3, '2027-02-28');
  t.match((await read()).all, [whole], 'another version is not compared with the first');

  const baseURL = await w.app.listen({ port: 0 });
  const browser = await signedInBrowser(t, baseURL, w.as.manager);
  await browser.step('report', async () => {
    await browser.page.goto('/reports/measures?from=2027-02-01&to=2027-02-28');
    await browser.look('report');
  });
});
