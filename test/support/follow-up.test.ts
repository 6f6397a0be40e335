import t from 'tap';
import { addApiClient, addApiKey } from '../../src/access/client.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { newId } from '../../src/shared/ids.ts';
import { workIn } from '../../src/shared/work.ts';
import { isAhead } from '../../src/support/follow-up.states.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { beginPlan } from '../../src/support/patient-plan.commands.ts';
import {
  allowedFollowUpActions,
  assertAhead,
  followUpMoves,
  followUpStatuses,
} from '../../src/support/support.rules.ts';
import { testApp } from '../helpers/app.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms } from '../helpers/pages.ts';
import { steps } from '../helpers/steps.ts';

const api = '/api/v1/follow-ups';

t.test('every status and what may be done with it', async (t) => {
  for (const status of followUpStatuses) {
    const ahead = isAhead.of(status);
    t.equal(ahead, status === 'planned' || status === 'confirmed', status);
    t.equal(ahead, followUpMoves[status].length > 0, `${status} leads on`);
    if (ahead) t.doesNotThrow(() => assertAhead(status));
    else t.throws(() => assertAhead(status), /Add a new one instead/);
    t.equal(allowedFollowUpActions(status).record_outcome === true, ahead);
    t.ok(followUpMoves[status].every((next) => followUpStatuses.includes(next)));
  }
});

t.test('a plan makes its follow-ups on working days, counted from the handover', async (t) => {
  const { db, deps } = await testDatabase(t);
  const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2030-01-01' });
  const make = (from: string) =>
    db.transaction().execute((trx) =>
      beginPlan(workIn(trx, deps, systemContext('test')), {
        patientId: person!.patientId,
        versionId: '01900000-0000-7000-8000-000000000001',
        from,
      }),
    );
  const dates = async (from: string) =>
    (await make(from)).map(({ step, dueOn, status }) => `${step} ${dueOn} ${status}`);
  t.same(await dates('2026-11-23'), [
    'Set-up call 2026-11-25 planned',
    'One week 2026-11-30 planned',
    'Four weeks 2026-12-21 planned',
    'Three months 2027-02-22 planned',
  ]);
  t.same(await dates('2026-12-23'), [
    'Set-up call 2026-12-29 planned',
    'One week 2026-12-30 planned',
    'Four weeks 2027-01-20 planned',
    'Three months 2027-03-24 planned',
  ]);
});

