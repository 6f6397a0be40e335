import Type from 'typebox';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, problemReplies, strictObject } from '../shared/http.ts';
import { runNightly } from './nightly.commands.ts';

const NewJobRun = strictObject(
  {
    job: Type.Literal('nightly'),
    localDate: Type.Optional(
      Type.String({ format: 'date', description: 'Civil date to run for; today in London when left out' }),
    ),
  },
  { examples: [{ job: 'nightly', localDate: '2026-11-24' }] },
);

const JobRun = Type.Object({
  job: Type.Literal('nightly'),
  localDate: Type.String(),
  finishedAt: Type.String(),
  steps: Type.Array(
    Type.Object({
      step: Type.String(),
      count: Type.Integer({ description: 'How much it did; what was done before is not done again' }),
    }),
  ),
});

/** /job-runs: the nightly run by hand. */
export function jobRunRoutes(app: App, deps: Deps): void {
  app.post(
    '/job-runs',
    {
      config: { action: 'jobs.run' },
      schema: {
        operationId: 'runJob',
        summary: 'Run the nightly job now; run again it changes nothing',
        tags: ['Jobs'],
        body: NewJobRun,
        response: { 201: JobRun, ...problemReplies('invalid') },
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
}
