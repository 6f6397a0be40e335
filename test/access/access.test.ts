import t from 'tap';
import { findKeyOwner, findSession } from '../../src/access/access.queries.ts';
import { localPath } from '../../src/access/access.rules.ts';
import { addApiClient, addApiKey, revokeApiKey } from '../../src/access/client.commands.ts';
import { hashPassword, isPassword } from '../../src/access/password.ts';
import { openSession, revokeSessions, signOut } from '../../src/access/session.commands.ts';
import { signIn } from '../../src/access/sign-in.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { waitAfter, waitInWords } from '../../src/access/throttle.rules.ts';
import { keyedHash } from '../../src/access/tokens.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { workIn } from '../../src/shared/work.ts';
import { testDatabase } from '../helpers/database.ts';
import { refusal } from '../helpers/refusal.ts';

const ctx = systemContext('test');
const password = 'seven green kettles';

t.test('a password is kept as argon2id with its cost, and only the same one matches', async (t) => {
  const stored = await hashPassword(password);
  t.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  t.not(await hashPassword(password), stored, 'each has its own salt');
  t.equal(await isPassword(password, stored), true);
  t.equal(await isPassword('seven green kettle', stored), false);
  t.equal(await isPassword(password, null), false);
  t.equal(await isPassword('ﬁve', await hashPassword('five')), true, 'however its characters are composed');
  const many = await Promise.all(Array.from({ length: 7 }, () => isPassword(password, stored)));
  t.ok(many.every(Boolean), 'more at once than are hashed at once');
});

t.test('an account waits one minute after five wrong passwords, doubling to thirty', async (t) => {
  const waits = [0, 4, 5, 6, 7, 8, 9, 10, 11, 5000].map((failures) => waitAfter(failures));
  t.strictSame(waits, [0, 0, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
  t.strictSame([1, 60, 61, 1800].map(waitInWords), ['1 minute', '1 minute', '2 minutes', '30 minutes']);
});

t.test('after signing in one lands on a path of this site and nowhere else', async (t) => {
  for (const own of ['/', '/devices', '/devices?status=ready&kind=sim', '/loans/1#x'])
    t.equal(localPath(own), own.split('#')[0]);
  for (const other of [
    undefined,
    7,
    '',
    'devices',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'javascript:alert(1)',
    '/sign-in',
    '/sign-out?x=1',
    'http://[',
  ]) {
    t.equal(localPath(other), '/', String(other));
  }
});

t.test('signing in', async (t) => {
  const { deps, clock, db } = await testDatabase(t);
  const ana = await addStaff(deps, ctx, {
    name: 'Ana Lima',
    email: ' Ana@example.com ',
    role: 'officer',
    password,
  });
  await addStaff(deps, ctx, { name: 'No Password', email: 'sso@example.com', role: 'officer' });
  const start = '2026-11-23T09:30:00Z';
  const sign = (email: string, given: string) => signIn(deps, 'test', { email, password: given });
  const sessionOf = (token: string) => findSession(deps, keyedHash(deps.key, 'session', token));

  t.match(
    await refusal(
      addStaff(deps, ctx, { name: 'A', email: 'a@example.com', role: 'officer', password: 'short' }),
    ),
    { type: 'invalid' },
  );
  t.match(await refusal(addStaff(deps, ctx, { name: 'Ana', email: 'ANA@example.com', role: 'officer' })), {
    constraint: 'staff_email',
  });

  const { token } = await sign('ana@EXAMPLE.com', password);
  t.match(await sessionOf(token), { staffId: ana.id, name: 'Ana Lima', role: 'officer', stale: false });
  const kept = await db.selectFrom('session').selectAll().execute();
  t.notOk(JSON.stringify(kept).includes(token), 'the token itself is not kept');

  t.comment('wrong ones, and how long they wait');
  const refusals: string[] = [];
  for (const email of ['ana@example.com', 'nobody@example.com', 'sso@example.com']) {
    for (let tries = 0; tries < 5; tries++) {
      const refused = await sign(email, 'wrong').catch((error) => error);
      t.match(refused, { type: 'invalid', status: 422 });
      refusals.push(JSON.stringify(refused.errors));
    }
    const waiting = await sign(email, password).catch((error) => error);
    t.match(waiting, { type: 'too-many-requests', detail: /Wait 1 minute,/ });
    refusals.push(`then ${waiting.detail}`);
  }
  t.equal(new Set(refusals).size, 2, 'the same words whether anyone has the address or not');
  clock.set('2026-11-23T09:31:01Z');
  t.match(await refusal(sign('ana@example.com', 'wrong')), { type: 'invalid' });
  t.match(await refusal(sign('ana@example.com', password)), { detail: /Wait 2 minutes,/ });
  clock.set('2026-11-23T09:33:02Z');
  t.ok((await sign('ana@example.com', password)).token, 'after the wait the right one opens');
  t.ok((await sign('ana@example.com', password)).token, 'and the wrong ones are forgotten');
  clock.set('2026-11-25T09:30:00Z');
  t.match(
    await refusal(sign('nobody@example.com', 'wrong')),
    { type: 'invalid' },
    'and so they are after a day',
  );

  t.comment('twenty guesses at once get no more tries than one after another');
  clock.set(start);
  const guesses = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      sign('crowd@example.com', `guess ${n}`).catch((error) => error.type),
    ),
  );
  t.equal(guesses.filter((type) => type === 'invalid').length, 5);
  t.equal(guesses.filter((type) => type === 'too-many-requests').length, 15);

  const log = JSON.stringify(
    await db.selectFrom('event').selectAll().where('actor_type', '=', 'system').execute(),
  );
  t.match(log, /staff.added/);
  t.match(log, /staff.sign_in_refused/);
  t.notMatch(log, /@example.com|kettles/, 'no address and no password in the log');
});

