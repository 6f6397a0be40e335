import { sql } from 'kysely';
import t from 'tap';
import { recordAction } from '../../src/lending/incidents/action.commands.ts';
import { correctIncident } from '../../src/lending/incidents/correction.commands.ts';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import type { NewIncident } from '../../src/lending/incidents/incident.schemas.ts';
import { askToWipe } from '../../src/lending/incidents/wipe-due.commands.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.officer);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

async function reported(kind: NewIncident['kind'], more: Partial<NewIncident> = {}) {
  const loan = await make.loan();
  const [item] = loan.items;
  const report = { itemId: item!.id, kind, reportedOn: '2026-11-23', ...more };
  const { id } = await reportIncident(deps, officer, loan.id, report);
  clock.set('2026-11-23T09:31:00Z');
  return { id, loan, item: item! };
}
const correct = async (id: string, body: object, match?: string) => {
  const tag = match ?? (await api('GET', `/incidents/${id}`)).etag;
  return api('PATCH', `/incidents/${id}`, body, { 'if-match': tag });
};
const refused = (detail: RegExp) => ({
  status: 409,
  body: { type: '/problems/incident-action-refused', detail },
});

t.test('what was written down wrong is put right, and what is to be done follows', async (t) => {
  const { id } = await reported('lost', { account: 'Left on the bus' });
  const done = await correct(id, {
    kind: 'stolen',
    crimeReference: '42/123/26',
    account: 'Taken from a bag',
  });
  t.match(done, {
    status: 200,
    body: {
      kind: 'stolen',
      crimeReference: '42/123/26',
      account: 'Taken from a bag',
      device: { status: 'lost' },
      status: 'open',
    },
  });
  const todo = done.body.suggestedActions.map(({ kind }: { kind: string }) => kind);
  t.ok(todo.includes('told_police') && todo.includes('lock') && !todo.includes('lost_mode'));
  const { rows } = await sql<{ values: object; fields: string[]; all: string }>`
    select e."values", e.fields, row_to_json(e)::text as all from event e where e.type = 'incident.corrected'`.execute(
    db,
  );
  t.match(rows, [{ values: { from: 'lost', to: 'stolen' }, fields: ['account', 'crimeReference'] }]);
  t.notMatch(rows[0]!.all, /bag|42\/123/);
  t.match((await forms(app, as.officer).get(`/incidents/${id}`)).body, /put right; Stolen, and not lost/);
  t.match((await correct(id, { crimeReference: null })).body, {
    crimeReference: null,
    account: 'Taken from a bag',
  });
});

t.test('what did not come back is not asked to be erased any more', async (t) => {
  const { id } = await reported('lost');
  clock.set('2026-11-24T10:00:00Z');
  await askToWipe(deps, '2026-11-24');
  const tasks = () =>
    db
      .selectFrom('task')
      .select('status')
      .where('subject_id', '=', id)
      .where('kind', '=', 'wipe_device')
      .execute();
  t.same(await tasks(), [{ status: 'open' }]);
  await correctIncident(deps, { ...officer, ifMatch: '*' }, id, { kind: 'not_returned' });
  t.same(await tasks(), [{ status: 'done' }]);
});

t.test('a correction moves no device, and says which step does', async (t) => {
  const lost = await reported('lost');
  t.match(
    await correct(lost.id, { kind: 'damaged' }),
    refused(/Write down that it is found, then report it as damaged/),
  );
  await recordAction(deps, officer, lost.id, { kind: 'found' });
  t.match(await correct(lost.id, { kind: 'faulty' }), refused(/what followed from that has happened/));
  t.equal(
    (await correct(lost.id, { kind: 'not_returned' })).status,
    200,
    'closed, and its words are put right',
  );

  const broken = await reported('damaged');
  t.match(
    await correct(broken.id, { kind: 'stolen' }),
    refused(new RegExp(`Close this incident, then report it as stolen on loan ${broken.loan.reference}`)),
  );
  t.match(await correct(broken.id, { handedIn: true }), refused(/return page of loan/));
  t.match(await correct(broken.id, { kind: 'faulty' }), {
    status: 200,
    body: { kind: 'faulty', handedIn: false },
  });
  await returnItems(deps, officer, broken.loan.id, { items: [{ itemId: broken.item.id, condition: 'C' }] });
  t.match(await correct(broken.id, { handedIn: true }), { status: 200, body: { handedIn: true } });

  const here = await reported('faulty', { handedIn: true });
  t.match(await correct(here.id, { handedIn: false }), refused(/bring it back from repair and issue it/));
  t.match(await correct(here.id, { kind: 'lost' }), refused(/has come back or ended/));
  const before = await sql`select status from device order by id`.execute(db);
  t.equal((await correct(here.id, { kind: 'damaged' })).status, 200);
  t.same((await sql`select status from device order by id`.execute(db)).rows, before.rows);
});

