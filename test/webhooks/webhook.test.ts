import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { addApiClient, addApiKey } from '../../src/access/client.commands.ts';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { deliverWebhooks, tellClinic } from '../../src/referrals/webhooks/delivery.commands.ts';
import { addWebhook } from '../../src/referrals/webhooks/webhook.commands.ts';
import { listDeliveries } from '../../src/referrals/webhooks/webhook.queries.ts';
import { nextAttempt, urlFault } from '../../src/referrals/webhooks/webhook.rules.ts';
import { post as call, isPublicAddress } from '../../src/referrals/webhooks/webhook-request.ts';
import { withdrawReferral } from '../../src/referrals/withdrawal.commands.ts';
import { handle } from '../../src/shared/outbox.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser, versionIn } from '../helpers/pages.ts';
import { receiver } from '../helpers/receiver.ts';

const begun = '2026-11-23T09:30:00Z';
const clinicSystem = await receiver(t);
const second = await receiver(t);
const { app, as, db, clock, deps, clinicId } = await testApp(t, {
  WEBHOOK_ALLOWED_HOSTS: `${clinicSystem.host}, ${second.host}`,
  DATABASE_POOL: '20',
});
const make = factories(deps);
const succeed = clinicSystem.answer;
t.beforeEach(() => {
  clock.set(begun);
  clinicSystem.answer = succeed;
  clinicSystem.calls.length = 0;
});

const api = apiOf(app, as.manager);
/** What the worker does with what follows from the events so far. */
const tell = async () => {
  const rows = await db
    .selectFrom('outbox')
    .select('event_id')
    .where('handler', '=', 'tell-clinic')
    .where('done_at', 'is', null)
    .execute();
  for (const { event_id } of rows) await handle(deps, tellClinic, event_id, 'tell-clinic');
};
const told = () => clinicSystem.calls.map(({ body }) => JSON.parse(body).data.status);
const deliveries = async (id: string) => (await listDeliveries(db, id, { limit: 50 })).items;
const withEndpoint = async (url = clinicSystem.url) => {
  const clinic = await make.clinic();
  const { id, secret } = await addWebhook(deps, officer, clinic, { url });
  return { id, secret, clinic, referral: await make.referral({ clinicId: clinic }) };
};
const accept = (id: string) => decideReferral(deps, officer, id, { decision: 'accept' });

t.test(
  'addresses: https, no private network, no credentials; a host that is allowed may be inside',
  async (t) => {
    t.equal(urlFault('https://clinic.example/x', []), undefined);
    t.equal(urlFault('http://127.0.0.1:99/x', ['127.0.0.1:99']), undefined);
    for (const url of [
      'clinic.example',
      'http://clinic.example/x',
      'ftp://clinic.example',
      'https://me:secret@clinic.example/',
      'https://clinic.example/#x',
      'http://127.0.0.1:98/x',
    ])
      t.ok(urlFault(url, ['127.0.0.1:99']), url);
    for (const address of [
      '10.0.0.1',
      '127.0.0.1',
      '169.254.169.254',
      '192.168.1.1',
      '::1',
      'fd00::1',
      '::ffff:10.0.0.1',
      '::7f00:1',
      '::5db8:d822',
      '::fffe:127.0.0.1',
      '::ffff:0:127.0.0.1',
      '64:ff9b::10.0.0.1',
      '64:ff9b:1:7f00:0:1::',
      '2002:7f00:1::',
      '2001:0:1::7f00:1',
      '2606:4700::5efe:10.0.0.1',
      '2606:4700::200:5efe:7f00:1',
      '1::1',
      '4000::1',
      '0.0.0.0',
      '100.64.0.1',
      'x',
    ])
      t.equal(isPublicAddress(address), false, address);
    for (const address of ['93.184.216.34', '2606:4700::1111', '2606:4700::5efe:93.184.216.34'])
      t.ok(isPublicAddress(address), address);
    for (const url of [
      `https://${clinicSystem.host}`,
      'https://localhost:1/',
      'https://[::1]/',
      'https://[::127.0.0.1]/',
      'https://2130706433/',
    ])
      t.same(await call(new URL(url), {}, '{}', false), { status: null, fault: 'private_address' }, url);
    const refused = await api('POST', `/clinics/${clinicId}/webhooks`, { url: 'http://clinic.example' });
    t.match(refused, { status: 422, body: { errors: [{ pointer: '/url', message: /https/ }] } });
  },
);

