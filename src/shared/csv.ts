import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { FastifyReply } from 'fastify';

/** The columns of a file: the heading of each, by the name of its value in a row. */
export type CsvColumns<Row> = { readonly [name in keyof Row & string]?: string };

/**
 * Rows as a CSV file that spreadsheets open as it is meant: UTF-8 with its mark, lines ended as
 * Windows ends them, and a cell that a spreadsheet would take for a formula made plain text. Rows
 * are asked for as they go out, so that a file of any length takes the same memory.
 */
export function csvOf<Row extends object>(
  columns: CsvColumns<Row>,
  rows: AsyncIterable<Row> | Iterable<Row>,
): Readable {
  const writer = stringify({
    header: true,
    columns: Object.entries(columns).map(([key, header]) => ({ key, header: header as string })),
    bom: true,
    escape_formulas: true,
    record_delimiter: 'windows',
    // Any line break in a cell ends the row for some readers, unless the cell is quoted.
    quoted_match: /[\r\n]/,
  });
  // What goes wrong on the way ends the writer, and with it the reply.
  return pipeline(Readable.from(rows), writer, () => {});
}

/** Answers with a CSV file to be kept under a name, which has no extension yet. */
export function sendCsv<Row extends object>(
  reply: FastifyReply,
  name: string,
  columns: CsvColumns<Row>,
  rows: AsyncIterable<Row> | Iterable<Row>,
): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .type('text/csv; charset=utf-8')
    .send(csvOf(columns, rows));
}
