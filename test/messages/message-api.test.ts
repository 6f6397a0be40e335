import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { retryMessage } from '../../src/messages/message.commands.ts';
import { runNightly } from '../../src/nightly/nightly.commands.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { officer } from '../support/factories.ts';
import { seedFollowUps } from '../support/follow-ups.ts';

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
  const done = (reply: typeof run) =>
    (reply.json().steps as { step: string; count: number }[]).filter(({ count }) => count > 0);
  t.same(done(run), [
    { step: 'follow-up-reminders', count: 1 },
    { step: 'gather', count: 1 },
  ]);
  t.same(done(await post('/job-runs', { job: 'nightly' })), [], 'again it changes nothing');
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
