import t from 'tap';
import { addPasswordLink } from '../../src/access/password-link.commands.ts';
import { addStaff, suspendStaff } from '../../src/access/staff.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { leftTo, providerStub, signOn, stubSettings } from '../helpers/provider-stub.ts';
import { linked, notes } from '../helpers/sign-on.ts';
import { visitor } from '../helpers/visitor.ts';

const ctx = systemContext('test');

t.test('signing in by the provider', async (t) => {
  const stub = await providerStub(t);
  const world = await testApp(t, stubSettings(stub));
  const { app, deps, db, clock } = world;
  t.beforeEach(() => {
    stub.claims = {};
    stub.isForged = false;
    stub.instead = () => false;
    stub.tokenRequests.length = 0;
  });
  const ada = await linked(deps, stub, 'ada');

  await t.test('leads there with what ties the answer to this browser, and in', async (t) => {
    const browser = visitor(app);
    const page = await browser.get('/sign-in?next=%2Fdevices');
    t.match(page.body, /Sign in with your work account/);
    t.match(page.body, /id="password"/, 'the form is there beside it');
    const left = await browser.send('/sign-in/provider', { next: '/devices' });
    const url = new URL(leftTo(left));
    t.match(Object.fromEntries(url.searchParams), {
      response_type: 'code',
      client_id: 'lendwell',
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      redirect_uri: 'http://lendwell.example/sign-in/callback',
    });
    const cookie = left.cookies.find(({ name }) => name === 'lendwell-sign-on')!;
    t.match(cookie, { httpOnly: true, sameSite: 'Lax', maxAge: 600 });
    t.notMatch(Buffer.from(cookie.value, 'base64url').toString(), url.searchParams.get('state')!);
    const back = await browser.get(stub.comeBack(url.href, ada.who));
    t.equal(back.statusCode, 303);
    t.equal(back.headers.location, '/devices');
    t.equal((await browser.get('/devices')).statusCode, 200);
    t.match(stub.tokenRequests[0]!.authorization, /^Basic /);
    const row = await db
      .selectFrom('session')
      .selectAll()
      .where('staff_id', '=', ada.id)
      .executeTakeFirstOrThrow();
    t.match(row, {
      way: 'single_sign_on',
      needs: null,
      issuer: stub.issuer,
      subject: 'ada',
      issuer_sid: 'session of ada',
    });
    t.notMatch(row.sealed_id_token!.toString('latin1'), /eyJ/, 'what ends the session there is sealed');
    t.match(await notes(world, 'signed_in'), [{ about: 'single_sign_on', staff_id: ada.id }]);
  });

  const refused = async (
    expected: { words: RegExp; about: string; status?: number },
    browser = visitor(app),
  ) => {
    const before = (await notes(world, 'sign_on_refused')).length;
    const back = await signOn(browser, stub, ada.who);
    t.equal(back.statusCode, expected.status ?? 403);
    t.match(back.body, expected.words);
    t.match(back.body, /id="password"/, 'the form for a password is there');
    t.notOk(browser.cookies.has('lendwell-session'));
    const after = await notes(world, 'sign_on_refused');
    t.equal(after.length, before + 1);
    t.equal(after.at(-1)!.about, expected.about);
  };
  const invalid = { words: /an answer that does not hold/, about: 'answer_not_valid' };

  for (const [name, claims] of Object.entries({
    'another issuer': { iss: 'https://elsewhere.example' },
    'another audience': { aud: 'another client' },
    'another nonce': { nonce: 'another' },
    'no nonce': { nonce: undefined },
    'an id token that has run out': { exp: Math.floor(Date.now() / 1000) - 3600 },
    'an id token of later': {
      iat: Math.floor(Date.now() / 1000) + 86_400,
      nbf: Math.floor(Date.now() / 1000) + 86_400,
    },
    'no subject': { sub: undefined },
    'a subject that is no word': { sub: 'a\u0000b' },
  }))
    await t.test(`refuses ${name}`, async () => {
      stub.claims = claims;
      await refused(invalid);
    });

  await t.test('refuses a token that another key signed', async () => {
    stub.isForged = true;
    await refused(invalid);
  });
  await t.test('refuses a code that the provider does not take', async () => {
    stub.instead = (path, reply) => {
      if (path !== '/token') return false;
      reply.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      return true;
    };
    await refused(invalid);
  });
  await t.test('says so when the provider cannot', async () => {
    stub.instead = (path, reply) => {
      if (path !== '/token') return false;
      reply.writeHead(503).end();
      return true;
    };
    await refused({ words: /cannot be reached now/, about: 'provider_away', status: 503 });
  });
  await t.test('says so when it breaks off', async () => {
    stub.instead = (path, reply) => {
      if (path !== '/token') return false;
      reply.destroy();
      return true;
    };
    await refused({ words: /cannot be reached now/, about: 'provider_away', status: 503 });
  });

  await t.test('an answer counts once, in the browser that began, within ten minutes', async (t) => {
    const browser = visitor(app);
    await browser.get('/sign-in');
    const url = leftTo(await browser.send('/sign-in/provider', { next: '/' }));
    const cookie = browser.cookies.get('lendwell-sign-on')!;
    const back = stub.comeBack(url, ada.who);
    const other = visitor(app);
    t.match((await other.get(back)).body, /begun too long ago/, 'another browser');
    t.match(
      (await browser.get(back.replace(/state=[^&]+/, 'state=other'))).body,
      /begun too long ago/,
      'another state',
    );
    t.equal((await browser.get(back)).statusCode, 303);
    const again = visitor(app);
    again.cookies.set('lendwell-sign-on', cookie);
    const tokens = stub.tokenRequests.length;
    t.match(
      (await again.get(stub.comeBack(url, ada.who))).body,
      /begun too long ago/,
      'replayed with its cookie',
    );
    t.equal(stub.tokenRequests.length, tokens, 'and the provider is not asked');
    await browser.get('/sign-in');
    const late = stub.comeBack(leftTo(await browser.send('/sign-in/provider', { next: '/' })), ada.who);
    clock.set(clock.now().add({ minutes: 11 }).toString());
    t.match((await browser.get(late)).body, /begun too long ago/, 'too late');
    const forged = visitor(app);
    forged.cookies.set('lendwell-sign-on', Buffer.alloc(200, 1).toString('base64url'));
    t.match((await forged.get(late)).body, /begun too long ago/, 'a cookie that is not ours');
  });

  await t.test('whoever does not sign in there is led back', async (t) => {
    const browser = visitor(app);
    await browser.get('/sign-in');
    const state = new URL(
      leftTo(await browser.send('/sign-in/provider', { next: '/devices' })),
    ).searchParams.get('state')!;
    const back = await browser.get(
      `/sign-in/callback?${new URLSearchParams({ error: 'access_denied', error_description: '<b>Quill</b>', state, iss: stub.issuer })}`,
    );
    t.match(back.body, /You were not signed in there/);
    t.notMatch(back.body, /Quill/, 'what the provider says is not shown');
    t.match(back.body, /name="next" value="\/devices"/);
  });

  await t.test('an address alone lets nobody in; a link does, once', async (t) => {
    const { id } = await addStaff(deps, ctx, { name: 'Berta', email: 'berta@example.org', role: 'officer' });
    const who = { sub: 'b-1', name: 'Berta', email: 'berta@example.org' };
    const stranger = visitor(app);
    t.match((await signOn(stranger, stub, who)).body, /not known here yet/);
    t.match(
      (await signOn(stranger, stub, { ...ada.who, sub: 'ada-2' })).body,
      /not known here yet/,
      'same address, other subject',
    );

    const { token } = await addPasswordLink(deps, ctx, id);
    const browser = visitor(app);
    t.match((await browser.get(`/password/${token}`)).body, /Choose how you sign in/);
    const back = await browser.get(
      stub.comeBack(leftTo(await browser.send(`/password/${token}/provider`)), who),
    );
    t.equal(back.statusCode, 303);
    t.equal((await browser.get('/')).statusCode, 200);
    t.equal((await visitor(app).get(`/password/${token}`)).statusCode, 404, 'the link has ended');
    t.equal((await signOn(visitor(app), stub, who)).statusCode, 303, 'and the account is known from then on');
    t.equal((await notes(world, 'identity_linked')).at(-1)!.staff_id, id);

    const again = await addPasswordLink(deps, ctx, id);
    const another = visitor(app);
    await another.get(`/password/${again.token}`);
    const wrong = leftTo(await another.send(`/password/${again.token}/provider`));
    t.match((await another.get(stub.comeBack(wrong, ada.who))).body, /belongs to someone else/);
    t.equal((await another.get(`/password/${again.token}`)).statusCode, 200, 'nothing was used up');
    const ended = leftTo(await another.send(`/password/${again.token}/provider`));
    await addPasswordLink(deps, ctx, id);
    t.match((await another.get(stub.comeBack(ended, who))).body, /link does not work any more/);
  });

  await t.test('who is suspended stays out', async (t) => {
    const { id, who } = await linked(deps, stub, 'carl');
    await suspendStaff(deps, ctx, id);
    t.match((await signOn(visitor(app), stub, who)).body, /Your account here is suspended/);
  });

  await t.test('what was typed before is kept on the way there and back', async (t) => {
    const { who } = await linked(deps, stub, 'dora', 'administrator');
    const browser = visitor(app);
    await signOn(browser, stub, who);
    await browser.get('/settings/staff/new');
    clock.set(clock.now().add({ minutes: 20 }).toString());
    const late = await browser.send('/settings/staff/new', {
      name: 'Ruth Zimmer',
      email: 'r@example.org',
      role: 'officer',
    });
    t.equal(late.statusCode, 401);
    const left = leftTo(await browser.send('/sign-in/provider', {}, ['next', 'kept']));
    const back = await browser.get(stub.comeBack(left, who));
    t.match(back.body, /name="name" value="Ruth Zimmer"/);
    await browser.get('/sign-in');
    await browser.send('/sign-in/provider', { next: '/', kept: 'Quillfeather'.repeat(1000) });
    const rows = await db.selectFrom('sign_on_begun').select('kept').execute();
    t.ok(rows.length && rows.every(({ kept }) => kept === null), 'nothing is kept that is not from us');
  });

  await t.test('a fresh proof is a new sign-in there, by the same', async (t) => {
    const { who } = await linked(deps, stub, 'emil', 'administrator');
    const browser = visitor(app);
    await signOn(browser, stub, who);
    clock.set(clock.now().add({ minutes: 6 }).toString());
    t.equal((await browser.get('/account/code')).headers.location, '/prove?next=%2Faccount%2Fcode');
    t.match((await browser.get('/prove?next=%2Faccount%2Fcode')).body, /sign in there once more/);
    t.equal((await browser.send('/prove', { password: 'seven green kettles' }, ['next'])).statusCode, 409);
    const go = async () => {
      await browser.get('/prove?next=%2Faccount%2Fcode');
      return leftTo(await browser.send('/prove/provider', {}, ['next']));
    };
    const url = await go();
    t.match(Object.fromEntries(new URL(url).searchParams), { prompt: 'login', max_age: '0' });
    stub.claims = { auth_time: Math.floor(Date.now() / 1000) - 600 };
    t.match(
      (await browser.get(stub.comeBack(url, who))).body,
      /an answer that does not hold/,
      'an old sign-in there',
    );
    stub.claims = { auth_time: undefined };
    t.match(
      (await browser.get(stub.comeBack(await go(), who))).body,
      /an answer that does not hold/,
      'nothing about when',
    );
    stub.claims = {};
    t.match((await browser.get(stub.comeBack(await go(), ada.who))).body, /as someone else/);
    t.match((await browser.get('/account/code')).headers.location, /prove/, 'nothing of it proved');
    const right = await browser.get(stub.comeBack(await go(), who));
    t.equal(right.headers.location, '/account/code');
    t.equal((await browser.get('/account/code')).statusCode, 200);
  });

  await t.test('signing out leads there as well, with what ends that session', async (t) => {
    const browser = visitor(app);
    await signOn(browser, stub, ada.who);
    await browser.get('/account');
    const out = await browser.send('/sign-out');
    const url = new URL(leftTo(out));
    t.equal(url.origin + url.pathname, `${stub.issuer}/end`);
    t.equal(url.searchParams.get('post_logout_redirect_uri'), 'http://lendwell.example/sign-in');
    const hint = JSON.parse(
      Buffer.from(url.searchParams.get('id_token_hint')!.split('.')[1]!, 'base64url').toString(),
    );
    t.equal(hint.sub, 'ada');
    t.notMatch(out.body, /Sign out<|>ada</, 'the page is of nobody');
    t.match((await browser.get('/')).headers.location, /sign-in/);
  });
});

