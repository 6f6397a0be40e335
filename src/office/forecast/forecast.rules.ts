import { addDays } from '../../shared/clock.ts';
import { quantile } from './chance.rules.ts';
import { type Check, checkParts, type Verdict, verdictOf } from './check.rules.ts';
import { learn } from './flows.rules.ts';
import { asOf, type History, type KnownAhead } from './history.rules.ts';
import {
  type Missing,
  missingOf,
  nowOf,
  type PartKey,
  type PartOf,
  partsOf,
  seriesOf,
  type Three,
  tenth,
  threeOf,
} from './part.rules.ts';
import { asItIs, type Series, type Simulated, simulate, type Wishes } from './simulation.rules.ts';

/** How many weeks ahead is looked, and how often they are let happen. */
export const weeksAhead = 26;
const runs = 1000;

/** How a part goes on: a tenth of the runs is below `low`, half below `middle`, a tenth above `high`, by week. */
export type Outlook = {
  band: { low: number[]; middle: number[]; high: number[] };
  /** Of those who wait: in 8 of 10 runs nobody has then waited for more weeks. */
  longest?: number[];
  /** Within how many weeks whoever joins today is served; one more than are looked at: later. */
  joining?: Three;
  /** Of hours: the share of runs in which more are needed than supporters have, by week. */
  short?: number[];
};
/** One part; where something is missing or its check went wrong it has no outlook. */
export type Part = {
  key: PartKey;
  now: number | null;
  missing: Missing[];
  check: Check;
  verdict: Verdict;
  asItIs: Outlook | null;
  whatIf: Outlook | null;
};
export type Forecast = { day: string; weeks: string[]; parts: Part[]; known: KnownAhead };

/**
 * The coming half-year, with what checking such forecasts against the past showed. The same history on the same day
 * gives the same numbers. A part is silent where its history is too short, or where its band held too rarely.
 * @param day civil date
 * @param wishes what would be otherwise; null: nothing
 */
export function forecastOf(
  day: string,
  history: History,
  known: KnownAhead,
  wishes: Wishes | null,
): Forecast {
  const flows = learn(asOf(history, 0), 0, weeksAhead);
  const checks = checkParts(history);
  const parts = [...partsOf]
    .filter(([, of]) => !('kind' in of) || flows.kinds.includes(of.kind))
    .map(([key, of]) => {
      const missing = missingOf(flows, of, day);
      const check = checks[key];
      const verdict = verdictOf(check);
      const said = missing.length === 0 && verdict !== 'wrong';
      return { key, of, said, now: nowOf(flows, of), missing, check, verdict };
    });
  const happen = (given: Wishes | null) =>
    given && parts.some(({ said }) => said)
      ? simulate(flows, { weeks: weeksAhead, runs, seed: seedOf(day), wishes: given })
      : null;
  const [as, other] = [happen(asItIs), happen(wishes)];
  const hours = known.minutes / 60;
  return {
    day,
    weeks: Array.from({ length: weeksAhead }, (_, week) => addDays(day, 7 * week + 6)),
    parts: parts.map(({ of, said, ...part }) => ({
      ...part,
      asItIs: said && as ? outlookOf(of, as, hours) : null,
      whatIf: said && other ? outlookOf(of, other, hours + (wishes?.hours ?? 0)) : null,
    })),
    known,
  };
}

function outlookOf(of: PartOf, simulated: Simulated, hours: number): Outlook {
  const { runs, weeks } = simulated;
  const perWeek = <T>(series: Series, say: (sorted: Float64Array) => T): T[] =>
    Array.from({ length: weeks }, (_, week) => say(series.slice(week * runs, (week + 1) * runs).sort()));
  const series = seriesOf(of, simulated);
  const by = perWeek(series, threeOf);
  const band = {
    low: by.map(({ low }) => tenth(low)),
    middle: by.map(({ middle }) => tenth(middle)),
    high: by.map(({ high }) => tenth(high)),
  };
  if ('hours' in of)
    return {
      band,
      short: perWeek(series, (sorted) => sorted.filter((needed) => needed > hours).length / runs),
    };
  if ('kind' in of) return { band };
  return {
    band,
    longest: perWeek(simulated.longest[of.need], (sorted) => quantile(sorted, 0.8)),
    joining: threeOf(simulated.joining[of.need].toSorted()),
  };
}

/** The days since 1970: another day draws other numbers. */
const seedOf = (day: string) => Math.floor(Date.parse(day) / 86_400_000);
