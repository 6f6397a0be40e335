import { sql } from 'kysely';
import t from 'tap';
import { addApiClient, addApiKey } from '../../src/access/client.commands.ts';
import { mergePatients } from '../../src/identity/merge.commands.ts';
import { partPatients } from '../../src/identity/separate.commands.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { addFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import { changeNeed } from '../../src/referrals/need.commands.ts';
import { referralStatuses } from '../../src/referrals/referral.rules.ts';
import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import { noteReferral } from '../../src/referrals/triage.commands.ts';
import { deliverWebhooks, tellClinic } from '../../src/referrals/webhooks/delivery.commands.ts';
import { addWebhook } from '../../src/referrals/webhooks/webhook.commands.ts';
import { withdrawReferral } from '../../src/referrals/withdrawal.commands.ts';
import { handle } from '../../src/shared/outbox.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { formVisitor } from '../helpers/hosted-form.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { receiver } from '../helpers/receiver.ts';

const clinicSystem = await receiver(t);
const { app, as, ids, db, clock, deps, clinicId } = await testApp(t, {
  WEBHOOK_ALLOWED_HOSTS: clinicSystem.host,
  DATABASE_POOL: '20',
});
const make = factories(deps);
const clinic = apiOf(app, as.clinic);
const { id: officeClient } = await addApiClient(deps, officer, { name: 'Office', role: 'officer' });
const { key } = await addApiKey(deps, officer, officeClient);
const office = apiOf(app, { authorization: `Bearer ${key}` });
await addWebhook(deps, officer, clinicId, { url: clinicSystem.url });

const begun = Date.parse('2026-11-23T09:30:00Z');
let minutes = 0;
/** Each step has a minute of its own. */
const tick = () => clock.set(new Date(begun + ++minutes * 60_000).toISOString());
const now = () => clock.now().toString();

type Consent = 'yes' | 'no' | 'left out';
const consents: Consent[] = ['yes', 'no', 'left out'];
let keys = 0;
/** A referral as the clinic's system sends it. */
async function send(consent: Consent, changes: Partial<NewReferral> = {}) {
  tick();
  const { patient, ...rest } = changes;
  const { status, body } = await clinic(
    'POST',
    '/referrals',
    {
      patient: {
        givenName: 'Amal',
        familyName: 'Oldname',
        dateOfBirth: '1980-02-29',
        contactPoints: [{ channel: 'sms', value: '07700 900123', safe: true }],
        ...patient,
      },
      needs: ['device', 'support'],
      barriers: ['money'],
      referrer: { name: 'Dr Young' },
      consent: {
        shareWithScheme: true,
        givenOn: '2026-11-20',
        ...(consent !== 'left out' && { shareBackWithClinic: consent === 'yes' }),
      },
      notes: 'Rings before noon',
      ...rest,
    },
    { 'idempotency-key': `clinic-view-${++keys}` },
  );
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body as { id: string; reference: string };
}

