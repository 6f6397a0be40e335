import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator';

/** Numbers between 0 and 1, neither included; the same row each time for the same seed. Not for secrets. */
export type Chance = () => number;

/**
 * Rows of chance that do not overlap, one after another: each begins 2^64 numbers after the one before it. What is
 * drawn from one row moves nothing of the others, so that two runs that differ in one wish differ in nothing else.
 */
export function rowsOfChance(seed: number): () => Chance {
  const root = xoroshiro128plus(seed);
  return () => {
    const row = root.clone() as JumpableRandomGenerator;
    root.jump();
    return () => ((row.next() >>> 0) + 0.5) / 2 ** 32;
  };
}

/** A draw of the standard normal distribution (Box and Muller 1958). */
export const normal = (chance: Chance): number =>
  Math.sqrt(-2 * Math.log(chance())) * Math.cos(2 * Math.PI * chance());

/**
 * By how much a rate that was seen in so many events may be off, as a factor: the logarithm of a rate of n events has
 * a standard error of about 1/√n.
 */
export const doubt = (events: number, chance: Chance): number =>
  Math.exp(normal(chance) / Math.sqrt(Math.max(events, 1)));

/** How many of some come out, each with the same probability: exact for few, by the normal approximation for many. */
export function binomial(of: number, probability: number, chance: Chance): number {
  if (of <= 0 || probability <= 0) return 0;
  if (probability >= 1) return of;
  const mean = of * probability;
  const variance = mean * (1 - probability);
  if (of > 60 && variance > 9)
    return Math.min(of, Math.max(0, Math.round(mean + Math.sqrt(variance) * normal(chance))));
  let out = 0;
  for (let one = 0; one < of; one++) if (chance() < probability) out++;
  return out;
}

/** The value below which a share of some sorted numbers lies. */
export const quantile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.floor(share * (sorted.length - 1) + 0.5)]!;
