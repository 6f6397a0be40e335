import { sql } from 'kysely';
import { SMTPServer } from 'smtp-server';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { meaningOf } from '../../src/messages/notify.rules.ts';
import { reconcile } from '../../src/messages/reconcile.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { testApp } from '../helpers/app.ts';
import { seedFollowUps, sentMessages } from '../helpers/follow-ups.ts';
import {
  type Behaviour,
  discreetService,
  identifiedService,
  notifySettings,
  notifyStub,
} from '../helpers/notify-stub.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const letter = '1 Elm Street\nLondon\nNW1 8QL';

/** An application whose messages go to a stub of Notify, and a night that has planned some. */
async function withNotify(
  t: Parameters<typeof testApp>[0],
  seed: Partial<Parameters<typeof seedFollowUps>[1]> = {},
  settings: Record<string, string> = {},
) {
  const now = { date: () => new Date() };
  const stub = await notifyStub(t, { now: () => now.date() });
  const world = await testApp(t, { ...notifySettings(stub.url), SESSION_IDLE_MINUTES: '600', ...settings });
  now.date = () => new Date(world.clock.now().toString());
  world.clock.set('2026-11-23T03:15:00Z');
  const people = await seedFollowUps(world.db, {
    patients: 1,
    dueOn: '2026-11-24',
    startsAt: '16:00',
    ...seed,
  });
  await runNightly(world.deps);
  world.clock.set('2026-11-23T09:30:00Z');
  const later = (minutes: number) => world.clock.set(world.clock.now().add({ minutes }).toString());
  const tasks = async () =>
    (
      await world.db.selectFrom('task').select('kind').where('status', '=', 'open').orderBy('kind').execute()
    ).map(({ kind }) => kind);
  const callback = async (what: string, payload: object, token = notifySettings('').NOTIFY_CALLBACK_TOKEN) =>
    (
      await world.app.inject({
        method: 'POST',
        url: `/api/v1/callbacks/notify/${what}`,
        headers: { authorization: `Bearer ${token}` },
        payload,
      })
    ).statusCode;
  const receipt = (status: string, of = stub.taken.at(-1)!) =>
    callback('receipts', {
      id: of.id,
      reference: of.reference,
      status,
      to: of.to,
      notification_type: of.type,
    });
  return { ...world, stub, people, later, tasks, callback, receipt };
}
const statuses = async (db: Awaited<ReturnType<typeof withNotify>>['db']) =>
  (await sentMessages(db)).messages.map(({ status }) => status);

t.test('rule 12: discreet messages go by a service of their own, each channel in its own way', async (t) => {
  const { deps, db, stub, people } = await withNotify(t, { patients: 4 });
  const [, email, post, identified] = people;
  const change = (id: string, channel: string, value: string) =>
    sql`update contact_point set channel = ${channel}, value = ${value} where patient_id = ${id}`.execute(db);
  await change(email!.patientId, 'email', 'amal@example.com');
  await change(post!.patientId, 'letter', letter);
  await sql`update patient set wording = 'identified' where id = ${identified!.patientId}`.execute(db);
  await sql`update message m set channel = c.channel from contact_point c where c.id = m.contact_point_id`.execute(
    db,
  );
  t.match(await dispatch(deps), { sent: 4 });
  const by = (type: string, key = discreetService) =>
    stub.taken.find((one) => one.type === type && one.key === key);
  t.match(by('sms'), {
    to: '+447700900123',
    template_id: 'sms-discreet',
    sms_sender_id: 'plain',
    personalisation: { body: /^Hello. A reminder for Tuesday/ },
  });
  t.match(by('email'), {
    to: 'amal@example.com',
    template_id: 'email-discreet',
    personalisation: { subject: 'Reminder' },
  });
  t.match(by('letter'), { to: `Amal\n${letter}`, template_id: 'letter-discreet' });
  t.match(by('sms', identifiedService), {
    template_id: 'sms-identified',
    personalisation: { body: /^Hello Amal/ },
  });
  t.same(new Set(stub.taken.map(({ reference }) => reference)).size, 4);
  t.match(
    await db.selectFrom('message').select(['provider', 'provider_id']).execute(),
    stub.taken.map(() => ({ provider: 'notify', provider_id: /-/ })),
  );
});

