import t from 'tap';
import { workIn } from '../../src/shared/work.ts';
import { createTasks } from '../../src/tasks/task.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const open = async () =>
  await db.selectFrom('task').select(['id', 'kind']).where('status', '=', 'open').orderBy('id').execute();
const tasks = async (count: number) => {
  const devices = await make.devices(count);
  await db.transaction().execute((trx) =>
    createTasks(
      workIn(trx, deps, officer),
      devices.map(({ id }) => ({ kind: 'asked_to_ring', subjectType: 'device', subjectId: id })),
    ),
  );
  return (await open()).map(({ id }) => id);
};
const done = 'Rang each of them';

t.test('many tasks are marked as done together, each once, also by several people at once', async (t) => {
  const ids = await tasks(5);
  const api = apiOf(app, as.officer);
  const complete = (body: object, who = api) => who('POST', '/tasks/completions', { done, ...body });
  t.equal((await complete({ tasks: ids }, apiOf(app, as.auditor))).status, 403);
  t.equal((await complete({ tasks: [] })).status, 422);
  t.match(await complete({ tasks: ids.slice(0, 1) }), { status: 201, body: { count: 1 } });
  const counts = await Promise.all(Array.from({ length: 5 }, () => complete({ tasks: ids })));
  t.equal(
    counts.reduce((sum, { body }) => sum + body.count, 0),
    4,
  );
  const { n } = await db
    .selectFrom('event')
    .select(db.fn.countAll<number>().as('n'))
    .where('type', '=', 'task.completed')
    .executeTakeFirstOrThrow();
  t.equal(n, 5);
});

t.test('on the page: those that are ticked, one by its button, and what was ticked stays', async (t) => {
  const ids = await tasks(3);
  const { post, get } = forms(app, as.officer);
  const nothing = await post('/tasks/completions?status=open', { done });
  t.equal(nothing.statusCode, 422);
  t.match(nothing.body, /href="#tasks">\s*Tick at least one task/);
  const odd = await post('/tasks/completions', { done, tasks: [ids[0]!, 'x'] });
  t.equal(odd.statusCode, 422);
  const wordless = await post('/tasks/completions', { tasks: [ids[0]!] });
  t.equal(wordless.statusCode, 422);
  t.match(wordless.body, /href="#done">\s*Say in a few words what was done/);
  t.match(odd.body, new RegExp(`value="${ids[0]}" checked`));
  t.notMatch((await forms(app, as.auditor).get('/tasks')).body, /type="checkbox"/);
  t.match((await get('/tasks?kind=concern')).body, /No task is like that/);

  const [first, second] = await tasks(5);
  const once = { _once: '0f2c7c1e-6b3c-4f0e-9a5e-000000000001', done };
  t.equal((await post(`/tasks/${first}/completions`, once)).statusCode, 303);
  t.equal((await post(`/tasks/${first}/completions`, once)).statusCode, 303, 'a second click');
  const back = await post(`/tasks/${second}/completions`, once);
  t.equal(back.statusCode, 409);
  t.match(back.body, 'What it says now was not saved', 'the page of before, by the way back');
  const many = await post('/tasks/completions?status=open', { ...once, tasks: [second!] });
  t.equal(many.statusCode, 409);
  t.match(many.body, new RegExp(`value="${second}" checked`));
  t.equal(
    (await post('/tasks/completions', { done, tasks: (await open()).slice(0, -3).map(({ id }) => id) }))
      .statusCode,
    303,
  );

  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/tasks?kind=asked_to_ring');
  for (const place of [0, 1]) await page.getByRole('checkbox').nth(place).check();
  await look('tasks, two ticked');
  await page.getByLabel('What was done, for all that are ticked').fill(done);
  await page.getByRole('button', { name: 'Mark those that are ticked as done' }).click();
  await page.getByText('2 tasks done.').waitFor();
  t.match(page.url(), /kind=asked_to_ring/, 'the filter stays');
  await look('tasks, with a way to undo');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('2 tasks open again.').waitFor();
  t.equal((await open()).length, 3);
  for (const place of [0, 1]) await page.getByRole('checkbox').nth(place).check();
  await page.getByLabel('What was done, for all that are ticked').fill(done);
  await page.getByRole('button', { name: 'Mark those that are ticked as done' }).click();
  await page.getByText('2 tasks done.').waitFor();
  await page.getByRole('link', { name: /^Say what was done/ }).click();
  await page.getByLabel('What was done').fill(done);
  await page.getByRole('button', { name: 'Mark as done' }).click();
  await page.getByText('Done: They ask to be rung.').waitFor();
  t.same(await open(), []);
  await look('tasks, none');
});

t.test(
  'the button for those that are ticked stays in sight, and hides nothing that has the focus',
  async (t) => {
    await tasks(30);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page } = await signedInBrowser(t, baseURL, as.officer);
    await page.setViewportSize({ width: 1440, height: 700 });
    await page.goto('/tasks');
    const bar = page.locator('.app-bulk');
    const top = () => bar.evaluate((element) => element.getBoundingClientRect().top);
    const bottom = () => page.locator(':focus').evaluate((element) => element.getBoundingClientRect().bottom);
    t.notOk(await bar.isVisible(), 'nothing is ticked yet');
    await page.getByRole('checkbox').first().focus();
    await page.keyboard.press('Space');
    t.ok((await top()) < 700, 'in sight before anything is scrolled');
    const isInBar = async () => (await bar.locator(':focus').count()) > 0;
    let hidden = 0;
    for (let presses = 0; presses < 200 && !(await isInBar()); presses++) {
      if ((await bottom()) > (await top())) hidden++;
      await page.keyboard.press('Tab');
    }
    t.ok(await isInBar(), 'reached by keys alone');
    t.equal(hidden, 0);
  },
);
