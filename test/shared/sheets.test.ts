import t from 'tap';
import { readTakeOver } from '../../src/lending/loans/take-over-line.rules.ts';
import { Problem } from '../../src/shared/problem.ts';
import { readSheetDate } from '../../src/shared/sheet-cells.rules.ts';
import { decodeCsv } from '../../src/shared/sheet-text.rules.ts';
import { readImport } from '../../src/stock/donations/import.rules.ts';

const reading = { today: '2026-11-23', allowTestNumbers: true };
const out = (text: string, dates?: 'day-first' | 'month-first') => readTakeOver(text, { ...reading, dates });
const faults = (lines: { row: number; faults: { column: string; message: string }[] }[]) =>
  lines.flatMap(({ row, faults }) => faults.map(({ column, message }) => `${row} ${column}: ${message}`));
const refusal = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof Problem && error.errors) return error.errors.map(({ message }) => message).join(' ');
    throw error;
  }
  return 'taken';
};

t.test('a mobile and a landline are two ways of contact, each with its own answer', async (t) => {
  const contactsOf = (heading: string, row: string) => {
    const { lines, unusedColumns } = out(
      `Type,Make,Model,Given name,Family name,Issued on,${heading}\ntablet,Samsung,Tab,Nia,Testphone,01/07/2026,${row}\n`,
    );
    return { contacts: lines[0]!.person!.contacts, unusedColumns };
  };
  const landline = { channel: 'phone', value: '+441174960123' };
  const mobile = { channel: 'sms', value: '+447700900123' };
  t.same(contactsOf('Telephone,Mobile,Mobile safe', '0117 496 0123,07700 900123,yes'), {
    contacts: [
      { ...mobile, safe: true },
      { ...landline, safe: null },
    ],
    unusedColumns: [],
  });
  t.same(contactsOf('Telephone,Mobile,Phone safe?', '0117 496 0123,07700 900123,yes').contacts, [
    { ...mobile, safe: null },
    { ...landline, safe: true },
  ]);
  t.same(contactsOf('Mobile,Phone safe?', '07700 900123,yes').contacts, [{ ...mobile, safe: true }]);
  t.same(
    contactsOf('Telephone,Mobile safe', '0117 496 0123,yes'),
    { contacts: [{ ...landline, safe: null }], unusedColumns: ['Mobile safe'] },
    'an answer about a number that is not there is of no other',
  );
  t.same(contactsOf('Mobile,Phone safe,Mobile safe', '07700 900123,yes,no'), {
    contacts: [{ ...mobile, safe: false }],
    unusedColumns: ['Phone safe'],
  });
});

t.test('whatever of a sheet is not read is named', async (t) => {
  const notes = readImport(
    'Type,Make,Model,Notes,Colour,Notes,\ntablet,A,B,scratched,red,Do not lend: battery swollen,x\n',
  );
  t.equal(notes.lines[0]!.device.notes, 'scratched\nDo not lend: battery swollen');
  t.same(notes.unusedColumns, ['Colour', 'column G, without a heading']);
  t.same(readImport('Type,Make,Model,,\ntablet,A,B,,\n').unusedColumns, [], 'an empty column is none');
  t.equal(
    refusal(() => readImport('Type,Make,Model,IMEI 1,IMEI 2\ntablet,A,B,1,2\n')),
    '2 columns mean IMEI: “IMEI 1” and “IMEI 2”. Keep one of them, or give the others another heading.',
  );
  t.match(
    faults(
      readImport(
        'Type,Make,Model,Notes\ntablet,A,B,no charger, screen cracked, do not use\ntablet,A,B,"fine, really",,\n',
      ).lines,
    ),
    ['2 Row: This row has 6 cells, the heading has 4. Put a cell that has a comma in it in quotes.'],
  );
  const known = readImport('Type,Make,Model No,S/N\ntablet,A,B,77001\n');
  t.match(known.lines[0]!.device, { model: 'B', serialNumber: '77001' });
  t.same(
    out('Number,Type,Make,Model,Given name,Family name,Issued on\n1,tablet,A,B,Bo,Example,01/07/2026\n')
      .unusedColumns,
    ['Number'],
    'a running number is not a phone number',
  );
});