t.test(
  'without a discreet sender, and on paper to who needs another format, it is held with a task',
  async (t) => {
    const { db, tasks } = await withNotify(t, {}, { NOTIFY_DISCREET_KEY: '' });
    t.match((await sentMessages(db)).messages, [{ status: 'held', why: 'no_sender' }]);
    t.same(await tasks(), ['no_sender']);
    const paper = await withNotify(t, { channel: 'phone' });
    await sql`update patient set communication_needs = '{braille}'`.execute(paper.db);
    await sql`update contact_point set channel = 'letter', value = ${letter}`.execute(paper.db);
    await sql`delete from task`.execute(paper.db);
    await sql`update reminder set message_id = null`.execute(paper.db);
    await sql`delete from message`.execute(paper.db);
    await dispatch(paper.deps);
    t.match((await sentMessages(paper.db)).messages, [{ status: 'held', why: 'format_needed' }]);
    t.same(await paper.tasks(), ['format_needed']);
  },
);

t.test('rule 14: whatever the provider does, a message that it took is not sent again', async (t) => {
  const tries: [string, Behaviour, number][] = [
    ['takes it and breaks off', 'take_and_break', 1],
    ['breaks off before taking it', 'break', 1],
    ['fails inside', { status: 500, error: 'Exception' }, 1],
    ['is out of service', { status: 503, error: 'Unavailable' }, 1],
  ];
  for (const [name, behaviour, times] of tries) {
    const { deps, db, stub, later } = await withNotify(t);
    stub.behaves(behaviour);
    t.match(await dispatch(deps), { sent: 0 }, name);
    t.same(await statuses(db), ['sending'], name);
    stub.behaves('take');
    later(5);
    await dispatch(deps);
    await reconcile(deps);
    t.same(await statuses(db), ['sending'], `${name}: a fresh claim is left alone`);
    later(6);
    await reconcile(deps);
    await dispatch(deps);
    t.equal(stub.taken.length, times, name);
    t.same(await statuses(db), ['sent'], name);
    t.equal(stub.asked.length, 1, `${name}: it was asked for by its reference`);
  }
});

t.test('it takes no more: the minute’s limit, the day’s limit, and our own settings', async (t) => {
  const limits: [string, Behaviour, string][] = [
    ['RateLimitError', { status: 429, error: 'RateLimitError' }, '2026-11-23T09:31:00.000Z'],
    ['TooManyRequestsError', { status: 429, error: 'TooManyRequestsError' }, '2026-11-24T00:00:00.000Z'],
    ['AuthError', { status: 403, error: 'AuthError' }, '2026-11-23T09:40:00.000Z'],
  ];
  for (const [name, behaviour, until] of limits) {
    const { deps, db, stub, tasks, clock } = await withNotify(t, { patients: 30, startsAt: '17:00' });
    let calls = 0;
    stub.behaves(() => {
      calls++;
      return behaviour;
    });
    t.match(await dispatch(deps), { sent: 0 }, name);
    t.equal(calls, 10, `${name}: it is not asked for the rest`);
    const { messages, reminders } = await sentMessages(db);
    t.ok(
      messages.every((one) => one.status === 'planned' && String(one.send_after) === until),
      name,
    );
    t.ok(
      reminders.every(({ status }) => status === 'standing'),
      name,
    );
    t.same(await tasks(), name === 'AuthError' ? ['provider_refuses'] : [], name);
    stub.behaves('take');
    clock.set(name === 'TooManyRequestsError' ? '2026-11-24T08:00:00Z' : until);
    t.match(await dispatch(deps), { sent: 30 }, `${name}: then they go`);
  }
});

