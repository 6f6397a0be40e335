import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { pageOf, workOrderedQuery } from '../shared/lists.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { type TaskKind, taskKinds, taskStatuses } from './task.rules.ts';

const kind = oneOf(Object.keys(taskKinds) as TaskKind[]);

export const Task = Type.Object({
  id: Type.String(),
  kind,
  what: Type.String({ description: 'The task in a sentence' }),
  subject: Type.Object({ type: Type.String(), id: Type.String() }),
  patient: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  status: oneOf(taskStatuses),
  urgent: Type.Boolean(),
  createdAt: Type.String(),
  doneAt: nullable(Type.String()),
});
export type Task = Static<typeof Task>;

export const TaskList = pageOf(Task);
export const TaskQuery = Type.Object(
  {
    ...workOrderedQuery('the oldest'),
    status: oneOf(taskStatuses, { default: 'open' }),
    kind: Type.Optional(kind),
  },
  { additionalProperties: false },
);
export type TaskQuery = Static<typeof TaskQuery>;

export const TaskCompletions = strictObject(
  {
    tasks: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 200, uniqueItems: true }),
  },
  { examples: [{ tasks: ['01900000-0000-7000-8000-000000000001'] }] },
);
export const TasksCompleted = Type.Object({
  count: Type.Integer({ description: 'How many of them were open until now' }),
});

export const TaskCompleted = Type.Object({
  id: Type.String(),
  status: Type.Literal('done'),
  doneAt: Type.String(),
});
