import nhsNumberValidator from 'nhs-number-validator';
import { readEmail } from '../shared/email.ts';
import { languageTag } from '../shared/language.ts';
import { phoneNumber, readPhoneNumber, senderNumber } from '../shared/phone.ts';
import { readPostalAddress } from '../shared/postal-address.ts';
import type { FieldError } from '../shared/problem.ts';
import { kept, type Reading } from '../shared/reading.ts';
import { asSeen } from '../shared/seen.ts';
import { noName, readName } from './name.rules.ts';
import type { NewContactPoint, NewPatient, PatientSaid } from './patient.schemas.ts';
import { trustedErrors } from './trusted.rules.ts';

/** An NHS number as ten digits, or null when it is none. */
export function readNhsNumber(text: string): string | null {
  const reading = nhsNumberIn(text);
  return 'value' in reading ? reading.value : null;
}

function nhsNumberIn(text: string): Reading {
  const digits = asSeen(text)
    .normalize('NFKC')
    .replaceAll(/[\s\p{Pd}\u2212]/gu, '');
  if (!/^\d{10}$/.test(digits) || !nhsNumberValidator.validate(digits))
    return { fault: 'This is not an NHS number: it has 10 digits, the last of which checks the others.' };
  return standsForNone(digits)
    ? {
        fault:
          'This stands for no NHS number. Leave it out, and give as the reason that it is not known (noNhsNumberReason: not_known).',
      }
    : { value: digits };
}

/** One digit ten times, digits in a row, or a number from before the first: each passes the check, and none is anybody’s. */
export const standsForNone = (digits: string) =>
  /^(\d)\1{9}$|^00/.test(digits) ||
  ['0123456789', '9876543210'].some((row) => `${row}${row}`.includes(digits.slice(0, 8)));

/** What typed text is as an NHS number (ten digits) and as a phone number, where it is one. */
export function numbersIn(text: string, allowTestNumbers: boolean) {
  const sender = senderNumber(text);
  const phone = phoneNumber(text, allowTestNumbers) ?? (sender.startsWith('+') ? sender : null);
  return { nhsNumber: readNhsNumber(text), phone };
}

/** How many years anybody has lived, about: who was born before that is not known to us by the date. */
const longestLife = 120;

/** What is wrong with a date of birth; null when nothing is. */
function birthFault(date: string, today: string): string | null {
  if (date > today) return 'This date is in the future. Give the date of birth.';
  const earliest = `${Number(today.slice(0, 4)) - longestLife}${today.slice(4)}`;
  return date < earliest
    ? `This is more than ${longestLife} years ago. Leave the date of birth out when it is not known.`
    : null;
}

/**
 * A patient as they are kept: names as people see them, one of them at least, NHS number as digits, phone
 * numbers as E.164. Every fault is found, with pointers from the patient's own root.
 */
export function readPatient(
  input: PatientSaid,
  today: string,
  allowTestNumbers: boolean,
): { patient: NewPatient; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const named = (name: 'givenName' | 'familyName' | 'preferredName') =>
    kept(`/${name}`, errors, input[name]?.trim() || undefined, readName);
  const [givenName, familyName, preferredName] = [
    named('givenName'),
    named('familyName'),
    named('preferredName'),
  ];
  if (!input.givenName?.trim() && !input.familyName?.trim())
    errors.push({ pointer: '/givenName', message: noName });
  const nhsNumber = kept('/nhsNumber', errors, input.nhsNumber, nhsNumberIn);
  const unborn = input.dateOfBirth ? birthFault(input.dateOfBirth, today) : null;
  if (unborn) errors.push({ pointer: '/dateOfBirth', message: unborn });
  if (input.noFixedAbode && input.address)
    errors.push({
      pointer: '/address',
      message:
        'They have no fixed address. Leave this out, and say in the collection point where they can be reached.',
    });
  const contactPoints = input.contactPoints.map((given, place) => {
    const { point, errors: faults } = readContactPoint(given, today, allowTestNumbers);
    errors.push(...faults.map((fault) => ({ ...fault, pointer: `/contactPoints/${place}${fault.pointer}` })));
    return point;
  });
  const phone = kept('/trustedPerson/phone', errors, input.trustedPerson?.phone, (text) =>
    readPhoneNumber(text, allowTestNumbers),
  );
  errors.push(...trustedErrors(input.trustedPerson));
  const patient: NewPatient = {
    ...input,
    givenName: givenName ?? '',
    familyName: familyName ?? '',
    preferredName,
    nhsNumber,
    language: input.language && (languageTag(input.language) ?? undefined),
    contactPoints,
    trustedPerson: input.trustedPerson && { ...input.trustedPerson, phone },
  };
  return { patient, errors };
}

/** A way to reach someone as it is kept, with pointers from its own root. */
export function readContactPoint<P extends NewContactPoint & { recheckDue?: string | undefined }>(
  given: P,
  today: string,
  allowTestNumbers: boolean,
): { point: P; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const value = kept('/value', errors, given.value, () => readContactValue(given, allowTestNumbers));
  (given.hours ?? []).forEach((hours, line) => {
    if (hours.from >= hours.to)
      errors.push({ pointer: `/hours/${line}/to`, message: 'Give an end that is later than the start.' });
  });
  if (given.recheckDue && given.recheckDue <= today)
    errors.push({ pointer: '/recheckDue', message: 'Give a day that is still to come.' });
  return { point: { ...given, value: value ?? given.value }, errors };
}

/** The value in the form it is kept in, as whoever sends or rings can use it. */
export function readContactValue(
  { channel, value }: Pick<NewContactPoint, 'channel' | 'value'>,
  allowTestNumbers: boolean,
): Reading {
  switch (channel) {
    case 'sms':
      return readPhoneNumber(value, allowTestNumbers, 'text');
    case 'phone':
      return readPhoneNumber(value, allowTestNumbers);
    case 'email':
      return readEmail(value);
    case 'letter':
      return readPostalAddress(value);
  }
}

/** Whether there is a way to reach this person that they said is safe. */
export function hasSafeWay(points: { safe: boolean }[]): boolean {
  return points.some((point) => point.safe);
}
