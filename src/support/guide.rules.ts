import { languageName } from '../people/contact.rules.ts';
import { namedIn } from '../scheme/names.rules.ts';
import { blockFaults, blocksOf, textFault } from '../shared/blocks.ts';
import type { FieldError } from '../shared/problem.ts';

/** How a guide is made: two of them are a link to what is heard or seen. */
export const guideFormats = ['standard', 'large_print', 'easy_read', 'audio', 'bsl'] as const;
export type GuideFormat = (typeof guideFormats)[number];
export const guideFormatWords: Record<GuideFormat, string> = {
  standard: 'Standard',
  large_print: 'Large print',
  easy_read: 'Easy read',
  audio: 'Audio',
  bsl: 'British Sign Language',
};

/** A guide in one language and one format. */
export type Edition = { language: string; format: GuideFormat };

/** What stands for a format in an address: a word such as easy read would tell of whoever it was sent to. */
const formatLetters = {
  standard: 'a',
  large_print: 'b',
  easy_read: 'c',
  audio: 'd',
  bsl: 'e',
} as const satisfies Record<GuideFormat, string>;

/** The format for which a letter stands in an address; undefined where it stands for none. */
export const formatOf = (letter: string): GuideFormat | undefined =>
  guideFormats.find((format) => formatLetters[format] === letter);

/** The address of an edition, without where it begins. Nobody learns from it whose it is or what it is about. */
export const guidePath = (number: number, { language, format }: Edition) =>
  `g/${number}/${language}/${formatLetters[format]}`;

/** The address of the page about a signpost, without where it begins. */
export const signpostPath = (number: number) => `w/${number}`;

/**
 * What stands against a text that strangers may see on someone's screen: what is to be filled in, a link that is no
 * https address, a format that is a link and has none, and the name of the scheme or of a clinic.
 * @param names of the scheme and the clinics
 */
export function guideFaults(
  { format, title, text }: { format: GuideFormat; title: string; text: string },
  names: string[],
): FieldError[] {
  const faults = blockFaults(text);
  if (['audio', 'bsl'].includes(format) && !hasLink(text))
    faults.push(textFault('Give the link to it, such as [Listen](https://…).'));
  for (const [pointer, words] of [
    ['/title', title],
    ['/text', text],
  ] as const)
    for (const name of namedIn(words, names))
      faults.push({
        pointer,
        message: `“${name}” tells others where it is from. Leave it out: the guide names nobody.`,
      });
  return faults;
}

const hasLink = (text: string) =>
  blocksOf(text).some((block) =>
    (block.type === 'list' ? block.items : [block.pieces]).flat().some(({ href }) => href),
  );

/** The language and the formats in which a person takes things in; English and standard where they named none. */
export type Wanted = { language: string | null; communicationNeeds: string[] };

const languageOf = ({ language }: Wanted) => language?.split('-', 1)[0] ?? 'en';
const formatsOf = ({ communicationNeeds }: Wanted): GuideFormat[] => {
  const needed = guideFormats.filter((format) => communicationNeeds.includes(format));
  return needed.length ? needed : ['standard'];
};

/** Editions as someone wants them: in their language before any other, in their formats before the rest. */
export function byWish<E extends Edition>(editions: E[], wanted: Wanted): E[] {
  const [language, formats] = [languageOf(wanted), formatsOf(wanted)];
  const rank = (one: Edition) =>
    (one.language === language ? 0 : one.language === 'en' ? 20 : 40) +
    (formats.includes(one.format) ? 0 : 1 + guideFormats.indexOf(one.format));
  return editions.toSorted((one, other) => rank(one) - rank(other));
}

/**
 * What there is not of a guide for someone: their language, and each of their formats in it. Empty where all is there.
 */
export function missingFor(editions: Edition[], wanted: Wanted): string[] {
  const language = languageOf(wanted);
  const own = editions.filter((one) => one.language === language);
  if (!own.length) return [languageName(language)];
  return formatsOf(wanted)
    .filter((format) => format !== 'standard' && !own.some((one) => one.format === format))
    .map((format) => guideFormatWords[format]);
}
