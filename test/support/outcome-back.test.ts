import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { permissions } from '../../src/access/permissions.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { takeBackIssue } from '../../src/lending/loans/taking-back.commands.ts';
import { confidence } from '../../src/office/reports/confidence.queries.ts';
import { followUps as followUpReport } from '../../src/office/reports/follow-ups.queries.ts';
import { mobileData } from '../../src/office/reports/mobile-data.queries.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { takeBackOutcome } from '../../src/support/outcome-back.commands.ts';
import { standsAfter, takesBackConcern, takesBackOutcome } from '../../src/support/outcome-back.rules.ts';
import { atOnce } from '../helpers/at-once.ts';
import { officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';
import { world } from '../helpers/world.ts';

const reason = 'It was the call with her sister';
const person = { nhsNumber: '9434765919' };
const period = { from: '2026-11-01', to: '2027-03-31' };

/** Someone who is helped by support alone, with the steps of their plan, on the day after the second. */
async function helped(t: Test, { shareBack = true, day = '2026-12-22' } = {}) {
  const w = await world(t, { DATABASE_POOL: '20' });
  const referral = await w.refer(person, {
    needs: ['support'],
    consent: { shareWithScheme: true, shareBackWithClinic: shareBack, givenOn: '2026-11-20' },
  });
  await w.call('officer', 'POST', `/referrals/${referral.id}/decisions`, { decision: 'accept' });
  const steps = (await w.call('officer', 'GET', `/follow-ups?patientId=${referral.patientId}`)).body
    .items as { id: string; step: string; dueOn: string }[];
  w.clock.set(`${day}T12:00:00Z`);
  const see = async (id: string, who: keyof typeof w.as = 'officer') =>
    (await w.call(who, 'GET', `/follow-ups/${id}`)).body;
  const record = (id: string, body: object, who: keyof typeof w.as = 'officer') =>
    w.call(who, 'POST', `/follow-ups/${id}/outcomes`, body);
  const outcomeOf = async (id: string): Promise<string> => (await see(id)).outcome.id;
  const takeBack = (outcomeId: string, body: object = {}, who: keyof typeof w.as = 'officer') =>
    w.call(who, 'POST', `/follow-up-outcomes/${outcomeId}/takings-back`, { reason, ...body });
  const openTasks = async () =>
    (await w.tasks()).filter(({ status }) => status === 'open').map(({ kind }) => kind);
  const story = async (what: string, id: string): Promise<string[]> =>
    (await w.call('officer', 'GET', `/${what}/${id}/history`)).body.items.map(
      ({ type }: { type: string }) => type,
    );
  return { ...w, referral, steps, see, record, outcomeOf, takeBack, openTasks, story };
}

t.test('an outcome on the wrong person: the follow-up stands as before, and it counts nowhere', async (t) => {
  const w = await helped(t);
  const [first, second] = w.steps;
  await sql`update follow_up set supporter_id = ${w.ids.supporter}::uuid`.execute(w.db);
  await sql`update follow_up set status = 'confirmed', why = 'they_asked' where id = ${second!.id}`.execute(
    w.db,
  );
  const reports = async () =>
    Promise.all([
      followUpReport.read(w.db, period, '2026-12-22'),
      confidence.read(w.db, period, '2026-12-22'),
      mobileData.read(w.db, period, '2026-12-22'),
    ]);
  const hours = async () =>
    (await w.call('officer', 'GET', '/support-hours?from=2026-11-23&to=2026-12-31')).body;
  await w.record(first!.id, { result: 'done', confidence: 2, minutes: 30 });
  const before = await w.see(second!.id);
  const [reportsBefore, hoursBefore] = [await reports(), await hours()];
  await w.record(second!.id, {
    result: 'done',
    happenedOn: '2026-12-01',
    minutes: 200,
    confidence: 5,
    gotInTheWay: ['data_exhausted'],
    note: 'Said things',
    nextStep: 'Video',
  });
  t.notSame(await reports(), reportsBefore);
  t.notSame(await hours(), hoursBefore);
  t.equal(hoursBefore.items.length, 1);
  const outcomeId = await w.outcomeOf(second!.id);
  t.match(await w.takeBack(outcomeId), {
    status: 201,
    body: {
      id: outcomeId,
      result: 'done',
      followUp: { id: second!.id, status: 'confirmed', dueOn: second!.dueOn },
      concernStands: false,
    },
  });
  const { changedAt: _then, ...stood } = before;
  t.match(await w.see(second!.id), {
    ...stood,
    takenBackOutcomes: [{ id: outcomeId, result: 'done', takenBackBy: 'Test officer', reason }],
    outcome: null,
  });
  t.same(await w.rows(sql`select status, why from follow_up where id = ${second!.id}`), [
    { status: 'confirmed', why: 'they_asked' },
  ]);
  t.same(await reports(), reportsBefore, 'no report has it');
  t.same(await hours(), hoursBefore, 'nor the hours');
  t.match((await w.see(w.steps[2]!.id)).earlier, [{ id: first!.id }], 'nor what was before the next one');
  const page = forms(w.app, w.as.officer);
  for (const path of [`/follow-ups/${second!.id}`, `/patients/${w.referral.patientId}`]) {
    const { body } = await page.get(path);
    t.match(body, /Follow-up done/);
    t.match(body, /was recorded by mistake and is taken back/, `${path} has both`);
    t.equal(body.includes(reason), path.startsWith('/follow-ups'), 'who may see what was said sees why');
  }
  const events = await w.rows<{ e: string }>(sql`select row_to_json(e)::text as e from event e`);
  t.notMatch(events.map(({ e }) => e).join(), reason, 'the log has no words');

  t.match(await w.takeBack(outcomeId), { status: 201, body: { followUp: { status: 'confirmed' } } });
  const told = await w.rows(sql`select from event where type = 'follow_up.outcome_taken_back'`);
  t.equal(told.length, 1, 'twice is once');

  t.equal((await w.record(second!.id, { result: 'done', minutes: 10, note: 'It was her' })).status, 201);
  t.match(await w.takeBack(outcomeId), { status: 201, body: { followUp: { status: 'done' } } });
  t.match((await w.see(second!.id)).outcome, { result: 'done', note: 'It was her' }, 'the right one stays');
  t.match((await hours()).items, [{ contacts: 2, minutes: 40 }]);
  const [calls, ...others] = await reports();
  t.match(calls.headline, { due: 3, done: 2 }, 'each follow-up once');
  t.same(others, reportsBefore.slice(1));
  t.match((await w.see(w.steps[2]!.id)).earlier, [{ id: second!.id, note: 'It was her' }, { id: first!.id }]);
});

t.test('who takes back what, by one table', async (t) => {
  const w = await helped(t);
  t.same(
    takesBackOutcome.map(({ whose, when, action }) => [whose, when, [...permissions[action]].sort()]),
    [
      ['their own', 'within the limit', ['manager', 'officer', 'supporter']],
      ['their own', 'later', ['manager']],
      ['of someone else', 'within the limit', ['manager']],
      ['of someone else', 'later', ['manager']],
    ],
  );
  t.same(permissions[takesBackConcern], ['manager']);
  const [first, second, third] = w.steps;
  const give = (id: string, to: string) =>
    sql`update follow_up set supporter_id = ${to}::uuid where id = ${id}`.execute(w.db);
  await give(first!.id, w.ids.supporter!);
  await w.record(first!.id, { result: 'done' }, 'supporter');
  await w.record(second!.id, { result: 'done' });
  const [own, others] = [await w.outcomeOf(first!.id), await w.outcomeOf(second!.id)];
  t.equal((await w.takeBack(others, {}, 'supporter')).status, 404, 'not even seen by another supporter');
  const supporter = forms(w.app, w.as.supporter);
  t.equal((await supporter.get(`/follow-up-outcomes/${others}/takings-back`)).statusCode, 404);
  for (const who of ['auditor', 'administrator', 'clinic', 'integration'] as const)
    t.equal((await w.takeBack(others, {}, who)).status, 403, who);
  t.match((await w.takeBack(own)).body, { type: '/problems/not-allowed', detail: /A manager takes back/ });
  const inTime = `/follow-up-outcomes/${own}/takings-back`;
  t.match((await supporter.get(`/follow-ups/${first!.id}`)).body, inTime);
  t.notMatch((await forms(w.app, w.as.officer).get(`/follow-ups/${first!.id}`)).body, inTime);
  t.equal((await w.takeBack(own, {}, 'supporter')).status, 201);
  await w.record(first!.id, { result: 'done' }, 'supporter');
  const late = await w.outcomeOf(first!.id);
  await sql`update follow_up_outcome set recorded_at = recorded_at - interval '15 days'`.execute(w.db);
  const officer = forms(w.app, w.as.officer);
  const shown = async (page: typeof officer, id: string, outcomeId: string) => {
    const { body } = await page.get(`/follow-ups/${id}`);
    return body.includes(`/follow-up-outcomes/${outcomeId}/takings-back`);
  };
  const tooLate = {
    status: 409,
    body: { type: '/problems/taking-back-refused', detail: /A manager can still take it back/ },
  };
  t.match(await w.takeBack(late, {}, 'supporter'), tooLate);
  t.match(await w.takeBack(others), tooLate, 'their own');
  t.match((await w.takeBack(late)).body, { type: '/problems/not-allowed' }, 'that of someone else');
  for (const [page, outcomeId, why] of [
    [supporter, late, /A manager can still take it back/],
    [officer, others, /A manager can still take it back/],
    [officer, late, /A manager takes back what someone else recorded/],
    [officer, own, /is taken back already/],
  ] as const) {
    const { body } = await page.get(`/follow-up-outcomes/${outcomeId}/takings-back`);
    t.match(body, why);
    t.notMatch(body, /<textarea/);
  }
  t.equal(await shown(supporter, first!.id, late), false);
  t.equal(await shown(officer, second!.id, others), false);
  t.equal(await shown(forms(w.app, w.as.manager), second!.id, others), true);
  t.equal((await w.takeBack(late, {}, 'manager')).status, 201);
  t.equal((await w.takeBack(others, {}, 'manager')).status, 201);

  await w.record(third!.id, { result: 'cancelled', concern: true });
  const worrying = await w.outcomeOf(third!.id);
  t.match((await w.takeBack(worrying, { concernToo: true })).body, {
    type: '/problems/not-allowed',
    detail: /concern/,
  });
  t.equal((await w.takeBack(worrying, { reason: ' ' })).status, 422);
  t.equal((await w.takeBack(w.ids.officer!)).status, 404);
});

t.test('a concern stands, unless a manager says that it was a mistake too', async (t) => {
  const w = await helped(t);
  const [first, second] = w.steps;
  const worry = { result: 'done', concern: true, note: 'Sounds low' } as const;
  for (const { id } of [first!, second!]) await w.record(id, worry);
  t.match(await w.takeBack(await w.outcomeOf(first!.id)), { status: 201, body: { concernStands: true } });
  t.match(await w.see(first!.id), { status: 'planned', outcome: null, hasConcern: true });
  const concerns = async () =>
    (await w.tasks())
      .filter(({ kind }) => kind === 'concern')
      .map(({ subjectId, status }) => [subjectId, status]);
  t.same(await concerns(), [
    [first!.id, 'open'],
    [second!.id, 'open'],
  ]);
  const page = forms(w.app, w.as.officer);
  t.match(
    (await page.get(`/follow-ups/${first!.id}`)).body,
    /A concern was raised here, and nobody has spoken/,
  );
  const [task] = await w.rows<{ id: string }>(sql`select id from task where subject_id = ${first!.id}`);
  t.match(
    (await page.get(`/tasks/${task!.id}`)).body,
    /Sounds low/,
    'what was said is there for who speaks of it',
  );
  t.match(await w.takeBack(await w.outcomeOf(second!.id), { concernToo: true }, 'manager'), {
    status: 201,
    body: { concernStands: false },
  });
  t.match(await w.see(second!.id), { outcome: null, hasConcern: false });
  t.same(await concerns(), [
    [first!.id, 'open'],
    [second!.id, 'done'],
  ]);
  const { body } = await page.get(`/follow-ups/${second!.id}`);
  t.notMatch(body, /What was agreed|A concern was raised/);
  t.match(body, /with the concern/);
});

t.test('two missed in a row that were not: the task and the clinic', async (t) => {
  for (const seen of [true, false]) {
    const w = await helped(t);
    w.clock.goOn(seen ? 1 : 0);
    const [first, second, third] = w.steps;
    for (const { id } of [first!, second!]) await w.record(id, { result: 'missed' });
    t.ok((await w.openTasks()).includes('missed_twice'));
    const notes = async () => (await w.call('clinic', 'GET', `/referrals/${w.referral.id}`)).body.toldClinic;
    if (seen) t.match(await notes(), [{ kind: 'missed_twice' }]);
    w.clock.set('2026-12-22T12:01:00Z');
    t.equal((await w.takeBack(await w.outcomeOf(first!.id))).status, 201);
    t.notOk((await w.openTasks()).includes('missed_twice'));
    if (seen)
      t.match(await notes(), [{ kind: 'missed_by_mistake', note: /by mistake/ }, { kind: 'missed_twice' }]);
    else t.same(await notes(), [], 'what nobody read is gone');
    const told = await w.rows(sql`select from outbox o join event e on e.id = o.event_id
      where e.type = 'referral.clinic_told' and e."values"->>'kind' = 'missed_by_mistake' and o.handler = 'tell-clinic'`);
    t.equal(told.length, seen ? 1 : 0, 'its system hears of it');

    await w.record(first!.id, { result: 'missed' });
    t.ok((await w.openTasks()).includes('missed_twice'), 'missed after all');
    w.clock.set('2027-03-01T12:00:00Z');
    await w.record(third!.id, { result: 'done' });
    t.notOk((await w.openTasks()).includes('missed_twice'));
    t.equal((await w.takeBack(await w.outcomeOf(third!.id))).status, 201);
    t.ok((await w.openTasks()).includes('missed_twice'), 'what it had done is asked again');
    await w.record(third!.id, { result: 'missed' });
    const count = (await notes()).length;
    await w.takeBack(await w.outcomeOf(third!.id));
    t.equal((await notes()).length, count, 'two others are still missed in a row');
  }
});

t.test(
  'the last call had closed the referral: it is open again, unless they were referred again',
  async (t) => {
    for (const again of [false, true]) {
      const w = await helped(t, { day: '2027-03-01' });
      for (const { id } of w.steps) await w.record(id, { result: 'done' });
      const status = async () => (await w.call('clinic', 'GET', `/referrals/${w.referral.id}`)).body.status;
      t.equal(await status(), 'closed');
      const last = await w.outcomeOf(w.steps.at(-1)!.id);
      if (again) {
        const next = await w.refer(person);
        const { body } = await w.takeBack(last);
        t.match(body, { type: '/problems/taking-back-refused', detail: /referred again since: R-/ });
        t.match((await w.see(w.steps.at(-1)!.id)).outcome, { id: last }, 'nothing has changed');
        t.equal(
          (
            await w.call('clinic', 'POST', `/referrals/${next.id}/withdrawals`, {
              reason: 'Sent twice',
              saidBy: 'clinic',
            })
          ).status,
          201,
        );
      }
      t.match(await w.takeBack(last), { status: 201, body: { followUp: { status: 'planned' } } });
      t.equal(await status(), 'active');
      const told = await w.rows(
        sql`select o.handler from outbox o join event e on e.id = o.event_id where e.type = 'referral.reopened' order by 1`,
      );
      t.same(told, [
        { handler: 'plan-reminders' },
        { handler: 'settle-formats' },
        { handler: 'tell-clinic' },
      ]);
      t.equal((await w.takeBack(await w.outcomeOf(w.steps[0]!.id))).status, 201);
      await w.record(w.steps.at(-1)!.id, { result: 'done' });
      t.equal(await status(), 'active', 'one is ahead');
      await w.record(w.steps[0]!.id, { result: 'done' });
      t.equal(await status(), 'closed');
    }
  },
);

t.test('called off by mistake: whoever was told is told that it is on, and reminded', async (t) => {
  for (const [name, sends] of [
    ['not said yet', false],
    ['said', true],
  ] as const) {
    const w = await world(t);
    w.clock.goOn(sends ? 1 : 0);
    const referral = await w.refer({ wording: 'identified' }, { needs: ['device'] });
    await w.call('officer', 'POST', `/referrals/${referral.id}/decisions`, { decision: 'accept' });
    const id = await w.followUp(referral.patientId, { dueOn: '2026-11-24', way: 'in_person' });
    await w.night('2026-11-23');
    t.equal((await w.sent()).length, 1);
    await w.call('officer', 'POST', `/follow-ups/${id}/outcomes`, { result: 'cancelled' });
    if (sends) await w.send();
    const { outcome } = (await w.call('officer', 'GET', `/follow-ups/${id}`)).body;
    w.clock.set('2026-11-23T09:40:00Z');
    t.equal(
      (await w.call('officer', 'POST', `/follow-up-outcomes/${outcome.id}/takings-back`, { reason })).status,
      201,
    );
    await w.send();
    await w.send();
    const news = (await w.sent()).slice(1).map(({ body }) => body);
    t.equal(news.length, sends ? 2 : 0, name);
    if (sends) t.match(news[1], /Tuesday 24 November at 10am/);
    t.same(await w.rows(sql`select status from task where kind = 'tell_of_change'`), []);
  }
  const w = await world(t);
  const referral = await w.refer({ wording: 'identified' }, { needs: ['device'] });
  await w.call('officer', 'POST', `/referrals/${referral.id}/decisions`, { decision: 'accept' });
  const id = await w.followUp(referral.patientId, { dueOn: '2026-11-24', way: 'in_person' });
  await w.night('2026-11-23');
  await sql`update patient set contact_choice = 'patient_contacts_us'`.execute(w.db);
  const toTell = () =>
    w.rows<{ id: string; status: string }>(
      sql`select id, status from task where kind = 'tell_of_change' order by id`,
    );
  const back = async () => {
    const { outcome } = (await w.call('officer', 'GET', `/follow-ups/${id}`)).body;
    w.clock.set(new Date(Date.parse(w.clock.now().toString()) + 60_000).toISOString());
    return w.call('officer', 'POST', `/follow-up-outcomes/${outcome.id}/takings-back`, { reason });
  };
  await w.call('officer', 'POST', `/follow-ups/${id}/outcomes`, { result: 'cancelled' });
  t.match(await toTell(), [{ status: 'open' }]);
  await back();
  t.match(await toTell(), [{ status: 'done' }], 'there is nothing to tell any more');
  w.clock.set('2026-11-23T09:50:00Z');
  await w.call('officer', 'POST', `/follow-ups/${id}/outcomes`, { result: 'cancelled' });
  const [, task] = await toTell();
  await w.call('officer', 'POST', `/tasks/${task!.id}/completions`, { done: 'Rang her' });
  await back();
  t.match(
    await toTell(),
    [{ status: 'done' }, { status: 'done' }, { status: 'open' }],
    'who told them tells them again',
  );
});

t.test('one that was done early is reminded of again', async (t) => {
  const w = await helped(t, { day: '2026-11-24' });
  const [first] = w.steps;
  await w.night('2026-11-24');
  const reminders = () =>
    w.rows<{ status: string }>(sql`select status from reminder where subject_id = ${first!.id} order by id`);
  const planned = (await reminders()).length;
  await sql`update reminder set status = 'standing', message_id = null where subject_id = ${first!.id}`.execute(
    w.db,
  );
  await w.record(first!.id, { result: 'done' });
  t.match((await reminders()).at(-1), { status: 'cancelled' });
  t.match(await w.takeBack(await w.outcomeOf(first!.id)), {
    body: { followUp: { status: 'planned', dueOn: first!.dueOn } },
  });
  await w.work();
  t.equal((await reminders()).length, planned + 1);
  t.match((await reminders()).at(-1), { status: 'standing' });
});

t.test('where what it was of has ended, it is off; what was of a mistaken loan goes on', async (t) => {
  const of = {
    contactState: 'open',
    planHasEnded: false,
    loanId: 'loan',
    loanStatus: 'open',
    otherLoanId: null,
    referralStatus: 'active',
  };
  for (const [changes, status, loanId = 'loan'] of [
    [{}, 'confirmed'],
    [{ loanId: null, loanStatus: null, referralStatus: 'closed' }, 'confirmed', null],
    [{ loanStatus: 'closed', otherLoanId: 'other' }, 'confirmed', 'other'],
    [{ loanStatus: 'closed' }, 'cancelled'],
    [{ loanStatus: 'recorded_by_mistake' }, 'cancelled'],
    [{ referralStatus: 'withdrawn' }, 'cancelled'],
    [{ referralStatus: null }, 'confirmed'],
    [{ planHasEnded: true }, 'cancelled'],
    [{ contactState: 'paused' }, 'confirmed'],
    [{ contactState: 'withdrawn' }, 'cancelled'],
    [{ contactState: 'deceased' }, 'cancelled'],
  ] as const)
    t.same(standsAfter('confirmed', { ...of, ...changes }), { status, loanId }, JSON.stringify(changes));

  const w = await helped(t);
  const loan = await w.make.loan();
  const followUpId = loan.followUps[0]!.id;
  await w.record(followUpId, { result: 'done' });
  const outcomeId = await w.outcomeOf(followUpId);
  t.match(await refusal(takeBackIssue(w.deps, officer, loan.id, { reason: 'wrong_person' })), {
    type: 'taking-back-refused',
  });
  await returnItems(w.deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
  t.match(await w.takeBack(outcomeId), { status: 201, body: { followUp: { status: 'cancelled' } } });
  t.match(await w.see(followUpId), { status: 'cancelled', outcome: null });

  const other = await w.make.loan();
  await w.record(other.followUps[0]!.id, { result: 'done' });
  await w.takeBack(await w.outcomeOf(other.followUps[0]!.id));
  t.ok((await w.story('loans', other.id)).includes('follow_up.outcome_taken_back'));
  t.match(await takeBackIssue(w.deps, officer, other.id, { reason: 'wrong_person' }), {
    loan: { status: 'recorded_by_mistake' },
  });
});

t.test('at the same moment as the next call is recorded, another records, or presses twice', async (t) => {
  const w = await helped(t);
  const [first, second] = w.steps;
  const lock = sql`select id from patient where id = ${w.referral.patientId} for update`;
  for (const turned of [false, true]) {
    await w.record(first!.id, { result: 'missed' });
    const outcomeId = await w.outcomeOf(first!.id);
    const manager = { ...officer, actor: { ...officer.actor, role: 'manager' as const } };
    const calls: (() => Promise<unknown>)[] = [
      () => takeBackOutcome(w.deps, manager, outcomeId, { reason }),
      () => recordOutcome(w.deps, officer, second!.id, { result: 'missed' }),
    ];
    const outcomes = await atOnce(w.db, lock, turned ? calls.reverse() : calls);
    t.same(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    t.notOk((await w.openTasks()).includes('missed_twice'), 'one alone is missed, whichever came first');
    t.match(await w.see(first!.id), { status: 'planned', outcome: null });
    await w.takeBack(await w.outcomeOf(second!.id), {}, 'manager');

    const again = await w.record(first!.id, { result: 'done' });
    t.equal(again.status, 201);
    const wrong = await w.outcomeOf(first!.id);
    const both = await atOnce<unknown>(w.db, lock, [
      () => takeBackOutcome(w.deps, manager, wrong, { reason }),
      () => takeBackOutcome(w.deps, manager, wrong, { reason }),
      () => recordOutcome(w.deps, officer, first!.id, { result: 'missed' }),
    ]);
    t.same(
      both.slice(0, 2).map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
      'pressed twice',
    );
    const { status, outcome } = await w.see(first!.id);
    t.equal(status, both[2]!.status === 'fulfilled' ? 'missed' : 'planned');
    if (outcome) await w.takeBack(outcome.id, {}, 'manager');
  }
  const events = await w.rows(
    sql`select from event where type = 'follow_up.outcome_taken_back' and "values"->>'result' = 'done'`,
  );
  t.equal(events.length, 2, 'each once');
});

t.test('the database wants a reason and one outcome; the page asks, and leads to recording', async (t) => {
  const w = await helped(t);
  const { id } = w.steps[0]!;
  await w.record(id, { result: 'done', concern: true });
  const outcomeId = await w.outcomeOf(id);
  const refused = (change: ReturnType<typeof sql>) => refusal(change.execute(w.db));
  t.match(await refused(sql`update follow_up_outcome set taken_back_at = now()`), {
    constraint: 'follow_up_outcome_taken_back_says_why',
  });
  t.match(await refused(sql`update follow_up_outcome set concern_taken_back = true`), {
    constraint: 'follow_up_outcome_concern_goes_with_it',
  });
  t.match(
    await refused(sql`insert into follow_up_outcome (id, follow_up_id, result, recorded_at, was_status, was_due_on)
      values (new_id(), ${id}, 'done', now(), 'planned', '2026-11-25')`),
    { constraint: 'follow_up_outcome_standing' },
  );
  const path = `/follow-up-outcomes/${outcomeId}/takings-back`;
  const page = forms(w.app, w.as.officer);
  t.match((await page.get(`/follow-ups/${id}`)).body, path);
  const asked = (await page.get(path)).body;
  t.match(asked, /Take back what came of the follow-up/);
  t.match(asked, /The concern that was raised with it stands/);
  t.notMatch(asked, /concernToo/);
  t.match((await forms(w.app, w.as.manager).get(path)).body, /The concern was a mistake too/);
  const empty = await page.post(path, { reason: '' });
  t.equal(empty.statusCode, 422);
  t.match(empty.body, /Enter why it was a mistake/);
  const done = await page.post(path, { reason });
  t.match(done, { statusCode: 303, headers: { location: `/follow-ups/${id}` } });
  const { body } = await page.get(`/follow-ups/${id}`);
  t.match(body, /id="record"/);
  t.notMatch(body, path);
});
