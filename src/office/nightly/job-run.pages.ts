import { nightlyTime, schedules } from '../../schedules.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { fields } from '../../web/forms.ts';
import { submit } from '../../web/submit.ts';
import { askForNight, retryWork } from './job-run.commands.ts';
import { listFailedWork, listNights, waitingWork } from './job-run.queries.ts';
import { JobRunQuery, NewWorkRetry } from './job-run.schemas.ts';
import { stepWords } from './nightly.commands.ts';

const view = 'office/nightly/views/jobs.njk';
const handlerWords: Record<string, string> = {
  'plan-reminders': 'Reminders of what changed',
  'tell-clinic': 'Telling a clinic’s system',
  'work-on-list': 'Checking or recording a list',
  'run-nightly': 'Running the night again',
};

/** /settings/jobs: the last nights with their steps, what failed and may be tried again, and what waits. */
export function jobPages(app: App, deps: Deps): void {
  const read = { config: { action: 'jobs.read' } } as const;
  const run = { action: 'jobs.run' } as const;

  app.get('/settings/jobs', { ...read, schema: { querystring: JobRunQuery } }, async (request, reply) =>
    reply.page(view, await jobsView(request.query.after)),
  );

  submit(app, '/settings/jobs/nights', {
    ...run,
    view,
    show: () => jobsView(),
    async take(_typed, { ctx }) {
      await askForNight(deps, ctx);
      return {
        href: '/settings/jobs',
        text: 'The night is run again. What was done is not done twice; look here again in a moment.',
      };
    },
  });

  submit(app, '/settings/jobs/retries', {
    ...run,
    async take(typed, { ctx }) {
      const { count } = await retryWork(deps, ctx, fields(NewWorkRetry, typed));
      return {
        href: '/settings/jobs',
        text: count === 1 ? 'It is tried again.' : `${count} pieces of work are tried again.`,
      };
    },
  });

  async function jobsView(after?: string) {
    const [nights, failed, waiting] = await Promise.all([
      listNights(deps, { limit: 7, after }),
      listFailedWork(deps, { limit: 50 }),
      waitingWork(deps),
    ]);
    const tonight = nights.items.find(({ localDate }) => localDate === today(deps.clock));
    return {
      nights: nights.items,
      next: nights.next,
      after,
      failed: [...Map.groupBy(failed.items, ({ handler }) => handler)].map(([handler, items]) => ({
        handler,
        items,
      })),
      moreFailed: failed.next !== null,
      waiting,
      nightlyTime,
      mayRun: tonight?.state !== 'running' && !waiting.asked,
      schedules,
      stepWords,
      handlerWords,
    };
  }
}
