import { sql } from 'kysely';
import t from 'tap';
import { claimBatch, dispatch, settleBeforeSending } from '../../src/messages/dispatch.commands.ts';
import { reconcile } from '../../src/messages/reconcile.commands.ts';
import { planForEvent, planReminders } from '../../src/messages/reminder.commands.ts';
import { settleSent } from '../../src/messages/sending.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { today } from '../../src/shared/clock.ts';
import { etagOf } from '../../src/shared/etag.ts';
import { handle } from '../../src/shared/outbox.ts';
import { workIn } from '../../src/shared/work.ts';
import { changeFollowUp, endFollowUps } from '../../src/support/follow-up.commands.ts';
import { getFollowUp } from '../../src/support/follow-up.queries.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';

/** A database in which the night has planned messages that may go out now. */
async function planned(
  t: Parameters<typeof testDatabase>[0],
  seed: Partial<Parameters<typeof seedFollowUps>[1]> = {},
) {
  const database = await testDatabase(t);
  database.clock.set('2026-11-23T03:15:00Z');
  const people = await seedFollowUps(database.db, { patients: 1, dueOn: '2026-11-24', ...seed });
  await runNightly(database.deps);
  database.clock.set('2026-11-23T09:30:00Z');
  return { ...database, people };
}

/** Does the outbox's work in this process. */
async function work({ db, deps }: Pick<Awaited<ReturnType<typeof planned>>, 'db' | 'deps'>) {
  const rows = await db
    .selectFrom('outbox')
    .select(['event_id', 'handler'])
    .where('done_at', 'is', null)
    .execute();
  for (const row of rows) await handle(deps, planForEvent, row.event_id, row.handler);
}

t.test('a message goes out once, discreet unless the person chose otherwise (rule 12)', async (t) => {
  const { deps, db, people } = await planned(t);
  t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
  t.same(await dispatch(deps), { sent: 0, cancelled: 0, waiting: 0 });
  const { captured, messages, reminders } = await sentMessages(db);
  t.same(captured, [
    {
      reference: messages[0]!.id,
      recipient: '+447700900123',
      channel: 'sms',
      subject: null,
      body: 'Hello. A reminder for Tuesday 24 November at 10am. If another time is better, call the number you have for us. Replies to this message are not read.',
    },
  ]);
  t.match(messages, [{ status: 'sent', claim: 1 }]);
  t.match(reminders, [{ status: 'said' }]);
  const events = await db
    .selectFrom('event')
    .innerJoin('event_subject', 'event_id', 'event.id')
    .select(['type', 'actor_name'])
    .where('subject_id', '=', people[0]!.patientId)
    .execute();
  t.same(events, [{ type: 'message.sent', actor_name: 'Lendwell' }], 'it is in the person’s story');
});

t.test('outside the window nothing goes', async (t) => {
  const { deps, db, clock } = await planned(t);
  clock.set('2026-11-23T07:59:00Z');
  t.same(await dispatch(deps), { sent: 0, cancelled: 0, waiting: 0 });
  await sql`update message set send_after = '2026-11-23T07:00:00Z'`.execute(db);
  t.same(await dispatch(deps), { sent: 0, cancelled: 0, waiting: 1 }, 'even when its row says that it may');
  t.match((await sentMessages(db)).messages, [{ status: 'planned', send_after: '2026-11-23T08:00:00.000Z' }]);
});

t.test('what could only be said too late becomes a task, not silence (rules 13, 14, 16)', async (t) => {
  const { deps, db, clock } = await planned(t, { startsAt: '07:30' });
  clock.set('2026-11-23T18:01:00Z');
  await dispatch(deps);
  await dispatch(deps);
  const { messages, captured } = await sentMessages(db);
  t.same(captured, []);
  t.match(messages, [{ status: 'cancelled' }, { status: 'held', why: 'outside_hours' }]);
  t.match(await db.selectFrom('task').select(['kind']).execute(), [{ kind: 'no_time_to_contact' }]);
});

