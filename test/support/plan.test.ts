import { sql } from 'kysely';
import t from 'tap';
import { replaceItem } from '../../src/lending/incidents/replacement.commands.ts';
import { reviewLoan } from '../../src/lending/loans/extension.commands.ts';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { changeFollowUp } from '../../src/support/follow-up.commands.ts';
import { listFollowUps } from '../../src/support/follow-up.queries.ts';
import { inOrder, type Step, sameSteps, stepFaults, stepLines } from '../../src/support/plan.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, officer } from '../helpers/factories.ts';

const seeded = '01900000-0000-7000-8000-000000000001';
const call = (step: string, days: number, more: object = {}) => ({
  step,
  days,
  way: 'phone',
  minutes: 20,
  ...more,
});

async function setUp(t: Parameters<typeof testApp>[0]) {
  const world = await testApp(t);
  const { app, as, db } = world;
  const api = apiOf(app, as.officer);
  const admin = apiOf(app, as.administrator);
  const followUps = async () =>
    (await listFollowUps(db, officer.actor, { limit: 50 }, '2026-11-23')).items.map(
      ({ step, dueOn, status }) => `${step} ${dueOn} ${status}`,
    );
  const plan = async (name: string, steps: object[], more: object = {}) =>
    (await admin('POST', '/support-plans', { name, steps, ...more })).body.id as string;
  const patientId = async () => (await db.selectFrom('patient').select('id').executeTakeFirstOrThrow()).id;
  return { ...world, api, admin, followUps, plan, patientId, make: factories(world.deps) };
}

t.test('steps in order, in words, and what is wrong with them', async (t) => {
  const step = (name: string, days: number, countedFrom: Step['countedFrom'] = 'start'): Step => ({
    step: name,
    countedFrom,
    days,
    way: 'phone',
    minutes: 20,
    startsAt: '10:00',
    leadDays: 1,
  });
  const steps = inOrder([
    step('Back soon', 3, 'due'),
    step('Later', 9),
    step('Back', 14, 'due'),
    step('First', 0),
  ]);
  t.same(
    stepLines(steps).map(({ step, when }) => `${step} ${when}`),
    [
      'First on the day it starts',
      'Later 9 days after the start',
      'Back 14 days before it is due back',
      'Back soon 3 days before it is due back',
    ],
  );
  t.ok(sameSteps(steps, structuredClone(steps)));
  t.notOk(sameSteps(steps, [{ ...steps[0]!, leadDays: 2 }, ...steps.slice(1)]));
  t.match(stepFaults([step('One', 2), step('Two', 2)]), [{ pointer: '/steps/1/days' }]);
  t.match(stepFaults([step('Back', 2, 'due')]), [{ pointer: '/steps/0/countedFrom' }]);
  t.same(stepFaults([step('One', 2), step('Back', 2, 'due')]), []);
});

