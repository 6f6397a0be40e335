import { nameKey } from '../shared/name-key.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { standsForNone } from './patient.rules.ts';

/** What of a record tells whether it is of the same person. */
export const Likeness = {
  id: col.text,
  givenName: col.text,
  familyName: col.text,
  preferredName: col.orNull(col.text),
  dateOfBirth: col.orNull(col.text),
  nhsNumber: col.orNull(col.text),
  address: col.orNull(col.text),
  contacts: col.listOf(col.text),
};
export type Likeness = RowOf<typeof Likeness>;

/** What a referral or a line of a list says of someone; what it does not say is left out. */
type Description = Partial<Record<'preferredName' | 'dateOfBirth' | 'nhsNumber' | 'address', string | null>> &
  Pick<Likeness, 'givenName' | 'familyName'>;

/** A description of someone of whom there is no record, to be compared with records. */
export function likenessOf(said: Description, contactPoints: { value: string }[]): Likeness {
  const { givenName, familyName } = said;
  return {
    id: '',
    givenName,
    familyName,
    preferredName: said.preferredName ?? null,
    dateOfBirth: said.dateOfBirth ?? null,
    nhsNumber: said.nhsNumber ?? null,
    address: said.address ?? null,
    contacts: contactPoints.map(({ value }) => value),
  };
}

export const verdicts = ['agrees', 'close', 'partly', 'differs', 'unknown'] as const;
export type Verdict = (typeof verdicts)[number];
type Trait = 'name' | 'dateOfBirth' | 'nhsNumber' | 'contact' | 'address';

/** What speaks for one person, the more the likelier: the order in which records are shown. */
const points: Record<Trait, Partial<Record<Verdict, number>>> = {
  name: { agrees: 30, close: 20, partly: 15, differs: -15 },
  dateOfBirth: { agrees: 30, close: 15, differs: -25 },
  nhsNumber: { agrees: 45, differs: -60 },
  contact: { agrees: 25 },
  address: { agrees: 15 },
};

/** What two descriptions of a person are: of one, of two, or of one or two until someone has looked. */
export type Identity = 'same' | 'perhaps' | 'different';

export type Comparison = {
  identity: Identity;
  isLikely: boolean;
  score: number;
  traits: { trait: Trait; verdict: Verdict }[];
};

/**
 * Compares two descriptions of a person, thing by thing: the one rule that says whether they are the same
 * (rule 17), for referrals, lists, search for duplicates and everything that is sent (rule 25).
 */
export function compare(one: Likeness, other: Likeness): Comparison {
  const verdicts: Record<Trait, Verdict> = {
    name: names(one, other),
    dateOfBirth: births(knownBirth(one), knownBirth(other)),
    nhsNumber: both(knownNumber(one), knownNumber(other)),
    contact: contacts(one.contacts, other.contacts),
    address: both(plain(one.address), plain(other.address)),
  };
  const perhaps = isPerhapsSame(verdicts, shareGivenName(one, other));
  const identity = isSame(one, other, verdicts) ? 'same' : perhaps ? 'perhaps' : 'different';
  const traits = Object.entries(verdicts) as [Trait, Verdict][];
  return {
    identity,
    isLikely: identity !== 'different',
    score: traits.reduce((sum, [trait, verdict]) => sum + (points[trait][verdict] ?? 0), 0),
    traits: traits.map(([trait, verdict]) => ({ trait, verdict })),
  };
}

/** What stands for none, as older records may have it, identifies nobody. */
const knownBirth = ({ dateOfBirth }: Likeness) =>
  dateOfBirth && dateOfBirth > '1901-01-01' ? dateOfBirth : null;
const knownNumber = ({ nhsNumber }: Likeness) => (nhsNumber && standsForNone(nhsNumber) ? null : nhsNumber);

/** The same only where all that identifies is known, and agrees; a name by which someone is known as is not enough. */
function isSame(one: Likeness, other: Likeness, { nhsNumber, dateOfBirth }: Record<Trait, Verdict>): boolean {
  return nhsNumber === 'agrees' && dateOfBirth === 'agrees' && isNamedAlike(one, other);
}