t.test('an address is kept without what stands around it, and is the same one with it', async (t) => {
  const clinic = await make.clinic();
  const where = `/clinics/${clinic}/webhooks`;
  const added = await api('POST', where, { url: ' https://records.clinic.example/a \t' });
  t.equal(added.status, 201);
  const kept = async () => (await api('GET', where)).body.items.map(({ url }: { url: string }) => url);
  t.same(await kept(), ['https://records.clinic.example/a']);
  const again = await api('POST', where, { url: 'https://records.clinic.example/a' });
  t.match(again, { status: 409, body: { type: '/problems/conflict' } });
  const change = { url: '\u00a0https://records.clinic.example/b ' };
  await api('PATCH', `/webhooks/${added.body.id}`, change, { 'if-match': '*' });
  t.same(await kept(), ['https://records.clinic.example/b']);
});

t.test('a change is told once, signed, with ids and the status only', async (t) => {
  const { secret, referral, id } = await withEndpoint();
  await accept(referral.id);
  await tell();
  t.equal(await deliverWebhooks(deps), 1);
  t.equal(await deliverWebhooks(deps), 0, 'what is delivered is not sent again');
  const [{ headers, body }] = clinicSystem.calls as [(typeof clinicSystem.calls)[0]];
  t.same(JSON.parse(body), {
    type: 'referral.changed',
    timestamp: '2026-11-23T09:30:00.000Z',
    data: {
      id: referral.id,
      reference: referral.reference,
      status: 'waiting',
      changedAt: '2026-11-23T09:30:00.000Z',
    },
  });
  const unsigned = new Webhook(secret).sign(String(headers['webhook-id']), new Date(begun), body);
  t.equal(headers['webhook-signature'], unsigned);
  t.equal(headers['webhook-timestamp'], String(Date.parse(begun) / 1000));
  t.match(await deliveries(id), [{ status: 'delivered', attempts: 1, lastStatus: 204, lastFault: null }]);
});

t.test(
  'the latest state is told: changes that wait are one delivery, and one under way is followed by another',
  async (t) => {
    const { referral, id } = await withEndpoint();
    await accept(referral.id);
    await tell();
    await withdrawReferral(deps, officer, referral.id, { reason: 'Moved', saidBy: 'patient' });
    await tell();
    await deliverWebhooks(deps);
    t.same(told(), ['withdrawn']);

    const other = await make.referral({
      clinicId: (
        await db
          .selectFrom('webhook')
          .select('organisation_id')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
      ).organisation_id,
    });
    await accept(other.id);
    await tell();
    let answer = () => {};
    clinicSystem.answer = (reply) => {
      answer = () => reply.writeHead(500).end();
    };
    const sending = deliverWebhooks(deps);
    while (clinicSystem.calls.length < 2) await new Promise((tick) => setTimeout(tick, 5));
    await withdrawReferral(deps, officer, other.id, { reason: 'Moved', saidBy: 'patient' });
    await tell();
    clinicSystem.answer = succeed;
    answer();
    await sending;
    await deliverWebhooks(deps);
    t.same(told(), ['withdrawn', 'waiting', 'withdrawn']);
    t.match(
      (await deliveries(id)).map(({ status }) => status),
      ['delivered', 'superseded', 'delivered'],
      'the one that failed is not tried again, since a newer one waited',
    );
  },
);

t.test('a receiver that fails, redirects, hangs up or answers too much is survived and shown', async (t) => {
  const { referral, id } = await withEndpoint();
  await accept(referral.id);
  await tell();
  const attempts: [string, typeof succeed, object][] = [
    ['fails', (reply) => void reply.writeHead(500).end('no'), { lastStatus: 500, lastFault: 'refused' }],
    [
      'redirects to loopback',
      (reply) => void reply.writeHead(302, { location: second.url }).end(),
      { lastStatus: 302, lastFault: 'redirect' },
    ],
    ['hangs up', (reply) => void reply.destroy(), { lastStatus: null, lastFault: 'unreachable' }],
    [
      'answers 10 MB',
      (reply) => {
        reply.writeHead(503);
        const chunk = Buffer.alloc(64 * 1024);
        const more = () => {
          for (let sent = 0; sent < 160 && reply.write(chunk); sent++);
        };
        reply.on('drain', more).on('error', () => {});
        more();
      },
      { lastStatus: 503, lastFault: 'refused' },
    ],
  ];
  for (const [name, answer, shown] of attempts) {
    clinicSystem.answer = answer;
    t.equal(await deliverWebhooks(deps), 1, name);
    t.equal(await deliverWebhooks(deps), 0, 'not again before its time');
    const [delivery] = await deliveries(id);
    t.match(delivery, { status: 'pending', ...shown }, name);
    clock.set(delivery!.nextAt!);
  }
  t.same(second.calls, [], 'the redirect was not followed');
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) =>
    nextAttempt(n, clock.now()).since(clock.now()).total('seconds'),
  );
  t.ok(
    waits.every((wait, n) => n === 0 || wait >= waits[n - 1]!),
    'ever longer',
  );
  clinicSystem.answer = succeed;
  await deliverWebhooks(deps);
  t.match((await deliveries(id))[0], { status: 'delivered', attempts: 5, lastFault: null });
  const ids = new Set(clinicSystem.calls.map(({ headers }) => headers['webhook-id']));
  t.equal(ids.size, 1, 'each attempt has the id of the delivery');
});