t.test('the day, the version, and who may', async (t) => {
  const { id } = await reported('stolen');
  t.match(await correct(id, { reportedOn: '2026-11-24' }), {
    status: 422,
    body: { errors: [{ pointer: '/reportedOn', message: /future/ }] },
  });
  t.match(await correct(id, { reportedOn: '2026-11-20' }), {
    status: 422,
    body: { errors: [{ pointer: '/reportedOn', message: /lent on/ }] },
  });
  t.match(await correct(id, { handedIn: true }), {
    status: 422,
    body: { errors: [{ pointer: '/handedIn' }] },
  });
  const { etag } = await api('GET', `/incidents/${id}`);
  t.equal((await api('PATCH', `/incidents/${id}`, { account: 'A' })).status, 428);
  t.equal((await correct(id, { kind: 'stolen' }, etag)).status, 200, 'as it is: nothing is written');
  clock.set('2026-11-23T09:32:00Z');
  t.equal((await correct(id, { account: 'A' }, etag)).status, 200);
  t.equal((await correct(id, { account: 'B' }, etag)).status, 412);
  for (const who of ['auditor', 'supporter', 'clinic'] as const)
    t.equal(
      (await apiOf(app, as[who])('PATCH', `/incidents/${id}`, { account: 'C' }, { 'if-match': '*' })).status,
      403,
    );
  const { etag: ifMatch } = await api('GET', `/incidents/${id}`);
  clock.set('2026-11-23T09:33:00Z');
  const outcomes = await atOnce(db, sql`select from incident where id = ${id} for update`, [
    () => correctIncident(deps, { ...officer, ifMatch }, id, { account: 'One' }),
    () => correctIncident(deps, { ...officer, ifMatch }, id, { account: 'Two' }),
  ]);
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'two at once: one is refused');
  await sql`update patient set erased_at = now() where id = (select patient_id from incident where id = ${id})`.execute(
    db,
  );
  t.match(await correct(id, { account: 'x' }, '*'), {
    status: 409,
    body: { type: '/problems/patient-erased' },
  });
});

t.test('two who correct the same page', async (t) => {
  const { id } = await reported('damaged');
  const form = {
    kind: 'damaged',
    handedIn: 'no',
    'reportedOn-day': '23',
    'reportedOn-month': '11',
    'reportedOn-year': '2026',
  };
  await savedByTwo(t, forms(app, as.officer), {
    page: `/incidents/${id}/corrections`,
    first: { ...form, account: 'First' },
    second: { ...form, account: 'Second' },
    shows: ['First', 'Second', 'Someone else saved this'],
  });
});

for (const scripts of [true, false])
  t.test(`an officer puts an incident right; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { id } = await reported('lost', { account: 'Left on the bus' });
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await page.goto(`/incidents/${id}`);
    await page.getByRole('link', { name: 'Put right what was written down wrong' }).click();
    await look('putting an incident right');
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/incident.png`, fullPage: true });
    await page.getByLabel('Damaged').check();
    await page.getByRole('button', { name: 'Put it right' }).click();
    await page
      .getByText(/Write down that it is found/)
      .first()
      .waitFor();
    await look('putting an incident right, refused');
    await page.getByLabel('Stolen').check();
    await page.getByRole('button', { name: 'Put it right' }).click();
    await page.getByText('The incident is put right.').waitFor();
    await page.getByText('Stolen, and not lost').waitFor();
  });

t.test('the day on which it happened is put right, and with it when the loan ended', async (t) => {
  clock.set('2026-11-01T09:30:00Z');
  const loan = await make.loan();
  clock.set('2026-11-23T09:30:00Z');
  const [item] = loan.items;
  const report = {
    itemId: item!.id,
    kind: 'lost',
    reportedOn: '2026-11-23',
    happenedOn: '2026-11-21',
  } as const;
  const { id } = await reportIncident(deps, officer, loan.id, report);
  const days = async () =>
    (
      await sql<object>`select i.ended_on, l.closed_on, n.happened_on, n.reported_on from incident n
        join loan_item i on i.id = n.loan_item_id join loan l on l.id = n.loan_id where n.id = ${id}`.execute(
        db,
      )
    ).rows[0];
  const on = (day: string, reported_on = '2026-11-23') => ({
    ended_on: day,
    closed_on: day,
    happened_on: day,
    reported_on,
  });
  t.same(await days(), on('2026-11-21'));
  t.match(await correct(id, { reportedOn: '2026-11-20' }), {
    status: 422,
    body: { errors: [{ pointer: '/happenedOn', message: /You were told on 2026-11-20/ }] },
  });
  t.match(await correct(id, { happenedOn: '2026-10-31' }), {
    status: 422,
    body: { errors: [{ pointer: '/happenedOn', message: /lent on 2026-11-01/ }] },
  });
  t.match(await correct(id, { happenedOn: '2026-11-19' }), {
    status: 200,
    body: { happenedOn: '2026-11-19' },
  });
  t.same(await days(), on('2026-11-19'));
  t.equal((await correct(id, { happenedOn: null })).status, 200);
  t.same(await days(), on('2026-11-23'), 'the day they were told, where no other is known');
});
