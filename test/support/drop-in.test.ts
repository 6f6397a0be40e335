import { sql } from 'kysely';
import t from 'tap';
import { mergePatients } from '../../src/identity/merge.commands.ts';
import { addDropIn, addDropInPerson } from '../../src/support/drop-in.commands.ts';
import { getDropIn } from '../../src/support/drop-in.queries.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, ids, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.officer);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

let people = 0;
const person = async (changes: object = {}) => {
  const { id } = await make.referral({ person: { familyName: `Visitor${++people}`, ...changes } });
  const { rows } = await sql<{ id: string }>`select patient_id as id from referral where id = ${id}`.execute(
    db,
  );
  return rows[0]!.id;
};
const dropIn = async (heldOn = '2026-11-20', more: object = {}) => {
  const { id } = await make.store();
  return addDropIn(deps, officer, { locationId: id, heldOn, startsAt: '14:00', minutes: 120, ...more });
};

t.test('a drop-in is planned, takes place, and has who came with what they asked', async (t) => {
  const { id: locationId } = await make.store();
  const add = (changes: object = {}) =>
    api('POST', '/drop-ins', {
      locationId,
      heldOn: '2026-11-24',
      startsAt: '14:00',
      minutes: 120,
      ...changes,
    });
  const { body: planned, status } = await add({ supporterId: ids.supporter, note: 'Bring two dongles' });
  t.equal(status, 201);
  t.match(planned, {
    status: 'planned',
    supporter: { name: 'Test supporter' },
    known: 0,
    others: 0,
    people: [],
  });
  t.match(await add(), { status: 409, body: { detail: /at this place and time/ } });
  t.match(await add({ heldOn: '2028-11-24' }), { status: 422, body: { errors: [{ pointer: '/heldOn' }] } });
  t.match(await add({ supporterId: ids.auditor, startsAt: '10:00' }), {
    status: 422,
    body: { errors: [{ pointer: '/supporterId' }] },
  });
  t.match(await add({ locationId: ids.officer }), {
    status: 422,
    body: { errors: [{ pointer: '/locationId' }] },
  });
  const who = await person();
  const came = (patientId: string, more: object = {}) =>
    api('POST', `/drop-ins/${planned.id}/people`, { patientId, ...more });
  t.match(await came(who), { status: 409, body: { detail: /still to come/ } });

  clock.set('2026-11-24T09:00:00Z');
  const later = new Date('2026-11-24T09:00:00Z').toISOString();
  await sql`update session set seen_at = ${later}, expires_at = ${'2027-01-01T00:00:00Z'}`.execute(db);
  t.match(await came(who, { topics: ['connecting'], note: 'How to join the library’s Wi-Fi' }), {
    status: 201,
    body: { status: 'took_place', known: 1, people: [{ topics: ['connecting'] }] },
  });
  t.match(
    (await came(who, { topics: ['connecting', 'staying_safe'] })).body.people,
    [{ topics: ['connecting', 'staying_safe'], note: null }],
    'written down twice, what was said last holds',
  );
  t.match(await came(ids.officer!), { status: 422, body: { errors: [{ pointer: '/patientId' }] } });
  const { etag } = await api('GET', `/drop-ins/${planned.id}`);
  const change = (body: object, match = etag) =>
    api('PATCH', `/drop-ins/${planned.id}`, body, { 'if-match': match });
  t.match(await change({ cancelled: true }), { status: 409, body: { detail: /People came/ } });
  clock.set('2026-11-24T09:01:00Z');
  t.match(await change({ others: 3 }), { status: 200, body: { others: 3, note: 'Bring two dongles' } });
  t.equal((await change({ others: 4 })).status, 412);
  const { rows } = await sql<{
    e: string;
  }>`select row_to_json(e)::text as e from event e where type like 'drop_in.%'`.execute(db);
  t.notMatch(rows.map(({ e }) => e).join(), /Wi-Fi|dongles/, 'rule 20');
  const { rows: looks } =
    await sql`select from access_log where list = '/drop-ins/:id' and patient_ids @> array[${who}]::uuid[]`.execute(
      db,
    );
  t.ok(looks.length > 0, 'the look is logged');
  t.match((await forms(app, as.officer).get(`/patients/${who}`)).body, /Came to a drop-in/);
  t.equal((await apiOf(app, as.integration)('GET', '/drop-ins')).status, 403);
});

