import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { takeBackReport } from '../../src/lending/incidents/report-back.commands.ts';
import { correctLoan } from '../../src/lending/loans/correction.commands.ts';
import { reviewLoan } from '../../src/lending/loans/extension.commands.ts';
import { getLoan } from '../../src/lending/loans/loan.queries.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { takeBackIssue } from '../../src/lending/loans/taking-back.commands.ts';
import { addTerms } from '../../src/lending/terms/terms.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { atOnce } from '../helpers/at-once.ts';
import { officer } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

const w = await world(t, { DATABASE_POOL: '20' });
const { app, as, db, deps, clock, make, rows } = w;
const api = apiOf(app, as.officer);
const morning = '2026-11-23T09:30:00Z';
t.beforeEach(() => clock.set(morning));

/** Corrects as someone who has just seen it, a minute later. */
async function correct(id: string, body: object, match?: string) {
  const ifMatch = match ?? (await api('GET', `/loans/${id}`)).etag;
  clock.set(new Date(Date.parse(clock.now().toString()) + 60_000).toISOString());
  return api('PATCH', `/loans/${id}`, body, { 'if-match': ifMatch });
}
const fault = (pointer: string, message: RegExp) => ({
  status: 422,
  body: { errors: [{ pointer, message }] },
});
const days = async (loanId: string) =>
  rows(sql`select l.handover_on, i.issued_on, i.ended_on from loan l join loan_item i on i.loan_id = l.id
    where l.id = ${loanId} order by i.id`);
const followUps = async (loanId: string) =>
  rows<{ id: string; step: string; due_on: string; status: string }>(
    sql`select id, step, due_on, status from follow_up where loan_id = ${loanId} and before_due is null order by created_at, due_on, id`,
  );
t.test('the handover is put right, and what counts from it follows', async (t) => {
  const referral = await make.waitingReferral();
  const [tablet] = await make.readyDevices(1);
  clock.set('2026-12-02T09:30:00Z');
  const loan = await make.loan({ referralId: referral.id, items: [{ deviceId: tablet!.id }] });
  const before = await followUps(loan.id);
  t.same(
    before.map(({ due_on }) => due_on),
    ['2026-12-04', '2026-12-09', '2026-12-30', '2027-03-03'],
  );
  const [call, week, month, last] = before as [never, never, never, never] as typeof before;
  t.equal((await w.change(week!.id, { status: 'confirmed' })).status, 200);
  t.equal((await w.change(month!.id, { dueOn: '2027-01-06' })).status, 200);
  const done = await correct(loan.id, { handover: { way: 'posted', on: '2026-12-04' } });
  t.match(done, {
    status: 200,
    body: { handover: { way: 'posted', on: '2026-12-04' }, issuedOn: '2026-12-04' },
  });
  t.same(await days(loan.id), [{ handover_on: '2026-12-04', issued_on: '2026-12-04', ended_on: null }]);
  const after = new Map((await followUps(loan.id)).map(({ id, due_on }) => [id, due_on]));
  t.equal(after.get(call!.id), '2026-12-07', 'two days on, on a working day');
  t.equal(after.get(week!.id), '2026-12-09', 'what is confirmed stays');
  t.equal(after.get(month!.id), '2027-01-06', 'what was moved stays');
  t.equal(after.get(last!.id), '2027-03-05');
  const { warnings } = done.body;
  t.match(warnings.join(' '), new RegExp(`“${week!.step}” stays on 2026-12-09: it is confirmed`));
  t.match(warnings.join(' '), new RegExp(`“${month!.step}” stays on 2027-01-06: it was moved before`));
  t.match(warnings.join(' '), /It stays due back on 2027-06-02. By its terms it would be 2027-06-04/);
  t.equal(warnings.length, 3);

  t.match((await api('GET', `/devices/${tablet!.id}/holders`)).body.items, [{ from: '2026-12-04' }]);
  for (const id of [loan.id, tablet!.id, referral.id]) {
    const [event] = await rows<{ values: object; all: string }>(
      sql`select e."values", row_to_json(e)::text as all from event e join event_subject s on s.event_id = e.id
        where e.type = 'loan.corrected' and s.subject_id = ${id}`,
    );
    t.match(event?.values, { handoverWay: 'posted', handoverWas: '2026-12-02', handoverOn: '2026-12-04' });
  }
  t.match(
    (await forms(app, as.officer).get(`/loans/${loan.id}`)).body,
    /put right; posted; it went out on 4 December 2026, and not on 2 December 2026/,
  );

  const back = await correct(loan.id, { handover: { on: '2026-11-25' } });
  t.equal(back.status, 200);
  const earlier = new Map((await followUps(loan.id)).map(({ id, due_on }) => [id, due_on]));
  t.equal(earlier.get(call!.id), '2026-12-03', 'what would be past comes on the next working day');
  t.equal(earlier.get(last!.id), '2027-02-24');
});

