import { sql } from 'kysely';
import t from 'tap';
import { takeOver } from '../../src/lending/loans/take-over.commands.ts';
import { previewTakeOver } from '../../src/lending/loans/take-over-judging.commands.ts';
import { readTakeOver } from '../../src/lending/loans/take-over-line.rules.ts';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { readSheetDate } from '../../src/shared/sheet-cells.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
await addLocation(deps, officer, { name: 'Torriano Library', kind: 'access_point' });
const input = { donor: 'Camden Road scheme', receivedOn: '2026-11-20' };
const heading =
  'Type,Make,Model,Serial No.,IMEI,Label,Given name,Family name,Date of birth,NHS number,Phone,Phone safe?,Email,Email safe?,Place,Issued on,Due on,Network,SIM (ICCID),SIM number,Data ends on';
const names = heading.split(',');
/** A spreadsheet of rows that name their cells; the rest is a tablet of Amal Example's. */
let serial = 0;
function sheet(...rows: Record<string, string>[]): string {
  const usual = { Type: 'tablet', Make: 'Samsung', Model: 'Tab A8', 'Issued on': '01/09/2026' };
  const amal = {
    'Given name': 'Amal',
    'Family name': 'Example',
    'Date of birth': '29/02/1980',
  };
  const lines = rows.map((row) => {
    const who = 'Place' in row || 'Given name' in row ? {} : amal;
    const full: Record<string, string> = { ...usual, ...who, 'Serial No.': `OLD${++serial}`, ...row };
    return names.map((name) => full[name] ?? '').join(',');
  });
  return [heading, ...lines].join('\n');
}
const preview = (csv: string) => previewTakeOver(deps, csv);
const said = (lines: { row: number; faults: { column: string; message: string }[] }[]) =>
  lines.flatMap(({ row, faults }) => faults.map(({ column, message }) => `${row} ${column}: ${message}`));
