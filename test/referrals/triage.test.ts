import { sql } from 'kysely';
import t from 'tap';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { waitingList } from '../../src/referrals/allocations/waiting-list.queries.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { changeNeed } from '../../src/referrals/need.commands.ts';
import { type NeedRow, needChangesFor, standingAfter } from '../../src/referrals/need.rules.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import type { Need, ReferralStatus } from '../../src/referrals/referral.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, db, deps, ids, clock, clinicId } = await testApp(t, { DATABASE_POOL: '30' });
const make = factories(deps);
const api = apiOf(app, as.officer);
t.beforeEach(() => clock.set(begun));

const statusOf = async (id: string) => (await getReferral(db, officer.actor, id)).status;
const isWaiting = async (id: string) =>
  (await waitingList(db, { limit: 200 }, '2026-11-23')).items.some((row) => row.id === id);
const change = (id: string, need: Need, what: 'add' | 'drop' | 'meet' | 'reopen') =>
  changeNeed(deps, officer, id, { need, change: what, reason: 'They said so' });

t.test('the moves of a need, in every status of its referral', (t) => {
  const rows: NeedRow[] = [
    { need: 'device', status: 'open' },
    { need: 'data', status: 'dropped' },
  ];
  const moves = (status: ReferralStatus) =>
    (['device', 'data', 'support'] as const).map((need) => needChangesFor(status, rows, need));
  for (const status of ['waiting', 'active'] as const)
    t.same(moves(status), [['drop', 'meet'], ['reopen'], ['add']], status);
  for (const status of ['received', 'asked'] as const)
    t.same(moves(status), [[], ['reopen'], ['add']], `${status}: the last one is declined, not dropped`);
  for (const status of ['closed', 'declined', 'withdrawn'] as const)
    t.same(moves(status), [[], [], []], status);
  const open = (...needs: Need[]): NeedRow[] => needs.map((need) => ({ need, status: 'open' }));
  t.same(standingAfter('waiting', open('device', 'support')), { status: 'waiting', startsSupport: false });
  t.same(standingAfter('waiting', open('support')), { status: 'active', startsSupport: true });
  t.same(standingAfter('active', open('device', 'support')), { status: 'active', startsSupport: true });
  t.same(standingAfter('waiting', [{ need: 'device', status: 'dropped' }]), {
    status: 'waiting',
    startsSupport: false,
  });
  t.same(standingAfter('received', open('support')), { status: 'received', startsSupport: false });
  t.end();
});

t.test('needs change and the waiting list, what is held, support and the end follow', async (t) => {
  const { id } = await make.waitingReferral({ needs: ['device', 'data', 'support'] });
  const [tablet] = await make.readyDevices(1);
  await allocateDevice(deps, officer, id, { deviceId: tablet!.id });
  await change(id, 'data', 'drop');
  t.ok(await isWaiting(id));
  t.match(
    await db.selectFrom('allocation').select('status').where('referral_id', '=', id).execute(),
    [{ status: 'held' }],
    'a tablet is still needed',
  );
  t.same(await change(id, 'device', 'meet'), {
    status: 'active',
    needs: [
      { need: 'device', status: 'met', reason: 'They said so' },
      { need: 'data', status: 'dropped', reason: 'They said so' },
      { need: 'support', status: 'met', reason: null },
    ],
  });
  t.match(await db.selectFrom('allocation').select('status').where('referral_id', '=', id).execute(), [
    { status: 'released' },
  ]);
  t.match(await db.selectFrom('device').select('status').where('id', '=', tablet!.id).execute(), [
    { status: 'ready' },
  ]);
  const followUps = () =>
    db
      .selectFrom('follow_up')
      .select('id')
      .where('referral_id', '=', id)
      .where('status', '=', 'planned')
      .execute();
  t.equal((await followUps()).length, 4, 'nothing else is waited for, so support begins');
  t.notOk(await isWaiting(id));
  await change(id, 'data', 'reopen');
  t.ok(await isWaiting(id), 'active, and on the list again');
  t.match(await refusal(change(id, 'data', 'reopen')), {
    type: 'need-change-refused',
    detail: /data is needed/,
  });
  await sql`update follow_up set status = 'done' where referral_id = ${id}`.execute(db);
  await change(id, 'data', 'drop');
  t.equal(await statusOf(id), 'closed');
  t.match(await refusal(change(id, 'data', 'reopen')), {
    type: 'need-change-refused',
    detail: /refer the person again/,
  });
});

