import { readPatient } from '../../people/patient.rules.ts';
import type { NewContactPoint } from '../../people/patient.schemas.ts';
import { readPhoneNumber } from '../../shared/phone.ts';
import {
  type CellFault,
  isShortened,
  readSheet,
  readSheetDate,
  readYesNo,
  type SheetRow,
} from '../../shared/spreadsheet.rules.ts';
import type { NewDevice } from '../../stock/devices/device.schemas.ts';
import { deviceColumns, readDevice, readIccid } from '../../stock/donations/device-columns.rules.ts';

const columns = {
  ...deviceColumns,
  label: { name: 'Label', headings: ['label', 'assetlabel', 'assettag', 'assetnumber', 'assetno', 'tag'] },
  givenName: { name: 'Given name', headings: ['givenname', 'firstname', 'forename', 'given'] },
  familyName: { name: 'Family name', headings: ['familyname', 'surname', 'lastname', 'family'] },
  dateOfBirth: { name: 'Date of birth', headings: ['dateofbirth', 'dob', 'birthdate', 'born'] },
  nhsNumber: { name: 'NHS number', headings: ['nhsnumber', 'nhsno', 'nhs'] },
  phone: { name: 'Phone', headings: ['phone', 'phonenumber', 'mobile', 'mobilenumber', 'telephone', 'tel'] },
  phoneSafe: { name: 'Phone safe?', headings: ['phonesafe', 'phoneissafe', 'mobilesafe', 'safephone'] },
  email: { name: 'Email', headings: ['email', 'emailaddress'] },
  emailSafe: { name: 'Email safe?', headings: ['emailsafe', 'emailissafe', 'safeemail'] },
  place: { name: 'Place', headings: ['place', 'location', 'site', 'accesspoint'] },
  issuedOn: { name: 'Issued on', headings: ['issuedon', 'issued', 'issuedate', 'dateissued', 'loandate'] },
  dueOn: { name: 'Due on', headings: ['dueon', 'due', 'duedate', 'dueback', 'duebackon', 'returnby'] },
  network: { name: 'Network', headings: ['network', 'provider'] },
  simNumber: { name: 'SIM number', headings: ['simnumber', 'number', 'msisdn', 'datanumber'] },
  dataEndsOn: { name: 'Data ends on', headings: ['dataendson', 'dataends', 'endson', 'dataexpires'] },
} as const;
type Column = keyof typeof columns;
export const columnName = (column: Column): string => columns[column].name;

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

type Reading = { today: string; allowTestNumbers: boolean };
type Cells = SheetRow<Column>['cell'];
type Fault = (column: Column, message: string) => void;

/**
 * Reads a scheme's list of what is out, saved as CSV, a device a row, into lines that say of
 * themselves whether they can be taken.
 * @throws Problem `invalid` when it is not such a file: no rows, more than 5,000, or needed columns missing
 */
export function readTakeOver(
  text: string,
  reading: Reading,
): { lines: TakeOverLine[]; unusedColumns: string[] } {
  const { rows, unusedColumns } = readSheet(text, columns, {
    needed: ['kind', 'make', 'model', 'issuedOn'],
    mostRows: 5000,
  });
  return { lines: rows.map((row) => readLine(row, reading)), unusedColumns };
}

function readLine({ row, textLine, cell }: SheetRow<Column>, reading: Reading): TakeOverLine {
  const faults: CellFault[] = [];
  const remarks: string[] = [];
  const fault: Fault = (column, message) => void faults.push({ column: columnName(column), message });
  const notes = [cell('notes'), cell('label') && `Their label: ${cell('label')}`].filter(Boolean).join('\n');
  const device = { ...readDevice(cell, fault), ...(notes ? { notes } : {}) };
  for (const column of ['label', 'givenName', 'familyName', 'network'] as const)
    if (cell(column).length > 100) fault(column, 'Give at most 100 characters.');
  const plan = readPlan(cell, fault, remarks, reading);
  const who = readBorrower(cell, fault, reading);
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

function readDates(cell: Cells, fault: Fault, remarks: string[], { today }: Reading) {
  const issuedOn = dateIn('issuedOn', cell, fault);
  const dueOn = dateIn('dueOn', cell, fault);
  if (!cell('issuedOn')) fault('issuedOn', 'Say when it went out, such as 6/8/2026.');
  if (issuedOn && issuedOn > today)
    fault('issuedOn', 'This date is in the future. What is not out yet is issued as a new loan.');
  if (issuedOn && dueOn && dueOn <= issuedOn)
    fault('dueOn', 'Give a date after the day it went out, or leave it empty when none was agreed.');
  else if (dueOn && dueOn < today) remarks.push('Its date is past, so the loan shows as overdue.');
  return { issuedOn, dueOn };
}

function dateIn(column: Column, cell: Cells, fault: Fault): string | null {
  if (!cell(column)) return null;
  const read = readSheetDate(cell(column), column !== 'dateOfBirth');
  if ('date' in read) return read.date;
  fault(column, read.fault);
  return null;
}

/** Who has it: a person by name, or a place. */
function readBorrower(
  cell: Cells,
  fault: Fault,
  reading: Reading,
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

function readPerson(cell: Cells, fault: Fault, { today, allowTestNumbers }: Reading): SaidPerson {
  const dateOfBirth = dateIn('dateOfBirth', cell, fault);
  const shortened = (['phone', 'nhsNumber'] as const).filter((column) => isShortened(cell(column)));
  for (const column of shortened)
    fault(column, 'The spreadsheet has shortened this number. Format the column as text and type it again.');
  const said = (['phone', 'email'] as const).filter(
    (column) => cell(column) && !shortened.includes(column as 'phone'),
  );
  const { patient, errors } = readPatient(
    {
      givenName: cell('givenName'),
      familyName: cell('familyName'),
      ...(dateOfBirth ? { dateOfBirth } : {}),
      ...(cell('nhsNumber') && !shortened.includes('nhsNumber') ? { nhsNumber: cell('nhsNumber') } : {}),
      contactPoints: said.map((channel) => ({ channel, value: cell(channel).slice(0, 500), safe: false })),
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
  const contacts = patient.contactPoints.map(({ channel, value }): SaidContact => {
    const column = channel === 'email' ? 'emailSafe' : 'phoneSafe';
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

function readPlan(
  cell: Cells,
  fault: Fault,
  remarks: string[],
  { allowTestNumbers }: Reading,
): TakeOverLine['plan'] {
  const iccid = readIccid(cell, fault, remarks);
  const endsOn = dateIn('dataEndsOn', cell, fault);
  const asked = (['network', 'iccid', 'simNumber', 'dataEndsOn'] as const).filter((column) => cell(column));
  if (!asked.length) return null;
  if (!cell('iccid')) fault('iccid', 'Give the ICCID that is printed on the SIM, or leave its plan out.');
  if (!cell('network')) fault('network', 'Give the network of the SIM.');
  const number = cell('simNumber') ? readPhoneNumber(cell('simNumber'), allowTestNumbers, 'sim') : null;
  if (number && 'fault' in number) fault('simNumber', number.fault);
  if (!cell('dataEndsOn'))
    remarks.push('Nothing says when its data ends. The plan is kept as not activated until someone knows.');
  const msisdn = number && 'value' in number ? number.value : null;
  return { network: cell('network'), iccid, msisdn, endsOn };
}
