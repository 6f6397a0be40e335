import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { mergePatients } from '../../src/identity/merge.commands.ts';
import { partPatients } from '../../src/identity/separate.commands.ts';
import { countReached } from '../../src/office/reports/reached.queries.ts';
import { changeAskingWishes } from '../../src/people/asking.commands.ts';
import { giveEqualityAnswers } from '../../src/people/equality/equality.commands.ts';
import type { NewEqualityAnswers } from '../../src/people/equality/equality.schemas.ts';
import { personalTables } from '../../src/privacy/personal-data.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';

const { app, as, db, deps, ownerUrl, clock } = await testApp(t);
const make = factories(deps);
type Who = keyof typeof as;
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

let people = 0;
async function person(): Promise<string> {
  const { id } = await make.waitingReferral({ person: { familyName: `Answers${'x'.repeat(++people)}` } });
  const referral = db.selectFrom('referral').select('patient_id').where('id', '=', id);
  return (await referral.executeTakeFirstOrThrow()).patient_id;
}
const anyVersion = { ...officer, ifMatch: '*' };
const give = (id: string, answers: NewEqualityAnswers) => giveEqualityAnswers(deps, anyVersion, id, answers);
const read = (id: string, who: Who = 'officer') =>
  apiOf(app, as[who])('GET', `/patients/${id}/equality-answers`);

/** PUT and DELETE, as someone. */
async function send(
  method: 'PUT' | 'DELETE',
  path: string,
  who: Who,
  { body, match }: { body?: object; match?: string } = {},
) {
  const reply = await app.inject({
    method,
    url: `/api/v1${path}`,
    headers: { ...as[who], ...(match && { 'if-match': match }) },
    ...(body && { payload: body }),
  });
  return { status: reply.statusCode, body: reply.json(), etag: String(reply.headers.etag) };
}
const put = (id: string, body: object, match = '*', who: Who = 'officer') =>
  send('PUT', `/patients/${id}/equality-answers`, who, { body, match });
const kept = (id: string) =>
  db.selectFrom('equality_answer').selectAll().where('patient_id', '=', id).executeTakeFirst();

t.test('answers go in, and all that comes out is the day', async (t) => {
  const id = await person();
  t.match(await read(id), { status: 200, body: { givenOn: null, wish: null } });
  const said = { age: '35_to_44', sex: 'female', disability: 'rather_not_say', givenOn: '2026-11-20' };
  const first = await put(id, said, (await read(id)).etag);
  t.equal(first.status, 200);
  t.strictSame(Object.keys(first.body).sort(), ['givenOn', 'patientId', 'version', 'wish']);
  t.match(await read(id, 'auditor'), { body: { givenOn: '2026-11-20' } });
  t.match(await kept(id), { age: '35_to_44', sex: 'female', gender: null, disability: 'rather_not_say' });
  clock.set('2026-11-23T09:31:00Z');
  t.match(await put(id, { ethnicity: 'mixed' }, first.etag), {
    status: 200,
    body: { givenOn: '2026-11-23' },
  });
  t.match(await kept(id), { age: null, ethnicity: 'mixed' }, 'given anew as a whole');
  const gone = await send('DELETE', `/patients/${id}/equality-answers`, 'officer', { match: '*' });
  t.match(gone, { status: 200, body: { givenOn: null } });
  t.equal(await kept(id), undefined);
  const events = await db
    .selectFrom('event')
    .innerJoin('event_subject', 'event_id', 'event.id')
    .select(['type', 'values', 'fields'])
    .where('subject_id', '=', id)
    .where('type', 'like', 'patient.equality%')
    .orderBy('event.id')
    .execute();
  t.strictSame(events, [
    { type: 'patient.equality_given', values: {}, fields: [] },
    { type: 'patient.equality_given', values: {}, fields: [] },
    { type: 'patient.equality_removed', values: {}, fields: [] },
  ]);
});