t.test('the days hold to each other', async (t) => {
  const first = await make.loan({ count: 2 });
  const [device, other] = first.items;
  await returnItems(deps, officer, first.id, {
    items: [{ itemId: device!.id, condition: 'B' }],
    on: '2026-11-23',
  });
  clock.set('2026-11-30T09:30:00Z');
  for (const kind of ['sanitisation', 'electrical', 'setup'] as const)
    await make.pass(device!.deviceId, kind);
  const loan = await make.loan({ items: [{ deviceId: device!.deviceId }] });
  const on = (day: string, id = loan.id) => correct(id, { handover: { on: day } });
  t.match(await on('2026-11-22'), fault('/handover/on', /came back to us only on 2026-11-23/));
  t.match(
    await on('2027-01-01'),
    fault('/handover/on', /written down on 2026-11-30. Give a day within 30 days/),
  );
  t.equal((await on('2026-11-23')).status, 200, 'back and out again on one day is no overlap');

  t.match(await on('2026-11-24', first.id), fault('/handover/on', /came back or ended on 2026-11-23/));
  await reportIncident(deps, officer, first.id, {
    itemId: other!.id,
    kind: 'faulty',
    reportedOn: '2026-11-24',
  });
  t.match(await on('2026-11-20', first.id), {
    status: 200,
    body: { warnings: [/given to us on 2026-11-23/] },
  });
  t.match(await days(first.id), [
    { issued_on: '2026-11-20', ended_on: '2026-11-23' },
    { issued_on: '2026-11-20', ended_on: null },
  ]);

  const broken = await make.loan({ handover: { way: 'in_person', on: '2026-11-23' } });
  const incident = await reportIncident(deps, officer, broken.id, {
    itemId: broken.items[0]!.id,
    kind: 'faulty',
    reportedOn: '2026-11-30',
    happenedOn: '2026-11-24',
  });
  t.match(await on('2026-11-25', broken.id), fault('/handover/on', /Incident I-\w+ was on 2026-11-24/));
  await takeBackReport(deps, officer, incident.id, { reason: 'It works' });
  t.equal((await on('2026-11-25', broken.id)).status, 200, 'an incident that was a mistake was on no day');

  t.match(await correct(loan.id, { dueOn: '2026-11-23' }), fault('/dueOn', /after the handover/));
  t.equal((await correct(loan.id, { dueOn: '2026-12-20' })).status, 200);
  t.match(
    await on('2026-12-20'),
    fault('/handover/on', /It is due back on 2026-12-20. Give a day before that/),
  );
  t.match(await correct(loan.id, { dueOn: '2026-12-25' }), {
    status: 200,
    body: { warnings: [/closed on 2026-12-25, Friday \(Christmas Day\)/] },
  });
});

t.test('what was back before the day that was planned keeps its own day', async (t) => {
  const loan = await make.loan({ count: 2, handover: { way: 'posted', on: '2026-11-27' } });
  await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'A' }] });
  t.equal((await correct(loan.id, { handover: { on: '2026-11-26' } })).status, 200);
  t.match(await days(loan.id), [
    { issued_on: '2026-11-23', ended_on: '2026-11-23' },
    { issued_on: '2026-11-26', ended_on: null },
  ]);
});

/** A service in which someone was told, in a text of last night, of the day on which their loan is due back. */
async function told(t: Test, dueOn = '2026-12-04') {
  const w = await world(t);
  const referral = await w.make.waitingReferral({ needs: ['device'], person: { wording: 'identified' } });
  const loan = await w.make.loan({ referralId: referral.id, dueOn, supportPlan: null });
  await w.night('2026-11-24');
  const reminders = async () =>
    (
      await w.rows<{ said: string }>(
        sql`select reason || ' ' || for_date || ' ' || status as said from reminder where subject_id = ${loan.id} order by id`,
      )
    ).map(({ said }) => said);
  return {
    ...w,
    loan,
    reminders,
    news: async () => (await w.sent()).slice(1).map(({ body }) => body),
    correct: (body: object) => w.call('officer', 'PATCH', `/loans/${loan.id}`, body, { 'if-match': '*' }),
    open: async () =>
      (await w.tasks())
        .filter(({ subjectId, status }) => subjectId === loan.id && status === 'open')
        .map(({ kind }) => kind),
  };
}
const said = 'return_due 2026-12-04 said';

