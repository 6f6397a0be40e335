import { sql } from 'kysely';
import { timestamp } from '../../shared/clock.ts';
import { jsonInstant } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { type ListPage, readCursor, toPage } from '../../shared/lists.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { FailedWork, JobRun } from './job-run.schemas.ts';
import { runStateOf } from './step.rules.ts';

/** Nights, the latest first, each with its steps in the order in which they began. */
export async function listNights(
  deps: Deps,
  query: { limit: number; after?: string | undefined },
): Promise<ListPage<JobRun>> {
  const [before] = readCursor(query.after, ['date']) ?? [];
  const rows = await many(deps.db, 'job-run.nights', col.omit(JobRun.properties, 'state'))`
    select local_date as "localDate", min(started_at) as "startedAt",
      case when bool_and(finished_at is not null) then max(finished_at) end as "finishedAt",
      json_agg(json_build_object('step', step, 'startedAt', ${jsonInstant('started_at')}, 'finishedAt', ${jsonInstant('finished_at')},
        'supersededAt', ${jsonInstant('superseded_at')}, 'movedAt', ${jsonInstant('moved_at')}, 'count', count) order by started_at, step) as steps
    from job_run where job = 'nightly' ${before ? sql`and local_date < ${before}::date` : sql``}
    group by local_date order by local_date desc limit ${query.limit + 1}`;
  const now = timestamp(deps.clock);
  const page = toPage(rows, query.limit, (row) => [row.localDate]);
  return { ...page, items: page.items.map((run) => ({ ...run, state: runStateOf(run.steps, now) })) };
}

/** Follow-on work that was given up after its last attempt, the latest first. */
export async function listFailedWork(
  deps: Deps,
  query: { limit: number; after?: string | undefined },
): Promise<ListPage<FailedWork>> {
  const [at, id] = readCursor(query.after, ['instant', 'uuid']) ?? [];
  const rows = await many(deps.db, 'outbox.failed', FailedWork.properties)`
    select o.event_id as "eventId", o.handler, e.type as "eventType", o.attempts, o.error, o.failed_at as "failedAt"
    from outbox o join event e on e.id = o.event_id
    where o.failed_at is not null ${at ? sql`and (o.failed_at, o.event_id) < (${at}::timestamptz, ${id}::uuid)` : sql``}
    order by o.failed_at desc, o.event_id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.failedAt, row.eventId]);
}

/** How much waits to be done now, since when, and whether a run of tonight was asked for and has not begun. */
export async function waitingWork(
  deps: Deps,
): Promise<{ count: number; since: string | null; asked: boolean }> {
  return one(deps.db, 'outbox.waiting', {
    count: col.number,
    since: col.orNull(col.text),
    asked: col.boolean,
  })`
    select count(*)::int as count, min(created_at) as since, coalesce(bool_or(handler = 'run-nightly'), false) as asked
    from outbox where done_at is null and failed_at is null`;
}
