import t from 'tap';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { renewPlan } from '../../src/stock/data-plans/course.commands.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.officer);
const pages = forms(app, as.officer);

let people = 0;
/** Somebody with a dongle whose data ends on 7 December; only whoever agreed is to be told. */
async function lent({ agreed = true, wording = 'discreet' as 'discreet' | 'identified' } = {}) {
  const n = ++people;
  const [dongle] = await make.readyDevices(1, { kind: 'dongle' });
  const plan = await fitDataPlan(deps, officer, dongle!.id, {
    network: 'O2',
    iccid: `894411${String(n).padStart(12, '0')}`,
    gbPerMonth: 20,
    durationMonths: 1,
    activatedOn: '2026-11-07',
  });
  const referral = await make.waitingReferral({
    needs: ['data'],
    person: {
      familyName: `Person ${n}`,
      wording,
      contactPoints: [{ channel: 'sms', value: `07700 9001${String(n).padStart(2, '0')}`, safe: true }],
    },
  });
  const loan = await make.loan({
    referralId: referral.id,
    dueOn: '2027-05-01',
    supportPlan: null,
    items: [{ deviceId: dongle!.id }],
  });
  const { patient_id: patientId } = await db
    .selectFrom('referral')
    .select('patient_id')
    .where('id', '=', referral.id)
    .executeTakeFirstOrThrow();
  if (agreed) {
    const url = `/patients/${patientId}`;
    const { etag } = await api('GET', url);
    t.match(await api('PATCH', url, { dataReminders: true }, { 'if-match': etag }), {
      status: 200,
      body: { dataReminders: true },
    });
  }
  return { plan, loan, patientId };
}
const night = async (day: string) => {
  clock.set(`${day}T03:15:00Z`);
  const { steps } = await runNightly(deps);
  return steps.find(({ step }) => step === 'data-reminders')!.count;
};
const said = async () =>
  (await db.selectFrom('captured_message').select('body').orderBy('recipient').execute()).map(
    ({ body }) => body,
  );

t.test('whoever agreed is told once before their data ends, in their wording; nobody else is', async (t) => {
  clock.set('2026-11-20T09:30:00Z');
  const first = await lent({ wording: 'identified' });
  await lent();
  await lent({ agreed: false });
  const renewed = await lent();
  const back = await lent();
  const changedTheirMind = await lent();
  t.equal(first.plan.expiresOn, '2026-12-07');
  t.equal(await night('2026-11-20'), 0, 'not yet');
  clock.set('2026-11-23T03:00:00Z');
  const { steps } = await runNightly(deps, { dryRun: true });
  t.match(
    steps.filter(({ step }) => step === 'data-reminders' || step === 'gather'),
    [{ count: 5 }, { count: 5 }],
  );
  t.equal(await night('2026-11-23'), 5);
  t.equal(await night('2026-11-23'), 0, 'the night is done');
  const { items } = (await api('GET', `/messages?patientId=${first.patientId}`)).body;
  const page = (await pages.get(`/messages/${items[0].id}`)).body;
  t.match(page, `href="/data-plans/${first.plan.id}"`, 'its message leads to the data plan');
  clock.set('2026-11-23T07:30:00Z');
  await renewPlan(deps, officer, renewed.plan.id, { months: 1 });
  await returnItems(deps, officer, back.loan.id, {
    items: back.loan.items.map(({ id }) => ({ itemId: id, condition: 'A' as const })),
  });
  const url = `/patients/${changedTheirMind.patientId}`;
  const { etag } = await api('GET', url);
  await api('PATCH', url, { dataReminders: false }, { 'if-match': etag });
  clock.set('2026-11-23T10:00:00Z');
  await dispatch(deps);
  t.match(await said(), [
    /^Hello Amal\. The mobile data that you have from Test scheme ends on Monday 7 December\./,
    /^Hello\. Your mobile data ends on Monday 7 December\./,
  ]);
  t.equal((await said()).length, 2);
  t.equal(await night('2026-11-24'), 0, 'once');
  t.equal(await night('2026-12-24'), 1, 'a renewed plan ends again');
});
