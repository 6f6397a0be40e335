import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { listNights, waitingWork } from './job-run.queries.ts';
import type { NewWorkRetry } from './job-run.schemas.ts';
import { runNightly } from './nightly.commands.ts';

/**
 * Asks a worker to run tonight's steps again, by the outbox, so that a page need not wait and a worker
 * that dies leaves it to the next.
 * @throws Problem `conflict` while it runs or was asked for already
 */
export async function askForNight(deps: Deps, ctx: Context): Promise<void> {
  await command(deps, ctx, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('nightly-asked'))`.execute(trx);
    const localDate = today(deps.clock);
    const [{ items }, { asked }] = await Promise.all([
      listNights({ ...deps, db: trx }, { limit: 1 }),
      waitingWork({ ...deps, db: trx }),
    ]);
    const runs = items[0]?.localDate === localDate && items[0].state === 'running';
    if (runs || asked)
      throw new Problem('conflict', {
        detail: runs
          ? 'It runs now. Wait until it is done.'
          : 'It was asked for already, and begins in a moment.',
      });
    await recordEvent(trx, deps, ctx, {
      type: 'job.asked',
      subjects: callerOf(ctx),
      values: { job: 'nightly', localDate },
    });
  });
}

/** The work of `job.asked`: tonight's steps, each again; what was done is not done twice. */
export async function runAskedNight(_trx: Trx, deps: Deps): Promise<void> {
  await runNightly(deps, { again: true });
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
  return command(deps, ctx, async (trx) => {
    const { numAffectedRows } = await sql`/* outbox.retry */
      update outbox set failed_at = null, handed_at = null, attempts = 0, next_at = ${timestamp(deps.clock)}
      where failed_at is not null and handler = ${handler} ${eventId ? sql`and event_id = ${eventId}` : sql``}`.execute(
      trx,
    );
    const count = Number(numAffectedRows ?? 0);
    if (!count) throw new Problem('not-found');
    await recordEvent(trx, deps, ctx, {
      type: 'job.work_retried',
      subjects: callerOf(ctx),
      values: { job: handler, count },
    });
    return { count };
  });
}
