import { luhn, readAssetTag, readIccid, readImei } from '../../shared/codes.ts';
import { faultOf } from '../../shared/reading.ts';
import { isNoSerial, madeDate, nearest, spoiltNumber } from '../../shared/sheet-cells.rules.ts';
import type { CellFault } from '../../shared/spreadsheet.rules.ts';
import { readIccidOf } from '../data-plans/data-plan.rules.ts';
import { conditions, deviceKinds, readImeiOf } from '../devices/device.rules.ts';
import type { NewDevice } from '../devices/device.schemas.ts';
import { deviceFaults, tidyDevice } from './donation.rules.ts';

/** The columns of a spreadsheet that say what a device is. */
export const deviceColumns = {
  kind: { name: 'Type', headings: ['type', 'kind', 'device', 'devicetype'] },
  make: { name: 'Make', headings: ['make', 'manufacturer', 'brand'] },
  model: { name: 'Model', headings: ['model', 'modelname', 'modelno', 'modelnumber'] },
  serialNumber: {
    name: 'Serial No.',
    headings: ['serialno', 'serialnumber', 'serial', 'serialnum', 'sn'],
    kind: 'code',
  },
  label: {
    name: 'Label',
    headings: ['label', 'assetlabel', 'assettag', 'assetnumber', 'assetno', 'tag'],
    kind: 'code',
  },
  earlierLabels: {
    name: 'Earlier labels',
    headings: ['earlierlabels', 'earlierlabel', 'oldlabels', 'oldlabel', 'previouslabels', 'previouslabel'],
  },
  imei: { name: 'IMEI', headings: ['imei', 'imeinumber', 'imeino'], kind: 'code' },
  condition: { name: 'Condition', headings: ['condition', 'grade'] },
  iccid: {
    name: 'SIM (ICCID)',
    headings: ['simiccid', 'iccid', 'sim', 'iccidnumber', 'simcard'],
    kind: 'code',
  },
  notes: { name: 'Notes', headings: ['notes', 'note', 'comments', 'comment', 'remarks'], joins: true },
} as const;
export type DeviceColumn = keyof typeof deviceColumns;

type Cell = (column: DeviceColumn) => string;
type Fault = (column: DeviceColumn, message: string) => void;

/** The device of a row, as far as it can be read; what is wrong is told by `fault`. Without its notes. */
export function readDevice(cell: Cell, fault: Fault, remarks: string[]): Partial<NewDevice> {
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
  for (const column of ['make', 'model'] as const) {
    const made = madeDate(cell(column));
    if (made) fault(column, made);
  }
  for (const column of ['make', 'model', 'serialNumber'] as const)
    if (cell(column).length > 100) fault(column, 'Give at most 100 characters.');
  if (cell('notes').length > 1500) fault('notes', 'Give at most 1,500 characters.');

  const serial = cell('serialNumber');
  const noSerial = isNoSerial(serial);
  if (noSerial) remarks.push(`“${serial}” is no serial number and is left out.`);
  const spoiltSerial = spoiltNumber(serial);
  if (spoiltSerial && !noSerial) fault('serialNumber', spoiltSerial);

  const imei = cell('imei') && (readImei(cell('imei')) ?? cell('imei'));
  const wrongImei = imei && (spoiltNumber(imei) ?? faultOf(readImeiOf(imei)));
  if (wrongImei) fault('imei', wrongImei);

  const labels = labelsIn('label', [cell('label')]).concat(
    labelsIn('earlierLabels', cell('earlierLabels').split(/[,;\n]/)),
  );

  const condition = conditions.find((known) => known === cell('condition').toUpperCase());
  if (cell('condition') && !condition)
    fault(
      'condition',
      `“${cell('condition')}” is not a condition. Give A (like new), B (marks of use) or C (worn but working).`,
    );
  return {
    ...(kind ? { kind } : {}),
    make: cell('make'),
    model: cell('model'),
    ...(serial && !noSerial ? { serialNumber: serial } : {}),
    ...(imei ? { imei } : {}),
    ...(labels.length ? { earlierLabels: labels } : {}),
    ...(condition ? { condition } : {}),
  };

  /** The labels of a cell; our own asset tags are none of them, since one label names one thing. */
  function labelsIn(column: 'label' | 'earlierLabels', typed: string[]): string[] {
    return typed
      .map((label) => label.trim())
      .filter((label) => {
        if (!label) return false;
        const wrong = spoiltNumber(label) ?? (label.length > 100 ? 'Give at most 100 characters.' : null);
        if (wrong) fault(column, wrong);
        const isOurs = /^LW/i.test(label) && readAssetTag(label) !== null;
        if (isOurs) remarks.push(`“${label}” is an asset tag of Lendwell. It gets a new one.`);
        return !wrong && !isOurs;
      });
  }
}

/**
 * The ICCID of a row's SIM, empty when there is none or it is wrong, which `fault` tells; a last
 * digit that does not fit is a remark, since some suppliers leave the check digit off.
 */
export function readSim(cell: Cell, fault: Fault, remarks: string[]): string {
  const typed = cell('iccid');
  if (!typed) return '';
  const iccid = readIccid(typed) ?? '';
  const wrong = spoiltNumber(iccid || typed) ?? faultOf(readIccidOf(typed));
  if (wrong) {
    fault('iccid', wrong);
    return '';
  }
  if (!luhn(iccid))
    remarks.push('The last digit of the ICCID does not fit the others. Compare it with the card.');
  return iccid;
}

/** The device of a line tidied for comparing, whatever of it could not be read. */
export const tidied = (device: Partial<NewDevice>): NewDevice =>
  tidyDevice({ make: '', model: '', ...device } as NewDevice);

type Line = { row: number; device: Partial<NewDevice>; faults: CellFault[] };

/**
 * Each line's faults with those that only the whole list and the stock can tell: a device named
 * twice or already in stock.
 * @param taken keys (see `identifiersOf`) of devices in use, each with its asset tag
 */
export function withListFaults(lines: Line[], taken: Map<string, string>): CellFault[][] {
  const found = deviceFaults(
    lines.map(({ device }) => tidied(device)),
    taken,
  );
  return lines.map(({ faults }, place) => {
    const known = new Set(faults.map(({ column }) => column));
    const added = found[place]!.map(({ pointer, message }) => ({
      column: deviceColumns[pointer as 'imei'].name as string,
      message: message.replace(
        /device (\d+) of this list/,
        (_, number) => `row ${lines[Number(number) - 1]!.row}`,
      ),
    }));
    return [...faults, ...added.filter(({ column }) => !known.has(column))];
  });
}

function suggestion(typed: string): string {
  const near = nearest(typed, deviceKinds);
  return near ? `Did you mean ${near}?` : `Give ${deviceKinds.join(', ')}.`;
}
