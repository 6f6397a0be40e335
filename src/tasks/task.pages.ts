import { words } from '../admin/formats.ts';
import { listFile } from '../admin/list-file.ts';
import { civilDate } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { completeTask } from './task.commands.ts';
import { countTasks, listTasks } from './task.queries.ts';
import { taskStatuses } from './task.rules.ts';
import { TaskQuery } from './task.schemas.ts';

/** Where a task is worked on. */
const places: Record<string, string> = {
  follow_up: '/follow-ups/',
  referral: '/referrals/',
  loan: '/loans/',
  patient: '/patients/',
  message: '/messages/',
  incident: '/incidents/',
  device: '/devices/',
  data_plan: '/data-plans/',
  organisation: '/settings/clinics/',
  inbound_message: '/messages/replies/',
  staff: '/settings/staff/',
  retention_batch: '/settings/retention/',
};

/** /tasks: what Lendwell asks staff to do. */
export function taskPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    path: '/tasks',
    query: TaskQuery,
    list: (query) => listTasks(deps.db, query),
    count: (query) => countTasks(deps.db, query),
    columns: {
      Task: ({ what }) => what,
      About: ({ subject }) => words(subject.type),
      Urgent: ({ urgent }) => urgent,
      Status: ({ status }) => status,
      Asked: ({ createdAt }) => civilDate(createdAt),
      Done: ({ doneAt }) => doneAt && civilDate(doneAt),
    },
  });

  app.get(
    '/tasks',
    { config: { action: 'tasks.read' }, schema: { querystring: TaskQuery } },
    async (request, reply) => {
      const { status, kind } = request.query;
      const [list, count] = await Promise.all([
        listTasks(deps.db, request.query),
        countTasks(deps.db, { status, kind }),
      ]);
      const items = list.items.map((task) => ({
        ...task,
        href: places[task.subject.type] && places[task.subject.type]! + task.subject.id,
      }));
      const filters = { status, ...(kind && { kind }) };
      return reply.page('tasks/views/list.njk', {
        items,
        next: list.next,
        count,
        filters,
        after: request.query.after,
        query: new URLSearchParams(filters).toString(),
        statuses: taskStatuses,
      });
    },
  );

  app.post(
    '/tasks/:id/completions',
    { config: { action: 'tasks.complete' }, schema: { params: idParams } },
    async (request, reply) => {
      await completeTask(deps, request.ctx, request.params.id);
      return reply.done('/tasks', { text: 'The task is done.' });
    },
  );
}
