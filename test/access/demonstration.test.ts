import t from 'tap';
import { accountOf, demonstrationFaults, toTry } from '../../src/access/demonstration.rules.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { staffRoles } from '../../src/access/staff.rules.ts';
import { buildApp } from '../../src/app.ts';
import { isProduction } from '../../src/config.ts';
import { run } from '../../src/main.ts';
import { systemContext } from '../../src/shared/actor.ts';
import type { Demonstration, Deps } from '../../src/shared/deps.ts';
import { testApp } from '../helpers/app.ts';
import { testDatabase } from '../helpers/database.ts';
import { signedInBrowser } from '../helpers/pages.ts';
import { visitor } from '../helpers/visitor.ts';

const ctx = systemContext('test');
const emailOf = (role: string) => `${role}@demonstration.example`;
const here = { host: 'localhost:3000' };

/** A Lendwell that runs a demonstration with one account a role. */
async function demonstrated(t: { teardown(work: () => unknown): unknown }) {
  const database = await testDatabase(t);
  const password = 'seven green kettles';
  const ids: Record<string, string> = {};
  for (const role of staffRoles) {
    const { id } = await addStaff(database.deps, ctx, {
      name: `Demo ${role}`,
      email: emailOf(role),
      role,
      password,
    });
    ids[role] = id;
  }
  const demonstration: Demonstration = {
    staff: staffRoles.map((role) => ({ role, email: emailOf(role), password })),
    links: { clinicForm: '/refer/token', patientAnswer: '/a/token' },
  };
  const deps: Deps = { ...database.deps, demonstration };
  // No second step is asked, as in the demonstration.
  await database.db.updateTable('sign_in_policy').set({ factor_roles: [] }).execute();
  const app = await buildApp(deps);
  t.teardown(() => app.close());
  return { ...database, app, ids, deps };
}

t.test('without a demonstration there is no such address, and no word of it', async (t) => {
  const { app, as } = await testApp(t);
  for (const url of ['/sign-in/demonstration', '/demonstration/put-away']) {
    const who = visitor(app);
    await who.get('/sign-in');
    t.equal((await who.send(url, { role: 'manager' })).statusCode, 404, url);
    t.equal(app.hasRoute({ method: 'POST', url }), false, url);
    const sent = await app.inject({ method: 'POST', url, headers: { ...as.officer, ...here } });
    t.equal(sent.statusCode, 404, `${url}, signed in`);
  }
  t.notMatch((await app.inject({ url: '/sign-in', headers: here })).body, /demonstration|Look as/i);
  t.notMatch((await app.inject({ url: '/', headers: as.officer })).body, /demonstration/i);
});

t.test('nothing that production could set opens it, and it opens on this machine alone', async (t) => {
  const { config } = await testDatabase(t);
  t.same(demonstrationFaults(config, false), []);
  t.same(demonstrationFaults({ ...config, PUBLIC_URL: 'http://localhost:3000' }, false), []);
  t.equal(demonstrationFaults(config, true).length, 1);
  for (const settings of [
    { PUBLIC_URL: 'https://lendwell.example.org' },
    { PUBLIC_URL: 'lendwell.example.org' },
    { HOST: '0.0.0.0' },
  ])
    t.match(
      demonstrationFaults({ ...config, ...settings }, false),
      [/on this machine alone/],
      JSON.stringify(settings),
    );
  t.equal(isProduction({ NODE_ENV: 'production' }), true);
  t.equal(isProduction({}), false);
  await t.rejects(
    run({ ...config, PUBLIC_URL: 'https://lendwell.example.org' }, ['api'], { staff: [] }),
    /on this machine alone/,
  );
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  });
  await t.rejects(run(config, ['api'], { staff: [] }), /NODE_ENV is production/);
});

t.test('one press signs in as a role, in the way in which anybody signs in', async (t) => {
  const { app, db, ids } = await demonstrated(t);
  for (const role of staffRoles) {
    const who = visitor(app);
    const page = await who.get('/sign-in');
    t.match(page.body, /This is the demonstration of Lendwell, on this computer alone/);
    t.match(page.body, '/refer/token');
    t.notMatch(page.body, /seven green kettles|demonstration\.example/, 'no way in is in the page');
    const reply = await who.send('/sign-in/demonstration', { role, next: '/account' });
    t.equal(reply.statusCode, 303, role);
    t.equal(reply.headers.location, '/', `${role} begins at their own first page`);
    t.match((await who.get('/account')).body, `Demo ${role}`);
    const noted = await db
      .selectFrom('security_event')
      .select(['kind', 'about'])
      .where('staff_id', '=', ids[role] ?? '')
      .where('kind', '<>', 'staff_added')
      .execute();
    t.same(noted, [{ kind: 'signed_in', about: 'password' }], 'the security log has it');
  }
  const officer = visitor(app);
  await officer.get('/sign-in?next=/loans%3Fdue%3Doverdue');
  const led = await officer.send('/sign-in/demonstration', { role: 'officer', next: '/loans?due=overdue' });
  t.equal(led.headers.location, '/loans?due=overdue', 'where they wanted to go');
  const supporter = visitor(app);
  await supporter.get('/sign-in');
  const kept = await supporter.send('/sign-in/demonstration', { role: 'supporter', next: '/loans' });
  t.equal(kept.headers.location, '/', 'unless the role may not');
  const away = await officer.send('/sign-in/demonstration', { role: 'officer', next: '//elsewhere.example' });
  t.notMatch(String(away.headers.location), 'elsewhere');
});

