import { sql } from 'kysely';
import t from 'tap';
import { addStaff } from '../../src/access/staff.commands.ts';
import { addLocation, addOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import { assignFollowUps } from '../../src/support/assignment.commands.ts';
import { assign, type Helper, mondayOf, type ToAssign } from '../../src/support/assignment.rules.ts';
import { addDropIn } from '../../src/support/drop-in.commands.ts';
import { hoursDays } from '../../src/support/hours.rules.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const followUp = (id: string, more: Partial<ToAssign> = {}): ToAssign => ({
  id,
  patientId: id,
  dueOn: '2026-11-24',
  startsAt: '10:00',
  minutes: 30,
  way: 'phone',
  usualId: null,
  ...more,
});
const helper = (id: string, more: Partial<Helper> = {}): Helper => ({
  id,
  isSupporter: true,
  weeklyMinutes: null,
  dbsUntil: null,
  booked: [],
  ...more,
});

t.test(
  'who does which: known people stay, the rest is even, and nobody gets what they have no time for',
  (t) => {
    t.equal(mondayOf('2026-11-29'), '2026-11-23');
    t.equal(mondayOf('2026-11-23'), '2026-11-23');
    const times = ['09:00', '10:00', '11:00', '12:00'].map((startsAt, n) => followUp(`f${n}`, { startsAt }));
    const whom = (list: ReturnType<typeof assign>) =>
      list.map((one) => ('why' in one ? one.why : one.supporterId));
    t.same(whom(assign(times, [helper('a'), helper('b')], 'spread')), ['a', 'b', 'a', 'b']);
    t.same(
      whom(assign(times, [helper('a', { weeklyMinutes: 60 }), helper('b', { weeklyMinutes: 30 })], 'spread')),
      ['a', 'b', 'a', 'no_room'],
    );
    const same = [followUp('f0'), followUp('f1'), followUp('f2', { startsAt: '10:29' })];
    t.same(whom(assign(same, [helper('a'), helper('b')], 'spread')), ['a', 'b', 'no_room'], 'at one time');
    t.same(
      whom(
        assign([followUp('f0', { startsAt: '10:30' })], [helper('a', { booked: [followUp('x')] })], 'spread'),
      ),
      ['a'],
    );
    t.same(
      whom(
        assign(
          [followUp('f0', { usualId: 'b' })],
          [helper('a'), helper('b', { booked: [followUp('x', { startsAt: '15:00' })] })],
          'spread',
        ),
      ),
      ['b'],
      'whom they know, though the other has less',
    );
    const twice = [
      followUp('f0', { patientId: 'p' }),
      followUp('f1', { patientId: 'p', dueOn: '2026-11-25' }),
    ];
    t.same(
      whom(assign(twice, [helper('a'), helper('b')], 'spread')),
      ['a', 'a'],
      'one person, one supporter',
    );
    t.same(whom(assign([followUp('f0')], [helper('a')], 'usual')), ['no_usual']);
    t.same(whom(assign([followUp('f0', { usualId: 'a' })], [helper('a', { weeklyMinutes: 20 })], 'usual')), [
      'usual_busy',
    ]);
    const visit = [followUp('f0', { way: 'in_person' })];
    t.same(whom(assign(visit, [helper('a'), helper('b', { dbsUntil: '2026-11-24' })], 'spread')), ['b']);
    t.same(whom(assign(visit, [helper('a', { dbsUntil: '2026-11-23' })], 'spread')), ['no_room']);
    t.same(
      whom(
        assign(
          [followUp('f0', { usualId: 'o', way: 'in_person' })],
          [helper('o', { isSupporter: false })],
          'usual',
        ),
      ),
      ['o'],
    );
    t.end();
  },
);

