import { type DeviceKind, deviceKinds } from '../../stock/devices/device-kinds.rules.ts';
import {
  ahead,
  atOnce,
  type DeviceSpell,
  type Hazard,
  type History,
  hazardOf,
  type Need,
  needOf,
  needs,
  openAfter,
  preparedOf,
} from './history.rules.ts';

/** Weeks of the past that flows are drawn from: a year, so that it has every season once. */
export const lookedBack = 52;
/** So many weeks after its start the follow-ups of a support plan are looked for. */
const planWeeks = 40;

/** How many of the same have an age in weeks as a forecast begins. */
export type Aged = { age: number; count: number };

/** What a history says of how things go, at the beginning of a week. */
export type Flows = {
  /** Weeks since anything was prepared or waited for. */
  weeks: number;
  /** Weeks that flows are drawn from; every list of weeks is of these, the earliest first. */
  looked: number;
  /** The kinds that were lent in these weeks. */
  kinds: DeviceKind[];
  stock: Record<DeviceKind, number>;
  fresh: Record<DeviceKind, number[]>;
  lent: Record<DeviceKind, number>;
  out: Record<DeviceKind, Aged[]>;
  inPreparation: Record<DeviceKind, Aged[]>;
  arrivals: Record<Need, number[]>;
  met: Record<Need, number>;
  queue: Record<Need, Aged[]>;
  /** How soon a need is met while there is something to lend. */
  meeting: Record<Need, Hazard>;
  dropping: Record<Need, Hazard>;
  /** Loans: how soon they end, and the share of which comes back. */
  ending: Hazard;
  ended: number;
  back: number;
  /** How soon what came back is prepared again. */
  preparing: Hazard;
  /** The share of prepared devices that go off the shelf in a week without being lent. */
  going: number;
  starts: number[];
  /** The minutes of follow-ups that a support plan has in each week from its start. */
  profile: number[];
  /** The minutes of follow-ups without a plan. */
  extra: number[];
  /** What is planned already, and the share of what is planned that is not called off. */
  planned: { count: number; minutes: number }[];
  kept: number;
};

/** Learns from a history how things go, as it was known at the beginning of a week: `asOf` has cut it to that. */
export function learn(history: History, at: number, weeksAhead: number): Flows {
  const { devices, waits } = history;
  const first = Math.min(
    at,
    ...devices.filter(({ what }) => what === 'prepared').map(({ from }) => from),
    ...waits.map(({ from }) => from),
  );
  const looked = Math.min(lookedBack, at - first);
  const weeks = Array.from({ length: looked }, (_, place) => at - looked + place);
  const isLooked = (week: number | null) => week !== null && week >= at - looked && week < at;
  const perWeek = <S extends { count: number }>(found: S[], weekOf: (one: S) => number | null) =>
    sumsBy(found, weekOf, weeks);

  const prepared = byKind((kind) => preparedOf(history, kind));
  const lent = byKind((kind) =>
    total(prepared[kind].filter(({ how, to }) => how === 'lent' && isLooked(to))),
  );
  const ended = devices.filter(({ what }) => what === 'loan');
  const endings = ended.filter(({ to }) => isLooked(to));
  const preparing = devices.filter(({ what }) => what === 'preparing');
  const shelf = devices.filter(({ what }) => what === 'prepared');
  const shelfWeeks = weeks.reduce((sum, week) => sum + openAfter(shelf, week), 0);
  const of = (need: Need) => waits.filter((wait) => wait.need === need);
  const isMet = ({ how }: { how: string | null }) => how === 'met';
  return {
    weeks: at - first,
    looked,
    kinds: deviceKinds.filter((kind) => lent[kind] > 0),
    stock: byKind((kind) => openAfter(prepared[kind], at - 1)),
    fresh: byKind((kind) =>
      perWeek(
        prepared[kind].filter(({ fresh }) => fresh),
        ({ from }) => from,
      ),
    ),
    lent,
    out: byKind((kind) =>
      ages(
        ended.filter((spell) => spell.kind === kind),
        at,
      ),
    ),
    inPreparation: byKind((kind) =>
      ages(
        preparing.filter((spell) => spell.kind === kind),
        at,
      ),
    ),
    arrivals: byNeed((need) => perWeek(of(need), ({ from }) => from)),
    met: byNeed((need) => total(of(need).filter((wait) => isMet(wait) && isLooked(wait.to)))),
    queue: byNeed((need) => ages(of(need), at)),
    meeting: byNeed((need) => meetingOf(of(need), at, freeWeeks(shelf, need))),
    dropping: byNeed((need) =>
      hazardOf(
        of(need),
        at,
        () => true,
        (wait) => !isMet(wait),
      ),
    ),
    ending: hazardOf(ended, at, () => true),
    ended: total(endings),
    back: total(endings.filter(({ how }) => how === 'back')) / Math.max(total(endings), 1),
    preparing: hazardOf(
      preparing,
      at,
      () => true,
      ({ how }) => how === 'prepared',
    ),
    going: shelfWeeks
      ? Math.min(1, total(shelf.filter(({ how, to }) => how === 'gone' && isLooked(to))) / shelfWeeks)
      : 0,
    ...supportOf(history, at, weeks, weeksAhead),
  };
}

