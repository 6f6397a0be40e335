import t from 'tap';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { canWithdraw, nextStep } from '../../src/referrals/progress.rules.ts';
import { answerQuestion } from '../../src/referrals/question.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { referralMoves, referralStatuses } from '../../src/referrals/referral.rules.ts';
import { withdrawReferral } from '../../src/referrals/withdrawal.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, deps, db, clock, clinicId } = await testApp(t, { DATABASE_POOL: '30' });
const make = factories(deps);
t.beforeEach(() => clock.set(begun));

const api = async (url: string, headers = as.clinic, payload?: object) => {
  const reply = await app.inject({
    method: payload ? 'POST' : 'GET',
    url: `/api/v1${url}`,
    headers,
    ...(payload && { payload }),
  });
  return { status: reply.statusCode, body: reply.json() };
};
const own = (changes: Parameters<typeof make.referral>[0] = {}) => make.referral({ clinicId, ...changes });
const ask = (id: string, question = 'Is there Wi-Fi at home?') =>
  decideReferral(deps, officer, id, { decision: 'ask', question });
const openTasks = (id: string) =>
  db.selectFrom('task').select('kind').where('subject_id', '=', id).where('status', '=', 'open').execute();

t.test('a clinic follows its referral: each status with its time, and what happens next', async (t) => {
  const { id } = await own();
  t.match((await api(`/referrals/${id}`)).body, {
    statusHistory: [{ status: 'received', at: '2026-11-23T09:30:00.000Z' }],
    nextStep: /officer reads it and decides/,
    questions: [],
    withdrawal: null,
  });
  clock.set('2026-11-23T10:00:00Z');
  await ask(id);
  const asked = (await api(`/referrals/${id}`)).body;
  t.match(asked.nextStep, /asked a question/);
  t.match(asked.questions, [
    { question: 'Is there Wi-Fi at home?', askedAt: '2026-11-23T10:00:00.000Z', answer: null },
  ]);
  clock.set('2026-11-23T11:00:00Z');
  t.same(await api(`/referrals/${id}/answers`, as.clinic, { answer: 'There is.' }), {
    status: 201,
    body: { questionId: asked.questions[0].id, status: 'received', openQuestions: 0 },
  });
  t.same(await openTasks(id), [{ kind: 'clinic_answered' }]);
  clock.set('2026-11-23T12:00:00Z');
  await decideReferral(deps, officer, id, { decision: 'accept' });
  t.same(await openTasks(id), [], 'what was asked for has happened');
  const waiting = (await api(`/referrals/${id}`)).body;
  t.match(waiting.nextStep, /waits for a tablet or other device with data, in place \d+/);
  await make.loan({ referralId: id });
  clock.set('2026-11-23T13:00:00Z');
  const active = (await api(`/referrals/${id}`)).body;
  t.same(
    active.statusHistory.map(({ status, at }: { status: string; at: string }) => [status, at.slice(11, 16)]),
    [
      ['received', '09:30'],
      ['asked', '10:00'],
      ['received', '11:00'],
      ['waiting', '12:00'],
      ['active', '12:00'],
    ],
  );
  t.match(active.nextStep, /being helped, and still waits for mobile data/);
});

t.test('the words of the next step, for every status', async (t) => {
  for (const status of referralStatuses) {
    const needs = [{ need: 'device' as const, status: 'open' }];
    const told = nextStep({ status, needs, waitingPosition: 2, openQuestions: 2 });
    t.match(told, /^[A-Z].*\.$/, status);
    t.equal(
      canWithdraw(status),
      referralMoves.some(({ from, to }) => from === status && to === 'withdrawn'),
    );
  }
  t.match(nextStep({ status: 'asked', needs: [], waitingPosition: null, openQuestions: 2 }), /2 questions/);
  t.match(
    nextStep({ status: 'active', needs: [], waitingPosition: null, openQuestions: 0 }),
    /nothing for you/,
  );
});