t.test(
  'with every need dropped a waiting referral closes; before the decision the last is declined instead',
  async (t) => {
    const waiting = await make.waitingReferral({ needs: ['device'] });
    t.match(await change(waiting.id, 'device', 'drop'), { status: 'closed' });
    t.match(
      (await getReferral(db, officer.actor, waiting.id)).statusHistory.map(({ status }) => status),
      ['received', 'waiting', 'closed'],
    );
    const received = await make.referral({ needs: ['device', 'support'] });
    await change(received.id, 'device', 'drop');
    t.match(await refusal(change(received.id, 'support', 'drop')), {
      detail: /Decline the referral instead/,
    });
    t.match(await refusal(change(received.id, 'support', 'meet')), { detail: /Accept the referral first/ });
    t.match(
      await decideReferral(deps, officer, received.id, { decision: 'accept' }),
      { status: 'active' },
      'support alone is left',
    );
  },
);

t.test('two officers drop the same need at once: one does, the other is told', async (t) => {
  const { id } = await make.waitingReferral({ needs: ['device', 'data'] });
  const outcomes = await atOnce(db, sql`select from referral where id = ${id} for update`, [
    () => change(id, 'data', 'drop'),
    () => change(id, 'data', 'drop'),
    () => change(id, 'device', 'drop'),
  ]);
  t.same(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'fulfilled', 'rejected']);
  t.equal(await statusOf(id), 'closed');
});

t.test('the queue: most urgent first, then oldest; narrowed, counted, and read page by page', async (t) => {
  const clinic = await make.clinic('Queue Clinic');
  const made: string[] = [];
  for (const [urgency, at] of [
    ['routine', '2026-11-10'],
    ['urgent', '2026-11-21'],
    ['routine', '2026-11-20'],
    ['soon', '2026-11-23'],
    ['urgent', '2026-11-20'],
  ] as const) {
    clock.set(`${at}T12:00:00Z`);
    const { id } = await make.referral({
      clinicId: clinic,
      urgency,
      needs: ['device'],
      ...(urgency === 'urgent' && { urgencyReason: 'Moves out' }),
    });
    made.push(id);
  }
  clock.set(begun);
  const { get } = forms(app, as.officer);
  const shown = async (query: string) => {
    const { body, statusCode } = await get(`/referrals?clinicId=${clinic}&${query}`);
    t.equal(statusCode, 200, query);
    const found = [...body.matchAll(/<a href="\/referrals\/([\w-]{36})">R-/g)].map(([, id]) =>
      made.indexOf(id!),
    );
    return {
      found,
      body,
      next: /href="(\/referrals\?[^"]*after=[^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&'),
    };
  };
  const all = await shown('');
  t.same(all.found, [1, 4, 3, 0, 2], 'urgent, soon, routine, each by the time they came');
  t.match(all.body, /5 referrals to decide, the most urgent first/);
  t.match(all.body, /3 wait longer than they should/, 'urgent within 1 day, routine within 7');
  t.same((await shown('late=yes')).found, [1, 4, 0]);
  t.same((await shown('urgency=routine')).found, [0, 2]);
  t.same((await shown('need=data')).found, []);
  t.same((await shown('assigned=nobody&urgency=soon')).found, [3]);
  t.same((await shown('assigned=me')).found, []);
  t.match((await shown('assigned=me')).body, /No referral is like this/);
  const read: number[] = [];
  let { found, next } = await shown('limit=2');
  for (read.push(...found); next; read.push(...found)) {
    const { body } = await get(`${next}&limit=2`);
    found = [...body.matchAll(/<a href="\/referrals\/([\w-]{36})">R-/g)].map(([, id]) => made.indexOf(id!));
    next = /href="(\/referrals\?[^"]*after=[^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&');
  }
  t.same(read, [1, 4, 3, 0, 2], 'by the cursor nothing is twice or left out');
  t.same((await shown('order=newest')).found, [4, 3, 2, 1, 0]);
  t.same((await shown('order=oldest')).found, [0, 1, 2, 3, 4]);
  const second = (await shown('order=newest&limit=2')).next!;
  t.match(
    (await get(second)).body,
    /5 referrals to decide, the newest first/,
    'the order stays on the next page',
  );
  const odd = await get(second.replace('order=newest&', ''));
  t.equal(odd.statusCode, 303, 'a place in another order');
  t.notMatch(odd.headers.location, 'after=', 'is left out');
  t.equal((await get('/referrals?assigned=you')).headers.location, '/referrals');
});

