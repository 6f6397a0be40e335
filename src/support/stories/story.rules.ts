import { nameKey } from '../../shared/name-key.ts';

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

/**
 * What a text seems to give away, by kinds and without the words themselves. It finds what can be looked up; names of
 * others and of places are for whoever reads it.
 * @param own names of the person whose story it is
 * @param clinics names of clinics
 */
export function findsIn(text: string, { own, clinics }: { own: string[]; clinics: string[] }): Find[] {
  const said = partsOf(text);
  const sentence = ` ${said.join(' ')} `;
  const isSaid = (name: string) => {
    const parts = partsOf(name);
    return parts.length > 0 && sentence.includes(` ${parts.join(' ')} `);
  };
  const found: Record<Find, boolean> = {
    own_name: own
      .flatMap((name) => name.split(/\s+/))
      .some((part) => nameKey(part).length > 1 && isSaid(part)),
    clinic: clinics.some(isSaid),
    number: longNumber.test(text),
    email: address.test(text),
    postcode: postcode.test(text),
  };
  return finds.filter((kind) => found[kind]);
}

/** Words as they are compared; “Amal’s” is said of Amal too. */
const partsOf = (text: string) =>
  text
    .replaceAll(/['’]s\b/giu, '')
    .split(/[^\p{L}\p{M}\p{N}'’]+/u)
    .map(nameKey)
    .filter(Boolean);

/** What was found, in words. */
export const findsInWords = (found: Find[]): string => found.map((kind) => findWords[kind]).join(', ');

/** Why a story is not told outside with what was found in it, in a sentence; null where it may be. */
export function whyNotOutside(asked: Purpose[], found: Find[]): string | null {
  if (!found.length || asked.every((purpose) => purpose === 'inside')) return null;
  return `It seems to say ${findsInWords(found)}. Take that out before it is told outside the scheme.`;
}