t.test('several questions: each is answered by its id, and the last one moves the referral', async (t) => {
  const { id } = await own();
  await ask(id, 'First?');
  clock.set('2026-11-23T09:31:00Z');
  await ask(id, 'Second?');
  const { questions } = (await api(`/referrals/${id}`)).body;
  t.match(await api(`/referrals/${id}/answers`, as.clinic, { answer: 'Yes' }), {
    status: 422,
    body: { errors: [{ pointer: '/questionId' }] },
  });
  const [first, second] = questions.map(({ id }: { id: string }) => id);
  t.match(await api(`/referrals/${id}/answers`, as.clinic, { questionId: second, answer: 'Two' }), {
    body: { status: 'asked', openQuestions: 1 },
  });
  t.match(await api(`/referrals/${id}/answers`, as.clinic, { questionId: second, answer: 'Again' }), {
    status: 409,
    body: { type: '/problems/no-open-question' },
  });
  t.match(await api(`/referrals/${id}/answers`, as.clinic, { questionId: first, answer: 'One' }), {
    body: { status: 'received', openQuestions: 0 },
  });
  t.match(await api(`/referrals/${id}/answers`, as.clinic, { answer: 'Late' }), {
    status: 409,
    body: { type: '/problems/no-open-question' },
  });
  t.match(await api(`/referrals/${id}/answers`, as.clinic, { answer: ' ' }), {
    status: 422,
    body: { errors: [{ pointer: '/answer' }] },
  });
});

t.test('eight answers at once are one, and an answer races a decision without harm', async (t) => {
  const { id } = await own();
  await ask(id);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, (_, n) => answerQuestion(deps, officer, id, { answer: `Answer ${n}` })),
  );
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') t.equal(outcome.reason.type, 'no-open-question');
  for (let round = 0; round < 5; round++) {
    const { id } = await own();
    await ask(id);
    await Promise.allSettled([
      answerQuestion(deps, officer, id, { answer: 'Yes' }),
      decideReferral(deps, officer, id, { decision: 'decline', reason: 'Elsewhere' }),
    ]);
    t.equal((await getReferral(db, officer.actor, id)).status, 'declined');
  }
});

t.test('rule 19: another clinic can neither answer nor withdraw, and is told nothing', async (t) => {
  const { id } = await make.referral();
  await ask(id);
  for (const [path, payload] of [
    ['answers', { answer: 'Mine' }],
    ['withdrawals', { reason: 'Mine', saidBy: 'clinic' }],
  ] as const) {
    const foreign = await api(`/referrals/${id}/${path}`, as.clinic, payload);
    const unknown = await api(`/referrals/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e/${path}`, as.clinic, payload);
    t.equal(foreign.status, 404);
    t.same({ ...foreign.body, requestId: '' }, { ...unknown.body, requestId: '' });
  }
});

t.test('withdrawn: needs dropped, held device free, support cancelled, the kit asked for once', async (t) => {
  const { id } = await own({ needs: ['device', 'data', 'support'] });
  await decideReferral(deps, officer, id, { decision: 'accept' });
  const [device] = await make.readyDevices(1);
  await allocateDevice(deps, officer, id, { deviceId: device!.id });
  const loan = await make.loan({ referralId: id });
  const withdrawn = await api(`/referrals/${id}/withdrawals`, as.clinic, {
    reason: 'Bought a tablet',
    saidBy: 'patient',
  });
  t.same(withdrawn, {
    status: 201,
    body: { status: 'withdrawn', openLoans: [{ id: loan.id, reference: loan.reference }] },
  });
  const referral = (await api(`/referrals/${id}`)).body;
  t.match(referral, {
    status: 'withdrawn',
    withdrawal: { reason: 'Bought a tablet', saidBy: 'patient' },
    nextStep: /withdrawn/,
  });
  t.notOk(referral.needs.some(({ status }: { status: string }) => status === 'open'));
  const { status } = await db
    .selectFrom('device')
    .select('status')
    .where('id', '=', device!.id)
    .executeTakeFirstOrThrow();
  t.equal(status, 'ready', 'the device that was held is free again');
  const ahead = await db
    .selectFrom('follow_up')
    .select('id')
    .where('referral_id', '=', id)
    .where('status', 'in', ['planned', 'confirmed'])
    .execute();
  t.same(ahead, []);
  t.same(await openTasks(loan.id), [{ kind: 'fetch_kit' }]);
  t.match(await refusal(withdrawReferral(deps, officer, id, { reason: 'x', saidBy: 'clinic' })), {
    type: 'referral-ended',
    status: 409,
  });
  const again = { ...as.clinic, 'idempotency-key': 'again' };
  t.equal((await api('/referrals', again, sample)).status, 201, 'the patient may be referred anew');
});

