import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { retryMessage } from '../../src/messages/message.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { newId } from '../../src/shared/ids.ts';
import { testApp } from '../helpers/app.ts';
import { testDatabase } from '../helpers/database.ts';
import { officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.test('the nightly run by hand, and its messages', async (t) => {
  const { app, as, deps, db, clock } = await testApp(t);
  await seedFollowUps(db, {
    patients: 1,
    dueOn: '2026-11-24',
    wording: 'identified',
    channel: 'email',
    value: 'amal@example.com',
  });
  const post = (url: string, payload?: object, who = as.officer) =>
    app.inject({ method: 'POST', url: `/api/v1${url}`, headers: who, ...(payload && { payload }) });
  const get = async (url: string) => (await app.inject({ url: `/api/v1${url}`, headers: as.officer })).json();

  clock.set('2026-11-23T06:00:00Z');
  const run = await post('/job-runs', { job: 'nightly', localDate: '2026-11-23' });
  t.equal(run.statusCode, 201);
  t.match(run.json(), { job: 'nightly', localDate: '2026-11-23' });
  const counts = ({ steps }: { steps: { step: string; count: number }[] }) =>
    Object.fromEntries(steps.map(({ step, count }) => [step, count]));
  t.match(counts(run.json()), { 'follow-up-reminders': 1, gather: 1 });
  const again = (await post('/job-runs', { job: 'nightly' })).json();
  const did = Object.entries(counts(again)).filter(([, count]) => count > 0);
  t.same(did, [['log-head', 1]], 'again it changes nothing, and signs the end of the log');
  t.equal((await post('/job-runs', { job: 'nightly' }, as.supporter)).statusCode, 403);
  t.equal((await post('/job-runs', { job: 'weekly' })).statusCode, 422);

  const { items } = await get('/messages?status=planned');
  const text =
    'Hello Amal. Test scheme will phone you on Tuesday 24 November at 10am, to help with your device. If another time is better, please ring us. Replies to this message are not read.';
  t.match(items, [
    {
      channel: 'email',
      wording: 'identified',
      status: 'planned',
      text,
      sendAfter: '2026-11-23T08:00:00.000Z',
      sentAt: null,
    },
  ]);
  const { id } = items[0];
  const one = await get(`/messages/${id}`);
  t.match(one, {
    recipient: 'amal@example.com',
    retriable: false,
    reminders: [{ reason: 'follow_up', status: 'standing', at: '2026-11-24T10:00:00Z' }],
    previews: {
      discreet: { subject: 'Reminder', body: /^Hello\. A reminder for Tuesday/, sms: { fragments: 1 } },
      identified: { subject: 'Your support call', body: text, sms: { fragments: 2 } },
    },
  });
  t.match(await post(`/messages/${id}/retries`).then((reply) => reply.json()), {
    status: 409,
    type: '/problems/message-not-retriable',
  });
  clock.set('2026-11-23T09:00:00Z');
  await dispatch(deps);
  t.match(await get(`/messages/${id}`), {
    status: 'sent',
    text,
    subject: 'Your support call',
    previews: null,
    reminders: [{ status: 'said' }],
  });
  t.same((await get('/messages?status=planned')).items, []);
  t.equal((await app.inject({ url: '/api/v1/messages?status=lost', headers: as.officer })).statusCode, 400);
  t.equal((await app.inject({ url: '/api/v1/messages/nothing', headers: as.officer })).statusCode, 404);
});

t.test('a held message is tried again once there is a safe way', async (t) => {
  const { app, as, deps, db, clock } = await testApp(t);
  await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', safe: false });
  clock.set('2026-11-23T03:15:00Z');
  await app.inject({
    method: 'POST',
    url: '/api/v1/job-runs',
    headers: as.officer,
    payload: { job: 'nightly' },
  });
  clock.set('2026-11-23T09:00:00Z');
  const [held] = (await app.inject({ url: '/api/v1/messages', headers: as.officer })).json().items;
  t.match(held, { status: 'held', why: 'no_safe_contact', channel: null, text: /A reminder for Tuesday/ });
  const retry = () =>
    app.inject({ method: 'POST', url: `/api/v1/messages/${held.id}/retries`, headers: as.officer });
  t.match((await retry()).json(), { status: 409, detail: /no contact point/ });
  await sql`update contact_point set safe = true, safe_from = '2026-11-23'`.execute(db);
  t.match((await retry()).json(), { id: held.id, status: 'queued' });
  t.match((await retry()).json(), { status: 409 }, 'only once');
  t.same(await dispatch(deps), { sent: 1, cancelled: 0, waiting: 0 });
  const story = await db
    .selectFrom('event')
    .innerJoin('event_subject', 'event_id', 'event.id')
    .select('type')
    .where('subject_id', '=', held.id)
    .orderBy('event.id')
    .execute();
  t.same(
    story.map(({ type }) => type),
    ['message.held', 'message.retried', 'message.sent'],
  );
});

t.test('tried again inside the window it joins the queue, though time goes on meanwhile', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', safe: false });
  await runNightly(deps);
  await sql`update contact_point set safe = true, safe_from = '2026-11-23'`.execute(db);
  const { id } = await db.selectFrom('message').select('id').executeTakeFirstOrThrow();
  const ticking = {
    now() {
      clock.set(clock.now().add({ milliseconds: 3 }).toString());
      return clock.now();
    },
  };
  t.match(await retryMessage({ ...deps, clock: ticking }, officer, id), { status: 'queued' });
});

