import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { pageOf, workOrderedQuery } from '../shared/lists.ts';
import { nullable, oneOf, text, time } from '../shared/schemas.ts';
import { reopenMinutes, type TaskKind, taskKinds, taskStatuses } from './task.rules.ts';

const kind = oneOf(Object.keys(taskKinds) as TaskKind[]);
const anId = '01900000-0000-7000-8000-000000000001';

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

export const TaskClosing = Type.Object({
  id: Type.String({ description: 'What opens it again, with those that were closed together with it' }),
  at: Type.String(),
  by: Type.String(),
  done: Type.String({ description: 'What was done; after a conversation, what was agreed' }),
  spokeTo: nullable(Type.String({ description: 'With whom the conversation was that closed it' })),
  spokeAt: nullable(Type.String({ description: 'When that was' })),
});
export type TaskClosing = Static<typeof TaskClosing>;

export const OneTask = Type.Object({
  ...Task.properties,
  closesWhen: nullable(Type.String({ description: 'What has happened when it closes by itself' })),
  closing: nullable(TaskClosing),
});
export type OneTask = Static<typeof OneTask>;

export const TaskList = pageOf(Task);
export const TaskQuery = Type.Object(
  {
    ...workOrderedQuery('the oldest'),
    status: oneOf(taskStatuses, { default: 'open' }),
    kind: Type.Optional(kind),
    urgent: Type.Optional(
      Type.Boolean({ description: 'Those alone that are urgent, or those that are not' }),
    ),
  },
  { additionalProperties: false },
);
export type TaskQuery = Static<typeof TaskQuery>;

const done = text(500, { description: 'What was done, in a few words' });

export const TaskCompletion = strictObject(
  {
    done: Type.Optional(done),
    spokeTo: Type.Optional(
      text(200, { description: 'For a concern, in place of `done`: who was spoken to at the clinic' }),
    ),
    spokeOn: Type.Optional(Type.String({ format: 'date', description: 'The day of the conversation' })),
    spokeAt: Type.Optional(time),
    agreed: Type.Optional(text(2000, { description: 'What they will do' })),
  },
  { examples: [{ done: 'Rang, and agreed on Tuesdays' }] },
);
export type TaskCompletion = Static<typeof TaskCompletion>;

export const TaskCompletions = strictObject(
  {
    tasks: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: 200, uniqueItems: true }),
    done,
  },
  { examples: [{ tasks: [anId], done: 'Rang each of them' }] },
);
export type TaskCompletions = Static<typeof TaskCompletions>;

const closingId = nullable(
  Type.String({
    description: `What opens them again, for ${reopenMinutes} minutes; null when nothing was closed by hand`,
  }),
);

export const TasksCompleted = Type.Object({
  count: Type.Integer({ description: 'How many of them were open until now and are done' }),
  closingId,
  leftOut: Type.Array(Type.Object({ id: Type.String(), kind, what: Type.String() }), {
    description: 'Those still open, which are urgent, close by themselves or are for others: each by itself',
  }),
});
export type TasksCompleted = Static<typeof TasksCompleted>;

export const TaskCompleted = Type.Object({
  id: Type.String(),
  status: Type.Literal('done'),
  doneAt: Type.String(),
  closingId,
});
export type TaskCompleted = Static<typeof TaskCompleted>;

export const NewReopening = strictObject(
  { closingId: Type.String({ format: 'uuid', description: 'As the reply to closing them gave it' }) },
  { examples: [{ closingId: anId }] },
);
export const TasksReopened = Type.Object({
  tasks: Type.Array(Type.Object({ id: Type.String(), status: Type.Literal('open'), what: Type.String() })),
});
export type TasksReopened = Static<typeof TasksReopened>;
