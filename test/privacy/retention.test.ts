import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { handlers } from '../../src/follow-on.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { setHold } from '../../src/privacy/privacy.commands.ts';
import { changeRetention } from '../../src/privacy/retention.commands.ts';
import { getRetention, retentionTag } from '../../src/privacy/retention.queries.ts';
import { countToPropose, decideBatch, proposeErasures } from '../../src/privacy/retention-batch.commands.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { newId } from '../../src/shared/ids.ts';
import { handle } from '../../src/shared/outbox.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { endProcess, startWorkerProcess } from '../helpers/worker.ts';

const { app, as, db, deps, clock, appUrl } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.manager);
const now = '2026-11-23T09:30:00Z';
const tonight = '2026-11-23';
t.beforeEach(() => {
  clock.set(now);
});

let people = 0;
/** Someone whose referral was declined years ago. */
async function declined(on = '2020-03-02T10:00:00Z') {
  clock.set(on);
  const { id: referralId } = await make.referral({ person: { familyName: `Past${++people}` } });
  await decideReferral(deps, officer, referralId, { decision: 'decline', reason: 'Has a tablet already' });
  clock.set(now);
  const { patient_id } = await db
    .selectFrom('referral')
    .select('patient_id')
    .where('id', '=', referralId)
    .executeTakeFirstOrThrow();
  return patient_id;
}
const keep = async (months: object) =>
  changeRetention(deps, { ...manager, ifMatch: retentionTag(await getRetention(db)) }, months);
const batches = async () => (await api('GET', '/retention-batches?status=proposed')).body.items;
const members = async (id: string): Promise<{ patientId: string; outcome: string | null; name: string }[]> =>
  (await api('GET', `/retention-batches/${id}`)).body.members;
/** Decides about everything that waits, so that tests do not meet each other's people. */
const clear = async () => {
  for (const { id } of await batches())
    await decideBatch(deps, manager, id, { decision: 'keep', reason: 'The test is over' });
};
/** Does the follow-on work that waits. */
async function work() {
  const { rows } = await sql<{ id: string; handler: string }>`
    select event_id as id, handler from outbox where done_at is null and handler = 'erase-batch'`.execute(db);
  for (const { id, handler } of rows) await handle(deps, handlers[handler]!, id, handler);
}

t.test('nobody is proposed before a period is set, and then whose time is over, once', async (t) => {
  const old = await declined();
  const later = await declined('2026-01-05T10:00:00Z');
  await runNightly(deps, { again: true });
  t.same(await batches(), []);
  await keep({ notHelpedMonths: 24, helpedMonths: 96 });
  t.equal(await countToPropose(deps, tonight), 1);
  await runNightly(deps, { again: true });
  await runNightly(deps, { again: true });
  const [batch, ...others] = await batches();
  t.same(others, []);
  t.match(batch, { class: 'not_helped', months: 24, people: 1, erased: 0, decidedByName: null });
  t.match(await members(batch.id), [{ patientId: old, lastOn: '2020-03-02', outcome: null }]);
  t.equal(await countToPropose(deps, tonight), 0);
  const { rows: tasks } =
    await sql`select from task where kind = 'retention_due' and status = 'open' and subject_id = ${batch.id}`.execute(
      db,
    );
  t.equal(tasks.length, 1);
  t.ok(later);
  await clear();
});

t.test('whoever borrowed something is kept for longer; the time begins anew with what is new', async (t) => {
  clock.set('2021-06-01T10:00:00Z');
  const { id: loanId } = await make.loan();
  const { patient_id: borrower } = await db
    .selectFrom('loan')
    .select('patient_id')
    .where('id', '=', loanId)
    .executeTakeFirstOrThrow();
  clock.set(now);
  await keep({ helpedMonths: 60 });
  t.equal(await proposeErasures(deps, tonight), 0, 'a loan is open');
  await sql`update loan_item set status = 'returned', ended_at = '2021-09-01', condition_in = 'A' where loan_id = ${loanId}`.execute(
    db,
  );
  await sql`update loan set status = 'closed', closed_at = '2021-09-01', changed_at = '2021-09-01' where id = ${loanId}`.execute(
    db,
  );
  await sql`update follow_up set status = 'done', changed_at = '2021-09-10' where patient_id = ${borrower}`.execute(
    db,
  );
  await sql`update referral set status = 'closed', changed_at = '2021-09-02' where patient_id = ${borrower}`.execute(
    db,
  );
  await sql`update message set status = 'cancelled' where patient_id = ${borrower}`.execute(db);
  t.equal(await proposeErasures(deps, '2026-09-10'), 0, 'on its last day');
  await setHold(deps, manager, borrower!, { reason: 'A complaint' });
  t.equal(await countToPropose(deps, '2026-09-11'), 0, 'held');
  await sql`update legal_hold set lifted_at = now(), lifted_by = 'x'`.execute(db);
  t.equal(await proposeErasures(deps, '2026-09-11'), 1);
  await sql`update patient set contact_state = 'deceased' where id = ${borrower}`.execute(db);
  await clear();
});

