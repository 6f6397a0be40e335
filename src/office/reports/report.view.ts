import { chartWidths, type Picture } from '../../web/drawing.ts';
import { drawChart } from './chart.ts';
import { type Column, hidden, type ReadPart, type Row } from './report.rules.ts';
import { sayValue } from './report-words.ts';

/** Each column with its value of a row in words. */
export const inWords = (columns: Column[], row: Row) =>
  columns.map((column) => ({ ...column, value: sayValue(column, row[column.key] ?? null) }));

/** A part as its table shows it: each row with its cells in words. */
export const linesOf = ({ columns, rows }: ReadPart) =>
  rows.map((row) => ({ id: row.id, cells: inWords(columns, row).map(({ value }) => value) }));

/** Whether a chart of a part has anything to draw. */
export const hasPicture = ({ chart, rows }: ReadPart): boolean =>
  rows.some((row) => chart?.series.some((key) => row[key] === hidden || Number(row[key]) > 0));

/** The picture in both widths, with what is hidden; none where there is nothing to draw. */
export async function pictureOf(
  part: ReadPart,
): Promise<Record<keyof typeof chartWidths, Picture> | undefined> {
  if (!hasPicture(part)) return undefined;
  return {
    wide: await drawChart(part, chartWidths.wide, sayValue),
    narrow: await drawChart(part, chartWidths.narrow, sayValue),
  };
}