t.test('a session ends', async (t) => {
  const { deps, clock, db } = await testDatabase(t);
  const { id } = await addStaff(deps, ctx, { name: 'Ana Lima', email: 'ana@example.com', role: 'officer' });
  const open = async () => {
    const token = await db.transaction().execute((trx) => openSession(workIn(trx, deps, ctx), id));
    return keyedHash(deps.key, 'session', token);
  };
  const [idle, out, revoked, suspended] = await Promise.all([open(), open(), open(), open()]);
  const lives = async (hash: Buffer) => (await findSession(deps, hash)) !== undefined;

  clock.set('2026-11-23T09:44:59Z');
  t.ok(await lives(idle!), 'not before it has idled');
  clock.set('2026-11-23T09:45:00Z');
  t.notOk(await lives(idle!), 'after 15 idle minutes');
  clock.set('2026-11-23T09:30:30Z');

  await signOut(deps, ctx, { tokenHash: out!, staffId: id });
  t.notOk(await lives(out!), 'by signing out');
  t.ok(await lives(revoked!), 'which leaves the others');
  t.match(await revokeSessions(deps, ctx, id), { count: 3 });
  t.notOk(await lives(revoked!), 'by being revoked');

  await db.updateTable('session').set({ revoked_at: null }).where('token_hash', '=', suspended!).execute();
  t.ok(await lives(suspended!));
  await db.updateTable('staff').set({ suspended_at: '2026-11-23T09:00:00Z' }).execute();
  t.notOk(await lives(suspended!), 'when its person is suspended');
  await db.updateTable('staff').set({ suspended_at: null }).execute();
  await db
    .updateTable('session')
    .set({ seen_at: '2026-11-23T21:29:00Z' })
    .where('token_hash', '=', suspended!)
    .execute();
  clock.set('2026-11-23T21:29:59Z');
  t.ok(await lives(suspended!));
  clock.set('2026-11-23T21:30:00Z');
  t.notOk(await lives(suspended!), 'after 12 hours, however busy');
});

t.test('API keys', async (t) => {
  const { deps, db } = await testDatabase(t);
  const client = await addApiClient(deps, ctx, {
    name: 'Stock robot',
    role: 'integration',
    ratePerMinute: 5,
  });
  const once = { caller: 'staff:x', key: 'k', fingerprint: 'f', waits: false };
  const first = await addApiKey(deps, { ...ctx, once }, client.id);
  const owner = (key: string) => findKeyOwner(deps, keyedHash(deps.key, 'api-key', key));
  t.match(first.key, /^lw_[\w-]{43}$/);
  t.match(await owner(first.key), {
    clientId: client.id,
    role: 'integration',
    ratePerMinute: 5,
    organisationId: null,
  });
  t.equal(await owner(`${first.key}x`), undefined);
  t.strictSame(
    await db.selectFrom('idempotency_key').selectAll().execute(),
    [],
    'no reply with a key in it is kept',
  );

  const second = await addApiKey(deps, ctx, client.id);
  t.ok(await owner(first.key), 'two are valid while one changes over');
  t.match(await refusal(addApiKey(deps, ctx, client.id)), { type: 'conflict' });
  await revokeApiKey(deps, ctx, first.id);
  t.equal(await owner(first.key), undefined, 'a revoked one is not');
  t.equal((await revokeApiKey(deps, ctx, first.id)).id, first.id, 'revoked twice is revoked');
  t.match(await refusal(revokeApiKey(deps, ctx, client.id)), { type: 'not-found' });
  t.match(await refusal(addApiKey(deps, ctx, first.id)), { type: 'not-found' });
  await db.updateTable('api_client').set({ disabled_at: '2026-11-23T09:30:00Z' }).execute();
  t.equal(await owner(second.key), undefined, 'nor any of a disabled client');
  t.match(await refusal(addApiClient(deps, ctx, { name: 'No clinic', role: 'clinic' })), {
    errors: [{ pointer: '/clinicId' }],
  });
});
