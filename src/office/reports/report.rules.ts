import { Temporal } from 'temporal-polyfill';
import { invalid } from '../../shared/problem.ts';

/**
 * A column of a report. `label`, `month`: what a row is of; `count`: people, or what stands for people;
 * `number`: what tells of nobody, such as devices on a shelf; `share`: a percentage of two counts of the
 * row, by their keys; `each`: an amount in pounds by a count of the row; `typical`: an average, a median or a sum, with the key of the count of people that it is made of.
 * `rare`: hidden in every row where it leaves the scheme with a small number in one, so that the rows need not be; for a
 * count of which no other of the row is a part and with which none makes a sum.
 * `words`: what a code of a label is called.
 * `inside`: never leaves the scheme, since it tells how things stand now, or what the other columns hide.
 */
export type Column = { key: string; text: string; about?: string; inside?: true } & (
  | { kind: 'label'; words?: (code: string) => string }
  | { kind: 'month' }
  | { kind: 'number'; unit?: 'pounds' }
  | { kind: 'each'; of: [amount: string, people: string] }
  | { kind: 'count'; rare?: true }
  | { kind: 'share'; of: [part: string, whole: string] }
  | { kind: 'typical'; of: string; unit?: string }
);
export type Cell = string | number | null;
export type Row = Record<string, Cell>;

/** Every report, by its name. */
export const reportNames = [
  'reach',
  'referral-to-loan',
  'losses',
  'endings',
  'follow-ups',
  'confidence',
  'drop-ins',
  'measures',
  'guides',
  'who-is-reached',
  'mobile-data',
  'security-updates',
  'need',
  'costs',
  'clinics',
  'donors',
] as const;
export type ReportName = (typeof reportNames)[number];

/**
 * A table of a report, and which of its columns a chart shows. `ranked`: its rows are in the order of their numbers;
 * `inside`: it never leaves the scheme.
 */
export type Part = {
  key: string;
  title: string;
  about?: string;
  ranked?: true;
  inside?: true;
  columns: Column[];
  chart?: { series: string[]; way: 'upright' | 'lying'; stacked?: true };
};

/** Small numbers of people are shown as this where figures leave the scheme. */
export const hidden = '*';

/** Where there are too few people to say what is typical of them. */
export const tooFew = 'too few';

/**
 * A count as it may leave the scheme (rule 22): 0 stays, 1 to 7 are hidden, the rest are to the nearest 5.
 * Source: the disclosure control of NHS England for Hospital Episode Statistics.
 */
export function suppressed(count: number): number | typeof hidden {
  return isSmall(count) ? hidden : Math.round(count / 5) * 5;
}

/** Whether so many people are few enough to be known again. */
export const isSmall = (count: number): boolean => count > 0 && count < 8;

/** A row as it is shown inside the scheme: its shares worked out. */
export function exactRow(columns: Column[], row: Row): Row {
  const count = (key: string) => Number(row[key] ?? 0);
  const cell = (column: Column): Cell => {
    if (column.kind === 'share') return shareOf(count(column.of[0]), count(column.of[1]));
    if (column.kind === 'each') return eachOf(row[column.of[0]], count(column.of[1]));
    return row[column.key] ?? null;
  };
  return Object.fromEntries(columns.map((column) => [column.key, cell(column)]));
}

/** A percentage of two counts: hidden where one of them is, none of nothing. */
export function shareOf(part: number | typeof hidden, whole: number | typeof hidden): Cell {
  if (part === hidden || whole === hidden) return hidden;
  return whole === 0 ? null : Math.round((100 * part) / whole);
}

/** An amount by how many people there are as they are shown, to the nearest whole: hidden where they are, none of nobody. */
export function eachOf(amount: Cell | undefined, people: number | typeof hidden): Cell {
  if (typeof amount !== 'number') return null;
  if (people === hidden) return hidden;
  return people === 0 ? null : Math.round(amount / people);
}

/** A part with its rows as they are shown, and where what they are held against comes from. */
export type ReadPart = Part & { rows: Row[]; source?: string };

/** A report as it is shown: for a period, perhaps narrowed, and perhaps suppressed. */
export type ReportRead = Period & {
  name: ReportName;
  title: string;
  about: string;
  clinicId: string | null;
  donorId: string | null;
  suppressed: boolean;
  headline: { columns: Column[]; row: Row };
  parts: ReadPart[];
};

export type Period = { from: string; to: string };

/**
 * The days that a report is of, as civil dates: the month of today and the eleven before it when none are named.
 * @throws Problem `invalid` when they end before they start, or are more than five years
 */
export function periodOf(given: Partial<Period>, today: string): Period {
  const to = given.to ?? today;
  const from = given.from ?? Temporal.PlainDate.from(to).with({ day: 1 }).subtract({ months: 11 }).toString();
  if (to < from) throw invalid({ pointer: '/to', message: 'Give a last day that is not before the first.' });
  if (Temporal.PlainDate.from(from).add({ years: 5 }).toString() < to)
    throw invalid({ pointer: '/from', message: 'Ask for five years at most.' });
  return { from, to };
}

/** A row for every month of a period, in order: one in which nothing was counted has zeros. */
export function everyMonth({ from, to }: Period, columns: Column[], rows: Row[]): Row[] {
  const zeros = Object.fromEntries(
    columns.filter(({ kind }) => kind === 'count' || kind === 'number').map(({ key }) => [key, 0]),
  );
  const known = new Map(rows.map((row) => [row.month, row]));
  const months: Row[] = [];
  const last = Temporal.PlainYearMonth.from(to.slice(0, 7));
  for (
    let month = Temporal.PlainYearMonth.from(from.slice(0, 7));
    Temporal.PlainYearMonth.compare(month, last) <= 0;
    month = month.add({ months: 1 })
  )
    months.push({ ...zeros, ...known.get(month.toString()), month: month.toString() });
  return months;
}

/** The sum of a column. */
export const sum = (rows: Row[], key: string): number =>
  rows.reduce((total, row) => total + Number(row[key]), 0);

/** The periods that people ask for: a quarter, a year, and the financial year, which starts on 1 April. */
export function usualPeriods(today: string): (Period & { text: string })[] {
  const day = Temporal.PlainDate.from(today);
  const quarter = day.with({ day: 1 }).subtract({ months: (day.month - 1) % 3 });
  const april = day.with({ month: 4, day: 1 });
  const year = day.month < 4 ? april.subtract({ years: 1 }) : april;
  const before = (start: Temporal.PlainDate, length: object) => ({
    from: start.subtract(length).toString(),
    to: start.subtract({ days: 1 }).toString(),
  });
  return [
    { text: 'The last 12 months', ...periodOf({}, today) },
    { text: 'This quarter', from: quarter.toString(), to: today },
    { text: 'The last quarter', ...before(quarter, { months: 3 }) },
    { text: 'This financial year', from: year.toString(), to: today },
    { text: 'The last financial year', ...before(year, { years: 1 }) },
  ];
}
