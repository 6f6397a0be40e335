import { sql } from 'kysely';
import t from 'tap';
import { publishNotice } from '../../src/privacy/notices/notice.commands.ts';
import { namedNotices, noticeFaults, noticeNames } from '../../src/privacy/notices/notice.rules.ts';
import { noticeTemplate } from '../../src/privacy/notices/notice-template.rules.ts';
import { getRetention } from '../../src/privacy/retention.queries.ts';
import { readScheme } from '../../src/scheme/scheme.queries.ts';
import { blocksOf } from '../../src/shared/blocks.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager } from '../helpers/factories.ts';
import { forms, signedInBrowser, versionIn } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

t.setTimeout(400_000);
const { app, as, db, deps } = await testApp(t, { SCHEME_PHONE: '020 7946 0000' });
const make = factories(deps);
const nobody = forms(app, {});
const api = (method: 'GET' | 'PUT', who: keyof typeof as, url: string, payload?: object, ifMatch?: string) =>
  app.inject({
    method,
    url: `/api/v1/notices${url}`,
    headers: { ...as[who], ...(ifMatch && { 'if-match': ifMatch }) },
    ...(payload && { payload }),
  });

t.test('until somebody saves one, a notice says that it is being written, and nothing else', async (t) => {
  for (const name of namedNotices) {
    const { statusCode, body } = await nobody.get(`/notices/${name}`);
    t.equal(statusCode, 200);
    t.match(body, /This notice is being written\. Ask Test scheme: ring 020 7946 0000/);
    t.notMatch(body, /What we keep|standard/);
  }
  t.equal((await nobody.get('/notices/patients_discreet')).statusCode, 404);
  t.match((await nobody.get('/notice')).body, /This page is being written/);
});

t.test('what Lendwell begins a notice with counts for nothing before it is completed', async (t) => {
  const scheme = await readScheme(deps, db);
  const retention = { ...(await getRetention(db)), helpedMonths: 96 };
  for (const name of noticeNames) {
    const text = noticeTemplate(name, scheme, retention);
    const faults = noticeFaults(name, text, scheme.name);
    t.equal(faults.length, 1, name);
    t.match(faults[0]!.message, /Fill in what stands in square brackets/);
    t.same(noticeFaults(name, text.replaceAll(/\[[^\]\n]*\](?!\()/g, 'x'), scheme.name), [], name);
    t.match(await refusal(publishNotice(deps, { ...manager, ifMatch: '*' }, name, { text })), {
      type: 'invalid',
    });
  }
  t.match(noticeTemplate('patients', scheme, retention), /96 months after the last thing/);
  t.match(noticeTemplate('patients', scheme, retention), /set no time after which it ends/);
});

t.test('headings, lists and links to https, and nothing else', async (t) => {
  t.same(
    blocksOf(
      '# One\n## Two\n\n- a\n- [b](https://b.example/x)\n\n- c\n<b>raw</b> [bad](javascript:alert(1))',
    ),
    [
      { type: 'heading', level: 2, pieces: [{ text: 'One' }] },
      { type: 'heading', level: 3, pieces: [{ text: 'Two' }] },
      { type: 'list', items: [[{ text: 'a' }], [{ text: 'b', href: 'https://b.example/x' }]] },
      { type: 'list', items: [[{ text: 'c' }]] },
      { type: 'paragraph', pieces: [{ text: '<b>raw</b> [bad](javascript:alert(1))' }] },
    ],
  );
  for (const href of ['http://a.example', 'javascript:alert(1)', '/settings', 'data:text/html,x', ''])
    t.match(
      noticeFaults('clinics', `Read [this](${href}).`, 'Elm'),
      [{ message: /begins with https/ }],
      href,
    );
  await make.notice('clinics', 'We keep <script>alert(1)</script> [this](https://ok.example/?a="b"&c).');
  const { body } = await nobody.get('/notices/clinics');
  t.match(body, 'We keep &lt;script&gt;alert(1)&lt;/script&gt;');
  t.match(body, '<a href="https://ok.example/?a=&quot;b&quot;&amp;c" rel="noreferrer">this</a>');
});

t.test('the discreet notice names nobody and nothing', async (t) => {
  const scheme = (await readScheme(deps, db)).name;
  const words = noticeFaults('patients_discreet', `The Tablet of ${scheme}, from the NHS clinic.`, scheme);
  t.same(
    words.map(({ message }) => /“(.+)”/.exec(message)![1]),
    ['Tablet', 'scheme', 'NHS', 'clinic', scheme],
  );
  await make.notice('patients_discreet');
  const { body, headers } = await nobody.get('/notice');
  t.match(body, /What you tell us\./);
  t.notMatch(
    body.replace('device-width', ''),
    new RegExp(`${scheme}|Lendwell|health|clinic|device|tablet`, 'i'),
  );
  t.equal(headers['referrer-policy'], 'no-referrer');
});

