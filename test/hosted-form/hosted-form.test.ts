import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { purgeDrafts } from '../../src/referrals/hosted-form/draft.commands.ts';
import { addFormLink, revokeFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import { questionGroups, questionsOf } from '../../src/referrals/hosted-form/question-groups.schemas.ts';
import { receiveReferral } from '../../src/referrals/referral.commands.ts';
import { NewReferral } from '../../src/referrals/referral.schemas.ts';
import type { Context } from '../../src/shared/actor.ts';
import { createLogger } from '../../src/shared/logging.ts';
import type { Typed } from '../../src/web/forms.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager } from '../helpers/factories.ts';
import { formVisitor, referenceIn } from '../helpers/hosted-form.ts';
import { forms } from '../helpers/pages.ts';

const { as, deps, db, clock, clinicId } = await testApp(t);
const lines: string[] = [];
const log = createLogger('debug', { write: (line: string) => void lines.push(line) });
const app = await buildApp({ ...deps, log });
t.teardown(() => app.close());
const make = factories(deps);

const samples: NewReferral[] = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../fixtures/referrals.json'), 'utf8'),
);
const linkFor = async (clinic: string, expiresOn = '2027-01-31') =>
  addFormLink(deps, manager, clinic, { label: 'Crisis team', expiresOn });
const visitorOf = ({ token }: { token?: string }) => formVisitor(app, token!);
const actorOf = (clinic: string): Context => ({
  actor: { type: 'client', id: clinic, name: 'Clinic', role: 'clinic', clinicId: clinic },
  requestId: 'test',
});
const person = (nhsNumber: string | undefined, changes: Partial<NewReferral> = {}): NewReferral => ({
  patient: {
    givenName: 'Zephyrine',
    familyName: 'Quillfeather',
    dateOfBirth: '1961-04-30',
    ...(nhsNumber && { nhsNumber }),
    contactPoints: [{ channel: 'sms', value: '07700 900777', safe: true }],
  },
  needs: ['device'],
  barriers: [],
  referrer: { name: 'Dr Thistlewood' },
  consent: { shareWithScheme: true, givenOn: '2026-11-20' },
  ...changes,
});
const referrals = async (clinic: string) =>
  db.selectFrom('referral').selectAll().where('clinic_id', '=', clinic).orderBy('id').execute();
const drafts = () => db.selectFrom('referral_draft').selectAll().execute();

/** What a database keeps of its referrals, but for ids and times. */
async function keptIn(db: typeof deps.db): Promise<Record<string, { kept: unknown; key: string }>> {
  const { rows } = await sql<{ key: string; kept: unknown }>`
    select r.clinic_reference as key, jsonb_build_object(
      'referral', to_jsonb(r) - '{id,reference,clinic_id,patient_id,received_at,changed_at}'::text[],
      'patient', to_jsonb(p) - '{id,created_at,changed_at}'::text[],
      'contactPoints', (select jsonb_agg(to_jsonb(c) - '{id,patient_id,created_at}'::text[] order by c.position) from contact_point c where c.patient_id = p.id),
      'needs', (select jsonb_agg(to_jsonb(n) - '{referral_id}'::text[] order by n.need) from referral_need n where n.referral_id = r.id),
      'tasks', (select jsonb_agg(k.kind order by k.kind) from task k where k.subject_id in (r.id, p.id))) as kept
    from referral r join patient p on p.id = r.patient_id`.execute(db);
  return Object.fromEntries(rows.map((row) => [row.key, row]));
}