t.test('a referral is one person’s: taken, given, given back; two who take it at once', async (t) => {
  const { id } = await make.referral({ clinicId });
  const assign = (staffId: string | null, insteadOf: string | null, headers = as.officer) =>
    apiOf(app, headers)('POST', `/referrals/${id}/assignments`, { staffId, insteadOf });
  const outcomes = await atOnce(db, sql`select from referral where id = ${id} for update`, [
    () => assign(ids.officer!, null),
    () => assign(ids.manager!, null, as.manager),
  ]);
  t.same(outcomes.map((one) => one.status === 'fulfilled' && one.value.status).sort(), [201, 412]);
  const { assignedTo } = await getReferral(db, officer.actor, id);
  t.match(await assign(assignedTo!.id, null), { status: 201 }, 'the same again is harmless');
  t.match(await assign(ids.supporter!, assignedTo!.id), {
    status: 422,
    body: { errors: [{ pointer: '/staffId' }] },
  });
  t.match(await assign(null, assignedTo!.id), { status: 201, body: { assignedTo: null } });
  await assign(ids.officer!, null);
  t.match(
    (await apiOf(app, as.clinic)('GET', `/referrals/${id}`)).body,
    { assignedTo: null },
    'the clinic does not see it',
  );
  t.match((await api('GET', `/referrals/${id}`)).body, { assignedTo: { id: ids.officer } });
});

t.test('many are given at once, each once; two who give the same', async (t) => {
  const made = await Promise.all(Array.from({ length: 4 }, () => make.referral({ clinicId })));
  const seen = (id: string, staffId = '') => `${id}|${staffId}`;
  const give = (referrals: string[], staffId: string, headers = as.officer) =>
    forms(app, headers).post('/referrals/assignments?status=all', { referrals, staffId });
  const all = made.map(({ id }) => seen(id));
  const outcomes = await atOnce(
    db,
    sql`select from referral where id = any(${made.map(({ id }) => id)}::uuid[]) for update`,
    [() => give(all, 'me'), () => give(all.toReversed(), 'me', as.manager)],
  );
  t.same(
    outcomes.map((one) => one.status === 'fulfilled' && one.value.statusCode),
    [303, 303],
  );
  const whose = async () =>
    (await Promise.all(made.map(({ id }) => getReferral(db, officer.actor, id)))).map(
      ({ assignedTo }) => assignedTo?.id,
    );
  const [first] = await whose();
  t.same(await whose(), [first, first, first, first], 'who came first has all of them');
  const { rows } = await sql`select from event e join event_subject s on s.event_id = e.id
    where e.type = 'referral.assigned' and s.subject_id = any(${made.map(({ id }) => id)}::uuid[])`.execute(
    db,
  );
  t.equal(rows.length, 4, 'each was given once');
  const other = first === ids.officer ? ids.manager! : ids.officer!;
  await give([seen(made[0]!.id, first), seen(made[1]!.id, other)], other);
  t.same(await whose(), [other, first, first, first], 'not what was seen to be someone else’s');
  const unfit = await give([seen(made[0]!.id, other)], ids.supporter!);
  t.equal(unfit.statusCode, 422);
  t.match(unfit.body, /href="#staffId">\s*Choose an officer or a manager who works here now/);
  await give([seen(made[0]!.id, other), seen(made[2]!.id, first)], 'nobody');
  t.same(await whose(), [undefined, first, undefined, first]);
  const nothing = await give([], 'me');
  t.equal(nothing.statusCode, 422);
  t.match(nothing.body, /href="#referrals">\s*Tick at least one referral/);
  const nobody = await give([seen(made[2]!.id)], '');
  t.match(nobody.body, /href="#staffId">\s*Choose whose they are/);
  t.match(nobody.body, new RegExp(`value="${made[2]!.id}\\|" checked`), 'what was ticked stays');
  t.equal((await give(all, 'me', as.auditor)).statusCode, 403);
  t.notMatch((await forms(app, as.auditor).get('/referrals?status=all')).body, /type="checkbox"/);
});

