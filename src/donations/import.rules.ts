import { parse } from 'csv-parse/sync';
import { conditions, deviceKinds, luhn } from '../devices/device.rules.ts';
import type { NewDevice } from '../devices/device.schemas.ts';
import { type FieldError, Problem } from '../shared/problem.ts';
import { deviceFaults, tidyDevice } from './donation.rules.ts';

/** One row of a donor's spreadsheet: `row` is the number that the spreadsheet shows, faults are told by column. */
export type ImportLine = {
  row: number;
  /** The line of the text on which the row begins, from 1. */
  textLine: number;
  verdict: 'ready' | 'faulty';
  device: Partial<NewDevice>;
  faults: { column: string; message: string }[];
  /** What to know though the line is taken. */
  remarks: string[];
};

const mostRows = 2000;
/** Empty rows count here; spreadsheets have a million of them. */
const mostRead = 50_000;

/** The columns there may be, and the headings that mean them (letters only, lower case). */
const columns = {
  kind: ['type', 'kind', 'device', 'devicetype'],
  make: ['make', 'manufacturer', 'brand'],
  model: ['model'],
  serialNumber: ['serialno', 'serialnumber', 'serial'],
  imei: ['imei'],
  condition: ['condition', 'grade'],
  charger: ['charger'],
  iccid: ['simiccid', 'iccid', 'sim'],
  notes: ['notes', 'note', 'comments'],
} as const;
type Column = keyof typeof columns;

export const columnNames: Record<Column, string> = {
  kind: 'Type',
  make: 'Make',
  model: 'Model',
  serialNumber: 'Serial No.',
  imei: 'IMEI',
  condition: 'Condition',
  charger: 'Charger',
  iccid: 'SIM (ICCID)',
  notes: 'Notes',
};

