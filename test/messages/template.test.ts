import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { writeTemplate } from '../../src/messages/template.commands.ts';
import { listTemplates } from '../../src/messages/template.queries.ts';
import { renderTemplate, templateFaults } from '../../src/messages/template.rules.ts';
import type { NewTemplate, Template } from '../../src/messages/template.schemas.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, clock } = await testApp(t, { DATABASE_POOL: '20' });
const api = apiOf(app, as.manager);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

const inUse = async (reason: string, wording: string, channel = 'any', language = 'en') =>
  (await listTemplates(deps)).find(
    (one) =>
      one.reason === reason &&
      one.wording === wording &&
      one.channel === channel &&
      one.language === language,
  ) as Template;
const write = (changes: Partial<NewTemplate>) =>
  api('POST', '/templates', {
    reason: 'follow_up',
    wording: 'discreet',
    channel: 'any',
    language: 'en',
    subject: 'Reminder',
    body: 'Hello. It is {{when}}.',
    insteadOf: null,
    ...changes,
  });

t.test('every reason has every wording; each change is a version and what was stays', async (t) => {
  t.equal((await listTemplates(deps)).length, 33);
  const before = await inUse('follow_up', 'discreet');
  t.match(await write({ insteadOf: null }), { status: 412 });
  const { body: after, status } = await write({ insteadOf: before.id });
  t.equal(status, 201);
  t.match(after, {
    version: before.version + 1,
    createdBy: 'Test manager',
    sample: { body: 'Hello. It is Tuesday 12 January at 10:30am.', sms: { fragments: 1, encoding: 'GSM-7' } },
    earlier: [{ id: before.id }, {}, {}],
  });
  t.match(await write({ insteadOf: before.id }), {
    status: 412,
    body: { detail: /Test manager wrote version/ },
  });
  t.match((await api('GET', `/templates/${before.id}`)).body, { id: after.id }, 'by the id of any version');
  await t.rejects(sql`update template set body = ''`.execute(db), /append-only/);
  t.equal((await apiOf(app, as.officer)('POST', '/templates', {})).status, 403);
});

t.test(
  'rule 12: a discreet text with a revealing word is refused with the word; only what may be named is named',
  async (t) => {
    const { id } = await inUse('follow_up', 'discreet');
    t.match(await write({ insteadOf: id, body: 'Your clinic rings {{when}}' }), {
      status: 422,
      body: { errors: [{ pointer: '/body', message: /“clinic” tells others/ }] },
    });
    t.match(await write({ insteadOf: id, body: 'Hello {{name}}' }), {
      status: 422,
      body: {
        errors: [
          {
            pointer: '/body',
            message: /may not use \{\{name\}\}. It may use when, how, day, why, text, link, replies/,
          },
        ],
      },
    });
    t.match(
      templateFaults({ subject: '', body: '{{contacts}}' }, 'identified', 'so'),
      [{ message: /in another language may not use \{\{contacts\}\}/ }],
      'English words have no place in another language',
    );
    t.match(await write({ insteadOf: id, body: ' ' }), { status: 422 });
    t.match(await write({ insteadOf: id, language: 'Somali' }), {
      status: 422,
      body: { errors: [{ pointer: '/language' }] },
    });
    t.equal(
      renderTemplate(
        { subject: '', body: '{{when}}', language: 'pl' },
        'discreet',
        [{ at: '2027-01-12T10:30:00Z', way: 'phone' }],
        { name: '', scheme: '', schemePhone: '', link: '', replies: '' },
      ).body,
      'wtorek 12 stycznia, 10:30',
    );
  },
);

t.test('a message takes what fits best: language before channel, English where there is none', async (t) => {
  await write({ language: 'pl', body: 'Dzień dobry. {{when}}.' });
  await write({ channel: 'sms', body: 'By text: {{when}}.' });
  clock.set('2026-11-23T03:15:00Z');
  for (const [place, language, channel] of [
    [0, 'pl-PL', 'sms'],
    [1, 'en', 'sms'],
    [2, 'so', 'sms'],
    [3, null, 'email'],
  ] as const) {
    const [person] = await seedFollowUps(db, {
      patients: 1,
      dueOn: '2026-11-24',
      channel,
      value: channel === 'sms' ? `+4477009001${place}0` : 'a@mail.example',
    });
    await sql`update patient set language = ${language} where id = ${person!.patientId}`.execute(db);
  }
  await runNightly(deps);
  const { items } = (await api('GET', '/messages?status=planned')).body as { items: { text: string }[] };
  t.match(
    items.map(({ text }) => text).filter((text) => text.startsWith('By text: ')),
    { length: 2 },
    'the preview is the text of its own channel',
  );
  clock.set('2026-11-23T10:00:00Z');
  await dispatch(deps);
  const { rows } = await sql<{ body: string; templates: number }>`
    select c.body, cardinality(m.template_ids) as templates from captured_message c join message m on m.id = c.reference order by c.recipient`.execute(
    db,
  );
  t.match(
    rows.map(({ body }) => body),
    [/^Dzień dobry\. wtorek 24 listopada, 10:00\.$/, /^By text: /, /^By text: /, /^Hello\. It is Tuesday/],
  );
  t.ok(
    rows.every(({ templates }) => templates === 1),
    'each keeps which text it was',
  );
});

