import { parse } from 'csv-parse/sync';
import { readDateParts } from './date-parts.ts';
import { type FieldError, Problem } from './problem.ts';
import { asSeen } from './seen.ts';

/** The columns that a sheet may have: what each is called in sentences, and the headings that mean it (letters only, lower case). */
export type Columns<Column extends string> = Record<Column, { name: string; headings: readonly string[] }>;

/** One row that has something in it: the number that the spreadsheet shows, and the line of the text on which it begins, both from 1. */
export type SheetRow<Column extends string> = {
  row: number;
  textLine: number;
  /** What stands in a column, as people see it, without spaces around it; empty where the sheet has no such column. */
  cell(column: Column): string;
};

/** A fault of a line, told by its column. */
export type CellFault = { column: string; message: string };

/** Empty rows count here; spreadsheets have a million of them. */
const mostRead = 50_000;

/** A file's bytes as text: UTF-16 where its mark says so, UTF-8, or else the Windows-1252 that older spreadsheets write. */
export function decodeCsv(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/**
 * Reads a spreadsheet that was saved as CSV. Cells stay text whatever they begin with; exports make
 * formulas inert.
 * @param needed columns without which the sheet is not one of these
 * @throws Problem `invalid` when it is not such a file: no rows, too many, or needed columns missing
 */
export function readSheet<Column extends string>(
  text: string,
  columns: Columns<Column>,
  { needed, mostRows }: { needed: readonly Column[]; mostRows: number },
): { rows: SheetRow<Column>[]; unusedColumns: string[] } {
  const columnOf = (heading: string): Column | undefined => {
    const plain = heading.toLowerCase().replaceAll(/[^a-z]/g, '');
    return (Object.keys(columns) as Column[]).find((column) => columns[column].headings.includes(plain));
  };
  const [first, ...rows] = readRows(text, (heading) => columnOf(heading) !== undefined);
  const heading = first?.cells ?? [];
  const found = heading.map(columnOf);
  const missing = needed.filter((column) => !found.includes(column));
  if (missing.length)
    throw refuse(
      `The first row has to name the columns. Missing: ${missing.map((column) => columns[column].name).join(', ')}.`,
    );
  if (!rows.length) throw refuse('There are no rows under the heading.');
  if (rows.length > mostRows || rows.at(-1)?.row === mostRead)
    throw refuse(`Give at most ${mostRows} rows at a time.`);
  return {
    rows: rows.map(({ row, textLine, cells }) => ({
      row,
      textLine,
      cell: (column) => asSeen(cells[found.indexOf(column)] ?? '').trim(),
    })),
    unusedColumns: heading.filter((name, place) => name.trim() && !found[place]),
  };
}

type Row = { row: number; textLine: number; cells: string[] };

/** The rows that have something in them, each with the number that the spreadsheet shows: empty rows count. */
function readRows(text: string, isKnown: (heading: string) => boolean): Row[] {
  let textLine = 1;
  try {
    const read = parse(text.replaceAll(/\r\n?/g, '\n'), {
      bom: true,
      delimiter: separatorOf(text, isKnown),
      relax_column_count: true,
      info: true,
      to: mostRead,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return read
      .map(({ record, info }, place) => {
        const began = textLine;
        textLine = info.lines + 1;
        return { row: place + 1, textLine: began, cells: record };
      })
      .filter(({ row, cells }) => row === mostRead || cells.some((cell) => cell.trim()));
  } catch {
    throw refuse('This is not a CSV file. In the spreadsheet choose Save as, CSV UTF-8.');
  }
}

/** The one separator of the file: the one at which its heading falls into most columns that we know. The others are text. */
function separatorOf(text: string, isKnown: (heading: string) => boolean): string {
  const heading = /^.*[^\s,;"].*$/m.exec(text)?.[0] ?? '';
  const known = (separator: string) => heading.split(separator).filter(isKnown).length;
  return [',', ';', '\t'].reduce((best, other) => (known(other) > known(best) ? other : best));
}

const refuse = (message: string) =>
  new Problem('invalid', { errors: [{ pointer: '/csv', message }] as FieldError[] });

/** Whether a spreadsheet has written a long number in its short form, such as 3.5E+14, and so lost its last digits. */
export const isShortened = (text: string) => /e\+/i.test(text);

/** Yes or no as people write it in a cell; null for anything else, undefined when the cell is empty. */
export function readYesNo(text: string): boolean | null | undefined {
  const word = text.toLowerCase();
  if (!word) return undefined;
  if (['y', 'yes'].includes(word)) return true;
  return ['n', 'no'].includes(word) ? false : null;
}

/**
 * A date as British spreadsheets write it: `2026-08-06`, `06/08/2026`, `6 August 2026`, `6-Aug-26`.
 * @param shortYears whether a year of two digits is of this century; of a birth nobody can tell
 * @returns the civil date, or what would be right
 */
export function readSheetDate(text: string, shortYears: boolean): { date: string } | { fault: string } {
  const plain = text.normalize('NFKC').replace(/[T ]00:00(:00)?$/, '');
  if (/^\d{5}$/.test(plain))
    return {
      fault:
        'The spreadsheet has written this date as a number. Format the column as a date and save it again.',
    };
  const [, year, month, day] =
    /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain) ??
    turned(/^(\d{1,2})[/. -](\d{1,2}|[a-z]{3,9})[/. -](\d{4}|\d{2})$/i.exec(plain)) ??
    [];
  const wanted = 'Give a real date, day first, such as 6/8/2026 or 2026-08-06.';
  if (!year || !month || !day) return { fault: wanted };
  const full = year.length === 2 && shortYears ? `20${year}` : year;
  const read = readDateParts({ day, month, year: full }, wanted);
  return 'date' in read && !(read.date >= '1900' && read.date < '2200') ? { fault: wanted } : read;
}

/** Day, month, year as year, month, day. */
const turned = (match: RegExpExecArray | null) => match && [match[0], match[3], match[2], match[1]];

/** The word that was probably meant, when at most two letters of it are wrong. */
export function nearest<Word extends string>(typed: string, words: readonly Word[]): Word | undefined {
  const plain = typed.toLowerCase();
  return words.find((word) => distance(word.toLowerCase(), plain) <= 2);
}

/** How many letters must be added, taken away or changed to make one word of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[other.length]!;
}
