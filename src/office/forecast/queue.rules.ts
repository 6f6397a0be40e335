import type { Aged } from './flows.rules.ts';

/** The longest wait that is told apart, in weeks. */
const longestWait = 156;

/** Those who wait for one thing, by the whole weeks that they have waited. */
export type Queue = {
  byAge: Float64Array;
  /** No one has waited for more weeks. */
  oldest: number;
};

/** The queue as a forecast begins. */
export function queueOf(waiting: Aged[]): Queue {
  const byAge = new Float64Array(longestWait + 1);
  for (const { age, count } of waiting) byAge[Math.min(age, longestWait)]! += count;
  return { byAge, oldest: Math.min(longestWait, Math.max(0, ...waiting.map(({ age }) => age))) };
}

/** How many wait. */
export const waitingIn = ({ byAge }: Queue): number => byAge.reduce((sum, count) => sum + count, 0);

/** A week goes by. @returns for how many weeks at most whoever is left has waited now; 0 when nobody is */
export function growOlder(queue: Queue): number {
  const { byAge } = queue;
  while (queue.oldest > 0 && byAge[queue.oldest] === 0) queue.oldest--;
  const longest = byAge[queue.oldest]! > 0 ? queue.oldest + 1 : 0;
  const past = byAge[longestWait]!;
  byAge.copyWithin(1, 0, longestWait);
  byAge[longestWait]! += past;
  byAge[0] = 0;
  queue.oldest = Math.min(longestWait, queue.oldest + 1);
  return longest;
}