t.test('rule 16: what cannot arrive goes by the next way that is safe, then to a person', async (t) => {
  for (const fails of ['refused', 'receipt'] as const) {
    const { deps, db, stub, people, tasks, receipt } = await withNotify(t);
    await sql`insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, created_at)
      values (new_id(), ${people[0]!.patientId}, 1, 'email', 'amal@example.com', true, '2026-01-01', now())`.execute(
      db,
    );
    if (fails === 'refused') stub.behaves({ status: 400, error: 'ValidationError' });
    await dispatch(deps);
    stub.behaves('take');
    if (fails === 'receipt') t.equal(await receipt('permanent-failure'), 204);
    t.match((await sentMessages(db)).messages, [{ status: 'failed' }], fails);
    t.match(await db.selectFrom('contact_point').select('failed_at').where('channel', '=', 'sms').execute(), [
      { failed_at: /2026/ },
    ]);
    t.match(await dispatch(deps), { sent: 1 }, fails);
    t.match(stub.taken.at(-1), { type: 'email', to: 'amal@example.com' });
    await receipt('permanent-failure');
    await dispatch(deps);
    t.same(await statuses(db), ['failed', 'failed', 'held'], fails);
    t.same(await tasks(), ['no_safe_contact'], fails);
  }
});

t.test('a phone that is off gets one more try, then the next way', async (t) => {
  const { deps, db, stub, receipt, tasks } = await withNotify(t);
  await dispatch(deps);
  t.equal(await receipt('temporary-failure'), 204);
  t.match(await dispatch(deps), { sent: 1 });
  t.equal(stub.taken.length, 2);
  t.not(stub.taken[0]!.reference, stub.taken[1]!.reference, 'another message, under a reference of its own');
  await receipt('temporary-failure');
  await dispatch(deps);
  t.equal(stub.taken.length, 2);
  t.same(await statuses(db), ['failed', 'failed', 'held']);
  t.same(await tasks(), ['no_safe_contact']);
});

t.test('receipts: in any order, twice, of others, with a wrong token', async (t) => {
  const { deps, db, stub, receipt, callback, later } = await withNotify(t);
  await dispatch(deps);
  t.equal(
    await callback(
      'receipts',
      { id: 'x', reference: stub.taken[0]!.reference, status: 'permanent-failure' },
      'wrong-token',
    ),
    401,
  );
  t.equal(
    await callback('receipts', {
      id: 'other',
      reference: stub.taken[0]!.reference,
      status: 'permanent-failure',
    }),
    204,
  );
  t.same(await statuses(db), ['sent'], 'of another notification under the same reference');
  for (const reference of ['no-uuid', '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', null])
    t.equal(
      await callback('receipts', { id: 'x', reference, status: 'delivered' }),
      204,
      `reference ${reference}`,
    );
  t.equal(await callback('receipts', { reference: 1 }), 422);
  await receipt('sending');
  t.same(await statuses(db), ['sent']);
  await receipt('delivered');
  await receipt('delivered');
  await receipt('temporary-failure');
  t.same(await statuses(db), ['delivered'], 'delivered is final');
  const without = await testApp(t, { NOTIFY_CALLBACK_TOKEN: '' });
  const reply = await without.app.inject({
    method: 'POST',
    url: '/api/v1/callbacks/notify/receipts',
    headers: { authorization: 'Bearer ' },
    payload: { id: 'x', reference: 'x', status: 'delivered' },
  });
  t.equal(reply.statusCode, 401, 'where no token is set nobody may call');
  const notJudged = await without.app.inject({
    method: 'POST',
    url: '/api/v1/callbacks/notify/receipts',
    payload: { nothing: 'that it takes' },
  });
  t.equal(notJudged.statusCode, 401, 'the token is looked at before the body');
  later(1);
});

