import { Temporal } from 'temporal-polyfill';
import { addDays } from '../../shared/clock.ts';
import { invalid } from '../../shared/problem.ts';
import {
  type Cell,
  type Column,
  eachOf,
  hidden,
  isSmall,
  type Period,
  type Row,
  shareOf,
  suppressed,
} from './report.rules.ts';

/** So long after its end a half-year stays inside: until then whoever recorded something by mistake may take it back. */
const settledAfterDays = 14;
/** A number that is hidden may be any of so many at least, whatever else is known. */
const leastPossible = 8;

/** The first civil date on which a half-year is over and settled. */
export const settledOn = ({ to }: Period) => addDays(to, 1 + settledAfterDays);

/**
 * The half-years that figures may leave the scheme of, the latest first: April to September and October to March, over
 * and settled, of the last five years. No two overlap, so none can be subtracted from another.
 */
export function halfYears(today: string): [Period, ...Period[]] {
  const day = Temporal.PlainDate.from(today).subtract({ days: settledAfterDays });
  const starts = [day.year - 1, day.year].flatMap((year) => [
    Temporal.PlainDate.from({ year: year - 1, month: 10, day: 1 }),
    Temporal.PlainDate.from({ year, month: 4, day: 1 }),
  ]);
  const over = (start: Temporal.PlainDate) => Temporal.PlainDate.compare(start.add({ months: 6 }), day) <= 0;
  const last = starts.findLast(over)!;
  const before = (halves: number): Period => {
    const start = last.subtract({ months: 6 * halves });
    return { from: start.toString(), to: addDays(start.add({ months: 6 }).toString(), -1) };
  };
  return [before(0), ...Array.from({ length: 9 }, (_, index) => before(index + 1))];
}

/**
 * The half-year that is asked for of what leaves the scheme: the latest when none is named.
 * @throws Problem `invalid` for any other period
 */
export function leavingPeriod(given: Partial<Period>, today: string): Period {
  const all = halfYears(today);
  const found = all.find(({ from, to }) => (given.from ?? from) === from && (given.to ?? to) === to);
  if (found) return found;
  throw invalid({
    pointer: '/from',
    message: `Give a half-year that is over, such as ${all[0].from} to ${all[0].to}. Figures leave the scheme by half-years, which cannot be subtracted from each other.`,
  });
}

/** Of how many people a row tells: its counts, and what its shares are made of, with what is left of their wholes. */
function counts(columns: Column[], row: Row): number[] {
  const of = (key: string) => Number(row[key] ?? 0);
  return columns.flatMap((column) => {
    if (column.kind === 'count') return [of(column.key)];
    if (column.kind !== 'share') return [];
    const [part, whole] = column.of;
    return [of(part), of(whole), of(whole) - of(part)];
  });
}

/**
 * Which rows of a table are hidden where it leaves the scheme: those with a number from 1 to 7 in them, and of the
 * others the smallest, until two or more are hidden that hold 7 or more together of all that the table shows a sum of.
 * Whoever knows every sum exactly then knows no more of a hidden number than that it is from 0 to what the hidden rows
 * hold together, since all of it may be of any one of them.
 */
function hiddenRows(columns: Column[], rows: Row[]): Set<Row> {
  const known = new Map(rows.map((row) => [row, counts(columns, row)]));
  const found = new Set(rows.filter((row) => known.get(row)!.some(isSmall)));
  if (!found.size) return found;
  const together = (of: Iterable<Row>) =>
    [...of].reduce<number[]>((sums, row) => known.get(row)!.map((count, at) => count + (sums[at] ?? 0)), []);
  const all = together(rows);
  // A sum under 8 is hidden itself.
  const holds = () =>
    found.size > 1 &&
    together(found).every((sum, at) => sum === 0 || sum >= leastPossible - 1 || all[at]! < leastPossible);
  const size = (row: Row) => known.get(row)!.reduce((sum, count) => sum + count, 0);
  for (const row of rows.toSorted((one, other) => size(one) - size(other))) {
    if (holds()) break;
    found.add(row);
  }
  return found;
}

/** The rare counts that are hidden in every row. All of one may be of any row, as with hidden rows. */
function hiddenColumns(columns: Column[], rows: Row[]): Set<string> {
  const few = columns.filter(
    (column) =>
      column.kind === 'count' && column.rare && rows.some((row) => isSmall(Number(row[column.key]))),
  );
  return new Set(few.map(({ key }) => key));
}

/** A row as it leaves the scheme where it is shown: its counts to the nearest 5, its shares worked out of those. */
function roundedRow(columns: Column[], row: Row, without = new Set<string>()): Row {
  const of = (key: string) => (without.has(key) ? hidden : suppressed(Number(row[key] ?? 0)));
  const cell = (column: Column): Cell => {
    const value = row[column.key] ?? null;
    if (column.kind === 'count') return value === null ? null : of(column.key);
    if (column.kind === 'share') return shareOf(of(column.of[0]), of(column.of[1]));
    if (column.kind === 'each') return eachOf(row[column.of[0]], of(column.of[1]));
    if (column.kind === 'typical') return value !== null && of(column.of) === hidden ? hidden : value;
    return value;
  };
  return Object.fromEntries(columns.map((column) => [column.key, cell(column)]));
}

/**
 * The rows of a table as they leave the scheme. Of a hidden one all that is of people is hidden, zeros too.
 * @param ranked whether they are in the order of their numbers: hidden ones come last then, by their names
 */
export function leavingRows(columns: Column[], rows: Row[], ranked = false): Row[] {
  const without = hiddenColumns(columns, rows);
  const isShown = (column: Column) =>
    !without.has(column.key) && !(column.kind === 'share' && column.of.some((key) => without.has(key)));
  const gone = hiddenRows(columns.filter(isShown), rows);
  const isOfPeople = ({ kind }: Column) =>
    kind === 'count' || kind === 'share' || kind === 'each' || kind === 'typical';
  const shown = rows.map(
    (row): Row =>
      gone.has(row)
        ? Object.fromEntries(
            columns.map((column) => [column.key, isOfPeople(column) ? hidden : (row[column.key] ?? null)]),
          )
        : roundedRow(columns, row, without),
  );
  const withIds = shown.map((row, at): Row => ({ ...(rows[at]!.id ? { id: rows[at]!.id } : {}), ...row }));
  if (!ranked) return withIds;
  const name = columns[0]!.key;
  const last = withIds.filter((_, at) => gone.has(rows[at]!));
  return [
    ...withIds.filter((_, at) => !gone.has(rows[at]!)),
    ...last.sort((one, other) => String(one[name]).localeCompare(String(other[name]), 'en-GB')),
  ];
}

/** The figures at the top as they leave the scheme, each by itself: a part of which little is left of its whole is hidden with its share. */
export function leavingHeadline(columns: Column[], row: Row): Row {
  const shown = roundedRow(columns, row);
  for (const column of columns)
    if (column.kind === 'share') {
      const [part, whole] = column.of;
      if (!isSmall(Number(row[whole] ?? 0) - Number(row[part] ?? 0))) continue;
      shown[column.key] = hidden;
      if (part in shown) shown[part] = hidden;
    }
  return shown;
}
