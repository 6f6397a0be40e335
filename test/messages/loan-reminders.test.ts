import t from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { extendLoan } from '../../src/lending/loans/extension.commands.ts';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { planReminders } from '../../src/messages/reminder.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import type { Wording } from '../../src/people/reach.rules.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';

async function setUp(t: Parameters<typeof testDatabase>[0]) {
  const world = await testDatabase(t);
  const { db, deps, clock } = world;
  const make = factories(deps);
  clock.set('2026-11-23T09:30:00Z');
  const night = async (day: string) => {
    clock.set(`${day}T03:15:00Z`);
    const { steps } = await runNightly(deps);
    clock.set(`${day}T10:00:00Z`);
    await dispatch(deps);
    return steps.find(({ step }) => step === 'loan-reminders')!.count;
  };
  const said = async () =>
    (await db.selectFrom('captured_message').select('body').orderBy('id').execute()).map(({ body }) => body);
  const planned = async () =>
    (
      await db
        .selectFrom('reminder')
        .select(['reason', 'stage', 'for_date', 'status'])
        .where('reason', 'in', ['return_due', 'overdue'])
        .orderBy('for_date')
        .orderBy('id')
        .execute()
    ).map(({ reason, stage, for_date, status }) => `${reason} ${stage} ${for_date} ${status}`);
  const lend = (dueOn: string, wording: Wording = 'discreet') =>
    make
      .waitingReferral({
        needs: ['device'],
        person: {
          wording,
          familyName: `F${dueOn}${wording}`,
          contactPoints: [{ channel: 'sms', value: '07700 900123', safe: true }],
        },
      })
      .then(({ id }) => make.loan({ referralId: id, dueOn, supportPlan: null }));
  return { ...world, make, night, said, planned, lend };
}

t.test(
  'a loan is spoken of two weeks and one week ahead, then kindly after 1, 7 and 21 days, each once',
  async (t) => {
    const { night, planned, said, lend, db } = await setUp(t);
    await lend('2027-01-29', 'identified');
    const days: [string, number][] = [
      ['2027-01-14', 0],
      ['2027-01-15', 1],
      ['2027-01-18', 0],
      ['2027-01-22', 1],
      ['2027-01-25', 0],
      ['2027-02-01', 1],
      ['2027-02-05', 1],
      ['2027-02-18', 0],
      ['2027-02-19', 1],
      ['2027-03-11', 0],
      ['2027-03-12', 0],
    ];
    for (const [day, count] of days) t.equal(await night(day), count, day);
    t.same(await planned(), [
      'return_due 14_days 2027-01-29 said',
      'return_due 7_days 2027-01-29 said',
      'overdue 1_day 2027-01-29 said',
      'overdue 7_days 2027-01-29 said',
      'overdue 21_days 2027-01-29 said',
    ]);
    const texts = await said();
    t.equal(texts.length, 5);
    t.match(texts[0], /is due back on Friday 29 January\./);
    t.match(texts[2], /was due back on Friday 29 January\. There is nothing to pay\./);
    for (const text of texts) t.notMatch(text, /must|fine|charge|late fee|police/i, 'no threat');
    t.match(
      await db.selectFrom('task').select(['kind', 'status']).where('kind', '=', 'loan_overdue').execute(),
      [{ kind: 'loan_overdue', status: 'open' }],
      'after three weeks a person decides',
    );
  },
);

t.test('nights that did not run are caught up with the latest word alone', async (t) => {
  const { night, planned, said, lend } = await setUp(t);
  await lend('2027-01-29');
  t.equal(await night('2027-02-08'), 1);
  t.same(await planned(), ['overdue 7_days 2027-01-29 said']);
  t.match(await said(), [/^Hello\. It was Friday 29 January, and we would like to hear from you\./]);
});