async function setUp(t: Parameters<typeof testApp>[0]) {
  const world = await testApp(t, { DATABASE_POOL: '30' });
  const { app, as, db, deps } = world;
  const api = apiOf(app, as.officer);
  const add = async (name: string, more: object = {}) =>
    (await addStaff(deps, officer, { name, email: `${name}@partner.example`, role: 'supporter', ...more }))
      .id;
  const rows = await seedFollowUps(db, { patients: 4, dueOn: '2026-11-24' });
  const ids = rows.map(({ followUpId }) => followUpId);
  const give = (followUps: string[], how: string, more: object = {}, insteadOf: string | null = null) =>
    api('POST', '/follow-ups/assignments', {
      followUps: followUps.map((followUpId) => ({ followUpId, insteadOf })),
      how,
      ...more,
    });
  return { ...world, api, add, rows, ids4: ids, give };
}

t.test('many at once: by hand, spread, and what is left says why', async (t) => {
  const { api, add, ids, ids4, give, db, deps } = await setUp(t);
  await sql`update staff set weekly_minutes = 0 where id = ${ids.supporter}`.execute(db);
  const [one, other] = [await add('Ana'), await add('Ben', { weeklyMinutes: 30 })];
  t.match(await give(ids4, 'by_hand'), { status: 422, body: { errors: [{ pointer: '/supporterId' }] } });
  t.match(await give(ids4, 'spread', { supporterId: one }), { status: 422 });
  t.match(await give(ids4, 'by_hand', { supporterId: ids.administrator }), {
    status: 422,
    body: { errors: [{ pointer: '/supporterId', message: 'There is no such supporter.' }] },
  });
  const { body } = await give(ids4, 'spread');
  t.equal(body.assigned.length, 2, 'all four are at ten');
  t.same(
    new Set(body.assigned.map((line: { supporterId: string }) => line.supporterId)),
    new Set([one, other]),
  );
  t.match(body.left, [{ why: 'no_room' }, { why: 'no_room' }]);
  const anas = body.assigned.find((line: { supporterId: string }) => line.supporterId === one);
  t.match((await give([anas.followUpId], 'by_hand', { supporterId: other }, other)).body.left, [
    { why: 'changed' },
  ]);
  const mine = body.assigned[0];
  t.match((await give([mine.followUpId], 'by_hand', { supporterId: null }, mine.supporterId)).body.assigned, [
    { supporterId: null },
  ]);
  await recordOutcome(deps, officer, mine.followUpId, { result: 'cancelled' });
  t.match((await give([mine.followUpId], 'spread')).body.left, [{ why: 'settled' }]);
  t.match((await give(['01900000-0000-7000-8000-00000000dead'], 'spread')).body.left, [{ why: 'not_found' }]);
  const event = await db
    .selectFrom('event')
    .select('values')
    .where('type', '=', 'follow_up.changed')
    .execute();
  t.equal(event.length, 3);
  t.match((await api('GET', '/support-weeks?of=2026-11-26')).body, {
    from: '2026-11-23',
    to: '2026-11-29',
    rows: [{ supporter: null }, { supporter: { name: 'Ana' } }, { supporter: { name: 'Ben' } }, {}],
  });
});

t.test('two officers spread at once: nobody’s time is given away twice', async (t) => {
  const { add, ids, ids4, db, deps } = await setUp(t);
  await sql`update staff set weekly_minutes = 0 where id = ${ids.supporter}`.execute(db);
  await sql`update follow_up f set starts_at = x.at from (select id, (time '09:00' + row_number() over (order by id) * interval '1 hour')::time as at from follow_up) x where x.id = f.id`.execute(
    db,
  );
  const ana = await add('Ana', { weeklyMinutes: 40 });
  for (let round = 0; round < 10; round++) {
    await sql`update follow_up set supporter_id = null`.execute(db);
    const given = await Promise.all(
      [ids4.slice(0, 2), ids4.slice(2)].map((part) =>
        assignFollowUps(deps, officer, {
          followUps: part.map((followUpId) => ({ followUpId, insteadOf: null })),
          how: 'spread',
        }),
      ),
    );
    t.equal(given.flatMap(({ assigned }) => assigned).length, 2);
    const { rows } = await sql<{ minutes: number }>`
      select sum(minutes)::int as minutes from follow_up where supporter_id = ${ana}`.execute(db);
    t.equal(rows[0]!.minutes, 40);
  }
});

