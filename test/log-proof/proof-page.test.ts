import path from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { makeKeys } from '../../src/office/log-proof/signing.ts';
import { testApp } from '../helpers/app.ts';
import { signedInBrowser } from '../helpers/pages.ts';

t.test('how far the log is proved stands under Settings, and administrators sign it there', async (t) => {
  const key = path.join(t.testdir(), 'log.pem');
  await makeKeys(key);
  const { app, as, deps, db } = await testApp(t, { LOG_SIGNING_KEY: key, LOG_HEADS_FILE: `${key}/none` });
  const baseURL = await app.listen({ port: 0, host: '127.0.0.1' });
  const { page, step, look } = await signedInBrowser(t, baseURL, as.administrator);
  const proof = () => page.textContent('main dl:last-of-type');

  await step('before the first', async (t) => {
    await page.goto('/settings/security');
    t.match(await proof(), /None yet/);
    t.notMatch(await proof(), /Not yet linked\s+0 rows/);
    await look('the proof of the log');
  });

  await step('and then', async (t) => {
    await page.click('main button:text-is("Sign the end of the log now")');
    await page.waitForSelector('.nhsuk-notification-banner, .app-done, [role=alert], [role=region]');
    t.match(await page.textContent('main'), /The end of the log is signed\. This failed: the file\./);
    t.notMatch(await proof(), /None yet/);
    const { rows } = await sql`select key_id is not null as signed from log_head`.execute(db);
    t.same(rows, [{ signed: true }]);
  });

  const seen = await app.inject({ url: '/settings/security', headers: as.auditor });
  t.match(seen.body, /Administrators sign the end of the log/);
  deps.config.LOG_SIGNING_KEY = '/nowhere';
  const refused = await app.inject({
    method: 'POST',
    url: '/settings/security/heads',
    headers: as.administrator,
  });
  t.match(refused, { statusCode: 409, body: /The key that LOG_SIGNING_KEY names cannot be used/ });
});