t.test(
  'each version says who saved it and when, earlier ones are kept, and nobody changes one',
  async (t) => {
    const before = await api('GET', 'auditor', '/accessibility');
    t.match(before.json(), { notice: 'accessibility', href: '/notices/accessibility', published: null });
    const tag = String(before.headers.etag);
    const put = (text: string, ifMatch?: string, who: keyof typeof as = 'administrator') =>
      api('PUT', who, '/accessibility', { text }, ifMatch);
    t.equal((await put('One', tag, 'officer')).statusCode, 403);
    t.equal((await put('One')).json().type, '/problems/if-match-required');
    const first = await put('One', tag);
    t.match(first.json().published, { version: 1, text: 'One', createdBy: 'Test administrator' });
    t.equal((await put('Two', tag)).json().type, '/problems/changed-meanwhile');
    t.equal((await put('One', String(first.headers.etag))).statusCode, 422);
    t.equal((await put('Two', String(first.headers.etag), 'manager')).statusCode, 200);
    const { items } = (await api('GET', 'officer', '')).json();
    t.match(items[0], { published: { version: 2, createdBy: 'Test manager' }, earlier: [{ text: 'One' }] });
    t.match(
      (await nobody.get('/notices/accessibility')).body,
      /Two<\/p>[\s\S]*version 2 of 23 November 2026/,
    );
    const { rows } = await sql<{ values: object }>`
    select "values" from event where type = 'notice.published' and "values" ->> 'notice' = 'accessibility' order by id`.execute(
      db,
    );
    t.same(rows.at(-1)!.values, { notice: 'accessibility', noticeVersion: 2 });
    await t.rejects(sql`update notice_version set body = 'x'`.execute(db));
    await t.rejects(sql`delete from notice_version`.execute(db));
  },
);

t.test('a public page leads to each notice from its foot', async (t) => {
  for (const url of ['/sign-in', '/password/none', '/refer/none', '/answer/none', '/no-such-page'])
    for (const name of namedNotices)
      t.match((await nobody.get(url)).body, `href="/notices/${name}"`, `${url} ${name}`);
});

t.test(
  'in a browser: written from what Lendwell knows, looked at, published, read and printed',
  async (t) => {
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, look } = await signedInBrowser(t, baseURL, as.manager);
    await page.goto('/settings/notices');
    await look('the notices');
    await page.getByRole('link', { name: 'Privacy: supporters and staff' }).click();
    await page.getByRole('button', { name: 'Write it' }).click();
    await look('the form');
    const box = page.getByLabel('What the public is told');
    const begun = await box.inputValue();
    t.match(begun, /\[Who else\]/);
    await page.getByRole('button', { name: 'See it as the public does' }).click();
    t.match(await page.textContent('.app-flag'), 'Fill in what stands in square brackets');
    t.equal(await page.getByRole('button', { name: 'Publish it' }).count(), 0);
    await look('the preview');
    await page.getByRole('button', { name: 'Change the text' }).click();
    t.equal(await box.inputValue(), begun.trim(), 'what was typed is kept');
    await box.fill('# Why\nTo work together.\n## And\n- a list\nRead [more](https://more.example).');
    await page.getByRole('button', { name: 'See it as the public does' }).click();
    await page.getByRole('button', { name: 'Publish it' }).click();
    t.match(await page.textContent('main'), 'Version 1 is published');
    await look('the notice in settings');
    await page.getByRole('contentinfo').getByRole('link', { name: 'supporters and staff' }).click();
    await page.context().clearCookies();
    await page.reload();
    t.equal(await page.textContent('main h1'), 'Privacy: supporters and staff');
    await look('the public notice');
    await page.emulateMedia({ media: 'print' });
    t.equal(await page.locator('footer').isVisible(), false);
    t.ok(await page.getByText('To work together.').isVisible());
    await page.emulateMedia({ media: null });
    await page.goto('/notice');
    await look('the discreet notice');
  },
);

t.test('two who write: the second is told, and sends it again', async (t) => {
  const { get, post } = forms(app, as.manager);
  const form = '/settings/notices/patients/new';
  const version = versionIn((await get(form)).body);
  t.equal((await post(form, { text: 'First', version, do: 'publish' })).statusCode, 303);
  const late = await post(form, { text: 'Second', version, do: 'publish' });
  t.equal(late.statusCode, 412);
  t.match(late.body, 'Second');
  const again = { text: 'Second', version: versionIn(late.body), do: 'publish' };
  t.equal((await post(form, again)).statusCode, 303);
  t.match((await nobody.get('/notices/patients')).body, 'Second');
});
