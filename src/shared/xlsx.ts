import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import writeExcelFile from 'write-excel-file/node';
import type { FileColumns } from './table-file.ts';
import { filesOf, zipOf } from './zip.ts';

/** Rows that a sheet has at most, the heading among them. */
const mostRows = 1_048_576;
/** After so many others have their turn. */
const atOnce = 100;
const sheetPath = 'xl/worksheets/sheet1.xml';
const megabyte = 1024 * 1024;

type Column = { name: string; heading: string; isDate: boolean };

/**
 * Rows as a workbook (XLSX) of one sheet: text as text, so that no digit of a number that is text is lost and no formula
 * runs, dates as dates, numbers as numbers. Rows are asked for as they go out, so that a file of any length takes the
 * same memory and stops nobody else. What is more than a sheet holds is said in its last row.
 */
export async function xlsxOf<Row extends object>(
  columns: FileColumns<Row>,
  rows: AsyncIterable<Row> | Iterable<Row>,
  most = mostRows,
): Promise<Readable> {
  const known = columnsOf(columns);
  const { files, before, after, styles } = await frameOf(known);
  const text = async function* () {
    yield before;
    let number = 1;
    let batch = '';
    for await (const row of rows) {
      number++;
      const isFull = number === most;
      batch += isFull ? fullRow(number) : rowOf(number, row as Record<string, unknown>, known, styles);
      if (isFull) break;
      if (number % atOnce) continue;
      yield batch;
      batch = '';
      await nextTurn();
    }
    yield batch + after;
  };
  return Readable.from(zipOf(files, { name: sheetPath, text: text() }), { objectMode: false });
}

function columnsOf<Row>(columns: FileColumns<Row>): Column[] {
  const entries = Object.entries(columns) as [string, string | { date: string }][];
  return entries.map(([name, is]) => ({
    name,
    heading: typeof is === 'string' ? is : is.date,
    isDate: typeof is !== 'string',
  }));
}

type Styles = { text: string; date: string };

/** A workbook with the heading alone, apart at where the rows belong, with the styles of text and of dates. */
async function frameOf(columns: Column[]) {
  const heading = columns.map(
    ({ heading }) => ({ value: heading, type: String, fontWeight: 'bold' }) as const,
  );
  const sample = [
    { value: 'text', type: String, format: '@' },
    { value: new Date(0), type: Date, format: 'dd/mm/yyyy' },
  ] as const;
  const widths = columns.map(({ heading }) => ({ width: Math.max(12, heading.length + 2) }));
  const bytes = await writeExcelFile([heading, [...sample]], { columns: widths }).toBuffer();
  const files = new Map([...filesOf(bytes)].map(([name, file]) => [name, file.read(megabyte)]));
  const [, before = '', text = '', date = '', after = ''] =
    /^(.*)<row r="2"><c r="A2" s="(\d+)".*?<c r="B2" s="(\d+)".*?<\/row>(.*)$/s.exec(
      String(files.get(sheetPath)),
    ) ?? [];
  files.delete(sheetPath);
  return { files, before, after, styles: { text, date } satisfies Styles };
}

const fullRow = (number: number) =>
  `<row r="${number}">${textCell(`A${number}`, 'A sheet holds no more rows. Take the list as CSV to have them all.')}</row>`;

function rowOf(number: number, row: Record<string, unknown>, columns: Column[], styles: Styles): string {
  const cells = columns.map(({ name, isDate }, place) => {
    const value = row[name];
    const address = `${lettersOf(place)}${number}`;
    if (value === null || value === undefined || value === '') return '';
    if (typeof value === 'number') return `<c r="${address}"><v>${value}</v></c>`;
    const day = isDate ? dayNumber(String(value)) : undefined;
    if (day) return `<c r="${address}" s="${styles.date}"><v>${day}</v></c>`;
    return textCell(address, String(value), styles.text);
  });
  return `<row r="${number}">${cells.join('')}</row>`;
}

const textCell = (address: string, text: string, style?: string) =>
  `<c r="${address}"${style ? ` s="${style}"` : ''} t="inlineStr"><is><t xml:space="preserve">${inXml(text)}</t></is></c>`;

/** A day as a spreadsheet counts it; nothing before March 1900, where spreadsheets disagree. */
function dayNumber(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '1900-03-01') return undefined;
  return Date.parse(`${text}T00:00:00Z`) / 86_400_000 + 25_569;
}

/** What XML cannot hold is left out; what a workbook would read as an escape is escaped. */
const inXml = (text: string) => (/^[ -%'-;=?-^`-~]*$/.test(text) ? text : escaped(text));

const escaped = (text: string) =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/** The letters by which a spreadsheet names a column, counted from 0. */
function lettersOf(place: number): string {
  const last = String.fromCharCode(65 + (place % 26));
  return place < 26 ? last : lettersOf(Math.floor(place / 26) - 1) + last;
}
