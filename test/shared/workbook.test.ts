import t from 'tap';
import { Problem } from '../../src/shared/problem.ts';
import { readSheetFile } from '../../src/shared/sheet-file.ts';
import { readImport } from '../../src/stock/donations/import.rules.ts';
import { textRow, workbook, zip } from '../helpers/workbook.ts';

t.setTimeout(400_000);

const heading = (...more: string[]) => textRow(1, 'Type', 'Make', 'Model', ...more);
const textOf = async (bytes: Buffer) => (await readSheetFile(bytes)).text;
const refusal = async (bytes: Buffer): Promise<string> => {
  try {
    return `taken: ${await textOf(bytes)}`;
  } catch (error) {
    if (error instanceof Problem && error.errors) return error.errors.map(({ message }) => message).join(' ');
    throw error;
  }
};
const sheet = (...rows: string[]) => workbook({ Sheet1: rows.join('') });

t.test('a workbook is read as what people see in it, each row where the spreadsheet shows it', async (t) => {
  const bytes = sheet(
    heading('Serial No.', 'Notes', 'Charger'),
    '<row r="4" hidden="1"><c r="A4" t="inlineStr"><is><t>tablet</t></is></c><c r="B4" t="str"><f>UPPER("a")</f><v>SAMSUNG</v></c><c r="C4" t="s"><v>0</v></c><c r="D4" s="2"><v>451</v></c><c r="E4" t="inlineStr"><is><t>10.1" wide, "old"\nŁódź</t></is></c><c r="F4" t="b"><v>0</v></c></row>',
  );
  const { lines, unusedColumns } = readImport(await textOf(bytes));
  t.same(unusedColumns, []);
  t.match(lines, [
    {
      row: 4,
      verdict: 'ready',
      device: {
        make: 'SAMSUNG',
        model: 'Galaxy Tab',
        serialNumber: '00000451',
        notes: '10.1" wide, "old"\nŁódź\nNo charger came with it.',
      },
    },
  ]);
  const dates = sheet(
    textRow(1, 'Day', 'At', 'Time', 'Number', 'Long', 'Float'),
    '<row r="2"><c r="A2" s="1"><v>46266</v></c><c r="B2" s="1"><v>46266.6</v></c><c r="C2" s="1"><v>0.5</v></c><c r="D2"><v>352099001761481</v></c><c r="E2"><v>8.94411E+18</v></c><c r="F2"><v>0.30000000000000004</v></c></row>',
  );
  t.equal(
    (await textOf(dates)).split('\n')[1],
    '2026-09-01,2026-09-01 14:24,12:00,352099001761481,8.94411e+18,0.3',
  );
});

t.test('what lost digits, became a date or failed is refused where text is meant', async (t) => {
  const bytes = sheet(
    heading('Serial No.', 'SIM (ICCID)', 'Notes'),
    '<row r="2"><c r="A2" t="inlineStr"><is><t>tablet</t></is></c><c r="B2" t="inlineStr"><is><t>A</t></is></c><c r="C2" s="1"><v>46266</v></c><c r="D2" s="1"><v>46266</v></c><c r="E2"><v>8944110000000000123</v></c><c r="F2" t="e"><f>B9</f><v>#REF!</v></c></row>',
  );
  t.same(
    readImport(await textOf(bytes)).lines[0]!.faults.map(({ column, message }) => `${column}: ${message}`),
    [
      'Notes: The formula of this cell has failed (#REF!). Give its value.',
      'Model: The spreadsheet has made a date of this. Format the column as text and type it again.',
      'Serial No.: The spreadsheet has made a date of this. Format the column as text and type it again.',
      'SIM (ICCID): The spreadsheet has shortened this number. Format the column as text and type it again.',
    ],
  );
});

t.test('of several sheets the first that has something is read, the others are named', async (t) => {
  const bytes = workbook({ Cover: '', Devices: heading() + textRow(2, 'tablet', 'A', 'B'), Old: heading() });
  t.same(await readSheetFile(bytes), {
    text: 'Type,Make,Model\ntablet,A,B\n',
    sheetsNotRead: ['Old'],
  });
  t.match(await refusal(workbook({ A: '', B: '' })), 'This workbook has nothing in it.');
  t.match(
    await refusal(sheet(heading(), '<row r="2"><c r="B2"><f>1+1</f><v></v></c></row>')),
    /^Cell B2 has a formula without what it came to/,
  );
});

t.test('a file is what it holds, whatever its name', async (t) => {
  const old = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]);
  const locked = Buffer.concat([old, Buffer.from('EncryptedPackage', 'utf16le')]);
  t.match(await refusal(old), /^This is an old Excel file \(\.xls\)\. .*\.xlsx/);
  t.match(await refusal(locked), /password\. Take the password off/);
  t.match(
    await refusal(zip({ mimetype: 'application/vnd.oasis.opendocument.spreadsheet', 'content.xml': '' })),
    /OpenDocument file \(\.ods\)/,
  );
  t.match(await refusal(zip({ 'word/document.xml': '<w/>' })), /Word document/);
  t.match(await refusal(zip({ 'a.txt': 'x' })), /archive that is no workbook/);
  t.match(await refusal(Buffer.from('%PDF-1.7\n')), /This is a PDF/);
  t.match(await refusal(Buffer.from('<html><table><tr><td>Type')), /web page or XML/);
  t.match(await refusal(Buffer.from('Type,Make\n')), /^taken: Type,Make/);
  t.match(await refusal(sheet(heading()).subarray(0, 300)), /damaged/);
  t.match(await refusal(workbook({ A: '<row r="1"><c r="A1" t="s"><v>99</v></c></row>' })), /damaged/);
});

t.test('a workbook that would take too much is refused', async (t) => {
  const zeros = Buffer.alloc(40_000_000, 0x20);
  const bomb = (size?: number) =>
    zip({ 'xl/workbook.xml': '<workbook/>', 'xl/worksheets/sheet1.xml': zeros }, size);
  t.ok(bomb().length < 100_000);
  t.match(await refusal(bomb()), /too large to be read/);
  t.match(await refusal(bomb(1000)), /too large to be read/, 'also when its directory lies');
  t.match(
    await refusal(workbook({ A: '<row r="999999999"><c r="XFD999999999"><v>1</v></c></row>' })),
    /too large to be read/,
  );
  t.match(await refusal(workbook({ A: '<row r="1"><c r="XFD1"><v>1</v></c></row>' })), /has 16384 columns/);
  t.match(await refusal(sheet(textRow(1, 'a'), textRow(2, 'x'.repeat(32_768)))), /Row 2 has a cell of more/);
});

t.test('what a workbook defines for itself stands for nothing', async (t) => {
  const own = `<!DOCTYPE worksheet [<!ENTITY own SYSTEM "${import.meta.url}"><!ENTITY ten "aaaaaaaaaa">]>`;
  const rows = `${heading()}${textRow(2, 'tablet', '&own;', '&ten;')}`;
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const read = await refusal(
    workbook(
      { Sheet1: '' },
      {
        'xl/worksheets/sheet1.xml': `<?xml version="1.0"?>${own}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`,
      },
    ),
  );
  t.notMatch(read, /import t from|aaaaaaaaaa/, read);
});