t.test('what has no receipt is asked for; a letter that comes back is a task', async (t) => {
  const { deps, db, stub, later, callback, tasks } = await withNotify(t, {
    channel: 'letter',
    value: letter,
    patients: 2,
    startsAt: '17:30',
  });
  await dispatch(deps);
  t.equal(stub.taken.length, 2);
  await reconcile(deps);
  t.equal(stub.asked.length, 0, 'not at once');
  later(61);
  stub.taken[0]!.status = 'received';
  await reconcile(deps);
  t.same((await statuses(db)).sort(), ['delivered', 'sent']);
  await reconcile(deps);
  t.equal(stub.asked.length, 2, 'and not again within six hours');
  const { id, reference } = stub.taken[1]!;
  t.equal(
    await callback('returned-letters', { notification_id: id, reference, date_sent: '2026-11-23' }),
    204,
  );
  t.same(await tasks(), ['letter_returned']);
});

t.test('texts from people: STOP, YES, and what a person has to read', async (t) => {
  const { deps, db, people, callback, tasks, as, app } = await withNotify(t);
  await dispatch(deps);
  const { patientId, followUpId } = people[0]!;
  const text = (id: string, message: string, source_number = '447700900123') =>
    callback('inbound-texts', { id, source_number, destination_number: '447700900000', message });
  t.equal(await text('1', ' Yes. '), 204);
  t.match(await db.selectFrom('follow_up').select('status').where('id', '=', followUpId).execute(), [
    { status: 'confirmed' },
  ]);
  t.same(await tasks(), []);
  await text('2', 'Can you ring my sister <b>?');
  await text('2', 'Can you ring my sister <b>?');
  t.same(await tasks(), ['inbound_text'], 'told twice it is one');
  await text('3', 'I am not safe here');
  t.match(
    await db.selectFrom('task').select(['urgent', 'patient_id']).orderBy('id').execute(),
    [
      { urgent: true, patient_id: patientId },
      { urgent: true, patient_id: patientId },
    ],
    'rule 28: what is not plainly yes or stop is urgent',
  );
  await text('4', 'STOP');
  t.match(await db.selectFrom('contact_point').select('stopped_at').execute(), [{ stopped_at: /2026/ }]);
  t.ok((await tasks()).includes('asked_to_stop'));
  await text('5', 'Who is this?', '447700900999');
  t.equal(
    await callback('inbound-texts', { id: '6', source_number: '447700900123', message: 'x' }, 'wrong'),
    401,
  );
  const { get } = forms(app, as.officer);
  const list = (await get('/messages/replies')).body;
  for (const shown of [
    'Can you ring my sister &lt;b&gt;?',
    'Asked to stop',
    'May need help now',
    'Nobody we know',
  ])
    t.match(list, shown);
  const { rows } = await sql<{
    event: string;
  }>`select row_to_json(e)::text as event from event e where type = 'message.answered'`.execute(db);
  t.equal(rows.length, 5);
  t.notMatch(rows.map(({ event }) => event).join(), /sister|7700900/, 'rule 20: no word of it in the log');
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/messages');
  await page.getByRole('link', { name: 'Replies' }).click();
  await look('replies');
  await page.getByRole('row').filter({ hasText: 'not safe here' }).getByRole('link').click();
  await page.getByText('They may need help now').waitFor();
  await look('a reply');
});

t.test('what a text means', (t) => {
  for (const [said, meaning] of [
    ['stop', 'stop'],
    ['Stop!', 'stop'],
    ['STOPALL', 'stop'],
    ['yes', 'yes'],
    ['OK', 'yes'],
    ['Stop. Thank you', 'stop'],
    ['Please stop texting me!!', 'stop'],
    ['no more texts', 'stop'],
    ['Don’t text me again', 'stop'],
    ['UNSUBSCRIBE', 'stop'],
    ['Yes please, thank you', 'yes'],
    ['👍🏽', 'yes'],
    ['Yes, see you then', 'yes'],
    ['Cancel', 'cancel'],
    ['Please cancel my appointment', 'cancel'],
    ['End', 'other'],
    ['quit', 'other'],
    ['stop the pain', 'other'],
    ['yes i want to end it', 'worrying'],
    ['HELP', 'worrying'],
    ['i cannot cope', 'worrying'],
    ['want to end my life', 'worrying'],
    ['yes but later', 'other'],
    ['please stop calling', 'other'],
    ['I want to die', 'worrying'],
    ['STOP hurting me', 'worrying'],
    ['', 'other'],
  ] as const)
    t.equal(meaningOf(said), meaning, said);
  t.end();
});

