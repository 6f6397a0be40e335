import { stringify } from 'csv-stringify/sync';
import readExcelFile from 'read-excel-file/web-worker';
import { Temporal } from 'temporal-polyfill';
import { mostRead, refuseSheet } from './sheet-text.rules.ts';
import { cellsBeside, extentOf, placeOf } from './workbook-cells.rules.ts';
import { filesOf, type ZippedFile } from './zip.ts';

/** A sheet as the text of a CSV file, with the other sheets of its workbook that have something in them. */
export type SheetText = { text: string; sheetsNotRead: string[] };

const mostBytes = 32 * 1024 * 1024;
/** Of a sheet, counted as the rectangle that it fills. */
const mostCells = 5_000_000;
const mostColumns = 500;
/** What a spreadsheet allows. */
const mostInCell = 32_767;

const saveAs = 'In the spreadsheet choose Save as, Excel workbook (.xlsx) or CSV UTF-8, and give that file.';
/** What other archives are, by a file that is in each. */
const others: [name: string, what: string][] = [
  ['xl/workbook.bin', 'an Excel binary workbook (.xlsb)'],
  ['mimetype', 'an OpenDocument file (.ods)'],
  ['Index/Document.iwa', 'a Numbers file'],
  ['word/document.xml', 'a Word document'],
];

/** What refuses a workbook that takes too long or too much memory to read. */
export const tooLargeToRead = () =>
  refuseSheet(
    'This workbook is too large to be read. Keep the rows and columns that are needed, without pictures and formats, or save it as CSV UTF-8.',
  );

/**
 * The first sheet of a workbook (XLSX) that has something in it, each row where the spreadsheet shows it. Cells are the
 * values that people see: dates as `2026-08-06`, what formulas came to, numbers with the zeros in front that their format
 * has. A number of more digits than a spreadsheet keeps is given as `8.94e+18`, so that it is refused where it is text.
 * @throws Problem `invalid` when it is no such workbook, has a password, or is larger than can be read
 */
export async function textOfWorkbook(bytes: Uint8Array): Promise<SheetText> {
  const files = unpacked(Buffer.from(bytes));
  // A thread that runs out of memory can take the process with it, so that what would is not begun.
  for (const [name, xml] of files)
    if (/^xl\/worksheets\/[^/]+$/.test(name) && extentOf(xml) > mostCells) throw tooLargeToRead();
  const sheets = await readExcelFile(new Blob([new Uint8Array(bytes)]), { parseNumber: numberAsText }).catch(
    () => {
      throw damaged();
    },
  );
  const withRows = sheets.filter(({ data }) => data.some((row) => row.some((cell) => cell !== null)));
  const [read, ...rest] = withRows;
  if (!read) throw refuseSheet('This workbook has nothing in it.');
  const beside = cellsBeside(files, sheets.indexOf(read));
  if (beside.formula)
    throw refuseSheet(
      `Cell ${beside.formula} has a formula without what it came to. Open the file in a spreadsheet, save it, and give it again.`,
    );
  const rows = read.data.slice(0, mostRead).map((row) => row.map(cellAsText));
  for (const [address, text] of beside.texts) {
    const [row, column] = placeOf(address);
    const cells = rows[row];
    if (cells) cells[column] = text;
  }
  assertFits(rows);
  const text = stringify(rows);
  if (text.length > mostBytes / 2) throw tooLargeToRead();
  return { text, sheetsNotRead: rest.map(({ sheet }) => sheet) };
}

const damaged = () =>
  refuseSheet(
    `This workbook cannot be read: it is damaged, or no spreadsheet made it. Open it in a spreadsheet. ${saveAs}`,
  );

/** The files of which a workbook is made, unpacked as far as all of them together are no larger than can be read. */
function unpacked(bytes: Buffer): Map<string, string> {
  const zipped = namesAndFiles(bytes);
  if ([...zipped.values()].some(({ isLocked }) => isLocked))
    throw refuseSheet('This file has a password. Take it off, then give the file again.');
  if (!zipped.has('xl/workbook.xml')) {
    const what = others.find(([name]) => zipped.has(name))?.[1] ?? 'an archive that is no workbook';
    throw refuseSheet(`This is ${what}. ${saveAs}`);
  }
  let left = mostBytes;
  const files = new Map<string, string>();
  for (const [name, file] of zipped) {
    if (!/\.xml(\.rels)?$/.test(name)) continue;
    const content = contentOf(file, left);
    left -= content.length;
    files.set(name, content.toString('utf8'));
  }
  return files;
}

function namesAndFiles(bytes: Buffer): Map<string, ZippedFile> {
  try {
    return filesOf(bytes);
  } catch {
    throw damaged();
  }
}

function contentOf(file: ZippedFile, most: number): Buffer {
  try {
    return file.read(Math.max(most, 1));
  } catch (error) {
    throw error instanceof RangeError ? tooLargeToRead() : damaged();
  }
}

/** A spreadsheet keeps 15 digits of a number. */
function numberAsText(raw: string): string {
  const number = Number(raw);
  if (!Number.isFinite(number)) return raw;
  return Math.abs(number) >= 1e15 ? number.toExponential() : String(Number(number.toPrecision(15)));
}

function cellAsText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  if (!(cell instanceof Date)) return String(cell);
  if (Number.isNaN(cell.getTime())) return '########';
  // Days are counted in fractions, which end a moment before the second that is meant.
  const second = Math.round(cell.getTime() / 1000) * 1000;
  const read = Temporal.Instant.fromEpochMilliseconds(second).toZonedDateTimeISO('UTC');
  const minute = read.toPlainTime().toString({ smallestUnit: 'minute' });
  const day = read.toPlainDate().toString();
  if (day < '1900-01-01') return minute;
  return minute === '00:00' ? day : `${day} ${minute}`;
}

function assertFits(rows: string[][]): void {
  const columns = rows.reduce((most, { length }) => Math.max(most, length), 0);
  if (columns > mostColumns)
    throw refuseSheet(`The sheet has ${columns} columns. Give at most ${mostColumns}.`);
  const long = rows.findIndex((row) => row.some((cell) => cell.length > mostInCell));
  if (long >= 0) throw refuseSheet(`Row ${long + 1} has a cell of more than ${mostInCell} characters.`);
}