t.test('plans are data: an edit is a new version, and there is one default of each', async (t) => {
  const { api, admin, app, as } = await setUp(t);
  const { body: all } = await api('GET', '/support-plans');
  t.match(all.items, [
    { id: seeded, name: 'Getting started', version: 1, forLoans: true, forSupport: true, running: 0 },
  ]);
  t.same(
    all.items[0].steps.map(({ step, days, leadDays }: Step) => [step, days, leadDays]),
    [
      ['Set-up call', 2, 1],
      ['One week', 7, 1],
      ['Four weeks', 28, 1],
      ['Three months', 91, 1],
    ],
  );
  const light = { name: 'Light touch', steps: [call('Back', 14, { countedFrom: 'due' }), call('Hello', 3)] };
  t.equal((await api('POST', '/support-plans', light)).status, 403, 'officers do not write plans');
  const made = await admin('POST', '/support-plans', light);
  t.equal(made.status, 201);
  t.match(made.body, {
    version: 1,
    steps: [{ step: 'Hello', startsAt: '10:00' }, { step: 'Back' }],
    earlier: [],
  });
  t.equal((await admin('POST', '/support-plans', { ...light, name: 'light TOUCH' })).status, 409);
  t.match(
    (await admin('POST', '/support-plans', { name: 'X', steps: [call('A', 1), call('B', 1)] })).body.errors,
    [{ pointer: '/steps/1/days' }],
  );

  const url = `/support-plans/${made.body.id}`;
  const change = async (body: object, at = url) =>
    admin('PATCH', at, body, { 'if-match': (await admin('GET', at)).etag });
  t.equal((await admin('PATCH', url, { name: 'Y' })).status, 428);
  t.match((await change({ steps: light.steps })).body, { version: 1 }, 'the same steps are no new version');
  const second = await change({ steps: [call('Hello', 4)], forSupport: true });
  t.match(second.body, {
    version: 2,
    forSupport: true,
    earlier: [{ version: 1, createdBy: 'Test administrator' }],
  });
  t.match((await admin('GET', `/support-plans/${seeded}`)).body, { forLoans: true, forSupport: false });
  t.match((await change({ forSupport: false })).body.errors, [{ pointer: '/forSupport' }]);
  t.match((await change({ retired: true })).body.errors, [{ pointer: '/retired' }]);
  await change({ forSupport: true }, `/support-plans/${seeded}`);
  t.match((await change({ retired: true })).body, { retired: true });
  t.equal((await api('GET', '/support-plans')).body.items.length, 1);
  t.equal((await api('GET', '/support-plans?retired=true')).body.items.length, 2);
  t.equal((await app.inject({ url: '/api/v1/support-plans', headers: as.supporter })).statusCode, 403);
});

t.test('the plan that begins by default follows the need for support (rule 27)', async (t) => {
  const { api, admin, make, plan } = await setUp(t);
  const asked = await plan('Asked', [call('Asked call', 1)]);
  const kit = await admin('POST', '/kits', {
    name: 'One tablet',
    lines: [{ deviceKind: 'tablet' }],
    supportPlanId: asked,
  });
  const steps = async (referralId: string, input: object = {}) =>
    (await make.loan({ referralId, ...input })).followUps.map(({ step }) => step);
  const drop = async (id: string) =>
    t.equal(
      (
        await api('POST', `/referrals/${id}/needs`, {
          need: 'support',
          change: 'drop',
          reason: 'Has a daughter who helps',
        })
      ).status,
      201,
    );
  const waiting = async (needs: ('device' | 'data' | 'support')[]) =>
    (await make.waitingReferral({ needs })).id;
  t.equal((await steps(await waiting(['device', 'support']))).length, 4, 'open: the usual one');
  t.same(await steps(await waiting(['device'])), [], 'never asked for: none');
  t.same(await steps(await waiting(['device']), { kitId: kit.body.id }), [], 'not by its kit either');
  const dropped = await waiting(['device', 'support']);
  await drop(dropped);
  t.same(await steps(dropped), [], 'dropped: none');
  t.same(await steps(dropped, { supportPlan: asked }), ['Asked call'], 'planned anyway, where it is said');
  const met = await waiting(['device', 'support']);
  await api('POST', `/referrals/${met}/needs`, { need: 'support', change: 'meet', reason: 'At a drop-in' });
  t.equal((await steps(met)).length, 4, 'met: the usual one');
  const person = await make.waitingReferral({ needs: ['device'] });
  const { patient } = (await api('GET', `/referrals/${person.id}`)).body;
  t.equal(
    (await make.loan({ patientId: patient.id })).followUps.length,
    4,
    'without a referral: the usual one',
  );
});

