import { sql } from 'kysely';
import t from 'tap';
import { changeOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import { getOrganisation } from '../../src/scheme/organisations/organisation.queries.ts';
import { succeedOrganisation } from '../../src/scheme/organisations/succession.commands.ts';
import { etagOf } from '../../src/shared/etag.ts';
import { workIn } from '../../src/shared/work.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { createTasks } from '../../src/tasks/task.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, clinicId } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.officer);
let people = 0;

/** Someone whom a clinic referred, and of whom a supporter is worried. */
async function worried(clinic = clinicId) {
  const { id: referralId } = await make.waitingReferral({
    clinicId: clinic,
    needs: ['support'],
    person: { givenName: 'Nadia', familyName: `Sayed ${++people}` },
    referrer: { name: 'Dr Young', phone: '020 7946 0999', email: 'young@example.org' },
  });
  const { rows } = await sql<{ id: string; patientId: string }>`
    update follow_up set due_on = '2026-11-20' where id = (select min(id::text)::uuid from follow_up where referral_id = ${referralId})
    returning id, patient_id as "patientId"`.execute(db);
  const [followUp] = rows;
  await recordOutcome(deps, officer, followUp!.id, {
    result: 'done',
    concern: true,
    note: 'Sounded very low',
  });
  const tasks = await db.selectFrom('task').select('id').where('subject_id', '=', followUp!.id).execute();
  return { ...followUp!, task: tasks[0]!.id, referralId };
}

async function setDuty(id: string, dutyContact: { name: string; phone?: string; email?: string } | null) {
  const { changedAt } = await getOrganisation(db, id);
  await changeOrganisation(deps, { ...officer, ifMatch: etagOf(id, changedAt) }, id, { dutyContact });
}

const spoke = {
  spokeTo: 'Nurse Ito',
  spokeOn: '2026-11-23',
  spokeAt: '09:10',
  agreed: 'They see her this afternoon',
};

t.test('a concern closes by what was agreed with the clinic, and by nothing else', async (t) => {
  const { task, id, patientId } = await worried();
  const complete = (body: object) => api('POST', `/tasks/${task}/completions`, body);
  t.match(await complete({ done: 'Seen to' }), {
    status: 422,
    body: {
      errors: [
        { pointer: '/spokeTo' },
        { pointer: '/spokeOn' },
        { pointer: '/spokeAt' },
        { pointer: '/agreed' },
      ],
    },
  });
  for (const [part, value] of [
    ['spokeAt', '25:00'],
    ['spokeAt', '09:31'],
    ['spokeOn', '2026-02-30'],
    ['agreed', ' '],
  ] as const)
    t.match(await complete({ ...spoke, [part]: value }), {
      status: 422,
      body: { errors: [{ pointer: `/${part}` }] },
    });
  t.match(await api('POST', '/tasks/completions', { tasks: [task], done: 'All seen to' }), {
    body: { count: 0, leftOut: [{ id: task, kind: 'concern' }] },
  });
  t.equal((await complete(spoke)).status, 201);
  const { body } = await api('GET', `/tasks/${task}`);
  t.match(body.closing, {
    by: 'Test officer',
    done: spoke.agreed,
    spokeTo: spoke.spokeTo,
    spokeAt: '2026-11-23T09:10:00.000Z',
  });
  const { get } = forms(app, as.officer);
  for (const url of [`/follow-ups/${id}`, `/patients/${patientId}`, `/tasks/${task}`]) {
    const page = (await get(url)).body;
    for (const word of [spoke.spokeTo, spoke.agreed]) t.match(page, word, url);
  }
  const held = (await get(`/tasks?status=done`)).body;
  t.match(held, `/tasks/${task}`);
});

t.test('what was agreed goes with the person, in an export and when they are erased', async (t) => {
  const { personalTables } = await import('../../src/privacy/personal-data.rules.ts');
  t.match(
    personalTables.find(({ table }) => table === 'task_closing'),
    { erasure: 'rows go' },
  );
  const { task, patientId } = await worried();
  await api('POST', `/tasks/${task}/completions`, spoke);
  const byManager = apiOf(app, as.manager);
  const decided = await byManager('POST', `/patients/${patientId}/exports`, {
    askedBy: 'patient',
    askedOn: '2026-11-23',
    identityCheck: 'Passport',
  });
  t.equal(decided.status, 201);
  const file = await byManager('GET', `/patients/${patientId}/exports/${decided.body.id}`);
  t.match(file.body.taskClosing, [{ spokeTo: spoke.spokeTo, done: spoke.agreed }]);
});

t.test('the page shows the duty contact to press, what was said, and the form', async (t) => {
  await setDuty(clinicId, { name: 'Duty desk', phone: '020 7946 0123', email: 'duty@example.org' });
  const { task, id } = await worried();
  const { get, post } = forms(app, as.officer);
  const { body } = await get(`/tasks/${task}`);
  for (const shown of [
    'Duty desk',
    'href="tel:+442079460123"',
    'href="mailto:duty@example.org"',
    'Sounded very low',
    'by Olive Officer',
    'href="tel:+442079460999"',
    'href="mailto:young@example.org"',
    'name="agreed"',
  ])
    t.match(body, shown);
  t.match((await get(`/follow-ups/${id}`)).body, `href="/tasks/${task}"`);
  t.match((await get('/tasks')).body, `href="/tasks/${task}">A concern`);
  const refused = await post(`/tasks/${task}/completions`, { spokeTo: 'Nurse Ito', done: 'x' });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, 'value="Nurse Ito"');
  t.match(refused.body, /href="#agreed"/);
  t.notMatch((await forms(app, as.auditor).get(`/tasks/${task}`)).body, /name="agreed"/);
  for (const who of [as.supporter, as.administrator])
    t.equal((await forms(app, who).get(`/tasks/${task}`)).statusCode, 403);
});

