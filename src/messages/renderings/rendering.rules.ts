import { editionWords, type WordFormat } from '../../people/format.rules.ts';
import { namedIn } from '../../scheme/names.rules.ts';
import { blockFaults } from '../../shared/blocks.ts';
import type { FieldError } from '../../shared/problem.ts';
import { revealingWords } from '../template.rules.ts';
import { identifiedPhrases, openPlaces } from './phrase.rules.ts';
import { type Thing, thingFacts } from './thing.rules.ts';

type Words = Record<string, string>;
const mostInPhrase = 1000;

/**
 * What stands against a rendering: words that are missing or that it does not have, what a phrase leaves open, what is
 * still to be filled in, and in what strangers may see the name of the scheme or a clinic and words that tell what it is about.
 * @param names of the scheme and its clinics
 */
export function renderingFaults(
  {
    thing,
    language,
    format,
    phrases,
  }: { thing: Thing; language: string; format: WordFormat; phrases: Words },
  original: Words,
  names: string[],
): FieldError[] {
  if (language === 'en' && format === 'standard')
    return [{ pointer: '/format', message: 'This is the original itself. Write it where it is written.' }];
  const unknown = Object.keys(phrases).filter((name) => !Object.hasOwn(original, name));
  return [
    ...unknown.map((name) => ({ pointer: `/phrases/${name}`, message: 'There is no phrase of this name.' })),
    ...Object.entries(original).flatMap(([name, english]) =>
      phraseFaults(thing, { name, english, words: phrases[name] ?? '' }, names).map((message) => ({
        pointer: `/phrases/${name}`,
        message,
      })),
    ),
  ];
}

function phraseFaults(
  thing: Thing,
  { name, english, words }: { name: string; english: string; words: string },
  names: string[],
): string[] {
  if (!words.trim()) return ['Write this too: it is shown once all of it is there.'];
  const { discreet } = thingFacts[thing];
  const isText = name === 'text';
  return [
    ...(isText ? blockFaults(words).map(({ message }) => message) : []),
    ...(!isText && words.length > mostInPhrase
      ? [`This is too long: at most ${mostInPhrase} characters.`]
      : []),
    ...(isText ? [] : openFaults(english, words)),
    ...(discreet ? namedIn(words, names).map(tells) : []),
    ...(discreet && !identifiedPhrases.includes(name) ? revealingWords(words).map(tells) : []),
  ];
}

const tells = (word: string) =>
  `“${word}” tells others what this is about. Leave it out: strangers may see it.`;

function openFaults(english: string, words: string): string[] {
  const [wanted, found] = [openPlaces(english), openPlaces(words)];
  return [
    ...wanted.flatMap((place) =>
      found.filter((one) => one === place).length === 1 ? [] : `Put ${place} in once, where it belongs.`,
    ),
    ...found.flatMap((place) => (wanted.includes(place) ? [] : `${place} stands for nothing here.`)),
  ];
}

/** What is told of a language and a format in which a thing is not there. */
export const notThere = (thing: Thing, edition: { language: string; format: WordFormat }) =>
  `${thingFacts[thing].title}: there is none in ${editionWords(edition)}.`;
