/**
 * Why something that was told is no longer so, in words that anybody may read: they name nobody and nothing, and a
 * discreet text may have them. `passedOn`: the same to whom a person trusts, where it reads otherwise.
 */
const whys = {
  they_asked: { words: 'as you asked', passedOn: 'as they asked' },
  supporter_away: { words: 'whoever was to be there is away' },
  someone_else: { words: 'someone else is in touch instead' },
  we_cannot: { words: 'we cannot make it then' },
  closed: { words: 'we are closed that day' },
  place: { words: 'the place is another one' },
  mistake: { words: 'what we said before was our mistake' },
  dates_moved: { words: 'other dates have moved too' },
  ended: { words: 'it is not needed any more' },
} as const satisfies Record<string, { words: string; passedOn?: string }>;
export type TellableWhy = keyof typeof whys;

export const tellableWhys = Object.keys(whys) as TellableWhy[];

/** The words that go out for each reason. */
export const tellableWords = Object.fromEntries(
  Object.entries(whys).map(([why, { words }]) => [why, words]),
) as Record<TellableWhy, string>;

/** A reason in the words that go out, to the person or to whom they trust. */
export function whyWords(why: TellableWhy, isPassedOn: boolean): string {
  const { words, passedOn = words }: { words: string; passedOn?: string } = whys[why];
  return isPassedOn ? passedOn : words;
}

/** What a form offers where something changes: whoever fills it in says why, or that nothing is said of it. */
export const whyChoices = [
  ...tellableWhys.map((value) => ({ value, text: tellableWords[value] })),
  { value: 'not_said', text: 'Say no reason' },
];
