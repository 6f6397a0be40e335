import { logAccesses } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies, sendPage } from '../shared/http.ts';
import { completeTask, completeTasks } from './closing.commands.ts';
import { reopenTask, reopenTasks } from './reopening.commands.ts';
import { getTask, listTasks, peopleIn } from './task.queries.ts';
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
  app.get(
    '/tasks',
    {
      config: { action: 'tasks.read' },
      schema: {
        operationId: 'listTasks',
        summary: 'Tasks, of those that are open the urgent first',
        tags,
        querystring: TaskQuery,
        response: { 200: TaskList },
      },
    },
    async (request, reply) => {
      const list = listTasks(deps.db, request.query);
      await logAccesses(deps, request.ctx, peopleIn((await list).items), 'task');
      return sendPage(request, reply, list);
    },
  );

  app.get(
    '/tasks/:id',
    {
      config: { action: 'tasks.read' },
      schema: {
        operationId: 'getTask',
        summary: 'One task, with what was done about it',
        tags,
        params: idParams,
        response: { 200: OneTask, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const task = await getTask(deps.db, request.params.id);
      await logAccesses(deps, request.ctx, peopleIn([task]), 'task');
      return task;
    },
  );

  app.post(
    '/tasks/completions',
    {
      config: complete,
      schema: {
        operationId: 'completeTasks',
        summary: 'Mark many tasks as done with one sentence on what was done',
        tags,
        body: TaskCompletions,
        response: { 201: TasksCompleted, ...problemReplies('invalid') },
      },
    },
    async (request, reply) => reply.code(201).send(await completeTasks(deps, request.ctx, request.body)),
  );

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

  app.post(
    '/tasks/:id/reopenings',
    {
      config: complete,
      schema: {
        operationId: 'reopenTask',
        summary: 'Open a task again that was marked as done a short while ago',
        tags,
        params: idParams,
        response: { 201: TasksReopened, ...problemReplies('not-found', 'not-allowed', 'conflict') },
      },
    },
    async (request, reply) => reply.code(201).send(await reopenTask(deps, request.ctx, request.params.id)),
  );

  app.post(
    '/tasks/reopenings',
    {
      config: complete,
      schema: {
        operationId: 'reopenTasks',
        summary: 'Open those tasks again that were marked as done together',
        tags,
        body: NewReopening,
        response: {
          201: TasksReopened,
          ...problemReplies('not-found', 'not-allowed', 'conflict', 'invalid'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await reopenTasks(deps, request.ctx, request.body.closingId)),
  );
}