t.test('a press from elsewhere, forged or odd, signs nobody in', async (t) => {
  const { app, db, deps, ids } = await demonstrated(t);
  const sessions = async () => (await db.selectFrom('session').select('id').execute()).length;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const forged = await app.inject({
    method: 'POST',
    url: '/sign-in/demonstration',
    headers: { ...form, ...here },
    payload: 'role=manager',
  });
  t.equal(forged.statusCode, 403, 'no form token');
  const who = visitor(app);
  await who.get('/sign-in');
  for (const role of ['', 'system', 'clinic', 'constructor', 'manager,officer']) {
    const reply = await who.send('/sign-in/demonstration', { role });
    t.equal(reply.statusCode, 422, role);
  }
  t.equal((await who.send('/sign-in/demonstration')).statusCode, 422);
  // A name that was made to lead here, and a web server in front that says what it was asked for.
  const { body, cookies } = await app.inject({ url: '/sign-in', headers: { host: 'rebound.example' } });
  t.notMatch(body, /Look as/);
  const token = /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  for (const headers of [
    { host: 'rebound.example' },
    { host: 'rebound.example', 'x-forwarded-host': 'localhost' },
    { host: 'localhost.rebound.example:3000' },
  ]) {
    const reply = await app.inject({
      method: 'POST',
      url: '/sign-in/demonstration',
      headers: { ...form, cookie, ...headers },
      payload: new URLSearchParams({ _csrf: token, role: 'manager' }).toString(),
    });
    t.equal(reply.statusCode, 404, JSON.stringify(headers));
  }
  const get = await app.inject({ url: '/sign-in/demonstration?role=manager', headers: here });
  t.equal(get.statusCode, 404, 'looking at an address does nothing');
  t.equal(await sessions(), 0);

  await db
    .updateTable('staff')
    .set({ suspended_at: '2026-11-23T09:00:00Z' })
    .where('id', '=', ids.auditor!)
    .execute();
  const suspended = await who.send('/sign-in/demonstration', { role: 'auditor' });
  t.equal(suspended.statusCode, 422, 'whoever was suspended stays out');
  t.equal(await sessions(), 0);
  t.equal(accountOf({ demonstration: undefined }, 'officer'), undefined);
  t.equal(accountOf(deps, 'officer')?.email, emailOf('officer'));

  let last = 0;
  for (let press = 0; press < 25; press++)
    last = (await who.send('/sign-in/demonstration', { role: 'x' })).statusCode;
  t.equal(last, 429, 'the limit of signing in holds');
});

t.test('three things to try lead each role where it may go, and are put away for good', async (t) => {
  const { app } = await demonstrated(t);
  for (const role of staffRoles) {
    const who = visitor(app);
    await who.get('/sign-in');
    await who.send('/sign-in/demonstration', { role });
    const first = await who.get('/');
    const landing = first.statusCode === 303 ? String(first.headers.location) : '/';
    t.match((await who.get(landing)).body, /Three things to try/, role);
    for (const { href } of toTry[role]) t.equal((await who.get(href)).statusCode, 200, `${role} ${href}`);
    t.notMatch((await who.get('/help')).body, /Three things to try/, 'only where the day begins');
    await who.get(landing);
    t.equal((await who.send('/demonstration/put-away')).statusCode, 303);
    t.notMatch((await who.get(landing)).body, /Three things to try/, role);
    await who.send('/sign-out');
    await who.get('/sign-in');
    await who.send('/sign-in/demonstration', { role });
    t.notMatch((await who.get(landing)).body, /Three things to try/, `${role}, signed in again`);
  }
});

t.test('the sign-in page of the demonstration is one for everybody, with and without scripts', async (t) => {
  for (const scripts of [true, false]) {
    const { app } = await demonstrated(t);
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    const { page, look } = await signedInBrowser(t, base, {}, { scripts });
    await page.goto('/');
    await look('sign-in of the demonstration');
    await page.getByText('Sign in with an email address and a password').click();
    await page.getByLabel('Email address').waitFor();
    await look('its form');
    await page.getByRole('button', { name: 'Look as a manager' }).click();
    await page.getByRole('region', { name: 'Three things to try in this demonstration' }).waitFor();
    await look('what there is to try');
    await page.getByRole('button', { name: /^Put these away/ }).click();
    await page
      .getByRole('region', { name: 'Three things to try in this demonstration' })
      .waitFor({ state: 'detached' });
  }
});
