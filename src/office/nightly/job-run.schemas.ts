import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { runStates } from './step.rules.ts';

export const NewJobRun = strictObject(
  {
    job: Type.Literal('nightly'),
    localDate: Type.Optional(
      Type.String({ format: 'date', description: 'Civil date to run for; today in London when left out' }),
    ),
  },
  { examples: [{ job: 'nightly', localDate: '2026-11-24' }] },
);

export const JobRunDone = Type.Object({
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

export const JobRun = Type.Object({
  localDate: Type.String(),
  state: oneOf(runStates, { description: 'broken_off: it has not moved for a quarter of an hour' }),
  startedAt: Type.String(),
  finishedAt: nullable(Type.String()),
  steps: Type.Array(
    Type.Object({
      step: Type.String(),
      startedAt: Type.String(),
      finishedAt: nullable(Type.String()),
      supersededAt: nullable(Type.String({ description: 'A later night took over what it left' })),
      movedAt: nullable(Type.String()),
      count: nullable(Type.Integer({ description: 'How much was done; while it runs, so far' })),
    }),
  ),
});
export type JobRun = Static<typeof JobRun>;
export const JobRunList = pageOf(JobRun);
export const JobRunQuery = Type.Object(listQuery, { additionalProperties: false });

export const FailedWork = Type.Object({
  eventId: Type.String(),
  handler: Type.String(),
  eventType: Type.String(),
  attempts: Type.Integer(),
  error: nullable(Type.String({ description: 'What kind of error; never what it was about' })),
  failedAt: Type.String(),
});
export type FailedWork = Static<typeof FailedWork>;
export const FailedWorkList = pageOf(FailedWork);

export const NewWorkRetry = strictObject(
  {
    handler: Type.String({ minLength: 1, maxLength: 100 }),
    eventId: Type.Optional(Type.String({ format: 'uuid', description: 'All of the handler when left out' })),
  },
  { examples: [{ handler: 'plan-reminders' }] },
);
export type NewWorkRetry = Static<typeof NewWorkRetry>;
export const WorkRetried = Type.Object({ count: Type.Integer() });
