import { sql } from 'kysely';
import t from 'tap';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

t.setTimeout(300_000);

/** Someone with a call of the supporter at 9am today, which has come. */
async function called(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  const [call] = await seedFollowUps(w.db, {
    patients: 1,
    dueOn: '2026-11-23',
    startsAt: '09:00',
    channel: 'phone',
  });
  const { patientId, followUpId: id } = call!;
  await sql`update follow_up set supporter_id = ${w.ids.supporter}`.execute(w.db);
  const again = (when: object, who: 'supporter' | 'officer' = 'supporter') =>
    w.call(who, 'POST', `/follow-ups/${id}/outcomes`, { result: 'missed', again: when });
  const ahead = () =>
    w.rows<{ id: string; dueOn: string; startsAt: string; status: string; supporterId: string }>(
      sql`select id, due_on as "dueOn", to_char(starts_at, 'HH24:MI') as "startsAt", status, supporter_id as "supporterId"
        from follow_up where patient_id = ${patientId} order by id`,
    );
  return { ...w, patientId, id, again, ahead };
}

t.test('who did not answer is tried again, in the same step', async (t) => {
  const w = await called(t);
  const { status, body } = await w.again({ dueOn: '2026-11-24', startsAt: '10:00' });
  t.equal(status, 201);
  t.match(body, { followUp: { status: 'missed' }, again: { dueOn: '2026-11-24', startsAt: '10:00' } });
  t.match(await w.ahead(), [
    { id: w.id, status: 'missed' },
    {
      id: body.again.id,
      dueOn: '2026-11-24',
      startsAt: '10:00',
      status: 'planned',
      supporterId: w.ids.supporter,
    },
  ]);
  const events = await w.rows<{ type: string }>(
    sql`select e.type from event e join event_subject s on s.event_id = e.id where s.subject_id = ${body.again.id}`,
  );
  t.match(events, [{ type: 'follow_up.added' }]);
});

t.test('with a day alone it is the free time next to the one it had', async (t) => {
  const w = await called(t);
  await w.followUp(w.patientId, { dueOn: '2026-11-25', startsAt: '09:00', supporterId: w.ids.supporter });
  const { body } = await w.again({ dueOn: '2026-11-25' });
  t.equal(body.again.startsAt, '09:30');
});

t.test('a time that is past or not free is refused, and nothing is recorded', async (t) => {
  const w = await called(t);
  await w.followUp(w.patientId, { dueOn: '2026-11-24', startsAt: '10:00', supporterId: w.ids.supporter });
  for (const [when, pointer, message] of [
    [{ dueOn: '2026-11-24', startsAt: '10:00' }, '/again/startsAt', /something else at that time/],
    [{ dueOn: '2026-11-23', startsAt: '09:00' }, '/again/dueOn', /This time is past/],
    [{ dueOn: '2026-11-28', startsAt: '10:00' }, '/again/dueOn', /Nobody works on this day/],
  ] as const) {
    const { status, body } = await w.again(when);
    t.equal(status, 422);
    t.match(body.errors, [{ pointer, message }]);
  }
  const done = await w.call('supporter', 'POST', `/follow-ups/${w.id}/outcomes`, {
    result: 'done',
    again: { dueOn: '2026-11-24' },
  });
  t.match(done.body.errors, [
    { pointer: '/again', message: 'Only a follow-up that was missed is tried again.' },
  ]);
  t.match(await w.ahead(), [{ status: 'planned' }, { status: 'planned' }]);
});

t.test('taken back, the other try is off, unless it has its outcome', async (t) => {
  const w = await called(t);
  const supporter = forms(w.app, w.as.supporter);
  const post = await supporter.post(`/follow-ups/${w.id}/no-answers`, { at: '2026-11-24T10:00' });
  t.equal(post.statusCode, 303);
  const outcomes = await w.rows<{ id: string }>(sql`select id from follow_up_outcome`);
  const undone = await supporter.post(`/follow-up-outcomes/${outcomes[0]!.id}/takings-back`, {
    reason: 'No answer was recorded by mistake',
  });
  t.equal(undone.statusCode, 303);
  t.match(await w.ahead(), [{ id: w.id, status: 'planned' }, { status: 'cancelled' }]);
  const told = await w.rows<{ values: object }>(
    sql`select "values" from event where type = 'follow_up.outcome_taken_back'`,
  );
  t.match(JSON.stringify(told), /againOff/);
  const { body } = await w.again({ dueOn: '2026-11-24' });
  w.clock.set('2026-11-24T09:30:00Z');
  await w.call('supporter', 'POST', `/follow-ups/${body.again.id}/outcomes`, { result: 'done' });
  const [standing] = await w.rows<{ id: string }>(
    sql`select id from follow_up_outcome where follow_up_id = ${w.id} and taken_back_at is null`,
  );
  await w.call('supporter', 'POST', `/follow-up-outcomes/${standing!.id}/takings-back`, {
    reason: 'They had answered',
  });
  t.match((await w.ahead()).at(-1), { status: 'done' });
});

t.test('the form says what is wrong with a time, and offers others', async (t) => {
  const w = await called(t);
  const supporter = forms(w.app, w.as.supporter);
  const page = await supporter.get(`/follow-ups/${w.id}`);
  t.match(page.body, /Tuesday 24 November 2026, 10am/);
  t.match(page.body, /href="tel:\+447700900123"/);
  const refused = await supporter.post(`/follow-ups/${w.id}/no-answers`, {
    'dueOn-day': '28',
    'dueOn-month': '11',
    'dueOn-year': '2026',
    startsAt: '14:00',
  });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, 'Nobody works on this day');
  t.match(refused.body, /name="startsAt"[^>]*value="14:00"/, 'what was typed stays');
});

t.test(
  'the diary: what has no outcome first, then today, tomorrow and the week, with numbers to press',
  async (t) => {
    const w = await called(t);
    const supporter = forms(w.app, w.as.supporter);
    for (const dueOn of ['2026-11-24', '2026-11-26', '2026-12-03'])
      await w.followUp(w.patientId, { dueOn, supporterId: w.ids.supporter });
    w.clock.set('2026-11-24T09:35:00Z');
    const { body } = await supporter.get('/support');
    const heads = [...body.matchAll(/<h2[^>]*>([^<]+)/g)].map(([, text]) => text!.trim());
    t.same(heads.slice(0, 3), [
      'Without an outcome',
      'Today, Tuesday 24 November 2026',
      'Thursday 26 November 2026',
    ]);
    t.match(body, /<a href="\/support\?from=2026-11-30">Later: 1 follow-up from 30 November 2026/);
    t.equal(body.match(/href="tel:\+447700900123"/g)?.length, 3);
    t.match(body, 'no voicemail');
    await sql`update contact_point set safe = false`.execute(w.db);
    t.notMatch((await supporter.get('/support')).body, 'tel:', 'a number that is not safe is none');
    await sql`update contact_point set safe = true`.execute(w.db);
    await sql`update patient set contact_choice = 'patient_contacts_us'`.execute(w.db);
    t.notMatch((await supporter.get('/support')).body, 'tel:', 'nor that of someone who alone makes contact');
  },
);
