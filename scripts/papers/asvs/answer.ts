/** A test that proves something: its file, and the words of its title. `…` stands for what a title fills in. */
export type Proof = { file: string; title: string };

/** How Lendwell stands to one requirement. */
export type Answer =
  | { is: 'met'; says: string; files: string[]; proofs: Proof[] }
  | { is: 'not met'; says: string; instead: string }
  | { is: 'not ours'; says: string };

/** The answers to a chapter, by the ids of its requirements. */
export type Chapter = { name: string; answers: Record<string, Answer> };

/**
 * A requirement that is met.
 * @param says what Lendwell does, in a sentence or two
 * @param shown files that do it, from the root of the repository, and tests that prove it
 */
export const met = (says: string, ...shown: (string | Proof)[]): Answer => ({
  is: 'met',
  says,
  files: shown.filter((one) => typeof one === 'string'),
  proofs: shown.filter((one) => typeof one !== 'string'),
});

/**
 * A requirement that is not met.
 * @param says what is missing, and why
 * @param instead what an operator does in its place
 */
export const notMet = (says: string, instead: string): Answer => ({ is: 'not met', says, instead });

/** A requirement about what Lendwell does not have. */
export const notOurs = (says: string): Answer => ({ is: 'not ours', says });

/** A test. @param file below test, without its ending */
export const by = (file: string, title: string): Proof => ({ file: `test/${file}.test.ts`, title });