const count = async (table: 'device' | 'loan' | 'patient' | 'event' | 'follow_up' | 'donation') =>
  (await db.selectFrom(table).select(db.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n;

t.test('each faulty line is told by column with what would be right, and nothing is saved', async (t) => {
  const csv = sheet(
    { Type: 'Tabelt' },
    { 'Issued on': '' },
    { 'Issued on': '24/11/2026' },
    { 'Due on': '31/08/2026' },
    { 'Given name': '-', 'Family name': 'Example' },
    { Place: 'Toriano Library' },
    { Place: 'Torriano Library', 'Given name': 'Amal', 'Family name': 'Example' },
    { Place: '' },
    { 'Given name': 'Bo', 'Family name': 'Example', 'NHS number': '999 000 0019', Phone: '12' },
    { Phone: '07700 900123', 'Phone safe?': 'maybe', 'Date of birth': '29/02/1981' },
    { Network: 'O2', 'Data ends on': '30/02/2027' },
    { Type: 'phone', IMEI: '3.52E+14' },
    { 'Issued on': '45900' },
  );
  const before = await Promise.all([count('device'), count('patient')]);
  const { lines, ready } = await preview(csv);
  t.same(said(lines), [
    '2 Type: “Tabelt” is not a kind of device. Did you mean tablet?',
    '3 Issued on: Say when it went out, such as 6/8/2026.',
    '4 Issued on: This date is in the future. What is not out yet is issued as a new loan.',
    '5 Due on: Give a date after the day it went out, or leave it empty when none was agreed.',
    '6 Given name: Give the name as it is written. What they have none of is left out.',
    '7 Place: There is no such place. Did you mean Torriano Library?',
    '8 Place: Give either a person or a place, not both.',
    '9 Given name: Say who has it: a person by name, or a place.',
    '10 NHS number: This is not an NHS number: it has 10 digits, the last of which checks the others.',
    '10 Phone: Give a real phone number, like 07700 900123.',
    '11 Date of birth: Give a real date, day first, such as 6/8/2026 or 2026-08-06.',
    '11 Phone safe?: Give yes or no, or leave it empty: what is not known counts as not safe.',
    '12 Data ends on: Give a real date, day first, such as 6/8/2026 or 2026-08-06.',
    '12 SIM (ICCID): Give the ICCID that is printed on the SIM, or leave its plan out.',
    '13 IMEI: The spreadsheet has shortened this number. Format the column as text and type it again.',
    '14 Issued on: The spreadsheet has written this date as a number. Format the column as a date and save it again.',
  ]);
  t.equal(ready, 0);
  const problem = await refusal(takeOver(deps, officer, { csv, ...input }, true));
  t.match(problem, { type: 'import-refused', status: 409 });
  t.notMatch(
    JSON.stringify(problem.extra),
    /Amal|\bBo\b|Example|999 ?000|1980-02|02\/1980/,
    'a refusal names nobody',
  );
  t.same(await Promise.all([count('device'), count('patient')]), before);
});

t.test('dates as British spreadsheets write them', async (t) => {
  for (const text of [
    '2026-08-06',
    '06/08/2026',
    '6.8.2026',
    '6 August 2026',
    '6-Aug-2026',
    '06/08/2026 00:00',
  ])
    t.same(readSheetDate(text, false), { date: '2026-08-06' }, text);
  t.same(readSheetDate('6-Aug-26', true), { date: '2026-08-06' });
  t.match(readSheetDate('6/8/66', false), { fault: /four digits/ });
  for (const text of ['31/04/2026', '0/1/2026', 'soon', '6/8/1826', '6 Smarch 2026'])
    t.match(readSheetDate(text, true), { fault: /real date/ }, text);
});

t.test('rows of one person and day make one loan, begun on loan, without an agreement', async (t) => {
  const csv = sheet(
    {
      Label: 'OLD-7',
      Phone: '07700 900123',
      'Phone safe?': 'yes',
      'Due on': '01/03/2027',
      Network: 'O2',
      'SIM (ICCID)': '8944116059799981699',
      'SIM number': '07700 900456',
      'Data ends on': '01/02/2027',
    },
    { Type: 'dongle', Make: 'Huawei', 'Due on': '01/03/2027', Email: 'amal@example.com' },
    { 'Issued on': '02/10/2026' },
    { Place: 'torriano library', Type: 'laptop' },
  );
  const seen = await preview(csv);
  t.match(seen.lines[1]!.remarks, [
    'Someone of the same name and birth date is in row 2: one loan of 2 items.',
  ]);
  t.match(seen.lines[2]!.remarks, ['The same person is in row 2, from another day: a loan of its own.']);
  t.equal(seen.loans.length, 3);
  const done = await takeOver(deps, officer, { csv, ...input }, false);
  t.match(done, { devices: 4, loans: 3, newPatients: 1 });
  t.equal(done.lines[0]!.loan!.id, done.lines[1]!.loan!.id);
  t.equal(await count('follow_up'), 0, 'no follow-ups are made');
  const page = await app.inject({ url: `/loans/${done.lines[0]!.loan!.id}`, headers: as.officer });
  t.match(page.body, />On loan</);
  t.notMatch(page.body, /Wrong device\?/, 'it would be refused');

  const loan = await app.inject({ url: `/api/v1/loans/${done.lines[0]!.loan!.id}`, headers: as.officer });
  t.match(loan.json(), {
    status: 'open',
    dueOn: '2027-03-01',
    issuedAt: '2026-09-01T11:00:00.000Z',
    patient: { givenName: 'Amal' },
    handover: { on: '2026-09-01' },
    agreement: { version: null, text: null, acceptedBy: 'not_recorded' },
    items: [{ status: 'on_loan' }, { status: 'on_loan' }],
  });
  const open = await db
    .selectFrom('loan')
    .select(['due_on', 'review_on', 'taken_over', 'location_id'])
    .where('id', 'in', [done.lines[2]!.loan!.id, done.lines[3]!.loan!.id])
    .orderBy('id')
    .execute();
  t.match(open, [
    { due_on: null, review_on: '2026-12-23', taken_over: true, location_id: null },
    { due_on: null, review_on: '2027-02-23', taken_over: true, location_id: String },
  ]);
  const device = await db
    .selectFrom('device')
    .selectAll()
    .where('asset_tag', '=', done.lines[0]!.assetTag!)
    .executeTakeFirstOrThrow();
  t.match(device, { status: 'on_loan', taken_over: true, notes: null });
  t.same(
    await db.selectFrom('earlier_label').select(['device_id', 'label']).execute(),
    [{ device_id: device.id, label: 'OLD-7' }],
    'a label from before is kept as one',
  );
  const plan = await db.selectFrom('data_plan').selectAll().executeTakeFirstOrThrow();
  t.match(plan, { device_id: device.id, msisdn: '+447700900456', expires_on: '2027-02-01' });
  const { rows: points } = await sql<object>`
    select c.channel, c.value, c.safe, c.safe_from from contact_point c join loan l on l.patient_id = c.patient_id
    where l.id = ${done.lines[0]!.loan!.id} order by c.position`.execute(db);
  t.same(points, [
    { channel: 'sms', value: '+447700900123', safe: true, safe_from: '2026-11-20' },
    { channel: 'email', value: 'amal@example.com', safe: false, safe_from: null },
  ]);

  const back = await app.inject({
    method: 'POST',
    url: '/api/v1/returns',
    headers: as.officer,
    payload: { items: done.lines.slice(0, 2).map(({ assetTag }) => ({ assetTag, condition: 'B' })) },
  });
  t.equal(back.statusCode, 201, 'what was taken over comes back as any other');
  t.match(back.json().loans, [{ status: 'closed' }]);

  const again = await preview(csv);
  t.equal(again.ready, 0, 'the same file again is refused by what is in use');
  t.match(again.lines[0]!.faults, [
    { column: 'Serial No.', message: `Already in stock as ${device.asset_tag}.` },
    { column: 'SIM (ICCID)', message: `Already in use on ${device.asset_tag}.` },
  ]);
});

t.test('every loan has its event with its devices, and no event holds a name', async (t) => {
  const done = await takeOver(
    deps,
    officer,
    { csv: sheet({ 'Given name': 'Xanthippe', 'Family name': 'Zebra' }), ...input },
    false,
  );
  const { rows } = await sql<{ type: string; values: Record<string, unknown>; subjects: string[] }>`
    select e.type, e."values", array(select s.subject_type from event_subject s where s.event_id = e.id order by 1) as subjects
    from event e join event_subject es on es.event_id = e.id where es.subject_id = ${done.lines[0]!.loan!.id}`.execute(
    db,
  );
  t.match(rows, [
    {
      type: 'loan.taken_over',
      values: { assetTags: [done.lines[0]!.assetTag], handoverOn: '2026-09-01', dueOn: null },
      subjects: ['device', 'loan', 'patient'],
    },
  ]);
  const { rows: named } = await sql`select from event where "values"::text ~ 'Xanthippe|Zebra'`.execute(db);
  t.equal(named.length, 0);
});

t.test(
  'rule 17: a person is linked only when NHS number, date of birth and family name all agree; what the list calls not safe is stopped',
  async (t) => {
    const person = {
      givenName: 'Noor',
      familyName: 'Linked',
      dateOfBirth: '1970-05-06',
      nhsNumber: '9990000018',
      contactPoints: [
        { channel: 'sms' as const, value: '07700 900777', safe: true },
        { channel: 'email' as const, value: 'noor@example.com', safe: true },
      ],
    };
    const { id } = await make.referral({ person });
    const { patient_id: known } = await db
      .selectFrom('referral')
      .select('patient_id')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const noor = { 'Given name': 'Noor', 'Date of birth': '06/05/1970', 'NHS number': '999 000 0018' };
    const csv = sheet(
      {
        ...noor,
        'Family name': 'LINKED',
        Phone: '07700 900777',
        'Phone safe?': 'no',
        Email: 'new@example.com',
        'Email safe?': 'yes',
      },
      { ...noor, 'Family name': 'Otherwise' },
      { ...noor, 'Family name': 'Linked', 'NHS number': '', 'Given name': 'NOOR', 'Issued on': '03/09/2026' },
    );
    const { lines } = await preview(csv);
    t.match(lines[0]!.remarks, [/known already\. The loan goes to their record/]);
    t.match(lines[1]!.remarks[0], /Row 2 has the same NHS number with another name/);
    t.match(lines[1]!.remarks[1], /Someone known already is like this person/);
    const done = await takeOver(deps, officer, { csv, ...input }, false);
    t.equal(done.newPatients, 1);
    const borrowers = await db
      .selectFrom('loan')
      .select('patient_id')
      .where(
        'id',
        'in',
        done.lines.map(({ loan }) => loan!.id),
      )
      .orderBy('id')
      .execute();
    t.same(
      borrowers.map(({ patient_id }) => patient_id === known),
      [true, false, true],
    );
    const points = await db
      .selectFrom('contact_point')
      .select(['value', 'safe'])
      .where('patient_id', '=', known)
      .orderBy('position')
      .execute();
    t.same(points, [
      { value: '+447700900777', safe: false },
      { value: 'noor@example.com', safe: true },
    ]);
    const history = await db
      .selectFrom('patient_history')
      .select('before')
      .where('patient_id', '=', known)
      .execute();
    t.same(history, [{ before: { safe: ['+447700900777', 'noor@example.com'] } }]);
  },
);

t.test('people who only look alike are kept apart, and the line says so', async (t) => {
  const pat = { 'Given name': 'Pat', 'Family name': 'Twin' };
  const { lines, loans } = await preview(
    sheet(
      pat,
      pat,
      { ...pat, 'Date of birth': '01/01/1990', 'NHS number': '9990000018' },
      { ...pat, 'Date of birth': '01/01/1990', 'NHS number': '9990000026' },
      { ...pat, Phone: '07700 900001' },
      { ...pat, Phone: '07700 900001' },
    ),
  );
  t.equal(loans.length, 5);
  t.match(lines[1]!.remarks[0], /Someone of the same name is in row 2\. Without the same date of birth/);
  t.match(lines[3]!.remarks[0], /another NHS number is in row 4: taken as two people/);
  t.match(lines[5]!.remarks, ['The same person is in row 6: one loan of 2 items.']);
});

t.test('all or nothing, unless faulty lines are left out; one loan has one date', async (t) => {
  const csv = sheet(
    { 'Given name': 'Una', 'Family name': 'Part', 'Date of birth': '02/02/1992', Phone: '12' },
    { 'Given name': 'Una', 'Family name': 'Part', 'Date of birth': '02/02/1992' },
    { 'Given name': 'Una', 'Family name': 'Part', 'Date of birth': '02/02/1992', 'Due on': '02/02/2027' },
  );
  const problem = await refusal(takeOver(deps, officer, { csv, ...input }, false));
  t.match(problem, { type: 'import-refused', extra: { lines: [{ row: 2 }, { row: 4 }] } });
  t.match((problem.extra.lines as { faults: object[] }[])[1]!.faults, [
    { column: 'Due on', message: /^Row 2 is the same loan/ },
  ]);
  const done = await takeOver(deps, officer, { csv, ...input }, true);
  t.match(done, { devices: 1, loans: 1, newPatients: 1 });
  const { rows } = await sql`
    select from contact_point c join loan l on l.patient_id = c.patient_id where l.id = ${done.lines[1]!.loan!.id}`.execute(
    db,
  );
  t.equal(rows.length, 0, 'what is wrong in a line left out is not kept');
  t.match(await refusal(takeOver(deps, officer, { csv, ...input, receivedOn: '2026-11-24' }, true)), {
    errors: [{ pointer: '/receivedOn' }],
  });
});

t.test('the same statements for two lines and for five hundred, and 5,000 lines are the most', async (t) => {
  let statements = 0;
  const counted = new Proxy(deps.db, {
    get: (target, name) =>
      name === 'transaction'
        ? () =>
            target
              .withPlugin({
                transformQuery: ({ node }) => {
                  statements++;
                  return node;
                },
                transformResult: async ({ result }) => result,
              })
              .transaction()
        : Reflect.get(target, name),
  });
  const costOf = async (rows: number) => {
    statements = 0;
    const lines = Array.from({ length: rows }, (_, place) => ({
      'Given name': 'Many',
      'Family name': `Person ${place % 400}`,
      'Date of birth': '01/01/1970',
      Phone: '07700 900123',
      Network: 'O2',
      'SIM (ICCID)': `89440000${String(serial + place).padStart(10, '0')}`,
    }));
    await takeOver({ ...deps, db: counted }, officer, { csv: sheet(...lines), ...input }, false);
    return statements;
  };
  const few = await costOf(2);
  t.ok(few > 5 && few < 20, `${few} statements`);
  t.equal(await costOf(500), few);
  const most = sheet(...Array.from({ length: 5001 }, () => ({})));
  t.throws(() => readTakeOver(most, { today: '2026-11-23', allowTestNumbers: true }), {
    errors: [{ message: /at most 5000/ }],
  });
});

t.test('over the API: preview, refusal, take-over, the same answer to a repeat, and who may', async (t) => {
  const send = (more: string, payload: string, headers: Record<string, string> = as.officer) =>
    app.inject({
      method: 'POST',
      url: `/api/v1/loans/imports?donor=Own%20scheme&receivedOn=2026-11-20${more}`,
      headers: { ...headers, 'content-type': 'text/csv' },
      payload,
    });
  const csv = sheet({}, { Type: 'teapot' });
  t.match((await send('&preview=true', csv)).json(), {
    ready: 1,
    faulty: 1,
    loans: 1,
    lines: [
      { row: 2, verdict: 'ready' },
      { row: 3, faults: [{ column: 'Type' }] },
    ],
  });
  t.match((await send('', csv)).json(), { type: '/problems/import-refused', lines: [{ row: 3 }] });
  const once = { ...as.officer, 'idempotency-key': 'take-over-1' };
  const first = await send('&partial=true', csv, once);
  t.equal(first.statusCode, 201);
  t.match(first.json(), {
    lines: [
      { assetTag: /^LW-/, loan: { reference: /^L-/ } },
      { assetTag: null, loan: null },
    ],
  });
  t.same((await send('&partial=true', csv, once)).json(), first.json());
  for (const role of ['clinic', 'auditor', 'administrator', 'integration'] as const)
    t.equal((await send('', csv, as[role])).statusCode, 403, role);
});

t.test('two take-overs of one list at once: one has it, the other is told, nothing is doubled', async (t) => {
  const csv = sheet(
    ...Array.from({ length: 20 }, (_, n) => ({
      'Given name': 'Race',
      'Family name': `Runner ${n}`,
      'NHS number': n ? '' : '9990000018',
      'Date of birth': '03/03/1993',
    })),
  );
  const before = await count('donation');
  const results = await Promise.allSettled(
    [1, 2].map(() => takeOver(deps, officer, { csv, ...input }, false)),
  );
  t.same(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const lost = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  t.match(lost.reason, { type: 'import-refused' });
  t.equal(await count('donation'), before + 1);
});

t.test('a list that was taken over is recognised, and nobody in it is out with the same twice', async (t) => {
  const named: Record<string, string>[] = [
    {
      'Given name': 'Nora',
      'Family name': 'Numbered',
      'NHS number': '9990000026',
      'Date of birth': '01/02/1970',
    },
    { 'Given name': 'Bea', 'Family name': 'Born', 'Date of birth': '02/03/1971' },
    { 'Given name': 'Cal', 'Family name': 'Called', Phone: '07700 900456' },
    { 'Given name': 'Cal', 'Family name': 'Called', Phone: '07700 900456' },
  ];
  const people = named.map((row) => ({ ...row, 'Serial No.': '' }));
  const list = { donor: 'Twice Over', receivedOn: '2026-11-20' };
  const done = await takeOver(deps, officer, { csv: sheet(...people), ...list }, false);
  const [before, loans] = [await count('patient'), await count('loan')];
  const again = sheet(...people.toReversed()).replaceAll('Tab A8', 'tab  a8');
  t.match((await previewTakeOver(deps, again, list)).takenBefore, { donation: done.donation });
  t.match(await refusal(takeOver(deps, officer, { csv: again, ...list, another: true }, true)), {
    type: 'import-refused',
  });
  const { lines } = await preview(again);
  t.equal(lines.filter(({ verdict }) => verdict === 'faulty').length, 4);
  t.match(lines[0]!.faults, [
    { column: 'Given name', message: /^Taken over already: L-\w+ has this person/ },
  ]);
  const more = sheet(
    ...people,
    people[2]!,
    { ...people[0]!, 'Issued on': '02/09/2026' },
    { ...people[1]!, Model: 'Tab A9' },
    { ...people[1]!, 'Date of birth': '02/03/1972' },
  );
  t.same(
    (await preview(more)).lines.map(({ verdict }) => verdict),
    ['faulty', 'faulty', 'faulty', 'faulty', 'ready', 'ready', 'ready', 'ready'],
    'a third device, another day, another model and another person are no repeat',
  );
  t.same([await count('patient'), await count('loan')], [before, loans]);
});

t.test(
  'a shared place’s list is refused when it comes again, and taken when it is said to be another',
  async (t) => {
    const csv = sheet({ Place: 'Torriano Library', 'Serial No.': '' });
    const list = { csv, donor: 'Library kit', receivedOn: '2026-11-20' };
    await takeOver(deps, officer, list, false);
    t.match(await refusal(takeOver(deps, officer, list, false)), {
      type: 'taken-before',
      errors: [{ pointer: '/another' }],
    });
    t.equal((await takeOver(deps, officer, { ...list, another: true }, false)).devices, 1);
  },
);