t.test('a loan that waits for support being dropped plans no calls', async (t) => {
  const { api, db, make } = await setUp(t);
  const { id } = await make.waitingReferral();
  const [device] = await make.readyDevices(1);
  const [, issued] = await atOnce(db, sql`select from referral where id = ${id} for update`, [
    () =>
      api('POST', `/referrals/${id}/needs`, {
        need: 'support',
        change: 'drop',
        reason: 'Not wanted, they said',
      }),
    () =>
      api('POST', '/loans', {
        referralId: id,
        items: [{ deviceId: device!.id }],
        agreement: { acceptedBy: 'verbal' },
      }),
  ]);
  t.match(issued, { status: 'fulfilled', value: { status: 201 } });
  const { needs } = (await api('GET', `/referrals/${id}`)).body;
  const support = needs.find(({ need }: { need: string }) => need === 'support');
  const { followUps } = (issued as { value: { body: { followUps: object[] } } }).value.body;
  t.equal(followUps.length, support.status === 'dropped' ? 0 : 4);
});

t.test('a loan gets the plan asked for, else of its kit, of its terms, or the default', async (t) => {
  const { api, admin, db, make, plan } = await setUp(t);
  const [asked, ofKit, ofTerms] = [
    await plan('Asked', [call('Asked call', 1)]),
    await plan('Kit', [call('Kit call', 1)]),
    await plan('Terms', [call('Terms call', 1), call('Back', 14, { countedFrom: 'due' })]),
  ];
  const kit = await admin('POST', '/kits', {
    name: 'One tablet',
    lines: [{ deviceKind: 'tablet' }],
    supportPlanId: ofKit,
  });
  t.equal(kit.body.supportPlanId, ofKit);
  const terms = await admin('POST', '/loan-terms', {
    name: 'Course',
    borrower: 'patient',
    weeks: 12,
    supportPlanId: ofTerms,
  });
  t.match(
    (
      await admin('POST', '/loan-terms', {
        name: 'Other',
        borrower: 'patient',
        weeks: 12,
        supportPlanId: kit.body.id,
      })
    ).body,
    { errors: [{ pointer: '/supportPlanId' }] },
  );
  const steps = async (input: object) =>
    (await make.loan(input)).followUps.map(({ step, dueOn }) => `${step} ${dueOn}`);
  t.same(await steps({ supportPlan: asked, kitId: kit.body.id }), ['Asked call 2026-11-24']);
  t.same(await steps({ kitId: kit.body.id, termsId: terms.body.id }), ['Kit call 2026-11-24']);
  t.same(
    await steps({ termsId: terms.body.id }),
    ['Terms call 2026-11-24', 'Back 2027-02-01'],
    'due on 15 February',
  );
  t.equal((await steps({})).length, 4, 'the default');
  t.same(await steps({ supportPlan: null }), [], 'none when none is wanted');
  const refused = await make.loan({ supportPlan: kit.body.id }).catch((error) => error);
  t.match(refused.errors, [{ pointer: '/supportPlan' }]);
  await admin('PATCH', `/support-plans/${ofKit}`, { retired: true }, { 'if-match': '*' });
  t.same(await steps({ kitId: kit.body.id, termsId: terms.body.id }), [
    'Terms call 2026-11-24',
    'Back 2027-02-01',
  ]);
  const loan = await db
    .selectFrom('patient_plan')
    .select('loan_id')
    .where('loan_id', 'is not', null)
    .executeTakeFirstOrThrow();
  t.equal((await api('GET', `/loans/${loan.loan_id}`)).status, 200);
});

t.test('acceptance of support alone begins its own default', async (t) => {
  const { make, plan, followUps } = await setUp(t);
  await plan('Support alone', [call('Hello', 3)], { forSupport: true });
  await make.waitingReferral({ needs: ['support'] });
  t.same(await followUps(), ['Hello 2026-11-26 planned']);
});

