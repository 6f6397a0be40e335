import Type, { type Static } from 'typebox';
import { type WordFormat, wordFormats } from '../../people/format.rules.ts';
import { oneOf } from '../../shared/schemas.ts';
import { renderedLanguage } from './rendering.schemas.ts';

/** What stands for a format in an address: a word such as easy read would tell of whoever it was sent to. */
const letters: Record<WordFormat, string> = { standard: 'a', easy_read: 'c' };

/** A language and a format as an address names them; English in the standard format where it names none. */
export const NamedWords = Type.Object({
  language: Type.Optional(renderedLanguage),
  format: Type.Optional(oneOf(wordFormats.map((format) => letters[format]))),
});

/** The part of an address that names a language and a format; nothing for plain English. */
export const addressWords = ({ language, format }: { language: string; format: WordFormat }) =>
  language === 'en' && format === 'standard' ? '' : `?language=${language}&format=${letters[format]}`;

/** What an address names, as a person needs it. */
export const namedWords = ({ language = 'en', format }: Static<typeof NamedWords>) => ({
  language,
  communicationNeeds: format === letters.easy_read ? ['easy_read'] : [],
});
