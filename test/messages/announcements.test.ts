import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { forms } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

const texts = {
  identified: 'From 7 December the tablets are handed out at the library in Camden Road.',
  discreet: 'From 7 December we are at the library in Camden Road.',
};
const said = { audience: 'support_ahead', ...texts };

/** People with a call ahead: one by text, one by email who chose to be named to, one who alone makes contact, one without a safe way, one on pause. */
async function people(t: Test) {
  const w = await world(t);
  const person = async (familyName: string, more: object = {}) => {
    const { patientId } = await w.refer({ familyName, ...more });
    await w.followUp(patientId, { dueOn: '2027-03-01', supporterId: w.ids.supporter, way: 'in_person' });
    return patientId;
  };
  const byText = await person('Text');
  const byEmail = await person('Email', {
    contactPoints: [{ channel: 'email', value: 'amal@example.org', safe: true }],
    wording: 'identified',
  });
  const alone = await person('Alone', { contactChoice: 'patient_contacts_us' });
  const nowhere = await person('Nowhere', {
    contactPoints: [{ channel: 'sms', value: '07700 900124', safe: false }],
  });
  const paused = await person('Paused', {
    contactPoints: [{ channel: 'sms', value: '07700 900125', safe: true }],
  });
  await w.rows(
    sql`update patient set contact_state = 'paused', paused_until = '2026-11-27' where id = ${paused}`,
  );
  await w.rows(sql`update reminder set status = 'cancelled'`);
  w.clock.set('2026-11-23T10:00:00Z');
  const open = async () =>
    (await w.tasks()).flatMap(({ kind, patientId }) =>
      ['tell_news', 'no_safe_contact'].includes(kind) ? [[kind, patientId]] : [],
    );
  return { ...w, byText, byEmail, alone, nowhere, paused, open };
}

t.test(
  'news is counted first, and goes once to each by their own safe way and in their wording',
  async (t) => {
    const w = await people(t);
    const preview = await w.call('manager', 'POST', '/announcements/previews', said);
    t.same(preview.body, { people: 5, sms: 1, email: 1, letter: 0, held: 1, tasks: 2 });
    t.same(await w.rows(sql`select id from announcement`), [], 'nothing is written');
    t.match(await w.call('manager', 'POST', '/announcements', { ...said, people: 4 }), { status: 412 });
    const made = await w.call('manager', 'POST', '/announcements', { ...said, people: 5 });
    t.match(made, { status: 201, body: { people: 5, told: 0 } });
    await w.send();
    await w.send();
    t.match((await w.sent()).map(({ to, body }) => [to, body]).toSorted(), [
      ['+447700900123', /^Hello\. From 7 December we are at the library in Camden Road\./],
      ['amal@example.org', /the tablets are handed out/],
    ]);
    t.equal((await w.sent()).length, 2);
    t.ok((await w.open()).some(([kind, id]) => kind === 'tell_news' && id === w.alone));
    t.ok((await w.open()).some(([kind, id]) => kind === 'no_safe_contact' && id === w.nowhere));
    t.match((await w.call('officer', 'GET', '/announcements')).body.items, [{ told: 2, people: 5 }]);
    const story = (await w.app.inject({ url: `/patients/${w.byText}`, headers: w.as.officer })).body;
    t.match(story, /From 7 December we are at the library/, 'who got it is seen in their story');
    w.clock.set('2026-11-27T10:00:00Z');
    await w.send();
    t.equal((await w.sent()).at(-1)!.to, '+447700900125', 'a pause holds it until its end');
  },
);

t.test('the same twice, or by two managers at once, is told once', async (t) => {
  const w = await people(t);
  const replies = await Promise.all(
    [1, 2].map(() => w.call('manager', 'POST', '/announcements', { ...said, people: 5 })),
  );
  t.same(replies.map(({ status }) => status).toSorted(), [201, 409]);
  await w.send();
  t.equal((await w.sent()).length, 2);
});