const sample = {
  patient: { givenName: 'A', familyName: 'B', contactPoints: [] },
  needs: ['data'],
  barriers: [],
  referrer: { name: 'Dr' },
  consent: { shareWithScheme: true, givenOn: '2026-11-20' },
};

t.test('withdrawing races issuing: one of the two, nothing half done', async (t) => {
  for (let round = 0; round < 5; round++) {
    const { id } = await own();
    await decideReferral(deps, officer, id, { decision: 'accept' });
    const [device] = await make.readyDevices(1);
    const [withdrawal, loan] = await Promise.allSettled([
      withdrawReferral(deps, officer, id, { reason: 'Changed their mind', saidBy: 'patient' }),
      make.loan({ referralId: id, items: [{ deviceId: device!.id }] }),
    ]);
    t.equal(withdrawal.status, 'fulfilled');
    const tasks = await db
      .selectFrom('task')
      .select('id')
      .where('kind', '=', 'fetch_kit')
      .where('status', '=', 'open')
      .where('subject_id', '=', loan.status === 'fulfilled' ? loan.value.id : id)
      .execute();
    t.equal(tasks.length, loan.status === 'fulfilled' ? 1 : 0);
    if (loan.status === 'rejected') t.equal(loan.reason.type, 'referral-not-waiting');
  }
});

t.test(
  'what changed after an instant, in the order of the changes, page by page, its own only',
  async (t) => {
    clock.set('2026-11-24T09:40:00Z');
    const [first, second] = [await own(), await own()];
    await make.referral();
    clock.set('2026-11-24T09:41:00Z');
    await ask(first.id);
    const after = '2026-11-24T09:39:00Z';
    const page = (await api(`/referrals?changedAfter=${after}&limit=1`)).body;
    t.same(
      page.items.map(({ id }: { id: string }) => id),
      [second.id],
    );
    const rest = (await api(`/referrals?changedAfter=${after}&limit=1&after=${page.next}`)).body;
    t.same(
      rest.items.map(({ id }: { id: string }) => id),
      [first.id],
    );
    t.equal(rest.next, null);
    t.same((await api('/referrals?changedAfter=2026-11-24T09:41:00Z')).body.items, []);
    t.equal((await api('/referrals?changedAfter=yesterday')).status, 400);
  },
);

t.test(
  'an officer writes down an answer and a withdrawal on the page; a refusal keeps what was typed',
  async (t) => {
    const { get, post } = forms(app, as.officer);
    const { id } = await own();
    await ask(id, 'Which network works at home?');
    const [question] = (await getReferral(db, officer.actor, id)).questions;
    const empty = await post(`/referrals/${id}/answers`, { questionId: question!.id, answer: ' ' });
    t.equal(empty.statusCode, 422);
    t.match(empty.body, /Enter what the clinic answered/);
    t.match(empty.body, new RegExp(`href="#answer-${question!.id}-answer"`));
    const kept = await post(`/referrals/${id}/answers`, {
      questionId: question!.id,
      answer: 'Any, they say',
    });
    t.equal(kept.statusCode, 303);
    t.match((await get(`/referrals/${id}`)).body, /Any, they say/);
    const noVoice = await post(`/referrals/${id}/withdrawals`, { reason: 'Moved away' });
    t.equal(noVoice.statusCode, 422);
    t.match(noVoice.body, /Choose who no longer wants it[\s\S]*Moved away/);
    const both = await Promise.all(
      [1, 2].map(() =>
        post(`/referrals/${id}/withdrawals`, { reason: 'Moved away', saidBy: 'patient', _once: 'w' }),
      ),
    );
    t.same(
      both.map(({ statusCode }) => statusCode),
      [303, 303],
      'a double click is one withdrawal',
    );
    const page = (await get(`/referrals/${id}`)).body;
    t.match(page, /The patient no longer wants it: Moved away/);
    t.notMatch(page, /Withdraw the referral/, 'what has ended is not withdrawn again');
  },
);

t.test('the page of a referral that was asked about, in a browser', async (t) => {
  const { id, reference } = await own({ clinicReference: 'X'.repeat(90) });
  await ask(id, `Which network works at home, and ${'does it reach the back room '.repeat(8)}?`);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, url, as.officer, { scripts });
    await page.goto(`/referrals/${id}`);
    await page.getByRole('heading', { name: new RegExp(reference) }).waitFor();
    if (scripts) await page.getByText('Write down an answer that came by phone').click();
    await look(`asked, scripts ${scripts}`);
  }
});
