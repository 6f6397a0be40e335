import t from 'tap';
import { codeOf } from '../../src/access/one-time-code.ts';
import { addPasswordLink, setPassword } from '../../src/access/password-link.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { visitor } from '../helpers/visitor.ts';

const ctx = systemContext('test');
const password = 'seven green kettles';

t.test('the second step', async (t) => {
  const { app, deps, db, clock, as, ids } = await testApp(t);
  const add = (name: string, role: StaffRole) =>
    addStaff(deps, ctx, { name, email: `${name}@example.org`, role, password });
  const code = (secret: string) => codeOf(secret, clock.now().epochMilliseconds);
  const secretIn = (body: string) =>
    /class="app-code-secret">([A-Z2-7 ]+)</.exec(body)![1]!.replaceAll(' ', '');
  const codesIn = (body: string) =>
    [...body.matchAll(/<li>([a-z2-9]{5}-[a-z2-9]{5})<\/li>/g)].map(([, one]) => one!);
  const later = (minutes: number) => clock.set(clock.now().add({ minutes }).toString());
  /** Someone of a role that wants it, from the password to the recovery codes. */
  async function enrolled(name: string, role: StaffRole = 'manager') {
    const { id } = await add(name, role);
    const browser = visitor(app);
    await browser.signIn(`${name}@example.org`, password);
    const secret = secretIn((await browser.get('/sign-in/second-step')).body);
    const reply = await browser.send('/sign-in/second-step', { code: code(secret) }, ['sealed']);
    return { id, browser, secret, codes: codesIn(reply.body) };
  }

  await t.test('is set up by whoever must have one, and nothing else opens before', async (t) => {
    await add('mara', 'manager');
    const browser = visitor(app);
    const first = await browser.signIn('mara@example.org', password, '/patients');
    t.equal(first.headers.location, '/sign-in/second-step?next=%2Fpatients');
    for (const url of ['/', '/patients', '/account', '/settings/staff', '/sign-in/code', '/prove']) {
      const reply = await browser.get(url);
      t.match(reply.headers.location, /^\/sign-in\/second-step/, url);
    }
    const api = await browser.get('/api/v1/patients');
    t.equal(api.statusCode, 401);
    t.notMatch((await browser.get('/no-such-page')).body, /Menu|Sign out/, 'and no page has the menu');

    const page = await browser.get('/sign-in/second-step?next=%2Fpatients');
    t.match(page.body, /data:image\/svg\+xml;base64,/);
    const secret = secretIn(page.body);
    const wrong = await browser.send('/sign-in/second-step', { code: '000000', next: '/patients' }, [
      'sealed',
    ]);
    t.equal(wrong.statusCode, 422);
    t.match(wrong.body, /The code does not match/);
    t.equal(secretIn(wrong.body), secret, 'the app that scanned it already stays right');
    const right = await browser.send(
      '/sign-in/second-step',
      { code: ` ${code(secret).slice(0, 3)} ${code(secret).slice(3)} `, next: '/patients' },
      ['sealed'],
    );
    t.equal(right.statusCode, 201);
    t.equal(codesIn(right.body).length, 10);
    t.match(right.body, /href="\/patients"/);
    t.equal((await browser.get('/patients')).statusCode, 200);
    const kept = JSON.stringify([
      await db.selectFrom('factor').selectAll().execute(),
      await db.selectFrom('recovery_code').selectAll().execute(),
    ]);
    t.notMatch(
      kept,
      new RegExp(`${secret}|${codesIn(right.body)[0]}`),
      'neither secret nor codes are kept as they are',
    );
  });

  await t.test('is asked for at each sign-in; a code counts once', async (t) => {
    const { secret } = await enrolled('nina');
    const browser = visitor(app);
    later(1);
    const first = await browser.signIn('nina@example.org', password, '/loans');
    t.equal(first.headers.location, '/sign-in/code?next=%2Floans');
    t.match((await browser.get('/loans')).headers.location, /^\/sign-in\/code/);
    await browser.get('/sign-in/code?next=%2Floans');
    t.match(
      (await browser.send('/sign-in/code', { code: '123456' }, ['next'])).body,
      /does not match, or was used before/,
    );
    const now = code(secret);
    const half = [...browser.cookies].find(([name]) => name.endsWith('session'))![1];
    const right = await browser.send('/sign-in/code', { code: now }, ['next']);
    t.equal(right.headers.location, '/loans');
    t.not(
      [...browser.cookies].find(([name]) => name.endsWith('session'))![1],
      half,
      'the session has another token',
    );
    t.equal((await browser.get('/loans')).statusCode, 200);

    const other = visitor(app);
    await other.signIn('nina@example.org', password);
    await other.get('/sign-in/code');
    t.match((await other.send('/sign-in/code', { code: now })).body, /used before/, 'the same code again');
    const before = codeOf(secret, clock.now().subtract({ seconds: 30 }).epochMilliseconds);
    t.match((await other.send('/sign-in/code', { code: before })).body, /used before/, 'and one before it');
    later(1);
    const two = await Promise.all(
      [visitor(app), visitor(app)].map(async (one) => {
        await one.signIn('nina@example.org', password);
        await one.get('/sign-in/code');
        return (await one.send('/sign-in/code', { code: code(secret) })).statusCode;
      }),
    );
    t.strictSame(two.sort(), [303, 422], 'of two at once one comes in');
  });

  await t.test('recovery codes let in once each', async (t) => {
    const { codes } = await enrolled('olga');
    const enter = async (typed: string) => {
      const browser = visitor(app);
      await browser.signIn('olga@example.org', password);
      await browser.get('/sign-in/code');
      return browser.send('/sign-in/code', { code: typed });
    };
    t.equal((await enter(codes[0]!.toUpperCase().replace('-', ' '))).statusCode, 303, 'however it is typed');
    t.equal((await enter(codes[0]!)).statusCode, 422);
    const both = await Promise.all([enter(codes[1]!), enter(codes[1]!)]);
    t.strictSame(both.map(({ statusCode }) => statusCode).sort(), [303, 422]);
    const { codes: others } = await enrolled('pia');
    t.equal((await enter(others[0]!)).statusCode, 422, 'another’s does not count');
  });

  await t.test('codes are guessed a few times and then wait', async (t) => {
    const { secret } = await enrolled('rosa');
    later(1);
    const browser = visitor(app);
    await browser.signIn('rosa@example.org', password);
    await browser.get('/sign-in/code');
    for (let tries = 0; tries < 5; tries++)
      t.equal((await browser.send('/sign-in/code', { code: '000000' })).statusCode, 422);
    const waits = await browser.send('/sign-in/code', { code: code(secret) });
    t.equal(waits.statusCode, 429);
    t.match(waits.body, /Wait 1 minute/);
    later(2);
    await browser.signIn('rosa@example.org', password);
    await browser.get('/sign-in/code');
    t.equal((await browser.send('/sign-in/code', { code: code(secret) })).statusCode, 303);
  });

  await t.test('a link to set a password does not go round it', async (t) => {
    const { id, secret } = await enrolled('sara');
    const { token } = await addPasswordLink(deps, ctx, id);
    const whence = { id: 'r', from: { address: '', browser: '' } };
    await setPassword(deps, whence, token!, 'eleven quiet lanterns');
    const browser = visitor(app);
    const reply = await browser.signIn('sara@example.org', 'eleven quiet lanterns');
    t.match(reply.headers.location, /^\/sign-in\/code/);
    later(1);
    await browser.get('/sign-in/code');
    t.equal((await browser.send('/sign-in/code', { code: code(secret) })).statusCode, 303);
  });

  await t.test('is reset by someone else, who says so to nobody’s surprise', async (t) => {
    const { id, browser } = await enrolled('tess', 'administrator');
    const reset = (headers: Record<string, string>, whose: string) =>
      app.inject({ method: 'POST', url: `/api/v1/staff/${whose}/factor-resets`, headers });
    t.equal((await reset(as.officer, id)).statusCode, 403);
    t.equal((await reset(as.manager, ids.officer)).statusCode, 409, 'who has none');
    t.equal((await reset(as.manager, ids.manager)).statusCode, 403, 'one’s own');
    t.equal(
      (await reset(as.manager, id)).json().type,
      '/problems/second-person-required',
      'an administrator’s',
    );
    const { items } = (await app.inject({ url: '/api/v1/second-person', headers: as.administrator })).json();
    await app.inject({
      method: 'POST',
      url: `/api/v1/second-person/${items[0].id}/decisions`,
      headers: as.administrator,
      payload: { agreed: true },
    });
    const done = await reset(as.manager, id);
    t.equal(done.statusCode, 201);
    t.strictSame(done.json().secondSteps, []);
    t.match((await browser.get('/')).headers.location, /^\/sign-in/, 'they are signed out');
    t.match((await browser.signIn('tess@example.org', password)).headers.location, /second-step/);
    const noted = await db
      .selectFrom('security_event')
      .select(['is_alarm', 'staff_id'])
      .where('kind', '=', 'factors_reset')
      .execute();
    t.strictSame(noted, [{ is_alarm: true, staff_id: id }]);
  });

  await t.test('of one’s own is looked after under Your account', async (t) => {
    const { browser, secret } = await enrolled('uma');
    const { id } = await db
      .selectFrom('factor')
      .innerJoin('staff', 'staff.id', 'factor.staff_id')
      .select('factor.id')
      .where('staff.name', '=', 'uma')
      .executeTakeFirstOrThrow();
    await browser.get('/account');
    const last = await browser.send(`/account/factors/${id}/removals`);
    t.equal(last.statusCode, 409);
    t.match(last.body, /Your role needs a second step/);
    const codes = await browser.send('/account/recovery-codes');
    t.equal(codesIn(codes.body).length, 10);
    const page = await browser.get('/account/code');
    const second = secretIn(page.body);
    t.not(second, secret);
    t.equal((await browser.send('/account/code', { code: code(second) }, ['sealed'])).statusCode, 201);
    later(1);
    const again = visitor(app);
    await again.signIn('uma@example.org', password);
    await again.get('/sign-in/code');
    t.equal(
      (await again.send('/sign-in/code', { code: code(secret) })).statusCode,
      422,
      'the phone before is out',
    );
    t.equal((await again.send('/sign-in/code', { code: code(second) })).statusCode, 303);

    const { id: officerId } = await add('vera', 'officer');
    const officer = visitor(app);
    t.equal(
      (await officer.signIn('vera@example.org', password)).headers.location,
      '/',
      'who need not have one goes in',
    );
    const own = secretIn((await officer.get('/account/code')).body);
    t.equal((await officer.send('/account/code', { code: code(own) }, ['sealed'])).statusCode, 201);
    const theirs = await db
      .selectFrom('factor')
      .select('id')
      .where('staff_id', '=', officerId)
      .executeTakeFirstOrThrow();
    t.equal((await browser.send(`/account/factors/${theirs.id}/removals`)).statusCode, 404, 'not another’s');
    await officer.get('/account');
    t.equal((await officer.send(`/account/factors/${theirs.id}/removals`)).statusCode, 303);
    t.equal((await officer.signIn('vera@example.org', password)).headers.location, '/');
  });

  await t.test('another’s picture does not count, nor an old one', async (t) => {
    const one = visitor(app);
    await add('wanda', 'manager');
    await add('xenia', 'manager');
    await one.signIn('wanda@example.org', password);
    const secret = secretIn((await one.get('/sign-in/second-step')).body);
    const sealed = one.hidden('sealed');
    const two = visitor(app);
    await two.signIn('xenia@example.org', password);
    await two.get('/sign-in/second-step');
    t.match(
      (await two.send('/sign-in/second-step', { sealed, code: code(secret) })).body,
      /picture is too old/,
    );
    later(14);
    await one.signIn('wanda@example.org', password);
    await one.get('/sign-in/second-step');
    later(17);
    await one.signIn('wanda@example.org', password);
    await one.get('/sign-in/second-step');
    t.match(
      (await one.send('/sign-in/second-step', { sealed, code: code(secret) })).body,
      /picture is too old/,
    );
  });
});
