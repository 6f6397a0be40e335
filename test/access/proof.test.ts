import t from 'tap';
import { codeOf } from '../../src/access/one-time-code.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { visitor } from '../helpers/visitor.ts';

const ctx = systemContext('test');
const password = 'seven green kettles';

t.test('what reaches far wants to know again who is there; sessions are their owner’s', async (t) => {
  const { app, deps, db, clock, ids } = await testApp(t);
  await db.updateTable('sign_in_policy').set({ factor_roles: [] }).execute();
  const later = (minutes: number) => clock.set(clock.now().add({ minutes }).toString());
  const add = (name: string, role: StaffRole) =>
    addStaff(deps, ctx, { name, email: `${name}@example.org`, role, password });
  const signedIn = async (name: string, role: StaffRole) => {
    await add(name, role);
    const browser = visitor(app);
    t.equal((await browser.signIn(`${name}@example.org`, password)).statusCode, 303);
    return browser;
  };

  await t.test('within five minutes nobody is asked; after that a page leads to it and back', async (t) => {
    const browser = await signedIn('ada', 'administrator');
    t.equal((await browser.get('/settings/staff/new')).statusCode, 200);
    later(6);
    await browser.get('/settings/staff/new');
    const person = { name: 'Ruth Zimmer', email: 'ruth@example.org', role: 'officer' };
    const asked = await browser.send('/settings/staff/new', person);
    t.equal(asked.statusCode, 403);
    t.match(asked.body, /Show again who you are/);
    t.match(asked.body, /What you typed is not saved yet, but it is kept/);
    const wrong = await browser.send('/prove', { password: 'not this one' }, ['next', 'kept']);
    t.equal(wrong.statusCode, 422);
    t.match(wrong.body, /not your present password/);
    const right = await browser.send('/prove', { password }, ['next', 'kept']);
    t.match(right.body, /name="name" value="Ruth Zimmer"/, 'what was typed is there to send');
    t.equal((await browser.send('/settings/staff/new', person)).statusCode, 303);
    t.equal((await browser.get('/prove?next=%2Fsettings%2Fstaff')).headers.location, '/settings/staff');
  });

  await t.test('the API says so, and a key is not asked', async (t) => {
    const browser = await signedIn('berta', 'administrator');
    later(6);
    await browser.get('/account');
    const token = browser.hidden('_csrf');
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const refused = await app.inject({
      method: 'POST',
      url: `/api/v1/staff/${ids.officer}/password-links`,
      headers: { cookie, 'x-csrf-token': token },
    });
    t.equal(refused.statusCode, 403);
    t.equal(refused.json().type, '/problems/proof-required');
  });

  await t.test('with a second step it is the code, and no password will do', async (t) => {
    const browser = await signedIn('clara', 'administrator');
    const page = await browser.get('/account/code');
    const secret = /class="app-code-secret">([A-Z2-7 ]+)</.exec(page.body)![1]!.replaceAll(' ', '');
    const code = () => codeOf(secret, clock.now().epochMilliseconds);
    await browser.send('/account/code', { code: code() }, ['sealed']);
    later(6);
    t.equal((await browser.get('/account/code')).headers.location, '/prove?next=%2Faccount%2Fcode');
    await browser.get('/prove?next=%2Faccount%2Fcode');
    t.equal((await browser.send('/prove', { password }, ['next'])).statusCode, 422);
    t.equal((await browser.send('/prove', { code: code() }, ['next'])).headers.location, '/account/code');
  });

  await t.test('one’s own password is changed with the present one', async (t) => {
    const browser = await signedIn('dora', 'officer');
    const other = visitor(app);
    await other.signIn('dora@example.org', password);
    await browser.get('/account/password');
    const change = (current: string, next: string) =>
      browser.send('/account/password', { current, password: next });
    t.match((await change('wrong', 'eleven quiet lanterns')).body, /not your present password/);
    for (const [easy, why] of [
      ['password1234', /people try first/],
      ['aaaaaaaaaaaa', /repeats itself/],
      ['abcdefghijkl', /in the order/],
      ['123456789012', /people try first|in the order/],
      ['lendwelllendwell', /words of the scheme/],
      ['Test-scheme-2026', /words of the scheme/],
      ['dora@example.org', /your name, your address/],
      ['seven green kettles', /not the present one/],
      ['short', /at least 12 characters/],
    ] as const) {
      const refused = await change(password, easy);
      t.equal(refused.statusCode, 422, easy);
      t.match(refused.body, why);
    }
    t.equal((await change(password, 'eleven quiet lanterns')).statusCode, 303);
    t.equal((await browser.get('/')).statusCode, 200, 'it goes on here');
    t.match((await other.get('/')).headers.location, /sign-in/, 'and ends elsewhere');
    t.equal((await visitor(app).signIn('dora@example.org', password)).statusCode, 422);
  });

  await t.test('sessions are listed, ended, replaced and not without number', async (t) => {
    const browser = await signedIn('emil', 'officer');
    const phone = visitor(app, { agent: 'Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1' });
    await phone.signIn('emil@example.org', password);
    const account = await browser.get('/account');
    t.match(account.body, /Firefox on Windows<\/strong> \(this one\)/);
    t.match(account.body, /Safari on iPhone/);
    t.match(account.body, /198\.51\.100\.\d+, since/);
    t.match(account.body, /with a browser that was not known/, 'the sign-in from elsewhere is told');
    const [, id] = /\/account\/sessions\/([0-9a-f-]+)\/ends/.exec(account.body)!;
    t.equal((await browser.send(`/account/sessions/${id}/ends`)).statusCode, 303);
    t.match((await phone.get('/')).headers.location, /sign-in/);

    const before = browser.cookies.get('lendwell-session')!;
    await browser.signIn('emil@example.org', password);
    const old = visitor(app);
    old.cookies.set('lendwell-session', before);
    t.match((await old.get('/')).headers.location, /sign-in/, 'signing in again ends the one before');

    const many = [];
    for (let n = 0; n < 5; n++) {
      later(1);
      const one = visitor(app);
      await one.signIn('emil@example.org', password);
      many.push(one);
    }
    t.match((await browser.get('/')).headers.location, /sign-in/, 'the one seen longest ago gives way');
    t.equal((await many[0]!.get('/')).statusCode, 200);
    await many[0]!.get('/account');
    later(2);
    t.match((await many[0]!.send('/account/session-ends')).headers.location, /^\/prove/);
    t.equal((await many[4]!.get('/')).statusCode, 200, 'who is there has to be shown first');
    await many[0]!.get('/prove?next=%2Faccount');
    t.equal((await many[0]!.send('/prove', { password }, ['next'])).headers.location, '/account');
    await many[0]!.get('/account');
    t.equal((await many[0]!.send('/account/session-ends')).statusCode, 303);
    t.match((await many[4]!.get('/')).headers.location, /sign-in/);
    await many[0]!.get('/account');
    const out = await many[0]!.send('/sign-out');
    t.equal(out.headers['clear-site-data'], '"cache", "storage"');
    t.match((await many[0]!.get('/')).headers.location, /sign-in/);
  });

  await t.test('nobody ends another’s session', async (t) => {
    const one = await signedIn('fred', 'officer');
    const two = await signedIn('gina', 'officer');
    const { id } = await db
      .selectFrom('session')
      .innerJoin('staff', 'staff.id', 'session.staff_id')
      .select('session.id')
      .where('staff.name', '=', 'fred')
      .executeTakeFirstOrThrow();
    await two.get('/account');
    await two.send(`/account/sessions/${id}/ends`);
    t.equal((await one.get('/')).statusCode, 200);
  });
});
