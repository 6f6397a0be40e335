import { readPatient } from '../../people/patient.rules.ts';
import type { NewContactPoint } from '../../people/patient.schemas.ts';
import { readPhoneNumber } from '../../shared/phone.ts';
import { type DateOrder, readSheetDate, readYesNo, spoiltNumber } from '../../shared/sheet-cells.rules.ts';
import { type CellFault, readSheet, type SheetRow } from '../../shared/spreadsheet.rules.ts';
import type { NewDevice } from '../../stock/devices/device.schemas.ts';
import { readDevice, readSim } from '../../stock/donations/device-columns.rules.ts';
import { textOfLines } from '../../stock/donations/taken-list.rules.ts';
import {
  answerOf,
  answersAboutNothing,
  type TakeOverColumn as Column,
  columnName,
  dateOrderOf,
  takeOverColumns,
  type WrittenDates,
} from './take-over-columns.rules.ts';

/** A way to reach someone, and whether the list says that it is safe; null where it does not say. */
export type SaidContact = Pick<NewContactPoint, 'channel' | 'value'> & { safe: boolean | null };

/** A borrower as one row has them. */
export type SaidPerson = {
  givenName: string;
  familyName: string;
  dateOfBirth: string | null;
  nhsNumber: string | null;
  contacts: SaidContact[];
};

/** A row of the list of what is out: `row` is the number that the spreadsheet shows, faults are told by column and quote nothing personal. */
export type TakeOverLine = {
  row: number;
  /** The line of the text on which the row begins, from 1. */
  textLine: number;
  verdict: 'ready' | 'faulty';
  device: Partial<NewDevice>;
  person: SaidPerson | null;
  place: string | null;
  /** Null only while it is at fault. */
  issuedOn: string | null;
  /** Null: no date to come back. */
  dueOn: string | null;
  plan: { network: string; iccid: string; msisdn: string | null; endsOn: string | null } | null;
  faults: CellFault[];
  /** What to know though the line is taken. */
  remarks: string[];
};

type Reading = { today: string; allowTestNumbers: boolean; dates?: WrittenDates | undefined };
type Cells = SheetRow<Column>['cell'];
/** What the whole list tells of its lines: the columns that it has, and how its dates are written. */
type List = Reading & { has(column: Column): boolean; orderOf(column: Column): DateOrder };
type Fault = (column: Column, message: string) => void;

/** The rows of a list of what is out, unread. @throws Problem as of `readTakeOver` */
const rowsOf = (csv: string, dates?: WrittenDates) =>
  readSheet<Column>(csv, takeOverColumns, {
    needed: ['kind', 'make', 'model', 'issuedOn'],
    mostRows: 5000,
    order: dates && dateOrderOf[dates],
  });

/** How many lines a list of what is out has. @throws Problem as of `readTakeOver` */
export const countTakeOver = (csv: string): number => rowsOf(csv).rows.length;

/**
 * Reads a scheme's list of what is out, saved as CSV, a device a row, into lines that say of
 * themselves whether they can be taken. `text` is what they say together, by which the list is recognised when it comes
 * again.
 * @throws Problem `invalid` when it is not such a file: no rows, more than 5,000, or needed columns missing
 */
export function readTakeOver(
  csv: string,
  reading: Reading,
): { lines: TakeOverLine[]; text: string; unusedColumns: string[]; asksDates: boolean } {
  const { rows, headings, unusedColumns, dateOrders } = rowsOf(csv, reading.dates);
  const list: List = {
    ...reading,
    has: (column) => headings.has(column),
    orderOf: (column) => dateOrders.get(column) ?? 'day',
  };
  const lines = rows.map((row) => readLine(row, list));
  return {
    lines,
    text: textOfLines(lines.map(saidBy)),
    unusedColumns: [...unusedColumns, ...answersAboutNothing(headings)],
    asksDates: [...dateOrders.values()].includes('unsure'),
  };
}

/** What a line says, without what was found about it. */
const saidBy = ({ device, person, place, issuedOn, dueOn, plan }: TakeOverLine) => ({
  device,
  person,
  place,
  issuedOn,
  dueOn,
  plan,
});

function readLine({ row, textLine, cell, faults: ofRow }: SheetRow<Column>, reading: List): TakeOverLine {
  const faults: CellFault[] = [...ofRow];
  const remarks: string[] = [];
  const fault: Fault = (column, message) => void faults.push({ column: columnName(column), message });
  const notes = cell('notes');
  const device = { ...readDevice(cell, fault, remarks), ...(notes ? { notes } : {}) };
  for (const column of ['givenName', 'familyName', 'network'] as const)
    if (cell(column).length > 100) fault(column, 'Give at most 100 characters.');
  const plan = readPlan(cell, fault, remarks, reading);
  const who = readBorrower(cell, fault, reading);
  remarks.push(...notReadOfPerson(cell, who.place !== null, reading));
  const dates = readDates(cell, fault, remarks, reading);
  return {
    row,
    textLine,
    verdict: faults.length ? 'faulty' : 'ready',
    device,
    ...who,
    ...dates,
    plan,
    faults,
    remarks,
  };
}

function readDates(cell: Cells, fault: Fault, remarks: string[], list: List) {
  const { today } = list;
  const issuedOn = dateIn('issuedOn', cell, fault, list);
  const dueOn = dateIn('dueOn', cell, fault, list);
  if (!cell('issuedOn')) fault('issuedOn', 'Say when it went out, such as 6/8/2026.');
  if (issuedOn && issuedOn > today)
    fault('issuedOn', 'This date is in the future. What is not out yet is issued as a new loan.');
  if (issuedOn && dueOn && dueOn <= issuedOn)
    fault('dueOn', 'Give a date after the day it went out, or leave it empty when none was agreed.');
  else if (dueOn && dueOn < today) remarks.push('Its date is past, so the loan shows as overdue.');
  return { issuedOn, dueOn };
}