t.test('rule 26: a day that was told and was wrong is told, and nobody keeps it longer by it', async (t) => {
  for (const dueOn of ['2026-12-18', '2026-11-30', null]) {
    const w = await told(t);
    t.same(await w.reminders(), [said]);
    const done = await w.correct({ dueOn });
    t.match(done, { status: 200, body: { dueOn, extensions: 0 } });
    t.equal(done.body.reviewOn === null, dueOn !== null, 'without a day it is looked at again');
    t.same(await w.reminders(), [said, 'wrong_day 2026-12-04 standing']);
    await w.night('2026-11-25');
    const news = (await w.news()).join(' ');
    t.match(news, /We told you Friday 4 December .* our mistake, and does not hold/);
    t.notMatch(news, /You can keep/);
    if (dueOn === '2026-11-30') {
      t.match(news, /due back on Monday 30 November/, 'the right day is told too');
      t.same((await w.reminders()).at(-1), 'return_due 2026-11-30 said', 'its reminder is planned');
    }
    const back = await takeBackIssue(w.deps, officer, w.loan.id, { reason: 'wrong_person' });
    t.equal(back.loan.status, 'recorded_by_mistake', 'it was not used since');
  }
});

t.test('a wrong day put back before it was said says nothing', async (t) => {
  const w = await told(t);
  await w.correct({ dueOn: '2026-12-18' });
  await w.correct({ dueOn: '2026-12-04' });
  t.same(await w.reminders(), [said, 'wrong_day 2026-12-04 cancelled']);
  await w.night('2026-11-25');
  t.same(await w.news(), []);
});

t.test('where no message may go, a task asks to tell them', async (t) => {
  const w = await told(t);
  await w.rows(sql`update patient set contact_choice = 'patient_contacts_us'`);
  await w.correct({ dueOn: '2026-11-27' });
  t.same(await w.open(), ['tell_of_change']);
});

t.test('what is overdue is so by the right day', async (t) => {
  const w = await told(t);
  await w.night('2027-01-11');
  t.same(await w.open(), ['loan_overdue']);
  await w.correct({ dueOn: '2026-12-01' });
  t.same(await w.open(), ['loan_overdue']);
  await w.correct({ dueOn: '2027-03-01' });
  t.same(await w.open(), []);
});

t.test('a closed loan is put right without messages', async (t) => {
  const { loan, reminders, news, correct, night, deps, clock, ...w } = await told(t);
  clock.set('2026-11-24T10:00:00Z');
  await returnItems(deps, officer, loan.id, { items: [{ itemId: loan.items[0]!.id, condition: 'B' }] });
  const change = { dueOn: '2027-01-11', handover: { on: '2026-11-20', way: 'collected' } };
  t.match(await correct(change), { status: 200, body: { ...change, status: 'closed', overdue: false } });
  t.same(await reminders(), [said]);
  await night('2026-11-25');
  t.same(await news(), []);
  t.same(await w.open(), []);
  t.match(
    await correct({ handover: { on: '2026-11-25' } }),
    fault('/handover/on', /Give that day or an earlier/),
  );
  await w.rows(sql`update patient set erased_at = now()`);
  t.match(await correct({ dueOn: '2027-01-12' }), {
    status: 409,
    body: { type: '/problems/patient-erased' },
  });
  clock.set(morning);
  const { get } = forms(w.app, w.as.officer);
  const path = `/loans/${loan.id}/corrections`;
  t.match((await get(path)).body, /This person was erased/);
  const page = (await get(`/loans/${loan.id}`)).body;
  t.match(page, loan.reference);
  t.notMatch(page, path);
});

