import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { oidcProvider } from '../helpers/oidc-provider.ts';
import { leftTo } from '../helpers/provider-stub.ts';
import { linked } from '../helpers/sign-on.ts';
import { visitor } from '../helpers/visitor.ts';

const publicUrl = 'http://lendwell.example';

t.test('with a whole provider', async (t) => {
  const there = await oidcProvider(t, { publicUrl });
  const { app, deps, clock } = await testApp(t, {
    OIDC_ISSUER: there.issuer,
    OIDC_CLIENT_ID: 'lendwell',
    OIDC_CLIENT_SECRET: 'a secret of the provider',
    OIDC_AMR: 'mfa',
    OIDC_TIMEOUT_SECONDS: '30',
    PUBLIC_URL: publicUrl,
  });
  there.back.app = app;
  for (const name of ['ada', 'berta']) {
    await linked(deps, there, name, 'administrator');
    there.accounts[name] = { name, email: `${name}@example.org` };
  }
  const enter = async (browser = visitor(app), cookies = there.browser(), as = 'ada') => {
    await browser.get('/sign-in?next=%2Fdevices');
    const left = leftTo(await browser.send('/sign-in/provider', { next: '/devices' }));
    return { browser, cookies, back: await browser.get(await there.walk(left, as, cookies)) };
  };

  await t.test('in, and again without being asked there', async (t) => {
    const { browser, cookies, back } = await enter();
    t.equal(back.headers.location, '/devices');
    t.equal((await browser.get('/devices')).statusCode, 200);
    const again = await enter(visitor(app), cookies, 'nobody');
    t.equal(again.back.statusCode, 303, 'the session there is enough');
  });

  await t.test('a fresh proof asks there again', async (t) => {
    const proving = async (as: string) => {
      const { browser, cookies } = await enter();
      clock.set(clock.now().add({ minutes: 6 }).toString());
      await browser.get('/prove?next=%2Faccount%2Fcode');
      const left = leftTo(await browser.send('/prove/provider', {}, ['next']));
      return { browser, back: await browser.get(await there.walk(left, as, cookies)) };
    };
    const same = await proving('ada');
    t.equal(same.back.headers.location, '/account/code');
    t.equal((await same.browser.get('/account/code')).statusCode, 200);
    const other = await proving('berta');
    t.equal(other.back.statusCode, 403);
    t.match(
      (await other.browser.get('/')).headers.location,
      /sign-in/,
      'who was there before is signed out by it',
    );
  });

  await t.test('signed out there, signed out here: the session of it, and none beside', async (t) => {
    const { browser, cookies } = await enter();
    const other = (await enter()).browser;
    await browser.get('/account');
    const url = leftTo(await browser.send('/sign-out'));
    // Another window of the same session there.
    const twin = (await enter(visitor(app), cookies, 'nobody')).browser;
    t.equal((await twin.get('/devices')).statusCode, 200);
    there.back.answers.length = 0;
    there.back.sent.length = 0;
    t.equal(await there.walk(url, 'nobody', cookies), '/sign-in', 'and back');
    t.same(there.back.answers, [200]);
    t.match((await twin.get('/devices')).headers.location, /sign-in/, 'ended by what the provider sent');
    t.equal((await other.get('/devices')).statusCode, 200);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const payload = there.back.sent[0]!;
    const again = await app.inject({ method: 'POST', url: '/sign-in/back-channel-logout', headers, payload });
    t.equal(again.statusCode, 400, 'the same token counts once');
  });
});

t.test('who Lendwell is, shown by a private key', async (t) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const there = await oidcProvider(t, { publicUrl, key: privateKey });
  const { app, deps } = await testApp(t, {
    OIDC_ISSUER: there.issuer,
    OIDC_CLIENT_ID: 'lendwell',
    OIDC_PRIVATE_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n'),
    OIDC_PRIVATE_KEY_ID: 'of lendwell',
    OIDC_PRIVATE_KEY_ALG: 'RS512',
    OIDC_TIMEOUT_SECONDS: '30',
    PUBLIC_URL: publicUrl,
  });
  const { keys } = (await app.inject({ url: '/sign-in/keys' })).json();
  t.match(keys, [{ kty: 'RSA', use: 'sig', alg: 'RS512', kid: 'of lendwell', e: 'AQAB' }]);
  t.notOk('d' in keys[0], 'of the key the public part alone');
  await linked(deps, there, 'ada');
  there.accounts.ada = { name: 'ada', email: 'ada@example.org' };
  const browser = visitor(app);
  await browser.get('/sign-in');
  const left = leftTo(await browser.send('/sign-in/provider', { next: '/' }));
  t.equal((await browser.get(await there.walk(left, 'ada'))).statusCode, 303);
});
