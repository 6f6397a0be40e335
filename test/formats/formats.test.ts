import { sql } from 'kysely';
import t from 'tap';
import { followOn, handlers } from '../../src/follow-on.ts';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { answerPhrases } from '../../src/messages/renderings/phrase.rules.ts';
import { publishRendering } from '../../src/messages/renderings/rendering.commands.ts';
import { settleAllFormats } from '../../src/office/formats/missing.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { command } from '../../src/shared/command.ts';
import { recordEvent } from '../../src/shared/events.ts';
import { loanReference, newId } from '../../src/shared/ids.ts';
import { handle } from '../../src/shared/outbox.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager as managerWho } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms } from '../helpers/pages.ts';

t.setTimeout(240_000);
const { app, as, db, deps, clock } = await testApp(t, { LINK_URL: 'https://answer.example.org' });
const api = apiOf(app, as.officer);
const manager = apiOf(app, as.manager);
const make = factories(deps);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

/** Does what follows from what happened. */
async function settle() {
  const { rows } = await sql<{ id: string; handler: string }>`
    select event_id as id, handler from outbox where handler like 'settle-formats%' and done_at is null order by event_id`.execute(
    db,
  );
  for (const { id, handler } of rows) await handle(deps, handlers[handler]!, id, handler);
}

const patientOf = async (referralId: string): Promise<string> =>
  (await api('GET', `/referrals/${referralId}`)).body.patient.id;

async function tasksOf(patientId: string, status = 'open') {
  const { rows } = await sql<{ kind: string }>`
    select kind from task where patient_id = ${patientId} and status = ${status} and kind like any(array['missing%', 'calls%']) order by kind`.execute(
    db,
  );
  return rows.map(({ kind }) => kind);
}

const agreementIn = (language: string, format: string, more: object = {}) => ({
  thing: 'agreement',
  language,
  format,
  ofVersion: 1,
  phrases: { text: 'আমরা এটি বিনামূল্যে ধার দিই। আপনি এটি ফেরত দেবেন।' },
  approvedBy: 'Readers of the library',
  approvedOn: '2026-11-20',
  insteadOf: 0,
  ...more,
});

const answersIn = (thing: 'answer_page' | 'notice_discreet', phrases: Record<string, string>) => ({
  thing,
  language: 'ur',
  format: 'standard' as const,
  ofVersion: 1,
  phrases,
  approvedBy: 'A translator',
  approvedOn: '2026-11-20',
  insteadOf: 0,
});

t.test('what is missing for someone is asked for once each, and settles when it is brought', async (t) => {
  const { id } = await make.waitingReferral({
    person: { language: 'bn', communicationNeeds: ['easy_read'] },
  });
  const patientId = await patientOf(id);
  await settle();
  const missing = ['missing_agreement', 'missing_answer_page', 'missing_papers', 'missing_texts'];
  t.same(await tasksOf(patientId), missing);
  await Promise.all([settleAllFormats(deps), settleAllFormats(deps)]);
  t.same(await tasksOf(patientId), missing, 'each is there once');

  const page = (await forms(app, as.officer).get(`/patients/${patientId}/formats`)).body;
  t.match(page, /Missing in Bangla, easy read/);
  t.match(page, /href="\/settings\/renderings\/agreement\/bn\/easy_read"/);
  t.equal((await api('POST', '/renderings', agreementIn('bn', 'easy_read'))).status, 403);
  t.equal((await manager('POST', '/renderings', agreementIn('bn', 'standard'))).status, 201);
  await settle();
  t.ok((await tasksOf(patientId)).includes('missing_agreement'), 'plain words are not easy ones');
  t.equal((await manager('POST', '/renderings', agreementIn('bn', 'easy_read'))).status, 201);
  await settle();
  t.notOk((await tasksOf(patientId)).includes('missing_agreement'));

  await api('POST', `/patients/${patientId}/communication-reviews`, {
    communicationNeeds: [],
    interpreter: false,
  });
  await settle();
  t.same(await tasksOf(patientId), [], 'nothing else is needed any more');
});