/** Enough needs that were met while there was something to lend, to say how soon that is. */
const enoughMet = 20;

/**
 * How soon a need is met while something is there. Weeks at whose end nothing was left say only that more would have
 * been lent; where there are hardly any others, whatever comes in is lent at once.
 */
function meetingOf(waits: History['waits'], at: number, isFree: (week: number) => boolean): Hazard {
  const meeting = hazardOf(waits, at, isFree, ({ how }) => how === 'met');
  return meeting.events < enoughMet ? { ...atOnce, events: meeting.events } : meeting;
}

/** The weeks at whose end something that meets a need stood prepared. */
function freeWeeks(shelf: DeviceSpell[], need: Need): (week: number) => boolean {
  const ofNeed = shelf.filter(({ kind }) => needOf(kind) === need);
  const known = new Map<number, boolean>();
  return (week) => {
    const free = known.get(week) ?? openAfter(ofNeed, week) > 0;
    known.set(week, free);
    return free;
  };
}

function supportOf(history: History, at: number, weeks: number[], weeksAhead: number) {
  const { support } = history;
  const starts = support.filter(({ due }) => due === null);
  const followUps = support.filter(({ due }) => due !== null) as (History['support'][number] & {
    due: number;
  })[];
  const past = followUps.filter(({ due }) => due < at && due >= at - lookedBack);
  const withPlan = past.filter(
    ({ start, off }) => start !== null && start >= at - lookedBack && off === null,
  );
  const planned = followUps.filter(({ start, due, off }) => start !== null && due >= at && off === null);
  const beganUntil = (week: number) =>
    total(starts.filter(({ start }) => start! <= week && start! >= at - lookedBack));
  const minutes = (row: { minutes: number }) => row.minutes;
  const offsets = Array.from({ length: planWeeks }, (_, offset) => offset);
  const comingWeeks = Array.from({ length: weeksAhead }, (_, week) => at + week);
  const [counts, sums] = [
    sumsBy(planned, ({ due }) => due, comingWeeks),
    sumsBy(planned, ({ due }) => due, comingWeeks, minutes),
  ];
  return {
    starts: sumsBy(starts, ({ start }) => start, weeks),
    profile: sumsBy(withPlan, ({ start, due }) => due - start!, offsets, minutes).map((sum, offset) => {
      const began = beganUntil(at - 1 - offset);
      return began ? sum / began : 0;
    }),
    extra: sumsBy(
      past.filter(({ start, off }) => start === null && off === null),
      ({ due }) => due,
      weeks,
      minutes,
    ),
    planned: counts.map((count, week) => ({ count, minutes: sums[week]! })),
    kept: total(past.filter(({ off }) => off === null)) / Math.max(total(past), 1),
  };
}

/** How many there are in each of some weeks. */
function sumsBy<S>(
  found: S[],
  weekOf: (one: S) => number | null,
  weeks: number[],
  of: (one: S) => number = (one) => (one as { count: number }).count,
): number[] {
  const sums = new Map<number | null, number>();
  for (const one of found) sums.set(weekOf(one), (sums.get(weekOf(one)) ?? 0) + of(one));
  return weeks.map((week) => sums.get(week) ?? 0);
}

/** The hazards of loans and of preparing, added up from each age that something has. */
export const aheadOf = (hazard: Hazard, aged: Aged[], weeks: number) =>
  aged.map(({ age, count }) => ({ count, sums: ahead(hazard, age, weeks) }));

const total = (found: { count: number }[]) => found.reduce((sum, { count }) => sum + count, 0);

/** What is open as a week begins, by the weeks that it has lasted. */
function ages(spells: { from: number; to: number | null; count: number }[], at: number): Aged[] {
  const byAge = new Map<number, number>();
  for (const { from, to, count } of spells)
    if (to === null) byAge.set(at - from, (byAge.get(at - from) ?? 0) + count);
  return [...byAge].map(([age, count]) => ({ age, count })).sort((one, other) => one.age - other.age);
}

/** Something for each kind of device. */
export const byKind = <T>(make: (kind: DeviceKind) => T) =>
  Object.fromEntries(deviceKinds.map((kind) => [kind, make(kind)])) as Record<DeviceKind, T>;

/** Something for each need. */
export const byNeed = <T>(make: (need: Need) => T) =>
  Object.fromEntries(needs.map((need) => [need, make(need)])) as Record<Need, T>;
