import t from 'tap';
import { colourMeanings, statusTag } from '../../src/shared/statuses.ts';
import { testApp } from '../helpers/app.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as } = await testApp(t);

t.test('help is one link away for everyone who signs in, and tells what each colour means', async (t) => {
  for (const role of ['officer', 'supporter', 'manager', 'auditor', 'administrator'] as const) {
    const { get } = forms(app, as[role]);
    const page = await get('/help');
    t.equal(page.statusCode, 200, role);
    for (const meaning of Object.values(colourMeanings)) t.match(page.body, meaning);
  }
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const scripts of [true, false]) {
    const { page, look } = await signedInBrowser(t, base, as.officer, { scripts });
    await page.goto('/');
    await page.getByRole('link', { name: 'Help: scanning, keys and colours' }).click();
    await page.getByRole('heading', { name: 'Scanning' }).waitFor();
    await look('help');
  }
  t.equal(statusTag('ready').colour, 'green');
});

t.test('who has not signed in is asked to, and sees no link to it', async (t) => {
  t.equal((await app.inject({ url: '/help' })).statusCode, 303);
  t.notMatch((await app.inject({ url: '/sign-in' })).body, 'href="/help"');
});
