import { col, type RowOf } from '../../shared/rows.ts';
import { type DeviceKind, deviceKinds, kindsOfDevice } from '../../stock/devices/device-kinds.rules.ts';

// Time goes by weeks of seven days: 0 is the one that begins today, -1 the one that ended yesterday.

/** The needs for which someone waits. */
export const needs = ['device', 'data'] as const;
export type Need = (typeof needs)[number];

/** The need that a kind of device meets. */
export const needOf = (kind: DeviceKind): Need => kindsOfDevice[kind].meets;

/** What lasts from one week to another; how many of the same there were. */
const lasts = { from: col.number, to: col.orNull(col.number), count: col.number };

/**
 * What a device goes through: `prepared`, from the last passed check until it is lent (`lent`) or otherwise off the
 * shelf; `loan`, until it came back (`back`) or is gone; `preparing`, from a return until it is prepared again.
 */
export const DeviceSpell = {
  ...lasts,
  what: col.oneOf(['prepared', 'loan', 'preparing'] as const),
  kind: col.oneOf(deviceKinds),
  how: col.orNull(col.oneOf(['lent', 'back', 'prepared', 'gone'] as const)),
  /** Prepared, and not after a return: a gift, or mended. */
  fresh: col.boolean,
};
export type DeviceSpell = RowOf<typeof DeviceSpell>;

/** One open need of an accepted referral, until it was met or dropped. */
export const Wait = {
  ...lasts,
  need: col.oneOf(needs),
  how: col.orNull(col.oneOf(['met', 'dropped'] as const)),
};
export type Wait = RowOf<typeof Wait>;

/**
 * Support: plans that began in a week (`due` is null), and follow-ups by the weeks in which their plan began (null
 * without one), they were made, they were due, and they were called off.
 */
export const SupportRow = {
  start: col.orNull(col.number),
  made: col.number,
  due: col.orNull(col.number),
  off: col.orNull(col.number),
  count: col.number,
  minutes: col.number,
};
export type SupportRow = RowOf<typeof SupportRow>;

/** All that a forecast is made from. Nothing in it names anybody. */
export type History = { devices: DeviceSpell[]; waits: Wait[]; support: SupportRow[] };

const ByWeek = col.listOf(col.object({ week: col.number, count: col.number }));
/** What is known ahead and not drawn: data plans and loans of which the day comes, by week, and the time of supporters. */
export const KnownAhead = {
  dataEnds: ByWeek,
  dueBack: ByWeek,
  supporters: col.number,
  /** Supporters who have not said how much time they have. */
  unsaid: col.number,
  /** Minutes a week of those who have. */
  minutes: col.number,
};
export type KnownAhead = RowOf<typeof KnownAhead>;

/** A history as it was known when a week began: what ended later is still open, what began later is not there. */
export function asOf({ devices, waits, support }: History, at: number): History {
  const known = <S extends DeviceSpell | Wait>(spells: S[]): S[] =>
    spells
      .filter(({ from }) => from < at)
      .map((spell) => (spell.to !== null && spell.to >= at ? { ...spell, to: null, how: null } : spell));
  return {
    devices: known(devices),
    waits: known(waits),
    support: support
      .filter(({ made }) => made < at)
      .map((row) => (row.off !== null && row.off >= at ? { ...row, off: null } : row)),
  };
}

type Lasts = Pick<DeviceSpell, 'from' | 'to' | 'count'>;

/** How many last beyond the end of a week. */
export const openAfter = (spells: Lasts[], week: number): number =>
  spells.reduce(
    (sum, { from, to, count }) => (from <= week && (to === null || to > week) ? sum + count : sum),
    0,
  );

/** The devices of a kind that stand prepared, or held for someone. */
export const preparedOf = ({ devices }: History, kind: DeviceKind): DeviceSpell[] =>
  devices.filter((spell) => spell.what === 'prepared' && spell.kind === kind);

/** The minutes of follow-ups due in some weeks, from the first to the last, without what was called off. */
export const minutesIn = ({ support }: History, first: number, last: number): number =>
  support.reduce(
    (sum, { due, off, minutes }) =>
      due !== null && due >= first && due <= last && off === null ? sum + minutes : sum,
    0,
  );

/** Hazards by age in weeks: -ln of the share of those who go on, so that those of several weeks add up. */
export type Hazard = { byAge: Float64Array; events: number };

const oldest = 312;
const fewest = 10;

/**
 * How likely what lasts ends, by the weeks that it has lasted (Kaplan and Meier 1958, by weeks): of all that reached
 * an age in the weeks that are looked at, the share that ended at it. Ages that fewer than ten reached are taken together.
 * @param at the week before which all is known
 * @param looked the weeks that are looked at
 * @param ends what counts as an end
 */
export function hazardOf<S extends Lasts>(
  spells: S[],
  at: number,
  looked: (week: number, spell: S) => boolean,
  ends: (spell: S) => boolean = () => true,
): Hazard {
  const reached = new Float64Array(oldest);
  const ended = new Float64Array(oldest);
  for (const spell of spells) {
    const { from, to, count } = spell;
    const last = Math.min(oldest - 1, (to ?? at - 1) - from);
    for (let age = Math.max(0, at - 105 - from); age <= last; age++) {
      if (!looked(from + age, spell)) continue;
      reached[age]! += count;
      if (to === from + age && ends(spell)) ended[age]! += count;
    }
  }
  const total = (of: Float64Array, from: number) => of.subarray(from).reduce((sum, one) => sum + one, 0);
  let tail = 0;
  while (tail < oldest && reached[tail]! >= fewest) tail++;
  const start = total(reached, tail) > 0 ? tail : 0;
  const share = total(ended, start) / Math.max(total(reached, start), 1);
  return {
    byAge: Float64Array.from(
      { length: oldest },
      (_, age) => -Math.log(1 - (age < tail ? ended[age]! / reached[age]! : share)),
    ),
    events: total(ended, 0),
  };
}

/** What has an end at once, at whatever age. */
export const atOnce: Hazard = { byAge: new Float64Array(oldest).fill(Number.POSITIVE_INFINITY), events: 0 };

/** The hazards of the coming weeks added up, for what has an age: the first entry is of its own week. */
export function ahead({ byAge }: Hazard, age: number, weeks: number): Float64Array {
  const sums = new Float64Array(weeks);
  let sum = 0;
  for (let week = 0; week < weeks; week++) {
    sum += byAge[Math.min(age + week, oldest - 1)]!;
    sums[week] = sum;
  }
  return sums;
}
