import type { FastifyReply } from 'fastify';
import { csvOf } from './csv.ts';
import { xlsxType } from './sheet-file.ts';
import { xlsxOf } from './xlsx.ts';

/** As what a list can be had as a file: also the ending of its address. */
export const fileFormats = ['csv', 'xlsx'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** The columns of a file by the name of their value in a row: the heading of each, `{ date }` where its values are civil dates. */
export type FileColumns<Row> = { readonly [name in keyof Row & string]?: string | { date: string } };

/** What a file is made of: its name without an extension, its columns, and its rows, which are asked for as they go out. */
type Table<Row> = {
  name: string;
  columns: FileColumns<Row>;
  rows: AsyncIterable<Row> | Iterable<Row>;
};

/** Answers with a file to be kept. */
export async function sendTable<Row extends object>(
  reply: FastifyReply,
  format: FileFormat,
  { name, columns, rows }: Table<Row>,
): Promise<FastifyReply> {
  return reply
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
    .type(format === 'csv' ? 'text/csv; charset=utf-8' : xlsxType)
    .send(format === 'csv' ? csvOf(columns, rows) : await xlsxOf(columns, rows));
}
