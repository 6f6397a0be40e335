import t from 'tap';
import { testApp } from '../helpers/app.ts';

const token = 'a token of twenty characters'.replaceAll(' ', '-');
const gated = ['/metrics', '/health/ready', '/docs', '/docs/json', '/docs/yaml'];
const outside = { HOST: '0.0.0.0', PUBLIC_URL: 'https://lendwell.example.org' };

t.test('what is for operators is closed to others, and says nothing', async (t) => {
  const { app, as } = await testApp(t, { ...outside, OPS_TOKEN: token });
  for (const url of gated) {
    for (const headers of [{}, as.clinic, { authorization: 'Bearer wrong' }, { authorization: 'Bearer ' }]) {
      const reply = await app.inject({ url, headers });
      t.equal(reply.statusCode, 401, url);
      t.notMatch(reply.body, /lendwell_|openapi|migrations/);
    }
    const reply = await app.inject({ url, headers: { authorization: `Bearer ${token}` } });
    t.ok([200, 302].includes(reply.statusCode), `${url} ${reply.statusCode}`);
  }
  t.same((await app.inject('/health/live')).json(), { status: 'live' });
});

t.test('without a token it is open on a machine of its own only', async (t) => {
  const { app } = await testApp(t);
  const { app: reached } = await testApp(t, { PUBLIC_URL: 'https://lendwell.example.org' });
  for (const url of gated) {
    t.ok([200, 302].includes((await app.inject(url)).statusCode), url);
    t.equal((await reached.inject(url)).statusCode, 401, `${url} behind a web server`);
    const asked = await reached.inject({ url, headers: { authorization: 'Bearer ' } });
    t.equal(asked.statusCode, 401);
  }
});