t.test('terms are of the same borrower, and say when it is looked at again', async (t) => {
  const terms = async (borrower: 'patient' | 'location', reviewMonths: number) =>
    (
      await addTerms(deps, officer, {
        name: `${borrower} ${reviewMonths}`,
        borrower,
        weeks: null,
        reviewMonths,
        extensionsAllowed: 1,
        extensionWeeks: 4,
      } as never)
    ).id;
  const loan = await make.loan({ openEnded: true });
  const two = await terms('patient', 2);
  t.match(await correct(loan.id, { termsId: two }), {
    status: 200,
    body: { terms: { id: two }, reviewOn: '2027-01-25', dueOn: null },
  });
  t.match(await correct(loan.id, { handover: { on: '2026-11-20' } }), { body: { reviewOn: '2027-01-20' } });
  t.match(
    await correct(loan.id, { termsId: await terms('location', 2) }),
    fault('/termsId', /not in use for this borrower/),
  );
  clock.set('2026-12-01T09:30:00Z');
  await reviewLoan(deps, officer, loan.id, { outcome: 'goes_on' });
  const three = await terms('patient', 3);
  t.match(await correct(loan.id, { termsId: three }), { body: { reviewOn: '2027-03-01' } });
  await reviewLoan(deps, officer, loan.id, { outcome: 'not_reached' });
  const { reviewOn } = await getLoan(db, clock, loan.id);
  t.match(
    await correct(loan.id, { termsId: two }),
    { body: { reviewOn } },
    'nobody was reached: it is tried again',
  );
});

t.test('how the agreement was accepted, in what is logged by its names alone', async (t) => {
  const loan = await make.loan();
  const agreement = (of: object) => correct(loan.id, { agreement: of });
  t.match(await agreement({ acceptedBy: 'witnessed' }), fault('/agreement/witness', /name of the witness/));
  t.match(await agreement({ acceptedBy: 'signature' }), fault('/agreement/signature', /missing/));
  t.match(await agreement({ acceptedBy: 'witnessed', witness: 'Nora Witness' }), {
    status: 200,
    body: { agreement: { acceptedBy: 'witnessed', witness: 'Nora Witness' } },
  });
  t.equal((await agreement({ acceptedBy: 'signature', signature: 'Amal Signed' })).status, 200);
  t.equal((await agreement({ acceptedBy: 'signature' })).status, 200, 'the signature that is there stays');
  t.match(await agreement({ acceptedBy: 'verbal' }), { body: { agreement: { witness: null } } });
  t.match(await rows(sql`select signature from loan where id = ${loan.id}`), [{ signature: null }]);
  const events = await rows<{ fields: string[]; all: string }>(
    sql`select e.fields, row_to_json(e)::text as all from event e join event_subject s on s.event_id = e.id
      where e.type = 'loan.corrected' and s.subject_id = ${loan.id} order by e.id`,
  );
  t.same(
    events.map(({ fields }) => fields),
    [['witness'], ['witness', 'signature'], ['signature']],
  );
  t.notMatch(events.map(({ all }) => all).join(' '), /Nora|Amal Signed/);
});

t.test('a loan that never was stays as it is', async (t) => {
  const never = await make.loan();
  await takeBackIssue(deps, officer, never.id, { reason: 'wrong_person' });
  t.match(await correct(never.id, { dueOn: '2027-01-12' }), {
    status: 409,
    body: { type: '/problems/loan-correction-refused', detail: 'This loan was recorded by mistake.' },
  });
  t.match(
    (await forms(app, as.officer).get(`/loans/${never.id}/corrections`)).body,
    /was recorded by mistake/,
  );
});

t.test('the version, and who may', async (t) => {
  const loan = await make.loan();
  const { etag } = await api('GET', `/loans/${loan.id}`);
  t.equal((await api('PATCH', `/loans/${loan.id}`, { dueOn: '2027-01-12' })).status, 428);
  t.equal((await correct(loan.id, { handover: { way: 'in_person' } }, etag)).status, 200, 'as it is');
  t.equal((await correct(loan.id, { dueOn: '2027-01-12' }, etag)).status, 200);
  t.equal((await correct(loan.id, { dueOn: '2027-01-13' }, etag)).status, 412);
  for (const who of ['auditor', 'supporter', 'clinic'] as const)
    t.equal(
      (await apiOf(app, as[who])('PATCH', `/loans/${loan.id}`, { dueOn: null }, { 'if-match': '*' })).status,
      403,
    );
});

const dated = (name: string, day: string) => {
  const [year, month, date] = day.split('-') as [string, string, string];
  return { [`${name}-day`]: date, [`${name}-month`]: month, [`${name}-year`]: year };
};