/** Whether two are written with the same given and family name, in whatever way. */
export function isNamedAlike(
  one: Pick<Likeness, 'givenName' | 'familyName'>,
  other: Pick<Likeness, 'givenName' | 'familyName'>,
): boolean {
  const key = ({ givenName, familyName }: typeof one) => [nameKey(givenName), nameKey(familyName)];
  return key(one).join(' ') === key(other).join(' ') && key(one).join('') !== '';
}

/** Perhaps the same: one NHS number with whatever else, or enough that agrees where two NHS numbers do not speak against it. */
function isPerhapsSame(
  { name, dateOfBirth, nhsNumber, contact, address }: Record<Trait, Verdict>,
  sharesGiven: boolean,
): boolean {
  if (nhsNumber === 'agrees') return true;
  const reached = contact === 'agrees';
  if (nhsNumber === 'differs') return name === 'agrees' && dateOfBirth === 'agrees' && reached;
  const named = name === 'agrees' || name === 'close';
  const born = dateOfBirth === 'agrees' || dateOfBirth === 'close';
  if (born) return named || reached || (name === 'partly' && dateOfBirth === 'agrees');
  if (name === 'agrees') return reached || address === 'agrees';
  return reached && dateOfBirth === 'unknown' && (name !== 'differs' || sharesGiven);
}

/** The names by which someone is called, as they are compared. */
const givenNames = ({ givenName, preferredName }: Likeness) =>
  [givenName, preferredName ?? ''].map(nameKey).filter(Boolean);

const shareGivenName = (one: Likeness, other: Likeness) =>
  givenNames(one).some((name) => givenNames(other).includes(name));

/** Given and family name agree, also as known as; close: swapped, or the given name is an initial; partly: the family name alone. */
function names(one: Likeness, other: Likeness): Verdict {
  const [given, givenOther] = [givenNames(one), givenNames(other)];
  const [family, familyOther] = [nameKey(one.familyName), nameKey(other.familyName)];
  const [whole, wholeOther] = [[...given, family].join(''), [...givenOther, familyOther].join('')];
  if (!whole || !wholeOther) return 'unknown';
  if (family === familyOther && (shareGivenName(one, other) || whole === wholeOther)) return 'agrees';
  const isInitial = given.some((a) =>
    givenOther.some((b) => (a.length === 1 || b.length === 1) && a[0] === b[0]),
  );
  const isSwapped = given.includes(familyOther) && givenOther.includes(family);
  if (isSwapped || whole === wholeOther || (family === familyOther && isInitial)) return 'close';
  return family && family === familyOther ? 'partly' : 'differs';
}

/** Close: day and month are swapped, as one who writes dates the other way round does, or one of day, month and year differs. */
function births(one: string | null, other: string | null): Verdict {
  if (!one || !other) return 'unknown';
  if (one === other) return 'agrees';
  const parts = other.split('-');
  const alike = one.split('-').filter((part, place) => part === parts[place]).length;
  return alike === 2 || swapDayAndMonth(one) === other ? 'close' : 'differs';
}

/** `1980-02-11` as `1980-11-02`. */
export function swapDayAndMonth(date: string): string {
  const [year, month, day] = date.split('-');
  return `${year}-${day}-${month}`;
}

function contacts(one: string[], other: string[]): Verdict {
  if (!one.length || !other.length) return 'unknown';
  const known = new Set(one.map((value) => value.toLowerCase()));
  if (other.some((value) => known.has(value.toLowerCase()))) return 'agrees';
  // A number says nothing of an email, nor either of a letter.
  const kinds = new Set(one.map(kindOf));
  return other.some((value) => kinds.has(kindOf(value))) ? 'differs' : 'unknown';
}

/** What a way to reach someone is, by how it is written. */
export const kindOf = (contact: string) =>
  contact.includes('@') ? 'email' : /^\+?\d+$/.test(contact) ? 'number' : 'post';

const both = (one: string | null, other: string | null): Verdict =>
  !one || !other ? 'unknown' : one === other ? 'agrees' : 'differs';

const plain = (address: string | null) => (address ?? '').toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