t.test('what changed since the night is honoured at the moment of sending (rules 11, 13, 24)', async (t) => {
  const stops: [string, string, string][] = [
    ['no longer safe', `update contact_point set safe = false`, 'contact_changed'],
    ['stopped', `update contact_point set stopped_at = now()`, 'contact_changed'],
    ['to be checked again', `update contact_point set recheck_due = '2026-11-22'`, 'contact_changed'],
    ['withdrawn', `update patient set contact_state = 'withdrawn'`, 'contact_stopped'],
    [
      'asked to make contact themselves',
      `update patient set contact_choice = 'patient_contacts_us'`,
      'contact_stopped',
    ],
    ['follow-up cancelled', `update follow_up set status = 'cancelled'`, 'nothing_left'],
    ['follow-up at another time', `update follow_up set starts_at = '16:00'`, 'nothing_left'],
  ];
  for (const [name, change, why] of stops) {
    const { deps, db } = await planned(t);
    await sql.raw(change).execute(db);
    t.same(await dispatch(deps), { sent: 0, cancelled: 1, waiting: 0 }, name);
    const { captured, messages } = await sentMessages(db);
    t.same(captured, [], name);
    t.match(messages[0], { status: 'cancelled', why }, name);
  }
});

t.test('a way that is no longer safe is replaced by the next that is', async (t) => {
  const { deps, db, people } = await planned(t);
  await sql`insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, created_at)
    values (new_id(), ${people[0]!.patientId}, 1, 'email', 'amal@example.com', true, '2026-01-01', now())`.execute(
    db,
  );
  await sql`update contact_point set safe = false where channel = 'sms'`.execute(db);
  await dispatch(deps);
  t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
  t.match((await sentMessages(db)).captured, [
    { channel: 'email', recipient: 'amal@example.com', subject: 'Reminder' },
  ]);
});

t.test('without another safe way it becomes a task (rule 16)', async (t) => {
  const { deps, db } = await planned(t);
  await sql`update contact_point set safe = false`.execute(db);
  await dispatch(deps);
  await dispatch(deps);
  const { messages, captured } = await sentMessages(db);
  t.match(
    messages.map(({ status }) => status),
    ['cancelled', 'held'],
  );
  t.same(captured, []);
  t.match(await db.selectFrom('task').select(['kind']).execute(), [{ kind: 'no_safe_contact' }]);
});

t.test('a sender that lost its claim writes nothing (fencing)', async (t) => {
  const { deps, db, clock } = await planned(t);
  await sql`update message set status = 'queued'`.execute(db);
  const mine = await claimBatch(deps);
  t.match(mine, [{ claim: 1 }]);
  t.same(await claimBatch(deps), [], 'a claimed message is not claimed again');
  clock.set('2026-11-23T09:41:00Z');
  t.same(await reconcile(deps), { found: 0, requeued: 1, unknown: 0 });
  const late = await settleBeforeSending(deps, mine);
  t.same(late, { outgoing: [], cancelled: 0, waiting: 0 }, 'nothing is handed to the late sender to send');
  t.equal(
    await settleSent(
      deps,
      mine.map((claim) => ({ ...claim, providerId: null })),
    ),
    0,
  );
  t.match((await sentMessages(db)).messages, [{ status: 'queued', claim: 2 }]);
  t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
});

t.test('killed between sending and writing it down: asked for, never sent again (rule 14)', async (t) => {
  const { deps, db, clock } = await planned(t, { patients: 2 });
  await sql`update message set status = 'queued'`.execute(db);
  const claims = await claimBatch(deps);
  const { outgoing } = await settleBeforeSending(deps, claims);
  t.equal(outgoing.length, 2);
  const [taken] = outgoing;
  await sql`insert into captured_message (reference, channel, recipient, body) values (${taken!.reference}, 'sms', ${taken!.recipient}, ${taken!.body})`.execute(
    db,
  );
  t.same(await reconcile(deps), { found: 0, requeued: 0, unknown: 0 }, 'a claim that is fresh is left alone');
  clock.set('2026-11-23T09:41:00Z');
  t.same(await reconcile(deps), { found: 1, requeued: 1, unknown: 0 });
  t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
  const { captured, messages, reminders } = await sentMessages(db);
  t.equal(new Set(captured.map(({ reference }) => reference)).size, 2);
  t.equal(captured.length, 2);
  t.ok(
    messages.every(({ status }) => status === 'sent') && reminders.every(({ status }) => status === 'said'),
  );
});