t.test(
  'an edit changes no plan that runs; an officer moves a person to another, and what is told stays',
  async (t) => {
    const { api, admin, deps, db, make, followUps, plan, patientId } = await setUp(t);
    await make.loan({ handover: { way: 'in_person', on: '2026-11-22' } });
    const id = await patientId();
    const before = await followUps();
    await admin(
      'PATCH',
      `/support-plans/${seeded}`,
      { steps: [call('Set-up', 2), call('Two weeks', 14)] },
      { 'if-match': '*' },
    );
    t.same(await followUps(), before, 'the edit leaves it');
    const [held] = (await api('GET', `/patients/${id}/support-plans`)).body.items;
    t.match(held, {
      plan: { version: 1, newest: 2 },
      startsOn: '2026-11-22',
      ahead: 4,
      loan: { reference: /^L-/ },
    });
    const give = (body: object) => api('POST', `/patients/${id}/support-plans`, body);

    await runNightly(deps);
    await dispatch(deps);
    t.equal((await db.selectFrom('reminder').select('id').where('status', '=', 'said').execute()).length, 1);
    const [, , fourWeeks] = (await api('GET', '/follow-ups')).body.items;
    await changeFollowUp(deps, { ...officer, ifMatch: '*' }, fourWeeks.id, { status: 'confirmed' });

    const weekly = await plan('Weekly', [
      call('Week 1', 7),
      call('Week 4', 28),
      call('Week 6', 42),
      call('Back', 7, { countedFrom: 'due' }),
    ]);
    t.match((await give({ planId: weekly })).body, { status: 409, detail: /in its place/ });
    t.match((await give({ planId: weekly, inPlaceOf: weekly })).body.errors, [{ pointer: '/inPlaceOf' }]);
    const given = await give({ planId: weekly, inPlaceOf: held.id });
    t.same(given.body, { id: held.id, planned: 2, cancelled: 2, kept: 2 });
    t.same(await followUps(), [
      'Set-up call 2026-11-24 planned',
      'One week 2026-11-30 cancelled',
      'Four weeks 2026-12-21 confirmed',
      'Week 6 2027-01-04 planned',
      'Three months 2027-02-22 cancelled',
      'Back 2027-05-17 planned',
    ]);
    t.match(
      (await give({ planId: weekly, inPlaceOf: held.id })).body,
      { status: 409 },
      'given twice, it is there once',
    );
    t.match(
      await db
        .selectFrom('event')
        .select('values')
        .where('type', '=', 'patient.support_plan_given')
        .execute(),
      [{ values: { plan: 'Weekly', planVersion: 1, count: 2 } }],
    );
  },
);

t.test('an extension takes along what is counted back from the day it is due', async (t) => {
  const { api, app, as, deps, db, make, followUps, plan } = await setUp(t);
  const back = await plan('Back', [
    call('First', 2),
    call('Two weeks before', 14, { countedFrom: 'due', leadDays: 1 }),
  ]);
  const loan = await make.loan({ supportPlan: back, dueOn: '2027-02-26' });
  t.same(await followUps(), ['First 2026-11-25 planned', 'Two weeks before 2027-02-12 planned']);
  const extend = (body: object) => api('POST', `/loans/${loan.id}/extensions`, body);
  t.equal((await extend({ dueOn: '2027-03-31' })).status, 201);
  t.same(await followUps(), ['First 2026-11-25 planned', 'Two weeks before 2027-03-17 planned']);
  const events = await db
    .selectFrom('event')
    .select(['id', 'values'])
    .where('type', '=', 'follow_up.moved')
    .execute();
  t.match(events, [{ values: { dueOn: '2027-03-17', startsAt: '10:00' } }]);
  const outbox = await db
    .selectFrom('outbox')
    .select('handler')
    .where('event_id', '=', events[0]!.id)
    .where('handler', '<>', 'settle-formats')
    .execute();
  t.same(outbox, [{ handler: 'plan-reminders' }], 'whoever was told of the old day hears of the new one');
  const asManager = apiOf(app, as.manager);
  const open = { openEnded: true, reason: 'On a course' };
  t.equal((await asManager('POST', `/loans/${loan.id}/extensions`, open)).status, 201);
  t.same(
    await followUps(),
    ['First 2026-11-25 planned', 'Two weeks before 2027-03-17 cancelled'],
    'without a day there is nothing to count from',
  );
  await reviewLoan(deps, officer, loan.id, { outcome: 'comes_back', dueOn: '2027-06-30' });
  t.same(await followUps(), [
    'First 2026-11-25 planned',
    'Two weeks before 2027-03-17 cancelled',
    'Two weeks before 2027-06-16 planned',
  ]);
});

