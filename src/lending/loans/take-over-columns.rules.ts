import type { Columns } from '../../shared/spreadsheet.rules.ts';
import { deviceColumns } from '../../stock/donations/device-columns.rules.ts';

/** The columns of a list of what is out. */
export const takeOverColumns = {
  ...deviceColumns,
  givenName: { name: 'Given name', headings: ['givenname', 'firstname', 'forename', 'given'], kind: 'name' },
  familyName: {
    name: 'Family name',
    headings: ['familyname', 'surname', 'lastname', 'family'],
    kind: 'name',
  },
  dateOfBirth: { name: 'Date of birth', headings: ['dateofbirth', 'dob', 'birthdate', 'born'], kind: 'date' },
  nhsNumber: { name: 'NHS number', headings: ['nhsnumber', 'nhsno', 'nhs'], kind: 'code' },
  mobile: {
    name: 'Mobile',
    headings: ['mobile', 'mobilenumber', 'mobileno', 'mobilephone', 'mobilephonenumber', 'cell', 'cellphone'],
    kind: 'code',
  },
  mobileSafe: {
    name: 'Mobile safe?',
    headings: ['mobilesafe', 'mobileissafe', 'safemobile', 'mobilenumbersafe', 'mobilephonesafe'],
  },
  phone: {
    name: 'Phone',
    headings: [
      'phone',
      'phonenumber',
      'phoneno',
      'telephone',
      'telephonenumber',
      'telephoneno',
      'tel',
      'landline',
      'homephone',
    ],
    kind: 'code',
  },
  phoneSafe: {
    name: 'Phone safe?',
    headings: [
      'phonesafe',
      'phoneissafe',
      'safephone',
      'phonenumbersafe',
      'telephonesafe',
      'telsafe',
      'landlinesafe',
    ],
  },
  email: { name: 'Email', headings: ['email', 'emailaddress'] },
  emailSafe: { name: 'Email safe?', headings: ['emailsafe', 'emailissafe', 'safeemail'] },
  place: { name: 'Place', headings: ['place', 'location', 'site', 'accesspoint'] },
  issuedOn: {
    name: 'Issued on',
    headings: ['issuedon', 'issued', 'issuedate', 'dateissued', 'loandate'],
    kind: 'date',
  },
  dueOn: {
    name: 'Due on',
    headings: ['dueon', 'due', 'duedate', 'dueback', 'duebackon', 'returnby'],
    kind: 'date',
  },
  network: { name: 'Network', headings: ['network', 'provider'] },
  simNumber: {
    name: 'SIM number',
    headings: ['simnumber', 'msisdn', 'datanumber', 'simphonenumber'],
    kind: 'code',
  },
  dataEndsOn: {
    name: 'Data ends on',
    headings: ['dataendson', 'dataends', 'endson', 'dataexpires'],
    kind: 'date',
  },
} as const satisfies Columns<string>;
export type TakeOverColumn = keyof typeof takeOverColumns;

/** How someone says that the dates of a list are written. */
export const writtenDates = ['day-first', 'month-first'] as const;
export type WrittenDates = (typeof writtenDates)[number];
export const dateOrderOf = { 'day-first': 'day', 'month-first': 'month' } as const;

export const columnName = (column: TakeOverColumn): string => takeOverColumns[column].name;

/** Whether one is safe of which the list has no column says nothing of another: it is not read. */
export function answersAboutNothing(headings: Map<TakeOverColumn, string>): string[] {
  const isRead = {
    mobileSafe: headings.has('mobile'),
    phoneSafe: headings.has('phone') || (headings.has('mobile') && !headings.has('mobileSafe')),
    emailSafe: headings.has('email'),
  };
  return (['mobileSafe', 'phoneSafe', 'emailSafe'] as const).flatMap((answer) =>
    isRead[answer] ? [] : (headings.get(answer) ?? []),
  );
}

/** The column that says whether a way of contact is safe. An answer about “phone” is about the one number that the list has. */
export function answerOf(
  way: 'mobile' | 'phone' | 'email',
  has: (column: TakeOverColumn) => boolean,
): TakeOverColumn {
  if (way === 'email') return 'emailSafe';
  if (way === 'phone') return 'phoneSafe';
  return has('phone') || has('mobileSafe') ? 'mobileSafe' : 'phoneSafe';
}
