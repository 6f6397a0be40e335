import t from 'tap';
import { communicationReviewDue } from '../../src/people/communication.rules.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { testApp } from '../helpers/app.ts';
import { officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, db, clock, deps, ids } = await testApp(t);
t.beforeEach(() => clock.set(begun));

let sent = 0;
const refer = async (changes: Partial<Omit<NewReferral, 'patient'>> & { patient?: object } = {}) => {
  const { patient, ...rest } = changes;
  const reply = await app.inject({
    method: 'POST',
    url: '/api/v1/referrals',
    headers: { ...as.clinic, 'idempotency-key': `intake-${sent++}` },
    payload: {
      patient: { givenName: 'Amal', familyName: 'Intake', contactPoints: [], ...patient },
      needs: ['support'],
      barriers: [],
      referrer: { name: 'Dr Young' },
      consent: { shareWithScheme: true, givenOn: '2026-11-20' },
      ...rest,
    },
  });
  return { status: reply.statusCode, body: reply.json() };
};
const api = async (url: string, headers = as.officer, payload?: object) => {
  const reply = await app.inject({
    method: payload ? 'POST' : 'GET',
    url: `/api/v1${url}`,
    headers,
    ...(payload && { payload }),
  });
  return { status: reply.statusCode, body: reply.json() };
};

t.test('everything a form on paper asks is kept and shown', async (t) => {
  const { status, body } = await refer({
    urgency: 'urgent',
    urgencyReason: 'Leaves the ward on Friday',
    visitRisks: 'A dog at the door',
    patient: {
      noFixedAbode: true,
      collectionPoint: 'Day centre\nCamden Road',
      language: 'bn',
      interpreter: true,
      communicationNeeds: ['easy_read'],
    },
  });
  t.equal(status, 201);
  const referral = (await api(`/referrals/${body.id}`)).body;
  t.match(referral, { urgencyReason: 'Leaves the ward on Friday', visitRisks: 'A dog at the door' });
  t.match((await api(`/patients/${referral.patient.id}`)).body, {
    collectionPoint: 'Day centre\nCamden Road',
    interpreter: true,
    language: 'bn',
    communicationReviewedOn: '2026-11-20',
  });
  const page = (await forms(app, as.officer).get(`/referrals/${body.id}`)).body;
  for (const text of [
    'Needs an interpreter',
    'Speaks Bangla',
    'A dog at the door',
    'Leaves the ward on Friday',
  ])
    t.match(page, text);
});

t.test('each fault says what would be right', async (t) => {
  t.match(await refer({ urgency: 'urgent' }), {
    status: 422,
    body: { errors: [{ pointer: '/urgencyReason', message: /why it is urgent/ }] },
  });
  t.match(await refer({ patient: { noFixedAbode: true, address: '1 High Street' } }), {
    status: 422,
    body: { errors: [{ pointer: '/patient/address', message: /collection point/ }] },
  });
  t.match(await refer({ visitRisks: 'x'.repeat(2001) }), { body: { errors: [{ pointer: '/visitRisks' }] } });
});

t.test('what a visitor must know is for the office, the clinic that wrote it, and who visits', async (t) => {
  const { id } = (await refer({ visitRisks: 'A dog at the door' })).body;
  const patientId = (await getReferral(db, officer.actor, id)).patient.id;
  const tells = async (url: string, headers: typeof as.officer) =>
    JSON.stringify((await api(url, headers)).body).includes('A dog');
  t.ok(await tells(`/referrals/${id}`, as.clinic));
  t.ok(await tells(`/referrals/${id}`, as.manager));
  t.notOk(await tells(`/referrals/${id}`, as.auditor));
  for (const headers of [as.clinic, as.officer]) t.notOk(await tells('/referrals?limit=200', headers));
  for (const way of ['in_person', 'phone'] as const) {
    const followUp = await addFollowUp(deps, officer, {
      patientId,
      dueOn: '2026-12-01',
      way,
      supporterId: ids.supporter,
    });
    t.equal(await tells(`/follow-ups/${followUp.id}`, as.supporter), way === 'in_person', way);
    const page = await forms(app, as.supporter).get(`/follow-ups/${followUp.id}`);
    t.equal(page.body.includes('A dog at the door'), way === 'in_person', `${way} on the page`);
  }
  t.notOk(await tells(`/events?limit=200`, as.auditor));
});

