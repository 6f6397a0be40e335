import { type FieldError, Problem } from '../../shared/problem.ts';
import { readSheetDate } from '../../shared/sheet-cells.rules.ts';
import { type CellFault, type Columns, readSheet, type SheetRow } from '../../shared/spreadsheet.rules.ts';
import { fieldErrors, strict } from '../../shared/validation.ts';
import { ModelSaid } from './model.schemas.ts';

const columns = {
  make: { name: 'Make', headings: ['make', 'maker', 'manufacturer', 'brand'], kind: 'name' },
  model: { name: 'Model', headings: ['model', 'modelname', 'device'], kind: 'name' },
  updatesEndOn: {
    name: 'Updates end on',
    headings: ['updatesendon', 'updatesend', 'securityupdatesend', 'endofupdates', 'endofsupport', 'until'],
    kind: 'date',
  },
  source: { name: 'Source', headings: ['source', 'whereitstands', 'saidby'] },
  sourceUrl: { name: 'Address', headings: ['address', 'sourceurl', 'sourceaddress', 'url', 'link'] },
  system: { name: 'System', headings: ['system', 'operatingsystem', 'os'] },
  highestVersion: {
    name: 'Highest version',
    headings: ['highestversion', 'version', 'highestos', 'lastversion'],
  },
} as const satisfies Columns<string>;
type Column = keyof typeof columns;
const names = Object.keys(columns) as Column[];

const isModel = strict.compile(ModelSaid);

/** So many models at a time. */
export const mostModels = 1000;
/** So many faults are told at once. */
export const mostTold = 10;

/** A model with the row of the list that says it. */
export type SaidInList = { row: number; said: ModelSaid };

/**
 * Reads a list of models with its heading, as it is pasted out of a spreadsheet or saved as CSV: make, model and where
 * it stands are needed in each row. An empty day says that somebody looked, and it is not known.
 * @throws Problem `invalid` with each row that is not right, at `/csv`
 */
export function readModelList(csv: string): SaidInList[] {
  const sheet = readSheet<Column>(csv, columns, {
    needed: ['make', 'model', 'source'],
    mostRows: mostModels,
  });
  const order = sheet.dateOrders.get('updatesEndOn');
  const faults: FieldError[] = sheet.unusedColumns.map((column) => ({
    pointer: '/csv',
    message: `Nothing reads the column “${column}”. Take it out, or name it ${names.map((name) => columns[name].name).join(', ')}.`,
  }));
  const found = new Map<string, number>();
  const models = sheet.rows.map((row) => {
    const { said, faults: ofRow } = readRow(row, order);
    const key = [said.make, said.model]
      .join('\n')
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/[^\S\n]+/g, '');
    const earlier = found.get(key);
    if (earlier) ofRow.push({ column: 'Model', message: `It stands in row ${earlier} already.` });
    found.set(key, row.row);
    faults.push(
      ...ofRow.map(({ column, message }) => ({
        pointer: '/csv',
        message: `Row ${row.row}, ${column}: ${message}`,
      })),
    );
    return { row: row.row, said };
  });
  if (faults.length) throw new Problem('invalid', { errors: faults.slice(0, mostTold) });
  return models;
}

function readRow({ cell, faults: ofRow }: SheetRow<Column>, order: Parameters<typeof readSheetDate>[2]) {
  const faults: CellFault[] = [...ofRow];
  const day = cell('updatesEndOn') ? readSheetDate(cell('updatesEndOn'), true, order) : undefined;
  if (day && 'fault' in day) faults.push({ column: columns.updatesEndOn.name, message: day.fault });
  const cells = names
    .filter((name) => name !== 'updatesEndOn' && cell(name))
    .map((name) => [name, cell(name)]);
  const said = {
    ...Object.fromEntries(cells),
    ...(day && 'date' in day && { updatesEndOn: day.date }),
  } as ModelSaid;
  if (!isModel(said))
    for (const { pointer, message } of fieldErrors(isModel.errors ?? []))
      faults.push({ column: columns[pointer.slice(1) as Column].name, message });
  return { said, faults };
}
