import { sql } from 'kysely';
import t from 'tap';
import { replaceItem } from '../../src/lending/incidents/replacement.commands.ts';
import { recordContactPoint } from '../../src/people/contact-point.commands.ts';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { addDropIn } from '../../src/support/drop-in.commands.ts';
import { addFollowUp, changeFollowUp } from '../../src/support/follow-up.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';

async function setUp(t: Parameters<typeof testApp>[0]) {
  const world = await testApp(t, { DATABASE_POOL: '20' });
  const { app, as, db, deps } = world;
  const api = apiOf(app, as.officer);
  const add = (body: object) => api('POST', '/follow-ups', { dueOn: '2026-12-01', ...body });
  const change = async (id: string, body: object) => {
    const { etag } = await api('GET', `/follow-ups/${id}`);
    return api('PATCH', `/follow-ups/${id}`, body, { 'if-match': String(etag) });
  };
  const people = async (count: number) =>
    (await seedFollowUps(db, { patients: count, dueOn: '2027-06-01' })).map(({ patientId }) => patientId);
  const of = async (patientId: string) =>
    (await api('GET', `/follow-ups?patientId=${patientId}&to=2027-05-01`)).body.items as {
      id: string;
      step: string;
      dueOn: string;
      startsAt: string;
      way: string;
      hindrances: string[];
      conflict: string | null;
    }[];
  return { ...world, api, add, change, people, of, make: factories(deps) };
}

const email = { channel: 'email', value: 'amal@example.com', safe: true } as const;
const text = { channel: 'sms', value: '07700 900123', safe: true } as const;

t.test('a plan goes by a way that the person can use, with a loan and without', async (t) => {
  const { make, of, db } = await setUp(t);
  const plan = async (person: object, withLoan: boolean) => {
    const referral = await make.waitingReferral({
      person,
      needs: withLoan ? ['device', 'support'] : ['support'],
    });
    if (withLoan) await make.loan({ referralId: referral.id });
    const { patient_id } = await db
      .selectFrom('referral')
      .select('patient_id')
      .where('id', '=', referral.id)
      .executeTakeFirstOrThrow();
    return of(patient_id);
  };
  for (const withLoan of [true, false]) {
    for (const [person, way] of [
      [{ contactPoints: [text] }, 'phone'],
      [{ contactPoints: [email], communicationNeeds: ['bsl'] }, 'video'],
      [{ contactPoints: [email] }, 'message'],
      [{ contactPoints: [{ ...text, safe: false }] }, 'in_person'],
    ] as const) {
      const made = await plan(person, withLoan);
      t.equal(made.length, 4);
      t.ok(
        made.every((one) => one.way === way && one.conflict === null && !one.hindrances.length),
        way,
      );
    }
  }
});

t.test('who alone makes contact gets no calls: a task asks to agree on them', async (t) => {
  const { make, of, db, api, add } = await setUp(t);
  const alone = { contactPoints: [text], contactChoice: 'patient_contacts_us' as const };
  const referral = await make.waitingReferral({ person: alone, needs: ['support'] });
  await make.loan({
    referralId: (await make.waitingReferral({ person: { ...alone, familyName: 'Other' } })).id,
  });
  const { rows } = await sql<{ id: string; status: string }>`
    select patient_id as id, status from referral where id = ${referral.id}`.execute(db);
  const { id, status } = rows[0]!;
  t.same(await of(id), []);
  t.equal(status, 'active', 'help goes on');
  t.match((await api('GET', '/tasks?kind=support_to_agree')).body.items, [
    { subject: { type: 'patient' } },
    {},
  ]);
  t.match(await add({ patientId: id }), { status: 422, body: { errors: [{ pointer: '/way' }] } });
  t.match(await add({ patientId: id, way: 'in_person' }), { status: 201, body: { conflict: null } });
  t.match(await add({ patientId: id, way: 'phone' }), {
    status: 201,
    body: { hindrances: ['they_contact_us'], conflict: /only they make contact/ },
  });
});