t.test(
  'a clinic without a duty contact: the page says so, offers other ways, and the office hears',
  async (t) => {
    const clinic = await make.clinic('Tavern Street Clinic');
    const { task } = await worried(clinic);
    const { get } = forms(app, as.officer);
    const asOfficer = (await get(`/tasks/${task}`)).body;
    t.match(asOfficer, 'No duty contact of this clinic is known');
    t.match(asOfficer, 'href="tel:+442079460999"');
    t.match(asOfficer, 'Ask a manager to enter whom to ring there');
    const link = `/settings/clinics/${clinic}#dutyContact-name`;
    t.match((await forms(app, as.manager).get(`/tasks/${task}`)).body, `href="${link}"`);
    t.match((await forms(app, as.manager).get(`/settings/clinics/${clinic}`)).body, 'id="dutyContact-name"');
    t.match((await get('/')).body, 'clinic without a duty contact');
    const list = (await get('/settings/clinics?dutyContact=missing')).body;
    t.match(list, 'Tavern Street Clinic');
    t.notMatch(list, /Elm Street Clinic/);

    const heir = await make.clinic('The heir');
    await setDuty(heir, { name: 'Heir desk', phone: '020 7946 0777' });
    await succeedOrganisation(deps, manager, clinic, { successorId: heir });
    t.match((await get(`/tasks/${task}`)).body, 'Heir desk');
    t.notMatch((await get('/settings/clinics?dutyContact=missing')).body, /Tavern Street Clinic/);
  },
);

t.test('the page of a text shows its own words, and whom else its number is of', async (t) => {
  const [one] = await seedFollowUps(db, { patients: 1, dueOn: '2026-12-01' });
  const [id, other] = ['0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3f'];
  const text = async (id: string, patients: string[]) => {
    await sql`insert into inbound_message (id, provider_id, from_number, body, meaning, patient_ids, received_at)
      values (${id}, ${id}, '+447700900123', 'I do not want to go on', 'worrying', ${patients}::uuid[], now())`.execute(
      db,
    );
    await db.transaction().execute((trx) =>
      createTasks(workIn(trx, deps, officer), [
        {
          kind: 'inbound_text',
          subjectType: 'inbound_message',
          subjectId: id,
          patientId: patients[1] ? undefined : patients[0],
          urgent: true,
        },
      ]),
    );
    return (await db.selectFrom('task').select('id').where('subject_id', '=', id).executeTakeFirstOrThrow())
      .id;
  };
  const { patientId } = await worried();
  const task = await text(id, [patientId]);
  const { get } = forms(app, as.officer);
  const { body } = await get(`/tasks/${task}`);
  for (const shown of ['I do not want to go on', 'Duty desk', 'How to reach them', 'name="done"'])
    t.match(body, shown);
  const shared = await get(`/tasks/${await text(other, [patientId, one!.patientId])}`);
  t.match(shared.body, 'I do not want to go on');
  t.match(shared.body, `href="/patients/${one!.patientId}"`);
  const looks = await db
    .selectFrom('access_log')
    .select('id')
    .where('list', '=', '/tasks/:id')
    .where(sql<boolean>`${one!.patientId} = any(patient_ids)`)
    .execute();
  t.equal(looks.length, 1, 'whoever was shown by name was looked at');
});

t.test('Today begins with what is urgent, by name, and the page closes it', async (t) => {
  await sql`update task set status = 'done', done_at = now() where status = 'open'`.execute(db);
  const { get } = forms(app, as.officer);
  t.notMatch((await get('/')).body, /app-urgent/, 'nothing urgent, no strip');
  const made = [];
  for (let turn = 0; turn < 7; turn++) made.push(await worried());
  const { body } = await get('/');
  const strip = body.slice(body.indexOf('app-urgent'), body.indexOf('</section>'));
  t.ok(body.indexOf('app-urgent') < body.indexOf('Waits for you today'));
  t.equal(strip.match(/app-urgent__item/g)?.length, 5);
  t.match(strip, /A concern was raised/);
  t.match(strip, `Nadia Sayed ${people - 6}`);
  t.match(strip, 'since 23 November 2026, 9:30am');
  t.match(strip, 'For an officer or a manager');
  t.match(strip, `href="/tasks/${made[0]!.task}"`);
  t.match(strip, /href="\/tasks\?urgent=true">and 2 more</);
  t.match((await get('/tasks?urgent=true')).body, /class="app-count">7 tasks/);
  t.notMatch((await forms(app, as.administrator).get('/')).body, /Sayed/);
  t.notMatch((await forms(app, as.supporter).get('/')).body, /Sayed/);

  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/');
  await look('Today with what is urgent');
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto('/');
  await page.locator('.app-bar input:focus').waitFor();
  await page.waitForFunction('scrollY === 0');
  await page
    .getByRole('link', { name: /^Do it now/ })
    .first()
    .click();
  await page.getByRole('heading', { name: /Speak to/ }).waitFor();
  await look('a concern');
  await page.getByLabel('I spoke to').fill('Nurse Ito');
  await page.getByLabel('At', { exact: true }).fill('09:10');
  await page.getByLabel('They will').fill('They see her this afternoon');
  await page.getByRole('button', { name: 'Record, and close the concern' }).click();
  await page.getByText('Done: A concern was raised').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Open again: A concern was raised').waitFor();
  await look('a concern that is open again');
});
