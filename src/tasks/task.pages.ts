import type { Context } from '../shared/actor.ts';
import { civilDate } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { count, inWords } from '../shared/formats.ts';
import { type App, idParams } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { type Form, fields, newForm } from '../web/forms.ts';
import { listFile } from '../web/list-file.ts';
import { submit } from '../web/submit.ts';
import { completeTask, completeTasks } from './closing.commands.ts';
import { reopenTasks } from './reopening.commands.ts';
import { countTasks, getTask, listTasks } from './task.queries.ts';
import { ruleOf, taskKinds } from './task.rules.ts';
import { NewReopening, TaskCompletion, TaskCompletions, TaskQuery } from './task.schemas.ts';
import { nextLink, shownTask, taskView } from './task.view.ts';

const listWords = { tasks: 'Tick at least one task', done: 'Say in a few words what was done' };
/** Filters of an address are text: `true` for what the API takes as a truth. */
const filtersOf = ({ status, kind, urgent, order }: TaskQuery) => ({
  status,
  ...(kind && { kind }),
  ...(urgent !== undefined && { urgent: String(urgent) }),
  ...(order && { order }),
});

/** /tasks: what Lendwell asks staff to do, what is urgent first; one of them, and how each is closed and opened again. */
export function taskPages(app: App, deps: Deps): void {
  const complete = { action: 'tasks.complete' } as const;
  const ofOne = { params: idParams } as const;
  listFile(app, deps, {
    name: 'tasks',
    query: TaskQuery,
    list: (query) => listTasks(deps.db, query),
    count: (query) => countTasks(deps.db, query),
    columns: {
      Task: ({ what }) => what,
      About: ({ subject }) => inWords(subject.type),
      Urgent: ({ urgent }) => urgent,
      Status: ({ status }) => status,
      Asked: ({ createdAt }) => civilDate(createdAt),
      Done: ({ doneAt }) => doneAt && civilDate(doneAt),
    },
    dates: ['Asked', 'Done'],
  });

  app.get(
    '/tasks',
    { config: { action: 'tasks.read' }, schema: { querystring: TaskQuery } },
    async (request, reply) =>
      reply.page('tasks/views/list.njk', await listView(request.ctx, request.query, newForm())),
  );

  submit(app, '/tasks/completions', {
    ...complete,
    querystring: TaskQuery,
    view: 'tasks/views/list.njk',
    show: (form, { ctx, query }) => listView(ctx, query, form),
    async take(typed, { ctx, query }) {
      const asked = fields(TaskCompletions, typed, listWords);
      const { count: closed, closingId, leftOut } = await completeTasks(deps, ctx, asked);
      if (!closed && leftOut.length) throw new Problem('bulk-refused', { detail: leftOutLine(leftOut) });
      const text = [`${count(closed, 'task')} done.`, ...(leftOut.length ? [leftOutLine(leftOut)] : [])];
      return {
        href: `/tasks?${new URLSearchParams(filtersOf(query))}`,
        text: text.join(' '),
        ...undoOf(closingId),
      };
    },
  });

  submit(app, '/tasks/reopenings', {
    ...complete,
    async take(typed, { ctx }) {
      const { closingId } = fields(NewReopening, typed);
      const { tasks } = await reopenTasks(deps, ctx, closingId);
      const [first] = tasks;
      return tasks.length === 1
        ? { href: `/tasks/${first!.id}`, text: `Open again: ${first!.what}.` }
        : { href: '/tasks', text: `${count(tasks.length, 'task')} open again.` };
    },
  });

  app.get('/tasks/:id', { config: { action: 'tasks.read' }, schema: ofOne }, async (request, reply) =>
    reply.page('tasks/views/task.njk', await taskView(deps, request.ctx, request.params.id)),
  );

  submit(app, '/tasks/:id/completions', {
    ...complete,
    ...ofOne,
    view: 'tasks/views/task.njk',
    show: (form, { ctx, params }) => taskView(deps, ctx, params.id, form),
    async take(typed, { ctx, params: { id } }, reply) {
      const { kind, what } = await getTask(deps.db, id);
      const said = fields(TaskCompletion, ruleOf(kind).bySpeaking ? typed : { done: typed.done ?? '' });
      const { closingId } = await completeTask(deps, ctx, id, said);
      const link = await nextLink(deps, ctx, id, reply);
      return { href: '/tasks', text: `Done: ${what}.`, ...(link && { link }), ...undoOf(closingId) };
    },
  });

  async function listView(ctx: Context, query: TaskQuery, form: Form) {
    const [list, found] = await Promise.all([listTasks(deps.db, query), countTasks(deps.db, query)]);
    const filters = filtersOf(query);
    return {
      items: list.items.map((task) => shownTask(task, ctx.actor)),
      next: list.next,
      count: found,
      filters,
      after: query.after,
      query: new URLSearchParams(filters).toString(),
      here: new URLSearchParams({ ...filters, ...(query.after && { after: query.after }) }).toString(),
      kinds: Object.entries(taskKinds).map(([value, { what }]) => ({ value, text: what })),
      form,
      ticked: [form.typed.tasks ?? []].flat(),
    };
  }
}

const undoOf = (closingId: string | null) =>
  closingId ? { undo: { href: '/tasks/reopenings', fields: { closingId } } } : {};

/** Those that were ticked and cannot be closed together, by what they ask, each kind once. */
function leftOutLine(leftOut: { what: string }[]): string {
  const kinds = [...new Set(leftOut.map(({ what }) => `“${what}”`))];
  return `Still open, each to be closed on its own page: ${kinds.join(', ')}.`;
}