t.test('a year’s referrals: what came through the form is kept as what came through the API', async (t) => {
  const api = await testApp(t);
  for (const [place, referral] of samples.entries()) {
    const reply = await api.app.inject({
      method: 'POST',
      url: '/api/v1/referrals',
      headers: { ...api.as.clinic, 'idempotency-key': `sample-${place}` },
      payload: referral,
    });
    t.equal(reply.statusCode, 201, `${place} ${reply.body}`);
  }
  const byForm = samples.filter((_, place) => place % 3 === 0);
  const teams = await Promise.all(Array.from({ length: 4 }, () => linkFor(clinicId)));
  for (const [place, referral] of byForm.entries())
    t.ok(referenceIn(await visitorOf(teams[place % 4]!).send(referral)), `${referral.clinicReference}`);
  const [sent, posted] = [await keptIn(db), await keptIn(api.db)];
  t.equal(Object.keys(posted).length, 120);
  t.equal(Object.keys(sent).length, 40);
  for (const [key, kept] of Object.entries(sent)) t.same(kept, posted[key], key);
  t.same(
    await db.selectFrom('form_link').select(['sent', 'used_at']).execute(),
    Array(4).fill({ sent: 10, used_at: '2026-11-23T09:30:00.000Z' }),
  );
});

t.test('everything that can be said is said on a page, and every way to reach someone is kept', async (t) => {
  const clinic = await make.clinic();
  const hours = [
    { days: [1, 2], from: '09:00', to: '12:00' },
    { days: [6], from: '10:00', to: '14:00' },
  ];
  const full = person('999 000 0042', {
    needs: ['device', 'data', 'support'],
    barriers: ['skills', 'housing'],
    clinicReference: 'FULL',
    notes: 'First line\nSecond line',
    urgency: 'urgent',
    urgencyReason: 'Leaves the ward on Friday',
    visitRisks: 'A dog\nat the door',
    referrer: { name: 'Dr Young', email: 'young@clinic.example', phone: '07700 900111' },
    consent: {
      shareWithScheme: true,
      shareBackWithClinic: true,
      givenOn: '2026-11-20',
      givenBy: 'Their sister',
    },
  });
  Object.assign(full.patient, {
    preferredName: 'Zeph',
    address: '1 High Street\nLondon',
    collectionPoint: 'Day centre\nCamden Road',
    noNhsNumberReason: undefined,
    contactChoice: 'patient_contacts_us',
    wording: 'identified',
    communicationNeeds: ['bsl', 'braille'],
    language: 'pl',
    interpreter: true,
    trustedPerson: {
      name: 'Bo',
      relationship: 'Brother',
      phone: '07700 900112',
      mayBeContacted: true,
      contactFor: ['support'],
      first: true,
    },
    contactPoints: [
      { channel: 'phone', value: '07700 900777', safe: true, voicemailOk: true, hours },
      { channel: 'sms', value: '07700 900778', safe: false, voicemailOk: false },
      { channel: 'email', value: 'zeph@example.org', safe: true },
      { channel: 'letter', value: '1 High Street\nLondon\nN7 8DD', safe: true },
    ],
  });
  const visitor = visitorOf(await linkFor(clinic));
  const check = await visitor.fill(full);
  for (const text of [
    'Way 4: letter',
    'Monday, Tuesday, 09:00 to 12:00',
    'Not safe: never use it',
    'Polish',
    'Their sister',
  ])
    t.match(check, text);
  const before = (await keptIn(db)).FULL;
  t.equal(before, undefined);
  await visitor.submit('check', {}, check);
  const sent = (await keptIn(db)).FULL;
  const api = await testApp(t);
  await receiveReferral(api.deps, actorOf(api.clinicId), full);
  t.same(sent, (await keptIn(api.db)).FULL);
});

t.test('the form asks for every field that the API takes of a referral', (t) => {
  type Shape = { properties?: Record<string, Shape> };
  const leaves = ({ properties }: Shape, name = ''): string[] =>
    properties
      ? Object.entries(properties).flatMap(([key, part]) => leaves(part, name ? `${name}.${key}` : key))
      : [name.replace('patient.contactPoints', 'contactPoints')];
  t.same(
    questionGroups
      .flatMap(questionsOf)
      .map(({ name }) => name)
      .sort(),
    leaves(NewReferral as Shape)
      .filter((name) => name !== 'clinicId')
      .sort(),
  );
  t.end();
});