t.test('many are tried again together: each by itself, and the page says what kept the others', async (t) => {
  const { app, as, deps, db, clock } = await testApp(t);
  await seedFollowUps(db, { patients: 3, dueOn: '2026-11-24', safe: false });
  clock.set('2026-11-23T03:15:00Z');
  await runNightly(deps);
  clock.set('2026-11-23T09:00:00Z');
  const list = async () =>
    (await app.inject({ url: '/api/v1/messages?order=oldest', headers: as.officer })).json().items;
  const ids: string[] = (await list()).map(({ id }: { id: string }) => id);
  const statuses = async () => (await list()).map(({ status }: { status: string }) => status);
  t.same(await statuses(), ['held', 'held', 'held']);
  const { post, get } = forms(app, as.officer);
  const nothing = await post('/messages/retries?status=held');
  t.equal(nothing.statusCode, 422);
  t.match(nothing.body, /href="#messages">\s*Tick at least one message/);
  const odd = await post('/messages/retries', { messages: [ids[0]!, 'x'] });
  t.equal(odd.statusCode, 422);
  t.match(odd.body, new RegExp(`value="${ids[0]}" checked`), 'what was ticked stays');
  const none = await post('/messages/retries', { messages: ids });
  t.equal(none.statusCode, 409);
  t.match(none.body, /There is no contact point that is safe[^(]*\(3 messages\)/);
  t.equal((await forms(app, as.auditor).post('/messages/retries', { messages: ids })).statusCode, 403);
  t.notMatch((await forms(app, as.auditor).get('/messages')).body, /type="checkbox"/);

  await sql`update contact_point set safe = true, safe_from = '2026-11-23'
    where patient_id in (select patient_id from message where id = any(${ids.slice(0, 2)}::uuid[]))`.execute(
    db,
  );
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/messages?status=held');
  for (const place of [0, 1, 2]) await page.getByRole('checkbox').nth(place).check();
  await look('messages, three ticked');
  await page.getByRole('button', { name: 'Try those that are ticked again' }).click();
  await page.getByText('2 messages are tried again. Not tried: There is no contact point').waitFor();
  t.match(page.url(), /status=held/, 'the filter stays');
  t.same(await statuses(), ['queued', 'queued', 'held']);
  await sql`update message set status = 'unknown', why = 'not_known' where id = ${ids[0]!}`.execute(db);
  t.notMatch((await get('/messages?status=unknown')).body, /type="checkbox"/, 'it may have arrived');
  const late = await post('/messages/retries', { messages: [ids[0]!, newId()] });
  t.equal(late.statusCode, 409, 'nor for those who had the page open');
  t.match(late.body, /It may have gone\. Decide about it on its own page\. \(1 message\)/);
  t.same(await statuses(), ['unknown', 'queued', 'held']);

  // Two people press at once, and one presses twice.
  await sql`update message set status = 'held', why = 'no_safe_contact' where id = any(${ids.slice(1)}::uuid[])`.execute(
    db,
  );
  await sql`update contact_point set safe = true, safe_from = '2026-11-23'`.execute(db);
  await Promise.all(Array.from({ length: 4 }, () => post('/messages/retries', { messages: ids.slice(1) })));
  t.same(await dispatch(deps), { sent: 2, cancelled: 0, waiting: 0 });
  const { n } = await db
    .selectFrom('event')
    .select(db.fn.countAll<number>().as('n'))
    .where('type', '=', 'message.retried')
    .executeTakeFirstOrThrow();
  t.equal(n, 4, 'each is tried again once');
});
