import { cellAsMeant, type DateOrder, isFailedFormula, provenOrder } from './sheet-cells.rules.ts';
import { mostRead, readRows, refuseSheet, type TextRow } from './sheet-text.rules.ts';

/**
 * The columns that a sheet may have: what each is called in sentences, and the headings that mean it (letters only,
 * lower case). `kind` says how its cells are read, `text` if it is not said; of several columns of one that `joins`,
 * all cells count.
 */
export type Columns<Column extends string> = Record<
  Column,
  { name: string; headings: readonly string[]; kind?: 'code' | 'name' | 'date'; joins?: true }
>;

/** One row that has something in it: the number that the spreadsheet shows, and the line of the text on which it begins, both from 1. */
export type SheetRow<Column extends string> = {
  row: number;
  textLine: number;
  /** What stands in a column, as people see and mean it; empty where the sheet has no such column. */
  cell(column: Column): string;
  /** What is wrong with the row as such. */
  faults: CellFault[];
};

/** A fault of a line, told by its column. */
export type CellFault = { column: string; message: string };

export type Sheet<Column extends string> = {
  rows: SheetRow<Column>[];
  /** The heading of each column that the sheet has. */
  headings: Map<Column, string>;
  /** What is not read: columns that mean nothing here, and those without a heading that have something in them. */
  unusedColumns: string[];
  /** How the dates of each column are to be read. */
  dateOrders: Map<Column, DateOrder>;
};

/**
 * Reads a spreadsheet that was saved as CSV. Nothing of it vanishes: every column is read or named, two columns for one
 * field are joined or refused, and a row with more cells than the heading is at fault. Cells stay text whatever they
 * begin with; exports make formulas inert.
 * @param needed columns without which the sheet is not one of these
 * @param order how its dates are written, where someone has said so
 * @throws Problem `invalid` when it is not such a file: no rows, too many, needed columns missing, or two for one field
 */
export function readSheet<Column extends string>(
  text: string,
  columns: Columns<Column>,
  {
    needed,
    mostRows,
    order,
  }: { needed: readonly Column[]; mostRows: number; order?: 'day' | 'month' | undefined },
): Sheet<Column> {
  const known = Object.keys(columns) as Column[];
  const columnOf = (heading: string): Column | undefined => {
    const plain = heading.toLowerCase().replaceAll(/[^a-z]/g, '');
    return known.find((column) => columns[column].headings.includes(plain));
  };
  const [first, ...rows] = readRows(text, (heading) => columnOf(heading) !== undefined);
  const heading = (first?.cells ?? []).map((name) => name.trim());
  const found = heading.map(columnOf);
  const missing = needed.filter((column) => !found.includes(column));
  if (missing.length)
    throw refuseSheet(
      `The first row has to name the columns. Missing: ${missing.map((column) => columns[column].name).join(', ')}.`,
    );
  refuseTwins(heading, found, columns);
  if (!rows.length) throw refuseSheet('There are no rows under the heading.');
  if (rows.length > mostRows || rows.at(-1)?.row === mostRead)
    throw refuseSheet(`Give at most ${mostRows} rows at a time.`);
  const kindOf = (column: Column) => {
    const { kind = 'text' } = columns[column];
    return kind === 'date' ? 'text' : kind;
  };
  const cellOf = ({ cells }: TextRow, column: Column) =>
    found
      .flatMap((own, place) => (own === column ? cellAsMeant(cells[place] ?? '', kindOf(column)) || [] : []))
      .join('\n');
  return {
    rows: rows.map((row) => ({
      row: row.row,
      textLine: row.textLine,
      cell: (column) => cellOf(row, column),
      faults: [
        ...tooManyCells(row, heading),
        ...failedFormulas(row, (place) => (found[place] ? columns[found[place]].name : undefined)),
      ],
    })),
    headings: new Map(found.flatMap((column, place) => (column ? [[column, heading[place] ?? '']] : []))),
    unusedColumns: [
      ...heading.filter((name, place) => name && !found[place]),
      ...heading.flatMap((name, place) =>
        !name && rows.some(({ cells }) => cells[place]?.trim())
          ? `column ${lettersOf(place)}, without a heading`
          : [],
      ),
    ],
    dateOrders: dateOrders(
      known.filter((column) => columns[column].kind === 'date'),
      (column) => rows.map((row) => cellOf(row, column)),
      order,
    ),
  };
}

/** @throws Problem `invalid` for two columns of one field whose cells cannot be joined */
function refuseTwins<Column extends string>(
  heading: string[],
  found: (Column | undefined)[],
  columns: Columns<Column>,
): void {
  for (const column of new Set(found)) {
    if (!column || columns[column].joins) continue;
    const names = heading.filter((_, place) => found[place] === column).map((name) => `“${name}”`);
    if (names.length > 1)
      throw refuseSheet(
        `${names.length} columns mean ${columns[column].name}: ${names.join(' and ')}. Keep one of them, or give the others another heading.`,
      );
  }
}

function tooManyCells({ cells }: TextRow, heading: string[]): CellFault[] {
  if (!cells.slice(heading.length).some((cell) => cell.trim())) return [];
  return [
    {
      column: 'Row',
      message: `This row has ${cells.length} cells, the heading has ${heading.length}. Put a cell that has a comma in it in quotes.`,
    },
  ];
}

function failedFormulas({ cells }: TextRow, nameOf: (place: number) => string | undefined): CellFault[] {
  return cells.flatMap((cell, place) => {
    const column = isFailedFormula(cell.trim()) && nameOf(place);
    return column
      ? [{ column, message: `The formula of this cell has failed (${cell.trim()}). Give its value.` }]
      : [];
  });
}

/**
 * How dates in numbers are to be read, column by column: one that can only have the month first condemns the guess for
 * its column, and for every other in which nothing is proven.
 */
function dateOrders<Column extends string>(
  dates: Column[],
  cellsOf: (column: Column) => string[],
  said: 'day' | 'month' | undefined,
): Map<Column, DateOrder> {
  const proven = new Map(dates.map((column) => [column, new Set(cellsOf(column).map(provenOrder))]));
  const isAmerican = [...proven.values()].some((orders) => orders.has('month'));
  return new Map(
    [...proven].map(([column, orders]): [Column, DateOrder] => {
      if (said) return [column, said];
      if (orders.has('month')) return [column, 'unsure'];
      return [column, isAmerican && !orders.has('day') ? 'unsure' : 'day'];
    }),
  );
}

/** The letters by which a spreadsheet names a column, counted from 0. */
function lettersOf(place: number): string {
  const last = String.fromCharCode(65 + (place % 26));
  return place < 26 ? last : lettersOf(Math.floor(place / 26) - 1) + last;
}