/** A file's bytes as text: UTF-16 where its mark says so, UTF-8, or else the Windows-1252 that older spreadsheets write. */
export function decodeCsv(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/**
 * Reads a donor's spreadsheet, saved as CSV, into lines that say of themselves whether they can be
 * taken. Cells stay text whatever they begin with; exports make formulas inert.
 * @throws Problem `invalid` when it is not such a file: no rows, too many, or needed columns missing
 */
export function readImport(text: string): { lines: ImportLine[]; unusedColumns: string[] } {
  const [first, ...rows] = readRows(text);
  const heading = first?.cells ?? [];
  const found = heading.map((name) => columnOf(name));
  const missing = (['kind', 'make', 'model'] as const).filter((column) => !found.includes(column));
  if (missing.length)
    throw refuse(
      `The first row has to name the columns. Missing: ${missing.map((column) => columnNames[column]).join(', ')}.`,
    );
  if (!rows.length) throw refuse('There are no rows under the heading.');
  if (rows.length > mostRows || rows.at(-1)?.row === mostRead)
    throw refuse(`Give at most ${mostRows} rows at a time.`);
  const lines = rows.map(({ row, textLine, cells }) => {
    const cell = (column: Column) => cells[found.indexOf(column)]?.trim() ?? '';
    return { ...readLine(row, cell), textLine };
  });
  return { lines, unusedColumns: heading.filter((name, place) => name.trim() && !found[place]) };
}

/** Adds what only the whole list and the stock can tell: devices named twice or already in stock. */
export function judge(lines: ImportLine[], taken: Map<string, string>): ImportLine[] {
  const tidy = lines.map(({ device }) => tidyDevice({ make: '', model: '', ...device } as NewDevice));
  const found = deviceFaults(tidy, taken);
  return lines.map((line, place) => {
    const known = new Set(line.faults.map(({ column }) => column));
    const added = found[place]!.map(({ pointer, message }) => ({
      column: columnNames[pointer as 'imei'],
      message: message.replace(
        /device (\d+) of this list/,
        (_, number) => `row ${lines[Number(number) - 1]!.row}`,
      ),
    }));
    const faults = [...line.faults, ...added.filter(({ column }) => !known.has(column))];
    return { ...line, faults, verdict: faults.length ? 'faulty' : 'ready' };
  });
}

type Row = { row: number; textLine: number; cells: string[] };

/** The rows that have something in them, each with the number that the spreadsheet shows: empty rows count. */
function readRows(text: string): Row[] {
  let textLine = 1;
  try {
    const read = parse(text.replaceAll(/\r\n?/g, '\n'), {
      bom: true,
      delimiter: separatorOf(text),
      relax_column_count: true,
      info: true,
      to: mostRead,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return read
      .map(({ record, info }, place) => {
        const began = textLine;
        textLine = info.lines + 1;
        return { row: place + 1, textLine: began, cells: record };
      })
      .filter(({ row, cells }) => row === mostRead || cells.some((cell) => cell.trim()));
  } catch {
    throw refuse('This is not a CSV file. In the spreadsheet choose Save as, CSV UTF-8.');
  }
}

/** The one separator of the file: the one at which its heading falls into most columns that we know. The others are text. */
function separatorOf(text: string): string {
  const heading = /^.*[^\s,;"].*$/m.exec(text)?.[0] ?? '';
  const known = (separator: string) => heading.split(separator).filter(columnOf).length;
  return [',', ';', '\t'].reduce((best, other) => (known(other) > known(best) ? other : best));
}

const refuse = (message: string) =>
  new Problem('invalid', { errors: [{ pointer: '/csv', message }] as FieldError[] });

function columnOf(heading: string): Column | undefined {
  const plain = heading.toLowerCase().replaceAll(/[^a-z]/g, '');
  return (Object.keys(columns) as Column[]).find((column) =>
    (columns[column] as readonly string[]).includes(plain),
  );
}

function readLine(row: number, cell: (column: Column) => string): Omit<ImportLine, 'textLine'> {
  const faults: ImportLine['faults'] = [];
  const remarks: string[] = [];
  const fault = (column: Column, message: string) =>
    void faults.push({ column: columnNames[column], message });
  const notes = [cell('notes')];

  const kind = deviceKinds.find((known) => known === cell('kind').toLowerCase());
  if (!kind)
    fault(
      'kind',
      cell('kind')
        ? `“${cell('kind')}” is not a kind of device. ${suggestion(cell('kind'))}`
        : `Say what it is: ${deviceKinds.join(', ')}.`,
    );
  for (const column of ['make', 'model'] as const)
    if (!cell(column)) fault(column, `The ${column} is missing.`);
  for (const column of ['make', 'model', 'serialNumber'] as const)
    if (cell(column).length > 100) fault(column, 'Give at most 100 characters.');
  if (cell('notes').length > 1500) fault('notes', 'Give at most 1,500 characters.');

  const imei = cell('imei').replaceAll(/[\s-]/g, '');
  if (/e\+/i.test(imei))
    fault(
      'imei',
      'The spreadsheet has shortened this number. Format the column as text and type the IMEI again.',
    );
  else if (imei && !/^\d{15}$/.test(imei)) fault('imei', 'An IMEI has 15 digits.');

  const condition = conditions.find((known) => known === cell('condition').toUpperCase());
  if (cell('condition') && !condition)
    fault(
      'condition',
      `“${cell('condition')}” is not a condition. Give A (like new), B (marks of use) or C (worn but working).`,
    );

  const charger = cell('charger').toLowerCase();
  if (['n', 'no'].includes(charger)) notes.push('No charger came with it.');
  else if (charger && !['y', 'yes'].includes(charger))
    fault('charger', `Give Y or N, not “${cell('charger')}”.`);

  const iccid = cell('iccid').replaceAll(/\s/g, '');
  if (/e\+/i.test(iccid))
    fault(
      'iccid',
      'The spreadsheet has shortened this number. Format the column as text and type the ICCID again.',
    );
  else if (iccid && !/^89\d{16,18}$/.test(iccid))
    fault('iccid', 'An ICCID begins with 89 and has 18 to 20 digits.');
  else if (iccid) {
    notes.push(`SIM (ICCID): ${iccid}`);
    remarks.push('The SIM is kept in the notes; fit its data plan when you prepare the device.');
    if (!luhn(iccid))
      remarks.push('The last digit of the ICCID does not fit the others. Compare it with the card.');
  }

  const kept = notes.filter(Boolean).join('\n');
  const device: Partial<NewDevice> = {
    ...(kind ? { kind } : {}),
    make: cell('make'),
    model: cell('model'),
    ...(cell('serialNumber') ? { serialNumber: cell('serialNumber') } : {}),
    ...(imei ? { imei } : {}),
    ...(condition ? { condition } : {}),
    ...(kept ? { notes: kept } : {}),
  };
  return { row, verdict: faults.length ? 'faulty' : 'ready', device, faults, remarks };
}

function suggestion(typed: string): string {
  const near = deviceKinds.find((kind) => distance(kind, typed.toLowerCase()) <= 2);
  return near ? `Did you mean ${near}?` : `Give ${deviceKinds.join(', ')}.`;
}

/** How many letters must be added, taken away or changed to make one word of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[other.length]!;
}