t.test('one that hangs is given up after ten seconds and holds up nobody else', async (t) => {
  const slow = await withEndpoint();
  const quick = await withEndpoint(second.url);
  for (let n = 0; n < 6; n++) await accept((await make.referral({ clinicId: slow.clinic })).id);
  await accept(quick.referral.id);
  await tell();
  clinicSystem.answer = () => {};
  let order = 0;
  const stop = new AbortController();
  second.answer = (reply) => {
    order = clinicSystem.calls.length;
    reply.writeHead(200).end();
    stop.abort();
  };
  await deliverWebhooks(deps, stop.signal);
  t.ok(order <= 4, 'it was called in the first round, beside no more than four of the other');
  t.match(
    (await deliveries(slow.id)).filter(({ lastFault }) => lastFault),
    [{ status: 'pending', lastFault: 'timeout' }],
  );
});

t.test(
  'after three days a person looks; gone for good stops it; started again it tells what is now',
  async (t) => {
    const { referral, id, clinic } = await withEndpoint();
    await accept(referral.id);
    await tell();
    clinicSystem.answer = (reply) => void reply.writeHead(500).end();
    for (
      let shown = (await deliveries(id))[0]!;
      shown.status === 'pending';
      shown = (await deliveries(id))[0]!
    ) {
      clock.set(shown.nextAt!);
      await deliverWebhooks(deps);
    }
    const [failed] = await deliveries(id);
    t.equal(failed!.status, 'failed');
    t.ok(failed!.attempts >= 10 && failed!.attempts < 20, `${failed!.attempts} attempts`);
    const tasks = () =>
      db.selectFrom('task').select(['kind', 'status']).where('subject_id', '=', clinic).execute();
    t.same(await tasks(), [{ kind: 'webhook_failed', status: 'open' }]);

    clinicSystem.answer = (reply) => void reply.writeHead(410).end();
    await withdrawReferral(deps, officer, referral.id, { reason: 'Moved', saidBy: 'patient' });
    await tell();
    await deliverWebhooks(deps);
    clock.set(begun);
    const gone = await api('GET', `/webhooks/${id}`);
    t.match(gone.body, { enabled: false, disabledBecause: 'gone' });
    const other = await make.referral({ clinicId: clinic });
    await accept(other.id);
    await tell();
    const before = clinicSystem.calls.length;
    await deliverWebhooks(deps);
    t.equal(clinicSystem.calls.length, before, 'it is told nothing');
    clinicSystem.answer = succeed;
    t.equal(
      (await api('PATCH', `/webhooks/${id}`, { enabled: true }, { 'if-match': gone.etag })).status,
      200,
    );
    await deliverWebhooks(deps);
    t.equal(JSON.parse(clinicSystem.calls.at(-1)!.body).data.id, other.id, 'what waited meanwhile');
    t.same(await tasks(), [{ kind: 'webhook_failed', status: 'done' }]);
  },
);

t.test('a sender that was stopped leaves nothing untold, and two senders tell nothing twice', async (t) => {
  const { referral, id } = await withEndpoint();
  await accept(referral.id);
  await tell();
  await db
    .updateTable('webhook_delivery')
    .set({ status: 'sending', claim: 1, claimed_at: begun })
    .where('webhook_id', '=', id)
    .execute();
  await deliverWebhooks(deps);
  t.same(told(), [], 'its claim is honoured for two minutes');
  clock.set('2026-11-23T09:32:01Z');
  await Promise.all(Array.from({ length: 4 }, () => deliverWebhooks(deps)));
  t.same(told(), ['waiting']);
});