t.test('what a spreadsheet hides or writes in its own way is read as people mean it', async (t) => {
  const one = (text: string) => readImport(text).lines[0]!;
  t.match(one('sep=;\nType;Make;Model;Notes\ntablet;A;B;a, b\n'), {
    row: 2,
    textLine: 3,
    device: { notes: 'a, b' },
  });
  t.equal(one('Type,Make,Model\ntablet,Samsung,Galaxy Tab A 10.1"\n').device.model, 'Galaxy Tab A 10.1"');
  t.equal(
    one('Type,Make,Model\ntablet,Samsung,"Galaxy Tab 10"" wide"\n').device.model,
    'Galaxy Tab 10" wide',
  );
  const serial = (cell: string) =>
    one(`Type,Make,Model,Serial No.\ntablet,A,B,${cell}\n`).device.serialNumber;
  t.equal(serial('="0012345"'), '0012345');
  t.equal(serial('"=""0012345"""'), '0012345');
  t.equal(serial("'0012345"), '0012345');
  t.equal(serial("'AB12"), 'AB12');
  t.equal(serial('\u200bAB\u00ad12\u200b'), 'AB12');
  t.equal(serial('219E01'), '219E01');
  for (const none of ['N/A', 'n/a', 'NA', 'None', '-', '–', '?', 'unknown', 'TBC'])
    t.equal(serial(none), undefined, none);
  const test = one('Type,Make,Model,Serial No.\ntablet,A,B,Test\n');
  t.notOk(test.device.serialNumber);
  t.same(test.remarks, ['“Test” is no serial number and is left out.']);
  const name = out("Type,Make,Model,Given name,Family name,Issued on\ntablet,A,B,Na,'t Hooft,01/07/2026\n")
    .lines[0]!;
  t.match(name.person, { givenName: 'Na', familyName: "'t Hooft" }, 'names stay as they are');
  for (const encoding of ['utf-16le', 'utf-16be'] as const) {
    const le = Buffer.from('Type,Make,Model\ntablet,Café,B\n', 'utf16le');
    const bytes = encoding === 'utf-16le' ? le : Buffer.from(le).swap16();
    const mark = Buffer.from(encoding === 'utf-16le' ? 'fffe' : 'feff', 'hex');
    t.equal(one(decodeCsv(bytes)).device.make, 'Café', `${encoding} without a mark`);
    t.equal(one(decodeCsv(Buffer.concat([mark, bytes]))).device.make, 'Café', encoding);
  }
});

t.test('a quote that nothing closes is told by its line', async (t) => {
  t.equal(
    refusal(() => readImport('Type,Make,Model\ntablet,A,B\ntablet,"A,B\ntablet,A,B\n')),
    'In line 3 a cell begins with a quote (") that nothing closes. Take it out, or close it.',
  );
});

t.test('a number that the spreadsheet spoilt is refused wherever a number is text', async (t) => {
  const shortened = 'The spreadsheet has shortened this number. Format the column as text and type it again.';
  const rounded =
    'The spreadsheet has rounded this number: its last digits are zeros. Format the column as text and type it again.';
  t.same(
    faults(
      readImport(
        'Type,Make,Model,Serial No.\ntablet,A,B,2.19E+26\ntablet,A,B,"2,19E+26"\ntablet,A,B,447000000000000000\n',
      ).lines,
    ),
    [`2 Serial No.: ${shortened}`, `3 Serial No.: ${shortened}`, `4 Serial No.: ${rounded}`],
  );
  t.same(faults(readImport('Type,Make,Model,ICCID\nsim,A,B,8944110000000000000\n').lines), [
    `2 SIM (ICCID): ${rounded}`,
  ]);
  t.same(readImport('Type,Make,Model,ICCID\nsim,A,B,8944-1160 5979 9981 699F\n').lines[0]!.faults, []);
  t.same(
    faults(
      out(
        'Type,Make,Model,Label,Given name,Family name,NHS number,Mobile,SIM number,Network,ICCID,Issued on\ntablet,A,B,1E+17,Bo,Example,9.99E+9,4.47E+11,4.47E+11,O2,8944116059799981699,01/07/2026\n',
      ).lines,
    ).map((fault) => fault.split(':')[0]),
    ['2 Label', '2 SIM number', '2 Mobile', '2 NHS number'],
  );
});

