import { type Edition, type Format, formats } from '../people/format.rules.ts';
import { namedIn } from '../scheme/names.rules.ts';
import { blockFaults, blocksOf, textFault } from '../shared/blocks.ts';
import type { FieldError } from '../shared/problem.ts';

/** What stands for a format in an address: a word such as easy read would tell of whoever it was sent to. */
const formatLetters = {
  standard: 'a',
  large_print: 'b',
  easy_read: 'c',
  audio: 'd',
  bsl: 'e',
} as const satisfies Record<Format, string>;

/** The format for which a letter stands in an address; undefined where it stands for none. */
export const formatOf = (letter: string): Format | undefined =>
  formats.find((format) => formatLetters[format] === letter);

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
  { format, title, text }: { format: Format; title: string; text: string },
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
