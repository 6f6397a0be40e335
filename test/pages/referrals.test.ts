import t from 'tap';
import { decideReferral } from '../../src/referrals/decision.commands.ts';
import { waited } from '../../src/referrals/referral.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db, clock, clinicId } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);

t.test('the queue: empty, filtered, page by page, the oldest first', async (t) => {
  t.match((await get('/referrals')).body, /No referral waits for a decision\./);
  t.match((await get('/referrals?status=all')).body, /There are no referrals yet/);
  t.match((await get('/referrals?status=declined')).body, /No referral is like this/);
  t.match((await get('/referrals/waiting')).body, /Nobody is on the waiting list/);

  const [first, second, third] = [await make.referral(), await make.referral(), await make.referral()];
  await decideReferral(deps, officer, second.id, {
    decision: 'ask',
    question: 'Which network works at home?',
  });
  await decideReferral(deps, officer, third.id, { decision: 'decline', reason: 'Would rather ring' });
  const queue = (await get('/referrals?limit=1')).body;
  t.match(queue, /2 referrals to decide, the most urgent first/);
  t.match(queue, first.reference);
  t.notMatch(queue, second.reference);
  const next = /rel="next" href="([^"]+)"/.exec(queue)![1]!.replaceAll('&amp;', '&');
  t.match((await get(`${next}&limit=1`)).body, second.reference);
  t.match((await get('/referrals?status=declined')).body, third.reference);
  t.match((await get('/referrals?status=all')).body, /3 referrals, the oldest first/);
  t.match(await get('/referrals?status=nothing'), { statusCode: 303, headers: { location: '/referrals' } });
});

t.test('deciding: accept, ask, decline; what was typed stays; twice is harmless', async (t) => {
  const referral = await make.referral({ clinicId });
  const url = `/referrals/${referral.id}/decisions`;
  const noReason = await post(url, { decision: 'decline', reason: ' ' });
  t.equal(noReason.statusCode, 422);
  t.match(noReason.body, /href="#decline-reason"/);
  t.match(noReason.body, /<title>Error: /);
  const tooLong = await post(url, { decision: 'ask', question: `<b>${'x'.repeat(1000)}` });
  t.equal(tooLong.statusCode, 422);
  t.match(tooLong.body, /&lt;b&gt;xxx/, 'and cannot become part of the page');
  t.equal((await post(url, { decision: 'whatever' })).statusCode, 422);
  const asked = await post(url, { decision: 'ask', question: 'Is there Wi-Fi?' });
  t.equal(asked.statusCode, 303);
  const waits = (await get(`/referrals/${referral.id}`)).body;
  t.match(waits, /Nothing was sent\. The clinic’s system can read[\s\S]*Is there Wi-Fi\?/);
  const both = await Promise.all([1, 2].map(() => post(url, { decision: 'accept', _once: 'same' })));
  t.same(
    both.map(({ statusCode }) => statusCode),
    [303, 303],
    'a double click is one decision',
  );
  const late = await post(url, { decision: 'decline', reason: 'Changed my mind' });
  t.equal(late.statusCode, 409);
  t.match(late.body, /The referral is on the waiting list/);
  const page = (await get(`/referrals/${referral.id}`)).body;
  t.match(page, /Position \d+ on the <a href="\/referrals\/waiting">waiting list/);
  t.match(
    page,
    /Still needed: device, data, support\. No tablet, phone or laptop is ready\. Nothing with mobile data is ready\./,
  );
  t.notMatch(page, /Decline the referral/, 'what is decided offers no decision');

  const alone = await make.referral({ needs: ['support'] });
  await post(`/referrals/${alone.id}/decisions`, { decision: 'accept' });
  t.match((await get(`/referrals/${alone.id}`)).body, /Being helped\. Next: set-up call on 25 November 2026/);
  const declined = await make.referral();
  await post(`/referrals/${declined.id}/decisions`, { decision: 'decline', reason: 'Would rather ring' });
  t.match(
    (await get(`/referrals/${declined.id}`)).body,
    /The referral is declined\.[\s\S]*Reason given: Would rather ring/,
  );
});

