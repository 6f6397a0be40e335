import { readNhsNumber } from '../../src/people/patient.rules.ts';
import { luhn } from '../../src/shared/codes.ts';

/** Chance that falls the same way each time. */
export type Random = ReturnType<typeof createRandom>;

/** A generator (mulberry32) of which the same seed gives the same row. Not for secrets. */
export function createRandom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** A whole number from `from` to `to`, both included. */
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const chance = (of: number) => next() < of;
  const text = (alphabet: string, length: number) =>
    Array.from({ length }, () => pick([...alphabet])).join('');
  return { between, pick, chance, text };
}

/** Numbers that look real and can be nobody's: the test range of NHS numbers, the drama range of phones. */
export function createNumbers(random: Random) {
  const seen = new Set<string>();
  const once = (make: () => string | null): string => {
    for (;;) {
      const made = make();
      if (made && !seen.has(made) && seen.add(made)) return made;
    }
  };
  const digits = (length: number) => random.text('0123456789', length);
  const withLuhn = (start: string) => {
    const last = [...'0123456789'].find((digit) => luhn(start + digit));
    return start + last;
  };
  return {
    nhsNumber: () => once(() => readNhsNumber(`999${digits(7)}`)),
    phone: () => once(() => `07700 900${digits(3)}`),
    imei: (start: string) => once(() => withLuhn(start + digits(6))),
    iccid: () => once(() => withLuhn(`8944${digits(14)}`)),
    serialNumber: () => once(() => random.text('0123456789ABCDEFGHJKLMNPQRSTVWXYZ', 11)),
  };
}
export type Numbers = ReturnType<typeof createNumbers>;