t.test('what cannot be kept is refused at its field', async (t) => {
  const id = await person();
  for (const [body, pointer] of [
    [{}, '/age'],
    [{ age: '40ish' }, '/age'],
    [{ age: 'under_25', religion: 'none' }, '/religion'],
    [{ age: 'under_25', givenOn: '2026-11-24' }, '/givenOn'],
    [{ postcode: 'N1 9GU' }, '/postcode'],
    [{ postcode: 'nowhere' }, '/postcode'],
    [{ postcode: 'N1 9GU', area: 'rather_not_say' }, '/postcode'],
    [{ area: '3' }, '/area'],
  ] as const)
    t.match(await put(id, body), { status: 422, body: { errors: [{ pointer }] } }, JSON.stringify(body));
  t.match(await put(id, { sex: 'male' }, ''), { status: 428 });
  t.match(await put(id, { sex: 'male' }, '"another"'), { status: 412 });
  t.equal(await kept(id), undefined);
  for (const who of ['supporter', 'clinic', 'integration', 'auditor', 'administrator'] as const) {
    t.equal((await put(id, { sex: 'male' }, '*', who)).status, 403, who);
    const gone = await send('DELETE', `/patients/${id}/equality-answers`, who, { match: '*' });
    t.equal(gone.status, 403, who);
  }
  for (const who of ['supporter', 'clinic', 'integration', 'administrator'] as const)
    t.equal((await read(id, who)).status, 403, who);
});

t.test('of two who give answers at once one is told', async (t) => {
  const id = await person();
  const { etag } = await read(id);
  const both = await Promise.all([put(id, { sex: 'male' }, etag), put(id, { sex: 'female' }, etag)]);
  t.same(both.map(({ status }) => status).sort(), [200, 412]);
});

t.test('a wish not to be asked is said before, and nothing is counted as asked', async (t) => {
  const id = await person();
  await changeAskingWishes(deps, anyVersion, id, { mostAYear: 0 });
  t.match(await read(id), { body: { wish: /wish not to be asked/ } });
  await give(id, { sex: 'male' });
  t.match((await apiOf(app, as.officer)('GET', `/patients/${id}/asking`)).body, {
    lately: 0,
    questionsInYear: 0,
  });
});

t.test('a postcode becomes a band by what the scheme brought, and is kept nowhere', async (t) => {
  const id = await person();
  const lookup = { name: 'Tenths', source: 'Our analysts', dated: '2026-10-01', lines: 'N1, 3\nN1 9, 2' };
  const bring = (body: object, match: string, who: Who = 'manager') =>
    send('PUT', '/area-lookup', who, { body, match });
  const { etag } = await apiOf(app, as.officer)('GET', '/area-lookup');
  t.equal((await bring(lookup, etag, 'officer')).status, 403);
  t.match(await bring({ ...lookup, lines: 'N1, 30' }, etag), {
    status: 422,
    body: { errors: [{ pointer: '/lines', message: /^Line 1/ }] },
  });
  const both = await Promise.all([bring(lookup, etag), bring(lookup, etag)]);
  t.same(both.map(({ status }) => status).sort(), [200, 412]);
  await give(id, { postcode: 'n19gu' });
  t.match(await kept(id), { area: '2' });
  await give(id, { postcode: 'N1 1AA' });
  t.match(await kept(id), { area: '3' });
  t.match(await put(id, { postcode: 'E1 6AN' }), {
    status: 422,
    body: { errors: [{ pointer: '/postcode' }] },
  });
  t.match(await send('DELETE', '/area-lookup', 'manager', { match: '*' }), {
    status: 200,
    body: { brought: null, areas: 0 },
  });
  t.match(await kept(id), { area: '3' }, 'what was said keeps its band');
});

t.test('figures of the population are brought, changed and removed', async (t) => {
  const path = '/population/disability';
  const read = () => apiOf(app, as.auditor)('GET', path);
  const figure = { source: 'The trust’s caseload', dated: '2026-03-31', shares: { yes: 34.5, no: 65.5 } };
  const { etag, body } = await read();
  t.match(body, { title: 'Disability', groups: [{ value: 'yes' }, { value: 'no' }], said: null });
  const say = (body: object, match = etag, who: Who = 'manager') => send('PUT', path, who, { body, match });
  t.equal((await say(figure, etag, 'officer')).status, 403);
  t.match(await say({ ...figure, shares: { yes: 34.5, no: 60 } }), {
    status: 422,
    body: { errors: [{ pointer: '/shares/yes', message: /94.5%/ }] },
  });
  t.match(await say({ ...figure, shares: { yes: 'many' } }), { status: 422 });
  const both = await Promise.all([say(figure), say(figure)]);
  t.same(both.map(({ status }) => status).sort(), [200, 412]);
  t.match(await read(), { body: { said: figure } });
  t.equal((await send('PUT', '/population/religion', 'manager', { body: figure, match: '*' })).status, 404);
  t.equal((await send('DELETE', path, 'manager', { match: etag })).status, 412);
  t.match(await send('DELETE', path, 'manager', { match: '*' }), { status: 200, body: { said: null } });
  t.equal((await apiOf(app, as.auditor)('GET', '/population')).body.items.length, 6);
});

