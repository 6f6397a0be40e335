import { count, words } from '../admin/formats.ts';
import { type Form, fields, newForm, refused, typedIn } from '../admin/forms.ts';
import { listFile } from '../admin/list-file.ts';
import { civilDate } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { completeTask, completeTasks } from './task.commands.ts';
import { countTasks, listTasks } from './task.queries.ts';
import { taskKinds } from './task.rules.ts';
import { TaskCompletions, TaskQuery } from './task.schemas.ts';

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
      return reply.page('tasks/views/list.njk', await listView(request.query, newForm()));
    },
  );

  app.post(
    '/tasks/completions',
    { config: { action: 'tasks.complete' }, schema: { querystring: TaskQuery } },
    async (request, reply) => {
      const typed = typedIn(request.body);
      try {
        const { tasks } = fields(TaskCompletions, typed, { tasks: 'Tick at least one task' });
        const { count: done } = await completeTasks(deps, request.ctx, tasks);
        const query = new URLSearchParams(filtersOf(request.query));
        return reply.done(`/tasks?${query}`, { text: `${count(done, 'task')} done.` });
      } catch (error) {
        const form = refused(typed, error);
        return reply.code(form.status).page('tasks/views/list.njk', await listView(request.query, form));
      }
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

  async function listView(query: TaskQuery, form: Form) {
    const { status, kind } = query;
    const [list, found] = await Promise.all([
      listTasks(deps.db, query),
      countTasks(deps.db, { status, kind }),
    ]);
    const items = list.items.map((task) => ({
      ...task,
      href:
        task.kind === 'may_be_one_person'
          ? `/patients/${task.subject.id}/duplicates`
          : places[task.subject.type] && places[task.subject.type]! + task.subject.id,
    }));
    const filters = filtersOf(query);
    return {
      items,
      next: list.next,
      count: found,
      filters,
      after: query.after,
      query: new URLSearchParams(filters).toString(),
      here: new URLSearchParams({ ...filters, ...(query.after && { after: query.after }) }).toString(),
      kinds: Object.entries(taskKinds).map(([value, text]) => ({ value, text })),
      form,
      ticked: [form.typed.tasks ?? []].flat(),
    };
  }
}

const filtersOf = ({ status, kind, order }: TaskQuery) => ({
  status,
  ...(kind && { kind }),
  ...(order && { order }),
});
