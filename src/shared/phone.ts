import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Reading } from './reading.ts';
import { asSeen } from './seen.ts';

/** What a number is for: someone rings it, Lendwell sends texts to it, or it is that of a SIM of ours. */
type Use = 'call' | 'text' | 'sim';

const wanted = 'Give a real phone number, like 07700 900123.';
/** A call to these costs whoever makes it more, or reaches no one. 03 numbers are none of them, though the library has them among `UAN`. */
const costly = ['PREMIUM_RATE', 'SHARED_COST', 'UAN', 'PAGER', 'VOICEMAIL'];

/**
 * A phone number as it is kept: E.164, and behind it the extension to ask for or to press, where there is
 * one (`+442079460018;ext=12`, as RFC 3966 has it). Without a country code it is read as a British one.
 * What stands beside a number is refused, since it would be lost.
 * @param allowTest takes the numbers that Ofcom keeps for drama, 07700 900000 to 900999, which no library calls valid
 */
export function readPhoneNumber(text: string, allowTest: boolean, use: Use = 'call'): Reading {
  const typed = plain(text);
  const number = parse(typed, allowTest);
  if (!number)
    return {
      fault: parse(typed, allowTest, true)
        ? 'Give the number alone, and write whose it is elsewhere, such as in the notes.'
        : wanted,
    };
  const type = isDrama(number) ? 'MOBILE' : number.getType();
  if (type && costly.includes(type) && !number.number.startsWith('+443'))
    return { fault: 'Numbers that cost more to ring, and pagers, cannot be used. Give an ordinary number.' };
  if (use === 'sim' && number.ext) return { fault: 'A SIM has no extension. Give its number alone.' };
  if (use === 'text' && number.ext)
    return { fault: 'Texts cannot reach an extension. Give it as a phone number to ring.' };
  if (use === 'text' && type === 'FIXED_LINE')
    return { fault: 'This is a landline; texts cannot reach it. Give it as a phone number to ring.' };
  if (use === 'text' && type && !['MOBILE', 'FIXED_LINE_OR_MOBILE'].includes(type))
    return {
      fault: 'This is no mobile number, so texts cannot reach it. Give it as a phone number to ring.',
    };
  return { value: asKept(number) };
}

/** A phone number as it is kept; null when it cannot be one. */
export function phoneNumber(text: string, allowTest: boolean): string | null {
  const reading = readPhoneNumber(text, allowTest);
  return 'value' in reading ? reading.value : null;
}

/**
 * The number of whoever sent a text, as the network tells it: with its country code but no plus
 * (`353871234567`), else as in its own country. A name or a short code stays as it is. Whatever can
 * send is taken, also what nobody would be given as a way to reach someone.
 */
export function senderNumber(text: string): string {
  const typed = plain(text);
  const number = (/^[1-9]\d{7,14}$/.test(typed) && parse(`+${typed}`, true)) || parse(typed, true);
  return number ? asKept(number) : text;
}

/**
 * A phone number as people in Britain read it: `07700 900 123`, others with their country code, and the
 * extension behind it. What is no phone number stays as it is.
 * Source: NHS service manual, content style on phone numbers.
 */
export function showPhoneNumber(value: string): string {
  const number = /^\+\d+(;ext=\d+)?$/.test(value) ? parsePhoneNumberFromString(value) : undefined;
  if (!number) return value;
  const extension = number.ext ? ` ext. ${number.ext}` : '';
  number.setExt('');
  if (number.countryCallingCode !== '44') return number.formatInternational() + extension;
  return number.formatNational().replace(/^(07\d{3}) (\d{3})(\d{3})$/, '$1 $2 $3') + extension;
}

const plain = (text: string) => asSeen(text).normalize('NFKC').trim();
const isDrama = ({ number }: PhoneNumber) => /^\+447700900\d{3}$/.test(number);
const asKept = ({ number, ext }: PhoneNumber) => (ext ? `${number};ext=${ext}` : number);

/** @param extract whether it may be anywhere in the text */
function parse(text: string, allowTest: boolean, extract = false): PhoneNumber | undefined {
  const number = parsePhoneNumberFromString(text, { defaultCountry: 'GB', extract });
  return number && (isDrama(number) ? allowTest : number.isValid()) ? number : undefined;
}