t.test('a question says how it reaches the clinic, and whom to ring where nothing goes out', async (t) => {
  const asked = async (of: string) => {
    const referral = await make.referral({
      clinicId: of,
      person: { givenName: 'Nadia', familyName: 'Asked', dateOfBirth: '1966-05-04', contactPoints: [] },
      referrer: { name: 'Dr Young', phone: '020 7946 0018', email: 'young@clinic.example' },
    });
    await decideReferral(deps, officer, referral.id, { decision: 'ask', question: 'Is there Wi-Fi?' });
    return `/referrals/${referral.id}`;
  };
  const page = await asked(await make.clinic());
  const before = (await get(page)).body;
  t.match(before, /Not sent yet/);
  t.match(before, 'href="tel:+442079460018"');
  t.match(before, 'href="mailto:young@clinic.example"');
  const path = /action="(\/referrals\/[^"]+\/links)"/.exec(before)![1]!;
  t.equal((await post(path, {})).statusCode, 201);
  t.match((await get(page)).body, /A link for the clinic’s answer was made on 23 November 2026/);
  await db.updateTable('answer_link').set({ expires_at: '2026-11-23T09:00:00Z' }).execute();
  t.match((await get(page)).body, /Not sent yet/, 'a link whose time is over counts no more');
  const withKey = (await get(await asked(clinicId))).body;
  t.match(withKey, /Nothing was sent\. The clinic’s system can read the question/);
});

t.test('the waiting list: places, what each waits for, how long, what stock could meet', async (t) => {
  t.equal(waited('2026-11-23T08:00:00Z', '2026-11-23'), 'today');
  t.equal(waited('2026-06-30T23:30:00Z', '2026-07-02'), '1 day', 'a day is a day in London');
  clock.set('2026-11-16T09:30:00Z');
  const urgent = await make.waitingReferral({ urgency: 'urgent', needs: ['data'] });
  clock.set('2026-11-23T09:30:00Z');
  const before = (await get('/referrals/waiting')).body;
  t.ok(before.indexOf(urgent.reference) < before.indexOf('Routine'), 'the urgent one is first');
  t.match(before, /7 days/);
  t.notMatch(before, /could be given now/);
  t.match((await get('/referrals/waiting?inStock=true')).body, /Ready stock could help nobody/);
  await make.readyDevices(1, { kind: 'dongle' });
  const after = (await get('/referrals/waiting')).body;
  t.match(after, /Mobile data[\s\S]*Data could be given now: 1 dongle\./);
  t.match(
    (await get('/referrals/waiting?inStock=true')).body,
    /"app-count">\d+ (person|people) who could be helped/,
  );
  const next = /rel="next" href="([^"]+)"/.exec((await get('/referrals/waiting?limit=1')).body)![1]!;
  t.notMatch((await get(next)).body, urgent.reference, 'the list goes on behind the first page');
  t.equal((await get('/referrals?status=waiting')).headers.location, '/referrals/waiting');
  const [tablet] = await make.readyDevices(1);
  const loan = await make.loan({
    referralId: (await make.waitingReferral({ needs: ['device', 'data'] })).id,
    items: [{ deviceId: tablet!.id }],
  });
  t.match(
    (await get('/referrals/waiting')).body,
    /Active<\/strong>[\s\S]*Mobile data/,
    'who is being helped waits too',
  );
  t.match((await get(`/loans/${loan.id}`)).body, /Loan issued/);
});

const typed = {
  clinicId,
  'referrer.name': 'Dr Young',
  'patient.givenName': 'Zoë',
  'patient.familyName': 'd’Arcy',
  'patient.wording': 'discreet',
  'patient.contactChoice': 'any_safe',
  'contactPoints.0.channel': 'sms',
  'contactPoints.0.value': '07700 900123',
  'contactPoints.0.safe': 'yes',
  'contactPoints.1.channel': '',
  'contactPoints.1.value': ' ',
  'contactPoints.2.channel': 'phone',
  'contactPoints.2.value': '07700 900124',
  'contactPoints.2.safe': 'no',
  'contactPoints.2.hours.0.days': ['1', '5'],
  'contactPoints.2.hours.0.from': '09:30',
  'contactPoints.2.hours.0.to': '12:00',
  'contactPoints.0.hours.0.from': '',
  'contactPoints.0.hours.0.to': '',
  needs: ['device', 'support'],
  urgency: 'soon',
  'consent.shareWithScheme': 'yes',
  'consent.givenOn-day': '20',
  'consent.givenOn-month': '11',
  'consent.givenOn-year': '2026',
};