t.test('a rendering has all its words, an approval, and nothing that it may not tell', async (t) => {
  const faults = async (more: object) =>
    (await manager('POST', '/renderings', agreementIn('so', 'standard', more))).body.errors;
  t.match(await faults({ phrases: {} }), [{ pointer: '/phrases/text', message: /Write this too/ }]);
  t.match(await faults({ phrases: { text: 'Read [this]' } }), [{ pointer: '/phrases/text' }]);
  t.match(await faults({ phrases: { text: 'x', other: 'y' } }), [{ pointer: '/phrases/other' }]);
  t.match(await faults({ approvedOn: '2026-12-24' }), [{ pointer: '/approvedOn', message: /ahead/ }]);
  t.match(await faults({ approvedBy: ' ' }), [{ pointer: '/approvedBy' }]);
  t.match(await faults({ language: 'en' }), [{ pointer: '/format', message: /original/ }]);
  t.match(await faults({ thing: 'notice' }), [{ pointer: '/thing', message: /not written in English/ }]);
  const answers = (await manager('GET', '/renderings')).body.items.find(
    ({ thing }: { thing: string }) => thing === 'answer_page',
  ).original.phrases;
  const wrong = { ...answers, about: '{time} Test scheme', off: '{time} {time}', ring: 'Psychiatrist' };
  t.match(await faults({ thing: 'answer_page', phrases: wrong }), [
    { pointer: '/phrases/off', message: /\{time\} in once/ },
    { pointer: '/phrases/about', message: /“Test scheme” tells others/ },
    { pointer: '/phrases/about', message: /“scheme” tells others/ },
    { pointer: '/phrases/ring', message: /“Psychiatrist” tells others/ },
  ]);
});

t.test(
  'of two who publish the same at once one is told, and a newer original has no words yet',
  async (t) => {
    const both = await Promise.all(
      [1, 2].map(() => manager('POST', '/renderings', agreementIn('pl', 'standard'))),
    );
    t.same(both.map(({ status }) => status).sort(), [201, 412]);
    t.match(
      (await manager('POST', '/renderings', agreementIn('pl', 'standard', { ofVersion: 9, insteadOf: 1 })))
        .body,
      {
        type: '/problems/changed-meanwhile',
        detail: /Version 1 of the English text/,
      },
    );
  },
);

t.test('a loan keeps the words that were shown, and prints in them', async (t) => {
  await manager(
    'POST',
    '/renderings',
    agreementIn('ar', 'easy_read', { phrases: { text: 'نعيرك هذا. أعده إلينا.' } }),
  );
  const { id } = await make.waitingReferral({
    person: { language: 'ar', communicationNeeds: ['easy_read', 'large_print'] },
  });
  const [device] = await make.readyDevices(1);
  const issue = (agreement: object) =>
    api('POST', '/loans', {
      referralId: id,
      items: [{ deviceId: device!.id }],
      agreement: { acceptedBy: 'verbal', ...agreement },
    });
  t.match((await issue({ language: 'fr' })).body.errors, [
    { pointer: '/agreement/language', message: /there is none in French, standard/ },
  ]);
  const shown = { language: 'ar', format: 'easy_read', rendering: 1, largePrint: true };
  t.match((await issue({ ...shown, rendering: 2 })).body.errors, [{ pointer: '/agreement/rendering' }]);
  const made = await issue(shown);
  t.equal(made.status, 201);
  const again = agreementIn('ar', 'easy_read', { insteadOf: 1, phrases: { text: 'شيء آخر.' } });
  t.equal((await manager('POST', '/renderings', again)).status, 201);
  t.match((await api('GET', `/loans/${made.body.id}`)).body.agreement, {
    text: 'نعيرك هذا. أعده إلينا.',
    language: 'ar',
    format: 'easy_read',
    largePrint: true,
  });
  const paper = (await forms(app, as.officer).get(`/loans/${made.body.id}/agreement`)).body;
  t.match(paper, /app-paper--large app-paper--easy/);
  t.match(
    paper,
    /<p class="app-paper__text" lang="ar" dir="rtl"><span class="app-lines">نعيرك هذا\.\nأعده إلينا\./,
  );
});

t.test('the answer page and its notice are in someone’s language, once all of it is there', async (t) => {
  clock.set('2026-11-23T03:15:00Z');
  const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24' });
  await sql`update patient set language = 'ur', communication_needs = '{large_print}' where id = ${person!.patientId}`.execute(
    db,
  );
  await runNightly(deps, { again: true });
  clock.set('2026-11-23T09:50:00Z');
  await dispatch(deps);
  const { rows } = await sql<{
    body: string;
  }>`select body from captured_message order by id desc limit 1`.execute(db);
  const path = `/a/${/\/a\/([\w-]+)/.exec(rows[0]!.body)?.[1]}`;
  const nobody = forms(app, {});
  const english = (await nobody.get(path)).body;
  t.match(english, /<html lang="en" dir="ltr">/);
  t.match(english, /<main class="guide-large_print">/);
  const phrases = Object.fromEntries(
    Object.entries(answerPhrases).map(([name, english]) => [
      name,
      `اردو ${(english.match(/\{\w+\}/g) ?? []).join('')}`,
    ]),
  );
  await publishRendering(deps, managerWho, answersIn('answer_page', phrases));
  await make.notice('patients_discreet');
  await publishRendering(deps, managerWho, answersIn('notice_discreet', { text: 'یہ راز ہے۔' }));
  const { body } = await nobody.get(path);
  t.match(body, /<html lang="ur" dir="rtl">/);
  t.match(body, /<strong>.*نومبر.*<\/strong>/);
  t.notMatch(body, /What would you like|Tuesday/);
  const [address] = /\/notice\?language=ur&amp;format=a/.exec(body)!;
  const told = (await nobody.get(address!.replace('&amp;', '&'))).body;
  t.match(told, /<html lang="ur" dir="rtl">/);
  t.match(told, /یہ راز ہے/);
  t.match((await nobody.get('/notice')).body, /href="\/notice\?language=ur&amp;format=a" lang="ur">اردو/);
});