t.test('hours by support partner; a supporter sees their own', async (t) => {
  const { app, as, ids, ids4, db, deps, clock, api } = await setUp(t);
  const partner = await addOrganisation(deps, officer, { name: 'Helpful Hands', role: 'support_partner' });
  await sql`update staff set organisation_id = ${partner.id} where id = ${ids.supporter}`.execute(db);
  await sql`update follow_up set supporter_id = ${ids.supporter} where id = ${ids4[0]}`.execute(db);
  await sql`update follow_up set supporter_id = ${ids.officer} where id = ${ids4[1]}`.execute(db);
  clock.set('2026-11-24T10:40:00Z');
  await recordOutcome(deps, officer, ids4[0]!, { result: 'done', minutes: 45 });
  await recordOutcome(deps, officer, ids4[1]!, { result: 'missed' });
  const hours = '/support-hours?from=2026-11-01&to=2026-11-30';
  const { id: locationId } = await addLocation(deps, officer, { name: 'Library', kind: 'access_point' });
  for (const heldOn of ['2026-10-31', '2026-11-20', '2026-11-23', '2026-11-30'])
    await addDropIn(deps, officer, {
      locationId,
      heldOn,
      startsAt: '14:00',
      minutes: 90,
      supporterId: ids.supporter,
    });
  clock.set('2026-11-23T09:31:00Z');
  t.match((await api('GET', hours)).body.items, [
    { organisation: { name: 'Helpful Hands' }, contacts: 1, missed: 0, dropIns: 2, minutes: 225 },
    { organisation: null, contacts: 0, missed: 1, dropIns: 0, minutes: 0 },
  ]);
  t.equal((await apiOf(app, as.supporter)('GET', hours)).body.items.length, 1);
  t.equal((await api('GET', '/support-hours?from=2026-11-30&to=2026-11-01')).status, 422);
  t.same(hoursDays({}, '2026-03-31'), { from: '2026-02-01', to: '2026-02-28' });
  t.match(
    (await forms(app, as.officer).get('/support/hours.csv?from=2026-11-01&to=2026-11-30')).body,
    /Helpful Hands,Test supporter,1,0,2,225/,
  );
});

for (const scripts of [true, false]) {
  t.test(`the diary is given out; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { app, as, add, ids, db } = await setUp(t);
    await sql`update staff set weekly_minutes = 0 where id = ${ids.supporter}`.execute(db);
    await add('Bartholomew-Featherstonehaugh');
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await page.goto('/support');
    const give = page.getByRole('button', { name: 'Give', exact: true });
    t.notOk(await give.isVisible(), 'nothing is ticked yet');
    await look('diary, nothing ticked');
    await page.getByRole('link', { name: 'Tick all that are ahead' }).click();
    t.equal(await page.getByRole('checkbox', { checked: true }).count(), 4);
    await page
      .getByLabel('Give those that are ticked to')
      .selectOption('Spread over supporters who have time');
    await look('diary, all ticked');
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/diary.png`, fullPage: true });
    await page.getByRole('button', { name: 'Give', exact: true }).click();
    await page.getByText('1 follow-up is given. 3 stay as they are: Nobody has time for it.').waitFor();
    await page.getByRole('link', { name: 'Week', exact: true }).click();
    await look('the week');
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/week.png`, fullPage: true });
    await page.getByLabel('Supporter', { exact: true }).selectOption('none');
    await page.getByRole('button', { name: 'Show' }).click();
    t.equal(await page.getByRole('link', { name: /^Move / }).count(), 3, 'what nobody has yet');
    await page.goto('/support?supporter=none');
    await page.getByText('3 follow-ups', { exact: true }).waitFor();
    await page.goto('/support/hours');
    await page.getByText('No follow-up or drop-in took place in these days.').waitFor();
    await look('hours, none');
  });
}
