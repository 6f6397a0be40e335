import t from 'tap';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { renewPlan } from '../../src/stock/data-plans/course.commands.ts';
import { planDataEndingTasks } from '../../src/stock/data-plans/data-ending.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { completeTask } from '../../src/tasks/closing.commands.ts';
import { listTasks } from '../../src/tasks/task.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);

let sims = 0;
/** A dongle on loan whose data ends on a day, with what the loan says of its own end. */
async function lent(expiresOn: string, loan: { dueOn: string } | { openEnded: true }) {
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  const { id } = await fitDataPlan(deps, officer, dongle!.id, {
    network: 'O2',
    iccid: `894411${String(++sims).padStart(12, '0')}`,
    gbPerMonth: 20,
    durationMonths: 1,
    activatedOn: '2026-11-01',
  });
  await db.updateTable('data_plan').set({ expires_on: expiresOn }).where('id', '=', id).execute();
  return { id, loan: await make.loan({ ...loan, items: [{ deviceId: dongle!.id }] }) };
}
const get = async (url: string) => (await app.inject({ url, headers: as.officer })).json();
const onTheList = async () => {
  const { items } = await get('/api/v1/worklist');
  return items.find(({ kind }: { kind: string }) => kind === 'data_ending');
};
const listed = async () =>
  (await get('/api/v1/data-plans?ending=soon')).items.map(({ id }: { id: string }) => id);
const tasks = async () =>
  (await listTasks(db, { limit: 50, status: 'open', kind: 'data_ending' })).items.map(
    ({ subject }) => subject.id,
  );

t.test(
  'rule 10: data may not end unseen: on the day’s list 14 days ahead, and a task each night',
  async (t) => {
    const far = { dueOn: '2027-05-01' };
    const over = await lent('2026-11-20', far);
    const lastDay = await lent('2026-12-07', { openEnded: true });
    const nextDay = await lent('2026-12-08', { openEnded: true });
    const beforeItsLoan = await lent('2027-03-01', far);
    const afterItsLoan = await lent('2027-03-01', { dueOn: '2027-01-31' });
    const [shelf] = await make.readyDevices(1, { kind: 'dongle' });
    await fitDataPlan(deps, officer, shelf!.id, {
      network: 'O2',
      iccid: '8944119999999999999',
      gbPerMonth: null,
      durationMonths: 1,
      activatedOn: '2026-10-30',
    });

    t.same(await onTheList(), { kind: 'data_ending', count: 2, oldest: '2026-11-20' });
    t.same(await listed(), [over.id, lastDay.id], 'the earliest first');
    const today = await app.inject({ url: '/', headers: as.officer });
    t.match(
      today.body,
      /href="\/data-plans\?ending=soon">2 data plans on loan ending within 14 days or over/,
    );
    const first = await get('/api/v1/data-plans?ending=soon&limit=1');
    t.same((await get(`/api/v1/data-plans?ending=soon&limit=1&after=${first.next}`)).items[0].id, lastDay.id);

    const count = async () =>
      (await runNightly(deps, { dryRun: true })).steps.find(({ step }) => step === 'data-ending')!.count;
    t.equal(await count(), 3);
    const { steps } = await runNightly(deps);
    t.match(
      steps.find(({ step }) => step === 'data-ending'),
      { count: 3, skipped: false },
    );
    t.same(new Set(await tasks()), new Set([over.id, lastDay.id, beforeItsLoan.id]));
    t.equal(await planDataEndingTasks(deps, '2026-11-23'), 0, 'run again it changes nothing');
    t.equal(await count(), 0);

    // What staff settled is not asked again, until the last days come.
    for (const { id } of (await listTasks(db, { limit: 50, status: 'open', kind: 'data_ending' })).items)
      await completeTask(deps, officer, id, { done: 'They have data of their own' });
    t.equal(await planDataEndingTasks(deps, '2026-11-23'), 0);
    clock.set('2026-11-24T03:15:00Z');
    t.equal(await planDataEndingTasks(deps, '2026-11-24'), 1);
    t.same(await tasks(), [nextDay.id]);
    clock.set('2027-02-15T03:15:00Z');
    t.equal(await planDataEndingTasks(deps, '2027-02-15'), 2, 'its last days, and a loan that is overdue');
    t.same(new Set(await tasks()), new Set([nextDay.id, beforeItsLoan.id, afterItsLoan.id]));

    // A renewal settles it; so does coming back, by the next night.
    await renewPlan(deps, officer, nextDay.id, { months: 6 });
    t.same(new Set(await tasks()), new Set([beforeItsLoan.id, afterItsLoan.id]));
    for (const { loan } of [beforeItsLoan, afterItsLoan])
      await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
    t.equal(await planDataEndingTasks(deps, '2027-02-15'), 0);
    t.same(await tasks(), []);
  },
);

t.test('rule 10: a night run for an older date takes no task away', async (t) => {
  clock.set('2027-02-20T03:15:00Z');
  const { id } = await lent('2027-03-05', { dueOn: '2027-02-27' });
  await planDataEndingTasks(deps, '2027-02-20');
  t.ok((await tasks()).includes(id));
  await planDataEndingTasks(deps, '2027-02-10');
  t.ok((await tasks()).includes(id), 'it still ends soon');
});

t.test('rule 10: one task however many nights run at once', async (t) => {
  clock.set('2027-03-01T03:15:00Z');
  const { id } = await lent('2027-03-05', { dueOn: '2027-09-01' });
  await Promise.all(Array.from({ length: 4 }, () => planDataEndingTasks(deps, '2027-03-01')));
  t.equal((await tasks()).filter((one) => one === id).length, 1);
});
