import jstat from 'jstat';

/** The same people before and after: what is typical of both, and of the difference, with its 95% interval. */
export type Paired = {
  pairs: number;
  before: number;
  after: number;
  beforeMedian: number;
  afterMedian: number;
  difference: number;
  low: number;
  high: number;
  /** d_av; null where nobody differs from anybody. */
  effect: number | null;
};

/** With fewer pairs than this nothing is said of them. */
export const fewestPairs = 8;

/**
 * Compares pairs of totals: the interval is that of Student's t for paired differences. The effect size is d_av, the
 * mean difference by the mean of both standard deviations, which can be held against that of other studies.
 * Source: Lakens 2013, doi 10.3389/fpsyg.2013.00863, equation 10. Null for fewer than 8 pairs.
 */
export function compared(pairs: { before: number; after: number }[]): Paired | null {
  const n = pairs.length;
  if (n < fewestPairs) return null;
  const { jStat } = jstat;
  const before = pairs.map((pair) => pair.before);
  const after = pairs.map((pair) => pair.after);
  const differences = pairs.map((pair) => pair.after - pair.before);
  const difference = jStat.mean(differences);
  const margin = (jStat.studentt.inv(0.975, n - 1) * jStat.stdev(differences, true)) / Math.sqrt(n);
  const spread = (jStat.stdev(before, true) + jStat.stdev(after, true)) / 2;
  return {
    pairs: n,
    before: jStat.mean(before),
    after: jStat.mean(after),
    beforeMedian: jStat.median(before),
    afterMedian: jStat.median(after),
    difference,
    low: difference - margin,
    high: difference + margin,
    effect: spread === 0 ? null : difference / spread,
  };
}
