import t from 'tap';
import { addPasswordLink } from '../../src/access/password-link.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { tellSecurity } from '../../src/office/security/telling.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { fixedClock } from '../../src/shared/clock.ts';
import { testApp } from '../helpers/app.ts';
import { forms } from '../helpers/pages.ts';
import { leftTo, providerStub, signOn, stubSettings } from '../helpers/provider-stub.ts';
import { receiver } from '../helpers/receiver.ts';
import { linked, notes } from '../helpers/sign-on.ts';
import { visitor } from '../helpers/visitor.ts';

const ctx = systemContext('test');
const password = 'seven green kettles';

t.test('whoever has no account asks to be let in', async (t) => {
  const stub = await providerStub(t);
  const { app, deps, db, as } = await testApp(t, { ...stubSettings(stub), OIDC_FIRST_SIGN_IN: 'ask' });
  const office = forms(app, as.administrator);
  const asking = (name: string, email = `${name}@example.org`) =>
    signOn(visitor(app), stub, { sub: `s-${name}`, name, email });
  const proposals = () => db.selectFrom('proposed_account').selectAll().orderBy('name').execute();

  await t.test('and opens nothing before somebody did', async (t) => {
    t.match((await asking('Nora')).body, /An administrator has been asked to let you in/);
    t.match((await asking('Nora')).body, /An administrator has been asked/, 'twice is once');
    t.match(await proposals(), [{ name: 'Nora', email: 'Nora@example.org', role: null }]);
    t.equal((await notes(deps, 'account_proposed')).length, 1);
    t.match((await office.get('/settings/staff')).body, /Who asks to be let in/);
    t.notMatch((await forms(app, as.manager).get('/settings/staff')).body, /Who asks to be let in/);
  });

  await t.test('with a new account', async (t) => {
    const { id } = (await proposals())[0]!;
    const page = `/settings/staff/proposals/${id}`;
    t.match((await office.get(page)).body, /Let them in with a new account/);
    t.equal((await office.post(page, { name: 'Nora', email: 'nora@example.org' })).statusCode, 422);
    const far = await office.post(page, { name: 'Nora', email: 'nora@example.org', role: 'manager' });
    t.equal(far.statusCode, 409, 'what reaches far is agreed to by two');
    t.match(far.body, /by a link to which someone else agrees/);
    const done = await office.post(page, { name: 'Nora Quill', email: 'nora@example.org', role: 'officer' });
    t.match(done.headers.location, /^\/settings\/staff\/[0-9a-f-]{36}$/);
    t.equal((await asking('Nora')).statusCode, 303);
    t.match((await office.get(done.headers.location!)).body, /Linked/);
    t.equal((await office.get(page)).statusCode, 404);
    t.equal((await office.post(`${done.headers.location}/identity-removals`)).statusCode, 303);
    t.match((await asking('Nora')).body, /has been asked/, 'and out again when the link is taken away');
  });

  await t.test('with the account that they have', async (t) => {
    const { id: staffId } = await addStaff(deps, ctx, {
      name: 'Olu',
      email: 'olu@example.org',
      role: 'supporter',
    });
    t.match(
      (await asking('Olu', 'OLU@example.org')).body,
      /has been asked/,
      'the address alone lets nobody in',
    );
    const { id } = (await proposals()).find(({ name }) => name === 'Olu')!;
    t.match((await office.get(`/settings/staff/proposals/${id}`)).body, /They have an account here/);
    const done = await office.post(`/settings/staff/proposals/${id}/links`);
    t.equal(done.headers.location, `/settings/staff/${staffId}`);
    t.equal((await asking('Olu')).statusCode, 303);
    const second = { name: 'Second', email: 'second@example.org', role: 'administrator', password } as const;
    await addStaff(deps, ctx, second);
    await asking('Mo', 'manager@example.com');
    const far = (await proposals()).find(({ name }) => name === 'Mo')!;
    const asked = await office.post(`/settings/staff/proposals/${far.id}/links`);
    t.equal(asked.statusCode, 409);
    t.match(asked.body, /someone else has to agree/, 'the account of a manager is linked by two');
    t.match((await asking('Mo', 'manager@example.com')).body, /has been asked/);
  });

  await t.test('or not at all', async (t) => {
    await asking('Zed');
    const { id } = (await proposals()).find(({ name }) => name === 'Zed')!;
    t.equal((await forms(app, as.manager).post(`/settings/staff/proposals/${id}/refusals`)).statusCode, 403);
    t.equal((await office.post(`/settings/staff/proposals/${id}/refusals`)).statusCode, 303);
    t.notOk((await proposals()).some(({ name }) => name === 'Zed'));
    t.equal((await office.post(`/settings/staff/proposals/${id}/links`)).statusCode, 404);
  });
});