t.test('a call by phone is not planned with someone who needs British Sign Language', async (t) => {
  const { id } = await make.waitingReferral();
  const patientId = await patientOf(id);
  const plan = (way: string) =>
    api('POST', '/follow-ups', { patientId, dueOn: '2026-12-01', startsAt: '11:00', way });
  const call = await plan('phone');
  t.equal(call.status, 201);
  await api('POST', `/patients/${patientId}/communication-reviews`, {
    communicationNeeds: ['bsl'],
    interpreter: true,
  });
  await settle();
  t.ok((await tasksOf(patientId)).includes('calls_for_bsl'));
  t.match((await plan('phone')).body.errors, [{ pointer: '/way', message: /British Sign Language.*video/ }]);
  const video = await plan('video');
  t.equal(video.status, 201);
  const change = (one: { body: { id: string }; headers?: unknown }, way: string, etag: string) =>
    api('PATCH', `/follow-ups/${one.body.id}`, { way }, { 'if-match': etag });
  const tag = async (one: { body: { id: string } }) =>
    String(
      (await app.inject({ url: `/api/v1/follow-ups/${one.body.id}`, headers: as.officer })).headers.etag,
    );
  t.match((await change(video, 'phone', await tag(video))).body.errors, [{ pointer: '/way' }]);
  t.equal((await change(call, 'message', await tag(call))).status, 200);
  await settle();
  t.notOk((await tasksOf(patientId)).includes('calls_for_bsl'));
});

t.test('what was recorded by mistake and is taken back is settled as it was before', async (t) => {
  const { id } = await make.waitingReferral();
  const patientId = await patientOf(id);
  const plan = { patientId, dueOn: '2026-12-01', startsAt: '13:00', way: 'phone' };
  const { body: call } = await api('POST', '/follow-ups', plan);
  await api('POST', `/patients/${patientId}/communication-reviews`, {
    communicationNeeds: ['bsl'],
    interpreter: true,
  });
  const outcome = { result: 'cancelled', why: 'they_asked' };
  t.equal((await api('POST', `/follow-ups/${call.id}/outcomes`, outcome)).status, 201);
  await settle();
  t.notOk((await tasksOf(patientId)).includes('calls_for_bsl'));
  const outcomeId = (await api('GET', `/follow-ups/${call.id}`)).body.outcome.id;
  const back = await api('POST', `/follow-up-outcomes/${outcomeId}/takings-back`, { reason: 'Wrong person' });
  t.equal(back.status, 201);
  await settle();
  t.ok((await tasksOf(patientId)).includes('calls_for_bsl'), 'it is planned again');
  for (const type of [
    'patient.support_plan_given',
    'loan.issue_taken_back',
    'loan.return_taken_back',
  ] as const)
    t.ok(followOn[type]?.after?.includes('settle-formats'), type);
});

t.test('what is about nobody, as a loan of a place, settles nothing for everybody', async (t) => {
  const { id } = await make.waitingReferral({ person: { language: 'pl' } });
  const patientId = await patientOf(id);
  await sql`update outbox set done_at = created_at where handler like 'settle-formats%'`.execute(db);
  await command(deps, systemContext('place'), (work) =>
    recordEvent(work, {
      type: 'loan.issued',
      subjects: [['loan', newId()]],
      values: {
        reference: loanReference(1),
        assetTags: [],
        dueOn: null,
        handoverWay: 'collected',
        handoverOn: '2026-11-23',
        acceptedBy: 'signature',
        agreementVersion: 1,
      },
    }),
  );
  await settle();
  t.same(await tasksOf(patientId), []);
  await settleAllFormats(deps);
  t.not((await tasksOf(patientId)).length, 0, 'the night does');
});