t.test('a page that is not right says so and keeps what was typed; none can be skipped', async (t) => {
  const link = await linkFor(await make.clinic());
  const visitor = visitorOf(link);
  t.equal((await visitor.get('check')).headers.location, visitor.base, 'without a draft one starts');
  await visitor.submit('');
  t.match((await visitor.get('anything-else')).headers.location, /\/consent$/);
  t.equal((await visitor.get('no-such-page')).statusCode, 404);
  const cases: [string, Record<string, string | string[]>, RegExp][] = [
    ['referrer', { 'referrer.name': '', 'referrer.phone': '12' }, /Enter your name/],
    [
      'referrer',
      { 'referrer.name': 'Dr <b>', 'referrer.phone': '12' },
      /value="Dr &lt;b&gt;"[\s\S]*Give a real phone number/,
    ],
    ['referrer', { 'referrer.name': 'Dr', 'referrer.email': 'no' }, /Give an email address/],
    [
      'patient',
      {
        'patient.givenName': 'Z',
        'patient.familyName': 'Q',
        'patient.dateOfBirth-day': '31',
        'patient.dateOfBirth-month': '2',
        'patient.dateOfBirth-year': '1980',
      },
      /Enter a real date[\s\S]*value="31"/,
    ],
    [
      'patient',
      { 'patient.givenName': 'Z', 'patient.nhsNumber': '999 000 0019' },
      /This is not an NHS number/,
    ],
    [
      'contact',
      { 'contactPoints.0.channel': 'sms', 'contactPoints.0.value': '12', 'contactPoints.0.safe': 'yes' },
      /Way 1: Give a real phone number/,
    ],
    [
      'contact',
      { 'contactPoints.1.value': '07700 900123' },
      /Way 1: Choose the way[\s\S]*Way 1: Choose whether/,
    ],
    [
      'anything-else',
      { 'patient.trustedPerson.phone': '07700 900123' },
      /Enter the name of the trusted person/,
    ],
    ['needs', {}, /Choose at least one thing/],
    [
      'consent',
      { 'consent.givenOn-day': '1', 'consent.givenOn-month': '1', 'consent.givenOn-year': '2030' },
      /Without that there can be no referral/,
    ],
  ];
  for (const [page, fields, wanted] of cases) {
    const reply = await visitor.submit(page, fields, (await visitor.get('consent')).body);
    t.equal(reply.statusCode, 422, page);
    t.match(reply.body, wanted);
    t.match(reply.body, /<title>Error: /);
  }
  t.same(
    (await drafts()).filter(({ link_id }) => link_id === link.id).map(({ answers }) => answers),
    [{}],
    'nothing that is wrong is kept',
  );
});

t.test('whatever is sent, the form answers and keeps only its own fields', async (t) => {
  const link = await linkFor(await make.clinic());
  const visitor = visitorOf(link);
  await visitor.submit('');
  const shown = (await visitor.get('consent')).body;
  const odd: Typed[] = [
    { 'referrer.name': ['Dr', 'Who'] },
    { 'referrer.name': 'x'.repeat(500_000) },
    { 'referrer.name.deep': 'x', add: 'many', draft: ['1', '2'] },
    { 'referrer.name': '\u0000' },
    { __proto__: 'x', constructor: 'y', 'contactPoints.999.value': 'z' },
  ];
  for (const fields of odd)
    for (const page of ['referrer', 'contact', 'check', '__proto__', 'constructor']) {
      const { statusCode } = await visitor.submit(page, fields, shown);
      t.ok(statusCode < 500, `${page} ${Object.keys(fields)} ${statusCode}`);
    }
  await visitor.submit('referrer', { 'referrer.name': 'Dr', 'referrer.name.deep': 'x', more: 'y' }, shown);
  t.match(
    (await drafts()).filter(({ link_id }) => link_id === link.id).map(({ answers }) => answers),
    [{ referrer: { 'referrer.name': 'Dr', 'referrer.name.deep': undefined, more: undefined } }],
  );
});

