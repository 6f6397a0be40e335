import { learn, lookedBack } from './flows.rules.ts';
import { asOf, type History } from './history.rules.ts';
import {
  cameOf,
  missingOf,
  type PartKey,
  type PartOf,
  partsOf,
  seriesOf,
  tenth,
  threeOf,
} from './part.rules.ts';
import { type Series, simulate } from './simulation.rules.ts';

/** A forecast is looked back at every four weeks of the past year: how it did a month and three months later. */
const every = 4;
const horizons = { month: 4, quarter: 12 } as const;
const runs = 200;
/** Of fewer checks nothing is made. */
const leastChecks = 6;
/** A band of eight in ten that held less often than six in ten is not shown. */
const leastCoverage = 0.6;

type Held = { inside: number; of: number };
/**
 * How often what came was within the band, a month and three months later; by how much the middle was off on average,
 * and by how much it would have been off to say that all stays as it is.
 */
export type Check = { month: Held; quarter: Held; off: number; offAsBefore: number };

/**
 * `few`: too few checks to make anything of them; `wrong`: the band held too rarely, so that it is not shown;
 * `no-better`: it held, and its middle was further off than to say that all stays as it is; `good`.
 */
export const verdicts = ['few', 'wrong', 'no-better', 'good'] as const;
export type Verdict = (typeof verdicts)[number];

/**
 * Makes the forecast of earlier days with only what was known then, and holds it against what came. A day on which a
 * part would have been silent does not count for it.
 */
export function checkParts(history: History): Record<PartKey, Check> {
  const checks = Object.fromEntries(
    [...partsOf.keys()].map((key) => [
      key,
      { month: { inside: 0, of: 0 }, quarter: { inside: 0, of: 0 }, off: 0, offAsBefore: 0 },
    ]),
  ) as Record<PartKey, Check>;
  for (let at = -lookedBack; at <= -horizons.month; at += every) {
    const flows = learn(asOf(history, at), at, horizons.quarter);
    const said = [...partsOf].filter(([, of]) => missingOf(flows, of, anyDay).length === 0);
    if (said.length === 0) continue;
    const simulated = simulate(flows, { weeks: horizons.quarter, runs, seed: at, wishes: null });
    for (const [key, of] of said)
      for (const horizon of ['month', 'quarter'] as const) {
        const weeks = horizons[horizon];
        if (at + weeks > 0) continue;
        const { low, middle, high } = threeOf(spread(of, seriesOf(of, simulated), weeks));
        const came = cameOf(history, of, at + weeks - 1);
        const check = checks[key];
        check[horizon].of++;
        if (came >= low && came <= high) check[horizon].inside++;
        check.off += Math.abs(came - middle);
        check.offAsBefore += Math.abs(came - cameOf(history, of, at - 1));
      }
  }
  for (const check of Object.values(checks)) {
    const all = Math.max(1, check.month.of + check.quarter.of);
    check.off = tenth(check.off / all);
    check.offAsBefore = tenth(check.offAsBefore / all);
  }
  return checks;
}

/** The date from which a part could be said does not matter here. */
const anyDay = '2000-01-01';

/** What is made of a check. */
export function verdictOf({ month, quarter, off, offAsBefore }: Check): Verdict {
  const all = month.of + quarter.of;
  if (all < leastChecks) return 'few';
  if ((month.inside + quarter.inside) / all < leastCoverage) return 'wrong';
  return off > offAsBefore ? 'no-better' : 'good';
}

/** The runs at the end of some weeks, sorted; of hours the average of their last four, since no week is like another. */
function spread(of: PartOf, series: Series, weeks: number): Float64Array {
  const at = (week: number) => series.subarray(week * runs, (week + 1) * runs);
  if (!('hours' in of)) return at(weeks - 1).toSorted();
  const four = [1, 2, 3, 4].map((back) => at(weeks - back));
  return Float64Array.from(
    { length: runs },
    (_, run) => four.reduce((sum, week) => sum + week[run]!, 0) / 4,
  ).sort();
}
