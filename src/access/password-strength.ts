import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** The least that is enough, of 0 to 4: a hundred million guesses and more. */
const enough = 3;
/** What is looked at of a long one; more of it only makes it better. */
const longest = 128;
/** Letters and digits that a password must have beside the words that anyone here would try. */
const leastBeside = 8;

let checker: Promise<ZxcvbnFactory> | undefined;

/** The lists of common passwords, names and words are some megabytes: they are read when the first password is chosen. */
async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const dictionary = { ...common.dictionary, ...english.dictionary };
  return new ZxcvbnFactory({ dictionary, graphs: common.adjacencyGraphs });
}

/**
 * Why a password would be guessed, as a sentence; undefined for one that would not.
 * @param near words that anyone would try who knows the person or the scheme
 */
export async function whyEasy(password: string, near: string[]): Promise<string | undefined> {
  const words = [...new Set(near.map((word) => word.toLowerCase()).filter((word) => word.length > 2))];
  const beside = besides(password, words);
  if (beside !== undefined && beside < leastBeside)
    return 'Give one that is not made of your name, your address, or words of the scheme.';
  checker ??= load();
  const { score, sequence } = (await checker).check(password.slice(0, longest), words);
  if (score >= enough) return undefined;
  const patterns = sequence.map(({ pattern }) => pattern);
  const isAll = (pattern: string) => patterns.includes(pattern as never);
  if (isAll('repeat'))
    return 'It repeats itself. Give one that does not, such as four words that do not belong together.';
  if (isAll('sequence') || isAll('spatial'))
    return 'It is in the order of the alphabet, of numbers or of the keyboard. Give one that is in no order.';
  if (isAll('date')) return 'It is a date and little else. Give four words that do not belong together.';
  return 'It is among the passwords that people try first, or close to one. Give four words that do not belong together.';
}

/** How many letters and digits are left without the words; undefined where none of them is in it. */
function besides(password: string, words: string[]): number | undefined {
  const longestFirst = [...words].sort((one, other) => other.length - one.length);
  const left = longestFirst.reduce((rest, word) => rest.replaceAll(word, ' '), password.toLowerCase());
  if (left === password.toLowerCase()) return undefined;
  return left.replaceAll(/[^\p{L}\p{N}]/gu, '').length;
}