t.test('one draft is one referral: a double click, two tabs, a step back', async (t) => {
  const clinic = await make.clinic();
  const visitor = visitorOf(await linkFor(clinic));
  const check = await visitor.fill(person(undefined));
  const both = await Promise.all([1, 2, 3].map(() => visitor.submit('check', {}, check)));
  t.same(
    both.map(({ statusCode, headers }) => [statusCode, headers.location]),
    Array(3).fill([303, `${visitor.base}/${visitor.hiddenIn(check).draft}/done`]),
  );
  const [kept, ...others] = await referrals(clinic);
  t.same(others, []);
  const done = (await visitor.get('done')).body;
  t.equal(referenceIn(done), kept!.reference);
  for (const page of ['check', 'patient', 'contact'])
    t.match((await visitor.get(page)).headers.location, /\/done$/);
  const late = await visitor.submit('patient', { 'patient.givenName': 'Late' }, check);
  t.match(late.headers.location, /\/done$/);
  t.match((await visitor.submit('check', {}, check)).headers.location, /\/done$/);
  t.equal((await referrals(clinic)).length, 1);
  t.match(
    await db.selectFrom('form_link').select('sent').where('clinic_id', '=', clinic).execute(),
    [{ sent: 1 }],
    'and counts once',
  );

  // A process that ended between the referral and the end of the draft: sent again it is still one.
  const again = visitorOf(await linkFor(clinic));
  const page = await again.fill(person(undefined));
  const before = await db
    .selectFrom('referral_draft')
    .selectAll()
    .where('reference', 'is', null)
    .where('answers', '<>', '{}')
    .executeTakeFirstOrThrow();
  await again.submit('check', {}, page);
  const reference = referenceIn((await again.get('done')).body);
  await db
    .updateTable('referral_draft')
    .set({ answers: JSON.stringify(before.answers), sent_at: null, reference: null, summary: null })
    .where('id', '=', before.id)
    .execute();
  await again.submit('check', {}, page);
  t.equal(referenceIn((await again.get('done')).body), reference);
  t.equal((await referrals(clinic)).length, 2);
});

t.test('a draft is for its browser and its link alone, and ends after 24 hours', async (t) => {
  const clinic = await make.clinic();
  const [one, other] = [await linkFor(clinic), await linkFor(clinic)];
  const visitor = visitorOf(one);
  await visitor.fill(person(undefined));
  const stranger = visitorOf(one);
  t.equal((await stranger.get('check')).headers.location, stranger.base);
  const elsewhere = visitorOf(other);
  for (const [name, value] of visitor.jar) elsewhere.jar.set(name, value);
  t.equal((await elsewhere.get('check')).headers.location, elsewhere.base, 'it is bound to its link');
  const cookie = [...visitor.jar].find(([name]) => name === 'lendwell-referral')!;
  stranger.jar.set(
    cookie[0],
    `${cookie[1].slice(0, 20)}${cookie[1][20] === 'x' ? 'y' : 'x'}${cookie[1].slice(21)}`,
  );
  t.equal((await stranger.get('check')).headers.location, stranger.base, 'and its cookie is signed');
  const [row] = await db
    .selectFrom('referral_draft')
    .selectAll()
    .where('reference', 'is', null)
    .where(sql<boolean>`answers ? 'consent'`)
    .execute();
  t.notMatch(JSON.stringify(row), decodeURIComponent(cookie[1]).split('.')[0], 'its token is kept as a hash');

  clock.set('2026-11-24T09:29:00Z');
  t.equal((await visitor.get('check')).statusCode, 200);
  await purgeDrafts(deps);
  t.equal((await visitor.get('check')).statusCode, 200);
  clock.set('2026-11-24T09:30:00Z');
  t.equal(
    (await visitor.get('check')).headers.location,
    visitor.base,
    'it is not shown, though it was not deleted yet',
  );
  t.ok((await purgeDrafts(deps)).drafts);
  t.same(await drafts(), []);
  clock.set('2026-11-23T09:30:00Z');
});

