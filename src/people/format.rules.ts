import { languageName } from './contact.rules.ts';

/** How a thing that people are given is made: two of them are a link to what is heard or seen. */
export const formats = ['standard', 'large_print', 'easy_read', 'audio', 'bsl'] as const;
export type Format = (typeof formats)[number];
export const formatWords: Record<Format, string> = {
  standard: 'Standard',
  large_print: 'Large print',
  easy_read: 'Easy read',
  audio: 'Audio',
  bsl: 'British Sign Language',
};

/** Formats whose words differ. Large print has the words of the one that is printed larger. */
export const wordFormats = ['standard', 'easy_read'] as const;
export type WordFormat = (typeof wordFormats)[number];

/** A thing in one language and one format. */
export type Edition = { language: string; format: Format };
type WordEdition = { language: string; format: WordFormat };

/** The language and the formats in which a person takes things in; English and standard where they named none. */
export type Wanted = { language: string | null; communicationNeeds: string[] };

const languageOf = ({ language }: Wanted) => language?.split('-', 1)[0] ?? 'en';
const formatsOf = ({ communicationNeeds }: Wanted): Format[] => {
  const needed = formats.filter((format) => communicationNeeds.includes(format));
  return needed.length ? needed : ['standard'];
};

/** The words that someone needs: in which language, and whether easy to read. `format.queries.ts` says the same in SQL. */
export const wantedWords = (wanted: Wanted): WordEdition => ({
  language: languageOf(wanted),
  format: wanted.communicationNeeds.includes('easy_read') ? 'easy_read' : 'standard',
});

/** An edition by its name, such as “Bangla, easy read”. */
export const editionWords = ({ language, format }: Edition) =>
  `${languageName(language)}, ${formatWords[format].toLowerCase()}`;

/** An edition by its name in its own language, for whoever looks for theirs. */
export const ownName = ({ language, format }: Edition) =>
  `${new Intl.DisplayNames(language, { type: 'language' }).of(language)}${format === 'standard' ? '' : ` (${formatWords[format].toLowerCase()})`}`;

/** What someone is given: the best that there is, whether it is printed large, and what is missing; null where nothing is. */
export type Fit<E> = { edition: E; largePrint: boolean; missing: string | null };

/**
 * The words that fit someone best: theirs, then others in their language, then their format in English, then English.
 * @param editions with the English one in the standard format among them
 */
export function fitOf<E extends WordEdition>(editions: E[], wanted: Wanted): Fit<E> {
  const words = wantedWords(wanted);
  const rank = ({ language, format }: E) =>
    (language === words.language ? 0 : language === 'en' ? 2 : 4) + (format === words.format ? 0 : 1);
  const edition = editions.toSorted((one, other) => rank(one) - rank(other))[0]!;
  return {
    edition,
    largePrint: wanted.communicationNeeds.includes('large_print'),
    missing: rank(edition) ? editionWords(words) : null,
  };
}

/** Editions as someone wants them: in their language before any other, in their formats before the rest. */
export function byWish<E extends Edition>(editions: E[], wanted: Wanted): E[] {
  const [language, needed] = [languageOf(wanted), formatsOf(wanted)];
  const rank = (one: Edition) =>
    (one.language === language ? 0 : one.language === 'en' ? 20 : 40) +
    (needed.includes(one.format) ? 0 : 1 + formats.indexOf(one.format));
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
    .map((format) => formatWords[format]);
}

/** Scripts that are written from the right. */
const fromTheRight = ['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm', 'Rohg'];

/** The direction in which a language is usually written, for the attribute `dir`. */
export const directionOf = (language: string) =>
  fromTheRight.includes(new Intl.Locale(language).maximize().script ?? '') ? 'rtl' : 'ltr';

/** A civil date as a language writes it: `6 August 2018`. */
export const dateIn = (day: string, language: string) =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    dateStyle: 'long',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));

/** Numbers, and lists of words, as a language writes them. */
export const numberIn = (number: number, language: string) =>
  new Intl.NumberFormat(language === 'en' ? 'en-GB' : language).format(number);
export const listIn = (parts: string[], language: string) =>
  new Intl.ListFormat(language === 'en' ? 'en-GB' : language).format(parts);

/** A text with each of its sentences on a line of its own, as easy read has them. */
export const sentenceALine = (text: string, language: string) =>
  text
    .split('\n')
    .flatMap((line) =>
      line.trim()
        ? [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(line.trim())].map(
            ({ segment }) => segment.trim(),
          )
        : [''],
    )
    .join('\n');
