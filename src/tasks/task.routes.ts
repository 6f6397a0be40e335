import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { creates, lists, reads } from '../shared/routes.ts';
import { completeTask, completeTasks } from './closing.commands.ts';
import { reopenTask, reopenTasks } from './reopening.commands.ts';
import { getTask, listTasks } from './task.queries.ts';
import {
  NewReopening,
  OneTask,
  TaskCompleted,
  TaskCompletion,
  TaskCompletions,
  TaskList,
  TaskQuery,
  TasksCompleted,
  TasksReopened,
} from './task.schemas.ts';

const tags = ['Tasks'];
const complete = { action: 'tasks.complete' } as const;

/** /tasks: what Lendwell asks staff to do. */
export function taskRoutes(app: App, deps: Deps): void {
  lists(app, '/tasks', {
    action: 'tasks.read',
    operationId: 'listTasks',
    summary: 'Tasks, of those that are open the urgent first',
    tags,
    querystring: TaskQuery,
    gives: TaskList,
    call: ({ query }) => listTasks(deps.db, query),
  });

  reads(app, '/tasks/:id', {
    action: 'tasks.read',
    operationId: 'getTask',
    summary: 'One task, with what was done about it',
    tags,
    params: idParams,
    gives: OneTask,
    problems: ['not-found'],
    call: ({ params }) => getTask(deps.db, params.id),
  });

  creates(app, '/tasks/completions', {
    ...complete,
    operationId: 'completeTasks',
    summary: 'Mark many tasks as done with one sentence on what was done',
    tags,
    body: TaskCompletions,
    gives: TasksCompleted,
    problems: ['invalid'],
    call: ({ ctx, body }) => completeTasks(deps, ctx, body),
  });

  app.post(
    '/tasks/:id/completions',
    {
      config: complete,
      // A caller who sends nothing is told what is missing.
      preValidation: async (request) => {
        request.body ??= {};
      },
      schema: {
        operationId: 'completeTask',
        summary: 'Mark a task as done, with what was done; a concern with what was agreed with the clinic',
        tags,
        params: idParams,
        body: TaskCompletion,
        response: { 201: TaskCompleted, ...problemReplies('not-found', 'not-allowed', 'invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await completeTask(deps, request.ctx, request.params.id, request.body)),
  );

  creates(app, '/tasks/:id/reopenings', {
    ...complete,
    operationId: 'reopenTask',
    summary: 'Open a task again that was marked as done a short while ago',
    tags,
    params: idParams,
    gives: TasksReopened,
    problems: ['not-found', 'not-allowed', 'conflict'],
    call: ({ ctx, params }) => reopenTask(deps, ctx, params.id),
  });

  creates(app, '/tasks/reopenings', {
    ...complete,
    operationId: 'reopenTasks',
    summary: 'Open those tasks again that were marked as done together',
    tags,
    body: NewReopening,
    gives: TasksReopened,
    problems: ['not-found', 'not-allowed', 'conflict', 'invalid'],
    call: ({ ctx, body }) => reopenTasks(deps, ctx, body.closingId),
  });
}