t.test('who gets a replacement is called about it, unless a call is near anyway', async (t) => {
  const { deps, clock, make, followUps } = await setUp(t);
  const loan = await make.loan({});
  const replace = async (itemId: string) => {
    const [spare] = await make.readyDevices(1);
    const { item } = await replaceItem(deps, officer, loan.id, {
      itemId,
      deviceId: spare!.id,
      handedIn: true,
    });
    return item.id;
  };
  const second = await replace(loan.items[0]!.id);
  t.equal((await followUps()).length, 4, 'the set-up call is in two days');
  clock.set('2026-12-01T09:30:00Z');
  await replace(second);
  t.same(
    (await followUps()).filter((line: string) => line.startsWith('Getting started')),
    ['Getting started with the replacement 2026-12-03 planned'],
    'at one week, with the next call three weeks away',
  );
});

t.test('support ends as the person wishes, with the reason, and may begin again', async (t) => {
  const { api, db, make, followUps, patientId } = await setUp(t);
  const referral = await make.waitingReferral({ needs: ['support'] });
  const id = await patientId();
  const stop = (body: object) => api('POST', `/patients/${id}/support-stops`, body);
  t.equal((await stop({})).status, 422);
  t.same((await stop({ reason: 'Gets on well alone' })).body, { cancelledFollowUps: 4, endedPlans: 1 });
  t.ok((await followUps()).every((line: string) => line.endsWith('cancelled')));
  t.match((await api('GET', `/patients/${id}/support-plans`)).body.items, [
    { endedBy: 'wish', reason: 'Gets on well alone', ahead: 0 },
  ]);
  t.match(
    (await api('GET', `/referrals/${referral.id}`)).body,
    { status: 'closed' },
    'nothing is left to do for it',
  );
  const event = await db
    .selectFrom('event')
    .selectAll()
    .where('type', '=', 'patient.support_stopped')
    .executeTakeFirstOrThrow();
  t.notMatch(JSON.stringify(event), /Gets on well/, 'what was said is not in the log');
  t.equal((await stop({ reason: 'Again' })).status, 409);

  const give = (body: object) => api('POST', `/patients/${id}/support-plans`, body);
  t.match((await give({ planId: seeded, startsOn: '2026-11-20' })).body.errors, [{ pointer: '/startsOn' }]);
  t.match((await give({ planId: seeded, startsOn: '2026-12-01' })).body, {
    planned: 4,
    cancelled: 0,
    kept: 0,
  });
  t.ok((await followUps()).includes('Set-up call 2026-12-03 planned'));
  await db.updateTable('patient').set({ contact_state: 'withdrawn' }).execute();
  t.equal((await give({ planId: seeded })).status, 409, 'who withdrew gets no plan (rule 24)');
});

t.test('a reminder goes out as many working days ahead as its step says', async (t) => {
  const { deps, db, clock, make, plan } = await setUp(t);
  const early = await plan('Early', [call('Visit', 8, { leadDays: 3, way: 'in_person' }), call('Call', 9)]);
  // Tuesday 1 December and Wednesday 2 December; three working days before is Thursday 26 November.
  await make.loan({ supportPlan: early });
  const planned = async () =>
    (await db.selectFrom('reminder').select(['for_date', 'message_id']).orderBy('for_date').execute()).map(
      ({ for_date, message_id }) => `${for_date} ${message_id ? 'in a message' : 'not gathered'}`,
    );
  for (const [day, then] of [
    ['25', []],
    ['26', ['2026-12-01 in a message']],
    ['30', ['2026-12-01 in a message']],
  ] as const) {
    clock.set(`2026-11-${day}T03:15:00Z`);
    await runNightly(deps);
    t.same(await planned(), then, day);
  }
  clock.set('2026-12-01T03:15:00Z');
  await runNightly(deps);
  t.same(await planned(), ['2026-12-01 in a message', '2026-12-02 in a message']);
});
