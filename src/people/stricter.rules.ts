import { nameKey } from '../shared/name-key.ts';
import { col, type RowOf } from '../shared/rows.ts';
import type { NewContactPoint, Patient } from './patient.schemas.ts';

type Point = Patient['contactPoints'][number];
type Hours = NonNullable<Point['hours']>;

/** What someone else says of ways to reach a person: a later referral, or another record of theirs. */
export type SaidPoint = Pick<NewContactPoint, 'channel' | 'value' | 'safe'> & {
  voicemailOk?: boolean | undefined;
  hours?: Hours | null | undefined;
  recheckDue?: string | null;
  stoppedAt?: string | null;
  failedAt?: string | null;
};

/** What may and may not be done with one way to reach a person. */
export const PointWord = {
  id: col.text,
  safe: col.boolean,
  safeFrom: col.orNull(col.text),
  recheckDue: col.orNull(col.text),
  voicemailOk: col.boolean,
  hours: col.orNull(col.listOf(col.object({ days: col.listOf(col.number), from: col.text, to: col.text }))),
  stoppedAt: col.orNull(col.text),
  failedAt: col.orNull(col.text),
};
export type PointWord = RowOf<typeof PointWord>;

/**
 * The stricter word of two on one way to reach a person (rules 17 and 25), for referrals and merges alike.
 * A number that is not safe to text is not safe to ring either, and one that was stopped by one way is not safe by
 * another; voicemail, hours, stop and failure are of the one way.
 */
export function stricterPoint(point: Point, said: SaidPoint[]): PointWord {
  const alike = said.filter((other) => isSameValue(other, point));
  const same = alike.find((other) => other.channel === point.channel);
  const common = same?.hours?.length ? commonHours(point.hours, same.hours) : null;
  const meets = !common || common.length > 0;
  const safe =
    point.safe &&
    meets &&
    alike.every((other) => other.safe && (other.channel === point.channel || !other.stoppedAt));
  return {
    id: point.id,
    safe,
    safeFrom: safe ? point.safeFrom : null,
    recheckDue: earliest([point.recheckDue, ...alike.map((other) => other.recheckDue)]),
    voicemailOk: point.voicemailOk && same?.voicemailOk !== false,
    hours: common?.length ? common : point.hours,
    stoppedAt: earliest([point.stoppedAt, same?.stoppedAt]),
    failedAt: earliest([point.failedAt, same?.failedAt]),
  };
}

/** Whether two ways to reach someone are to the same number or address, by whatever channel. */
export function isSameValue(one: { value: string }, other: { value: string }): boolean {
  return one.value.toLowerCase() === other.value.toLowerCase();
}

/** The times that two lists of hours share; null is any time. */
export function commonHours(held: Hours | null, said: Hours): Hours {
  if (!held?.length) return said;
  return held.flatMap((one) =>
    said.flatMap((other) => {
      const days = one.days.filter((day) => other.days.includes(day));
      const from = [one.from, other.from].sort()[1]!;
      const to = [one.to, other.to].sort()[0]!;
      return days.length && from < to ? [{ days, from, to }] : [];
    }),
  );
}

type Trusted = {
  name?: unknown;
  phone?: unknown;
  mayBeContacted?: unknown;
  contactFor?: unknown;
  first?: unknown;
  stoppedAt?: unknown;
  failedAt?: unknown;
};

/**
 * The trusted person as held, with the stricter word of the two where both are of one: contacted only where both allow
 * it and for what both name, first only where the other does not deny it, and stopped or failed where either number is.
 */
export function stricterTrust(
  held: Patient['trustedPerson'],
  said: Trusted | null | undefined,
): Patient['trustedPerson'] {
  if (!held || !said || !isOneTrusted(held, said)) return held;
  const [mine, theirs] = [topicsOf(held), topicsOf(said)];
  const topics = mine && theirs ? mine.filter((topic) => theirs.includes(topic)) : (mine ?? theirs);
  const became = (what: 'stoppedAt' | 'failedAt') =>
    earliest([textOf(held[what]), held.phone === said.phone ? textOf(said[what]) : null]);
  const [stoppedAt, failedAt] = [became('stoppedAt'), became('failedAt')];
  return {
    ...held,
    mayBeContacted: held.mayBeContacted === true && said.mayBeContacted === true && topics?.length !== 0,
    ...(topics?.length && { contactFor: topics }),
    ...(said.first === false && held.first === true && { first: false }),
    ...(stoppedAt && { stoppedAt }),
    ...(failedAt && { failedAt }),
  };
}

const topicsOf = ({ contactFor }: Trusted) => (Array.isArray(contactFor) ? (contactFor as string[]) : null);
const textOf = (value: unknown) => (typeof value === 'string' ? value : null);

/** One trusted person: of one number, or of one name, also where one of the two has only a part of it. */
function isOneTrusted(one: Trusted, other: Trusted): boolean {
  if (one.phone && one.phone === other.phone) return true;
  const words = ({ name }: Trusted) =>
    new Set(
      String(name ?? '')
        .split(/\s+/)
        .map(nameKey)
        .filter(Boolean),
    );
  const whole = (of: Trusted) => [...words(of)].join('');
  const [few, many] = [words(one), words(other)].sort((a, b) => a.size - b.size) as [
    Set<string>,
    Set<string>,
  ];
  return few.size > 0 && (few.isSubsetOf(many) || whole(one) === whole(other));
}

/** Messages name the scheme only where both say that they may (rule 12). */
export function stricterWording(
  held: Patient['wording'],
  said: Patient['wording'] | undefined,
): Patient['wording'] {
  return held === 'identified' && said === 'identified' ? 'identified' : 'discreet';
}

/** Only they make contact where either says so. */
export function stricterChoice(
  held: Patient['contactChoice'],
  said: Patient['contactChoice'] | undefined,
): Patient['contactChoice'] {
  return said === 'patient_contacts_us' ? 'patient_contacts_us' : held;
}

/** The earliest of days, or of instants, of one form; null when there is none. */
const earliest = (all: (string | null | undefined)[]): string | null =>
  all.filter((one) => typeof one === 'string').sort()[0] ?? null;