t.test('a language is a tag that can be one, kept as such tags are written', async (t) => {
  for (const [given, kept] of [
    ['PT-br', 'pt-BR'],
    ['zh-hant-hk', 'zh-Hant-HK'],
    ['iw', 'he'],
  ] as const) {
    const { status, body } = await refer({ patient: { language: given } });
    t.equal(status, 201, given);
    const { id } = (await api(`/referrals/${body.id}`)).body.patient;
    t.equal((await api(`/patients/${id}`)).body.language, kept);
    const review = { communicationNeeds: [], interpreter: false, language: given.toUpperCase() };
    t.equal((await api(`/patients/${id}/communication-reviews`, as.officer, review)).body.language, kept);
    const page = await forms(app, as.officer).get(`/patients/${id}`);
    t.match(page.body, `<option value="${kept}" selected>`, 'the form has it, though it is not in the list');
  }
  const { id } = (await refer()).body;
  const patientId = (await getReferral(db, officer.actor, id)).patient.id;
  for (const language of ['not a tag!', 'en_GB', 'Polish!', 'x', '-', 'a'.repeat(20)]) {
    const fault = {
      status: 422,
      body: { errors: [{ message: 'Give a language as its tag, like bn or pt-BR.' }] },
    };
    t.match(await refer({ patient: { language } }), fault, language);
    t.match(
      await api(`/patients/${patientId}/communication-reviews`, as.officer, {
        communicationNeeds: [],
        interpreter: false,
        language,
      }),
      fault,
      language,
    );
  }
  const page = await forms(app, as.officer).post(`/patients/${patientId}/communication-reviews`, {
    language: 'not a tag!',
  });
  t.equal(page.statusCode, 422);
  t.match(page.body, /Give a language as its tag/);
});

t.test(
  'communication needs are confirmed, changed with their history, and due again after a year',
  async (t) => {
    const { id } = (await refer({ patient: { communicationNeeds: ['easy_read'] } })).body;
    const patientId = (await getReferral(db, officer.actor, id)).patient.id;
    const said = { communicationNeeds: ['bsl'], language: 'pl', interpreter: true };
    t.match(await api(`/patients/${patientId}/communication-reviews`, as.officer, said), {
      status: 201,
      body: { ...said, communicationReviewedOn: '2026-11-23' },
    });
    const history = () =>
      db.selectFrom('patient_history').select('before').where('patient_id', '=', patientId).execute();
    t.same(await history(), [
      { before: { communicationNeeds: ['easy_read'], language: null, interpreter: false } },
    ]);
    await api(`/patients/${patientId}/communication-reviews`, as.officer, said);
    t.equal((await history()).length, 1, 'the same again only confirms');
    t.equal((await api(`/patients/${patientId}/communication-reviews`, as.clinic, said)).status, 403);
    t.equal(
      (await api(`/patients/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e/communication-reviews`, as.officer, said))
        .status,
      404,
    );
    const none = {
      communicationNeeds: [],
      language: null,
      interpreter: false,
      communicationReviewedOn: null,
    };
    t.equal(communicationReviewDue(none), null);
    t.equal(
      communicationReviewDue({ ...none, interpreter: true, communicationReviewedOn: '2024-02-29' }),
      '2025-02-28',
    );
  },
);

t.test('the patient’s page asks to confirm them, in a browser', async (t) => {
  const { id } = (await refer({ patient: { communicationNeeds: ['large_print', 'bsl'], language: 'bn' } }))
    .body;
  const patientId = (await getReferral(db, officer.actor, id)).patient.id;
  await db
    .updateTable('patient')
    .set({ communication_reviewed_on: '2025-11-01' })
    .where('id', '=', patientId)
    .execute();
  const { post } = forms(app, as.officer);
  const refused = await post(`/patients/${patientId}/communication-reviews`, { communicationNeeds: 'audio' });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /Choose whether an interpreter is needed/);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, url, as.officer, { scripts });
    await page.goto(`/patients/${patientId}`);
    if (scripts) {
      await page.getByText('Ask again: it was due on 1 November 2026').waitFor();
      await page.getByText('Confirm or change how to communicate').click();
      await look('patient');
      await page.getByRole('button', { name: 'They confirmed this' }).click();
      await page.getByText('How to communicate with them is confirmed').waitFor();
    } else await look('patient without scripts');
  }
});
