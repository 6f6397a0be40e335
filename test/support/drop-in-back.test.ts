import { sql } from 'kysely';
import t from 'tap';
import { permissions } from '../../src/access/permissions.ts';
import { addDropIn, addDropInPerson } from '../../src/support/drop-in.commands.ts';
import { getDropIn } from '../../src/support/drop-in.queries.ts';
import { takeBackAttendance, takeBackDropIn } from '../../src/support/drop-in-back.commands.ts';
import { takesBackDropIn } from '../../src/support/drop-in-back.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, ids, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.officer);
const page = forms(app, as.officer);
const reason = 'It was at the other library';
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

let people = 0;
const person = async () => {
  const { id } = await make.referral({ person: { familyName: `Visitor${++people}` } });
  const { rows } = await sql<{ id: string }>`select patient_id as id from referral where id = ${id}`.execute(
    db,
  );
  return rows[0]!.id;
};
async function dropIn(came = 0) {
  const { id: locationId } = await make.store();
  const input = {
    locationId,
    heldOn: '2026-11-20',
    startsAt: '14:00',
    minutes: 120,
    supporterId: ids.supporter!,
  };
  const { id } = await addDropIn(deps, officer, input);
  const who = await Promise.all(Array.from({ length: came }, person));
  for (const patientId of who)
    await addDropInPerson(deps, officer, id, { patientId, topics: ['connecting'] });
  return { id, input, who };
}
const see = (id: string) => getDropIn(deps, db, officer.actor, id);
const takeBack = (id: string, body: object = {}) =>
  api('POST', `/drop-ins/${id}/takings-back`, { reason, ...body });
const hours = async () =>
  (await api('GET', '/support-hours?from=2026-11-16&to=2026-11-22')).body.items as {
    dropIns: number;
    minutes: number;
  }[];
const listed = async () => (await api('GET', '/drop-ins')).body.items.map(({ id }: { id: string }) => id);
const story = async (patientId: string) => (await page.get(`/patients/${patientId}`)).body;

t.test(
  'a drop-in that never was counts nowhere, with all who came, and can be written down anew',
  async (t) => {
    const { id, input, who } = await dropIn(2);
    t.match(await hours(), [{ dropIns: 1, minutes: 120 }]);
    t.match(await takeBack(id), {
      status: 409,
      body: { type: '/problems/taking-back-refused', detail: /There are 2 people written down at it\./ },
    });
    t.match(await takeBack(id, { people: 1 }), { status: 409 });
    t.match(await see(id), { status: 'took_place', known: 2 });
    t.match(await takeBack(id, { people: 2 }), {
      status: 201,
      body: {
        status: 'recorded_by_mistake',
        known: 0,
        people: [],
        takenBack: { by: 'Test officer', reason },
      },
    });
    t.same(await hours(), [], 'no hours');
    t.notOk((await listed()).includes(id), 'no list');
    t.match(await story(who[0]!), /Did not come to a drop-in: that was recorded by mistake/);
    t.match(await story(who[0]!), /Came to a drop-in/, 'the story has both');
    const { rows } = await sql<{ e: string }>`select row_to_json(e)::text as e from event e`.execute(db);
    t.notMatch(rows.map(({ e }) => e).join(), reason);

    t.match(await takeBack(id), { status: 201, body: { status: 'recorded_by_mistake' } });
    const events = await sql`select from event where type = 'drop_in.taken_back'`.execute(db);
    t.equal(events.rows.length, 1, 'twice is once');
    t.match(await api('POST', `/drop-ins/${id}/people`, { patientId: who[0] }), {
      status: 409,
      body: { detail: /recorded by mistake/ },
    });
    t.equal((await api('POST', '/drop-ins', input)).status, 201, 'its place and time are free');
    t.equal((await api('POST', '/drop-ins', input)).status, 409);
    t.match((await page.get(`/drop-ins/${id}`)).body, new RegExp(`taken back by Test officer: ${reason}`));
  },
);

t.test('someone who did not come is taken back alone, and may come after all', async (t) => {
  const { id, who } = await dropIn(2);
  const [one, other] = (await see(id)).people;
  const path = `/drop-in-people/${one!.id}/takings-back`;
  t.match(await api('POST', path, { reason }), {
    status: 201,
    body: { known: 1, people: [{ id: other!.id }] },
  });
  t.match(await api('POST', path, { reason }), { status: 201, body: { known: 1 } });
  t.match(await story(who[0]!), /Did not come to a drop-in/);
  t.notMatch(await story(who[1]!), /Did not come to a drop-in/);
  t.match(await api('POST', `/drop-ins/${id}/people`, { patientId: who[0], topics: ['staying_safe'] }), {
    status: 201,
    body: { known: 2 },
  });
  const { rows } = await sql<{ is: boolean }>`
    select taken_back_at is not null as is from drop_in_person where patient_id = ${who[0]!} order by id`.execute(
    db,
  );
  t.same(rows, [{ is: true }, { is: false }], 'both stay');
  t.equal(
    (await api('POST', '/drop-in-people/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e/takings-back', { reason }))
      .status,
    404,
  );
});

