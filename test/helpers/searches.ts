/** The one place that reads whether searches at random are long, as in `npm run test:long`. */
const isLong = Boolean(process.env.LONG_SEARCHES);

/** How many rounds a search at random makes: `short` in `npm test`, `long` in `npm run test:long`. */
export const rounds = ({ short, long }: { short: number; long: number }): number => (isLong ? long : short);

/**
 * What fast-check needs for a search at random. Its seed is written beside the rounds, so that it can be made again:
 * `SEARCH_SEED=123 node scripts/test.ts --only <file>`.
 */
export function search(
  t: { comment(text: string): void },
  lengths: { short: number; long: number },
): { numRuns: number; seed: number } {
  const numRuns = rounds(lengths);
  const seed = Number(process.env.SEARCH_SEED) || Math.floor(Math.random() * 2 ** 31);
  t.comment(`${numRuns} rounds with the seed ${seed}`);
  return { numRuns, seed };
}
