import { addDays } from '../../shared/clock.ts';
import { type DeviceKind, deviceKinds } from '../../stock/devices/device-kinds.rules.ts';
import { quantile } from './chance.rules.ts';
import type { Flows } from './flows.rules.ts';
import { type History, minutesIn, type Need, needOf, needs, openAfter, preparedOf } from './history.rules.ts';
import type { Series, Simulated } from './simulation.rules.ts';

/** Something is said of a part only from so many weeks of history, and so many events within a year of it. */
export const leastWeeks = 26;
export const leastEvents = 20;

/** What a forecast is of: devices of a kind that stand prepared, needs that are waited for, or hours of follow-ups. */
export type PartKey = `ready-${DeviceKind}` | `waiting-${Need}` | 'hours';
export type PartOf = { kind: DeviceKind } | { need: Need } | { hours: true };

/** Every part with what it is of, in the order in which they are shown. */
export const partsOf: ReadonlyMap<PartKey, PartOf> = new Map<PartKey, PartOf>([
  ...deviceKinds.map((kind): [PartKey, PartOf] => [`ready-${kind}`, { kind }]),
  ...needs.map((need): [PartKey, PartOf] => [`waiting-${need}`, { need }]),
  ['hours', { hours: true }],
]);

/** What there is too little of to say anything, and from about when there is enough at this pace. */
export type Missing = { what: string; have: number; least: number; from: string | null };

/** What a part lacks: weeks of history, and events within the year that is looked at. */
export function missingOf(flows: Flows, of: PartOf, day: string): Missing[] {
  const needed = [{ what: 'weeks of history', have: flows.weeks, least: leastWeeks }];
  const events = (what: string, have: number) => needed.push({ what, have, least: leastEvents });
  if ('hours' in of) events('support plans begun', sum(flows.starts));
  else {
    const need = 'kind' in of ? needOf(of.kind) : of.need;
    const word = need === 'device' ? 'a device' : 'mobile data';
    events(`people referred for ${word}`, sum(flows.arrivals[need]));
    events(`people who got ${word}`, flows.met[need]);
    if ('kind' in of) {
      events('loans of this kind', flows.lent[of.kind]);
      events('loans that ended', flows.ended);
    }
  }
  return needed
    .filter(({ have, least }) => have < least)
    .map((one) => ({ ...one, from: fromWhen(one, flows.looked, day) }));
}

/** When there is enough at the pace of the weeks looked at; null where nothing came in them. */
function fromWhen(
  { what, have, least }: { what: string; have: number; least: number },
  looked: number,
  day: string,
): string | null {
  if (what === 'weeks of history') return addDays(day, 7 * (least - have));
  return have > 0 ? addDays(day, 7 * Math.ceil(((least - have) * looked) / have)) : null;
}

/** How many of a part there are as a week begins; of hours, nothing stands. */
export function nowOf(flows: Flows, of: PartOf): number | null {
  if ('hours' in of) return null;
  if ('kind' in of) return flows.stock[of.kind];
  return flows.queue[of.need].reduce((all, { count }) => all + count, 0);
}

/** What came of a part: how it stood at the end of a week; of hours the average of the four weeks until then. */
export function cameOf(history: History, of: PartOf, week: number): number {
  if ('hours' in of) return minutesIn(history, week - 3, week) / 60 / 4;
  if ('kind' in of) return openAfter(preparedOf(history, of.kind), week);
  return openAfter(
    history.waits.filter(({ need }) => need === of.need),
    week,
  );
}

/** The numbers of all runs that a part is of. */
export function seriesOf(of: PartOf, simulated: Simulated): Series {
  if ('hours' in of) return simulated.hours;
  return 'kind' in of ? simulated.ready[of.kind] : simulated.waiting[of.need];
}

/** The share of runs in which some week until then ended with none, by week. */
export function emptied(series: Series, { runs, weeks }: Pick<Simulated, 'runs' | 'weeks'>): number[] {
  const found = new Set<number>();
  return Array.from({ length: weeks }, (_, week) => {
    for (let run = 0; run < runs; run++) if (series[week * runs + run]! <= 0) found.add(run);
    return found.size / runs;
  });
}

/** The ends and the middle of a band that eight of ten runs are within. */
export type Three = { low: number; middle: number; high: number };

/** The band of some sorted numbers. */
export const threeOf = (sorted: Float64Array): Three => ({
  low: quantile(sorted, 0.1),
  middle: quantile(sorted, 0.5),
  high: quantile(sorted, 0.9),
});

/** A number of a band, to a tenth. */
export const tenth = (number: number): number => Math.round(number * 10) / 10;

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
