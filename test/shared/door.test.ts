import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';

const contact = 'mailto:security@example.org';
const { app, as, deps, clinicId, ids } = await testApp(t, {
  REQUEST_SECONDS: '1',
  MOST_CONNECTIONS: '7',
  SECURITY_CONTACT: contact,
});
const make = factories(deps);

t.test('nothing is kept by a browser or on the way but assets and the logo', async (t) => {
  const device = (await make.devices(1))[0]!;
  await make.referral();
  const listed = await app.inject({ url: '/api/v1/patients', headers: as.officer });
  const [patient] = listed.json().items;
  for (const url of [
    '/api/v1/patients',
    `/api/v1/patients/${patient.id}`,
    '/api/v1/referrals',
    `/api/v1/devices/${device.id}`,
    '/api/v1/nothing-here',
    '/patients',
    '/sign-in',
    '/devices.csv',
    '/health/live',
  ]) {
    const { headers } = await app.inject({ url, headers: as.officer });
    t.equal(headers['cache-control'], 'no-store', url);
  }
  const shownOnce: [string, keyof typeof as][] = [
    [`/api/v1/staff/${ids.officer}/password-links`, 'administrator'],
    [`/api/v1/organisations/${clinicId}/form-links`, 'administrator'],
  ];
  for (const [url, who] of shownOnce) {
    const reply = await app.inject({ method: 'POST', url, headers: as[who], payload: { label: 'Desk' } });
    t.equal(reply.headers['cache-control'], 'no-store', url);
  }
  const page = await app.inject('/sign-in');
  const asset = await app.inject(/href="(\/assets\/[^"]+)"/.exec(page.body)![1]!);
  t.equal(asset.statusCode, 200);
  t.match(asset.headers['cache-control'], /max-age=31536000/);
});

t.test('pages may use the camera and nothing else of the machine', async (t) => {
  for (const url of ['/sign-in', '/', '/api/v1/devices']) {
    const policy = (await app.inject({ url, headers: as.officer })).headers['permissions-policy'];
    t.match(policy, /camera=\(self\)/);
    t.match(policy, /microphone=\(\).*geolocation=\(\)|geolocation=\(\).*microphone=\(\)/);
  }
});

t.test('whom to tell of a fault is said where it is set', async (t) => {
  const reply = await app.inject('/.well-known/security.txt');
  t.match(reply.headers['content-type'], /^text\/plain/);
  t.match(reply.body, new RegExp(`^Contact: ${contact}\nExpires: 2027-02-21T09:30:00Z\n`));
});

t.test('a link never has the address that its caller says', async (t) => {
  const linked = async () => {
    const reply = await app.inject({
      method: 'POST',
      url: `/api/v1/staff/${ids.officer}/password-links`,
      headers: { ...as.administrator, host: 'evil.example', 'x-forwarded-host': 'evil.example/x?"<b>' },
    });
    t.equal(reply.statusCode, 201);
    return reply.json().url;
  };
  t.match(await linked(), /^http:\/\/127\.0\.0\.1:\d+\/password\//);
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.match(await linked(), new RegExp(`^http://127.0.0.1:${portOf()}/password/`));
});

t.test('a request that never ends is closed, whatever it says', async (t) => {
  const head = 'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n';
  for (const begun of ['POST /sign-in HT', head, `${head}Content-Length: 100000\r\n\r\nx`]) {
    const socket = connect(portOf(), '127.0.0.1');
    socket.write(begun);
    socket.resume();
    await once(socket, 'close');
    t.pass(`closed after ${JSON.stringify(begun.slice(-20))}`);
  }
});

t.test('no more connections are kept than are set', async (t) => {
  const sockets = Array.from({ length: 30 }, () => connect(portOf(), '127.0.0.1').on('error', () => {}));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  const closed = sockets.map((socket) => once(socket.resume(), 'close'));
  await Promise.race(closed);
  await Promise.all(closed);
  t.equal(app.server.maxConnections, 7);
  t.pass('those that send nothing are closed too');
});

function portOf(): number {
  const address = app.server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
