import { nameKey } from './patient.rules.ts';
import type { Patient } from './patient.schemas.ts';

/** What of a record tells whether it is of the same person. */
export type Likeness = Pick<
  Patient,
  'id' | 'givenName' | 'familyName' | 'preferredName' | 'dateOfBirth' | 'nhsNumber' | 'address'
> & { contacts: string[] };

export const verdicts = ['agrees', 'close', 'partly', 'differs', 'unknown'] as const;
export type Verdict = (typeof verdicts)[number];
type Trait = 'name' | 'dateOfBirth' | 'nhsNumber' | 'contact' | 'address';

/**
 * How much each thing that two records have in common, or not, speaks for one person. Where one of them
 * does not say, it speaks neither way.
 */
const points: Record<Trait, Partial<Record<Verdict, number>>> = {
  name: { agrees: 30, close: 20, partly: 15, differs: -15 },
  dateOfBirth: { agrees: 30, close: 15, differs: -25 },
  nhsNumber: { agrees: 45, differs: -60 },
  contact: { agrees: 25 },
  address: { agrees: 15 },
};
/** From so many points on two records are shown as likely the same; one thing alone is never enough (rule 18). */
const likelyFrom = 45;

export type Comparison = {
  score: number;
  isLikely: boolean;
  traits: { trait: Trait; verdict: Verdict }[];
};

/** Compares two records, thing by thing. */
export function compare(one: Likeness, other: Likeness): Comparison {
  const traits = [
    { trait: 'name', verdict: names(one, other) },
    { trait: 'dateOfBirth', verdict: births(one.dateOfBirth, other.dateOfBirth) },
    { trait: 'nhsNumber', verdict: both(one.nhsNumber, other.nhsNumber) },
    { trait: 'contact', verdict: contacts(one.contacts, other.contacts) },
    { trait: 'address', verdict: both(plain(one.address), plain(other.address)) },
  ] as const satisfies { trait: Trait; verdict: Verdict }[];
  const score = traits.reduce((sum, { trait, verdict }) => sum + (points[trait][verdict] ?? 0), 0);
  const inCommon = traits.filter(({ verdict }) => verdict !== 'differs' && verdict !== 'unknown').length;
  return { score, isLikely: score >= likelyFrom && inCommon > 1, traits: [...traits] };
}

/** Given and family name agree, also as known as; close: swapped, or the given name is an initial; partly: the family name alone. */
function names(one: Likeness, other: Likeness): Verdict {
  const given = (of: Likeness) => [of.givenName, of.preferredName ?? ''].map(nameKey).filter(Boolean);
  const family = (of: Likeness) => nameKey(of.familyName);
  const shares = given(one).some((name) => given(other).includes(name));
  if (family(one) === family(other)) {
    if (shares) return 'agrees';
    const isInitial = given(one).some((a) =>
      given(other).some((b) => (a.length === 1 || b.length === 1) && a[0] === b[0]),
    );
    return isInitial ? 'close' : 'partly';
  }
  const isSwapped = given(one).includes(family(other)) && given(other).includes(family(one));
  return isSwapped ? 'close' : 'differs';
}

/** Close: day and month are swapped, as one who writes dates the other way round does. */
function births(one: string | null, other: string | null): Verdict {
  if (!one || !other) return 'unknown';
  if (one === other) return 'agrees';
  return swapDayAndMonth(one) === other ? 'close' : 'differs';
}

/** `1980-02-11` as `1980-11-02`. */
export function swapDayAndMonth(date: string): string {
  const [year, month, day] = date.split('-');
  return `${year}-${day}-${month}`;
}

function contacts(one: string[], other: string[]): Verdict {
  if (!one.length || !other.length) return 'unknown';
  const known = new Set(one.map((value) => value.toLowerCase()));
  return other.some((value) => known.has(value.toLowerCase())) ? 'agrees' : 'differs';
}

const both = (one: string | null, other: string | null): Verdict =>
  !one || !other ? 'unknown' : one === other ? 'agrees' : 'differs';

const plain = (address: string | null) => (address ?? '').toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