/** What the worker does with what follows from the events so far; the calls that the clinic's system got. */
async function told() {
  const rows = await db
    .selectFrom('outbox')
    .select('event_id')
    .where('handler', '=', 'tell-clinic')
    .where('done_at', 'is', null)
    .execute();
  for (const { event_id } of rows) await handle(deps, tellClinic, event_id, 'tell-clinic');
  await deliverWebhooks(deps);
  return clinicSystem.calls.splice(0).map(({ body }) => JSON.parse(body).data);
}
const see = async (id: string) => (await clinic('GET', `/referrals/${id}`)).body;
const idsIn = async (query: string): Promise<string[]> => {
  const { status, body } = await clinic('GET', `/referrals?limit=200&${query}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.items.map((row: { id: string }) => row.id);
};
/** The one of a list of the clinic. */
const listed = async (id: string) => {
  const { body } = await clinic('GET', '/referrals?limit=200');
  return body.items.find((row: { id: string }) => row.id === id);
};
const patientOf = async (id: string) => {
  const { rows } = await sql<{ id: string }>`select patient_id as id from referral where id = ${id}`.execute(
    db,
  );
  return rows[0]!.id;
};
const change = async (patientId: string, body: object) => {
  const { etag } = await office('GET', `/patients/${patientId}`);
  const changed = await office('PATCH', `/patients/${patientId}`, body, { 'if-match': etag });
  if (changed.status !== 200) throw new Error(JSON.stringify(changed.body));
};
const missTwice = async (id: string) => {
  const { rows } = await sql<{ id: string }>`
    update follow_up set due_on = '2026-11-20' where id in (
      select id from follow_up where referral_id = ${id} and status = 'planned' order by due_on limit 2) returning id`.execute(
    db,
  );
  for (const one of rows) await recordOutcome(deps, officer, one.id, { result: 'missed' });
};

type Step = {
  what: string;
  work(id: string): Promise<unknown>;
  /** Whether a clinic hears of it that may be told, and one that may not. */
  heard: { told: boolean; untold: boolean };
};
const both = { told: true, untold: true };
const neither = { told: false, untold: false };
const byConsent = { told: true, untold: false };
/** Everything that happens to a referral, in an order in which it can. */
const story: Step[] = [
  {
    what: 'given to someone',
    heard: neither,
    work: (id) => office('POST', `/referrals/${id}/assignments`, { staffId: ids.officer, insteadOf: null }),
  },
  { what: 'noted', heard: neither, work: (id) => noteReferral(deps, officer, id, { note: 'For us alone' }) },
  {
    what: 'a question',
    heard: both,
    work: (id) => decideReferral(deps, officer, id, { decision: 'ask', question: 'Is there Wi-Fi?' }),
  },
  {
    what: 'another question',
    heard: both,
    work: (id) => decideReferral(deps, officer, id, { decision: 'ask', question: 'And a desk?' }),
  },
  {
    what: 'a need added while asked',
    heard: byConsent,
    work: (id) =>
      changeNeed(deps, officer, id, { need: 'data', change: 'add', reason: 'No Wi-Fi, says the patient' }),
  },
  {
    what: 'an answer',
    heard: both,
    work: async (id) =>
      clinic('POST', `/referrals/${id}/answers`, {
        questionId: (await see(id)).questions[0].id,
        answer: 'There is.',
      }),
  },
  {
    what: 'the last answer',
    heard: both,
    work: (id) => clinic('POST', `/referrals/${id}/answers`, { answer: 'A table.' }),
  },
  {
    what: 'accepted',
    heard: byConsent,
    work: (id) => decideReferral(deps, officer, id, { decision: 'accept' }),
  },
  {
    what: 'a need dropped',
    heard: byConsent,
    work: (id) =>
      changeNeed(deps, officer, id, { need: 'data', change: 'drop', reason: 'A neighbour shares Wi-Fi' }),
  },
  { what: 'lent', heard: byConsent, work: (id) => make.loan({ referralId: id }) },
  { what: 'missed twice', heard: byConsent, work: missTwice },
  {
    what: 'renamed',
    heard: neither,
    work: async (id) =>
      change(await patientOf(id), {
        familyName: 'Newname',
        dateOfBirth: '1981-01-01',
        preferredName: 'Nell',
        nhsNumber: '9990000018',
      }),
  },
  {
    what: 'withdrawn by the patient',
    heard: both,
    work: (id) => withdrawReferral(deps, officer, id, { reason: 'Told us why', saidBy: 'patient' }),
  },
];

for (const given of consents)
  t.test(`rule 29: what a clinic hears of each step, where sharing back is ${given}`, async (t) => {
    await told();
    const { id, reference } = await send(given);
    t.match(await see(id), {
      patient: { familyName: 'Oldname' },
      status: 'received',
      consent: { shareBackWithClinic: given === 'yes' },
    });
    for (const { what, work, heard } of story) {
      const before = [await see(id), await listed(id)];
      tick();
      const since = new Date(Date.parse(now()) - 1).toISOString();
      const done = (await work(id)) as { status?: number };
      if (typeof done?.status === 'number') t.equal(done.status, 201, `${what} is done`);
      const isHeard = given === 'yes' ? heard.told : heard.untold;
      const after = [await see(id), await listed(id)];
      if (isHeard) t.not(after[0].changedAt, before[0].changedAt, `${what}: has another time`);
      else t.same(after, before, `${what}: nothing changes, in record and list`);
      t.equal((await idsIn(`changedAfter=${since}`)).includes(id), isHeard, `${what}: among the changes`);
      t.equal(after[1].status, after[0].status, `${what}: list and record agree`);
      for (const status of referralStatuses)
        t.equal(
          (await idsIn(`status=${status}`)).includes(id),
          after[0].status === status,
          `${what}: found as ${status}`,
        );
      const { status, changedAt } = after[0];
      t.same(await told(), isHeard ? [{ id, reference, status, changedAt }] : [], `${what}: webhooks`);
    }
    const end = await see(id);
    if (given === 'yes') {
      t.match(end, {
        status: 'withdrawn',
        withdrawal: { saidBy: 'patient', reason: 'Told us why' },
        loans: [{ status: 'open' }],
        toldClinic: [{ kind: 'missed_twice' }],
      });
      t.same(
        end.statusHistory.map(({ status }: { status: string }) => status),
        ['received', 'asked', 'received', 'waiting', 'active', 'withdrawn'],
      );
      return;
    }
    const { changedAt, questions, ...rest } = end;
    t.match(questions, [
      { question: 'Is there Wi-Fi?', answer: 'There is.' },
      { question: 'And a desk?', answer: 'A table.' },
    ]);
    t.same(rest, {
      id,
      reference,
      status: 'closed',
      urgency: 'routine',
      clinic: { id: clinicId, name: 'Elm Street Clinic' },
      clinicReference: null,
      patient: {
        id: rest.patient.id,
        givenName: 'Amal',
        familyName: 'Oldname',
        preferredName: null,
        dateOfBirth: '1980-02-29',
        nhsNumber: null,
      },
      assignedTo: null,
      needs: [
        { need: 'device', status: 'open', reason: null },
        { need: 'support', status: 'open', reason: null },
      ],
      receivedAt: rest.receivedAt,
      barriers: ['money'],
      referrer: { name: 'Dr Young', email: null, phone: null },
      consent: { shareWithScheme: true, shareBackWithClinic: false, givenOn: '2026-11-20', givenBy: null },
      notes: 'Rings before noon',
      urgencyReason: null,
      visitRisks: null,
      decisionReason: null,
      signposts: [],
      nextStep: rest.nextStep,
      statusHistory: [
        { status: 'received', at: rest.receivedAt },
        { status: 'closed', at: changedAt },
      ],
      toldClinic: [],
      withdrawal: null,
      waitingSince: null,
      waitingPosition: null,
      loans: [],
    });
    t.match(rest.nextStep, /over/);
  });

/** How a referral ends, by whom, and what its clinic sees of it then. */
const ends: { what: string; work(id: string): Promise<unknown>; told: string; untold: string }[] = [
  {
    what: 'declined',
    told: 'declined',
    untold: 'closed',
    work: (id) => decideReferral(deps, officer, id, { decision: 'decline', reason: 'Told us why' }),
  },
  {
    what: 'withdrawn in the clinic’s name',
    told: 'withdrawn',
    untold: 'closed',
    work: (id) => withdrawReferral(deps, officer, id, { reason: 'Told us why', saidBy: 'clinic' }),
  },
  {
    what: 'withdrawn by the clinic',
    told: 'withdrawn',
    untold: 'withdrawn',
    work: (id) => clinic('POST', `/referrals/${id}/withdrawals`, { reason: 'Own words', saidBy: 'patient' }),
  },
  {
    what: 'death',
    told: 'withdrawn',
    untold: 'closed',
    work: async (id) =>
      office('POST', `/patients/${await patientOf(id)}/contact-states`, {
        state: 'deceased',
        source: 'family',
        saidOn: '2026-11-23',
      }),
  },
  {
    what: 'everything settled',
    told: 'closed',
    untold: 'closed',
    work: async (id) => {
      await decideReferral(deps, officer, id, { decision: 'accept' });
      await changeNeed(deps, officer, id, { need: 'device', change: 'drop', reason: 'Told us why' });
    },
  },
];
for (const { what, work, ...shown } of ends)
  t.test(`rule 29: what a clinic sees of an end: ${what}`, async (t) => {
    for (const given of consents) {
      const { id } = await send(given, { needs: ['device'] });
      tick();
      const done = (await work(id)) as { status?: unknown } | undefined;
      if (typeof done?.status === 'number') t.equal(done.status, 201, JSON.stringify(done));
      const status = given === 'yes' ? shown.told : shown.untold;
      const seen = await see(id);
      t.equal(seen.status, status, given);
      t.equal((await listed(id)).status, status);
      t.ok((await idsIn(`status=${status}`)).includes(id));
      t.equal((await told()).at(-1).status, status);
      if (what === 'withdrawn by the clinic')
        t.same(seen.withdrawal, { reason: 'Own words', saidBy: 'patient' });
      else t.equal(/Told us why|has died/.test(JSON.stringify(seen)), given === 'yes', 'the reason');
      const again = await clinic('POST', `/referrals/${id}/withdrawals`, { reason: 'x', saidBy: 'clinic' });
      t.match(again, { status: 409, body: { referralStatus: status, detail: `The referral is ${status}.` } });
      t.match(await clinic('POST', `/referrals/${id}/answers`, { answer: 'x' }), {
        status: 409,
        body: { detail: 'Nothing is asked about this referral now.' },
      });
    }
  });

t.test('rule 29: what a clinic is answered tells no more than what it may see', async (t) => {
  for (const given of consents) {
    const { id, reference } = await send(given);
    await decideReferral(deps, officer, id, { decision: 'accept' });
    const loan = await make.loan({ referralId: id });
    const { status, body } = await clinic('POST', `/referrals/${id}/withdrawals`, {
      reason: 'Moved',
      saidBy: 'patient',
    });
    t.equal(status, 201);
    t.same(
      body,
      {
        status: 'withdrawn',
        openLoans: given === 'yes' ? [{ id: loan.id, reference: loan.reference }] : [],
      },
      given,
    );
    t.notMatch(reference, loan.reference);
    await told();

    const asked = await send(given);
    for (const question of ['One?', 'Two?'])
      await decideReferral(deps, officer, asked.id, { decision: 'ask', question });
    const [{ id: questionId }] = (await see(asked.id)).questions;
    const answer = await clinic('POST', `/referrals/${asked.id}/answers`, { questionId, answer: 'Yes' });
    t.match(answer.body, { status: (await see(asked.id)).status, openQuestions: 1 });
  }
});

const consent = (id: string, shareBackWithClinic: boolean, changes: object = {}) =>
  office('POST', `/referrals/${id}/consents`, {
    shareBackWithClinic,
    source: 'patient',
    saidOn: '2026-11-23',
    ...changes,
  });
const withLoan = async (given: Consent) => {
  const sent = await send(given);
  await decideReferral(deps, officer, sent.id, { decision: 'accept' });
  const loan = await make.loan({ referralId: sent.id });
  return { ...sent, loan };
};

t.test('rule 29: agreement is taken back and given again, and holds at once everywhere', async (t) => {
  await told();
  const { id, reference, loan } = await withLoan('yes');
  const other = await withLoan('yes');
  const before = { seen: await see(id), listed: await listed(id) };
  t.match(before.seen, { status: 'active', loans: [{ reference: loan.reference }] });
  tick();
  const back = await consent(id, false);
  t.match(back, {
    status: 201,
    body: { shareBackWithClinic: false, source: 'patient', saidOn: '2026-11-23', recordedBy: 'Office' },
  });
  const seen = await see(id);
  t.match(seen, {
    status: 'received',
    loans: [],
    waitingSince: null,
    consent: { shareBackWithClinic: false },
    changedAt: back.body.recordedAt,
  });
  t.notMatch(JSON.stringify(seen), new RegExp(`${loan.reference}|"(met|active|waiting)"`));
  t.match(await listed(id), { status: 'received', needs: [{ status: 'open' }, { status: 'open' }] });
  t.notOk((await idsIn('status=active')).includes(id));
  t.ok((await idsIn('status=active')).includes(other.id), 'each referral has its own agreement');
  const calls = await told();
  t.same(
    calls.filter((call) => call.id === id),
    [{ id, reference, status: 'received', changedAt: back.body.recordedAt }],
    'what waited to be told tells no more than that',
  );
  t.match(
    calls.filter((call) => call.id === other.id),
    [{ status: 'active' }],
  );

  tick();
  await changeNeed(deps, officer, id, { need: 'data', change: 'add', reason: 'Between the two' });
  t.same(await told(), []);
  t.same(await see(id), seen, 'nothing of what happens meanwhile');
  tick();
  t.match(await consent(id, true, { source: 'clinic' }), { status: 201 });
  const again = await see(id);
  t.match(again, { status: 'active', loans: [{ reference: loan.reference }] });
  t.match(again.needs, [{}, { need: 'data', reason: 'Between the two' }, {}]);
  t.match(await told(), [{ id, status: 'active', changedAt: again.changedAt }]);

  const { body } = await office('GET', `/referrals/${id}/consents`);
  t.match(body.items, [
    { shareBackWithClinic: true, source: 'clinic' },
    { shareBackWithClinic: false, source: 'patient' },
  ]);
  t.equal((await clinic('GET', `/referrals/${id}/consents`)).status, 403);
  t.equal((await clinic('POST', `/referrals/${id}/consents`, {})).status, 403);
});

t.test('what may be recorded of the agreement', async (t) => {
  const { id } = await send('yes');
  t.match(await consent(id, true), { status: 409, body: { detail: /already: the clinic may be told/ } });
  t.match(await consent(id, false, { saidOn: '2026-11-24' }), {
    status: 422,
    body: { errors: [{ pointer: '/saidOn', message: /future/ }] },
  });
  t.match(await consent(id, false, { saidOn: '2026-11-19' }), {
    status: 422,
    body: { errors: [{ pointer: '/saidOn', message: /on a later day/ }] },
  });
  t.equal((await consent(id, false, { source: 'nobody' })).status, 422);
  t.equal((await consent(crypto.randomUUID(), false)).status, 404);
  const all = await Promise.all([1, 2, 3].map(() => consent(id, false, { saidOn: '2026-11-20' })));
  t.same(
    all.map(({ status }) => status).sort(),
    [201, 409, 409],
    'said at once by several, it is recorded once',
  );
  t.match((await office('GET', `/referrals/${id}/consents`)).body.items, { length: 1 });
});

t.test('a delivery that failed is tried again with what may be told by then', async (t) => {
  await told();
  const answers = clinicSystem.answer;
  clinicSystem.answer = (reply) => void reply.writeHead(500).end();
  const { id } = await withLoan('yes');
  t.match(await told(), [{ status: 'active' }]);
  clinicSystem.answer = answers;
  await consent(id, false);
  for (let minute = 0; minute < 3; minute++) tick();
  t.match(await told(), [{ id, status: 'received' }]);
  t.same(await told(), []);
});

t.test(
  'rules 19 and 29: a clinic sees a person as its referral wrote them, whatever the record says since',
  async (t) => {
    for (const given of ['yes', 'no'] as const) {
      const { id } = await send(given);
      const patientId = await patientOf(id);
      const written = (await see(id)).patient;
      t.match(written, { id: patientId, familyName: 'Oldname', dateOfBirth: '1980-02-29' });
      await change(patientId, {
        familyName: 'Safename',
        givenName: 'Nell',
        dateOfBirth: '1981-01-01',
        nhsNumber: given === 'yes' ? '9990000026' : '9990000034',
        preferredName: 'N',
      });
      t.same((await see(id)).patient, written, 'after a change of the record');
      t.same((await listed(id)).patient, written);
      t.match((await office('GET', `/referrals/${id}`)).body.patient, {
        familyName: 'Safename',
        dateOfBirth: '1981-01-01',
      });

      const elsewhere = await make.referral({
        person: { familyName: 'Elsewhere', dateOfBirth: '1982-02-02' },
      });
      const { id: mergeId } = await mergePatients(deps, officer, await patientOf(elsewhere.id), patientId);
      t.same((await see(id)).patient, written, 'after a merge into another record');
      t.same((await listed(id)).patient, written);
      t.match((await office('GET', `/referrals/${id}`)).body.patient, { familyName: 'Elsewhere' });
      await partPatients(deps, officer, await patientOf(elsewhere.id), mergeId);
      t.same((await see(id)).patient, written, 'and after they were parted again');
    }
  },
);

t.test(
  'rule 29: the hosted form asks for the same agreement, tells nothing itself, and a no that is sent again holds at once',
  async (t) => {
    const { token } = await addFormLink(deps, manager, clinicId, { label: 'Ward', expiresOn: '2027-01-31' });
    const whole = (shareBackWithClinic: boolean | undefined): NewReferral => ({
      patient: {
        givenName: 'Zephyrine',
        familyName: 'Quillfeather',
        dateOfBirth: '1961-04-30',
        nhsNumber: '9990000042',
        contactPoints: [{ channel: 'sms', value: '07700 900777', safe: true }],
      },
      needs: ['device'],
      barriers: [],
      referrer: { name: 'Dr Thistlewood' },
      consent: {
        shareWithScheme: true,
        givenOn: '2026-11-20',
        ...(shareBackWithClinic !== undefined && { shareBackWithClinic }),
      },
    });
    const through = async (shareBackWithClinic?: boolean) =>
      formVisitor(app, token!).send(whole(shareBackWithClinic));
    const plain = (html: string) =>
      html
        .replace(/<h2 class="nhsuk-heading-m">What you sent[\s\S]*<\/main>/, '')
        .replaceAll(/R-[0-9A-Z]{6}|_csrf" value="[^"]+"/g, '');
    const newest = async () =>
      (await db.selectFrom('referral').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()).id;
    const end = (id: string) => withdrawReferral(deps, officer, id, { reason: 'Moved', saidBy: 'patient' });
    for (const given of [undefined, false]) {
      await through(given);
      const id = await newest();
      await decideReferral(deps, officer, id, { decision: 'accept' });
      t.match(await see(id), {
        status: 'received',
        waitingPosition: null,
        consent: { shareBackWithClinic: false },
      });
      await end(id);
    }
    const first = await through(true);
    const id = await newest();
    await decideReferral(deps, officer, id, { decision: 'accept' });
    t.match(await see(id), { status: 'waiting' });
    t.equal(plain(await through()), plain(first), 'what is left out the second time changes nothing');
    t.match(await see(id), { status: 'waiting' });
    tick();
    t.equal(plain(await through(false)), plain(first), 'whatever stands of the first');
    t.match(await see(id), { status: 'received', waitingPosition: null });
    t.match((await office('GET', `/referrals/${id}/consents`)).body.items, [
      { shareBackWithClinic: false, source: 'clinic', saidOn: '2026-11-20' },
    ]);
    t.equal(plain(await through(true)), plain(first));
    t.match(await see(id), { status: 'received' }, 'a yes waits for an officer');
  },
);

const { get, post } = forms(app, as.officer);
t.test('the page of a referral: what the clinic may be told, who said so, and how it came', async (t) => {
  clock.set('2026-11-23T09:30:00Z');
  const { id } = await make.referral({ clinicId, person: { familyName: 'Oldname' } });
  const url = `/referrals/${id}`;
  const told = (await get(url)).body;
  t.match(told, /May we tell it how it goes\?[\s\S]*?Yes/);
  t.match(told, /The clinic sees this and can pass it on/);
  t.notMatch(told, /Do not tell the clinic|Referred as|Date of birth in the referral/);
  const said = {
    shareBackWithClinic: 'no',
    source: 'patient',
    'saidOn-day': '22',
    'saidOn-month': '11',
    'saidOn-year': '2026',
  };
  const blank = await post(`${url}/consents`, {
    shareBackWithClinic: 'no',
    'saidOn-day': '31',
    'saidOn-month': '2',
    'saidOn-year': '2026',
  });
  t.equal(blank.statusCode, 422);
  t.match(blank.body, /Choose who said so/);
  t.match(blank.body, /href="#consent-saidOn"[^>]*>\s*Enter a real date/);
  t.match(blank.body, /value="31"/);
  const early = await post(`${url}/consents`, said);
  t.equal(early.statusCode, 422, 'they agreed on the day it came');
  t.match(early.body, /on a later day/);
  t.equal((await forms(app, as.auditor).post(`${url}/consents`, said)).statusCode, 403);
  t.equal((await post(`${url}/consents`, { ...said, 'saidOn-day': '23' })).statusCode, 303);
  const page = (await get(url)).body;
  t.match(page, /Do not tell the clinic how it goes: the patient has not agreed/);
  t.match(
    page,
    /23 November 2026: the clinic may not be told\. The patient said so, Test officer wrote it down/,
  );
  t.match(page, /They no longer agree that the clinic is told how it goes/, 'in the history');
  t.match(page, /The clinic does not see this/);
  t.notMatch(page, /The clinic sees this|The clinic is told, with/);
  const late = await post(`${url}/consents`, { ...said, 'saidOn-day': '23' });
  t.equal(late.statusCode, 409);
  t.match(late.body, /already: the clinic may not be told/);
  t.notMatch((await forms(app, as.auditor).get(url)).body, /Let the clinic be told/);

  await change(await patientOf(id), { familyName: 'Safename', dateOfBirth: '1981-01-01' });
  t.match(
    (await get(url)).body,
    /Referred as[\s\S]*?Amal Oldname[\s\S]*?1 January 1981[\s\S]*?Date of birth in the referral[\s\S]*?29 February 1980/,
  );
});

t.test('the page by axe and at both widths, with a keyboard and without scripts', async (t) => {
  clock.set('2026-11-23T09:30:00Z');
  const { id } = await make.referral({ clinicId });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, address, as.officer);
  await page.goto(`/referrals/${id}`);
  await page.getByText('They no longer agree').click();
  await look('what the patient says of telling the clinic');
  await page.getByRole('button', { name: 'Stop telling the clinic' }).click();
  await page.getByRole('link', { name: 'Choose who said so' }).waitFor();
  await look('who said so is missing');
  const plain = await signedInBrowser(t, address, as.officer, { scripts: false });
  await plain.page.goto(`/referrals/${id}`);
  await plain.page.getByText('They no longer agree').click();
  const form = plain.page.locator('form[action$="/consents"]');
  await form.getByLabel('The patient').check();
  for (const [label, value] of [
    ['Day', '23'],
    ['Month', '11'],
    ['Year', '2026'],
  ] as const)
    await form.getByLabel(label).fill(value);
  await form.getByRole('button').click();
  await plain.page.getByText('The clinic is told no more').waitFor();
  await plain.page.getByText('Do not tell the clinic how it goes').waitFor();
  await page.goto(`/referrals/${id}`);
  await look('the clinic may not be told');
});
