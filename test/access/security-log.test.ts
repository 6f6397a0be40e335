import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { signIn } from '../../src/access/sign-in.commands.ts';
import { addStaff, changeStaff } from '../../src/access/staff.commands.ts';
import { getStaff } from '../../src/access/staff.queries.ts';
import { tellSecurity } from '../../src/office/security/telling.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { etagOf } from '../../src/shared/etag.ts';
import { testApp } from '../helpers/app.ts';
import { receiver } from '../helpers/receiver.ts';
import { refusal } from '../helpers/refusal.ts';
import { visitor } from '../helpers/visitor.ts';

const ctx = systemContext('test');
const password = 'seven green kettles';

t.test('the security log', async (t) => {
  const alerts = await receiver(t);
  const file = path.join(t.testdir(), 'kept', 'security.log');
  const { app, deps, db, clock, as, ids } = await testApp(t, {
    SECURITY_LOG: file,
    SECURITY_ALERT_EMAIL: 'alarms@example.org',
    SECURITY_ALERT_URL: alerts.url,
  });
  const later = (minutes: number) => clock.set(clock.now().add({ minutes }).toString());
  const noted = async (...kinds: string[]) =>
    db
      .selectFrom('security_event')
      .select(['kind', 'about', 'address', 'staff_id', 'client_id', 'count', 'browser'])
      .where('kind', 'in', kinds)
      .orderBy('id')
      .execute();
  const lines = () =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  await tellSecurity(deps);
  alerts.calls.length = 0;

  await t.test('has what was refused, with whence it came', async (t) => {
    const stranger = '203.0.113.5';
    const ask = (url: string, headers: Record<string, string>, method: 'GET' | 'POST' = 'GET') =>
      app.inject({ url, method, headers: { 'user-agent': 'curl/8', ...headers }, remoteAddress: stranger });
    await ask('/api/v1/patients', { authorization: 'Bearer lw_wrong' });
    await ask('/api/v1/patients', as.supporter);
    await ask('/patients', as.supporter);
    await ask('/api/v1/patients', as.clinic);
    await ask('/api/v1/donations', { cookie: as.officer.cookie! }, 'POST');
    // They are noted once the answer has gone.
    let rows = await noted('key_refused', 'not_allowed', 'form_refused');
    while (rows.length < 4) rows = await noted('key_refused', 'not_allowed', 'form_refused');
    t.strictSame(
      new Set(rows.map(({ kind, about, staff_id }) => [kind, about, staff_id].join(' '))),
      new Set([
        'key_refused  ',
        `not_allowed patients.read ${ids.supporter}`,
        'not_allowed patients.read ',
        `form_refused  ${ids.officer}`,
      ]),
    );
    t.ok(rows.every(({ address, browser }) => address === stranger && browser === 'Another browser'));
    t.ok(rows.some(({ client_id }) => client_id === ids.clinic));
  });

  await t.test('counts what comes again within a minute, in one row', async (t) => {
    const calls = Array.from({ length: 30 }, () =>
      app.inject({
        url: '/api/v1/devices',
        headers: { authorization: 'Bearer lw_no' },
        remoteAddress: '203.0.113.6',
      }),
    );
    await Promise.all(calls);
    t.equal((await noted('key_refused')).filter(({ address }) => address === '203.0.113.6').length, 1);
  });

  await t.test('has every outcome of a sign-in, and no address of anyone', async (t) => {
    await addStaff(deps, ctx, { name: 'Ana Lima', email: 'ana@example.org', role: 'officer', password });
    const browser = visitor(app, { address: '192.0.2.44' });
    await browser.signIn('ana@example.org', 'wrong');
    await browser.signIn('nobody@example.org', 'wrong');
    await browser.signIn('ana@example.org', password);
    await browser.get('/');
    await browser.send('/sign-out');
    const other = visitor(app, { address: '192.0.2.45' });
    for (let tries = 0; tries < 6; tries++) await other.signIn('ana@example.org', 'wrong');
    const rows = await noted(
      'signed_in',
      'sign_in_refused',
      'sign_in_unknown',
      'sign_in_waits',
      'signed_out',
    );
    t.strictSame(
      rows.map(({ kind }) => kind),
      [
        'sign_in_refused',
        'sign_in_unknown',
        'signed_in',
        'signed_out',
        ...Array(5).fill('sign_in_refused'),
        'sign_in_waits',
      ],
    );
    t.ok(rows.every(({ address }) => address.startsWith('192.0.2.4')));
    t.notMatch(
      JSON.stringify(await db.selectFrom('security_event').selectAll().execute()),
      /@example|kettles/,
    );
  });

  await t.test('has roles, links and keys, in the transaction that made them', async (t) => {
    const { changedAt } = await getStaff(deps, db, ids.officer);
    const by = { ...ctx, ifMatch: etagOf(ids.officer, changedAt) };
    await changeStaff(deps, by, ids.officer, { role: 'manager' });
    const refused = changeStaff(deps, { ...by, ifMatch: '"old"' }, ids.officer, { role: 'auditor' });
    t.match(await refusal(refused), { type: 'changed-meanwhile' });
    const rows = await noted('role_changed', 'key_added', 'staff_added');
    t.strictSame(
      rows.filter(({ kind }) => kind === 'role_changed').map(({ about, staff_id }) => [about, staff_id]),
      [['manager', ids.officer]],
    );
    t.ok(rows.some(({ kind, client_id }) => kind === 'key_added' && client_id === ids.clinic));
  });

  await t.test('is written to a file of its own, told to owners and alarms, once each', async (t) => {
    alerts.answer = (reply) => void reply.writeHead(503).end();
    later(2);
    await tellSecurity(deps);
    const waiting = await db
      .selectFrom('security_event')
      .select('kind')
      .where('told_at', 'is', null)
      .execute();
    t.strictSame(waiting, [{ kind: 'role_changed' }], 'an alarm that did not arrive is tried again');
    alerts.answer = (reply) => void reply.writeHead(204).end();
    later(10);
    await tellSecurity(deps);
    later(10);
    await tellSecurity(deps);
    t.equal(alerts.calls.length, 2);
    t.match(JSON.parse(alerts.calls[1]!.body), {
      kind: 'role_changed',
      text: 'The role was changed: manager',
    });

    const all = lines();
    const rows = await db.selectFrom('security_event').select(['id', 'told_at']).execute();
    t.strictSame(
      all.map(({ id }) => id).sort(),
      rows.map(({ id }) => id).sort(),
      'a line for each, and once',
    );
    t.ok(rows.every(({ told_at }) => told_at));
    t.match(
      all.find(({ kind }) => kind === 'role_changed'),
      {
        channel: 'security',
        level: 40,
        alarm: true,
        staffId: ids.officer,
        actorType: 'system',
        requestId: 'test',
        msg: 'The role was changed: manager',
      },
    );
    const mails = await db.selectFrom('captured_message').select(['recipient', 'subject', 'body']).execute();
    const to = (address: string) => mails.filter(({ recipient }) => recipient === address);
    t.match(to('officer@example.com').at(-1)!.body, /What you may do in Lendwell was changed/);
    t.match(to('alarms@example.org').at(-1), {
      subject: 'Lendwell security alarm',
      body: /role was changed/,
    });
  });

  await t.test('two tellers at once tell once', async (t) => {
    const before = lines().length;
    for (let n = 0; n < 20; n++)
      await signIn(deps, 'r', { email: `no${n}@example.org`, password }).catch(() => {});
    await Promise.all([tellSecurity(deps), tellSecurity(deps)]);
    t.equal(lines().length, before + 20);
  });

  await t.test('is shown to who may see it, by page and API', async (t) => {
    await db.updateTable('session').set({ seen_at: clock.now().toString() }).execute();
    for (const role of ['administrator', 'manager', 'auditor'] as const)
      t.equal((await app.inject({ url: '/settings/security', headers: as[role] })).statusCode, 200, role);
    t.equal((await app.inject({ url: '/settings/security', headers: as.supporter })).statusCode, 403);
    const page = await app.inject({ url: '/settings/security?alarm=true', headers: as.administrator });
    t.match(page.body, /Alarm: The role was changed: manager/);
    t.notMatch(page.body, /<td[^>]*>[^<]*<span[^>]*>What <\/span>\s*Sign-in refused/);
    const api = async (query: string) =>
      (await app.inject({ url: `/api/v1/security-events?${query}`, headers: as.administrator })).json();
    const first = await api('limit=5');
    const second = await api(`limit=5&after=${first.next}`);
    t.equal(new Set([...first.items, ...second.items].map(({ id }) => id)).size, 10);
    t.ok(
      (await api(`staffId=${ids.officer}`)).items.every(
        ({ account }: { account: { id: string } }) => account.id === ids.officer,
      ),
    );
  });

  await t.test('cannot be changed or taken out by the application', async (t) => {
    const { id } = await db.selectFrom('security_event').select('id').limit(1).executeTakeFirstOrThrow();
    await t.rejects(
      sql`update security_event set kind = 'erased' where id = ${id}`.execute(db),
      /not changed/,
    );
    await t.rejects(
      sql`update security_event set address = '' where kind = 'key_refused'`.execute(db),
      /not changed/,
    );
    await t.rejects(sql`delete from security_event where id = ${id}`.execute(db), /400 days/);
    await t.rejects(sql`truncate security_event`.execute(db), /permission denied/);
  });
});