t.test('notes are the office’s alone', async (t) => {
  const { id } = await make.referral({ clinicId });
  t.match(await api('POST', `/referrals/${id}/notes`, { note: ' Rang the ward. ' }), {
    status: 201,
    body: { note: 'Rang the ward.', by: 'Test officer' },
  });
  await api('POST', `/referrals/${id}/notes`, { note: 'Second' });
  t.match((await api('GET', `/referrals/${id}/notes`)).body.items, [
    { note: 'Second' },
    { note: 'Rang the ward.' },
  ]);
  const clinic = apiOf(app, as.clinic);
  t.equal((await clinic('GET', `/referrals/${id}/notes`)).status, 403);
  t.equal((await clinic('POST', `/referrals/${id}/notes`, { note: 'x' })).status, 403);
  t.notMatch(JSON.stringify((await clinic('GET', `/referrals/${id}`)).body), /Rang the ward/);
  const { rows } = await sql<{
    event: string;
  }>`select row_to_json(e)::text as event from event e where type = 'referral.noted'`.execute(db);
  t.ok(rows.length);
  t.notMatch(rows.map(({ event }) => event).join(), /Rang the ward/, 'rule 20: no note in the log');
});

t.test(
  'a clinic whose referral is declined hears why, and of other help as it was written then',
  async (t) => {
    const manager = apiOf(app, as.manager);
    const { body: signpost, etag } = await manager('POST', '/signposts', {
      name: 'Library drop-in',
      details: 'Tuesdays\n2pm',
    });
    const gone = (await manager('POST', '/signposts', { name: 'Old course', details: 'Over' })).body;
    const tag = (await manager('GET', `/signposts/${gone.id}`)).etag;
    t.equal(
      (await manager('PATCH', `/signposts/${gone.id}`, { retired: true }, { 'if-match': tag })).status,
      200,
    );
    t.equal((await manager('POST', '/signposts', { name: 'library drop-in', details: 'x' })).status, 409);
    t.equal((await api('POST', '/signposts', { name: 'x', details: 'y' })).status, 403);
    const { id } = await make.referral({ clinicId });
    const decide = (signpostIds: string[], decision = 'decline') =>
      api('POST', `/referrals/${id}/decisions`, {
        decision,
        signpostIds,
        ...(decision === 'decline' && { reason: 'Too far away' }),
      });
    t.match(await decide([gone.id]), { status: 422, body: { errors: [{ pointer: '/signpostIds/0' }] } });
    t.match(await decide([signpost.id], 'accept'), {
      status: 422,
      body: { errors: [{ pointer: '/signpostIds' }] },
    });
    t.equal((await decide([signpost.id])).status, 201);
    clock.set('2026-11-23T09:31:00Z');
    await manager('PATCH', `/signposts/${signpost.id}`, { details: 'Wednesdays' }, { 'if-match': etag });
    t.match((await apiOf(app, as.clinic)('GET', `/referrals/${id}`)).body, {
      decisionReason: 'Too far away',
      signposts: [{ name: 'Library drop-in', details: 'Tuesdays\n2pm' }],
    });
    t.equal(
      (await manager('PATCH', `/signposts/${signpost.id}`, { details: 'x' }, { 'if-match': etag })).status,
      412,
    );
  },
);

