import t from 'tap';
import { previewTakeOver } from '../../src/lending/loans/take-over-judging.commands.ts';
import { renderTemplate } from '../../src/messages/template.rules.ts';
import { addFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import { testApp } from '../helpers/app.ts';
import { manager } from '../helpers/factories.ts';
import { formVisitor } from '../helpers/hosted-form.ts';

const { app, as, db, deps, clinicId } = await testApp(t);

let sent = 0;
async function refer(patient: object, more: object = {}) {
  const reply = await app.inject({
    method: 'POST',
    url: '/api/v1/referrals',
    headers: { ...as.clinic, 'idempotency-key': `value-${sent++}` },
    payload: {
      patient: { givenName: 'Amal', familyName: 'Example', contactPoints: [], ...patient },
      needs: ['support'],
      barriers: [],
      referrer: { name: 'Dr Young' },
      consent: { shareWithScheme: true, givenOn: '2026-11-20' },
      ...more,
    },
  });
  const { id, errors } = reply.json();
  const row = id && (await db.selectFrom('referral').selectAll().where('id', '=', id).executeTakeFirst());
  return { status: reply.statusCode, faults: errors ?? [], patientId: row?.patient_id, referral: row };
}
const patientOf = async (id: string) =>
  (await app.inject({ url: `/api/v1/patients/${id}`, headers: as.officer })).json();
const way = (channel: string, value: string, safe = true) => ({ contactPoints: [{ channel, value, safe }] });

/** What each door makes of a way to reach someone: the value kept, or what its fault says. */
const ways: [channel: string, typed: string, kept: string | RegExp][] = [
  ['email', '\u202amo.six@example.com\u202c', 'mo.six@example.com'],
  ['email', 'ｍｏ＠example.com', 'mo@example.com'],
  ['email', 'amal@example.com,', /“,”/],
  ['email', 'a@b.example, c@d.example', /Give an email address/],
  ['phone', '020 7946 0018 ext 12', '+442079460018;ext=12'],
  ['phone', '07700 900123 (mum)', /number alone/],
  ['phone', '0906 123 4567', /cost more/],
  ['sms', '07700\u2011900\u200b123', '+447700900123'],
  ['sms', '020 7946 0018', /landline/],
  ['sms', '020 7946 0018 ext 12', /extension/],
  ['letter', '1 Elm Street\nn1  1aa', '1 Elm Street\nN1 1AA'],
  ['letter', '1 Elm Street\nLondon', /postcode/],
  ['letter', 'No fixed abode\nN1 1AA', /collection point/],
];

/** Begins a form, whose first question is whether the patient has agreed. */
async function agree(visitor: ReturnType<typeof formVisitor>): Promise<void> {
  await visitor.submit('');
  await visitor.submit('consent', {
    'consent.shareWithScheme': 'yes',
    'consent.givenOn-day': '20',
    'consent.givenOn-month': '11',
    'consent.givenOn-year': '2026',
  });
}

t.test('a way to reach someone is judged alike at every door', async (t) => {
  const link = await addFormLink(deps, manager, clinicId, { label: 'Desk', expiresOn: '2027-01-31' });
  const visitor = formVisitor(app, link.token!);
  await agree(visitor);
  for (const page of ['referrer', 'patient'])
    await visitor.submit(page, { 'referrer.name': 'Dr Young', 'patient.givenName': 'Amal' });
  const { patientId } = await refer({});
  for (const [channel, typed, wanted] of ways) {
    const name = `${channel} ${JSON.stringify(typed)}`;
    const byReferral = await refer(way(channel, typed));
    const point = await app.inject({
      method: 'POST',
      url: `/api/v1/patients/${patientId}/contact-points`,
      headers: as.officer,
      payload: { channel, value: typed, safe: true },
    });
    const page = await visitor.submit('contact', {
      'contactPoints.0.channel': channel,
      'contactPoints.0.value': typed,
      'contactPoints.0.safe': 'yes',
    });
    if (typeof wanted === 'string') {
      const [kept] = (await patientOf(byReferral.patientId!)).contactPoints;
      t.equal(kept.value, wanted, name);
      t.ok(
        point.json().contactPoints.some(({ value }: { value: string }) => value === wanted),
        name,
      );
      t.equal(page.statusCode, 303, name);
    } else {
      t.equal(byReferral.status, 422, name);
      t.match(byReferral.faults[0], { pointer: '/patient/contactPoints/0/value', message: wanted }, name);
      t.match(point.json().errors[0], { pointer: '/value', message: wanted }, name);
      t.equal(page.statusCode, 422, name);
    }
  }
});

t.test(
  'what was kept before a rule can still be called unsafe, and does not stop other changes',
  async (t) => {
    const { patientId } = await refer(way('sms', '07700 900321'));
    await db
      .updateTable('contact_point')
      .set({ value: '+442079460018' })
      .where('patient_id', '=', patientId!)
      .execute();
    await db
      .updateTable('patient')
      .set({ nhs_number: '9999999999', date_of_birth: '1900-01-01' })
      .where('id', '=', patientId!)
      .execute();
    const say = (safe: boolean) =>
      app.inject({
        method: 'POST',
        url: `/api/v1/patients/${patientId}/contact-points`,
        headers: as.officer,
        payload: { channel: 'sms', value: '+442079460018', safe },
      });
    t.equal((await say(true)).statusCode, 422);
    const unsafe = await say(false);
    t.equal(unsafe.statusCode, 201);
    t.strictSame(
      unsafe.json().contactPoints.map(({ value, safe }: { value: string; safe: boolean }) => [value, safe]),
      [['+442079460018', false]],
    );
    const change = async (body: object) => {
      const seen = await app.inject({ url: `/api/v1/patients/${patientId}`, headers: as.officer });
      return app.inject({
        method: 'PATCH',
        url: `/api/v1/patients/${patientId}`,
        headers: { ...as.officer, 'if-match': String(seen.headers.etag) },
        payload: body,
      });
    };
    const changed = await change({ preferredName: 'Kay\u200b' });
    t.match(changed.json(), {
      preferredName: 'Kay',
      nhsNumber: '9999999999',
      dateOfBirth: '1900-01-01',
    });
    t.match((await change({ dateOfBirth: '1901-01-01' })).json().errors, [{ pointer: '/dateOfBirth' }]);
    t.match((await change({ nhsNumber: '0123456789' })).json().errors, [{ pointer: '/nhsNumber' }]);
    t.match((await change({ givenName: '', familyName: '-' })).json().errors, [{ pointer: '/familyName' }]);
  },
);

t.test('what stands for none is left out, and odd characters do not make it another', async (t) => {
  for (const number of [
    '943\u2011476\u20135919',
    '943\u200b 476\u00a05919',
    '９４３ ４７６ ５９１９',
    '943-476-5919',
  ]) {
    const { patientId, status } = await refer({ nhsNumber: number, familyName: `Dash ${sent}` });
    if (status === 409) continue;
    t.equal((await patientOf(patientId!)).nhsNumber, '9434765919', number);
  }
  for (const none of ['9999999999', '000 000 0000', '4444444444', '0123456789', '9876543210', '1234567881'])
    t.match((await refer({ nhsNumber: none })).faults, [
      { pointer: '/patient/nhsNumber', message: /noNhsNumberReason: not_known/ },
    ]);
  for (const none of ['1900-01-01', '1901-01-01', '0001-01-01', '1906-11-22'])
    t.match((await refer({ dateOfBirth: none })).faults, [
      { pointer: '/patient/dateOfBirth', message: /when it is not known/ },
    ]);
  t.equal((await refer({ dateOfBirth: '1906-11-23' })).status, 201);
});

t.test('names are one line of letters, and one of them is enough', async (t) => {
  const faulty: [object, string, RegExp][] = [
    [{ familyName: 'Eve\r\nBcc: x' }, 'familyName', /one line/],
    [{ familyName: 'Eve\u2028x' }, 'familyName', /one line/],
    [{ givenName: 'A\u0007' }, 'givenName', /control characters/],
    [{ familyName: '.' }, 'familyName', /as it is written/],
    [{ familyName: ' - ' }, 'familyName', /as it is written/],
    [{ givenName: '\u200b', familyName: ' ' }, 'givenName', /given name, their family name or both/],
    [{ givenName: undefined, familyName: '' }, 'givenName', /given name, their family name or both/],
  ];
  for (const [names, field, message] of faulty)
    t.match((await refer(names)).faults, [{ pointer: `/patient/${field}`, message }]);
  const seen = await refer({ givenName: 'Jo\u200bhn\u202e', familyName: 'Sm\u00adith\u00a0Ng ' });
  t.match(await patientOf(seen.patientId!), { givenName: 'John', familyName: 'Smith Ng' });
  const one = await refer({ givenName: undefined, familyName: 'Suharto', ...way('sms', '07700 900555') });
  t.match(await patientOf(one.patientId!), { givenName: '', familyName: 'Suharto' });
  const page = await app.inject({ url: `/patients/${one.patientId}`, headers: as.officer });
  t.match(page.body, /Suharto/);
  t.notMatch(page.body, /null|undefined/);
  const found = await app.inject({
    method: 'POST',
    url: '/patients',
    headers: { ...as.officer, 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'search=Suharto',
  });
  t.match(found.body, `/patients/${one.patientId}`);
});

t.test('a number without its plus finds the person', async (t) => {
  const { patientId } = await refer(way('sms', '+353 87 123 4567'));
  for (const typed of ['353871234567', '+353 87 123 4567', '00353 87 1234567']) {
    const found = await app.inject({
      method: 'POST',
      url: '/patients',
      headers: { ...as.officer, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ search: typed }).toString(),
    });
    t.match(found.body, `/patients/${patientId}`, typed);
  }
});

t.test('who refers is reached as they wrote it', async (t) => {
  const kept = await refer(
    {},
    {
      referrer: { name: 'Dr\u200b Young', email: '\ufeffyoung@clinic.example', phone: '020 7946 0018 x12' },
    },
  );
  t.match(kept.referral, {
    referrer_name: 'Dr Young',
    referrer_email: 'young@clinic.example',
    referrer_phone: '+442079460018;ext=12',
  });
  const refused = await refer(
    {},
    {
      referrer: { name: 'Dr\nYoung', email: 'a;b@clinic.example', phone: '020 7946 0018' },
    },
  );
  t.match(refused.faults, [
    { pointer: '/referrer/name', message: 'Write this on one line.' },
    { pointer: '/referrer/email', message: /“;”/ },
  ]);
});

t.test('dates on a page are read as people write them', async (t) => {
  const link = await addFormLink(deps, manager, clinicId, { label: 'Ward', expiresOn: '2027-01-31' });
  const visitor = formVisitor(app, link.token!);
  await agree(visitor);
  await visitor.submit('referrer', { 'referrer.name': 'Dr Young' });
  const born = (day: string, month: string, year: string) =>
    visitor.submit('patient', {
      'patient.givenName': 'Bo',
      'patient.dateOfBirth-day': day,
      'patient.dateOfBirth-month': month,
      'patient.dateOfBirth-year': year,
    });
  t.equal((await born('6', 'Feb', '1980')).statusCode, 303);
  t.equal((await born('６', 'February', '１９８０')).statusCode, 303);
  t.match((await born('6', '2', '80')).body, /Give the year with four digits/);
  t.match((await born('6', '23', '1980')).body, /month first/);
  t.match((await born('1', '1', '1900')).body, /when it is not known/);
  t.match((await born('1', '1', '0001')).body, /when it is not known/);
});

t.test('the list of what is out is read by the same rules', async (t) => {
  const rows = [
    'Type,Make,Model,Given name,Family name,Date of birth,NHS number,Phone,Email,Issued on',
    'tablet,Samsung,A8,Am\u200bal,,6 Feb 1980,943\u2011476\u20115919,020 7946 0018 ext 12,\u202aamal@example.com\u202c,01/09/2026',
    'tablet,Samsung,A8,-,Example,01/01/1900,9999999999,07700 900123 (mum),amal@example.com;,01/09/2026',
  ];
  const { lines } = await previewTakeOver(deps, rows.join('\n'));
  t.match(lines[0], {
    faults: [],
    person: {
      givenName: 'Amal',
      familyName: '',
      dateOfBirth: '1980-02-06',
      nhsNumber: '9434765919',
      contacts: [
        { channel: 'phone', value: '+442079460018;ext=12' },
        { channel: 'email', value: 'amal@example.com' },
      ],
    },
  });
  t.strictSame(
    new Set(lines[1]!.faults.map(({ column }) => column)),
    new Set(['Given name', 'NHS number', 'Date of birth', 'Phone', 'Email']),
  );
});

t.test('a message greets by a name or by none', async (t) => {
  const greets = (name: string) =>
    renderTemplate(
      { subject: 'x', body: 'Hello {{name}}. {{scheme}} will {{contacts}}.' },
      'identified',
      [{ at: '2026-11-24T10:00:00Z', way: 'phone' }],
      { name, scheme: 'Camden', schemePhone: '', link: '', replies: '' },
    ).body.split(' Camden')[0];
  for (const name of ['Amal', 'Mary-Jane O’Neil', 'José Ng jr.', 'عمر'])
    t.equal(greets(name), `Hello ${name}.`);
  for (const none of [
    'Your parcel is held. Pay at https://evil.example/pay now. Ref',
    'Pay at evil.example/pay',
    'Al 07700900123',
    'a'.repeat(41),
    '',
  ])
    t.equal(greets(none), 'Hello.');
});

t.test('two accounts of staff do not look the same', async (t) => {
  const add = (email: string) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/staff',
      headers: { ...as.administrator, 'idempotency-key': email },
      payload: { name: 'Sam Okoro', email, role: 'supporter' },
    });
  t.equal((await add('sam@partner.example')).statusCode, 201);
  for (const same of ['ｓａｍ@partner.example', 'sam\u200b@partner.example', 'SAM@partner.example'])
    t.match((await add(same)).json(), { type: '/problems/name-in-use' }, same);
  t.match((await add('sаm@partner.example')).json().errors, [{ pointer: '/email' }]);
});
