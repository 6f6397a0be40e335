import t from 'tap';
import { networksOf } from '../../src/access/networks.ts';
import { codeOf } from '../../src/access/one-time-code.ts';
import { addPasswordLink, setPassword } from '../../src/access/password-link.commands.ts';
import { noteRefusal } from '../../src/access/security-log.commands.ts';
import { openSession } from '../../src/access/session.commands.ts';
import { releaseAccount } from '../../src/access/sign-in.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { getStaff } from '../../src/access/staff.queries.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { tellSecurity } from '../../src/office/security/telling.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { etagOf } from '../../src/shared/etag.ts';
import { testApp } from '../helpers/app.ts';
import { receiver } from '../helpers/receiver.ts';
import { visitor } from '../helpers/visitor.ts';

const ctx = systemContext('test');
const password = 'seven green kettles';
const nowhere = { id: 'r', from: { address: '', browser: '' } };

t.test('ways round what holds', async (t) => {
  const alerts = await receiver(t);
  const { app, deps, db, clock, as, ids } = await testApp(t, {
    SECURITY_ALERT_EMAIL: 'alarms@example.org',
    SECURITY_ALERT_URL: alerts.url,
  });
  const add = (name: string, role: StaffRole) =>
    addStaff(deps, ctx, { name, email: `${name}@example.org`, role, password });
  const later = (minutes: number) => clock.set(clock.now().add({ minutes }).toString());
  const code = (secret: string) => codeOf(secret, clock.now().epochMilliseconds);
  const secretIn = (body: string) =>
    /class="app-code-secret">([A-Z2-7 ]+)</.exec(body)![1]!.replaceAll(' ', '');
  const post = (who: Record<string, string>, path: string, payload?: object) =>
    app.inject({ method: 'POST', url: `/api/v1${path}`, headers: who, ...(payload && { payload }) });
  const patch = async (id: string, payload: object) =>
    app.inject({
      method: 'PATCH',
      url: `/api/v1/staff/${id}`,
      headers: { ...as.administrator, 'if-match': etagOf(id, (await getStaff(deps, db, id)).changedAt) },
      payload,
    });
  const alarms = async () =>
    (await db.selectFrom('security_event').select('kind').where('is_alarm', '=', true).execute()).map(
      ({ kind }) => kind,
    );
  const isRequired = (reply: { json(): { type: string } }) =>
    reply.json().type === '/problems/second-person-required';

  await t.test('nobody makes themselves alone, nor a manager small for a moment', async (t) => {
    const { id } = await add('mara', 'manager');
    t.ok(
      isRequired(await patch(id, { role: 'officer' })),
      'taking the role wants a second person as giving it does',
    );
    t.ok(isRequired(await patch(id, { email: 'mine@example.org' })), 'and so does another address');
    t.equal((await post(as.administrator, `/staff/${ids.manager}/suspensions`)).statusCode, 201);
    t.ok(
      isRequired(await post(as.administrator, `/staff/${id}/password-links`)),
      'who was just suspended still counts',
    );
    await post(as.administrator, `/staff/${ids.manager}/restorations`);
    await db.updateTable('session').set({ revoked_at: null }).where('staff_id', '=', ids.manager).execute();
  });

  await t.test('a link or session from before is none into the new role', async (t) => {
    const { id } = await add('nora', 'officer');
    const { token } = await addPasswordLink(deps, ctx, id);
    const browser = visitor(app);
    await browser.signIn('nora@example.org', password);
    const { id: other } = await add('olaf', 'officer');
    const stays = visitor(app);
    await stays.signIn('olaf@example.org', password);
    await patch(id, { role: 'manager' });
    await db
      .updateTable('second_person')
      .set({ agreed: true, decided_by: ids.manager, decided_at: clock.now().toString() })
      .execute();
    t.equal((await patch(id, { role: 'manager' })).statusCode, 200);
    await t.rejects(setPassword(deps, nowhere, token!, 'eleven quiet lanterns'), {
      type: 'not-found',
    } as never);
    t.match((await browser.get('/')).headers.location, /sign-in/);
    t.equal((await patch(other, { role: 'supporter' })).statusCode, 200);
    t.not(
      (await stays.get('/support')).statusCode,
      303,
      'another role that reaches less counts from the next click',
    );
  });

  await t.test('a new key stands in no address and is kept nowhere', async (t) => {
    const made = await post(as.manager, '/api-clients', { name: 'Robot', role: 'integration' });
    const reply = await app.inject({
      method: 'POST',
      url: `/settings/api-clients/${made.json().id}/keys`,
      headers: {
        ...as.manager,
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-mode': 'navigate',
      },
      payload: '',
    });
    t.equal(reply.statusCode, 201);
    t.match(reply.body, /lw_/);
    t.strictSame(await db.selectFrom('kept_page').select('id').execute(), []);
  });

  await t.test('the password alone takes the place of no second step, and signs nobody out', async (t) => {
    const { id } = await add('petra', 'manager');
    const owner = visitor(app);
    const thief = visitor(app);
    await thief.signIn('petra@example.org', password);
    const theirs = secretIn((await thief.get('/sign-in/second-step')).body);
    const sealed = thief.hidden('sealed');
    await owner.signIn('petra@example.org', password);
    const own = secretIn((await owner.get('/sign-in/second-step')).body);
    t.equal((await owner.send('/sign-in/second-step', { code: code(own) }, ['sealed'])).statusCode, 201);
    t.match(
      (await thief.send('/sign-in/second-step', { code: code(theirs), sealed })).headers.location,
      /^\/sign-in/,
    );
    t.equal((await db.selectFrom('factor').select('id').where('staff_id', '=', id).execute()).length, 1);
    const half = await db
      .transaction()
      .execute((trx) =>
        openSession({ trx, deps, ctx, at: clock.now().toString(), today: '' }, id, { needs: 'enrolment' }),
      );
    const late = visitor(app);
    late.cookies.set('lendwell-session', half);
    await late.get('/sign-in/second-step');
    const refused = await late.send(
      '/sign-in/second-step',
      { code: code(secretIn((await late.get('/sign-in/second-step')).body)) },
      ['sealed'],
    );
    t.equal(refused.statusCode, 409);
    t.match(refused.body, /has a second step by now/);
    for (let n = 0; n < 7; n++) {
      later(1);
      await visitor(app).signIn('petra@example.org', password);
    }
    t.equal((await owner.get('/')).statusCode, 200, 'the owner goes on');
  });

  await t.test('two presses at once make one app', async (t) => {
    await add('quinn', 'officer');
    const browser = visitor(app);
    await browser.signIn('quinn@example.org', password);
    const secret = secretIn((await browser.get('/account/code')).body);
    const both = await Promise.all(
      [1, 2].map(() => browser.send('/account/code', { code: code(secret) }, ['sealed'])),
    );
    t.ok(both.every(({ statusCode }) => statusCode === 201));
  });

  await t.test('guessed codes are told, and an administrator ends the wait', async (t) => {
    const { id } = await add('rita', 'officer');
    const browser = visitor(app);
    await browser.signIn('rita@example.org', password);
    const secret = secretIn((await browser.get('/account/code')).body);
    await browser.send('/account/code', { code: code(secret) }, ['sealed']);
    const thief = visitor(app);
    await thief.signIn('rita@example.org', password);
    await thief.get('/sign-in/code');
    for (let tries = 0; tries < 6; tries++) await thief.send('/sign-in/code', { code: '000000' });
    t.ok((await alarms()).includes('code_guessed'));
    later(1);
    const owner = visitor(app);
    await owner.signIn('rita@example.org', password);
    await owner.get('/sign-in/code');
    clock.set(clock.now().subtract({ seconds: 30 }).toString());
    t.equal((await owner.send('/sign-in/code', { code: code(secret) })).statusCode, 429);
    t.strictSame(await releaseAccount(deps, ctx, id), { hadWaited: true });
    later(1);
    t.equal((await owner.send('/sign-in/code', { code: code(secret) })).statusCode, 303);
  });

  await t.test(
    'a changed address is told to the one before; each way is told once, whichever fails',
    async (t) => {
      const { id } = await add('sven', 'officer');
      later(5);
      await tellSecurity(deps);
      alerts.calls.length = 0;
      await db.updateTable('session').set({ seen_at: clock.now().toString() }).execute();
      t.equal((await patch(id, { email: 'sven@elsewhere.example' })).statusCode, 200);
      alerts.answer = (reply) => void reply.writeHead(503).end();
      later(2);
      await tellSecurity(deps);
      later(5);
      await tellSecurity(deps);
      alerts.answer = (reply) => void reply.writeHead(204).end();
      later(60);
      await tellSecurity(deps);
      const mails = await db.selectFrom('captured_message').select(['recipient', 'body']).execute();
      const of = (address: string) =>
        mails.filter(({ recipient, body }) => recipient === address && /email address/.test(body));
      t.equal(of('sven@example.org').length, 1, 'the address before, once');
      t.equal(of('sven@elsewhere.example').length, 0);
      t.equal(of('alarms@example.org').length, 1);
      t.equal(alerts.calls.length, 3);
      t.strictSame(
        await db.selectFrom('security_event').select('id').where('tell_address', 'is not', null).execute(),
        [],
      );
    },
  );

  await t.test('one who has a network has one row a minute', async (t) => {
    for (let n = 0; n < 20; n++)
      await noteRefusal(
        deps,
        { requestId: 'r', from: { address: `2001:db8:7::${n}`, browser: '' } },
        { kind: 'key_refused' },
      );
    const rows = await db
      .selectFrom('security_event')
      .select('address')
      .where('address', 'like', '2001:db8:7:%')
      .execute();
    t.equal(rows.length, 1);
  });

  await t.test('networks are whole addresses', async (t) => {
    t.strictSame(networksOf(['192.0.2.7', '10.0.0.0/8', '::ffff:192.0.2.0/120', '2001:db8::/32']), [
      '192.0.2.7/32',
      '10.0.0.0/8',
      '192.0.2.0/24',
      '2001:db8::/32',
    ]);
    for (const wrong of [
      '10/8',
      '10.1',
      '192.0.2.0/33',
      '192.0.2.0/24/1',
      '::ffff:192.0.2.0/80',
      'fe80::1%eth0/64x',
    ])
      t.throws(() => networksOf([wrong]), wrong);
  });
});
