import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies, sendPage } from '../shared/http.ts';
import { completeTask, completeTasks } from './task.commands.ts';
import { listTasks } from './task.queries.ts';
import { TaskCompleted, TaskCompletions, TaskList, TaskQuery, TasksCompleted } from './task.schemas.ts';

const tags = ['Tasks'];

/** /tasks: what Lendwell asks staff to do. */
export function taskRoutes(app: App, deps: Deps): void {
  app.get(
    '/tasks',
    {
      config: { action: 'tasks.read' },
      schema: {
        operationId: 'listTasks',
        summary: 'Tasks',
        tags,
        querystring: TaskQuery,
        response: { 200: TaskList },
      },
    },
    (request, reply) => sendPage(request, reply, listTasks(deps.db, request.query)),
  );

  app.post(
    '/tasks/completions',
    {
      config: { action: 'tasks.complete' },
      schema: {
        operationId: 'completeTasks',
        summary: 'Mark many tasks as done',
        tags,
        body: TaskCompletions,
        response: { 201: TasksCompleted, ...problemReplies('invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await completeTasks(deps, request.ctx, request.body.tasks)),
  );

  app.post(
    '/tasks/:id/completions',
    {
      config: { action: 'tasks.complete' },
      schema: {
        operationId: 'completeTask',
        summary: 'Mark a task as done',
        tags,
        params: idParams,
        response: { 201: TaskCompleted, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => reply.code(201).send(await completeTask(deps, request.ctx, request.params.id)),
  );
}
