import { Temporal } from 'temporal-polyfill';
import { zone } from './clock.ts';
import { readDateParts } from './date-parts.ts';

/** What people write where there is nothing to write. */
const nothing =
  /^(n\s?[/.]?\s?a\.?|not applicable|not known|unknown|none|nil|null|tbc|tbd|\?+|[-\u2010-\u2015_.]+)$/i;

/** What makers leave where a serial number should be, and people type to get past a field. */
const noSerial =
  /^(test|tba|no serial( (no|number))?\.?|not visible|illegible|default string|system serial number|to be filled by o\.?e\.?m\.?|0+|x+)$/i;

/** Whether a serial number is none. */
export const isNoSerial = (text: string) => noSerial.test(text);

/**
 * A cell as its writer means it. A formula that only holds text (`="0012"`) is that text; the apostrophe that tells a
 * spreadsheet to take what follows as text is none of it.
 * @param kind `code`: a number that is text; `name`: of a person or a place, where nothing is left out
 */
export function cellAsMeant(text: string, kind: 'code' | 'name' | 'text'): string {
  const [, inner] = /^="(.*)"$/s.exec(text) ?? [];
  let plain = (inner?.replaceAll('""', '"') ?? text).trim();
  if (kind === 'code' ? plain.startsWith("'") : /^'[\d=+\-@]/.test(plain)) plain = plain.slice(1).trim();
  if (kind === 'code' && /^\d{6,}\.0$/.test(plain)) plain = plain.slice(0, -2);
  return kind !== 'name' && nothing.test(plain) ? '' : plain;
}

/** What a spreadsheet did to text such as 3-10, which it takes for a date; null where nothing is to be seen. */
export function madeDate(text: string): string | null {
  return /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])( \d{2}:\d{2}(:\d{2})?)?$/.test(text)
    ? 'The spreadsheet has made a date of this. Format the column as text and type it again.'
    : null;
}

/** What a spreadsheet shows where a formula has failed. */
export const isFailedFormula = (text: string) =>
  /^#(N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|SPILL!|CALC!)$/.test(text);

/**
 * What a spreadsheet did to a number that is text; null where nothing is to be seen. It keeps 15 digits of a number: a
 * longer one is shortened (3.5E+14), or ends in zeros. What it takes for a date it makes one.
 */
export function spoiltNumber(text: string): string | null {
  const how = /^-?\d+([.,]\d+)?e\+\d+$/i.test(text)
    ? 'shortened this number'
    : /^\d{15}0{3,}$/.test(text.replaceAll(/[\s-]/g, ''))
      ? 'rounded this number: its last digits are zeros'
      : null;
  return how ? `The spreadsheet has ${how}. Format the column as text and type it again.` : madeDate(text);
}

/** Yes or no as people write it in a cell; null for anything else, undefined when the cell is empty. */
export function readYesNo(text: string): boolean | null | undefined {
  const word = text.toLowerCase();
  if (!word) return undefined;
  if (['y', 'yes', 'true', '✓', '✔'].includes(word)) return true;
  return ['n', 'no', 'false', '✗', '✘'].includes(word) ? false : null;
}

/** Whether the numbers of dates have the day or the month first; `unsure` where others of the sheet have the month first. */
export type DateOrder = 'day' | 'month' | 'unsure';

const numbers = /^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})$/;
const time = /[T ,]+\d{1,2}[:.]\d{2}([:.]\d{2}(\.\d+)?)?\s*([ap]m)?$/i;

/** What proves the order of a date in numbers: one of them is no month. */
export function provenOrder(text: string): 'day' | 'month' | undefined {
  const [, first, second] = numbers.exec(withoutTime(text)) ?? [];
  if (Number(first) > 12 && Number(second) <= 12) return 'day';
  return Number(first) <= 12 && Number(second) > 12 ? 'month' : undefined;
}

/**
 * A date as spreadsheets and forms write it: `2026-08-06`, `06/08/2026`, `6 August 2026`, `6-Aug-26`, `6th August, 2026`,
 * also with a time, which counts as London's where it has a zone.
 * @param shortYears whether a year of two digits is of this century; of a birth nobody can tell
 * @param order of dates in numbers, as the whole column tells it
 * @returns the civil date, or what would be right
 */
export function readSheetDate(
  text: string,
  shortYears: boolean,
  order: DateOrder = 'day',
): { date: string } | { fault: string } {
  const plain = withoutTime(text.normalize('NFKC'));
  if (/^\d{5}(\.\d+)?$/.test(plain))
    return {
      fault:
        'The spreadsheet has written this date as a number. Format the column as a date and save it again.',
    };
  const wanted =
    order === 'month'
      ? 'Give a real date, month first as in the others, such as 8/6/2026, or 2026-08-06.'
      : 'Give a real date, day first, such as 6/8/2026 or 2026-08-06.';
  const [, first, second] = numbers.exec(plain) ?? [];
  if (order === 'unsure' && first !== second && Number(first) <= 12 && Number(second) <= 12)
    return {
      fault:
        'Other dates of this list have the month first. Say how its dates are written, then check again.',
    };
  if (order === 'month' && provenOrder(plain) === 'day')
    return { fault: 'This date has the day first. Give the month first, as in the others, or 2026-08-06.' };
  const [year, month, day] = partsOf(plain, order) ?? [];
  if (!year || !month || !day) return { fault: wanted };
  const full = year.length === 2 && shortYears ? `20${year}` : year;
  const read = readDateParts({ day, month, year: full }, wanted);
  return 'date' in read && !(read.date >= '1900' && read.date < '2200') ? { fault: wanted } : read;
}

/** The date of what has a time as well. */
function withoutTime(text: string): string {
  const plain = text.trim();
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/i.test(plain))
    try {
      return Temporal.Instant.from(plain).toZonedDateTimeISO(zone).toPlainDate().toString();
    } catch {
      return plain;
    }
  return plain.replace(time, '');
}

/** Year, month and day as they stand there. */
function partsOf(plain: string, order: DateOrder): [string, string, string] | undefined {
  const isoDate = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(plain);
  if (isoDate) return [isoDate[1] ?? '', isoDate[2] ?? '', isoDate[3] ?? ''];
  const inNumbers = numbers.exec(plain);
  if (inNumbers) {
    const [, first = '', second = '', year = ''] = inNumbers;
    return order === 'month' ? [year, first, second] : [year, second, first];
  }
  const words = plain.replace(/^(mon|tues?|wed(nes)?|thur?s?|fri|sat(ur)?|sun)(day)?\.?,?\s+/i, '');
  const [, day, month, year] =
    /^(\d{1,2})(?:st|nd|rd|th)?[/. -]+(?:of )?([a-z]{3,9})\.?,?[/. -]+(\d{4}|\d{2})$/i.exec(words) ?? [];
  if (day && month && year) return [year, month, day];
  const [, named, first, last] = /^([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})$/i.exec(words) ?? [];
  return named && first && last ? [last, named, first] : undefined;
}

/** The word that was probably meant, when at most two letters of it are wrong. */
export function nearest<Word extends string>(typed: string, words: readonly Word[]): Word | undefined {
  const plain = typed.toLowerCase();
  return words.find((word) => distance(word.toLowerCase(), plain) <= 2);
}

/** How many letters must be added, taken away or changed to make one word of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[other.length]!;
}