t.test('what stands in the way is seen at the time of looking', async (t) => {
  const { make, of, db, deps, api } = await setUp(t);
  await make.loan();
  const { id } = await db.selectFrom('patient').select('id').executeTakeFirstOrThrow();
  t.same((await of(id))[0]!.hindrances, []);
  await recordContactPoint(deps, officer, id, { ...text, safe: false });
  const [first] = await of(id);
  t.match(first, { hindrances: ['no_number'], conflict: /their number is not safe/ });
  t.match((await api('GET', `/follow-ups/${first!.id}`)).body, { conflict: /their number is not safe/ });
  await api('POST', `/follow-ups/${first!.id}/outcomes`, { result: 'cancelled' });
  t.match((await of(id))[0], { hindrances: [], conflict: null }, 'of what is over nothing is in the way');
  await recordContactPoint(deps, officer, id, {
    ...text,
    hours: [{ days: [1, 2, 3, 4, 5], from: '14:00', to: '16:00' }],
  });
  t.match((await of(id))[1], { hindrances: ['outside_hours'], conflict: /14:00 to 16:00/ });
});

t.test('each plan has times of its own, within the person’s hours', async (t) => {
  const { make, db } = await setUp(t);
  for (const familyName of ['One', 'Two', 'Three'])
    await make.loan({ referralId: (await make.waitingReferral({ person: { familyName } })).id });
  const afternoons = { ...text, hours: [{ days: [3], from: '14:00', to: '16:00' }] };
  const person = { familyName: 'Four', contactPoints: [afternoons] };
  await make.loan({ referralId: (await make.waitingReferral({ person })).id });
  const { rows } = await sql<{ name: string; at: string }>`
    select p.family_name as name, string_agg(to_char(f.due_on, 'MM-DD') || ' ' || to_char(f.starts_at, 'HH24:MI'), ', ' order by f.due_on) as at
    from follow_up f join patient p on p.id = f.patient_id group by 1 order by 1`.execute(db);
  t.same(
    rows.map(({ name, at }) => `${name}: ${at}`),
    [
      'Four: 11-25 14:00, 12-02 14:00, 12-23 14:00, 02-24 14:00',
      'One: 11-25 10:00, 11-30 10:00, 12-21 10:00, 02-22 10:00',
      'Three: 11-25 09:30, 11-30 09:30, 12-21 09:30, 02-22 09:30',
      'Two: 11-25 10:30, 11-30 10:30, 12-21 10:30, 02-22 10:30',
    ],
  );
});

t.test('a follow-up without a time gets one that its supporter and its person have free', async (t) => {
  const { add, change, people, ids, deps, api } = await setUp(t);
  const [one, two, three] = await people(3);
  const times = async (patientId: string, more: object = {}) => {
    const { body } = await add({ patientId, supporterId: ids.supporter, ...more });
    return `${body.dueOn} ${body.startsAt} ${body.way}`;
  };
  t.equal(await times(one!), '2026-12-01 10:00 phone');
  t.equal(await times(two!), '2026-12-01 10:30 phone');
  t.equal(await times(one!, { supporterId: ids.officer }), '2026-12-01 10:30 phone', 'nor the person twice');
  const place = await addLocation(deps, officer, { name: 'Library', kind: 'access_point' });
  await addDropIn(deps, officer, {
    locationId: place.id,
    heldOn: '2026-12-02',
    startsAt: '09:00',
    minutes: 480,
    supporterId: ids.supporter!,
  });
  t.equal(await times(three!, { dueOn: '2026-12-02' }), '2026-12-03 10:00 phone', 'a drop-in takes the day');
  t.equal(await times(three!, { dueOn: '2026-12-05' }), '2026-12-07 10:00 phone', 'a Saturday');

  const typed = await add({ patientId: three, supporterId: ids.supporter, startsAt: '10:15', way: 'phone' });
  t.match(typed.body, {
    startsAt: '10:15',
    clashes: [
      { with: 'supporter', startsAt: '10:00' },
      { with: 'supporter', startsAt: '10:30' },
    ],
  });
  const moved = await change(typed.body.id, { dueOn: '2026-12-02' });
  t.match(moved.body, { dueOn: '2026-12-03', startsAt: '10:30', clashes: [] });
  t.match((await change(typed.body.id, { dueOn: '2026-12-02', startsAt: '11:00' })).body, {
    dueOn: '2026-12-02',
    clashes: [{ with: 'drop_in' }],
  });
  const [other] = (await api('GET', `/follow-ups?patientId=${two}&to=2027-01-01`)).body.items;
  t.match(
    (
      await api('POST', '/follow-ups/assignments', {
        followUps: [{ followUpId: other.id, insteadOf: ids.supporter }],
        how: 'by_hand',
        supporterId: ids.supporter,
      })
    ).body,
    { clashing: [] },
  );
  await change(other.id, { startsAt: '10:00' });
  t.match(
    (
      await api('POST', '/follow-ups/assignments', {
        followUps: [{ followUpId: other.id, insteadOf: ids.supporter }],
        how: 'by_hand',
        supporterId: ids.supporter,
      })
    ).body,
    { clashing: [other.id] },
  );
});