t.test('two write at once: one is told', async (t) => {
  const { id } = await inUse('overdue', 'discreet');
  const text = (body: string) =>
    writeTemplate(deps, officer, {
      reason: 'overdue',
      wording: 'discreet',
      channel: 'any',
      language: 'en',
      subject: 'A',
      body,
      insteadOf: id,
    });
  const outcomes = await Promise.allSettled([text('One {{day}}'), text('Two {{day}}')]);
  t.same(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

t.test('trying it out: only so often, and where it went is kept nowhere', async (t) => {
  const { id } = await inUse('follow_up', 'identified');
  const send = (to: string, channel = 'sms') => api('POST', `/templates/${id}/tests`, { channel, to });
  t.match(await send('12'), { status: 422, body: { errors: [{ pointer: '/to' }] } });
  t.match(await send('nobody', 'email'), { status: 422, body: { errors: [{ pointer: '/to' }] } });
  t.match(await send('1 Elm Street\nLondon', 'letter'), {
    status: 422,
    body: { errors: [{ pointer: '/to' }] },
  });
  t.match(await send('No fixed abode\nN1 1AA', 'letter'), {
    status: 422,
    body: { errors: [{ pointer: '/to' }] },
  });
  t.match(await send('07700 900199'), { status: 201, body: { result: 'kept' } });
  const { rows } = await sql<{
    body: string;
  }>`select body from captured_message where recipient = '+447700900199'`.execute(db);
  t.match(rows, [{ body: /Hello Amal\. Test scheme will phone you/ }]);
  const events = await sql<{
    e: string;
  }>`select row_to_json(e)::text as e from event e where type = 'template.tested'`.execute(db);
  t.equal(events.rows.length, 1);
  t.notMatch(events.rows[0]!.e, /900199/);
  t.match(await send(' 1 Elm Street\nLondon\nn1 1aa ', 'letter'), { status: 201, body: { result: 'kept' } });
  const letters = await sql<{
    recipient: string;
  }>`select recipient from captured_message where channel = 'letter'`.execute(db);
  t.same(letters.rows, [{ recipient: '1 Elm Street\nLondon\nN1 1AA' }]);
  for (let n = 0; n < 8; n++) await send('07700 900199');
  t.match(await send('07700 900199'), { status: 429, body: { detail: /10 texts in an hour/ } });
});

for (const scripts of [true, false]) {
  t.test(`texts in settings; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.manager, { scripts });
    await page.goto('/settings');
    await page.getByRole('link', { name: 'Texts of messages' }).click();
    await look('texts');
    await page.getByRole('link', { name: 'Discreet, any way', exact: true }).first().click();
    await look('one text');
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/template.png`, fullPage: true });
    await page.getByRole('button', { name: 'Change the text' }).click();
    await page.getByLabel('Text', { exact: true }).fill('The NHS calls {{when}}');
    await page.getByRole('button', { name: 'Save it as the next version' }).click();
    await page.getByText('“NHS” tells others what this is about').first().waitFor();
    t.equal(await page.getByLabel('Text', { exact: true }).inputValue(), 'The NHS calls {{when}}');
    await look('a text, refused');
    await page.getByLabel('Text', { exact: true }).fill(`Hello ŵ. We call {{when}}. ${'x'.repeat(60)}`);
    await page.getByRole('button', { name: 'See how it reads' }).click();
    await page.getByText('2 parts as a text message (UCS-2)').waitFor();
    await look('a text, as it would read');
    await page.getByRole('button', { name: 'Save it as the next version' }).click();
    await page.getByText(/Version \d+ is in use from now on/).waitFor();
    await page.getByLabel('Language').selectOption(scripts ? 'ar' : 'tr');
    await page.getByRole('button', { name: 'Begin it' }).click();
    await page.getByText('It begins with the words of the other.').waitFor();
    const [person] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-25' });
    t.match((await forms(app, as.officer).get(`/patients/${person!.patientId}/texts`)).body, /Hello Amal/);
    await page.goto('/settings/templates');
    await page.getByRole('link', { name: 'Identified, any way', exact: true }).first().click();
    await page.getByLabel('Your own number or address').fill('me');
    await page.getByRole('button', { name: 'Send it to me' }).click();
    await page.getByText('Give a real phone number').first().waitFor();
    await look('a text, not tried');
  });
}
