import type { Figure, PaperContent, Sentence } from './paper.rules.ts';
import {
  type Cell,
  type Column,
  hidden,
  type ReadPart,
  type ReportName,
  type Row,
  tooFew,
} from './report.rules.ts';
import { sayValue } from './report-words.ts';

/** Reads a paper's content: its cells as figures of sentences, both half-years side by side, and its parts as charts. */
export function readerOf({ halves }: PaperContent) {
  const reportOf = (half: 0 | 1, name: ReportName) => halves[half].find((report) => report.name === name);
  const has = (name: ReportName) => [0, 1].every((half) => reportOf(half as 0 | 1, name));
  const partOf = (half: 0 | 1, name: ReportName, key: string) =>
    reportOf(half, name)?.parts.find((part) => part.key === key);

  function top(half: 0 | 1, report: ReportName, column: string): Figure {
    const { columns, row } = reportOf(half, report)!.headline;
    return { shown: said(columns, row, column), report, half, part: null, row: null, column };
  }

  function cell(half: 0 | 1, [report, key]: PlaceOf, row: Row, column: string): Figure {
    const { columns } = partOf(half, report, key)!;
    const name = String(row[columns[0]!.key]);
    return { shown: said(columns, row, column), report, half, part: key, row: name, column };
  }

  return {
    has,
    /** What the cell of a figure at the top has, as it is. */
    value: (half: 0 | 1, report: ReportName, column: string): Cell =>
      reportOf(half, report)!.headline.row[column] ?? null,
    /** A figure at the top of both half-years: `120 and then 95`. */
    both: (report: ReportName, column: string): Sentence => [
      top(0, report, column),
      ' and then ',
      top(1, report, column),
    ],
    /** A column of the row of a part that has a name, of both half-years. */
    bothOf: (report: ReportName, key: string, name: string, column: string): Sentence => {
      const of = (half: 0 | 1) => {
        const part = partOf(half, report, key)!;
        const row = part.rows.find((one) => one[part.columns[0]!.key] === name) ?? {};
        return cell(half, [report, key], { [part.columns[0]!.key]: name, ...row }, column);
      };
      return [of(0), ' and then ', of(1)];
    },
    cell,
    /** The rows of a part of a half-year. */
    rows: (half: 0 | 1, report: ReportName, key: string): Row[] => partOf(half, report, key)?.rows ?? [],
    /** A part of the later half-year, to be drawn. */
    later: (report: ReportName, key: string): ReadPart[] => [partOf(1, report, key) ?? []].flat(),
    /** A part that is month by month, over both half-years. */
    months: (report: ReportName, series: string[]): ReadPart[] => {
      const [before, after] = [partOf(0, report, 'months'), partOf(1, report, 'months')];
      if (!before || !after) return [];
      return [{ ...after, rows: [...before.rows, ...after.rows], chart: { series, way: 'upright' } }];
    },
  };
}
/** A part of a report. */
export type PlaceOf = [report: ReportName, part: string];
export type Reader = ReturnType<typeof readerOf>;

/** What a paper says of a value, in words where it has no number. */
function said(columns: Column[], row: Row, key: string): string {
  const value = row[key] ?? null;
  if (value === hidden) return 'a hidden number';
  if (value === null) return 'not known';
  if (value === tooFew) return 'too few to say';
  return sayValue(columns.find((column) => column.key === key)!, value);
}

/** A sentence of words and figures, written as a template. */
export function sentence(words: TemplateStringsArray, ...values: (string | Sentence | Figure)[]): Sentence {
  return words.flatMap((text, at) => [text, ...[values[at] ?? []].flat()]).filter((part) => part !== '');
}
