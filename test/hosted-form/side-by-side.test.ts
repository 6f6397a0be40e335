import t from 'tap';
import { addFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import type { NewReferral } from '../../src/referrals/referral.schemas.ts';
import type { Typed } from '../../src/web/forms.ts';
import { testApp } from '../helpers/app.ts';
import { manager } from '../helpers/factories.ts';
import { formVisitor, referenceIn } from '../helpers/hosted-form.ts';

const { app, deps, db, clinicId, clock } = await testApp(t, {
  SCHEME_PHONE: '020 7946 0123',
});
const visitor = async () => {
  const { token } = await addFormLink(deps, manager, clinicId, { label: 'Team', expiresOn: '2027-01-31' });
  return formVisitor(app, token!);
};
const person = (givenName: string): NewReferral => ({
  patient: {
    givenName,
    familyName: 'Quillfeather',
    contactPoints: [{ channel: 'sms', value: '07700 900777', safe: true }],
  },
  needs: ['device'],
  barriers: [],
  referrer: { name: 'Dr Thistlewood' },
  consent: { shareWithScheme: true, givenOn: '2026-11-20' },
});
const names = async () =>
  (await db.selectFrom('referral').select('given_name').orderBy('id').execute()).map((row) => row.given_name);
const drafts = () => db.selectFrom('referral_draft').selectAll().orderBy('id').execute();
const agreed: Typed = {
  'consent.shareWithScheme': 'yes',
  'consent.givenOn-day': '20',
  'consent.givenOn-month': '11',
  'consent.givenOn-year': '2026',
};
t.beforeEach(async () => {
  await db.deleteFrom('referral_draft').execute();
});

t.test('agreement is asked first, of today unless said otherwise; without it nothing is kept', async (t) => {
  const one = await visitor();
  const begun = (await one.submit('')).headers.location!;
  t.match(begun, /\/consent$/);
  const page = (await one.get(begun)).body;
  t.match(page, /Step 1 of 6[\s\S]*Has the patient agreed that we get what you write here\?/);
  t.match(page, /value="23"[\s\S]*value="11"[\s\S]*value="2026"/, 'today is the usual');
  t.match(
    page,
    /May we tell the clinic how it goes\?[\s\S]*What happens with what you write[\s\S]*within 7 days, and within 1 day if it is urgent/,
  );
  t.match(page, /To ask something first, ring <a[^>]*>020 7946 0123/);
  t.equal((await one.submit(begun, {}, page)).statusCode, 422);
  for (const press of ['first', 'second']) {
    const no = await one.submit(
      begun,
      { ...agreed, 'consent.shareWithScheme': 'no', 'consent.givenBy': 'Bo' },
      page,
    );
    t.equal(no.headers.location, `${one.base}/not-agreed`, press);
    t.same(await drafts(), [], 'nothing is stored');
  }
  const end = (await one.get(`${one.base}/not-agreed`)).body;
  t.match(end, /Talk with the patient[\s\S]*ring <a[^>]*>020 7946 0123/);
});

t.test('to take agreement back asks before what was typed is deleted', async (t) => {
  const one = await visitor();
  const check = await one.fill(person('Zephyrine'));
  const { draft } = one.hiddenIn(check);
  const at = `${one.base}/${draft}`;
  t.match(check, `href="${at}/consent?change=1"`);
  const no = await one.submit(`${at}/consent?change=1`, { 'consent.shareWithScheme': 'no' }, check);
  t.equal(no.headers.location, `${at}/discard?agreed=no`);
  t.match((await one.get(no.headers.location)).body, /You said that the patient has not agreed/);
  t.equal((await one.get(`${at}/check`)).statusCode, 200, 'it is all there');
});

t.test('a form is deleted only by whoever was asked and told how much is filled in', async (t) => {
  const one = await visitor();
  const check = await one.fill(person('Zephyrine'));
  const { draft } = one.hiddenIn(check);
  const at = `${one.base}/${draft}`;
  t.notMatch(check, /<form[^>]*discard/);
  t.match(check, `href="${at}/discard"`);
  const start = (await one.get()).body;
  t.match(start, /ZQ<\/strong>: 5 of 6 steps[\s\S]*Go on with it[\s\S]*delete it[\s\S]*Begin another/);
  t.notMatch(start, 'Quillfeather');
  t.notMatch(start, /Delete it and begin/);
  await one.submit('');
  t.equal((await one.get(`${at}/check`)).statusCode, 200, 'another one leaves it as it is');
  const asked = (await one.get(`${at}/discard`)).body;
  t.match(asked, /Filled in: 5 of 6 steps[\s\S]*About you[\s\S]*Delete it[\s\S]*Go back to the form/);
  t.equal(
    (await one.ask('POST', `${one.base}/discard`, { _csrf: one.hiddenIn(check)._csrf! })).headers.location,
    one.base,
  );
  t.equal((await one.get(`${at}/check`)).statusCode, 200, 'a form that names no draft deletes none');
  for (const press of ['first', 'second']) {
    const deleted = await one.submit(`${at}/discard`, {}, asked);
    t.equal(deleted.headers.location, `${one.base}?deleted=1`, press);
  }
  t.match((await one.get(`${one.base}?deleted=1`)).body, /What you typed is deleted/);
  t.notMatch(JSON.stringify(await drafts()), 'Quillfeather');
});

t.test('two people are referred side by side in one browser, each sent once', async (t) => {
  const one = await visitor();
  const [ana, luis] = [await one.fill(person('Ana')), await one.fill(person('Luis'))];
  t.match(ana, 'Ana');
  t.match(luis, 'Luis');
  const at = (page: string) => `${one.base}/${one.hiddenIn(page).draft}`;
  t.match((await one.get(`${at(ana)}/patient`)).body, 'value="Ana"');
  await one.submit(
    `${at(ana)}/patient?change=1`,
    { 'patient.givenName': 'Anna', 'patient.familyName': 'Q' },
    ana,
  );
  t.match(
    (await one.get(`${at(luis)}/check`)).body,
    'Luis',
    'what is changed in one is not changed in the other',
  );
  const sent = await Promise.all(
    [ana, luis, ana, luis].map((page) => one.submit(`${at(page)}/check`, {}, page)),
  );
  t.same(
    sent.map(({ headers }) => headers.location),
    [ana, luis, ana, luis].map((page) => `${at(page)}/done`),
  );
  t.same((await names()).sort(), ['Anna', 'Luis']);
  const [first, second] = [await one.get(`${at(ana)}/done`), await one.get(`${at(luis)}/done`)];
  t.match(first.body, 'Anna');
  t.match(second.body, 'Luis');
  t.not(referenceIn(first.body), referenceIn(second.body));

  const stranger = formVisitor(app, one.base.split('/')[2]!);
  await stranger.submit('');
  const others = await one.fill(person('Mine'));
  t.equal((await stranger.get(`${at(others)}/patient`)).headers.location, `${one.base}?gone=1`);
  const hidden = stranger.hiddenIn((await stranger.get()).body);
  const taken = await stranger.ask('POST', `${at(others)}/check`, {
    ...hidden,
    draft: one.hiddenIn(others).draft!,
  });
  t.equal(taken.statusCode, 409, 'a colleague’s is not for another browser');
  await stranger.ask('POST', `${at(others)}/discard`, { ...hidden, draft: one.hiddenIn(others).draft! });
  t.match((await one.get(`${at(others)}/check`)).body, 'Mine');
});

t.test('a tab whose form is gone says so, and keeps what was typed on its page', async (t) => {
  const one = await visitor();
  const check = await one.fill(person('Zephyrine'));
  const at = `${one.base}/${one.hiddenIn(check).draft}`;
  await one.submit(`${at}/discard`, {}, check);
  const send = await one.submit(`${at}/check`, {}, check);
  t.equal(send.statusCode, 409);
  t.match(send.body, /<title>Error: [\s\S]*This form was not sent\./);
  const late = await one.submit(`${at}/referrer`, { 'referrer.name': 'Dr Late' }, check);
  t.equal(late.statusCode, 409);
  t.match(
    late.body,
    /This form was not sent, and this page was not saved[\s\S]*value="Dr Late"[\s\S]*Begin again/,
  );
  t.equal((await one.get(`${at}/referrer`)).headers.location, `${one.base}?gone=1`);
  t.match((await one.get(`${one.base}?gone=1`)).body, /not here any more, and it was not sent/);

  const old = await one.fill(person('Zephyrine'));
  clock.set('2026-11-24T09:31:00Z');
  t.equal(
    (await one.submit(`${one.base}/${one.hiddenIn(old).draft}/check`, {}, old)).statusCode,
    409,
    'so does one whose time is over',
  );
  clock.set('2026-11-23T09:30:00Z');
  t.notOk((await names()).includes('Zephyrine'));
});

t.test('a form whose agreement is still open goes on there, with what was typed', async (t) => {
  const one = await visitor();
  const begun = (await one.submit('')).headers.location!;
  const page = (await one.get(begun)).body;
  await one.submit('referrer', { 'referrer.name': 'Dr Young' }, page);
  t.equal((await one.get('patient')).headers.location, begun);
  await one.submit(begun, agreed, page);
  t.match((await one.get('referrer')).body, 'value="Dr Young"');
});

t.test('what was typed when the form had other pages stands where it is asked now', async (t) => {
  const one = await visitor();
  await one.submit('');
  const typed = {
    consent: agreed,
    referrer: { 'referrer.name': 'Dr Young' },
    patient: { 'patient.givenName': 'Zephyrine' },
    'nhs-number': { 'patient.nhsNumber': '999 000 0042' },
    communication: { 'patient.language': 'pl' },
  };
  await db
    .updateTable('referral_draft')
    .set({ answers: JSON.stringify(typed) })
    .execute();
  const patient = (await one.get('patient')).body;
  t.match(patient, /value="999 000 0042"/);
  t.match(
    (await one.submit('patient', { 'patient.givenName': 'Zephyrine' }, patient)).headers.location,
    /contact$/,
  );
  t.notMatch((await one.get('patient')).body, '999 000 0042', 'what is emptied stays empty');
  await one.submit('contact', {});
  await one.submit('needs', { needs: 'device' });
  t.match((await one.get('anything-else')).body, /value="pl" selected/);
});