t.test('of records that are merged the newer answers count, and parted again each has its own', async (t) => {
  const [stays, goes] = [await person(), await person()];
  await give(stays, { sex: 'male', givenOn: '2026-11-01' });
  await give(goes, { sex: 'female', givenOn: '2026-11-02' });
  const { id: mergeId } = await mergePatients(deps, officer, stays, goes);
  t.match(await read(stays), { body: { givenOn: '2026-11-02' } });
  await partPatients(deps, officer, stays, mergeId);
  t.match(await read(stays), { body: { givenOn: '2026-11-01' } });
  t.match(await read(goes), { body: { givenOn: '2026-11-02' } });
});

t.test('answers given after a merge count for both, and take nothing from the other record', async (t) => {
  const [one, other] = [await person(), await person()];
  await give(other, { sex: 'female' });
  const { id: mergeId } = await mergePatients(deps, officer, one, other);
  clock.set('2026-11-23T09:31:00Z');
  await give(one, { sex: 'rather_not_say', givenOn: '2026-11-20' });
  t.match(await read(one), { body: { givenOn: '2026-11-20' } }, 'though it is of an earlier day');
  const period = { from: '2026-10-01', to: '2026-11-30' };
  const { sex } = (await countReached(db, period)).byQuestion;
  t.match(
    sex.find(({ answer }) => answer === 'rather_not_say'),
    { referred: 1 },
  );
  await partPatients(deps, officer, one, mergeId);
  t.match(await kept(other), { sex: 'female' });
  t.match(await kept(one), { sex: 'rather_not_say' });
  const [stays, goes] = [await person(), await person()];
  await give(stays, { sex: 'male' });
  await give(goes, { sex: 'male' });
  await mergePatients(deps, officer, stays, goes);
  const gone = await send('DELETE', `/patients/${stays}/equality-answers`, 'officer', { match: '*' });
  t.match(gone, { status: 200, body: { givenOn: null } });
  t.same([await kept(stays), await kept(goes)], [undefined, undefined], 'both are removed');
});

t.test('the person is given their own, and an erasure takes them along', async (t) => {
  const id = await person();
  await give(id, { age: '75_and_over' });
  const ask = apiOf(app, as.manager);
  const asked = { askedOn: '2026-11-23', askedBy: 'patient', identityCheck: 'Seen' };
  const { body } = await ask('POST', `/patients/${id}/exports`, asked);
  t.match((await ask('GET', `/patients/${id}/exports/${body.id}`)).body.equalityAnswer, [
    { age: '75_and_over' },
  ]);
  t.match(
    personalTables.find(({ table }) => table === 'equality_answer'),
    { erasure: 'rows go' },
  );
  await sql`update referral set status = 'withdrawn' where patient_id = ${id}`.execute(db);
  await sql`update referral_need set status = 'dropped' where referral_id in (select id from referral where patient_id = ${id})`.execute(
    db,
  );
  t.match(await ask('POST', `/patients/${id}/erasures`, { ...asked, reason: 'Asked for it' }), {
    status: 201,
  });
  t.equal(await kept(id), undefined);
  t.equal((await put(id, { sex: 'male' })).status, 409);
});

t.test('no clinic and no supporter can read them in the database, whatever is asked', async (t) => {
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  t.teardown(() => owner.end());
  for (const role of ['lendwell_clinic', 'lendwell_supporter'])
    for (const table of ['equality_answer', 'reached_figure', 'population_figure', 'area_band'])
      t.same(
        (await owner.query(`select has_any_column_privilege($1, $2, 'select') as may`, [role, table])).rows,
        [{ may: false }],
        `${role} ${table}`,
      );
});
