import { CsvError, parse } from 'csv-parse/sync';
import { type FieldError, Problem } from './problem.ts';
import { asSeen } from './seen.ts';

/** A row of a sheet's text: the number that the spreadsheet shows, and the line of the text on which it begins, both from 1. */
export type TextRow = { row: number; textLine: number; cells: string[] };

/** Empty rows count here; spreadsheets have a million of them. */
export const mostRead = 50_000;

/** No list of ours has so many; the memory that they take is gone before a fault could be told. */
const mostCells = 2_000_000;

/** What is wrong with a sheet as a whole. */
export const refuseSheet = (message: string) =>
  new Problem('invalid', { errors: [{ pointer: '/csv', message }] as FieldError[] });

/** A file's bytes as text: UTF-16 where its mark or its zeros say so, UTF-8, or else the Windows-1252 that older spreadsheets write. */
export function decodeCsv(bytes: Uint8Array): string {
  const wide = wideEncoding(bytes);
  if (wide) return new TextDecoder(wide).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** UTF-16 by its mark; without one by the zeros beside the letters of a heading. */
function wideEncoding([first, second, third, fourth]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if ((first === 0xff && second === 0xfe) || (first && second === 0 && third && fourth === 0))
    return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second && third === 0 && fourth))
    return 'utf-16be';
  return undefined;
}

/**
 * The rows that have something in them. Quotes inside a cell are text, such as those of 10.1". A first line `sep=;`,
 * which Excel reads and hides, names the separator and is no row.
 * @param isKnown whether a heading names a column; of the separators the one counts at which most do
 * @throws Problem `invalid` with the line on which a quote is opened that nothing closes
 */
export function readRows(text: string, isKnown: (heading: string) => boolean): TextRow[] {
  const plain = text.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
  const named = /^sep=(.)[^\S\n]*\n/i.exec(plain);
  const hidden = named ? 1 : 0;
  const body = named ? plain.slice(named[0].length) : plain;
  const delimiter = named?.[1] ?? separatorOf(body, isKnown);
  if (countOf(delimiter, body) > mostCells)
    throw refuseSheet(
      'This list has more cells than can be read. Leave out the columns that are not needed.',
    );
  let ended = 0;
  try {
    const read = parse(body, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      info: true,
      to: mostRead,
      on_record: (record, { lines }) => {
        ended = lines;
        return record;
      },
    }) as unknown as { record: string[]; info: { lines: number } }[];
    let textLine = 1 + hidden;
    return read
      .map(({ record, info }, place) => {
        const began = textLine;
        textLine = info.lines + 1 + hidden;
        return { row: place + 1, textLine: began, cells: record.map(asSeen) };
      })
      .filter(({ row, cells }) => row === mostRead || cells.some((cell) => cell.trim()));
  } catch (error) {
    if (!(error instanceof CsvError) || error.code !== 'CSV_QUOTE_NOT_CLOSED')
      throw refuseSheet('This is not a CSV file. In the spreadsheet choose Save as, CSV UTF-8.');
    throw refuseSheet(
      `In line ${ended + 1 + hidden} a cell begins with a quote (") that nothing closes. Take it out, or close it.`,
    );
  }
}

function countOf(letter: string, text: string): number {
  let count = 0;
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) count++;
  return count;
}

/** The one separator of the file: the one at which its heading falls into most columns that we know. The others are text. */
function separatorOf(text: string, isKnown: (heading: string) => boolean): string {
  const heading = /^.*[^\s,;"].*$/m.exec(text)?.[0] ?? '';
  const known = (separator: string) => heading.split(separator).filter(isKnown).length;
  return [',', ';', '\t', '|'].reduce((best, other) => (known(other) > known(best) ? other : best));
}
