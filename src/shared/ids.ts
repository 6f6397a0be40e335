import { v7 } from 'uuid';

/** A UUIDv7: ids sort by the time they were made. */
export function newId(): string {
  return v7();
}

/** An id as Lendwell writes it: ids are compared as text, and the database knows no `urn:uuid:`. */
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const isId = (value: unknown): value is string => typeof value === 'string' && uuid.test(value);

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const size = 32 ** 5;

/**
 * Turns a sequence number into six Crockford base32 characters that people can read aloud:
 * five that scramble the number one-to-one (neighbours look unlike each other), one check
 * character that catches any single wrong character and any swap of two neighbours.
 * @param number from 1 to 33,554,431
 * @throws RangeError outside that range
 */
export function codeOf(number: number): string {
  if (!Number.isInteger(number) || number < 1 || number >= size)
    throw new RangeError(`no code for ${number}`);
  // An odd multiplier is a bijection modulo a power of two; so is folding the high bits into the low.
  let scrambled = (number * 20_655_917) % size;
  scrambled ^= scrambled >>> 13;
  scrambled = Number((BigInt(scrambled) * 13_466_917n) % BigInt(size));
  const digits = Array.from({ length: 5 }, (_, place) => (scrambled >>> (5 * (4 - place))) & 31);
  return [...digits, checkDigit(digits)].map((digit) => alphabet[digit]).join('');
}

/** Reads a code as typed or scanned: lower case, and O, I and L for 0 and 1. Null when the check character is wrong. */
export function readCode(text: string): string | null {
  const code = text.toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const digits = [...code].map((character) => alphabet.indexOf(character));
  if (digits.length !== 6 || digits.includes(-1) || checkDigit(digits.slice(0, 5)) !== digits[5]) return null;
  return code;
}

export const assetTag = (number: number) => `LW-${codeOf(number)}`;
export const loanReference = (number: number) => `L-${codeOf(number)}`;
export const referralReference = (number: number) => `R-${codeOf(number)}`;
export const incidentReference = (number: number) => `I-${codeOf(number)}`;
export const stocktakeReference = (number: number) => `S-${codeOf(number)}`;
export const donationReference = (number: number) => `D-${codeOf(number)}`;

/** A weighted sum in GF(32), each place with its own power of the generator. */
function checkDigit(digits: number[]): number {
  return digits.reduce((sum, digit) => double(sum ^ digit), 0);
}

/** Multiplies by x in GF(32) with x^5 + x^2 + 1. */
function double(value: number): number {
  return value & 16 ? ((value << 1) ^ 0b100101) & 31 : value << 1;
}
