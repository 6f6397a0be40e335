import { sql } from 'kysely';
import t from 'tap';
import { workIn } from '../../src/shared/work.ts';
import { createTasks, type NewTask } from '../../src/tasks/task.commands.ts';
import { taskAfter } from '../../src/tasks/task.queries.ts';
import { ruleOf, type TaskKind, taskKinds } from '../../src/tasks/task.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const [api, asManager] = [apiOf(app, as.officer), apiOf(app, as.manager)];
const task = async (kind: TaskKind, more: Partial<NewTask> = {}) => {
  const [device] = await make.devices(1);
  const subject = { subjectType: 'device', subjectId: device!.id } as const;
  await db
    .transaction()
    .execute((trx) => createTasks(workIn(trx, deps, officer), [{ kind, ...subject, ...more }]));
  const { rows } = await sql<{ id: string }>`select id from task order by id desc limit 1`.execute(db);
  return rows[0]!.id;
};
const one = async (id: string) => (await api('GET', `/tasks/${id}`)).body;

t.test('closing by hand wants what was done, keeps it, and can be undone for a while', async (t) => {
  const id = await task('asked_to_ring');
  for (const body of [undefined, {}, { done: '  ' }]) {
    const { status, body: problem } = await api('POST', `/tasks/${id}/completions`, body);
    t.equal(status, 422);
    t.equal(problem.errors[0].pointer, '/done');
  }
  const closed = await api('POST', `/tasks/${id}/completions`, { done: 'Rang, all is well' });
  t.match(closed, { status: 201, body: { status: 'done' } });
  t.match(await one(id), { status: 'done', closing: { done: 'Rang, all is well', by: 'Test officer' } });
  const again = await api('POST', `/tasks/${id}/completions`, { done: 'Another' });
  t.same(again.body, closed.body, 'done twice, the first stands');

  const { closingId } = closed.body;
  const reopened = await api('POST', `/tasks/${id}/reopenings`);
  t.match(reopened, { status: 201, body: { tasks: [{ id, status: 'open' }] } });
  t.same((await api('POST', '/tasks/reopenings', { closingId })).body, reopened.body, 'undone twice');
  t.match(await one(id), { status: 'open', doneAt: null, closing: null });

  const second = (await api('POST', `/tasks/${id}/completions`, { done: 'Rang again' })).body;
  t.equal((await api('POST', '/tasks/reopenings', { closingId })).status, 201, 'what was undone stays so');
  t.equal((await one(id)).status, 'done');
  await sql`update task_closing set closed_at = closed_at - interval '16 minutes' where act_id = ${second.closingId}`.execute(
    db,
  );
  t.match(await api('POST', '/tasks/reopenings', { closingId: second.closingId }), { status: 409 });
  const events = await db
    .selectFrom('event')
    .innerJoin('event_subject', 'event_id', 'event.id')
    .select(['type', 'values', 'fields'])
    .where('subject_id', '=', id)
    .orderBy('event.id')
    .execute();
  t.same(
    events.map(({ type }) => type),
    ['task.created', 'task.completed', 'task.reopened', 'task.completed'],
  );
  t.notMatch(JSON.stringify(events), /Rang/, 'the log holds no words');
});

t.test('whoever closed it undoes it, or a manager, and nobody else', async (t) => {
  const id = await task('asked_to_ring');
  const { closingId } = (await asManager('POST', `/tasks/${id}/completions`, { done: 'Rang' })).body;
  t.equal((await api('POST', `/tasks/${id}/reopenings`)).status, 403);
  t.equal((await api('POST', '/tasks/reopenings', { closingId })).status, 403);
  t.equal((await asManager('POST', `/tasks/${id}/reopenings`)).status, 201);
  await api('POST', `/tasks/${id}/completions`, { done: 'Rang' });
  t.equal((await asManager('POST', `/tasks/${id}/reopenings`)).status, 201, 'a manager undoes others’');
  t.equal((await apiOf(app, as.auditor)('POST', `/tasks/${id}/reopenings`)).status, 403);
  t.equal((await api('POST', '/tasks/01900000-0000-7000-8000-000000000001/reopenings')).status, 404);
});

t.test('what is asked for again meanwhile is not opened twice', async (t) => {
  const [device] = await make.devices(1);
  const about = { subjectType: 'device', subjectId: device!.id } as const;
  const id = await task('asked_to_ring', about);
  await api('POST', `/tasks/${id}/completions`, { done: 'Rang' });
  await task('asked_to_ring', about);
  t.match(await api('POST', `/tasks/${id}/reopenings`), {
    status: 409,
    body: { detail: 'The same is asked for again already.' },
  });
});

t.test('a manager’s task is closed by managers alone, and says so', async (t) => {
  const { post, get } = forms(app, as.officer);
  for (const kind of ['retention_due', 'approve_replacement'] as const) {
    const id = await task(kind);
    t.equal((await api('POST', `/tasks/${id}/completions`, { done: 'Looked' })).status, 403, kind);
    t.equal((await post(`/tasks/${id}/completions`, { done: 'Looked' })).statusCode, 403, kind);
    t.match((await get(`/tasks/${id}`)).body, /This is for a manager to do/);
    t.notMatch((await get(`/tasks/${id}`)).body, /name="done"/);
    t.match((await get(`/tasks?kind=${kind}`)).body, /For a manager/);
    t.match(await api('POST', '/tasks/completions', { tasks: [id], done: 'Looked' }), {
      status: 201,
      body: { count: 0, closingId: null, leftOut: [{ id, kind }] },
    });
    t.equal((await asManager('POST', `/tasks/${id}/completions`, { done: 'Looked' })).status, 201, kind);
  }
});