t.test('the diary and one follow-up', async (t) => {
  const { app, as, ids, deps, db } = await testApp(t);
  const { id: loanId } = await factories(deps).loan();
  const list = async (query = '', who = as.officer) =>
    (await app.inject({ url: `${api}${query}`, headers: who })).json();
  const { step } = steps(t);
  const all = await list();
  const [first, second] = all.items;
  const get = (id: string, who = as.officer) => app.inject({ url: `${api}/${id}`, headers: who });
  const change = async (id: string, payload: object, who = as.officer, etag?: string) => {
    const tag = etag ?? (await get(id)).headers.etag;
    return app.inject({
      method: 'PATCH',
      url: `${api}/${id}`,
      headers: { ...who, 'if-match': String(tag) },
      payload,
    });
  };

  await step('a loan plans its follow-ups, listed page by page and filtered', async (t) => {
    t.same(
      all.items.map(({ step, dueOn, startsAt, supporter }: Record<string, unknown>) => ({
        step,
        dueOn,
        startsAt,
        supporter,
      })),
      [
        { step: 'Set-up call', dueOn: '2026-11-25', startsAt: '10:00', supporter: null },
        { step: 'One week', dueOn: '2026-11-30', startsAt: '10:00', supporter: null },
        { step: 'Four weeks', dueOn: '2026-12-21', startsAt: '10:00', supporter: null },
        { step: 'Three months', dueOn: '2027-02-22', startsAt: '10:00', supporter: null },
      ],
    );
    const pages: string[] = [];
    for (let after = ''; ; ) {
      const page = await list(`?limit=3${after}`);
      pages.push(...page.items.map(({ id }: { id: string }) => id));
      if (!page.next) break;
      after = `&after=${encodeURIComponent(page.next)}`;
    }
    t.same(
      pages,
      all.items.map(({ id }: { id: string }) => id),
      'page by page it is the same list',
    );
    t.equal((await list('?from=2026-11-26&to=2026-12-21&status=planned')).items.length, 2);
    t.equal((await list('?unassigned=true')).items.length, 4);
    t.equal((await app.inject({ url: `${api}?from=tomorrow`, headers: as.officer })).statusCode, 400);
  });

  await step('a supporter gets one, and sees only that', async (t) => {
    t.equal((await change(first.id, { supporterId: ids.supporter })).statusCode, 200);
    t.same(
      (await list('', as.supporter)).items.map(({ id }: { id: string }) => id),
      [first.id],
      'a supporter sees their own (rule 19)',
    );
    t.equal((await list(`?supporterId=${ids.supporter}`)).items.length, 1);
  });

  await step('they see what the contact needs, and the look is logged', async (t) => {
    const seen = await get(first.id, as.supporter);
    t.match(seen.json(), {
      step: 'Set-up call',
      patient: { name: 'Amal Example' },
      loan: { id: loanId, devices: [{ kind: 'tablet' }] },
      outcome: null,
      earlier: [],
      contact: { choice: 'any_safe', points: [{ channel: 'sms', value: '+447700900123' }] },
    });
    t.notMatch(seen.body, /dateOfBirth|nhsNumber|1980-02|February 1980/, 'and only what the contact needs');
    t.equal((await get(second.id, as.supporter)).statusCode, 404, 'what is not theirs does not exist');
    t.equal((await change(second.id, { way: 'video' }, as.supporter, '*')).statusCode, 404);
    t.equal(
      (
        await app.inject({
          method: 'POST',
          url: `${api}/${second.id}/outcomes`,
          headers: as.supporter,
          payload: { result: 'done' },
        })
      ).statusCode,
      404,
    );
    t.match(
      await db
        .selectFrom('access_log')
        .select(['what', 'actor_name'])
        .where('actor_name', '=', 'Test supporter')
        .orderBy('id')
        .execute(),
      [{ what: 'list' }, { what: 'follow_up' }],
      'each look is logged',
    );
  });

  await step('they move and confirm it, but assign nobody', async (t) => {
    t.match((await change(first.id, { dueOn: '2026-11-26' }, as.supporter)).json(), {
      dueOn: '2026-11-26',
      status: 'planned',
    });
    t.equal(
      (await change(first.id, { supporterId: null }, as.supporter)).statusCode,
      403,
      'a supporter does not assign',
    );
    t.match((await change(first.id, { status: 'confirmed' }, as.supporter)).json(), { status: 'confirmed' });
    t.match(
      (await change(first.id, { startsAt: '11:30' })).json(),
      { startsAt: '11:30', status: 'planned' },
      'another time is no longer confirmed',
    );
  });

  await step('what cannot be is refused, and so is a change of what was not seen', async (t) => {
    t.match((await change(first.id, { dueOn: '2026-11-20' })).json(), {
      status: 422,
      errors: [{ pointer: '/dueOn' }],
    });
    t.match((await change(first.id, { supporterId: newId() })).json(), {
      status: 422,
      errors: [{ pointer: '/supporterId' }],
    });
    t.match((await change(first.id, { startsAt: '25:00' })).json(), {
      status: 422,
      errors: [{ pointer: '/startsAt' }],
    });
    t.equal((await change(first.id, { way: 'video' }, as.officer, '"old"')).statusCode, 412);
    t.equal(
      (
        await app.inject({
          method: 'PATCH',
          url: `${api}/${first.id}`,
          headers: as.officer,
          payload: { way: 'video' },
        })
      ).statusCode,
      428,
    );
  });

  await step('the timeline has what was changed, and no more', async (t) => {
    t.same(
      await db
        .selectFrom('event')
        .select(['type', 'values'])
        .where('type', 'like', 'follow_up.%')
        .orderBy('id')
        .execute(),
      [
        { type: 'follow_up.changed', values: { supporterId: ids.supporter } },
        { type: 'follow_up.moved', values: { dueOn: '2026-11-26', startsAt: '10:00' } },
        { type: 'follow_up.changed', values: { from: 'planned', to: 'confirmed' } },
        {
          type: 'follow_up.moved',
          values: { dueOn: '2026-11-26', startsAt: '11:30', from: 'confirmed', to: 'planned' },
        },
      ],
    );
  });
});

/** A key does not end while the test's clock goes on for weeks, as a session does. */
async function officerKey(deps: Deps) {
  const { id } = await addApiClient(deps, officer, { name: 'Scheme office', role: 'officer' });
  const { key } = await addApiKey(deps, officer, id);
  return { authorization: `Bearer ${key}` };
}