t.test(
  'at the same moment as another change: each is whole, and what comes second sees the first',
  async (t) => {
    const lock = (id: string) => sql`select from loan where id = ${id} for update`;
    const loan = await make.loan({ dueOn: '2027-02-22' });
    const ifMatch = (await api('GET', `/loans/${loan.id}`)).etag;
    clock.set('2026-11-23T09:31:00Z');
    const two = await atOnce(
      db,
      lock(loan.id),
      ['2027-02-23', '2027-02-24'].map(
        (dueOn) => () => correctLoan(deps, { ...officer, ifMatch }, loan.id, { dueOn }),
      ),
    );
    t.equal(two.filter(({ status }) => status === 'fulfilled').length, 1, 'two corrections: one is refused');

    const back = await make.loan();
    const both = await atOnce<unknown>(db, lock(back.id), [
      () => returnItems(deps, officer, back.id, { items: [{ itemId: back.items[0]!.id, condition: 'B' }] }),
      () => correctLoan(deps, { ...officer, ifMatch: '*' }, back.id, { handover: { on: '2026-11-24' } }),
    ]);
    const [item] = await days(back.id);
    const isCorrected = both[1]!.status === 'fulfilled';
    t.equal(both[0]!.status, 'fulfilled');
    t.match(
      item,
      { ended_on: '2026-11-23', issued_on: '2026-11-23' },
      'it is back before the day that was planned',
    );
    t.equal(
      (item as { handover_on: string }).handover_on,
      isCorrected ? '2026-11-24' : '2026-11-23',
      'or the day is refused, since it was back before',
    );
  },
);

t.test('rule 26: who was told of a call that moves with the handover is told', async (t) => {
  const w = await world(t);
  const referral = await w.make.waitingReferral({ person: { wording: 'identified' } });
  const loan = await w.make.loan({ referralId: referral.id });
  await w.night('2026-11-24');
  t.match((await w.sent()).at(-1)?.body, /Wednesday 25 November/);
  const done = await w.call(
    'officer',
    'PATCH',
    `/loans/${loan.id}`,
    { handover: { on: '2026-11-24' } },
    { 'if-match': '*' },
  );
  t.equal(done.status, 200);
  await w.send();
  t.match((await w.sent()).at(-1)?.body, /There is a change: .* Thursday 26 November/);
});

t.test('two who correct the same page', async (t) => {
  const loan = await make.loan({ dueOn: '2027-02-22' });
  const form = {
    'handover.way': 'in_person',
    ...dated('handover.on', '2026-11-23'),
    until: 'date',
    termsId: (await getLoan(db, clock, loan.id)).terms!.id,
    'agreement.acceptedBy': 'verbal',
  };
  const due = (day: string) => ({ ...form, ...dated('dueOn', day) });
  clock.set('2026-11-23T09:31:00Z');
  await savedByTwo(t, forms(app, as.officer), {
    page: `/loans/${loan.id}/corrections`,
    first: due('2027-02-23'),
    second: due('2027-02-24'),
    shows: [/23 February 2027/, /Someone else saved this/],
  });
  t.equal((await getLoan(db, clock, loan.id)).dueOn, '2027-02-24');
});

for (const scripts of [true, false])
  t.test(`an officer puts a loan right; scripts ${scripts ? 'on' : 'off'}`, async (t: Test) => {
    const loan = await make.loan({ dueOn: '2027-02-22' });
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await page.goto(`/loans/${loan.id}`);
    await page.getByRole('link', { name: 'Put right what was written down wrong' }).click();
    await look('putting a loan right');
    if (process.env.SHOTS)
      for (const [width, height] of [
        [1440, 900],
        [360, 740],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: `${process.env.SHOTS}/loan-correct-${width}.png`, fullPage: true });
      }
    await page.getByLabel('Posted').check();
    await page.getByLabel('Said yes before a witness').check();
    await page.getByRole('button', { name: 'Put it right' }).click();
    await page.getByText('Give the name of the witness').first().waitFor();
    await look('putting a loan right, refused');
    await page.getByLabel('Name of the witness').fill('Nora Witness');
    await page.getByRole('group', { name: 'Due back on' }).getByLabel('Day').fill('25');
    await page.getByRole('group', { name: 'Due back on' }).getByLabel('Month').fill('12');
    await page.getByRole('group', { name: 'Due back on' }).getByLabel('Year').fill('2026');
    await page.getByRole('button', { name: 'Put it right' }).click();
    await page
      .getByText(/The desk is closed on 25 December 2026/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Put it right' }).click();
    await page.getByText(/The loan is put right. The desk is closed on 25 December/).waitFor();
    await page.getByText('Nora Witness').waitFor();
    await page.getByText(/posted; due back on 25 December 2026, and not 22 February 2027/).waitFor();
  });
