import { nameKey } from '../../shared/name-key.ts';
import { nameWords } from './name-words.rules.ts';

/** What followed, as few words as say it; the rest is in the story. */
export const followedWords = {
  saw_gp: 'Saw their GP',
  work_or_course: 'Found work or a course',
  in_touch: 'In touch with family or friends',
  money_or_benefits: 'Sorted money or benefits',
  video_appointments: 'Appointments by video',
  other: 'Something else',
} as const;
export type Followed = keyof typeof followedWords;
export const whatFollowed = Object.keys(followedWords) as Followed[];

/** Whose words they are. */
export const tellingWords = {
  own_words: 'In their own words',
  retold: 'Retold by whoever wrote it down',
} as const;
export const tellings = Object.keys(tellingWords) as (keyof typeof tellingWords)[];

/** For what a story may be told; each is agreed to by itself. */
export const purposeWords = {
  inside: 'Inside the scheme',
  papers: 'In papers for those who pay for the scheme',
  public: 'In public',
} as const;
export type Purpose = keyof typeof purposeWords;
export const purposes = Object.keys(purposeWords) as Purpose[];

export const consentWayWords = { in_words: 'In words', on_paper: 'On paper, signed' } as const;
export const consentWays = Object.keys(consentWayWords) as (keyof typeof consentWayWords)[];

/** How a story stands with its consent; words that changed ask for it again. */
export const storyStates = ['to_ask', 'consented', 'withdrawn', 'ended', 'retired'] as const;

/** What words may give away about someone. */
export const findWords = {
  own_name: 'a name of theirs',
  clinic: 'the name of a clinic',
  number: 'a long number, such as of a phone or of the NHS',
  email: 'an email address',
  postcode: 'a postcode',
} as const;
export type Find = keyof typeof findWords;
export const finds = Object.keys(findWords) as Find[];

const longNumber = /\d(?:[ ()./-]{0,2}\d){8}/;
const address = /[^\s@]@[^\s@]+\.[^\s@]/;
const postcode = /\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b/i;

/** Names of the person whose story it is. */
export type OwnNames = { given: string; family: string; preferred: string | null };

/**
 * What a text seems to give away, by kinds and without the words themselves. It finds what can be looked up; names of
 * others and of places are for whoever reads it. A part of a name that is an everyday word too counts only where it is
 * written with a capital letter and does not begin a sentence.
 * @param own names of the person whose story it is; none of someone not known by name
 * @param toldName the first name that it is told with, as they wish it: the text may say its parts, but for the family name
 * @param clinics names of clinics
 */
export function findsIn(
  text: string,
  { own, toldName = '', clinics }: { own: OwnNames | null; toldName?: string | undefined; clinics: string[] },
): Find[] {
  const said = wordsOf(text);
  const told = new Set(keysOf(toldName));
  const first = own
    ? partsOf(own.given, own.preferred).filter((part) => !part.every((key) => told.has(key)))
    : [];
  const found: Record<Find, boolean> = {
    own_name: [...first, ...partsOf(own?.family)].some((part) => saysName(said, part)),
    clinic: clinics.some((name) => says(said, keysOf(name)).length > 0),
    number: longNumber.test(text),
    email: address.test(text),
    postcode: postcode.test(text),
  };
  return finds.filter((kind) => found[kind]);
}

/** A word as it is compared, and whether it is written as a name is: with a capital letter that begins no sentence. */
type Said = { key: string; asName: boolean };

/** The words of a text; “Amal’s” is said of Amal too. */
function wordsOf(text: string): Said[] {
  let end = 0;
  return [...text.matchAll(/[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}'’]*/gu)].flatMap(({ 0: word, index }) => {
    const begins = end === 0 || /[.!?:…\n"“‘]/.test(text.slice(end, index));
    end = index + word.length;
    const key = nameKey(word.replace(/['’]s$/iu, ''));
    return key ? [{ key, asName: /^\p{Lu}/u.test(word) && !begins }] : [];
  });
}

const keysOf = (text: string) => wordsOf(text).map(({ key }) => key);

/** The parts of names, each as the words that it has; an initial is none. */
const partsOf = (...names: (string | null | undefined)[]): string[][] =>
  names
    .flatMap((name) => name?.split(/\s+/) ?? [])
    .filter((part) => nameKey(part).length > 1)
    .map(keysOf)
    .filter((part) => part.length > 0);

/** Where words stand in a text one after another: the first of them, each time. */
const says = (said: Said[], words: string[]): Said[] =>
  words.length ? said.filter((_, at) => words.every((key, next) => said[at + next]?.key === key)) : [];

const saysName = (said: Said[], part: string[]) =>
  says(said, part).some(({ asName }) => asName || part.length > 1 || !nameWords.has(part[0]!));

/** What was found, in words. */
export const findsInWords = (found: Find[]): string => found.map((kind) => findWords[kind]).join(', ');

/** Why a story is not told outside with what was found in it, in a sentence; null where it may be. */
export function whyNotOutside(asked: Purpose[], found: Find[]): string | null {
  if (!found.length || asked.every((purpose) => purpose === 'inside')) return null;
  const how = found.includes('own_name')
    ? ' If that is only a word, or the name of someone else, say that it is not their name.'
    : '';
  return `It seems to say ${findsInWords(found)}. Take that out before it is told outside the scheme.${how}`;
}