t.test('outcomes', async (t) => {
  const { app, deps, db, clock } = await testApp(t);
  const key = await officerKey(deps);
  await factories(deps).loan();
  const items: { id: string; patient: { id: string } }[] = (
    await app.inject({ url: api, headers: key })
  ).json().items;
  const record = (place: number, payload: object) =>
    app.inject({ method: 'POST', url: `${api}/${items[place]!.id}/outcomes`, headers: key, payload });

  t.match(
    (await record(0, { result: 'missed' })).json(),
    { status: 422, errors: [{ pointer: '/result' }] },
    'what is ahead is not missed',
  );
  t.match((await record(0, { result: 'cancelled', minutes: 5, confidence: 2 })).json(), {
    status: 422,
    errors: [{ pointer: '/minutes' }, { pointer: '/confidence' }],
  });
  t.match((await record(0, { result: 'done', topics: ['flying'] })).json(), {
    status: 422,
    errors: [{ pointer: '/topics/0' }],
  });
  clock.set('2026-11-25T10:30:00Z');
  const done = {
    result: 'done',
    topics: ['getting_started', 'connecting'],
    minutes: 25,
    confidence: 2,
    frequency: 'weekly',
    gotInTheWay: ['data_exhausted'],
    note: 'Said that',
    nextStep: 'Video call',
    concern: true,
  };
  t.same((await record(0, done)).json(), {
    followUp: { id: items[0]!.id, status: 'done' },
    tasks: ['concern'],
  });
  t.match((await record(0, { result: 'missed' })).json(), {
    status: 409,
    type: '/problems/follow-up-settled',
  });
  t.match((await app.inject({ url: `${api}/${items[0]!.id}`, headers: key })).json().outcome, done);
  const event = await db
    .selectFrom('event')
    .selectAll()
    .where('type', '=', 'follow_up.outcome_recorded')
    .executeTakeFirstOrThrow();
  t.same(event.values, { result: 'done', step: 'Set-up call', from: 'planned', to: 'done' });
  t.notMatch(JSON.stringify(event), /Said that/, 'what was said is not in the log');

  clock.set('2026-11-30T12:00:00Z');
  t.same((await record(1, { result: 'missed' })).json().tasks, []);
  clock.set('2026-12-21T12:00:00Z');
  t.same(
    (await record(2, { result: 'missed', note: 'No answer' })).json().tasks,
    ['missed_twice'],
    'two missed in a row make a task',
  );
  const tasks = (await app.inject({ url: '/api/v1/tasks', headers: key })).json().items;
  t.match(tasks, [
    {
      kind: 'concern',
      urgent: true,
      subject: { type: 'follow_up', id: items[0]!.id },
      patient: { name: 'Amal Example' },
    },
    { kind: 'missed_twice', urgent: false, subject: { type: 'patient', id: items[0]!.patient.id } },
  ]);
  t.match((await app.inject({ url: `${api}/${items[3]!.id}`, headers: key })).json().earlier, [
    { status: 'missed', note: 'No answer' },
    { status: 'missed' },
    { status: 'done', nextStep: 'Video call', confidence: 2 },
  ]);

  const spoke = {
    spokeTo: 'The duty nurse',
    spokeOn: '2026-11-23',
    spokeAt: '09:00',
    agreed: 'They ring her',
  };
  const complete = (id: string, payload: object = spoke) =>
    app.inject({ method: 'POST', url: `/api/v1/tasks/${id}/completions`, headers: key, payload });
  const first = await complete(tasks[0].id);
  t.match(first.json(), { status: 'done' });
  t.same((await complete(tasks[0].id)).json(), first.json(), 'done twice is done once');
  t.equal((await complete(newId())).statusCode, 404);
  t.equal((await app.inject({ url: '/api/v1/tasks?status=done', headers: key })).json().items.length, 1);
  t.equal(
    (await db.selectFrom('event').select('id').where('type', '=', 'task.completed').execute()).length,
    1,
  );
});

