import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { answerByLink } from '../../src/support/measures/link.commands.ts';
import { atOnce } from '../helpers/at-once.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { world } from '../helpers/world.ts';

const items = [
  { wording: 'In touch?', lowest: 1, highest: 5 },
  { wording: 'On your own?', lowest: 1, highest: 5, reversed: true },
];
const nobody = {};

async function asking(t: Test, settings: Record<string, string> = {}) {
  const w = await world(t, { DATABASE_POOL: '20', ...settings });
  w.clock.set('2026-11-23T11:00:00Z');
  const referral = await w.refer();
  const { patientId } = referral;
  const instrument = async (name: string, more: object = {}) =>
    (
      await w.call('manager', 'POST', '/instruments', {
        name,
        direction: 'higher',
        licenceNeeded: false,
        total: 'sum',
        items,
        ...more,
      })
    ).body.id as string;
  const ask = (instrumentId: string) =>
    w.call('officer', 'POST', `/patients/${patientId}/measure-links`, { instrumentId });
  const measure = async (id: string) => (await w.call('officer', 'GET', `/measures/${id}`)).body;
  /** The address in the newest text, once it has gone. */
  async function link(): Promise<string> {
    await w.send();
    const { body } = (await w.sent()).at(-1)!;
    return `/a/${/\/a\/(\S+)/.exec(body)![1]}/questions`;
  }
  /** An instrument that was asked by a link. */
  async function asked(name = 'Zyxword scale') {
    const { body } = await ask(await instrument(name));
    return { id: body.id as string, url: await link() };
  }
  return { ...w, referral, patientId, instrument, ask, measure, link, asked, page: forms(w.app, nobody) };
}