t.test('who takes back what, by one table', async (t) => {
  t.same(
    takesBackDropIn.map(({ when, action }) => [when, [...permissions[action]].sort()]),
    [
      ['within the limit', ['manager', 'officer', 'supporter']],
      ['later', ['manager']],
    ],
  );
  const { id } = await dropIn(1);
  const [one] = (await see(id)).people;
  await sql`update drop_in set supporter_id = ${ids.officer} where id = ${id}`.execute(db);
  for (const who of ['supporter', 'auditor', 'administrator', 'clinic', 'integration'] as const)
    for (const path of [`/drop-ins/${id}`, `/drop-in-people/${one!.id}`])
      t.equal(
        (await apiOf(app, as[who])('POST', `${path}/takings-back`, { reason })).status,
        who === 'supporter' ? 404 : 403,
        `${who} ${path}`,
      );
  await sql`update drop_in set created_at = created_at - interval '15 days' where id = ${id}`.execute(db);
  await sql`update drop_in_person set at = at - interval '15 days' where drop_in_id = ${id}`.execute(db);
  for (const late of [
    () => takeBackAttendance(deps, officer, one!.id, { reason }),
    () => takeBackDropIn(deps, officer, id, { reason, people: 1 }),
  ])
    t.match(await refusal(late()), { type: 'taking-back-refused', detail: /A manager can still/ });
  const boss = forms(app, as.manager);
  for (const path of [`/drop-ins/${id}/takings-back`, `/drop-in-people/${one!.id}/takings-back`]) {
    const { body } = await page.get(path);
    t.match(body, /A manager can still take it back/);
    t.notMatch(body, /<textarea/);
    t.notMatch((await page.get(`/drop-ins/${id}`)).body, path, 'what is refused is not offered');
    t.match((await boss.get(`/drop-ins/${id}`)).body, path);
    t.match((await boss.get(path)).body, /<textarea/);
  }
  t.match(await takeBackAttendance(deps, manager, one!.id, { reason }), { known: 0 });
  t.match(await takeBackDropIn(deps, manager, id, { reason }), { status: 'recorded_by_mistake' });
  for (const path of [`/drop-ins/${id}/takings-back`, `/drop-in-people/${one!.id}/takings-back`])
    t.match((await boss.get(path)).body, /is taken back already/);
});

t.test('at the same moment as someone is written down, or pressed twice', async (t) => {
  for (const turned of [false, true]) {
    const { id } = await dropIn(1);
    const patientId = await person();
    const calls: (() => Promise<unknown>)[] = [
      () => takeBackDropIn(deps, officer, id, { reason, people: 1 }),
      () => addDropInPerson(deps, officer, id, { patientId }),
    ];
    const lock = sql`select id from drop_in where id = ${id} for update`;
    const outcomes = await atOnce(db, lock, turned ? calls.reverse() : calls);
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'one of the two');
    const { status, known } = await see(id);
    t.equal(known, status === 'recorded_by_mistake' ? 0 : 2);
    const both = await atOnce<unknown>(
      db,
      lock,
      [1, 2].map(() => () => takeBackDropIn(deps, officer, id, { reason, people: known })),
    );
    t.same(
      both.map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    const events = await sql`select from event e join event_subject s on s.event_id = e.id
      where s.subject_id = ${id} and e.type = 'drop_in.taken_back'`.execute(db);
    t.equal(events.rows.length, 1);
  }
});

t.test('one that never was is in the way of no follow-up, and nobody is asked who does it', async (t) => {
  const { id: locationId } = await make.store();
  const { id } = await addDropIn(deps, officer, {
    locationId,
    heldOn: '2026-11-25',
    startsAt: '09:00',
    minutes: 300,
    supporterId: ids.supporter!,
  });
  const { body: followUp } = await api('POST', '/follow-ups', {
    patientId: await person(),
    dueOn: '2026-11-25',
    startsAt: '10:00',
    way: 'phone',
    supporterId: ids.supporter!,
  });
  t.match(followUp.clashes, [{ with: 'drop_in' }]);
  t.equal((await takeBack(id)).status, 201);
  t.same((await api('GET', `/follow-ups/${followUp.id}`)).body.clashes, []);
});

t.test('the database wants a reason, and the pages ask for it and for all who came', async (t) => {
  const { id } = await dropIn(3);
  const [one] = (await see(id)).people;
  for (const table of ['drop_in', 'drop_in_person'])
    t.match(await refusal(sql`update ${sql.table(table)} set taken_back_at = now()`.execute(db)), {
      constraint: `${table}_taken_back_says_why`,
    });
  const shown = (await page.get(`/drop-ins/${id}`)).body;
  for (const path of [`/drop-in-people/${one!.id}/takings-back`, `/drop-ins/${id}/takings-back`]) {
    t.match(shown, path);
    const empty = await page.post(path, { reason: '' });
    t.equal(empty.statusCode, 422);
    t.match(empty.body, /Enter why it was a mistake/);
  }
  t.match((await page.get(`/drop-ins/${id}/takings-back`)).body, /And the 3 people written down at it/);
  t.equal((await page.post(`/drop-in-people/${one!.id}/takings-back`, { reason })).statusCode, 303);
  const late = await page.post(`/drop-ins/${id}/takings-back`, { reason, people: '3' });
  t.equal(late.statusCode, 409);
  t.match(late.body, /There are 2 people written down at it/);
  t.match(late.body, /And the 2 people written down at it/);
  t.equal((await page.post(`/drop-ins/${id}/takings-back`, { reason, people: '2' })).statusCode, 303);
  const { body } = await page.get(`/drop-ins/${id}`);
  t.notMatch(body, /takings-back|Add someone/);
});
