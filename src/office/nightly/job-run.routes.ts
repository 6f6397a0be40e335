import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, problemReplies, sendPage } from '../../shared/http.ts';
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
  app.post(
    '/job-runs',
    {
      config: { action: 'jobs.run' },
      schema: {
        operationId: 'runJob',
        summary: 'Run the nightly job now; run again it changes nothing',
        tags,
        body: NewJobRun,
        response: { 201: JobRunDone, ...problemReplies('invalid') },
      },
    },
    async (request, reply) => {
      const { localDate, steps } = await runNightly(deps, { localDate: request.body.localDate, again: true });
      const done = steps.map(({ step, count }) => ({ step, count }));
      return reply
        .code(201)
        .send({ job: 'nightly', localDate, finishedAt: timestamp(deps.clock), steps: done });
    },
  );

  app.get(
    '/job-runs',
    {
      config: { action: 'jobs.read' },
      schema: {
        operationId: 'listJobRuns',
        summary: 'Nights, the latest first, with their steps',
        tags,
        querystring: JobRunQuery,
        response: { 200: JobRunList },
      },
    },
    (request, reply) => sendPage(request, reply, listNights(deps, request.query)),
  );

  app.get(
    '/failed-work',
    {
      config: { action: 'jobs.read' },
      schema: {
        operationId: 'listFailedWork',
        summary: 'Follow-on work that was given up after its last attempt',
        tags,
        querystring: JobRunQuery,
        response: { 200: FailedWorkList },
      },
    },
    (request, reply) => sendPage(request, reply, listFailedWork(deps, request.query)),
  );

  app.post(
    '/failed-work/retries',
    {
      config: { action: 'jobs.run' },
      schema: {
        operationId: 'retryWork',
        summary: 'Let work that was given up be tried again: one piece, or all of a handler',
        tags,
        body: NewWorkRetry,
        response: { 201: WorkRetried, ...problemReplies('not-found', 'invalid') },
      },
    },
    async (request, reply) => reply.code(201).send(await retryWork(deps, request.ctx, request.body)),
  );
}
