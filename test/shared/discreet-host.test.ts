import t from 'tap';
import { testApp } from '../helpers/app.ts';

t.test('the address of discreet links has their pages and nothing else', async (t) => {
  const { app, as } = await testApp(t, {
    PUBLIC_URL: 'https://lendwell.nhs.example',
    LINK_URL: 'https://answer.example.org',
  });
  const ask = (url: string, headers: Record<string, string> = {}) =>
    app.inject({ url, headers: { ...headers, host: 'answer.example.org' } });
  const asset = /href="(\/assets\/[^"]+\.css)"/.exec((await ask('/f/none')).body)![1]!;
  for (const url of ['/f/none', '/notice', asset]) t.not((await ask(url)).body, nothing, url);
  t.match((await ask('/a/none')).body, /<html/);
  for (const url of [
    '/',
    '/sign-in',
    '/A/none',
    '/b/none',
    '/notices/patients',
    '/noticed',
    '/refer/none',
    '/api/v1/devices',
    '/docs',
    '/%61/none',
    '//a/none',
  ])
    for (const headers of [{}, as.officer]) {
      const { statusCode, body } = await ask(url, headers);
      t.same([statusCode, body], [404, nothing], url);
    }
  t.equal(
    (await app.inject({ method: 'POST', url: '/sign-in', headers: { host: 'answer.example.org' } })).body,
    nothing,
  );
  t.match((await app.inject({ url: '/sign-in', headers: { host: 'lendwell.nhs.example' } })).body, /Sign in/);
});

t.test('where one address is for both, it has everything', async (t) => {
  const url = 'https://answer.example.org';
  for (const settings of [
    { LINK_URL: url, PUBLIC_URL: url },
    { LINK_URL: '', PUBLIC_URL: url },
  ]) {
    const { app } = await testApp(t, settings);
    t.equal((await app.inject({ url: '/sign-in', headers: { host: 'answer.example.org' } })).statusCode, 200);
  }
});

const nothing = 'There is nothing here. Look at the address again.';
