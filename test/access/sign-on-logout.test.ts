import { randomUUID } from 'node:crypto';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { providerStub, signOn, stubSettings } from '../helpers/provider-stub.ts';
import { linked, notes } from '../helpers/sign-on.ts';
import { visitor } from '../helpers/visitor.ts';

const about = { 'http://schemas.openid.net/event/backchannel-logout': {} };

t.test('what the provider says of sessions that ended there', async (t) => {
  const stub = await providerStub(t);
  const { app, deps, db } = await testApp(t, stubSettings(stub));
  const { who } = await linked(deps, stub, 'ada');
  const now = () => Math.floor(Date.now() / 1000);
  const whole = () => ({
    iss: stub.issuer,
    aud: ['lendwell'],
    iat: now(),
    exp: now() + 120,
    jti: randomUUID(),
    events: about,
    sub: 'ada',
    sid: 'session of ada',
  });
  const send = async (token: string) => {
    const reply = await app.inject({
      method: 'POST',
      url: '/sign-in/back-channel-logout',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ logout_token: token }).toString(),
    });
    t.equal(reply.headers['cache-control'], 'no-store');
    return reply.statusCode;
  };
  const entered = async (sid: string, sub = 'ada') => {
    const browser = visitor(app);
    t.equal((await signOn(browser, stub, { ...who, sub, sid })).statusCode, 303);
    return async () => (await browser.get('/account')).statusCode === 200;
  };

  await t.test('that of a session ends it alone', async (t) => {
    const isIn = await entered('one');
    const isInBeside = await entered('two');
    t.equal(await send(stub.signed({ ...whole(), sub: undefined, sid: 'one' }, { typ: 'logout+jwt' })), 200);
    t.notOk(await isIn());
    t.ok(await isInBeside());
    t.equal(await send(stub.signed({ ...whole(), sid: 'two' })), 200);
    t.notOk(await isInBeside());
    t.equal(
      await send(stub.signed({ ...whole(), sid: 'of nobody here' })),
      200,
      'nothing to end is no fault',
    );
  });

  await t.test('that of somebody ends all of theirs', async (t) => {
    const { id } = await linked(deps, stub, 'berta');
    const first = await entered('three');
    const second = await entered('four');
    const other = await entered('five', 'berta');
    t.equal(await send(stub.signed({ ...whole(), sid: undefined })), 200);
    t.notOk(await first());
    t.notOk(await second());
    t.ok(await other());
    t.equal(await send(stub.signed({ ...whole(), sub: 'berta', sid: undefined })), 200);
    t.equal((await notes(deps, 'sessions_ended')).at(-1)!.staff_id, id);
  });

  await t.test('a token that does not hold ends nothing', async (t) => {
    const isIn = await entered('session of ada');
    const claims = whole();
    const [, body] = stub.signed(claims).split('.');
    const header = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const wrong: Record<string, string> = {
      'signed by someone else': stub.signed(claims, { key: stub.forgedKey }),
      'signed by nobody': stub.signed(claims, { alg: 'none' }),
      'not signed': `${header({ alg: 'RS256', kid: 'first' })}.${body}.`,
      'signed with a shared secret, it says': stub.signed(claims, { alg: 'HS256' }),
      'signed in another way than it says': stub.signed(claims, { alg: 'PS256' }),
      'an id token': stub.signed({ ...claims, nonce: 'a nonce' }),
      'an id token by its kind': stub.signed(claims, { typ: 'at+jwt' }),
      'about nothing': stub.signed({ ...claims, events: undefined }),
      'about something else': stub.signed({ ...claims, events: { 'https://example.org/else': {} } }),
      'of another issuer': stub.signed({ ...claims, iss: 'https://elsewhere.example' }),
      'for another client': stub.signed({ ...claims, aud: 'another' }),
      old: stub.signed({ ...claims, iat: now() - 3600, exp: undefined }),
      'run out': stub.signed({ ...claims, exp: now() - 3600 }),
      'of later': stub.signed({ ...claims, iat: now() + 3600 }),
      'without a time': stub.signed({ ...claims, iat: undefined }),
      'without a word to know it by': stub.signed({ ...claims, jti: undefined }),
      'of nobody': stub.signed({ ...claims, sub: undefined, sid: undefined }),
      'no token': 'Quillfeather',
      nothing: '',
    };
    for (const [name, token] of Object.entries(wrong)) t.equal(await send(token), 400, name);
    t.ok(await isIn());
    t.equal((await notes(deps, 'sign_on_refused')).at(-1)!.about, 'logout_answer_not_valid');
    const right = stub.signed(claims);
    t.equal(await send(right), 200, 'while the right one does');
    t.notOk(await isIn());
    const again = await entered('session of ada');
    t.equal(await send(right), 400, 'once');
    t.ok(await again());
    t.equal(
      (await db.selectFrom('sign_on_logout').selectAll().execute()).every(
        ({ token_hash }) => token_hash.length === 32,
      ),
      true,
    );
  });

  await t.test('a provider whose keys are away is asked again', async (t) => {
    const isIn = await entered('session of ada');
    stub.instead = (path, reply) => {
      if (path !== '/jwks') return false;
      reply.writeHead(500).end();
      return true;
    };
    const token = stub.signed(whole());
    t.equal(await send(token), 400);
    stub.instead = () => false;
    t.equal(await send(token), 200);
    t.notOk(await isIn());
  });
});