t.test('one sentence closes many, but what is urgent or closes by itself, which are named', async (t) => {
  const { post } = forms(app, as.officer);
  const [ring, move] = [await task('asked_to_ring'), await task('asked_to_move')];
  const urgent = await task('inbound_text', { urgent: true });
  const late = await task('preparation_late');
  const all = [ring, move, urgent, late];
  t.match(await api('POST', '/tasks/completions', { tasks: all }), {
    status: 422,
    body: { errors: [{ pointer: '/done' }] },
  });
  const many = await api('POST', '/tasks/completions', { tasks: all, done: 'Rang them' });
  t.match(many, { status: 201, body: { count: 2, leftOut: [{ id: urgent }, { id: late }] } });
  const { closingId } = many.body;
  t.equal((await api('POST', '/tasks/reopenings', { closingId })).body.tasks.length, 2);
  t.equal((await one(move)).status, 'open');

  const page = await post('/tasks/completions', { tasks: all, done: 'Rang them' });
  t.equal(page.statusCode, 303);
  const banner = decodeURIComponent(page.cookies.find(({ name }) => name.includes('banner'))!.value);
  t.match(
    banner,
    `2 tasks done. Still open, each to be closed on its own page: “${taskKinds.inbound_text.what}”`,
  );
  const none = await post('/tasks/completions', { tasks: [urgent, late], done: 'Rang them' });
  t.equal(none.statusCode, 409);
  t.match(none.body, /each to be closed on its own page/);
  t.match(none.body, 'Some of these cannot be changed so');
});

t.test('one that is done leads to the next of the list that someone may do', async (t) => {
  await sql`update task set status = 'done', done_at = now() where status = 'open'`.execute(db);
  const [first, urgent, last] = [
    await task('asked_to_ring'),
    await task('asked_to_move', { urgent: true }),
    await task('asked_to_ring'),
  ];
  const kinds = ['asked_to_ring', 'asked_to_move'] as TaskKind[];
  const next = async (id: string, filter: { urgent?: boolean; order?: 'newest' } = {}) =>
    (await taskAfter(db, id, filter, kinds))?.id;
  t.equal(await next(urgent), first);
  t.equal(await next(first), last);
  t.equal(await next(last), urgent, 'from the start again');
  t.equal(await next(urgent, { order: 'newest' }), last);
  t.equal(await next(first, { urgent: true }), urgent);
  t.equal((await taskAfter(db, first, {}, ['asked_to_ring']))?.id, last, 'of kinds that they may do');
  const { post } = forms(app, as.officer);
  const bannerOf = async (id: string) => {
    const { cookies } = await post(`/tasks/${id}/completions`, { done: 'Rang them' });
    return cookies.find(({ name }) => name.includes('banner'))!.value;
  };
  t.match(await bannerOf(urgent), `"text":"Next: ${taskKinds.asked_to_ring.what} (2 left)"`);
  t.match(await bannerOf(first), `"href":"/tasks/${last}"`);
  t.notMatch(await bannerOf(last), '"link"');
});

t.test('a task that closes by itself wants why when it is closed by hand', async (t) => {
  const id = await task('preparation_late');
  const { body } = await api('POST', `/tasks/${id}/completions`, {});
  t.match(body.errors, [{ pointer: '/done', message: /Say why it is closed by hand/ }]);
  t.match(await one(id), { closesWhen: 'it is ready, in repair or gone' });
  t.equal((await api('POST', `/tasks/${id}/completions`, { done: 'It is the spare' })).status, 201);
});

t.test('what is urgent comes first, page by page, then the oldest', async (t) => {
  await sql`update task set status = 'done', done_at = now() where status = 'open'`.execute(db);
  const ids: string[] = [];
  for (const urgent of [false, true, false, true, true, false, false])
    ids.push(await task('inbound_text', { urgent }));
  const read = async (query: string) => {
    const found: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await api('GET', `/tasks?limit=2${query}${after && `&after=${after}`}`);
      found.push(...body.items.map(({ id }: { id: string }) => id));
      if (!body.next) return found;
      after = body.next;
    }
  };
  const at = (...places: number[]) => places.map((place) => ids[place]);
  t.same(await read(''), at(1, 3, 4, 0, 2, 5, 6));
  t.same(await read('&order=newest'), at(4, 3, 1, 6, 5, 2, 0));
  t.same(await read('&urgent=true'), at(1, 3, 4));
  t.same(await read('&urgent=false'), at(0, 2, 5, 6));
  t.equal((await api('GET', '/tasks?after=WyJ4Il0')).status, 400);
  const { body } = await forms(app, as.officer).get('/tasks');
  const shown = [...body.matchAll(/href="\/tasks\/([0-9a-f-]{36})">They sent/g)].map(([, id]) => id);
  t.same(shown, at(1, 3, 4, 0, 2, 5, 6));
  t.equal(body.match(/>Urgent<\/strong>/g)?.length, 3, 'in words');
});

t.test('each kind says how it ends and where it is done, on a page that opens', async (t) => {
  for (const kind of Object.keys(taskKinds) as TaskKind[]) {
    const { page, closesWhen, bySpeaking } = ruleOf(kind);
    t.notOk(closesWhen && bySpeaking, kind);
    if (page)
      t.ok(app.hasRoute({ method: 'GET', url: page(':id').split('?')[0]! }), `${kind}: ${page(':id')}`);
  }
});
