import t from 'tap';
import { testApp } from '../helpers/app.ts';

const { app, as, db } = await testApp(t);
const elsewhere = '203.0.113.9';
const ask = (headers: Record<string, string>, remoteAddress = elsewhere) =>
  app.inject({ url: '/api/v1/devices', headers, remoteAddress });
t.test('keys that open nothing are soon no longer looked up', async (t) => {
  t.equal((await ask(as.integration)).statusCode, 200);
  const replies = [];
  for (let at = 0; at < 100; at++) replies.push(await ask({ authorization: `Bearer lw_wrong${at}` }));
  const statuses = replies.map(({ statusCode }) => statusCode);
  t.same(statuses, [...Array(60).fill(401), ...Array(40).fill(429)]);
  t.ok(replies.every(({ headers }) => headers['ratelimit-limit'] && headers['ratelimit-remaining']));
  t.match(replies.at(-1)!.headers, { 'retry-after': /^\d+$/, 'ratelimit-remaining': /^0$/ });
  t.equal((await ask(as.integration)).statusCode, 200, 'who came in from there before still does');
  t.equal((await ask({})).statusCode, 401, 'and who shows nothing is told so');
  t.equal((await ask({ cookie: 'lendwell-session=wrong' })).statusCode, 401, 'as is who signed in long ago');
  t.equal((await ask(as.officer)).statusCode, 200, 'and their neighbour, who is signed in, works on');
  t.equal((await ask(as.officer, '203.0.113.10')).statusCode, 200, 'elsewhere nothing is felt');
});

t.test('the security log has it', async (t) => {
  const rows = await db
    .selectFrom('security_event')
    .select('kind')
    .distinct()
    .where('address', '=', elsewhere)
    .orderBy('kind')
    .execute();
  t.same(
    rows.map(({ kind }) => kind),
    ['key_refused', 'rate_limited'],
  );
});

t.test('an address has so many requests a minute, whoever is there', async (t) => {
  const { headers } = await app.inject({ url: '/no-such-page', remoteAddress: '203.0.113.11' });
  t.equal(Number(headers['ratelimit-limit']), 6_000);
  t.equal(Number(headers['ratelimit-remaining']), 5_999);
});
