import { readYesNo } from '../../shared/sheet-cells.rules.ts';
import { type CellFault, readSheet, type SheetRow } from '../../shared/spreadsheet.rules.ts';
import type { NewDevice } from '../devices/device.schemas.ts';
import { deviceColumns, readDevice, readSim, withListFaults } from './device-columns.rules.ts';
import { textOfLines } from './taken-list.rules.ts';

/** One row of a donor's spreadsheet: `row` is the number that the spreadsheet shows, faults are told by column. */
export type ImportLine = {
  row: number;
  /** The line of the text on which the row begins, from 1. */
  textLine: number;
  verdict: 'ready' | 'faulty';
  device: Partial<NewDevice>;
  faults: CellFault[];
  /** What to know though the line is taken. */
  remarks: string[];
};

const columns = {
  ...deviceColumns,
  charger: { name: 'Charger', headings: ['charger', 'chargerincluded', 'hascharger'] },
} as const;
type Column = keyof typeof columns;

/** The rows of a donor's spreadsheet, unread. @throws Problem as of `readImport` */
const rowsOf = (csv: string) =>
  readSheet(csv, columns, { needed: ['kind', 'make', 'model'], mostRows: 2000 });

/** How many lines a donor's spreadsheet has. @throws Problem as of `readImport` */
export const countImport = (csv: string): number => rowsOf(csv).rows.length;

/**
 * Reads a donor's spreadsheet, saved as CSV, into lines that say of themselves whether they can be
 * taken. `text` is what they say together, by which the list is recognised when it comes again.
 * @throws Problem `invalid` when it is not such a file: no rows, too many, or needed columns missing
 */
export function readImport(csv: string): { lines: ImportLine[]; text: string; unusedColumns: string[] } {
  const { rows, unusedColumns } = rowsOf(csv);
  const lines = rows.map(readLine);
  return { lines, text: textOfLines(lines.map(({ device }) => device)), unusedColumns };
}

/** Adds what only the whole list and the stock can tell: devices named twice or already in stock. */
export function judge(lines: ImportLine[], taken: Map<string, string>): ImportLine[] {
  const faults = withListFaults(lines, taken);
  return lines.map((line, place) => ({
    ...line,
    faults: faults[place]!,
    verdict: faults[place]!.length ? 'faulty' : 'ready',
  }));
}

function readLine({ row, textLine, cell, faults: ofRow }: SheetRow<Column>): ImportLine {
  const faults: CellFault[] = [...ofRow];
  const remarks: string[] = [];
  const fault = (column: Column, message: string) =>
    void faults.push({ column: columns[column].name, message });
  const read = readDevice(cell, fault, remarks);
  const notes = [cell('notes')];

  const charger = readYesNo(cell('charger'));
  if (charger === false) notes.push('No charger came with it.');
  if (charger === null) fault('charger', `Give Y or N, not “${cell('charger')}”.`);

  const warnings: string[] = [];
  const iccid = readSim(cell, fault, warnings);
  if (iccid) {
    notes.push(`SIM (ICCID): ${iccid}`);
    remarks.push('The SIM is kept in the notes; fit its data plan when you prepare the device.', ...warnings);
  }
  const kept = notes.filter(Boolean).join('\n');
  const device = { ...read, ...(kept ? { notes: kept } : {}) };
  return { row, textLine, verdict: faults.length ? 'faulty' : 'ready', device, faults, remarks };
}