t.test('where local sign-in is closed, one account breaks the glass', async (t) => {
  const stub = await providerStub(t);
  const alerts = await receiver(t);
  const { app, deps, db } = await testApp(t, {
    ...stubSettings(stub),
    OIDC_LOCAL_SIGN_IN: 'break-glass:Glass@example.org',
    SECURITY_ALERT_URL: alerts.url,
  });
  await db.updateTable('sign_in_policy').set({ factor_roles: [] }).execute();
  const add = (name: string) =>
    addStaff(deps, ctx, { name, email: `${name}@example.org`, role: 'administrator', password });
  const { id } = await add('glass');
  await add('other');
  const outcomes = async () => (await notes(deps, 'break_glass_used')).map(({ about }) => about);

  await t.test('the page has the button alone, and a small link', async (t) => {
    const page = (await visitor(app).get('/sign-in?next=%2Fdevices')).body;
    t.match(page, /Sign in with your work account/);
    t.notMatch(page, /id="password"/);
    t.match(page, /href="\/sign-in\?local=1&amp;next=%2Fdevices"/);
    t.match((await visitor(app).get('/sign-in?local=1')).body, /id="password"/);
  });

  await t.test('nobody else has a password', async (t) => {
    const refused = await visitor(app).signIn('other@example.org', password);
    t.equal(refused.statusCode, 422);
    t.match(refused.body, /Passwords are not used here/);
    t.same(await outcomes(), []);
    const { id: staffId } = await addStaff(deps, ctx, {
      name: 'New',
      email: 'new@example.org',
      role: 'officer',
    });
    const { token } = await addPasswordLink(deps, ctx, staffId);
    const browser = visitor(app);
    t.notMatch((await browser.get(`/password/${token}`)).body, /id="password"/);
    t.equal(
      (await browser.send(`/password/${token}`, { password: 'eleven quiet lanterns' })).statusCode,
      422,
    );
    const left = leftTo(await browser.send(`/password/${token}/provider`));
    t.equal((await browser.get(stub.comeBack(left, { sub: 'new' }))).statusCode, 303, 'but the link links');
  });

  await t.test('each of its sign-ins is an alarm, and those who look after accounts are told', async (t) => {
    await tellSecurity(deps);
    alerts.calls.length = 0;
    t.equal((await visitor(app).signIn('GLASS@example.org', 'wrong')).statusCode, 422);
    t.equal((await visitor(app).signIn('glass@example.org', password)).statusCode, 303);
    t.same(await outcomes(), ['refused', 'signed in by password']);
    t.ok((await notes(deps, 'break_glass_used')).every((row) => row.is_alarm && row.staff_id === id));
    await tellSecurity(deps);
    // What was refused may come again within the minute; it is told when that is over.
    await tellSecurity({ ...deps, clock: fixedClock(deps.clock.now().add({ minutes: 1 }).toString()) });
    const told = alerts.calls.map(({ body }) => JSON.parse(body).kind);
    t.equal(told.filter((kind) => kind === 'break_glass_used').length, 2);
    const mails = await db.selectFrom('captured_message').select(['recipient', 'body']).execute();
    const toldOf = new Set(
      mails.filter(({ body }) => /kept for emergencies/.test(body)).map(({ recipient }) => recipient),
    );
    for (const one of ['manager@example.com', 'administrator@example.com', 'other@example.org'])
      t.ok(toldOf.has(one), one);
    t.notOk(toldOf.has('officer@example.com'));
    await db
      .updateTable('sign_in_policy')
      .set({ factor_roles: ['administrator'] })
      .execute();
    t.match((await visitor(app).signIn('glass@example.org', password)).headers.location, /second-step/);
    t.equal((await outcomes()).at(-1), 'the password was right');
  });

  await t.test('who came by single sign-on is none of it', async (t) => {
    const before = await outcomes();
    const { who } = await linked(deps, stub, 'ada');
    t.equal((await signOn(visitor(app), stub, who)).statusCode, 303);
    t.same(await outcomes(), before);
  });
});