t.test('a provider that is away or slow holds nobody up', async (t) => {
  const stub = await providerStub(t);
  const world = await testApp(t, { ...stubSettings(stub), OIDC_TIMEOUT_SECONDS: '0.2' });
  const { app, deps } = world;
  const { who } = await linked(deps, stub, 'fred');
  const password = 'seven green kettles';
  await addStaff(deps, ctx, { name: 'Gina', email: 'gina@example.org', role: 'officer', password });
  const asks: string[] = [];
  stub.instead = (path) => {
    asks.push(path);
    return true;
  };
  const browser = visitor(app);
  await browser.get('/sign-in');
  const answers = await Promise.all([
    browser.send('/sign-in/provider', { next: '/' }),
    browser.send('/sign-in/provider', { next: '/' }),
  ]);
  for (const { statusCode, body } of answers) {
    t.equal(statusCode, 503);
    t.match(body, /cannot be reached now/);
  }
  t.equal(asks.length, 1, 'who asks meanwhile waits for the one answer');
  t.equal((await browser.signIn('gina@example.org', password)).statusCode, 303, 'the form still works');
  stub.instead = () => false;
  deps.config.OIDC_TIMEOUT_SECONDS = 30;
  t.equal((await signOn(visitor(app), stub, who)).statusCode, 303, 'it is asked again, and answers');
});

t.test('a description that another issuer says is its own is not taken', async (t) => {
  const stub = await providerStub(t);
  const { app, deps } = await testApp(t, stubSettings(stub));
  const { who } = await linked(deps, stub, 'hana');
  for (const issuer of [`${stub.issuer}/other`, 'https://elsewhere.example', undefined]) {
    stub.discovery = { issuer };
    const browser = visitor(app);
    await browser.get('/sign-in');
    const answer = await browser.send('/sign-in/provider', { next: '/' });
    t.equal(answer.statusCode, 503, String(issuer));
    t.equal(leftTo(answer), '', 'nobody is led anywhere');
  }
  stub.discovery = {};
  t.equal((await signOn(visitor(app), stub, who)).statusCode, 303, 'that of its own is');
});
