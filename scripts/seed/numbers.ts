import { readNhsNumber } from '../../src/people/patient.rules.ts';
import { luhn } from '../../src/shared/codes.ts';

/** `count` things made from their places, from 0. */
export const each = <T>(count: number, make: (place: number) => T): T[] =>
  Array.from({ length: count }, (_, place) => make(place));

const withLuhn = (start: string) => start + [...'0123456789'].find((digit) => luhn(start + digit));

/** Numbers that look real: their ranges are for tests, or hold no maker's devices. */
export const imei = (place: number) => withLuhn(`00000011${String(place).padStart(6, '0')}`);
export const iccid = (place: number) => withLuhn(`8944000000${String(place).padStart(8, '0')}`);

/** So many NHS numbers of the range for tests (999 …), each with its check digit. */
export function nhsNumbers(count: number): string[] {
  const found: string[] = [];
  for (let place = 0; found.length < count && place < 1_000_000; place++) {
    const start = `999${String(place).padStart(6, '0')}`;
    const digit = [...'0123456789'].find((last) => readNhsNumber(start + last));
    if (digit) found.push(start + digit);
  }
  return found;
}

const firsts = 'Al Ber Cor Dan El Fen Gar Hol Ing Jor Kel Lar Mor Nor Ol Per Ros Sel Tor Win'.split(' ');
const middles = 'a e i o ander ing el or ath un'.split(' ');
const ends = 'well ford ton by den low mere dale wick stone'.split(' ');
const given =
  'Ada Ben Cleo Dov Edda Finn Gwen Hari Ines Jude Kofi Lena Mina Noor Otto Pia Quin Rosa Sami Tess Uma Vito Wren Yara Zeki'.split(
    ' ',
  );

/** Names that are put together from syllables: nobody's, and spread over the alphabet as real ones are. */
export const givenName = (place: number) => given[place % given.length]!;
export function familyName(place: number): string {
  const number = (place * 7919) % (firsts.length * middles.length * ends.length);
  const first = firsts[number % firsts.length]!;
  const middle = middles[Math.floor(number / firsts.length) % middles.length]!;
  return `${first}${middle}${ends[Math.floor(number / firsts.length / middles.length)]}`;
}
