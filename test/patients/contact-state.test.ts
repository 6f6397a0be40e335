import { sql } from 'kysely';
import t from 'tap';
import { recordContactState } from '../../src/identity/contact-state.commands.ts';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { planForEvent } from '../../src/messages/reminder.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { contactMoves, contactStateErrors, contactStates } from '../../src/people/contact-state.rules.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { handle } from '../../src/shared/outbox.ts';
import { testApp } from '../helpers/app.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, db, clock, deps } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
t.beforeEach(() => clock.set(begun));

const saidOn = '2026-11-23';
const withdrawn = { state: 'withdrawn', source: 'patient', saidOn } as const;
const deceased = { state: 'deceased', source: 'family', saidOn } as const;
const patientOf = async (id: string) => (await getReferral(db, officer.actor, id)).patient.id;
const stateOf = async (id: string) =>
  await db
    .selectFrom('patient')
    .select(['contact_state', 'paused_until'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();

t.test('rule 24: only the moves of the table, by the command and by plain SQL', async (t) => {
  const kept = await sql<{ state: string; next: string }>`select state, next from contact_move`.execute(db);
  const pairs = Object.entries(contactMoves).flatMap(([from, all]) => all.map((to) => `${from} ${to}`));
  t.same(kept.rows.map(({ state, next }) => `${state} ${next}`).sort(), pairs.sort());
  const patientId = await patientOf((await make.referral()).id);
  for (const from of contactStates)
    for (const to of contactStates) {
      const { rows } = await sql<{
        allowed: boolean;
      }>`select exists (select from contact_move where state = ${from} and next = ${to}) as allowed`.execute(
        db,
      );
      t.equal(rows[0]!.allowed, contactMoves[from].includes(to), `${from} ${to}`);
    }
  await recordContactState(deps, officer, patientId, withdrawn);
  t.match(
    await refusal(
      recordContactState(deps, officer, patientId, {
        ...withdrawn,
        state: 'paused',
        pausedUntil: '2026-12-01',
      }),
    ),
    { type: 'contact-state-refused', detail: /Open contact again first/ },
  );
  t.match(await refusal(recordContactState(deps, officer, patientId, withdrawn)), {
    detail: /recorded already/,
  });
  const plain = sql`update patient set contact_state = 'paused' where id = ${patientId}`.execute(db);
  t.match(await refusal(plain), { constraint: 'contact_move_allowed' });
  t.match(
    await refusal(recordContactState(deps, officer, '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', withdrawn)),
    { type: 'not-found' },
  );
});

t.test('what is said must be whole', async (t) => {
  const day = '2026-11-23';
  const pointers = (said: Parameters<typeof contactStateErrors>[0]) =>
    contactStateErrors(said, day).map(({ pointer }) => pointer);
  t.same(pointers({ state: 'paused', saidOn: day }), ['/pausedUntil']);
  t.same(pointers({ state: 'paused', saidOn: day, pausedUntil: day }), ['/pausedUntil']);
  t.same(pointers({ state: 'withdrawn', saidOn: day, pausedUntil: '2026-12-01' }), ['/pausedUntil']);
  t.same(pointers({ state: 'open', saidOn: '2026-11-24' }), ['/saidOn', '/note']);
  t.same(pointers({ state: 'deceased', saidOn: day }), []);
});

t.test(
  'rule 24: withdrawal and death end all that was planned, at once, and ask for the kit once',
  async (t) => {
    for (const said of [withdrawn, deceased]) {
      const referral = await make.waitingReferral({ needs: ['device', 'data', 'support'] });
      const other = await make.waitingReferral({ needs: ['device'] });
      const patientId = await patientOf(referral.id);
      await db.updateTable('referral').set({ patient_id: patientId }).where('id', '=', other.id).execute();
      const loan = await make.loan({ referralId: referral.id });
      const kept = await recordContactState(deps, officer, patientId, said);
      t.match(kept, {
        state: said.state,
        cancelledFollowUps: 0,
        openLoans: [{ id: loan.id, reference: loan.reference }],
      });
      t.same(kept.withdrawnReferrals, [referral.id, other.id].sort());
      const ahead = await db
        .selectFrom('follow_up')
        .select('status')
        .distinct()
        .where('patient_id', '=', patientId)
        .execute();
      t.same(ahead, [{ status: 'cancelled' }]);
      t.match(await getReferral(db, officer.actor, referral.id), {
        status: 'withdrawn',
        withdrawal: {
          reason: said.state === 'deceased' ? /has died/ : /no more contact/,
          saidBy: said.source,
        },
      });
      const tasks = await db
        .selectFrom('task')
        .select(['kind', 'subject_id'])
        .where('patient_id', '=', patientId)
        .where('status', '=', 'open')
        .execute();
      t.same(
        tasks,
        [{ kind: 'fetch_kit', subject_id: loan.id }],
        'one task, for the clinic and not for the person',
      );
    }
  },
);

t.test('a death that was a mistake is taken back by a manager, with the reason', async (t) => {
  const patientId = await patientOf((await make.referral()).id);
  await recordContactState(deps, officer, patientId, deceased);
  const again = { state: 'open', source: 'clinic', saidOn, note: 'The clinic mixed up two people' } as const;
  t.match(await refusal(recordContactState(deps, officer, patientId, again)), { type: 'not-allowed' });
  t.match(await recordContactState(deps, manager, patientId, again), { state: 'open' });
  const story = await db
    .selectFrom('contact_state_change')
    .select(['state', 'source', 'recorded_by'])
    .where('patient_id', '=', patientId)
    .orderBy('id')
    .execute();
  t.same(story, [
    { state: 'deceased', source: 'family', recorded_by: 'Olive Officer' },
    { state: 'open', source: 'clinic', recorded_by: 'Mona Manager' },
  ]);
});

t.test('a pause holds everything until its day, and then it is taken up again', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24' });
  const [later] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-26' });
  for (const { patientId } of [person!, later!])
    await recordContactState(deps, officer, patientId, {
      state: 'paused',
      pausedUntil: '2026-11-25',
      source: 'patient',
      saidOn,
    });
  for (const night of ['2026-11-23', '2026-11-24', '2026-11-25']) {
    clock.set(`${night}T03:15:00Z`);
    await runNightly(deps);
    clock.set(`${night}T09:30:00Z`);
    await dispatch(deps);
  }
  const { messages } = await sentMessages(db);
  t.equal(messages.length, 1, 'only of what comes after the pause');
  t.equal(messages[0]!.run_date, '2026-11-25');
  const statuses = await db.selectFrom('follow_up').select('status').execute();
  t.same(statuses, [{ status: 'planned' }, { status: 'planned' }], 'what is planned stays planned');
});

t.test('opened again in the daytime: what tonight would come too late for is planned at once', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  clock.set('2026-11-23T09:30:00Z');
  const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24' });
  const { patientId } = person!;
  await recordContactState(deps, officer, patientId, {
    state: 'paused',
    pausedUntil: '2026-12-25',
    source: 'patient',
    saidOn,
  });
  await recordContactState(deps, officer, patientId, {
    state: 'open',
    source: 'patient',
    saidOn,
    note: 'Asked for it',
  });
  for (const { event_id, handler } of await db
    .selectFrom('outbox')
    .select(['event_id', 'handler'])
    .where('handler', '=', 'plan-reminders')
    .execute())
    await handle(deps, planForEvent, event_id, handler);
  await dispatch(deps);
  t.equal((await sentMessages(db)).captured.length, 1);
});

