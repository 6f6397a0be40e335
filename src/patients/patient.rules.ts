import nhsNumberValidator from 'nhs-number-validator';
import { languageTag } from '../shared/language.ts';
import { phoneNumber } from '../shared/phone.ts';
import type { FieldError } from '../shared/problem.ts';
import type { NewContactPoint, NewPatient } from './patient.schemas.ts';

/** An NHS number as ten digits, or null when its check digit (modulus 11) says it is not one. */
export function readNhsNumber(text: string): string | null {
  const digits = text.replaceAll(/[\s-]/g, '');
  return /^\d{10}$/.test(digits) && nhsNumberValidator.validate(digits) ? digits : null;
}

/** What typed text is as an NHS number (ten digits) and as a phone number (E.164), where it is one. */
export const numbersIn = (text: string, allowTestNumbers: boolean) => ({
  nhsNumber: readNhsNumber(text),
  phone: phoneNumber(text, allowTestNumbers),
});

/**
 * A patient as they are kept: NHS number as digits, phone numbers as E.164, text without spaces
 * around it. Every fault is found, with pointers from the patient's own root.
 */
export function readPatient(
  input: NewPatient,
  today: string,
  allowTestNumbers: boolean,
): { patient: NewPatient; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const nhsNumber = input.nhsNumber === undefined ? undefined : readNhsNumber(input.nhsNumber);
  if (nhsNumber === null)
    errors.push({
      pointer: '/nhsNumber',
      message: 'This is not an NHS number: it has 10 digits, the last of which checks the others.',
    });
  if (input.dateOfBirth && input.dateOfBirth > today)
    errors.push({ pointer: '/dateOfBirth', message: 'This date is in the future. Give the date of birth.' });
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
  const phone = input.trustedPerson?.phone;
  const trustedPhone = phone === undefined ? undefined : phoneNumber(phone, allowTestNumbers);
  if (trustedPhone === null) errors.push({ pointer: '/trustedPerson/phone', message: wantedContact.phone });
  const patient: NewPatient = {
    ...input,
    givenName: input.givenName.trim(),
    familyName: input.familyName.trim(),
    nhsNumber: nhsNumber ?? undefined,
    language: input.language && (languageTag(input.language) ?? undefined),
    contactPoints,
    trustedPerson: input.trustedPerson && { ...input.trustedPerson, phone: trustedPhone ?? undefined },
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
  const value = readContactValue(given, allowTestNumbers);
  if (value === null) errors.push({ pointer: '/value', message: wantedContact[given.channel] });
  (given.hours ?? []).forEach((hours, line) => {
    if (hours.from >= hours.to)
      errors.push({ pointer: `/hours/${line}/to`, message: 'Give an end that is later than the start.' });
  });
  if (given.recheckDue && given.recheckDue <= today)
    errors.push({ pointer: '/recheckDue', message: 'Give a day that is still to come.' });
  return { point: { ...given, value: value ?? given.value }, errors };
}

/** What a way of contact should look like. */
export const wantedContact = {
  sms: 'Give a real phone number, like 07700 900123.',
  phone: 'Give a real phone number, like 07700 900123.',
  email: 'Give an email address, like name@example.com.',
  letter: 'Give the address as lines, the last of them a postcode.',
};

/** The value in the form it is kept in; null when it is not of its channel's kind. */
export function readContactValue(
  { channel, value }: Pick<NewContactPoint, 'channel' | 'value'>,
  allowTestNumbers: boolean,
): string | null {
  switch (channel) {
    case 'sms':
    case 'phone':
      return phoneNumber(value, allowTestNumbers);
    case 'email':
      return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value.trim()) ? value.trim() : null;
    case 'letter': {
      const lines = value
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean);
      return lines.length >= 2 ? lines.join('\n') : null;
    }
  }
}

/** Whether there is a way to reach this person that they said is safe. */
export function hasSafeWay(points: { safe: boolean }[]): boolean {
  return points.some((point) => point.safe);
}
