import t from 'tap';
import { addPasswordLink, setPassword } from '../../src/access/password-link.commands.ts';
import { releaseAccount, signIn } from '../../src/access/sign-in.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testDatabase } from '../helpers/database.ts';

const ctx = systemContext('test');
const password = 'seven green kettles';
const email = 'ana@example.org';

t.test('a stranger locks nobody out', async (t) => {
  const { deps, db, clock } = await testDatabase(t);
  const { id } = await addStaff(deps, ctx, { name: 'Ana Lima', email, role: 'officer', password });
  const from = (address: string, mark?: string) => ({ address, browser: '', mark });
  const attempt = (given: string, arrival = from('203.0.113.9')) =>
    signIn(deps, 'r', { email, password: given }, arrival).then(
      ({ mark }) => mark ?? 'in',
      (error) => error.type as string,
    );
  const later = (minutes: number) => clock.set(clock.now().add({ minutes }).toString());
  const mark = await attempt(password, from('192.0.2.1'));

  for (let tries = 0; tries < 5; tries++) t.equal(await attempt('wrong'), 'invalid');
  t.equal(await attempt(password), 'too-many-requests', 'there one waits');
  t.not(await attempt(password, from('192.0.2.2')), 'too-many-requests', 'and nowhere else');
  t.equal(
    await attempt(password, from('203.0.113.9', mark)),
    mark,
    'the owner’s own browser comes in from there as well',
  );
  t.equal(
    await attempt(password, from('203.0.113.9', 'made-up')),
    'too-many-requests',
    'a mark that nobody was given is none',
  );

  for (let network = 1; network <= 12; network++)
    for (let tries = 0; tries < 4; tries++) await attempt('wrong', from(`2001:db8:${network}::${tries}`));
  const alarms = await db.selectFrom('security_event').select('kind').where('is_alarm', '=', true).execute();
  t.strictSame(alarms, [{ kind: 'account_under_attack' }], 'somebody is told, once');
  t.equal(await attempt('wrong', from('198.51.100.1')), 'invalid', 'one try from a new place');
  t.equal(await attempt(password, from('198.51.100.1')), 'too-many-requests', 'and then a minute');
  later(2);
  t.not(await attempt(password, from('198.51.100.1')), 'too-many-requests', 'slowed, not shut out');
  t.equal(await attempt(password, from('203.0.113.200', mark)), mark);
  t.equal(await attempt('wrong', from('203.0.113.200', mark)), 'invalid');
  t.equal(
    await attempt('wrong', from('203.0.113.200', mark)),
    'invalid',
    'a known browser is not slowed by strangers',
  );

  await attempt('wrong', from('198.51.100.77'));
  t.equal(await attempt(password, from('198.51.100.77')), 'too-many-requests');
  t.strictSame(await releaseAccount(deps, ctx, id), { hadWaited: true }, 'an administrator ends it');
  t.strictSame(await releaseAccount(deps, ctx, id), { hadWaited: false });
  t.not(await attempt(password, from('198.51.100.77')), 'too-many-requests');

  for (let tries = 0; tries < 5; tries++) await attempt('wrong');
  t.equal(await attempt(password), 'too-many-requests');
  const { token } = await addPasswordLink(deps, ctx, id);
  const next = 'eleven quiet lanterns';
  await setPassword(deps, { id: 'r', from: { address: '', browser: '' } }, token!, next);
  t.not(await attempt(next), 'too-many-requests', 'and so does a new password');
});

t.test('two guesses at once from two places are counted as two', async (t) => {
  const { deps, db } = await testDatabase(t);
  await addStaff(deps, ctx, { name: 'Ana Lima', email, role: 'officer', password });
  await Promise.allSettled(
    Array.from({ length: 12 }, (_, n) =>
      signIn(deps, 'r', { email, password: 'wrong' }, { address: `192.0.2.${n % 3}`, browser: '' }),
    ),
  );
  const rows = await db.selectFrom('sign_in_throttle').select(['failures', 'origin']).execute();
  const all = rows.find(({ origin }) => origin.length === 0)!;
  t.equal(all.failures, 12);
  t.strictSame(
    rows.filter((row) => row !== all).map(({ failures }) => failures),
    [4, 4, 4],
  );
});