t.test('one date that can only have the month first condemns the guess for all', async (t) => {
  const sheet = (...rows: string[]) =>
    `Type,Make,Model,Given name,Family name,Issued on,Due on,Date of birth\n${rows.map((row) => `tablet,A,B,${row}\n`).join('')}`;
  const list = sheet(
    'Rhea,Monthfirst,07/15/2026,,01/02/1980',
    'Sol,Monthfirst,08/06/2026,,25/12/1980',
    'Tess,Monthfirst,06/06/2026,12/01/2026,',
  );
  const asked = out(list);
  t.ok(asked.asksDates);
  t.same(faults(asked.lines), [
    '2 Issued on: This date seems to have the month first. Give the day first, such as 6/8/2026.',
    '3 Issued on: Other dates of this list have the month first. Say how its dates are written, then check again.',
    '4 Due on: Other dates of this list have the month first. Say how its dates are written, then check again.',
  ]);
  t.equal(asked.lines[0]!.person!.dateOfBirth, '1980-02-01', 'a column that is proven stays so');
  const mixed = sheet('Uma,Mixed,13/07/2026,,', 'Vi,Mixed,07/15/2026,,', 'Wes,Mixed,08/06/2026,,');
  t.match(faults(out(mixed).lines), [
    /^3 Issued on: This date seems/,
    /^4 Issued on: Other dates of this list/,
  ]);
  const said = out(
    sheet('Rhea,Monthfirst,07/15/2026,,', 'Sol,Monthfirst,08/06/2026,12/31/2026,01/02/1980'),
    'month-first',
  );
  t.notOk(said.asksDates);
  t.same(faults(said.lines), []);
  t.match(said.lines, [
    { issuedOn: '2026-07-15' },
    { issuedOn: '2026-08-06', dueOn: '2026-12-31', person: { dateOfBirth: '1980-01-02' } },
  ]);
  t.match(faults(out(list, 'month-first').lines), [/^3 Date of birth: This date has the day first/]);
  t.match(faults(out(list, 'day-first').lines), [/^2 Issued on: This date seems to have the month first/]);
});

t.test('dates as forms and spreadsheets write them, with a time or in words', async (t) => {
  for (const [text, date] of [
    ['06/08/2026 14:35', '2026-08-06'],
    ['06/08/2026 2:35 pm', '2026-08-06'],
    ['2026-08-06 14:35:10', '2026-08-06'],
    ['2026-08-06T14:35:00Z', '2026-08-06'],
    ['2026-08-05T23:30:00Z', '2026-08-06'],
    ['2026-08-06T00:30:00+01:00', '2026-08-06'],
    ['6th August 2026', '2026-08-06'],
    ['6 Aug, 2026', '2026-08-06'],
    ['Thursday 6 August 2026', '2026-08-06'],
    ['Thu, 6 Aug 2026', '2026-08-06'],
    ['August 6, 2026', '2026-08-06'],
    ['2026/08/06', '2026-08-06'],
    ['1 Sept 2026', '2026-09-01'],
  ] as const)
    t.same(readSheetDate(text, true), { date }, text);
  t.match(readSheetDate('46266.6', true), { fault: /as a number/ });
  for (const text of ['1 Octember 2026', '6 Au 2026', '31 June 2026', '6/8', 'yesterday'])
    t.match(readSheetDate(text, true), { fault: /real date/ }, text);
});