t.test(
  'rule 20 and the domain page: two missed in a row are told to the clinic, where consent covers it',
  async (t) => {
    const { db, deps, clock, app, as, clinicId } = await testApp(t);
    const make = factories(deps);
    const told = async (shareBackWithClinic: boolean) => {
      clock.set('2026-11-23T09:30:00Z');
      const { id } = await make.waitingReferral({
        clinicId,
        needs: ['support'],
        consent: { shareWithScheme: true, shareBackWithClinic, givenOn: '2026-11-23' },
        person: { familyName: `Told ${shareBackWithClinic}` },
      });
      const followUps = await db
        .selectFrom('follow_up')
        .select('id')
        .where('referral_id', '=', id)
        .orderBy('due_on')
        .execute();
      clock.set('2027-02-22T12:00:00Z');
      for (const [place, { id }] of followUps.slice(0, 3).entries()) {
        await recordOutcome(deps, officer, id, { result: 'missed' });
        if (place === 0) t.equal((await notes()).length, 0, 'one missed is nothing to tell');
      }
      async function notes() {
        return (await app.inject({ url: `/api/v1/referrals/${id}`, headers: as.clinic })).json().toldClinic;
      }
      return { id, notes: await notes() };
    };
    const yes = await told(true);
    t.match(yes.notes, [{ kind: 'missed_twice', note: /two support contacts in a row/ }]);
    t.equal(yes.notes.length, 1, 'told once, not again at the third');
    const handlers = await db
      .selectFrom('outbox as o')
      .innerJoin('event as e', 'e.id', 'o.event_id')
      .select('o.handler')
      .where('e.type', '=', 'referral.clinic_told')
      .execute();
    t.same(handlers, [{ handler: 'tell-clinic' }], 'its webhooks say that the referral changed');
    t.same((await told(false)).notes, [], 'without consent nothing is told');
  },
);

t.test('two people record the same outcome at once: one is told that it is settled', async (t) => {
  const { app, as, deps } = await testApp(t);
  await factories(deps).loan();
  const [first] = (await app.inject({ url: api, headers: as.officer })).json().items;
  const replies = await Promise.all(
    Array.from({ length: 6 }, () =>
      app.inject({
        method: 'POST',
        url: `${api}/${first.id}/outcomes`,
        headers: as.officer,
        payload: { result: 'done' },
      }),
    ),
  );
  t.same(replies.map(({ statusCode }) => statusCode).sort(), [201, 409, 409, 409, 409, 409]);
  const late = await forms(app, as.officer).post(`/follow-ups/${first.id}/outcomes`, {
    result: 'done',
    note: 'She sent her first photograph',
  });
  t.equal(late.statusCode, 409);
  t.match(late.body, /Someone recorded this before you[\s\S]*She sent her first photograph/);
});

t.test('a follow-up beside the plan', async (t) => {
  const { app, as, ids, deps, db } = await testApp(t);
  await factories(deps).loan();
  const patient = await db.selectFrom('patient').select('id').executeTakeFirstOrThrow();
  const add = (payload: object, who = as.officer) =>
    app.inject({ method: 'POST', url: api, headers: who, payload });
  const body = { patientId: patient.id, dueOn: '2026-12-01', way: 'video' };
  const made = await add({
    ...body,
    startsAt: '14:30',
    supporterId: ids.supporter,
    note: 'Wants to see her sister',
  });
  t.equal(made.statusCode, 201);
  t.match(made.json(), {
    step: 'Extra contact',
    dueOn: '2026-12-01',
    startsAt: '14:30',
    way: 'video',
    supporter: { name: 'Test supporter' },
    status: 'planned',
  });
  t.equal(made.headers.location, `${api}/${made.json().id}`);
  t.equal((await add(body, as.supporter)).statusCode, 403);
  t.match((await add({ ...body, dueOn: '2026-11-22' })).json(), {
    status: 422,
    errors: [{ pointer: '/dueOn' }],
  });
  t.match((await add({ ...body, patientId: newId() })).json(), {
    status: 422,
    errors: [{ pointer: '/patientId' }],
  });
  await db.updateTable('patient').set({ contact_state: 'withdrawn' }).where('id', '=', patient.id).execute();
  t.equal((await add(body)).statusCode, 409);
});

t.test('who withdrew or died is not to be reached from their follow-ups (rule 24)', async (t) => {
  const { app, as, ids, db } = await testApp(t);
  const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24' });
  await db.updateTable('follow_up').set({ supporter_id: ids.supporter }).execute();
  const points = async () =>
    (await app.inject({ url: `${api}/${person!.followUpId}`, headers: as.supporter })).json().contact.points
      .length;
  t.equal(await points(), 1);
  for (const state of ['withdrawn', 'deceased'] as const) {
    await db.updateTable('patient').set({ contact_state: state }).execute();
    t.equal(await points(), 0, state);
  }
});