t.test('asked by a link, answered once; nothing on the way tells what it is about', async (t) => {
  const w = await asking(t);
  const { id, url } = await w.asked();
  const [text] = await w.sent();
  t.match(text!.body, /To answer: https:\/\/answer\.example\.org\/a\//);
  t.notMatch(text!.body, /Amal|Zyxword|scheme/);
  t.match(await w.measure(id), {
    way: 'link',
    status: 'asked',
    link: { until: '2026-12-07', endedAt: null },
  });
  const answerPage = (await w.page.get(url.replace('/questions', ''))).body;
  t.match(answerPage, url);
  const shown = await w.page.get(url);
  t.equal(shown.statusCode, 200);
  t.match(shown.body, /In touch\?.*On your own\?.*Rather not say.*I would rather not/s);
  t.notMatch(shown.body, /Amal|Zyxword|Elm Street|Test scheme/);
  t.equal(shown.headers['referrer-policy'], 'no-referrer');
  const none = await w.page.post(url, { asked: id });
  t.equal(none.statusCode, 422);
  t.match(none.body, /Give at least one answer/);
  const wrong = await w.page.post(url, { asked: id, 'answers.0': '9', 'answers.1': '2' });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /value="2" checked/, 'what was ticked is kept on the page');
  t.equal(
    (await w.page.post(url, { asked: id, 'answers.0': '4', 'answers.1': 'rather_not' })).statusCode,
    303,
  );
  t.match((await w.page.get(url)).body, /What you said has arrived/);
  t.match(await w.measure(id), { status: 'answered', answers: [4, 'rather_not'], answeredOn: '2026-11-23' });
  const second = await w.page.post(url, { asked: id, 'answers.0': '1', 'answers.1': '1' });
  t.equal(second.statusCode, 409);
  t.match(second.body, /answered already.*said first counts/s);
  t.match(await w.measure(id), { answers: [4, 'rather_not'] });
  t.notMatch((await w.page.get(url.replace('/questions', ''))).body, url);
  const events = await w.rows<{ e: string }>(
    sql`select row_to_json(e)::text as e from event e where type like 'patient.measure%'`,
  );
  t.equal(events.length, 2);
  t.notMatch(events.map(({ e }) => e).join(), /answers":|rather_not/);
});

t.test('two phones at once: one answer counts', async (t) => {
  const w = await asking(t);
  const { id, url } = await w.asked();
  const token = url.split('/')[2]!;
  const both = await atOnce(
    w.db,
    sql`select from patient where id = ${w.patientId} for update`,
    [
      [5, 1],
      [1, 5],
    ].map((answers) => () => answerByLink(w.deps, `two-${answers[0]}`, token, { id, answers })),
  );
  t.same(both.map((one) => (one.status === 'fulfilled' ? one.value : one.reason)).toSorted(), [false, true]);
  const { answers } = await w.measure(id);
  t.equal(
    both.findIndex((one) => one.status === 'fulfilled' && one.value),
    answers[0] === 5 ? 0 : 1,
  );
});

t.test('who would rather not says so once, and is not asked that again', async (t) => {
  const w = await asking(t);
  const { id, url } = await w.asked();
  t.equal((await w.page.post(url, { asked: id, declined: 'true' })).statusCode, 303);
  const { status, instrument } = await w.measure(id);
  t.equal(status, 'declined');
  t.match(await w.ask(instrument.id), { status: 422, body: { errors: [{ message: /rather not/ }] } });
  const { body } = await w.call('officer', 'GET', `/patients/${w.patientId}/asking`);
  t.equal(body.lately, 1, 'it counts as asked');
});

t.test('a link leads nowhere after its days, once ended, taken back, stopped, or erased', async (t) => {
  const w = await asking(t);
  const ends = async (what: string, end: (id: string, url: string) => Promise<unknown>) => {
    const { id, url } = await w.asked(`Scale ${what}`);
    t.equal((await w.page.get(url)).statusCode, 200, what);
    await end(id, url);
    t.equal((await w.page.get(url)).statusCode, 404, what);
    t.equal(
      (await w.page.post(url, { asked: id, 'answers.0': '1', 'answers.1': '1' })).statusCode,
      404,
      what,
    );
    t.equal((await w.measure(id)).answers, null, what);
    await w.call('officer', 'POST', `/measures/${id}/takings-back`, { reason: 'Next' });
  };
  await sql`update lending_policy set asking_most = 12`.execute(w.db);
  await ends('ended', async (id) => {
    t.equal((await w.call('officer', 'POST', `/measures/${id}/link-endings`)).status, 201);
    t.equal((await w.call('officer', 'POST', `/measures/${id}/link-endings`)).status, 201, 'twice is once');
  });
  await ends('taken back', (id) =>
    w.call('officer', 'POST', `/measures/${id}/takings-back`, { reason: 'Other' }),
  );
  await ends('stop', async (_id, url) => {
    await w.page.post(url.replace('/questions', ''), { kind: 'stop' });
  });
  await sql`update contact_point set stopped_at = null`.execute(w.db);
  await ends('after 14 days', async (_id, url) => {
    w.clock.set('2026-12-07T10:00:00Z');
    t.equal((await w.page.get(url)).statusCode, 200, 'the last day');
    w.clock.set('2026-12-08T00:01:00Z');
  });
  w.clock.set('2026-12-08T11:00:00Z');
  await ends('help ended', () =>
    w.call('officer', 'POST', `/referrals/${w.referral.id}/withdrawals`, {
      reason: 'Moved',
      saidBy: 'patient',
    }),
  );
  const { url } = await w.asked('Scale erased');
  const erased = await w.call('manager', 'POST', `/patients/${w.patientId}/erasures`, {
    askedBy: 'patient',
    askedOn: '2026-12-08',
    identityCheck: 'Saw a card',
    reason: 'Help ended',
  });
  t.equal(erased.status, 201, JSON.stringify(erased.body));
  t.equal((await w.page.get(url)).statusCode, 404);
});

t.test('nobody is asked beyond the budget, what they wish, or a safe way', async (t) => {
  const w = await asking(t);
  const [one, two] = [await w.instrument('One'), await w.instrument('Two')];
  await sql`update lending_policy set asking_most = 1`.execute(w.db);
  t.equal((await w.ask(one)).status, 201);
  t.match(await w.ask(two), { status: 422, body: { errors: [{ message: /policy/ }] } });
  await sql`update lending_policy set asking_most = 9`.execute(w.db);
  t.match(await w.ask(one), { status: 422, body: { errors: [{ message: /by a link/ }] } });
  const wish = async (body: object) => {
    const path = `/patients/${w.patientId}/asking`;
    const { etag } = await w.call('officer', 'GET', path);
    await w.call('officer', 'PATCH', path, body, { 'if-match': etag });
  };
  await wish({ onlyOnPaper: true });
  t.match(await w.ask(two), { status: 422, body: { errors: [{ message: /paper only/ }] } });
  await wish({ onlyOnPaper: false });
  const named = await w.instrument('Named', {
    items: [{ ...items[0], wording: 'How is Elm Street Clinic?' }],
  });
  t.match(await w.ask(named), {
    status: 422,
    body: { errors: [{ message: /Item 1 says “Elm Street Clinic”/ }] },
  });
  await sql`update contact_point set safe = false`.execute(w.db);
  t.match(await w.ask(two), {
    status: 409,
    body: { type: '/problems/questions-not-sent', detail: /no contact point/ },
  });
  t.equal((await w.rows(sql`select from measure_asking`)).length, 1, 'what did not go was not asked');
});

t.test('who is written to discreetly gets no item by a link that says what it is about', async (t) => {
  const w = await asking(t);
  const telling = await w.instrument('Telling', {
    items: [items[0], { ...items[1], wording: 'Does your nurse listen?' }],
  });
  t.match(await w.ask(telling), {
    status: 422,
    body: { errors: [{ pointer: '/instrumentId', message: /Item 2 says “nurse”.*in a call or on paper/ }] },
  });
  await sql`update patient set wording = 'identified'`.execute(w.db);
  t.equal((await w.ask(telling)).status, 201);
});

t.test('where whom they trust comes first, a link goes to them alone or is refused at once', async (t) => {
  const trusted = {
    name: 'Bo Example',
    relationship: 'brother',
    phone: '+447700900456',
    mayBeContacted: true,
    contactFor: ['support'],
    first: true,
  };
  const ask = async (settings: Record<string, string>) => {
    const w = await asking(t, settings);
    const { patientId } = await w.refer({
      givenName: 'Cy',
      contactPoints: [{ channel: 'email', value: 'cy@example.org', safe: true }],
    });
    await sql`update patient set trusted_person = ${JSON.stringify(trusted)}::jsonb`.execute(w.db);
    const instrumentId = await w.instrument('Scale');
    const reply = await w.call('officer', 'POST', `/patients/${patientId}/measure-links`, { instrumentId });
    await w.send();
    return { ...w, reply };
  };
  const through = await ask({});
  t.match(through.reply, { status: 409, body: { detail: /go to whom they trust/ } });
  t.same(await through.rows(sql`select from measure_asking`), [], 'it is not asked');
  const none = await ask({ SMS_BY: 'none' });
  t.equal(none.reply.status, 201, 'no text can go to whom they trust');
  t.match(await none.sent(), [{ to: 'cy@example.org', body: /answer\.example\.org\/a\// }]);
});

t.test('no text goes without its link, where none may be named any more', async (t) => {
  const w = await asking(t, { LINK_URL: '', PUBLIC_URL: 'https://lend.example.org' });
  await sql`update patient set wording = 'identified'`.execute(w.db);
  t.equal((await w.ask(await w.instrument('One'))).status, 201);
  await sql`update patient set wording = 'discreet'`.execute(w.db);
  await w.send();
  t.same(await w.sent(), []);
  t.match(await w.rows(sql`select status, why from message`), [{ status: 'cancelled', why: 'nothing_left' }]);
});

t.test('a supporter asks by a link at their own follow-up; pages', async (t) => {
  const w = await asking(t);
  const instrumentId = await w.instrument('Being in touch');
  const own = await w.followUp(w.patientId);
  const foreign = await w.followUp(w.patientId, { startsAt: '12:00' });
  await sql`update follow_up set supporter_id = ${w.ids.supporter}::uuid where id = ${own}`.execute(w.db);
  const at = (id: string) => w.call('supporter', 'POST', `/follow-ups/${id}/measure-links`, { instrumentId });
  t.equal((await at(foreign)).status, 404);
  for (const who of ['supporter', 'auditor', 'clinic'] as const)
    t.equal(
      (await w.call(who, 'POST', `/patients/${w.patientId}/measure-links`, { instrumentId })).status,
      403,
      who,
    );
  const supporter = forms(w.app, w.as.supporter);
  const form = `/follow-ups/${own}/measures/${instrumentId}`;
  t.match((await supporter.get(form)).body, `${form}/links`);
  t.equal((await supporter.post(`${form}/links`)).statusCode, 303);
  t.equal((await supporter.post(`${form}/links`)).statusCode, 422, 'once');
  const url = await w.link();
  const officer = forms(w.app, w.as.officer);
  const path = `/patients/${w.patientId}/measures`;
  t.match((await officer.get(path)).body, /By a link/);
  const other = await w.instrument('Another');
  const out = await officer.post(path, { instrumentId: other, way: 'link' });
  t.equal(out.statusCode, 303);
  const [measureUrl] = String(out.headers.location).split('?');
  t.match((await officer.get(measureUrl!)).body, /may answer by the link until/);
  t.equal((await officer.post(`${measureUrl}/link-endings`)).statusCode, 303);
  t.match((await officer.get(measureUrl!)).body, /leads nowhere/);

  const baseURL = await w.app.listen({ port: 0 });
  const browser = await signedInBrowser(t, baseURL, nobody);
  await browser.step('answered on a phone', async () => {
    await browser.page.goto(url);
    await browser.look('questions');
    await browser.page.getByLabel('4').first().check();
    await browser.page.getByRole('button', { name: 'Send' }).click();
    await browser.page.getByText('What you said has arrived').waitFor();
    await browser.look('thanks');
  });
});