t.test('rule 24: however a death races the sending of messages, nothing goes after it', async (t) => {
  for (let round = 0; round < 8; round++) {
    const { deps, db, clock } = await testDatabase(t, { DATABASE_POOL: '8' });
    clock.set('2026-11-23T03:15:00Z');
    const people = await seedFollowUps(db, { patients: 12, dueOn: '2026-11-24' });
    await runNightly(deps);
    clock.set('2026-11-23T09:30:00Z');
    const sending = [dispatch(deps), dispatch(deps)];
    const outcomes = await Promise.allSettled(
      people.map(({ patientId }) => recordContactState(deps, officer, patientId, deceased)),
    );
    t.same(
      outcomes.filter(({ status }) => status === 'rejected'),
      [],
      `round ${round}`,
    );
    await Promise.all(sending);
    const before = (await sentMessages(db)).captured.length;
    await runNightly(deps, { again: true });
    await dispatch(deps);
    const { captured, messages, reminders } = await sentMessages(db);
    t.equal(captured.length, before, 'nothing later');
    t.equal(messages.filter(({ status }) => status === 'sent').length, before, 'and what went is known');
    t.notOk(messages.some(({ status }) => ['planned', 'queued', 'sending', 'held'].includes(status)));
    t.notOk(reminders.some(({ status }) => status === 'standing'));
  }
});

t.test('the page: what was typed stays, consequences are told, and the flag is on every page', async (t) => {
  const { get, post } = forms(app, as.officer);
  const referral = await make.waitingReferral({ needs: ['support'] });
  const patientId = await patientOf(referral.id);
  const url = `/patients/${patientId}/contact-state`;
  t.match((await get(`/patients/${patientId}`)).body, `href="${url}"`);
  const wrong = await post(url, { state: 'paused', note: 'On holiday' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /Choose who said so[\s\S]*On holiday/);
  const pause = {
    state: 'paused',
    source: 'patient',
    'pausedUntil-day': '24',
    'pausedUntil-month': '12',
    'pausedUntil-year': '2026',
    'saidOn-day': '23',
    'saidOn-month': '11',
    'saidOn-year': '2026',
  };
  t.equal((await post(url, pause)).statusCode, 303);
  t.same(await stateOf(patientId), { contact_state: 'paused', paused_until: '2026-12-24' });
  t.match((await get('/support?from=2026-11-23&to=2026-12-31')).body, /Paused/, 'the diary shows it');
  const { 'pausedUntil-day': _d, 'pausedUntil-month': _m, 'pausedUntil-year': _y, ...rest } = pause;
  const both = await Promise.all([1, 2].map(() => post(url, { ...rest, state: 'deceased', _once: 'd' })));
  t.same(
    both.map(({ statusCode }) => statusCode),
    [303, 303],
    'a double click is one',
  );
  t.match((await get(`/patients/${patientId}`)).body, /This person has died\. Nobody contacts them/);
  t.match((await get(`/referrals/${referral.id}`)).body, /This person has died/);
  t.notMatch((await get(url)).body, /value="withdrawn"/);
  t.equal((await forms(app, as.auditor).get(url)).statusCode, 403);
});

t.test('the page in a browser', async (t) => {
  const patientId = await patientOf((await make.referral()).id);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, url, as.officer, { scripts });
    await page.goto(`/patients/${patientId}/contact-state`);
    await look(`contact state ${scripts}`);
  }
});
