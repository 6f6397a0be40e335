import { setTimeout as wait } from 'node:timers/promises';
import { handlers } from './follow-on.ts';
import { sendDigests } from './messages/digest.commands.ts';
import { dispatch } from './messages/dispatch.commands.ts';
import { reconcile } from './messages/reconcile.commands.ts';
import { sealLog } from './office/log-proof/seal.commands.ts';
import { nightlyIsDue, runNightly } from './office/nightly/nightly.commands.ts';
import { alarmOfManySeen } from './office/security/many-seen.commands.ts';
import { tellSecurity } from './office/security/telling.commands.ts';
import { forgetWhatIsOver } from './privacy/forgetting.commands.ts';
import { deliverWebhooks } from './referrals/webhooks/delivery.commands.ts';
import { nightlyTime, schedules } from './schedules.ts';
import type { Deps } from './shared/deps.ts';
import { handle, relay } from './shared/outbox.ts';
import type { JobQueue, RunningJob } from './shared/queue.ts';

const concurrency = 5;
const scheduleCheckMilliseconds = 15_000;
/** BullMQ waits for its jobs without end; the process has a deadline of its own. */
const closeMilliseconds = 15_000;

/**
 * Starts the worker: relays the outbox, does its work and the timed jobs, and at once whatever a
 * worker that was not there has missed. `stop` takes nothing new, lets work in progress finish and closes.
 */
export async function startWorker(deps: Deps, queue: JobQueue): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  const run = runner(deps, stopping.signal);
  const loops = [
    relay(deps, queue, stopping.signal),
    keepSchedules(deps, queue, stopping.signal),
    catchUp(deps, run, stopping.signal),
  ];
  const closeWorker = await queue.work(run, concurrency);
  return {
    async stop() {
      stopping.abort();
      const late = wait(closeMilliseconds, undefined, { ref: false });
      await Promise.race([Promise.all([...loops, closeWorker()]), late]);
    },
  };
}

type Run = (job: RunningJob) => Promise<void>;

/** Does one job. A timed job that is still running in this process is not started beside itself. */
function runner(deps: Deps, stop: AbortSignal): Run {
  const timed: Record<string, () => Promise<unknown>> = {
    nightly: () => runNightly(deps),
    dispatch: async () => {
      await dispatch(deps, stop);
      await sendDigests(deps);
    },
    webhooks: () => deliverWebhooks(deps, stop),
    reconcile: async () => {
      await reconcile(deps);
      if (await nightlyIsDue(deps, nightlyTime)) await runNightly(deps);
    },
    seal: () => sealLog(deps, stop),
    security: async () => {
      await tellSecurity(deps, stop);
      await alarmOfManySeen(deps);
    },
    forget: () => forgetWhatIsOver(deps),
  };
  const running = new Set<string>();
  return async ({ name, data }) => {
    if (name === 'event') {
      const handler = handlers[data.handler!];
      return handler ? handle(deps, handler, data.eventId!, data.handler!) : undefined;
    }
    const work = timed[name];
    if (!work || running.has(name)) return;
    running.add(name);
    try {
      await work();
    } catch (err) {
      deps.log.error({ err, job: name }, 'a timed job failed; it comes round again');
    } finally {
      running.delete(name);
    }
  };
}

/** What was due while no worker ran, once. */
async function catchUp(deps: Deps, run: Run, stop: AbortSignal): Promise<void> {
  for (const name of ['reconcile', 'dispatch', 'forget', 'security', 'seal']) {
    if (!stop.aborted)
      await run({ name, data: {} }).catch((err) => deps.log.warn({ err }, 'catching up failed'));
  }
}

/** Puts the timed jobs into the queue, and again whenever the queue lost them. */
async function keepSchedules(deps: Deps, queue: JobQueue, stop: AbortSignal): Promise<void> {
  let failed = false;
  while (!stop.aborted) {
    try {
      await queue.keepSchedules(schedules);
      failed = false;
    } catch (err) {
      if (!failed) deps.log.warn({ err }, 'the timed jobs cannot be kept; trying again');
      failed = true;
    }
    await wait(failed ? 2_000 : scheduleCheckMilliseconds, undefined, { signal: stop }).catch(() => {});
  }
}
