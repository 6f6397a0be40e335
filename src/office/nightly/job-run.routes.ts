import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { creates, lists } from '../../shared/routes.ts';
import { retryWork } from './job-run.commands.ts';
import { listFailedWork, listNights } from './job-run.queries.ts';
import {
  FailedWorkList,
  JobRunDone,
  JobRunList,
  JobRunQuery,
  NewJobRun,
  NewWorkRetry,
  WorkRetried,
} from './job-run.schemas.ts';
import { runNightly } from './nightly.commands.ts';

const tags = ['Jobs'];

/** /job-runs and /failed-work: the nightly run and what is left of follow-on work. */
export function jobRunRoutes(app: App, deps: Deps): void {
  creates(app, '/job-runs', {
    action: 'jobs.run',
    operationId: 'runJob',
    summary: 'Run the nightly job now; run again it changes nothing',
    tags,
    body: NewJobRun,
    gives: JobRunDone,
    problems: ['invalid'],
    async call({ body }) {
      const { localDate, steps } = await runNightly(deps, { localDate: body.localDate, again: true });
      const done = steps.map(({ step, count }) => ({ step, count }));
      return { job: 'nightly' as const, localDate, finishedAt: timestamp(deps.clock), steps: done };
    },
  });

  lists(app, '/job-runs', {
    action: 'jobs.read',
    operationId: 'listJobRuns',
    summary: 'Nights, the latest first, with their steps',
    tags,
    querystring: JobRunQuery,
    gives: JobRunList,
    call: ({ query }) => listNights(deps, query),
  });

  lists(app, '/failed-work', {
    action: 'jobs.read',
    operationId: 'listFailedWork',
    summary: 'Follow-on work that was given up after its last attempt',
    tags,
    querystring: JobRunQuery,
    gives: FailedWorkList,
    call: ({ query }) => listFailedWork(deps, query),
  });

  creates(app, '/failed-work/retries', {
    action: 'jobs.run',
    operationId: 'retryWork',
    summary: 'Let work that was given up be tried again: one piece, or all of a handler',
    tags,
    body: NewWorkRetry,
    gives: WorkRetried,
    problems: ['not-found', 'invalid'],
    call: ({ ctx, body }) => retryWork(deps, ctx, body),
  });
}
