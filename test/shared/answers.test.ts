import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { addFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import { problemDetails } from '../../src/shared/http.ts';
import { toProblem } from '../../src/shared/problem.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager } from '../helpers/factories.ts';

const https = { PUBLIC_URL: 'https://lendwell.example.org', SECURITY_CONTACT: 'mailto:x@example.org' };
const { app, as, deps, db, clinicId } = await testApp(t, https);
const make = factories(deps);
const asset = async () => /href="(\/assets\/[^"]+\.css)"/.exec((await app.inject('/sign-in')).body)![1]!;

t.test('every answer, whatever it is, says how a browser has to take it', async (t) => {
  const device = (await make.devices(1))[0]!;
  const places: [string, number][] = [
    ['/sign-in', 200],
    ['/', 200],
    ['/devices', 200],
    ['/devices/export.csv', 200],
    ['/no-such-page', 404],
    ['/api/v1/devices', 200],
    [`/api/v1/devices/${device.id}/label.svg`, 200],
    ['/api/v1/no-such-thing', 404],
    ['/api/v1/devices/%zz', 400],
    ['/%zz', 400],
    ['/refer/no-such-link', 404],
    ['/.well-known/security.txt', 200],
    ['/health/live', 200],
    ['/metrics', 401],
    [await asset(), 200],
    [(await asset()).replace('nhsuk.css', 'favicon.svg'), 200],
    [(await asset()).replace('nhsuk.css', 'admin.js'), 200],
    [(await asset()).replace('nhsuk.css', ''), 404],
  ];
  for (const [url, status] of places) {
    const { statusCode, headers } = await app.inject({
      url,
      headers: { ...as.officer, origin: 'https://evil.example' },
    });
    t.equal(statusCode, status, url);
    t.match(headers, {
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'referrer-policy': /^(same-origin|no-referrer)$/,
    });
    const policy = String(headers['content-security-policy']);
    for (const rule of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
      t.ok(policy.includes(rule), `${url}: ${rule}`);
    t.match(policy, /default-src '(self|none)'/, url);
    t.notMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/, url);
    t.equal(headers['access-control-allow-origin'], undefined, `${url} is for this site alone`);
    const type = String(headers['content-type']);
    t.match(
      type,
      /^(text\/(html|css|csv|plain|javascript)|image\/svg\+xml|application\/(javascript|(problem\+)?json))/,
      url,
    );
    if (/^text|xml/.test(type)) t.match(type, /charset=utf-8/i, url);
  }
});

t.test('every cookie is for this host, https and no script', async (t) => {
  const link = await addFormLink(deps, manager, clinicId, { label: 'Desk', expiresOn: '2026-12-20' });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const page = await app.inject(`/refer/${link.token}`);
  const token = /name="_csrf" value="([^"]+)"/.exec(page.body)![1]!;
  const own = page.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const device = (await make.devices(1))[0]!;
  const post = (url: string, headers: Record<string, string>, fields: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url,
      headers: { ...headers, ...form },
      payload: new URLSearchParams(fields).toString(),
    });
  const set = [
    page,
    await post(`/refer/${link.token}`, { cookie: own }, { _csrf: token }),
    await post(`/bench/${device.id}`, as.officer, { passed: 'setup', do: 'pass', performedOn: '2026-11-23' }),
    await post('/sign-out', as.auditor, {}),
  ].flatMap(({ cookies }) => cookies);
  t.same(
    [...new Set(set.map(({ name }) => name))].sort(),
    [
      '__Host-lendwell-bench',
      '__Host-lendwell-form',
      '__Host-lendwell-session',
      '__Secure-lendwell-referral',
    ],
    'the one of the hosted form is kept to the path of its link',
  );
  for (const { name, secure, httpOnly, sameSite, path } of set) {
    t.same({ secure, httpOnly, sameSite }, { secure: true, httpOnly: true, sameSite: 'Lax' }, name);
    if (name.startsWith('__Host-')) t.equal(path, '/', name);
  }
});

t.test('whence a request comes is not for its sender to say', async (t) => {
  const from = async (remoteAddress: string, said: Record<string, string>) => {
    const before = Number((await count()).n);
    const headers = { authorization: 'Bearer lw_wrong', ...said };
    await app.inject({ url: '/api/v1/devices', remoteAddress, headers });
    // It is noted once the answer has gone.
    while (Number((await count()).n) === before);
    const [{ address } = { address: '' }] = await db
      .selectFrom('security_event')
      .select('address')
      .where('kind', '=', 'key_refused')
      .orderBy('id', 'desc')
      .execute();
    return address;
  };
  const count = () =>
    db
      .selectFrom('security_event')
      .select((e) => e.fn.countAll().as('n'))
      .where('kind', '=', 'key_refused')
      .executeTakeFirstOrThrow();
  const said = { 'x-forwarded-for': '192.0.2.1', 'x-real-ip': '192.0.2.2', forwarded: 'for=192.0.2.3' };
  t.equal(await from('203.0.113.9', said), '203.0.113.9');
  t.equal(
    await from('127.0.0.1', { 'x-forwarded-for': '192.0.2.1, 198.51.100.7' }),
    '198.51.100.7',
    'the web server’s word counts, and nothing that was said to it',
  );
});

t.test('where a message ends has one answer, and what is sent is not sent back', async (t) => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { port: number };
  const answer = async (request: string) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write(request);
    await once(socket, 'close');
    return text;
  };
  const head = 'POST /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
  const hidden = '0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
  for (const headers of [
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
    'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n',
    'Content-Length: 5\r\nContent-Length: 6\r\n',
    'Transfer-Encoding: identity, chunked-ish\r\n',
    'Content-Length : 5\r\n',
  ]) {
    const text = await answer(`${head}${headers}\r\n${hidden}`);
    t.match(text, /^HTTP\/1\.1 400 /, JSON.stringify(headers));
    t.equal(text.match(/HTTP\/1\.1/g)!.length, 1, 'what hides in it is no request');
  }
  const traced = await answer(
    'TRACE /sign-in HTTP/1.1\r\nHost: x\r\nX-Own: kettles\r\nConnection: close\r\n\r\n',
  );
  t.match(traced, /^HTTP\/1\.1 404 /);
  t.notMatch(traced, /kettles/);
});

t.test('a fault of ours is told as one, without a word of what it was', async (t) => {
  const kettles = Object.assign(new Error('select kettles from /srv/lendwell'), {
    detail: 'Key (nhs)=(kettles)',
    code: 'kettles',
  });
  for (const error of [kettles, Object.assign(kettles, { statusCode: 500 }), 'kettles', { kettles: 1 }]) {
    const told = problemDetails(toProblem(error), 'request');
    t.match(JSON.parse(told), { type: '/problems/internal', status: 500, requestId: 'request' });
    t.notMatch(told, /kettles|srv|select|stack/);
  }
});