t.test('one that was cancelled takes nobody; a merged person’s visits go with them', async (t) => {
  const one = await dropIn('2026-11-19');
  t.match(await api('PATCH', `/drop-ins/${one.id}`, { cancelled: true }, { 'if-match': '*' }), {
    status: 200,
    body: { status: 'cancelled' },
  });
  const [first, second] = [
    await person({ dateOfBirth: '1991-01-01' }),
    await person({ dateOfBirth: '1991-01-01' }),
  ];
  t.match(await api('POST', `/drop-ins/${one.id}/people`, { patientId: first }), { status: 409 });
  const other = await dropIn('2026-11-18');
  await addDropInPerson(deps, officer, other.id, { patientId: second });
  await mergePatients(deps, officer, first, second);
  t.match((await getDropIn(deps, db, officer.actor, other.id)).people, [{ patient: { id: first } }]);
});

t.test('the same person is added by two at once: once', async (t) => {
  const { id } = await dropIn('2026-11-17');
  const patientId = await person();
  await Promise.all(Array.from({ length: 8 }, () => addDropInPerson(deps, officer, id, { patientId })));
  t.equal((await getDropIn(deps, db, officer.actor, id)).people.length, 1);
});

t.test('two write down who came: the second is told, and keeps their note', async (t) => {
  const { id } = await dropIn('2026-11-16');
  const page = `/drop-ins/${id}`;
  const form = `${page}/notes`;
  clock.set('2026-11-23T09:31:00Z');
  await savedByTwo(t, forms(app, as.officer), {
    page,
    form,
    first: { others: '4', note: 'Rain' },
    second: { others: '0', note: 'Sun' },
    shows: ['Others says “4” by now', 'Note says “Rain” by now', '>Sun</textarea>', 'href="#notes-note"'],
  });
  clock.set('2026-11-23T09:32:00Z');
  await savedByTwo(t, forms(app, as.officer), {
    page,
    form,
    first: { others: '0', note: 'Storm' },
    second: { cancelled: 'true' },
    shows: ['Someone else saved this meanwhile', '>Storm</textarea>'],
  });
});

for (const scripts of [true, false]) {
  t.test(`an officer writes down a drop-in; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    await person({ givenName: 'Wendeline', familyName: `Håkansson${scripts}` });
    const { name } = await make.store();
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await page.goto('/support');
    await page.getByRole('link', { name: 'Drop-ins' }).click();
    await look('drop-ins');
    await page.getByRole('button', { name: 'Add a drop-in' }).click();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('link', { name: 'Choose the place' }).waitFor();
    await look('a drop-in, refused');
    await page.getByLabel('Where').selectOption(name);
    await page.getByLabel('Day').fill('23');
    await page.getByLabel('Month').fill('11');
    await page.getByLabel('Year').fill('2026');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('The drop-in is written down.').waitFor();
    await page.getByLabel('Who', { exact: true }).fill(`hakansson${scripts}`);
    await page.getByRole('button', { name: 'Look' }).click();
    await look('a drop-in, someone found');
    await page.getByRole('button', { name: 'They came' }).click();
    await page.getByRole('link', { name: 'Choose who came' }).waitFor();
    await page.getByLabel(/Wendeline/).check();
    await page.getByLabel('Getting online').check();
    await page.getByRole('button', { name: 'They came' }).click();
    await page.getByText('It is written down that they came.').waitFor();
    await page.getByLabel('Others who came').fill('4');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('And 4 other people.').waitFor();
    await look('a drop-in');
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/drop-in.png`, fullPage: true });
  });
}
