import { readCode } from './ids.ts';
import { asSeen } from './seen.ts';

/** Signs between the letters and digits of a code: whatever dash, space, dot or slash, and what nobody sees. */
const signs = /[\p{Cc} -/:-@[-`{-\u00bf\u2000-\u206f\u2212\u3000-\u303f\ufeff]|[\ufe00-\ufe0f]/gu;

/**
 * A code or number as it is compared: its letters in capitals and its digits, however it is spaced. Empty when
 * it has none. The database's `code_key` gives the same.
 */
export function codeKey(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(signs, '')
    .replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** What a scanner may put before a code: the symbology it read, such as `]C1` (ISO/IEC 15424). */
const symbology = /^\][A-Za-z][0-9A-Za-z]/;

/** Scanned or typed text without what a scanner puts before it, and what nobody sees. */
export const asScanned = (text: string): string => asSeen(text).trim().replace(symbology, '').trim();

const keyOf = (text: string): string => codeKey(asScanned(text));

/**
 * Reads an asset tag, with any dash or space or none, with or without `LW`, such as `lw 7k2m9q`; null when it
 * cannot be one. Without `LW` it may be something else as well.
 */
export function readAssetTag(text: string): string | null {
  const code = /^(?:LW)?(.{6})$/.exec(keyOf(text))?.[1];
  const read = code ? readCode(code) : null;
  return read && `LW-${read}`;
}

/** Whether text begins like an asset tag and is none: a part of a label, or two labels run together. */
export const isCutTag = (text: string): boolean => /^LW/.test(keyOf(text)) && readAssetTag(text) === null;

/** What else has a code: loans, referrals, incidents, donations and stocktakes. */
const letters = ['L', 'R', 'I', 'D', 'S'] as const;

/** The references that text may be, such as `L-7K2M9Q`, with any dash or space or none; of each letter one where none is typed. */
export function readReferences(text: string): string[] {
  const [, letter, code] = /^([LRIDS]?)(.{6})$/.exec(keyOf(text)) ?? [];
  const read = code ? readCode(code) : null;
  if (!read) return [];
  return (letter ? [letter] : letters).map((one) => `${one}-${read}`);
}

/** The words that stand before an IMEI on a box or a screen. */
const imeiWords = /^imei\s?(no\b\.?|number)?\s?([12](?=\D))?\s*[:.#-]?\s*/i;
const imeiDigits = (text: string) => codeKey(asScanned(text).replace(imeiWords, ''));

/** The 15 digits of an IMEI, however it is spaced; null when they are not 15. The check digit is not looked at. */
export function readImei(text: string): string | null {
  const digits = imeiDigits(text);
  return /^\d{15}$/.test(digits) ? digits : null;
}

/**
 * The IMEI that was scanned or read off a screen: also one that has the version of its software behind it (two
 * digits, with or without the check digit before them), or that is without its check digit (3GPP TS 23.003).
 */
export function readScannedImei(text: string): string | null {
  const digits = imeiDigits(text);
  if (!/^\d{14,17}$/.test(digits)) return null;
  return digits.length % 2 ? digits.slice(0, 15) : withCheckDigit(digits.slice(0, 14));
}

const withCheckDigit = (digits: string): string =>
  digits + [...'0123456789'].find((digit) => luhn(digits + digit));

/** The digits of an ICCID as typed or scanned: spaces, and the F that pads it on the card, are left out. Null when it cannot be one. */
export function readIccid(text: string): string | null {
  const digits = keyOf(text)
    .replace(/^ICCID/, '')
    .replace(/F$/, '');
  return /^89\d{16,18}$/.test(digits) ? digits : null;
}

/**
 * The keys under which a serial number may be kept that was scanned or typed: as it is, and without what makers
 * put before it on a box (the S of ANSI MH10.8.2; `SN:`).
 */
export function serialKeys(text: string): string[] {
  const key = keyOf(text);
  const bare = [/^S\/?N(?:O|UMBER)?[:.# ]/i, /^SERIAL(?: ?(?:NO|NUMBER))?[:.# ]/i].flatMap((words) => {
    const rest = codeKey(asScanned(text).replace(words, ''));
    return rest && rest !== key ? rest : [];
  });
  const withoutS = /^S(.{7,})$/.exec(key)?.[1];
  return [...new Set([key, ...bare, ...(withoutS ? [withoutS] : [])])].filter(Boolean);
}

/** Luhn: every second digit from the right doubled, its digits summed, a multiple of ten in all. */
export function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, character, place) => {
    const digit = Number(character) * (place % 2 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
}