t.test(
  'a manager decides, once; a worker erases but whom they keep and whom something new came for',
  async (t) => {
    const [one, kept, back] = [await declined(), await declined(), await declined()];
    await keep({ notHelpedMonths: 24 });
    t.equal(await proposeErasures(deps, tonight), 3);
    const [{ id }] = await batches();
    const decide = (body: object, who = api) => who('POST', `/retention-batches/${id}/decisions`, body);
    for (const who of [as.officer, as.auditor, as.administrator])
      t.equal((await decide({ decision: 'erase' }, apiOf(app, who))).status, 403);
    t.match(await decide({ decision: 'keep' }), { status: 422, body: { errors: [{ pointer: '/reason' }] } });
    t.match(await decide({ decision: 'erase', keep: [newId()], reason: 'x' }), {
      status: 422,
      body: { errors: [{ pointer: '/keep' }] },
    });
    t.match(await decide({ decision: 'erase', keep: [one, kept, back], reason: 'x' }), {
      status: 422,
      body: { errors: [{ pointer: '/decision' }] },
    });
    const tries = await atOnce(db, sql`select from retention_batch where id = ${id} for update`, [
      () => decide({ decision: 'erase', keep: [kept], reason: 'They may come back' }),
      () => decide({ decision: 'erase', keep: [kept], reason: 'They may come back' }),
    ]);
    t.same(
      tries.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.status : 0)).sort(),
      [200, 409],
    );
    clock.set('2026-11-23T09:40:00Z');
    await make.referral({ patientId: back } as never).catch(() => {});
    await sql`update referral set changed_at = '2026-11-23T09:40:00Z' where patient_id = ${back}`.execute(db);
    await work();
    await work();
    t.match(await api('GET', `/retention-batches/${id}`), {
      body: { status: 'done', people: 3, erased: 1, decidedByName: 'Test manager' },
    });
    const outcomes = Object.fromEntries(
      (await members(id)).map(({ patientId, outcome }) => [patientId, outcome]),
    );
    t.same(outcomes, { [one]: 'erased', [kept]: 'kept', [back]: 'no_longer_due' });
    t.match(
      (await members(id)).find(({ patientId }) => patientId === one),
      { name: 'Erased person' },
    );
    const { rows } =
      await sql`select asked_by as "askedBy", by_name as "byName" from privacy_decision where patient_id = ${one}`.execute(
        db,
      );
    t.same(rows, [{ askedBy: 'retention', byName: 'Test manager' }]);
    const { rows: open } =
      await sql`select from task where kind = 'retention_due' and status = 'open'`.execute(db);
    t.equal(open.length, 0);
    t.equal(await proposeErasures(deps, '2027-11-22'), 0, 'whom a manager kept is left alone for a year');
    await proposeErasures(deps, '2027-11-24');
    const again = await members((await batches())[0].id);
    t.ok(again.some(({ patientId }) => patientId === kept));
    t.notOk(
      again.some(({ patientId }) => [one, back].includes(patientId)),
      'the one is gone, the other busy again',
    );
    await clear();
  },
);