function dateIn(column: Column, cell: Cells, fault: Fault, { orderOf }: List): string | null {
  if (!cell(column)) return null;
  const read = readSheetDate(cell(column), column !== 'dateOfBirth', orderOf(column));
  if ('date' in read) return read.date;
  fault(column, read.fault);
  return null;
}

/** What a row says of a person though a place has it, or of a way of contact that it does not have. */
function notReadOfPerson(cell: Cells, isOfPlace: boolean, { has }: List): string[] {
  const answers = ['mobileSafe', 'phoneSafe', 'emailSafe'] as const;
  const ways = (['mobile', 'phone', 'email'] as const).filter(cell);
  const read = ways.map((way) => answerOf(way, has));
  const unread: Column[] = isOfPlace
    ? [...(['dateOfBirth', 'nhsNumber'] as const), ...ways, ...answers]
    : answers.filter((answer) => !read.includes(answer));
  const names = unread.filter((column) => cell(column)).map(columnName);
  if (!names.length) return [];
  return [
    `Not read, since ${isOfPlace ? 'a place has it' : 'the row has nothing that it is about'}: ${names.join(', ')}.`,
  ];
}

/** Who has it: a person by name, or a place. */
function readBorrower(
  cell: Cells,
  fault: Fault,
  reading: List,
): { person: SaidPerson | null; place: string | null } {
  const place = cell('place');
  const isNamed = cell('givenName') || cell('familyName');
  if (!place && !isNamed) {
    fault('givenName', 'Say who has it: a person by name, or a place.');
    return { person: null, place: null };
  }
  if (place && isNamed) fault('place', 'Give either a person or a place, not both.');
  if (!isNamed) return { person: null, place };
  return { person: readPerson(cell, fault, reading), place: null };
}

function readPerson(cell: Cells, fault: Fault, list: List): SaidPerson {
  const { today, allowTestNumbers } = list;
  const dateOfBirth = dateIn('dateOfBirth', cell, fault, list);
  const spoilt = new Set<Column>();
  for (const column of ['mobile', 'phone', 'nhsNumber'] as const) {
    const how = spoiltNumber(cell(column));
    if (!how) continue;
    spoilt.add(column);
    fault(column, how);
  }
  const said = (['mobile', 'phone', 'email'] as const).filter(
    (column) => cell(column) && !spoilt.has(column),
  );
  const { patient, errors } = readPatient(
    {
      givenName: cell('givenName'),
      familyName: cell('familyName'),
      ...(dateOfBirth ? { dateOfBirth } : {}),
      ...(cell('nhsNumber') && !spoilt.has('nhsNumber') ? { nhsNumber: cell('nhsNumber') } : {}),
      contactPoints: said.map((column) => ({
        channel: column === 'email' ? 'email' : 'phone',
        value: cell(column).slice(0, 500),
        safe: false,
      })),
    },
    today,
    allowTestNumbers,
  );
  const wrong = new Set<string>();
  for (const { pointer, message } of errors) {
    const contact = /^\/contactPoints\/(\d)/.exec(pointer)?.[1];
    const column = contact
      ? said[Number(contact)]!
      : (pointer.slice(1) as 'givenName' | 'familyName' | 'nhsNumber' | 'dateOfBirth');
    wrong.add(column);
    fault(column, message);
  }
  const contacts = patient.contactPoints.map(({ channel, value }, place): SaidContact => {
    const column = answerOf(said[place] ?? 'phone', list.has);
    const safe = readYesNo(cell(column));
    if (safe === null)
      fault(column, 'Give yes or no, or leave it empty: what is not known counts as not safe.');
    const takesTexts = channel === 'phone' && 'value' in readPhoneNumber(value, allowTestNumbers, 'text');
    return { channel: takesTexts ? 'sms' : channel, value, safe: safe ?? null };
  });
  return {
    givenName: patient.givenName,
    familyName: patient.familyName,
    dateOfBirth,
    nhsNumber: patient.nhsNumber ?? null,
    // A person may have other rows that are right: what is wrong in this one is kept from them.
    contacts: contacts.filter((_, place) => !wrong.has(said[place]!)),
  };
}

function readPlan(cell: Cells, fault: Fault, remarks: string[], list: List): TakeOverLine['plan'] {
  const { allowTestNumbers } = list;
  const iccid = readSim(cell, fault, remarks);
  const endsOn = dateIn('dataEndsOn', cell, fault, list);
  const asked = (['network', 'iccid', 'simNumber', 'dataEndsOn'] as const).filter((column) => cell(column));
  if (!asked.length) return null;
  if (!cell('iccid')) fault('iccid', 'Give the ICCID that is printed on the SIM, or leave its plan out.');
  if (!cell('network')) fault('network', 'Give the network of the SIM.');
  const spoilt = spoiltNumber(cell('simNumber'));
  const number =
    cell('simNumber') && !spoilt ? readPhoneNumber(cell('simNumber'), allowTestNumbers, 'sim') : null;
  if (spoilt) fault('simNumber', spoilt);
  if (number && 'fault' in number) fault('simNumber', number.fault);
  if (!cell('dataEndsOn'))
    remarks.push('Nothing says when its data ends. The plan is kept as not activated until someone knows.');
  const msisdn = number && 'value' in number ? number.value : null;
  return { network: cell('network'), iccid, msisdn, endsOn };
}
