import { sql } from 'kysely';
import t from 'tap';
import { followOn, handlers } from '../../src/follow-on.ts';
import { recordEvent, recordEvents } from '../../src/shared/events.ts';
import { newId } from '../../src/shared/ids.ts';
import { type Handler, handle, relayBatch } from '../../src/shared/outbox.ts';
import type { JobQueue, NewJob } from '../../src/shared/queue.ts';
import { workIn } from '../../src/shared/work.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';

/** Of an event that has work of one name. */
const values = {
  reference: 'I-7K2M9Q',
  incidentKind: 'lost',
  assetTag: 'LW-7K2M9Q',
  status: 'on_loan',
} as const;

/** A queue that only remembers, or fails. */
function rememberingQueue() {
  const added: NewJob[] = [];
  const state = { away: false };
  const queue = {
    async add(jobs: NewJob[]) {
      if (state.away) throw new Error('away');
      added.push(...jobs);
    },
  } as JobQueue;
  return { queue, added, state };
}

async function withEvent(t: Parameters<typeof testDatabase>[0]) {
  const database = await testDatabase(t);
  const { deps, db } = database;
  const patientId = newId();
  await db.transaction().execute((trx) =>
    recordEvent(workIn(trx, deps, officer), {
      type: 'incident.taken_back',
      subjects: [['patient', patientId]],
      values,
    }),
  );
  const row = () => db.selectFrom('outbox').selectAll().executeTakeFirstOrThrow();
  return { ...database, eventId: (await row()).event_id, row, patientId };
}

t.test('every name of work that an event has is used, and has its function', async (t) => {
  const named = new Set(Object.values(followOn).flatMap(({ after = [] }) => after));
  t.same([...named].toSorted(), Object.keys(handlers).toSorted());
});

t.test('work is handed to the queue once, and again when it was not done in 10 minutes', async (t) => {
  const { deps, eventId, clock, row } = await withEvent(t);
  const { queue, added } = rememberingQueue();
  t.equal(await relayBatch(deps, queue), 1);
  t.same(added, [
    { name: 'event', id: `event-${eventId}-plan-reminders`, data: { eventId, handler: 'plan-reminders' } },
  ]);
  t.equal((await row()).handed_at, '2026-11-23T09:30:00.000Z');
  clock.set('2026-11-23T09:39:59Z');
  t.equal(await relayBatch(deps, queue), 0);
  clock.set('2026-11-23T09:40:00Z');
  t.equal(await relayBatch(deps, queue), 1);
});

t.test('what the queue does not take waits in its row', async (t) => {
  const { deps, row } = await withEvent(t);
  const { queue, added, state } = rememberingQueue();
  state.away = true;
  await t.rejects(relayBatch(deps, queue), { message: 'away' });
  t.equal((await row()).handed_at, null);
  state.away = false;
  t.equal(await relayBatch(deps, queue), 1);
  t.equal(added.length, 1);
});

t.test('two relays at once hand over each row once', async (t) => {
  const { deps, db } = await withEvent(t);
  await db.transaction().execute((trx) =>
    recordEvents(
      workIn(trx, deps, officer),
      Array.from({ length: 500 }, () => ({
        type: 'incident.taken_back',
        subjects: [['patient', newId()]],
        values,
      })),
    ),
  );
  const { queue, added } = rememberingQueue();
  for (let handed = 1; handed; )
    handed = (await Promise.all(Array.from({ length: 4 }, () => relayBatch(deps, queue)))).reduce(
      (sum, count) => sum + count,
      0,
    );
  t.equal(added.length, 501);
  t.equal(new Set(added.map(({ id }) => id)).size, 501);
});

t.test('handed over twice, even at the same time, it has one effect', async (t) => {
  const { deps, db, eventId, row, patientId } = await withEvent(t);
  const seen: unknown[] = [];
  const handler: Handler = async ({ trx }, event) => {
    seen.push(event);
    await sql`insert into task (id, kind, subject_type, subject_id, created_at) values (${newId()}, 'concern', 'patient', ${newId()}, now())`.execute(
      trx,
    );
  };
  await Promise.all(Array.from({ length: 5 }, () => handle(deps, handler, eventId, 'plan-reminders')));
  t.same(seen, [
    { id: eventId, type: 'incident.taken_back', subjects: [{ type: 'patient', id: patientId }] },
  ]);
  t.equal((await db.selectFrom('task').select('id').execute()).length, 1);
  t.match(await row(), { done_at: '2026-11-23T09:30:00.000Z', attempts: 1, error: null });
});

t.test(
  'a failure changes nothing, is tried again after growing waits, and in the end is left for a person',
  async (t) => {
    const { deps, db, eventId, row, clock } = await withEvent(t);
    const { queue } = rememberingQueue();
    const handler: Handler = async ({ trx }) => {
      await sql`insert into task (id, kind, subject_type, subject_id, created_at) values (${newId()}, 'concern', 'patient', ${newId()}, now())`.execute(
        trx,
      );
      await sql`select 1 / 0`.execute(trx);
    };
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      t.equal(await relayBatch(deps, queue), 1, `attempt ${attempt}`);
      await handle(deps, handler, eventId, 'plan-reminders');
      const { next_at } = await row();
      waits.push((Date.parse(next_at) - clock.now().epochMilliseconds) / 1000);
      t.equal(await relayBatch(deps, queue), 0, 'not before its time');
      clock.set(next_at);
    }
    t.same(waits, [10, 20, 40, 80, 160, 320, 640, 1280]);
    t.match(await row(), { attempts: 8, error: 'error 22012', failed_at: String, done_at: null });
    t.equal(await relayBatch(deps, queue), 0);
    t.same(await db.selectFrom('task').select('id').execute(), []);
  },
);

t.test('many events are written as one is', async (t) => {
  const { deps, db } = await testDatabase(t);
  const patient = newId();
  await db.transaction().execute((trx) =>
    recordEvents(workIn(trx, deps, officer), [
      {
        type: 'incident.taken_back',
        subjects: [['patient', patient]],
        values,
        fields: ['note'],
      },
      { type: 'message.held', subjects: [['patient', patient]], values: { status: 'held' } },
    ]),
  );
  const events = await db
    .selectFrom('event')
    .select(['type', 'values', 'fields', 'actor_name', 'request_id'])
    .orderBy('id')
    .execute();
  t.same(events, [
    {
      type: 'incident.taken_back',
      values,
      fields: ['note'],
      actor_name: 'Olive Officer',
      request_id: 'test',
    },
    {
      type: 'message.held',
      values: { status: 'held' },
      fields: [],
      actor_name: 'Olive Officer',
      request_id: 'test',
    },
  ]);
  t.equal(
    (await db.selectFrom('event_subject').select('event_id').where('subject_id', '=', patient).execute())
      .length,
    2,
  );
  t.equal((await db.selectFrom('outbox').select('handler').execute()).length, 1);
  await t.rejects(
    db
      .transaction()
      .execute((trx) =>
        recordEvents(workIn(trx, deps, officer), [
          { type: 'patient.changed', subjects: [], values: { note: 'said' } as never },
        ]),
      ),
    { message: 'patient.changed: note may not be logged' },
  );
});
