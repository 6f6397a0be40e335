import { setTimeout as wait } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { systemContext } from './actor.ts';
import { iso, timestamp } from './clock.ts';
import type { Deps } from './deps.ts';
import type { JobQueue } from './queue.ts';
import { col, type RowOf } from './rows.ts';
import { each, many, maybe, run } from './statements.ts';
import { type Work, workIn } from './work.ts';

/** An event as its handlers see it: what happened and to what; the rest they read. */
export const OutboxEvent = {
  id: col.text,
  type: col.text,
  subjects: col.listOf(col.object({ type: col.text, id: col.text })),
};
export type OutboxEvent = RowOf<typeof OutboxEvent>;

/** Follow-on work of an event. It runs in one transaction with the mark that it is done, and so has its effect once. */
export type Handler = (work: Work, event: OutboxEvent) => Promise<void>;

const batchSize = 200;
const idleMilliseconds = 500;
/** Work handed over and not done after this long was lost with its queue or its worker. */
const handAgainMinutes = 10;
const mostAttempts = 8;

/**
 * Hands one batch of the work that waits to the queue: new rows, rows whose time to try again has come,
 * and rows handed but not done in 10 minutes.
 * @returns how many it handed over
 */
export async function relayBatch(deps: Deps, queue: JobQueue): Promise<number> {
  const now = timestamp(deps.clock);
  const rows = await many(deps.db, 'outbox.take', { eventId: col.text, handler: col.text })`
    with due as (
      select event_id, handler from outbox
      where done_at is null and failed_at is null and (next_at <= ${now} or handed_at is null and attempts = 0)
      order by next_at limit ${batchSize} for update skip locked
    )
    update outbox o set handed_at = ${now}, next_at = ${later(deps, handAgainMinutes * 60)}
    from due where o.event_id = due.event_id and o.handler = due.handler
    returning o.event_id as "eventId", o.handler`;
  if (!rows.length) return 0;
  try {
    await queue.add(
      rows.map(({ eventId, handler }) => ({
        name: 'event',
        id: `event-${eventId}-${handler}`,
        data: { eventId, handler },
      })),
    );
  } catch (error) {
    await takeBack(deps, rows);
    throw error;
  }
  return rows.length;
}

/** The queue did not take them: they wait again. */
async function takeBack(deps: Deps, rows: { eventId: string; handler: string }[]): Promise<void> {
  await run(deps.db, each('outbox.take-back'))`
    update outbox o set handed_at = null, next_at = ${timestamp(deps.clock)}
    from unnest(${rows.map((row) => row.eventId)}::uuid[], ${rows.map((row) => row.handler)}::text[]) t (event_id, handler)
    where o.event_id = t.event_id and o.handler = t.handler and o.done_at is null`;
}

/** Relays until told to stop; while Postgres or the queue is away it tries again, ever more slowly, and says so once. */
export async function relay(deps: Deps, queue: JobQueue, stop: AbortSignal): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    let pause = idleMilliseconds;
    try {
      if ((await relayBatch(deps, queue)) === batchSize) pause = 0;
      if (failures) deps.log.info('the relay works again');
      failures = 0;
    } catch (err) {
      if (failures++ === 0)
        deps.log.warn({ err }, 'the relay cannot reach the database or the queue; it keeps trying');
      pause = Math.min(idleMilliseconds * 2 ** failures, 5_000);
    }
    if (pause) await wait(pause, undefined, { signal: stop }).catch(() => {});
  }
}

/**
 * Does one piece of follow-on work, once: a second hand-over waits for the first and then finds it done.
 * A failure is counted in its row, tried again after a growing wait and, after 8 attempts, left for a person.
 */
export async function handle(deps: Deps, handler: Handler, eventId: string, name: string): Promise<void> {
  try {
    await deps.db.transaction().execute(async (trx) => {
      const row = await maybe(trx, 'outbox.lock', OutboxEvent)`
        select e.id, e.type,
          (select coalesce(json_agg(json_build_object('type', s.subject_type, 'id', s.subject_id)), '[]') from event_subject s where s.event_id = e.id) as subjects
        from outbox o join event e on e.id = o.event_id
        where o.event_id = ${eventId} and o.handler = ${name} and o.done_at is null and o.failed_at is null
        for update of o`;
      if (!row) return;
      await handler(workIn(trx, deps, systemContext(name)), row);
      await run(trx, 'outbox.done')`
        update outbox set done_at = ${timestamp(deps.clock)}, attempts = attempts + 1, error = null
        where event_id = ${eventId} and handler = ${name}`;
    });
  } catch (error) {
    deps.log.warn({ err: error, eventId, handler: name }, 'follow-on work failed');
    await countFailure(deps, eventId, name, error);
  }
}

async function countFailure(deps: Deps, eventId: string, handler: string, error: unknown): Promise<void> {
  const { name, code, constraint } = error as { name?: string; code?: string; constraint?: string };
  const now = timestamp(deps.clock);
  await run(deps.db, each('outbox.count-failure'))`
    update outbox set attempts = attempts + 1, error = ${[name, code, constraint].filter(Boolean).join(' ')},
      next_at = ${now}::timestamptz + least(interval '10 seconds' * 2 ^ attempts, interval '1 hour'),
      failed_at = case when attempts + 1 >= ${mostAttempts} then ${now}::timestamptz end
    where event_id = ${eventId} and handler = ${handler} and done_at is null and failed_at is null`;
}

function later(deps: Deps, seconds: number): string {
  return iso(deps.clock.now().add(Temporal.Duration.from({ seconds })));
}
