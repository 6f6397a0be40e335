import t from 'tap';
import { addApiClient, addApiKey } from '../../src/access/client.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { getStaff } from '../../src/access/staff.queries.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { etagOf } from '../../src/shared/etag.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';

const ctx = systemContext('test');

t.test('nobody hands out more than they hold', async (t) => {
  const { app, deps, db, as, clock, clinicId } = await testApp(t);
  const post = (who: Record<string, string>, path: string, payload?: object) =>
    app.inject({ method: 'POST', url: `/api/v1${path}`, headers: who, ...(payload && { payload }) });

  await t.test('a key that reads patients wants someone who may', async (t) => {
    const officerKey = { name: 'Office scripts', role: 'officer' };
    const refused = await post(as.administrator, '/api-clients', officerKey);
    t.equal(refused.statusCode, 403);
    t.match(refused.json().detail, /Ask a manager/);
    const made = await post(as.manager, '/api-clients', officerKey);
    t.equal(made.statusCode, 201);
    t.equal((await post(as.administrator, `/api-clients/${made.json().id}/keys`)).statusCode, 403);
    t.equal((await post(as.manager, `/api-clients/${made.json().id}/keys`)).statusCode, 201);
    t.equal(
      (await post(as.administrator, '/api-clients', { name: 'Robot', role: 'integration' })).statusCode,
      201,
    );
    t.equal(
      (await post(as.administrator, '/api-clients', { name: 'Records', role: 'clinic', clinicId }))
        .statusCode,
      201,
    );
  });

  await t.test('keys have an end, less than their role, and networks', async (t) => {
    const { id } = await addApiClient(deps, ctx, { name: 'Small', role: 'officer' });
    const call = (key: string, remoteAddress = '192.0.2.9', method: 'GET' | 'POST' = 'GET') =>
      app.inject({
        method,
        url: method === 'GET' ? '/api/v1/devices' : '/api/v1/donations',
        remoteAddress,
        headers: { authorization: `Bearer ${key}` },
        ...(method === 'POST' && { payload: {} }),
      });
    const { key, expiresAt } = await addApiKey(deps, ctx, id, {
      days: 30,
      readOnly: true,
      addresses: ['192.0.2.0/24', '2001:db8::7'],
    });
    t.equal(expiresAt, clock.now().add({ hours: 720 }).toString());
    t.equal((await call(key)).statusCode, 200);
    t.equal((await call(key, '2001:db8::7')).statusCode, 200);
    t.equal((await call(key, '192.0.3.9')).statusCode, 401, 'from elsewhere it is none');
    t.equal((await call(key, '192.0.2.9', 'POST')).statusCode, 403, 'it only reads');
    const seen = await db
      .selectFrom('api_key')
      .select(['last_address', 'seen_addresses'])
      .where('client_id', '=', id)
      .executeTakeFirstOrThrow();
    t.strictSame(seen, { last_address: '2001:db8::', seen_addresses: ['192.0.2.9', '2001:db8::'] });
    const told = await db
      .selectFrom('security_event')
      .select('address')
      .where('kind', '=', 'key_from_elsewhere')
      .where('client_id', '=', id)
      .execute();
    t.strictSame(told, [{ address: '2001:db8::7' }], 'a new address is told, the first is none');
    const before = clock.now();
    clock.set(before.add({ hours: 721 }).toString());
    t.equal((await call(key)).statusCode, 401, 'after its end it is none');
    clock.set(before.toString());
    for (const [wrong, pointer] of [
      [{ days: 0 }, '/days'],
      [{ days: 731 }, '/days'],
      [{ addresses: ['10.0.0.0/33'] }, '/addresses/0'],
      [{ addresses: ['192.0.2.1', 'the office'] }, '/addresses/1'],
    ] as const) {
      const refused = await post(as.manager, `/api-clients/${id}/keys`, wrong);
      t.equal(refused.statusCode, 422);
      t.equal(refused.json().errors[0].pointer, pointer);
    }
  });

  await t.test('a manager’s role or link wants a second person, once each', async (t) => {
    const { id } = await addStaff(deps, ctx, { name: 'Mara', email: 'mara@example.org', role: 'officer' });
    const { changedAt } = await getStaff(deps, db, id);
    const raise = () =>
      app.inject({
        method: 'PATCH',
        url: `/api/v1/staff/${id}`,
        headers: { ...as.administrator, 'if-match': etagOf(id, changedAt) },
        payload: { role: 'manager' },
      });
    const asked = await raise();
    t.equal(asked.statusCode, 409);
    t.equal(asked.json().type, '/problems/second-person-required');
    t.equal((await raise()).statusCode, 409, 'asking twice is asking once');
    const waiting = async () =>
      (await app.inject({ url: '/api/v1/second-person', headers: as.manager })).json().items;
    const [wish, ...others] = await waiting();
    t.match(wish, { kind: 'role', about: 'manager', account: { name: 'Mara' }, agreedBy: null });
    t.equal(others.length, 0);
    const decide = (who: Record<string, string>, agreed = true) =>
      post(who, `/second-person/${wish.id}/decisions`, { agreed });
    t.equal((await decide(as.administrator)).statusCode, 403, 'not whoever asked');
    t.equal((await decide(as.officer)).statusCode, 403);
    const both = await Promise.all([decide(as.manager), decide(as.manager, false)]);
    t.equal(both.filter(({ statusCode }) => statusCode === 201).length, 1, 'decided once');
    await db.updateTable('second_person').set({ agreed: true }).execute();
    const done = await Promise.all([raise(), raise()]);
    t.ok(done.some(({ statusCode }) => statusCode === 200));
    t.equal((await getStaff(deps, db, id)).role, 'manager');
    t.strictSame(await waiting(), []);

    const link = () => post(as.administrator, `/staff/${id}/password-links`);
    t.equal((await link()).statusCode, 409);
    const [next] = await waiting();
    t.equal(next.kind, 'password_link');
    t.equal(
      (await post(as.manager, `/second-person/${next.id}/decisions`, { agreed: true })).statusCode,
      201,
    );
    const start = clock.now();
    clock.set(start.add({ hours: 25 }).toString());
    await db
      .updateTable('session')
      .set({ seen_at: clock.now().toString(), expires_at: '2100-01-01T00:00:00Z' })
      .execute();
    t.equal((await link()).statusCode, 409, 'after a day it is too late');
    const [again] = await waiting();
    t.equal(
      (await post(as.manager, `/second-person/${again.id}/decisions`, { agreed: false })).statusCode,
      201,
    );
    t.equal((await link()).statusCode, 409, 'what was refused is not done');
    const [third] = await waiting();
    await post(as.manager, `/second-person/${third.id}/decisions`, { agreed: true });
    t.equal((await link()).statusCode, 201);
    t.equal((await link()).statusCode, 409, 'it counts once');
    const page = await app.inject({ url: '/settings/second-person', headers: as.manager });
    t.match(page.body, /wants to make a link that sets the password of\s+<a href="[^"]+">Mara/);
  });

  await t.test('where there has been nobody else for a week, one is enough', async (t) => {
    const suspend = (hoursAgo: number) =>
      db
        .updateTable('staff')
        .set({ suspended_at: clock.now().subtract({ hours: hoursAgo }).toString() })
        .where('role', '=', 'manager')
        .where('email', '<>', 'first@example.org')
        .execute();
    await suspend(7 * 24 - 1);
    const { id } = await addStaff(deps, ctx, { name: 'First', email: 'first@example.org', role: 'manager' });
    t.equal((await post(as.administrator, `/staff/${id}/password-links`)).statusCode, 409);
    await suspend(7 * 24 + 1);
    t.equal((await post(as.administrator, `/staff/${id}/password-links`)).statusCode, 201);
    await db.updateTable('staff').set({ suspended_at: null }).execute();
  });

  await t.test('erasing someone wants two where the setting says so', async (t) => {
    const referral = await factories(deps).referral();
    const { id } = (await app.inject({ url: `/api/v1/referrals/${referral.id}`, headers: as.manager })).json()
      .patient;
    await app.inject({
      method: 'POST',
      url: `/api/v1/referrals/${referral.id}/decisions`,
      headers: as.manager,
      payload: { decision: 'decline', reason: 'Has one' },
    });
    await addStaff(deps, ctx, {
      name: 'Other',
      email: 'other@example.org',
      role: 'manager',
      password: 'seven green kettles',
    });
    const erase = (who: Record<string, string>) =>
      post(who, `/patients/${id}/erasures`, {
        askedBy: 'patient',
        askedOn: '2026-11-20',
        identityCheck: 'Seen in person',
        reason: 'They asked',
      });
    await db.updateTable('sign_in_policy').set({ erasure_by_two: true }).execute();
    const asked = await erase(as.manager);
    t.equal(asked.json().type, '/problems/second-person-required', asked.body);
    const forAdministrator = (
      await app.inject({ url: '/api/v1/second-person', headers: as.administrator })
    ).json().items;
    t.notOk(
      forAdministrator.some(({ kind }: { kind: string }) => kind === 'erasure'),
      'no administrator decides that',
    );
    await db.updateTable('sign_in_policy').set({ erasure_by_two: false }).execute();
    const done = await erase(as.manager);
    t.equal(done.statusCode, 201, done.body);
  });
});
