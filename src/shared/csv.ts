import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { FileColumns } from './table-file.ts';

/**
 * Rows as a CSV file that spreadsheets open as it is meant: UTF-8 with its mark, lines ended as
 * Windows ends them, and a cell that a spreadsheet would take for a formula made plain text. Rows
 * are asked for as they go out, so that a file of any length takes the same memory.
 */
export function csvOf<Row extends object>(
  columns: FileColumns<Row>,
  rows: AsyncIterable<Row> | Iterable<Row>,
): Readable {
  const writer = stringify({
    header: true,
    columns: (Object.entries(columns) as [string, string | { date: string }][]).map(([key, is]) => ({
      key,
      header: typeof is === 'string' ? is : is.date,
    })),
    bom: true,
    escape_formulas: true,
    record_delimiter: 'windows',
    // Any line break in a cell ends the row for some readers, unless the cell is quoted.
    quoted_match: /[\r\n]/,
  });
  // What goes wrong on the way ends the writer, and with it the reply.
  return pipeline(Readable.from(rows), writer, () => {});
}