t.test('what changed before it was said is not said: extended, gone, come back', async (t) => {
  const { clock, deps, db, lend, planned, said } = await setUp(t);
  const loans = [await lend('2027-01-25'), await lend('2027-01-26'), await lend('2027-01-27')];
  clock.set('2027-01-20T03:15:00Z');
  await runNightly(deps);
  t.equal((await planned()).length, 3);
  await extendLoan(deps, officer, loans[0]!.id, { dueOn: '2027-03-31' });
  await reportIncident(deps, officer, loans[1]!.id, {
    itemId: loans[1]!.items[0]!.id,
    kind: 'faulty',
    reportedOn: '2027-01-20',
  });
  await db
    .updateTable('loan')
    .set({ status: 'closed', closed_at: '2027-01-20T09:00:00Z' })
    .where('id', '=', loans[2]!.id)
    .execute();
  clock.set('2027-01-20T10:00:00Z');
  await dispatch(deps);
  t.equal((await said()).length, 1, 'something faulty is still to come back');
  t.same(await planned(), [
    'return_due 7_days 2027-01-25 cancelled',
    'return_due 7_days 2027-01-26 said',
    'return_due 7_days 2027-01-27 cancelled',
  ]);
  t.equal(await planReminders(deps, ['return_due', 'overdue'], '2027-01-20'), 0);
});

t.test(
  'a day that was told and is put off is corrected, once; where no message may go, by a task',
  async (t) => {
    const { night, said, lend, deps, db, clock } = await setUp(t);
    for (const wording of ['discreet', 'identified'] as const) await lend('2027-01-29', wording);
    const silent = await lend('2027-01-28');
    await lend('2027-03-31');
    const lent = await db.selectFrom('loan').select(['id', 'patient_id', 'due_on']).orderBy('id').execute();
    await night('2027-01-22');
    t.equal((await said()).length, 3);
    const { patient_id } = lent.find(({ id }) => id === silent.id)!;
    await db
      .updateTable('patient')
      .set({ contact_choice: 'patient_contacts_us' })
      .where('id', '=', patient_id!)
      .execute();
    for (const { id, due_on } of lent)
      await extendLoan(deps, officer, id, { dueOn: '2027-04-23', from: due_on });
    clock.set('2027-01-22T11:00:00Z');
    await dispatch(deps);
    await dispatch(deps);
    t.match((await said()).slice(3).toSorted(), [
      /^Hello Amal\. You can keep what .* lent you for longer: Friday 29 January does not hold any more/,
      /^Hello\. Friday 29 January, which we told you before, does not hold any more/,
    ]);
    t.equal((await said()).length, 5, 'none to whoever was told nothing, and to the others one');
    t.match(
      await db
        .selectFrom('task')
        .select(['kind', 'subject_id'])
        .where('kind', '=', 'tell_of_change')
        .execute(),
      [{ kind: 'tell_of_change', subject_id: silent.id }],
    );
  },
);

t.test(
  'an older day is not spoken of again; what no message said in time staff are asked to tell',
  async (t) => {
    const { night, said, lend, deps, db, clock } = await setUp(t);
    const { id } = await lend('2027-01-29', 'identified');
    const { patient_id } = await db
      .selectFrom('loan')
      .select('patient_id')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await night('2027-01-22');
    await db.updateTable('contact_point').set({ safe: false }).execute();
    await extendLoan(deps, officer, id, { dueOn: '2027-04-23', from: '2027-01-29' });
    clock.set('2027-01-22T11:00:00Z');
    await dispatch(deps);
    clock.set('2027-02-15T11:00:00Z');
    await dispatch(deps);
    const asked = () =>
      db
        .selectFrom('task')
        .select(['subject_id', 'patient_id'])
        .where('kind', '=', 'tell_of_change')
        .execute();
    t.same(await asked(), [{ subject_id: id, patient_id }]);
    await db.updateTable('contact_point').set({ safe: true }).execute();
    await extendLoan(deps, officer, id, { dueOn: '2027-07-23', from: '2027-04-23' });
    await dispatch(deps);
    t.equal((await said()).length, 1, 'nobody was told of 23 April');
  },
);