t.test('two secrets sign for a day after a change; then the new one alone', async (t) => {
  const { id, secret } = await withEndpoint();
  const rotated = (await api('POST', `/webhooks/${id}/rotations`)).body;
  t.not(rotated.secret, secret);
  t.equal(rotated.oldValidUntil, '2026-11-24T09:30:00.000Z');
  t.equal((await api('POST', `/webhooks/${id}/rotations`)).status, 409);
  t.match((await api('POST', `/webhooks/${id}/tests`)).body, { status: 204, fault: null, told: /arrived/ });
  const both = clinicSystem.calls[0]!;
  const valid = (which: string, { headers, body }: (typeof clinicSystem.calls)[0]) =>
    String(headers['webhook-signature'])
      .split(' ')
      .includes(
        new Webhook(which).sign(
          String(headers['webhook-id']),
          new Date(Number(headers['webhook-timestamp']) * 1000),
          body,
        ),
      );
  t.ok(valid(secret, both) && valid(rotated.secret, both));
  clock.set('2026-11-24T09:30:01Z');
  const referral = await make.referral({ clinicId: await ownerOf(id) });
  await accept(referral.id);
  await tell();
  await deliverWebhooks(deps);
  const alone = clinicSystem.calls.find(({ body }) => body.includes(referral.id))!;
  t.ok(valid(rotated.secret, alone));
  t.notOk(valid(secret, alone));
});

const ownerOf = async (id: string) =>
  (await db.selectFrom('webhook').select('organisation_id').where('id', '=', id).executeTakeFirstOrThrow())
    .organisation_id;

t.test('sent again by hand; a test says what went wrong; unknown ids are 404', async (t) => {
  const { id, referral } = await withEndpoint();
  await accept(referral.id);
  await tell();
  await deliverWebhooks(deps);
  const [delivery] = await deliveries(id);
  t.match(await api('POST', `/webhook-deliveries/${delivery!.id}/retries`), {
    status: 201,
    body: { status: 'pending' },
  });
  await deliverWebhooks(deps);
  t.same(told(), ['waiting', 'waiting']);
  clinicSystem.answer = (reply) => void reply.writeHead(401).end();
  t.match((await api('POST', `/webhooks/${id}/tests`)).body, { status: 401, fault: 'refused' });
  const [tested] = await deliveries(id);
  t.match(tested, { referral: null, status: 'failed' });
  t.equal((await api('POST', `/webhook-deliveries/${tested!.id}/retries`)).status, 409);
  const none = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
  for (const [method, url, body] of [
    ['GET', `/clinics/${none}/webhooks`],
    ['POST', `/clinics/${none}/webhooks`, { url: clinicSystem.url }],
    ['GET', `/webhooks/${none}`],
    ['PATCH', `/webhooks/${none}`, { enabled: true }],
    ['GET', `/webhooks/${none}/deliveries`],
    ['POST', `/webhooks/${none}/tests`],
    ['POST', `/webhooks/${none}/rotations`],
    ['POST', `/webhook-deliveries/${none}/retries`],
  ] as const)
    t.equal((await api(method, url, body)).status, 404, `${method} ${url}`);
  const owner = await ownerOf(id);
  t.equal((await api('POST', `/clinics/${owner}/webhooks`, { url: clinicSystem.url })).status, 409);
  t.equal((await api('PATCH', `/webhooks/${id}`, { enabled: false })).status, 428);
  t.equal((await api('PATCH', `/webhooks/${id}`, { enabled: false }, { 'if-match': '"old"' })).status, 412);
  t.equal((await api('GET', `/clinics/${owner}/webhooks`)).body.items.length, 1);
});

t.test('the log is forgotten after 90 days', async (t) => {
  const { id } = await withEndpoint();
  await api('POST', `/webhooks/${id}/tests`);
  clock.set('2027-02-21T09:29:00Z');
  await deliverWebhooks(deps);
  t.equal(
    (await db.selectFrom('webhook_delivery').select('id').where('webhook_id', '=', id).execute()).length,
    1,
  );
  clock.set('2027-02-22T09:31:00Z');
  await deliverWebhooks(deps);
  t.same(await db.selectFrom('webhook_delivery').select('id').where('webhook_id', '=', id).execute(), []);
});