for (const scripts of [true, false]) {
  t.test(`an officer works through the queue; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const shots = process.env.SHOTS;
    const clinic = await make.clinic(`Triage Clinic of the Royal Borough and its Neighbours ${scripts}`);
    const { id } = await make.referral({ clinicId: clinic, needs: ['device', 'data'] });
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.manager, { scripts });
    const said = (text: string | RegExp) =>
      page.getByRole('alert').or(page.locator('.nhsuk-notification-banner')).getByText(text).waitFor();
    await page.goto('/settings/signposts');
    await page.getByRole('button', { name: 'Add a signpost' }).click();
    await page.getByRole('button', { name: 'Add a signpost' }).click();
    await page.getByRole('link', { name: 'Enter what it is called' }).waitFor();
    await look('a signpost, refused');
    await page.getByLabel('What it is called').fill(`Course ${scripts}`);
    await page.getByLabel('In the scheme’s words').fill('Eight mornings at the college');
    await page.getByRole('button', { name: 'Add a signpost' }).click();
    await said(/can be chosen from now on/);
    await look('signposts');
    await page.getByRole('link', { name: `Course ${scripts}` }).click();
    await look('a signpost');

    await page.goto('/referrals');
    await page.locator('.app-filters__more > summary').click();
    await page
      .getByLabel('Clinic')
      .selectOption({ label: `Triage Clinic of the Royal Borough and its Neighbours ${scripts}` });
    await page.getByLabel('Whose').selectOption('Nobody’s');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('1 referral to decide').waitFor();
    await look('the queue');
    if (shots) await page.screenshot({ path: `${shots}/queue.png`, fullPage: true });
    if (scripts) {
      await page.getByRole('button', { name: 'Tick all, or none' }).click();
      t.ok(await page.getByRole('checkbox').isChecked());
      await page.getByRole('button', { name: 'Tick all, or none' }).click();
      t.notOk(await page.getByRole('checkbox').isChecked());
    } else t.notOk(await page.getByRole('button', { name: 'Tick all, or none' }).isVisible());
    await page.getByRole('checkbox').check();
    await page.getByLabel('Give those that are ticked to').selectOption('Me');
    await page.getByRole('button', { name: 'Give', exact: true }).click();
    await said('1 referral is yours now.');
    await page.goto(`/referrals?clinicId=${clinic}&assigned=me`);
    await page.getByRole('checkbox').check();
    await page.getByLabel('Give those that are ticked to').selectOption('Nobody yet');
    await page.getByRole('button', { name: 'Give', exact: true }).click();
    await said('1 referral is nobody’s now.');
    await page.goto(`/referrals?clinicId=${clinic}&assigned=nobody`);
    await page.getByRole('link', { name: /Take out the filter Whose/ }).click();
    t.notMatch(page.url(), /assigned/);
    t.match(page.url(), /clinicId/);
    await page.locator('table').getByRole('link', { name: /^R-/ }).click();
    await page.getByRole('button', { name: 'Take it' }).click();
    await said(/^R-[A-Z0-9]+ is yours\.$/);
    await page.getByText('Add a note').click();
    await page.getByRole('button', { name: 'Add the note' }).click();
    await page.getByRole('link', { name: 'Enter the note' }).waitFor();
    await page.getByLabel('Note').fill('Rang her.\nShe prefers mornings.');
    await page.getByRole('button', { name: 'Add the note' }).click();
    await said('The note is kept.');
    await page.getByText('Change what they need').first().click();
    await page.getByLabel('Data is no longer needed').check();
    await page.getByRole('button', { name: 'Change what they need' }).click();
    await page.getByRole('link', { name: 'Enter why it changes' }).waitFor();
    t.ok(await page.getByLabel('Data is no longer needed').isChecked(), 'the choice stays');
    await page.locator('#need-reason').fill('There is Wi-Fi');
    await look('a referral, a need without a reason');
    await page.getByRole('button', { name: 'Change what they need' }).click();
    await said(/Data is no longer needed. The referral is still to be decided./);
    await look('a referral in triage');
    if (shots) {
      await page.setViewportSize({ width: 360, height: 900 });
      await page.screenshot({ path: `${shots}/triage-360.png`, fullPage: true });
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.screenshot({ path: `${shots}/triage.png`, fullPage: true });
    }
    await page.getByText('Decline the referral').click();
    await page.getByLabel(`Course ${scripts}`).check();
    await page.getByRole('button', { name: 'Decline', exact: true }).click();
    await page.getByRole('link', { name: /Say why|Enter/ }).waitFor();
    t.ok(await page.getByLabel(`Course ${scripts}`).isChecked());
    await page.locator('#decline-reason').fill('She has a tablet already');
    await page.getByRole('button', { name: 'Decline', exact: true }).click();
    await said(/^R-[A-Z0-9]+ is declined\.$/);
    t.match(await getReferral(db, officer.actor, id), {
      status: 'declined',
      signposts: [{ name: `Course ${scripts}` }],
      assignedTo: { id: ids.manager },
    });
  });
}