t.test('a time that the clocks skip is refused; one that comes twice is the first', async (t) => {
  const { add, change, people, deps } = await setUp(t);
  const [patientId] = await people(1);
  const gap = { patientId, dueOn: '2027-03-28', startsAt: '01:30', way: 'phone' };
  t.match(await add(gap), {
    status: 422,
    body: { errors: [{ pointer: '/startsAt', message: /does not exist/ }] },
  });
  const twice = await add({ ...gap, dueOn: '2027-10-31' });
  t.match(twice.body, { startsAt: '01:30', startsAtInstant: '2027-10-31T00:30:00.000Z' });
  const place = await addLocation(deps, officer, { name: 'Library', kind: 'access_point' });
  t.match(
    await addDropIn(deps, officer, {
      locationId: place.id,
      heldOn: '2027-03-28',
      startsAt: '01:30',
      minutes: 60,
    }).catch((error) => error),
    { type: 'invalid' },
    'of a drop-in too',
  );
  t.match(await change(twice.body.id, { dueOn: '2027-03-28', startsAt: '01:00' }), { status: 422 });
  t.match((await change(twice.body.id, { dueOn: '2027-03-28' })).body, {
    dueOn: '2027-03-30',
    startsAt: '09:00',
  });
});

t.test('many who plan for one supporter at once never get one time twice', async (t) => {
  const { people, ids, db, deps, add } = await setUp(t);
  const supporterId = ids.supporter!;
  const [moving, ...adding] = await people(5);
  const { body } = await add({ patientId: moving, dueOn: '2026-12-08', supporterId });
  const settled = await atOnce(db, sql`select from staff where id = ${supporterId} for update`, [
    ...adding.map(
      (patientId) => () =>
        addFollowUp(deps, officer, { patientId, dueOn: '2026-12-01', minutes: 90, supporterId }),
    ),
    () => changeFollowUp(deps, { ...officer, ifMatch: '*' }, body.id, { dueOn: '2026-12-01', minutes: 90 }),
  ]);
  t.same(
    settled.map(({ status }) => status),
    Array(5).fill('fulfilled'),
  );
  const { rows } = await sql<{ at: string }>`
    select due_on || ' ' || to_char(starts_at, 'HH24:MI') as at from follow_up where supporter_id = ${supporterId} order by 1`.execute(
    db,
  );
  t.same(
    rows.map(({ at }) => at),
    ['2026-12-01 10:00', '2026-12-01 11:30', '2026-12-01 13:00', '2026-12-01 14:30', '2026-12-02 10:00'],
  );
});

t.test('the call after a replacement and the steps before the end have free times too', async (t) => {
  const { make, of, db, deps, api, as, app } = await setUp(t);
  const person = { contactPoints: [email] };
  const plan = await apiOf(app, as.administrator)('POST', '/support-plans', {
    name: 'To the end',
    forLoans: true,
    steps: [
      { step: 'Welcome', days: 2, way: 'phone', minutes: 20 },
      { step: 'Ending', days: 3, countedFrom: 'due', way: 'phone', minutes: 20 },
    ],
  });
  t.equal(plan.status, 201);
  const loan = await make.loan({
    referralId: (await make.waitingReferral({ person })).id,
    dueOn: '2027-01-20',
  });
  const { id } = await db.selectFrom('patient').select('id').executeTakeFirstOrThrow();
  const lines = async () =>
    (await of(id)).map((one) => `${one.step} ${one.dueOn} ${one.startsAt} ${one.way}`);
  t.same(await lines(), ['Welcome 2026-11-25 10:00 message', 'Ending 2027-01-15 10:00 message']);
  await api('POST', '/follow-ups', { patientId: id, dueOn: '2027-02-12', startsAt: '09:55', minutes: 30 });
  await api('POST', `/loans/${loan.id}/extensions`, { dueOn: '2027-02-17', reason: 'Still needed' });
  t.ok((await lines()).includes('Ending 2027-02-12 10:30 message'), (await lines()).join());
  await sql`delete from follow_up where step = 'Welcome'`.execute(db);
  const [item] = loan.items;
  const [device] = await make.readyDevices(1);
  await replaceItem(deps, officer, loan.id, {
    itemId: item!.id,
    deviceId: device!.id,
    handedIn: true,
  } as never);
  t.ok(
    (await lines()).includes('Getting started with the replacement 2026-11-25 10:00 message'),
    (await lines()).join(),
  );
});
