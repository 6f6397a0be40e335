import { addDays } from '../../shared/clock.ts';
import { quantile } from './chance.rules.ts';
import { type Check, checkParts, type Verdict, verdictOf } from './check.rules.ts';
import { type Flows, learn } from './flows.rules.ts';
import { asOf, type History, type KnownAhead } from './history.rules.ts';
import {
  emptied,
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
  /** Of devices: the share of runs in which none was left, ready or held, as that week or one before it ended. */
  emptied?: number[];
  /** Of those who wait: in 8 of 10 runs nobody has then waited for more weeks. */
  longest?: number[];
  /** Within how many weeks whoever joins today is served; one more than are looked at: later. */
  joining?: Three;
  /** Of hours: the share of runs in which more are needed than supporters have, by week. */
  short?: number[];
};
/** One part as it is; where something is missing or its check went wrong it has no outlook. */
type PartAsItIs = {
  key: PartKey;
  now: number | null;
  missing: Missing[];
  check: Check;
  verdict: Verdict;
  asItIs: Outlook | null;
};
/** What a day's history comes to before anything is wished. */
export type Ahead = { flows: Flows; parts: PartAsItIs[] };
export type WhatIf = Partial<Record<PartKey, Outlook>>;
export type Part = PartAsItIs & { whatIf: Outlook | null };
export type Forecast = { day: string; weeks: string[]; parts: Part[]; known: KnownAhead };

/**
 * The coming half-year as it is, with what checking such forecasts against the past showed. The same history on the
 * same day gives the same numbers. A part is silent where its history is too short, or where its band held too rarely.
 * @param day civil date
 * @param minutes of a week that supporters have
 */
export function aheadOfDay(day: string, history: History, minutes: number): Ahead {
  const flows = learn(asOf(history, 0), 0, weeksAhead);
  const checks = checkParts(history);
  const parts = [...partsOf]
    .filter(([, of]) => !('kind' in of) || flows.kinds.includes(of.kind))
    .map(([key, of]) => {
      const check = checks[key];
      return {
        key,
        of,
        now: nowOf(flows, of),
        missing: missingOf(flows, of, day),
        check,
        verdict: verdictOf(check),
      };
    });
  const isSaid = ({ missing, verdict }: (typeof parts)[number]) =>
    missing.length === 0 && verdict !== 'wrong';
  const simulated = parts.some(isSaid) ? happen(day, flows, asItIs) : null;
  return {
    flows,
    parts: parts.map(({ of, ...part }) => ({
      ...part,
      asItIs: simulated && isSaid({ of, ...part }) ? outlookOf(of, simulated, minutes / 60) : null,
    })),
  };
}

/** How the parts of a day that are not silent would go on with what is wished. */
export function whatIfOf(day: string, { flows, parts }: Ahead, minutes: number, wishes: Wishes): WhatIf {
  const said = parts.filter(({ asItIs }) => asItIs);
  if (said.length === 0) return {};
  const simulated = happen(day, flows, wishes);
  const hours = minutes / 60 + wishes.hours;
  return Object.fromEntries(said.map(({ key }) => [key, outlookOf(partsOf.get(key)!, simulated, hours)]));
}

/** A forecast as it is read: what the day comes to, with what would be beside it. */
export const forecastOf = (day: string, known: KnownAhead, { parts }: Ahead, whatIf: WhatIf): Forecast => ({
  day,
  weeks: Array.from({ length: weeksAhead }, (_, week) => addDays(day, 7 * week + 6)),
  parts: parts.map((part) => ({ ...part, whatIf: whatIf[part.key] ?? null })),
  known,
});

/** Another day draws other numbers: its seed is the days since 1970. */
const happen = (day: string, flows: Flows, wishes: Wishes) =>
  simulate(flows, {
    weeks: weeksAhead,
    runs,
    seed: Math.floor(Date.parse(day) / 86_400_000),
    wishes,
  });

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
  if ('kind' in of) return { band, emptied: emptied(series, simulated) };
  return {
    band,
    longest: perWeek(simulated.longest[of.need], (sorted) => quantile(sorted, 0.8)),
    joining: threeOf(simulated.joining[of.need].toSorted()),
  };
}