t.test('a discreet text that tells too much is refused, and officers send none', async (t) => {
  const w = await people(t);
  t.match(
    await w.call('manager', 'POST', '/announcements', { ...said, discreet: texts.identified, people: 5 }),
    { status: 422, body: { errors: [{ pointer: '/discreet', message: /“tablets” tells others/ }] } },
  );
  t.match(await w.call('manager', 'POST', '/announcements/previews', { ...said, audience: 'clinic' }), {
    status: 422,
    body: { errors: [{ pointer: '/clinicId' }] },
  });
  for (const path of ['/announcements', '/announcements/previews'])
    for (const [wrong, pointer, message] of [
      [{ discreet: 'We at test SCHEME move.' }, '/discreet', /“Test scheme” tells others/],
      [{ clinicId: w.clinicId }, '/clinicId', /no one clinic/],
      [{ supporterId: w.ids.supporter }, '/supporterId', /no one supporter/],
    ] as const) {
      const { status, body } = await w.call('manager', 'POST', path, {
        ...said,
        ...wrong,
        ...(path === '/announcements' && { people: 5 }),
      });
      t.match([status, body.errors.at(0)], [422, { pointer }], pointer);
      t.match(JSON.stringify(body.errors), message);
    }
  t.equal((await w.call('officer', 'POST', '/announcements', { ...said, people: 5 })).status, 403);
});

t.test('who is concerned: with something on loan, of a clinic, of a supporter', async (t) => {
  const w = await people(t);
  await w.make.loan({ patientId: w.byText });
  const count = async (whom: object) =>
    (await w.call('manager', 'POST', '/announcements/previews', { ...said, ...whom })).body.people;
  t.equal(await count({ audience: 'on_loan' }), 1);
  t.equal(await count({ audience: 'clinic', clinicId: w.clinicId }), 5);
  const heir = (await w.call('manager', 'POST', '/organisations', { name: 'Heir', roles: ['clinic'] })).body;
  const taken = await w.call('manager', 'POST', `/organisations/${w.clinicId}/successions`, {
    successorId: heir.id,
  });
  t.equal(taken.status, 201);
  t.equal(await count({ audience: 'clinic', clinicId: heir.id }), 5, 'of those it has taken over too');
  t.equal(await count({ audience: 'supporter', supporterId: w.ids.supporter }), 5);
  t.equal(await count({ audience: 'supporter', supporterId: w.ids.officer }), undefined, 'nobody');
});

t.test('a second piece of news for who is told by a person stands beside the first', async (t) => {
  const w = await people(t);
  await w.call('manager', 'POST', '/announcements', { ...said, people: 5 });
  w.clock.set('2026-11-24T10:00:00Z');
  const more = { identified: 'We are shut on Friday.', discreet: 'We are shut on Friday.' };
  t.equal((await w.call('manager', 'POST', '/announcements', { ...said, ...more, people: 5 })).status, 201);
  const tasks = await w.rows<{ id: string }>(
    sql`select id from task where kind = 'tell_news' and patient_id = ${w.alone}`,
  );
  t.equal(tasks.length, 1);
  const page = (await w.app.inject({ url: `/tasks/${tasks[0]!.id}`, headers: w.as.officer })).body;
  t.match(page, /shut on Friday.*at the library in Camden Road/s);
});

t.test('on the page it is looked at with its count before it is sent', async (t) => {
  const w = await people(t);
  const manager = forms(w.app, w.as.manager);
  const looked = await manager.post('/announcements', said);
  t.match(looked.body, /5 people are concerned/);
  t.match(looked.body, /From 7 December we are at the library/);
  t.same(await w.rows(sql`select id from announcement`), []);
  const refused = await manager.post('/announcements', { ...said, discreet: 'Our clinic moves.' });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /Our clinic moves\./, 'what was typed stays');
  t.equal((await manager.post('/announcements', { ...said, seen: '5' })).statusCode, 303);
  t.equal((await w.rows(sql`select id from announcement`)).length, 1);
});