t.test('two nights at once propose everyone once; a batch has at most a hundred', async (t) => {
  await keep({ notHelpedMonths: 24 });
  await sql`insert into patient (id, given_name, family_name, created_at, changed_at)
    select gen_random_uuid(), 'Past', 'Many' || n, '2019-01-01', '2019-01-01' from generate_series(1, 130) n`.execute(
    db,
  );
  const tries = await atOnce(db, sql`select from retention for update`, [
    () => proposeErasures(deps, tonight),
    () => proposeErasures(deps, tonight),
  ]);
  t.equal(
    tries.map((one) => (one.status === 'fulfilled' ? one.value : Number.NaN)).reduce((a, b) => a + b),
    130,
  );
  t.same((await batches()).map(({ people: n }: { people: number }) => n).sort(), [100, 30]);
});

t.test('a worker killed in the middle leaves nobody half erased, and the next goes on', async (t) => {
  const waiting = await batches();
  for (const { id } of waiting) await decideBatch(deps, manager, id, { decision: 'erase' });
  const settings = { DATABASE_URL: appUrl, SECRET: deps.config.SECRET };
  const erased = async () =>
    (
      await sql<{ n: number }>`select count(*)::int as n from patient where family_name = 'person'
      and id in (select patient_id from retention_member where outcome = 'erased')`.execute(db)
    ).rows[0]!.n;
  const before = await erased();
  const first = await startWorkerProcess(t, settings, now);
  while ((await erased()) < before + 10) await wait(5);
  await endProcess(first, 'SIGKILL');
  const between = await erased();
  t.ok(between < before + 130, `${between - before} were erased when it died`);
  const { rows: torn } = await sql`select from patient p join retention_member m on m.patient_id = p.id
    where (p.erased_at is not null) <> (m.outcome = 'erased') and m.outcome is distinct from 'kept'`.execute(
    db,
  );
  t.equal(torn.length, 0);
  const next = await startWorkerProcess(t, settings, '2026-11-23T09:45:00Z');
  while (
    (await batches()).length ||
    (await api('GET', '/retention-batches?status=erasing')).body.items.length
  )
    await wait(50);
  await endProcess(next, 'SIGTERM');
  t.equal(await erased(), before + 130);
  const { rows: twice } =
    await sql`select from privacy_decision where kind = 'erasure' group by patient_id having count(*) > 1`.execute(
      db,
    );
  t.equal(twice.length, 0);
});

t.test('periods and decisions on the pages', async (t) => {
  const person = await declined();
  await keep({ notHelpedMonths: 18, deceasedMonths: null });
  await proposeErasures(deps, tonight);
  const officers = forms(app, as.officer);
  const [{ id }] = await batches();
  t.match((await officers.get(`/settings/retention/${id}`)).body, /A manager decides about them/);
  t.match((await officers.get('/settings/retention')).body, /18 months/);
  const without = (await forms(app, as.administrator).get('/settings/retention')).body;
  t.notMatch(without, /Proposed by the night/);
  t.match(without, /People who have died/, 'who sees nobody sets the periods all the same');
  const version = (await api('GET', '/retention')).etag;
  clock.set('2026-11-23T09:31:00Z');
  await keep({ helpedMonths: 120 });
  const late = await forms(app, as.manager).post('/settings/retention', {
    version,
    helpedMonths: '96',
    notHelpedMonths: '18',
    deceasedMonths: '',
  });
  t.equal(late.statusCode, 412);
  t.match(late.body, /Helped months says “120” by now/);
  const odd = await forms(app, as.manager).post('/settings/retention', { version, helpedMonths: 'many' });
  t.equal(odd.statusCode, 422);
  t.match(odd.body, /value="many"/);

  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto('/settings');
  await page.getByRole('link', { name: 'How long people are kept' }).click();
  await look('periods');
  await page.getByLabel('People who have died').fill('96');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('For how long people are kept is changed.').waitFor();
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByRole('button', { name: 'Decide' }).click();
  await page.getByRole('link', { name: 'Choose what becomes of them' }).waitFor();
  await look('refused');
  await page.getByLabel('Keep all of them').check();
  await page.getByRole('button', { name: 'Decide' }).click();
  await page.getByRole('link', { name: 'Say why they are kept' }).waitFor();
  await page.getByLabel('Erase them, but').check();
  await page.getByRole('button', { name: 'Decide' }).click();
  await page.getByText('They are being erased.').first().waitFor();
  await work();
  await page.reload();
  await page.getByText('Erased person').waitFor();
  await look('decided');
  t.ok(person);
});
