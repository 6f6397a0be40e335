import t from 'tap';
import { suspendStaff } from '../../src/access/staff.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { leftTo, providerStub, signOn, stubSettings } from '../helpers/provider-stub.ts';
import { linked, notes } from '../helpers/sign-on.ts';
import { visitor } from '../helpers/visitor.ts';

const ctx = systemContext('test');

t.test('how strong a sign-in there has to be, and which role it gives', async (t) => {
  const stub = await providerStub(t);
  const world = await testApp(t, {
    ...stubSettings(stub),
    OIDC_CLIENT_AUTH: 'post',
    OIDC_ACR: 'AAL2 AAL3',
    OIDC_AMR: 'mfa smartcard',
    OIDC_ROLE_CLAIM: 'rbac.code',
    OIDC_ROLES: 'leads=manager, officers=officer, admins=administrator',
    OIDC_FIRST_SIGN_IN: 'make',
  });
  const { app, deps, db, ids } = world;
  const strong = { acr: 'AAL3', amr: ['pin', 'smartcard'] };
  const as = (...codes: string[]) => ({ ...strong, rbac: codes.map((code) => ({ code })) });
  const roleOf = async (id: string) =>
    (await db.selectFrom('staff').select('role').where('id', '=', id).executeTakeFirstOrThrow()).role;
  const ada = await linked(deps, stub, 'ada');

  await t.test('by class and way', async (t) => {
    const browser = visitor(app);
    await browser.get('/sign-in');
    const left = new URL(leftTo(await browser.send('/sign-in/provider', { next: '/' })));
    t.equal(left.searchParams.get('acr_values'), 'AAL2 AAL3');
    for (const claims of [
      { ...as('officers'), acr: 'AAL1' },
      { ...as('officers'), acr: undefined },
      { ...as('officers'), acr: ['AAL3'] },
      { ...as('officers'), amr: ['pwd'] },
      { ...as('officers'), amr: undefined },
    ])
      t.match((await signOn(visitor(app), stub, { ...ada.who, ...claims })).body, /not strong enough/);
    t.equal((await signOn(visitor(app), stub, { ...ada.who, ...as('officers') })).statusCode, 303);
    t.equal(stub.tokenRequests.at(-1)!.body.get('client_secret'), 'a secret of the stub');
  });

  await t.test('a role that changed there changes here, at the next sign-in', async (t) => {
    t.equal(
      (await signOn(visitor(app), stub, { ...ada.who, ...as('others', 'leads', 'officers') })).statusCode,
      303,
    );
    t.equal(await roleOf(ada.id), 'manager', 'the first of the mapping that fits');
    t.match(await notes(world, 'role_changed'), [{ about: 'manager', staff_id: ada.id, is_alarm: true }]);
    const event = await db
      .selectFrom('event')
      .select(['actor_type', 'values'])
      .where('type', '=', 'staff.changed')
      .executeTakeFirstOrThrow();
    t.equal(event.actor_type, 'system');
    stub.userinfo = { sub: 'ada' };
    for (const none of [as('others'), as(), { ...strong, rbac: 'leads' }, strong])
      t.match((await signOn(visitor(app), stub, { ...ada.who, ...none })).body, /none of the roles/);
    t.equal(await roleOf(ada.id), 'manager');
  });

  await t.test('the only administrator stays one', async (t) => {
    const { id, who } = await linked(deps, stub, 'mara', 'administrator');
    await suspendStaff(deps, ctx, ids.administrator);
    t.match(
      (await signOn(visitor(app), stub, { ...who, ...as('officers') })).body,
      /nobody would be an administrator/,
    );
    t.equal(await roleOf(id), 'administrator');
  });

  await t.test('an account is made, and none for an address that someone has', async (t) => {
    const browser = visitor(app);
    const who = { sub: 'new-1', name: 'Nora Quill', email: 'nora@example.org', ...as('officers') };
    t.equal((await signOn(browser, stub, who)).statusCode, 303);
    const made = await db
      .selectFrom('staff')
      .select(['name', 'role', 'password_hash'])
      .where('email', '=', 'nora@example.org')
      .executeTakeFirstOrThrow();
    t.same(made, { name: 'Nora Quill', role: 'officer', password_hash: null });
    t.match(
      (await signOn(visitor(app), stub, { ...who, sub: 'new-2' })).body,
      /has your email address already/,
    );
    stub.userinfo = { sub: 'new-3' };
    t.match(
      (await signOn(visitor(app), stub, { ...who, sub: 'new-3', email: undefined })).body,
      /not known here yet/,
    );
    stub.userinfo = { sub: 'new-4', name: 'Olu Adeyemi', email: 'olu@example.org' };
    const told = { sub: 'new-4', ...as('leads') };
    t.equal(
      (await signOn(visitor(app), stub, told)).statusCode,
      303,
      'what the token does not say is asked for',
    );
    stub.userinfo = { sub: 'another', name: 'Olu Adeyemi', email: 'olu2@example.org' };
    t.match(
      (await signOn(visitor(app), stub, { ...told, sub: 'new-5' })).body,
      /does not hold/,
      'of someone else',
    );
  });
});