t.test('an officer records a referral: the same checks as the API', async (t) => {
  const cases: [Record<string, string | string[]>, RegExp][] = [
    [{ clinicId: '' }, /Choose the clinic that refers/],
    [{ clinicId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e' }, /There is no clinic of this id/],
    [{ needs: [] }, /Choose at least one thing they need/],
    [{ 'patient.nhsNumber': '999 000 0019' }, /This is not an NHS number/],
    [{ 'contactPoints.0.value': '12' }, /Way 1 to reach them: Give a real phone number/],
    [{ 'contactPoints.2.safe': '' }, /Way 2 to reach them: Choose whether the patient said/],
    [{ 'contactPoints.2.hours.0.to': '09:00' }, /Give an end that is later than the start/],
    [{ 'contactPoints.2.hours.0.days': [] }, /Choose the days/],
    [{ 'consent.shareWithScheme': '' }, /Without that there can be no referral/],
    [{ 'consent.givenOn-day': '30' }, /This date is in the future/],
    [{ 'patient.trustedPerson.name': 'Bo' }, /Choose whether we may contact the trusted person/],
    [{ 'referrer.email': 'no' }, /email address/],
  ];
  for (const [change, wanted] of cases) {
    const reply = await post('/referrals/new', { ...typed, ...change });
    t.equal(reply.statusCode, 422, String(wanted));
    t.match(reply.body, wanted);
    t.match(reply.body, /value="Zoë"/);
  }
  const more = await post('/referrals/new', { ...typed, add: '1' });
  t.equal(more.statusCode, 200);
  t.match(more.body, /value="Zoë"/);

  const made = await post('/referrals/new', { ...typed, 'patient.nhsNumber': '999 000 0018' });
  t.equal(made.statusCode, 303);
  const page = await get(made.headers.location!);
  t.match(page.body, /Zoë d’Arcy/);
  t.match(page.body, /Monday, Friday, 09:30 to 12:00/);
  const again = await post('/referrals/new', { ...typed, 'patient.nhsNumber': '9990000018' });
  t.equal(again.statusCode, 409);
  t.match(again.body, `<a href="${made.headers.location}">see the open referral</a>`);
  t.equal((await forms(app, as.auditor).get('/referrals/new')).statusCode, 403);
});

t.test(
  'one referral: likely doubles, a contact proposal, who looked, and what a role may not do',
  async (t) => {
    const person = {
      givenName: 'Nia',
      familyName: 'Twice',
      nhsNumber: '999 000 0026',
      dateOfBirth: '1980-02-29',
      communicationNeeds: ['easy_read' as const],
      language: 'cy',
    };
    const first = await make.referral({ person, notes: 'One line\n<script>alert(1)</script>' });
    const known = await make.referral({
      person: {
        ...person,
        contactPoints: [{ channel: 'email', value: 'new@example.org', safe: true }],
        wording: 'identified',
      },
    });
    const alike = await make.referral({ person: { ...person, givenName: 'N.', nhsNumber: undefined } });
    const before = (await db.selectFrom('access_log').selectAll().execute()).length;
    const page = (await get(`/referrals/${first.id}`)).body;
    t.equal((await db.selectFrom('access_log').selectAll().execute()).length, before + 1, 'a look is logged');
    t.match(page, /Easy read[\s\S]*Speaks Welsh/);
    t.match(page, /&lt;script&gt;alert/);
    t.match((await get(`/referrals/${known.id}`)).body, /Email: new@example.org: safe/);
    t.match(
      (await get(`/referrals/${alike.id}`)).body,
      /There may be a record of this person already[\s\S]*Compare \d other record/,
    );
    const seen = (await forms(app, as.auditor).get(`/referrals/${first.id}`)).body;
    t.match(seen, /Officers and managers decide about referrals\./);
    t.notMatch(seen, /action="\/referrals\/[^"]+\/decisions"/);
    t.equal((await get('/referrals/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')).statusCode, 404);
  },
);

t.test('the pages with long names, by axe and at both widths', async (t) => {
  const name = 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren-O’Brien';
  const { id } = await make.referral({
    urgency: 'urgent',
    person: {
      givenName: 'Maximiliana-Konstantina',
      familyName: name,
      communicationNeeds: ['bsl'],
      contactPoints: [{ channel: 'email', value: `${'long.'.repeat(11)}address@example.org`, safe: false }],
    },
  });
  const { page, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.officer,
  );
  for (const url of [
    '/referrals',
    '/referrals?status=all',
    '/referrals/waiting',
    '/referrals/new',
    `/referrals/${id}`,
  ]) {
    await page.goto(url);
    await look(url.replace(id, ':id'));
  }
  await page.getByText('Decline the referral').click();
  await page.getByRole('button', { name: 'Decline' }).click();
  await page.getByRole('link', { name: 'Say why, in words that the clinic can pass on' }).click();
  t.equal(await page.evaluate('document.activeElement.name'), 'reason', 'the summary leads to the field');
  await look('a referral, refused');
});