t.test('a follow-up that moves takes its reminder back and gets the right one (rule 14)', async (t) => {
  const database = await planned(t);
  const { deps, db, people, clock } = database;
  const id = people[0]!.followUpId;
  const move = async (change: { dueOn?: string; startsAt?: string }) => {
    const { changedAt } = await getFollowUp(db, officer.actor, id, today(deps.clock));
    clock.set(clock.now().add({ seconds: 1 }).toString());
    await changeFollowUp(deps, { ...officer, ifMatch: etagOf(id, changedAt) }, id, change);
    await work(database);
  };
  await move({ startsAt: '14:00' });
  t.same(
    await dispatch(deps),
    { sent: 1, cancelled: 0, waiting: 0 },
    'the message says the new time, and only that',
  );
  t.match((await sentMessages(db)).captured, [{ body: /Tuesday 24 November at 2pm/ }]);
  await move({ dueOn: '2026-12-01' });
  t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
  t.match((await sentMessages(db)).captured[1], {
    body: /There is a change: it is now Tuesday 1 December at 2pm, by phone/,
  });
  await move({ dueOn: '2026-12-02' });
  await move({ dueOn: '2026-12-01' });
  t.same(
    await dispatch(deps),
    { sent: 0, cancelled: 1, waiting: 0 },
    'moved there and back before anyone was told',
  );
  clock.set('2026-11-30T03:15:00Z');
  await runNightly(deps);
  clock.set('2026-11-30T08:00:00Z');
  t.same(
    await dispatch(deps),
    { sent: 1, cancelled: 0, waiting: 0 },
    'the reminder for the new date comes on its night',
  );
  t.match((await sentMessages(db)).captured[2], { body: /A reminder for Tuesday 1 December at 2pm/ });
});

t.test('moved twice before the first move was worked on: the new time is said once', async (t) => {
  const database = await planned(t);
  const { deps, db, people, clock } = database;
  await dispatch(deps);
  const id = people[0]!.followUpId;
  for (const startsAt of ['14:00', '15:00']) {
    const { changedAt } = await getFollowUp(db, officer.actor, id, today(deps.clock));
    clock.set(clock.now().add({ seconds: 1 }).toString());
    await changeFollowUp(deps, { ...officer, ifMatch: etagOf(id, changedAt) }, id, { startsAt });
  }
  await work(database);
  t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
  t.match((await sentMessages(db)).captured[1], {
    body: /it is now Tuesday 24 November at 3pm, by phone\. /,
  });
});

t.test('moved while the night was planning it: the reminder is for the new time', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24' });
  const id = person!.followUpId;
  const { changedAt } = await getFollowUp(db, officer.actor, id, today(deps.clock));
  await db.transaction().execute(async (trx) => {
    await planReminders({ ...deps, db: trx }, ['follow_up'], '2026-11-23');
    await changeFollowUp(deps, { ...officer, ifMatch: etagOf(id, changedAt) }, id, { startsAt: '15:00' });
  });
  await work({ deps, db });
  t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
  t.match((await sentMessages(db)).captured, [{ body: /A reminder for Tuesday 24 November at 3pm/ }]);
  clock.set('2026-11-24T03:15:00Z');
  await runNightly(deps);
  t.equal((await sentMessages(db)).messages.length, 1);
});

t.test('a change to the next working day is said once, not again as a reminder', async (t) => {
  const database = await planned(t, { startsAt: '16:00' });
  const { deps, db, people, clock } = database;
  await dispatch(deps);
  const id = people[0]!.followUpId;
  const { changedAt } = await getFollowUp(db, officer.actor, id, today(deps.clock));
  await changeFollowUp(deps, { ...officer, ifMatch: etagOf(id, changedAt) }, id, { startsAt: '15:00' });
  await work(database);
  t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
  clock.set('2026-11-24T03:15:00Z');
  await runNightly(deps);
  clock.set('2026-11-24T09:00:00Z');
  t.same(await dispatch(deps), { sent: 0, cancelled: 0, waiting: 0 });
  t.match(
    (await sentMessages(db)).captured.map(({ body }) => body),
    [/at 4pm/, /is a change: it is now Tuesday 24 November at 3pm, by phone/],
  );
});

t.test('a loan that closes takes its follow-ups and their reminders back', async (t) => {
  const { deps, db, people } = await planned(t);
  await db.transaction().execute((trx) => endFollowUps(workIn(trx, deps, officer), [people[0]!.patientId]));
  t.match((await sentMessages(db)).reminders, [{ status: 'standing' }], 'another loan’s are left alone');
});

t.test('two dispatchers at once send each message once', async (t) => {
  const { deps, db } = await planned(t, { patients: 300 });
  const counts = await Promise.all(Array.from({ length: 4 }, () => dispatch(deps)));
  t.equal(
    counts.reduce((sum, { sent }) => sum + sent, 0),
    300,
  );
  const { captured } = await sentMessages(db);
  t.equal(captured.length, 300);
  t.equal(new Set(captured.map(({ reference }) => reference)).size, 300);
});
