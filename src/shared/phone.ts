import { parsePhoneNumberFromString } from 'libphonenumber-js';

/**
 * A phone number as E.164, read as a British one when it has no country code; null when it cannot be one.
 * @param allowTest takes the numbers that Ofcom keeps for drama, 07700 900000 to 900999, which no library calls valid
 */
export function phoneNumber(text: string, allowTest: boolean): string | null {
  const number = parsePhoneNumberFromString(text, 'GB');
  if (!number) return null;
  const drama = /^\+447700900\d{3}$/.test(number.number);
  return (drama ? allowTest : number.isValid()) ? number.number : null;
}

/**
 * A phone number as people in Britain read it: `07700 900 123`, others with their country code.
 * What is no phone number stays as it is.
 * Source: NHS service manual, content style on phone numbers.
 */
export function showPhoneNumber(value: string): string {
  const number = /^\+\d+$/.test(value) ? parsePhoneNumberFromString(value) : undefined;
  if (!number) return value;
  if (number.countryCallingCode !== '44') return number.formatInternational();
  return number.formatNational().replace(/^(07\d{3}) (\d{3})(\d{3})$/, '$1 $2 $3');
}
