import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { axeClean, openBrowser, overflows, thenLoaded } from '../helpers/browser.ts';

const folder = path.join(import.meta.dirname, '../../openapi/examples/clinic-form');
const { app, as, db } = await testApp(t);
const key = as.clinic.authorization!.replace('Bearer ', '');

/** The example as a clinic runs it, and where it listens. */
async function start(t: { teardown(work: () => unknown): unknown }, url: string): Promise<string> {
  const server = spawn(process.execPath, ['server.mjs'], {
    cwd: folder,
    env: { LENDWELL_URL: url, LENDWELL_KEY: key, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => server.kill());
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  return line;
}

t.test(
  'the example of a clinic’s form: faults at their fields, what was typed kept, sent once, the key unseen',
  async (t) => {
    const lendwell = await app.listen({ host: '127.0.0.1', port: 0 });
    const page = await openBrowser(t, { baseURL: await start(t, lendwell), width: 360 });
    await page.goto('/');
    await axeClean(t, page, 'the form');
    t.equal(await overflows(page), '', 'it fits 360 pixels');
    const errorAt = (label: string) => page.locator(`label:has-text("${label}") + .error`).textContent();
    const send = () => thenLoaded(page, () => page.getByRole('button', { name: 'Send' }).click());
    await page.getByLabel('Given name').fill('Zoë "Zo" <b>');
    await page.getByLabel('NHS number').fill('999 000 0019');
    await page.getByLabel('Email').check();
    await page.getByLabel('Number or address').fill('zoe@example.org');
    await page.getByLabel('A device').check();
    await send();
    await page.getByText('Some values are not right').waitFor();
    t.equal(await errorAt('Your name'), 'This is needed.');
    t.equal(await errorAt('On which day?'), 'This is needed.');
    t.equal(await page.getByLabel('Given name').inputValue(), 'Zoë "Zo" <b>');
    t.ok(await page.getByLabel('A device').isChecked());
    t.notMatch(await page.content(), key);
    await page.getByLabel('Your name').fill('Dr Young');
    await page.getByLabel('Family name').fill('O’Brien');
    await page.getByLabel('It is safe').check();
    await page.getByLabel('The patient agreed').check();
    await page.getByLabel('On which day?').fill('2026-11-20');
    await send();
    t.match(
      await errorAt('NHS number'),
      /This is not an NHS number/,
      'a rule’s fault stands at its field too',
    );
    await page.getByLabel('NHS number').fill('999 000 0018');
    const fields = await page.evaluate('new URLSearchParams(new FormData(document.forms[0])).toString()');
    await send();
    await page.getByText(/The reference is R-\w{6}\./).waitFor();
    const again = await fetch(page.url(), { method: 'POST', body: new URLSearchParams(String(fields)) });
    t.match(await again.text(), /The reference is R-/, 'sent again it is the same referral');
    t.match(await db.selectFrom('referral').select(['given_name', 'referrer_name', 'nhs_number']).execute(), [
      { given_name: 'Zoë "Zo" <b>', referrer_name: 'Dr Young', nhs_number: '9990000018' },
    ]);
  },
);

t.test('while Lendwell is away the form keeps what was typed', async (t) => {
  const url = await start(t, 'http://127.0.0.1:9');
  const reply = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ key: 'k', 'referrer.name': 'Dr Young' }),
  });
  t.match(await reply.text(), /Lendwell cannot be reached[\s\S]*value="k"[\s\S]*value="Dr Young"/);
});

t.test('it takes its own fields and no others', async (t) => {
  const url = await start(t, 'http://127.0.0.1:9');
  const post = (fields: Record<string, string>) =>
    fetch(url, { method: 'POST', body: new URLSearchParams({ key: 'odd', ...fields }) }).then((reply) =>
      reply.text(),
    );
  await post({ 'patient.__proto__.givenName': 'Polluted', 'patient.contactPoints.4000000000.value': 'x' });
  t.notMatch(await post({}), 'Polluted');
});

t.test('its fields are fields of the API', async (t) => {
  const { paths, components } = JSON.parse(readFileSync(path.join(folder, '../../openapi.json'), 'utf8'));
  let schema = paths['/api/v1/referrals'].post.requestBody.content['application/json'].schema;
  if (schema.$ref) schema = components.schemas[schema.$ref.split('/').at(-1)];
  const names = [...readFileSync(path.join(folder, 'form.html'), 'utf8').matchAll(/ name="([^"]+)"/g)].map(
    ([, name]) => name!,
  );
  for (const name of new Set(names.filter((name) => name !== 'key' && name !== 'viewport'))) {
    const found = name
      .split('.')
      .reduce((part, step) => (/^\d+$/.test(step) ? part?.items : part?.properties?.[step]), schema);
    t.ok(found, name);
  }
});
