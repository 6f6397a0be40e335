import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { listNights, waitingWork } from './job-run.queries.ts';
import type { NewWorkRetry } from './job-run.schemas.ts';
import { runNightly } from './nightly.commands.ts';

/**
 * Asks a worker to run tonight's steps again, by the outbox, so that a page need not wait and a worker
 * that dies leaves it to the next.
 * @throws Problem `conflict` while it runs or was asked for already
 */
export async function askForNight(deps: Deps, ctx: Context): Promise<void> {
  await command(deps, ctx, async (work) => {
    await run(work.trx, 'job-run.ask-for-night')`select pg_advisory_xact_lock(hashtext('nightly-asked'))`;
    const localDate = work.today;
    const [{ items }, { asked }] = await Promise.all([
      listNights({ ...deps, db: work.trx }, { limit: 1 }),
      waitingWork({ ...deps, db: work.trx }),
    ]);
    const runs = items[0]?.localDate === localDate && items[0].state === 'running';
    if (runs || asked)
      throw new Problem('conflict', {
        detail: runs
          ? 'It runs now. Wait until it is done.'
          : 'It was asked for already, and begins in a moment.',
      });
    await recordEvent(work, {
      type: 'job.asked',
      subjects: callerOf(ctx),
      values: { job: 'nightly', localDate },
    });
  });
}

/** The work of `job.asked`: tonight's steps, each again; what was done is not done twice. */
export async function runAskedNight(work: Work): Promise<void> {
  await runNightly(work.deps, { again: true });
}

/**
 * Lets work that was given up be tried again: one piece, or all of a handler.
 * @returns how many
 * @throws Problem `not-found` when nothing like this failed
 */
export async function retryWork(
  deps: Deps,
  ctx: Context,
  { handler, eventId }: NewWorkRetry,
): Promise<{ count: number }> {
  return command(deps, ctx, async (work) => {
    const count = await run(work.trx, 'outbox.retry')`
      update outbox set failed_at = null, handed_at = null, attempts = 0, next_at = ${work.at}
      where failed_at is not null and handler = ${handler} ${eventId ? sql`and event_id = ${eventId}` : sql``}`;
    if (!count) throw new Problem('not-found');
    await recordEvent(work, {
      type: 'job.work_retried',
      subjects: callerOf(ctx),
      values: { job: handler, count },
    });
    return { count };
  });
}