t.test('a shared phone: YES of two people confirms nobody, STOP stops it for both', async (t) => {
  const { deps, db, callback, tasks } = await withNotify(t, { patients: 2 });
  await dispatch(deps);
  await callback('inbound-texts', { id: '1', source_number: '+44 7700 900123', message: 'yes' });
  t.match(await db.selectFrom('follow_up').select('status').execute(), [
    { status: 'planned' },
    { status: 'planned' },
  ]);
  t.same(await tasks(), ['inbound_text']);
  await callback('inbound-texts', { id: '2', source_number: '+44 7700 900123', message: 'stop' });
  t.equal((await tasks()).filter((kind) => kind === 'asked_to_stop').length, 1, 'one reply to read');
  t.match(await db.selectFrom('contact_point').select('stopped_at').execute(), [
    { stopped_at: /2026/ },
    { stopped_at: /2026/ },
  ]);
});

t.test('emails by SMTP: taken, refused, away, and broken off after the text', async (t) => {
  let behave: 'take' | 'refuse' | 'later' | 'break' = 'take';
  const taken: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo: (_to, _session, done) =>
      done(
        behave === 'refuse'
          ? Object.assign(new Error('no such mailbox'), { responseCode: 550 })
          : behave === 'later'
            ? Object.assign(new Error('try later'), { responseCode: 450 })
            : null,
      ),
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk) => (text += chunk));
      stream.on('end', () => {
        taken.push(text);
        if (behave === 'break') closeAll();
        else done();
      });
    },
  });
  const closeAll = () => {
    for (const connection of (server as unknown as { connections: Set<{ _socket: { destroy(): void } }> })
      .connections)
      connection._socket.destroy();
  };
  server.on('error', () => {});
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  t.teardown(() => new Promise<void>((closed) => server.close(() => closed())));
  const { port } = server.server.address() as { port: number };
  const settings = {
    EMAIL_BY: 'smtp',
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    SMTP_DISCREET_FROM: 'Note <note@plain.example>',
    SMTP_FROM: '',
  };
  const world = () => withNotify(t, { channel: 'email', value: 'amal@example.com' }, settings);
  const first = await world();
  t.match(await dispatch(first.deps), { sent: 1 });
  const { id } = (await sentMessages(first.db)).messages[0]!;
  t.match(taken[0], new RegExp(`From: Note <note@plain.example>[\\s\\S]*Message-ID: <${id}@plain.example>`));
  t.notMatch(taken[0], /Amal |Lendwell|scheme/i, 'rule 12: discreet in sender and text');

  behave = 'refuse';
  const refused = await world();
  await dispatch(refused.deps);
  t.match((await sentMessages(refused.db)).messages, [{ status: 'failed', why: 'refused' }]);

  behave = 'later';
  const busy = await world();
  await dispatch(busy.deps);
  t.match((await sentMessages(busy.db)).messages, [
    { status: 'planned', send_after: '2026-11-23T09:40:00.000Z' },
  ]);

  const away = await withNotify(
    t,
    { channel: 'email', value: 'amal@example.com' },
    { ...settings, SMTP_URL: 'smtp://127.0.0.1:1' },
  );
  await dispatch(away.deps);
  t.match(
    (await sentMessages(away.db)).messages,
    [{ status: 'planned', send_after: '2026-11-23T09:40:00.000Z' }],
    'a server that cannot be reached has nothing',
  );

  behave = 'break';
  const broken = await world();
  await dispatch(broken.deps);
  t.same(await statuses(broken.db), ['sending']);
  broken.later(11);
  behave = 'take';
  const before = taken.length;
  t.match(await reconcile(broken.deps), { unknown: 1, requeued: 0 });
  await dispatch(broken.deps);
  t.equal(taken.length, before, 'it cannot be asked for, so it is never sent again by itself');
  t.same(await statuses(broken.db), ['unknown']);
  t.same(await broken.tasks(), ['message_unknown']);
});