t.test(
  'what was sent can be printed for 15 minutes in that browser, and is kept nowhere in the clear',
  async (t) => {
    const visitor = visitorOf(await linkFor(await make.clinic()));
    const done = await visitor.send(person(undefined));
    t.match(done, /What you sent[\s\S]*Quillfeather/);
    const [draft] = await drafts();
    t.match(draft, { answers: {}, summary: Buffer });
    t.notOk(draft!.summary!.includes('Quillfeather'));
    clock.set('2026-11-23T09:45:00Z');
    const later = (await visitor.get('done')).body;
    t.equal(referenceIn(later), referenceIn(done));
    t.notMatch(later, 'Quillfeather');
    t.match(later, /What you sent is no longer shown here/);
    t.same(await purgeDrafts(deps), { drafts: 0, summaries: 1 });
    t.match(await drafts(), [{ summary: null, reference: referenceIn(done) }]);
    clock.set('2026-11-23T09:30:00Z');
    const fresh = (await visitor.get()).body;
    t.match(fresh, /Start now/);
    t.notMatch(fresh, 'Quillfeather');
  },
);

t.test(
  'rule 17: a person whose referral is open: nobody at the form learns it, and an officer has it to do',
  async (t) => {
    const clinic = await make.clinic();
    const link = await linkFor(clinic);
    const visitor = visitorOf(link);
    const first = await visitor.send(person('999 000 0034'));
    const again = visitorOf(link);
    const check = await again.fill(
      person('9990000034', {
        urgency: 'urgent',
        urgencyReason: 'She is watched',
        notes: 'Someone reads her texts now',
        visitRisks: 'He is at home on Mondays',
        patient: {
          ...person('9990000034').patient,
          contactPoints: [{ channel: 'sms', value: '07700 900777', safe: false }],
        },
      }),
    );
    const replies = await Promise.all([1, 2].map(() => again.submit('check', {}, check)));
    t.same(
      replies.map(({ statusCode }) => statusCode),
      [303, 303],
    );
    const second = (await again.get('done')).body;
    const plain = (html: string) =>
      html
        .replace(/<h2 class="nhsuk-heading-m">What you sent[\s\S]*<\/main>/, '')
        .replaceAll(/R-[0-9A-Z]{6}|_csrf" value="[^"]+"/g, '');
    t.equal(plain(second), plain(first), 'the page is the same');
    t.not(referenceIn(second), referenceIn(first), 'with a reference of its own');
    const [open, ...others] = await referrals(clinic);
    t.same(others, []);
    const repeats = await db.selectFrom('referral_repeat').selectAll().execute();
    t.match(repeats, [
      {
        referral_id: open!.id,
        reference: referenceIn(second),
        said: { notes: 'Someone reads her texts now' },
      },
    ]);
    t.equal(repeats.length, 1, 'sent twice is sent once');
    t.match(
      await db
        .selectFrom('contact_point')
        .select('safe')
        .where('patient_id', '=', open!.patient_id)
        .execute(),
      [{ safe: false }],
      'what is stricter applies at once',
    );
    t.match(await db.selectFrom('task').selectAll().where('kind', '=', 'referral_sent_again').execute(), [
      { subject_id: open!.id, status: 'open', urgent: true },
    ]);
    const officer = forms(app, as.officer);
    const page = (await officer.get(`/referrals/${open!.id}`)).body;
    t.match(page, /Sent again by the clinic[\s\S]*Someone reads her texts now/);
    t.match(page, /Before a visit[\s\S]*He is at home[\s\S]*Sent again[\s\S]*He is at home/);
    const audited = (await forms(app, as.auditor).get(`/referrals/${open!.id}`)).body;
    t.match(audited, /Someone reads her texts now/);
    t.notMatch(audited, /He is at home/, 'what may be dangerous on a visit is not for all who read');
    t.match(
      (await officer.post('/scan', { code: referenceIn(second)! })).headers.location ?? '',
      `/referrals/${open!.id}`,
    );
    t.notMatch(JSON.stringify(await db.selectFrom('event').selectAll().execute()), 'reads her texts');

    t.equal(
      (
        await db
          .selectFrom('task')
          .selectAll()
          .where('kind', '=', 'no_safe_contact')
          .where('subject_id', '=', open!.patient_id)
          .execute()
      ).length,
      1,
      'and with no safe way left another is to be found',
    );

    // Someone whose NHS number was mistaken for theirs: kept apart, and an officer compares the two.
    const mistaken = visitorOf(link);
    await mistaken.send(
      person('9990000034', {
        patient: {
          ...person('9990000034').patient,
          familyName: 'Other',
          contactChoice: 'patient_contacts_us',
        },
      }),
    );
    t.match(
      await db.selectFrom('patient').select('contact_choice').where('id', '=', open!.patient_id).execute(),
      [{ contact_choice: 'any_safe' }],
    );
    t.equal((await db.selectFrom('referral_repeat').selectAll().execute()).length, 1);
    t.match(await db.selectFrom('task').selectAll().where('kind', '=', 'may_be_one_person').execute(), [
      { urgent: true, status: 'open' },
    ]);
  },
);

t.test('a link that ended says kindly what to do, and nothing of the clinic', async (t) => {
  const clinic = await make.clinic('Secret Lane Clinic');
  const [ended, expired] = [await linkFor(clinic), await linkFor(clinic, '2026-11-23')];
  const visitor = visitorOf(ended);
  const check = await visitor.fill(person(undefined));
  await revokeFormLink(deps, manager, clinic, ended.id);
  clock.set('2026-11-24T08:00:00Z');
  const unknown = formVisitor(app, 'A'.repeat(22));
  for (const [visit, what] of [
    [visitor, 'ended'],
    [visitorOf(expired), 'expired'],
    [unknown, 'unknown'],
  ] as const) {
    for (const reply of [
      await visit.get(),
      await visit.get('patient'),
      ...(visit === visitor ? [await visit.submit('check', {}, check)] : []),
    ]) {
      t.equal(reply.statusCode, 404, what);
      t.match(reply.body, /The link has ended[\s\S]*Ask whoever gave you the link/);
      t.notMatch(reply.body, /Secret Lane|Quillfeather/);
      t.equal(reply.headers['referrer-policy'], 'no-referrer');
    }
  }
  t.same(await referrals(clinic), []);
  clock.set('2026-11-23T09:30:00Z');
});

t.test(
  'the address is a secret: no log, no referrer, no cache, no index; and too many are held off',
  async (t) => {
    const link = await linkFor(await make.clinic());
    const visitor = visitorOf(link);
    lines.length = 0;
    await visitor.send(person(undefined));
    await visitor.get('no-such-page');
    await visitor.ask('POST', visitor.base, {});
    t.ok(lines.length > 20, `${lines.length} lines`);
    for (const secret of [
      link.token!,
      'Quillfeather',
      'Thistlewood',
      '900777',
      ...[...visitor.jar].map(([, value]) => value.slice(0, 20)),
    ])
      t.notOk(lines.join('\n').includes(secret), 'is in no log');
    for (const url of ['', 'referrer', 'done', 'no-such-page']) {
      const { headers } = await visitor.get(url);
      t.match(
        headers,
        { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store', 'x-robots-tag': 'noindex' },
        url,
      );
    }
    const forged = await visitor.ask('POST', visitor.base, { _csrf: 'forged' });
    t.equal(forged.statusCode, 403);
    t.match(forged.body, /The page was open too long/);
    await visitor.submit('');
    const { draft } = visitor.hiddenIn((await visitor.get('consent')).body);
    const late = await visitor.ask('POST', `${visitor.base}/referrer`, {
      _csrf: 'old',
      draft: draft!,
      'referrer.name': 'Dr Late',
    });
    t.equal(late.statusCode, 403);
    t.match(late.body, /It is as you left it[\s\S]*value="Dr Late"/, 'nothing typed is lost');
    t.equal((await visitor.submit('referrer', { 'referrer.name': 'Dr Late' }, late.body)).statusCode, 303);

    const busy = formVisitor(app, link.token!, '10.9.9.9');
    const codes = [];
    for (let ask = 0; ask < 245; ask++) codes.push((await busy.get()).statusCode);
    t.same([codes[239], codes[240]], [200, 429], 'from one address');
    const crowd = await linkFor(await make.clinic());
    let last = 200;
    for (let ask = 0; ask < 601; ask++) last = (await formVisitor(app, crowd.token!).get()).statusCode;
    t.equal(last, 429, 'through one link, from however many addresses');
    t.equal((await visitor.get()).statusCode, 200, 'which holds up no other');
  },
);