t.test('the pages: add, see the secret once, test, stop, change, send again', async (t) => {
  const { post, get } = forms(app, as.manager);
  const clinic = await make.clinic();
  const list = `/settings/clinics/${clinic}/webhooks`;
  t.match((await get(list)).body, /There is no endpoint yet/);
  const wrong = await post(list, { url: 'http://clinic.example' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /begins with https:\/\/[\s\S]*value="http:\/\/clinic\.example"/);
  const [first, again] = await Promise.all(
    [1, 2].map(() => post(list, { url: clinicSystem.url, _once: 'one' })),
  );
  const secretOf = (body: string) => /whsec_[^<]+/.exec(body)?.[0];
  t.equal(first!.statusCode, 201);
  t.ok(secretOf(first!.body));
  t.equal(secretOf(again!.body), secretOf(first!.body), 'a double click adds one');
  t.equal(first!.headers['cache-control'], 'no-store');
  const id = /settings\/webhooks\/([0-9a-f-]{36})/.exec(first!.body)![1]!;
  const one = `/settings/webhooks/${id}`;
  t.notMatch((await get(one)).body, /whsec_/);
  t.equal((await post(`${one}/tests`)).statusCode, 303);
  t.match((await get(one)).body, /It answered 204/);
  const version = versionIn((await get(one)).body);
  clock.set('2026-11-23T09:30:01Z');
  t.equal((await post(one, { version, enabled: 'false' })).statusCode, 303);
  const stale = await post(one, { version, url: clinicSystem.url });
  t.equal(stale.statusCode, 412);
  t.match((await get(one)).body, /Tell it again/);
  clock.set('2026-11-23T09:30:02Z');
  const [theirs, mine] = ['https://one.example/theirs', 'https://one.example/mine'];
  await savedByTwo(
    t,
    { get, post },
    {
      page: one,
      first: { url: theirs },
      second: { url: mine },
      shows: [`Url says “${theirs}” by now`, `value="${mine}"`],
    },
  );
  clock.set('2026-11-23T09:30:03Z');
  await savedByTwo(
    t,
    { get, post },
    {
      page: one,
      first: { url: theirs },
      second: { enabled: 'true' },
      shows: ['Someone else saved this meanwhile', `value="${theirs}"`],
    },
  );
  t.match((await forms(app, as.auditor).get(one)).body, /Managers and administrators change endpoints/);
});

t.test(
  'sending again from the page: a refusal stays on the endpoint, whatever the form was made to say',
  async (t) => {
    const { post } = forms(app, as.manager);
    const { id } = await withEndpoint();
    await api('POST', `/webhooks/${id}/tests`);
    const [tested] = await deliveries(id);
    for (const webhookId of [id, '', 'no-id', '../sign-in']) {
      const refused = await post(`/settings/webhook-deliveries/${tested!.id}/retries`, { webhookId });
      t.equal(refused.statusCode, 409, webhookId);
      t.match(refused.body, /This was a test/);
    }
    const none = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
    t.equal((await post(`/settings/webhook-deliveries/${none}/retries`)).statusCode, 404);
  },
);

t.test('the pages in a browser', async (t) => {
  const { id, referral, clinic } = await withEndpoint();
  const longest = await addWebhook(deps, officer, clinic, {
    url: `https://records.clinic.example/${'a'.repeat(400)}`,
  });
  await accept(referral.id);
  await tell();
  clinicSystem.answer = (reply) => void reply.writeHead(500).end();
  await db
    .updateTable('webhook')
    .set({ disabled_at: begun, disabled_because: 'gone' })
    .where('id', '=', longest.id)
    .execute();
  await deliverWebhooks(deps);
  await api('POST', `/webhooks/${id}/tests`);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, url, as.manager, { scripts });
    for (const path of [
      `/settings/clinics/${clinic}/webhooks`,
      `/settings/webhooks/${id}`,
      `/settings/webhooks/${longest.id}`,
    ]) {
      await page.goto(path);
      await look(`${path} ${scripts}`);
    }
    await page.goto(`/settings/webhooks/${id}`);
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('It is sent again within a minute').waitFor();
  }
});

t.test('the page of a referral says whether the clinic’s system was told of a question', async (t) => {
  const { clinic, referral } = await withEndpoint();
  const page = async (id = referral.id) =>
    (await app.inject({ url: `/referrals/${id}`, headers: as.officer })).body;
  const ask = (id: string) =>
    decideReferral(deps, officer, id, { decision: 'ask', question: 'Is there Wi-Fi?' });
  const { id } = await addApiClient(deps, officer, { name: 'Its system', role: 'clinic', clinicId: clinic });
  await addApiKey(deps, officer, id);
  await ask(referral.id);
  t.match(await page(), /Nothing was sent\. The clinic’s system can read the question/);
  await tell();
  t.match(await page(), /The clinic’s system is being told/);
  await deliverWebhooks(deps);
  t.match(await page(), /The clinic’s system was told on 23 November 2026/);

  const waiting = await withEndpoint();
  await tell();
  await ask(waiting.referral.id);
  await tell();
  await deliverWebhooks(deps);
  t.match(await page(waiting.referral.id), /Not sent yet/, 'without a key it cannot read the question');
});
