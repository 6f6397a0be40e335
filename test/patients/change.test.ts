import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { getPatient } from '../../src/people/patient.queries.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '30' });
const api = apiOf(app, as.officer);
t.beforeEach(() => clock.set(begun));

const someone = async () => (await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24' }))[0]!.patientId;
const openTasks = async (subjectId: string) =>
  (
    await db
      .selectFrom('task')
      .select('kind')
      .where('subject_id', '=', subjectId)
      .where('status', '=', 'open')
      .execute()
  ).map(({ kind }) => kind);
const record = (id: string, body: object) => api('POST', `/patients/${id}/contact-points`, body);
const sms = (changes: object = {}) => ({ channel: 'sms', value: '07700 900123', safe: true, ...changes });

t.test('rule 11: what a person says of a way counts from then on, as the whole of it', async (t) => {
  const id = await someone();
  const hours = [{ days: [1, 2], from: '09:00', to: '12:00' }];
  t.match(await record(id, sms({ hours, voicemailOk: true, recheckDue: '2027-01-01' })), {
    status: 201,
    body: {
      contactPoints: [
        {
          value: '+447700900123',
          safe: true,
          safeFrom: '2026-11-23',
          recheckDue: '2027-01-01',
          voicemailOk: true,
          hours,
        },
      ],
    },
  });
  t.match((await record(id, sms())).body.contactPoints, [
    { hours: null, voicemailOk: false, recheckDue: null },
  ]);
  t.same(await openTasks(id), []);
  await record(id, sms({ safe: false }));
  t.same(await openTasks(id), ['no_safe_contact'], 'the last safe way is gone');
  t.match(
    (await record(id, { channel: 'email', value: 'new@example.com', safe: true, preferred: true })).body
      .contactPoints,
    [{ value: 'new@example.com' }, { value: '+447700900123', safe: false, safeFrom: null }],
  );
  t.same(await openTasks(id), []);
  t.match(
    await record(id, {
      channel: 'sms',
      value: '12',
      safe: true,
      hours: [{ days: [1], from: '12:00', to: '09:00' }],
      recheckDue: '2026-11-23',
    }),
    {
      status: 422,
      body: { errors: [{ pointer: '/value' }, { pointer: '/hours/0/to' }, { pointer: '/recheckDue' }] },
    },
  );
  t.equal((await record('0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', sms())).status, 404);
  for (const who of ['clinic', 'supporter', 'auditor'] as const)
    t.equal((await apiOf(app, as[who])('POST', `/patients/${id}/contact-points`, sms())).status, 403, who);
  const { rows } = await sql<{
    event: string;
  }>`select row_to_json(e)::text as event from event e where type like 'patient.%'`.execute(db);
  t.notMatch(rows.map(({ event }) => event).join(), /7700900|example\.com/, 'rule 20: no value in the log');
});

t.test('what was held for want of a way goes out by the new one, once', async (t) => {
  clock.set('2026-11-23T03:15:00Z');
  const id = await someone();
  await sql`update contact_point set safe = false, safe_from = null where patient_id = ${id}`.execute(db);
  await runNightly(deps);
  clock.set(begun);
  const mine = async () =>
    (await sentMessages(db)).messages.filter(
      (message) => (message as { patient_id?: string }).patient_id === id,
    );
  t.same(await openTasks(id), ['no_safe_contact']);
  await record(id, { channel: 'email', value: 'safe@example.com', safe: true });
  await dispatch(deps);
  await dispatch(deps);
  const { captured } = await sentMessages(db);
  t.equal(captured.filter(({ recipient }) => recipient === 'safe@example.com').length, 1);
  t.ok(await mine());
});

t.test('details are changed by who saw them last, and what held before can be erased', async (t) => {
  const id = await someone();
  const { body, etag } = await api('GET', `/patients/${id}`);
  t.equal((await api('PATCH', `/patients/${id}`, { preferredName: 'Kay' })).status, 428);
  clock.set('2026-11-23T09:31:00Z');
  t.match(
    await api(
      'PATCH',
      `/patients/${id}`,
      { preferredName: 'Kay', wording: 'identified', givenName: body.givenName },
      { 'if-match': etag },
    ),
    {
      status: 200,
      body: { preferredName: 'Kay', wording: 'identified' },
    },
  );
  t.match(await api('PATCH', `/patients/${id}`, { preferredName: 'Q' }, { 'if-match': etag }), {
    status: 412,
  });
  const { before } = await db
    .selectFrom('patient_history')
    .select('before')
    .where('patient_id', '=', id)
    .executeTakeFirstOrThrow();
  t.same(before, { preferredName: null, wording: 'discreet' }, 'only what changed');
  const tag = (await api('GET', `/patients/${id}`)).etag;
  t.match(
    await api(
      'PATCH',
      `/patients/${id}`,
      { nhsNumber: '999 123 4567', noFixedAbode: true, address: '1 High Street' },
      { 'if-match': tag },
    ),
    {
      status: 422,
      body: { errors: [{ pointer: '/nhsNumber' }, { pointer: '/address' }] },
    },
  );
  t.match(await api('PATCH', `/patients/${id}`, { preferredName: null }, { 'if-match': tag }), {
    body: { preferredName: null },
  });
  const newest = (await api('GET', `/patients/${id}`)).etag;
  clock.set('2026-11-23T09:32:00Z');
  const outcomes = await atOnce(db, sql`select from patient where id = ${id} for update`, [
    () => api('PATCH', `/patients/${id}`, { preferredName: 'A' }, { 'if-match': newest }),
    () => api('PATCH', `/patients/${id}`, { preferredName: 'B' }, { 'if-match': newest }),
  ]);
  t.same(outcomes.map((one) => one.status === 'fulfilled' && one.value.status).sort(), [200, 412]);
});

for (const scripts of [true, false]) {
  t.test(
    `an officer on the phone writes down what the person says; scripts ${scripts ? 'on' : 'off'}`,
    async (t) => {
      const id = await someone();
      const shots = process.env.SHOTS;
      const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
      const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
      const save = () => page.getByRole('button', { name: 'Write it down' }).click();
      await page.goto(`/patients/${id}`);
      await page.getByRole('link', { name: 'Add another way to reach them' }).click();
      await save();
      await page.getByRole('link', { name: 'Choose the way to reach them' }).waitFor();
      await look('another way, refused');
      await page.getByLabel('Way', { exact: true }).selectOption('Letter');
      await page.getByLabel('Number or address').fill('1 High Street\nLondon\nNW1 1AA');
      await page.getByRole('group', { name: 'Did they say' }).getByLabel('Yes').check();
      await page.getByText('Only at certain times').click();
      await page.getByLabel('Tue').check();
      await save();
      await page.getByRole('link', { name: 'Enter from when, like 09:30' }).waitFor();
      t.equal(
        await page.getByLabel('Number or address').inputValue(),
        '1 High Street\nLondon\nNW1 1AA',
        'what was typed stays',
      );
      await page.getByLabel('From', { exact: true }).first().fill('09:00');
      await page.getByLabel('To', { exact: true }).first().fill('11:00');
      await look('another way, hours');
      if (shots) await page.screenshot({ path: `${shots}/way.png`, fullPage: true });
      await save();
      await page.getByText('What they said is written down').waitFor();
      await look('a patient with two ways');
      if (shots) await page.screenshot({ path: `${shots}/patient.png`, fullPage: true });
      await page.getByRole('link', { name: /Change what they say of 07700/ }).click();
      await page.getByRole('group', { name: 'Did they say' }).getByLabel('No').check();
      await look('a way that is known');
      await save();
      t.match((await getPatient(db, id)).contactPoints, [
        { channel: 'sms', safe: false },
        { channel: 'letter', safe: true, hours: [{ days: [2], from: '09:00', to: '11:00' }] },
      ]);
      await page.getByRole('link', { name: 'Change their details' }).click();
      await page.getByLabel('Given name').fill('-');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('link', { name: 'Give the name as it is written' }).waitFor();
      await look('details, refused');
      await page.getByLabel('Given name').fill('Zoë');
      await page.getByLabel('Known as').fill('Zo');
      await page.getByLabel('Only the patient contacts us').check();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Their details are changed.').waitFor();
      t.match(await getPatient(db, id), {
        givenName: 'Zoë',
        preferredName: 'Zo',
        contactChoice: 'patient_contacts_us',
      });
      const stale = await forms(app, as.officer).post(`/patients/${id}/change`, {
        givenName: 'X',
        familyName: 'Y',
        version: '"old"',
      });
      t.equal(stale.statusCode, 412);
      t.match(stale.body, /value="X"/);
    },
  );
}
