import { Temporal } from 'temporal-polyfill';
import { ringing } from '../people/contact-hours.rules.ts';
import type { Hours } from '../people/contact-window.rules.ts';
import { addDays, zone } from '../shared/clock.ts';
import { minuteOf } from '../shared/date-parts.ts';
import type { FieldError } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';

/** A time that something takes: a civil date, `HH:MM` in London, and minutes. */
export const Slot = { dueOn: col.text, startsAt: col.text, minutes: col.number };
export type Slot = RowOf<typeof Slot>;

/** Times are offered on the quarters of an hour. */
const grid = 15;
/** How far a follow-up goes to find room; a month holds four of any weekday. */
const daysAhead = 28;

/** What a free time is looked for in. */
export type Around = {
  /** Times of the person and of the supporter: nothing may overlap with them. */
  taken: Slot[];
  /** How much is going on at other times: what is wanted goes where it is least. */
  crowd: (Slot & { count: number })[];
  /** The person's own hours; null for any. */
  hours: Hours[] | null;
  isDayOff(date: string): boolean;
  /** The present in London, `YYYY-MM-DDTHH:MM`: only what is later is free. */
  now: string;
  /** Whether it is looked for towards today first, for what has to be before a day. */
  back?: boolean;
};

/**
 * The free time next to the one that is wanted: between 9am and 5pm of a working day, within the person's own
 * hours where these allow any, the nearest on that day, and on the next day that has room when it has none.
 * What is wanted stands where nothing is free for a month.
 */
export function freeSlot(wanted: Slot, around: Around): Slot {
  const days = daysFrom(wanted.dueOn, around).filter((day) => isOpen(day, around));
  for (const hours of around.hours ? [around.hours, null] : [null])
    for (const dueOn of days) {
      const startsAt = freeTime({ ...wanted, dueOn }, { ...around, hours });
      if (startsAt) return { ...wanted, dueOn, startsAt };
    }
  return { ...wanted, dueOn: days[0] ?? wanted.dueOn };
}

function daysFrom(dueOn: string, { back, now }: Around): string[] {
  const forth = Array.from({ length: daysAhead }, (_, ahead) => addDays(dueOn, ahead));
  if (!back) return forth;
  const before = Array.from({ length: daysAhead }, (_, ago) => addDays(dueOn, -ago));
  return [...before.filter((day) => day > now.slice(0, 10)), ...forth];
}

/** Whether it is a day on which follow-ups are: no weekend, and none on which the scheme is closed. */
export const isOpen = (day: string, { isDayOff }: Pick<Around, 'isDayOff'>) =>
  Temporal.PlainDate.from(day).dayOfWeek <= 5 && !isDayOff(day);

/** The next days on which follow-ups are, from a civil date on. */
export function workdaysFrom(from: string, count: number, around: Pick<Around, 'isDayOff'>): string[] {
  return Array.from({ length: daysAhead }, (_, ahead) => addDays(from, ahead))
    .filter((day) => isOpen(day, around))
    .slice(0, count);
}

/** All times that are free on the day that is wanted, the best first. */
export function freeTimes(wanted: Slot, { taken, crowd, hours, now }: Around): string[] {
  const { dueOn, minutes } = wanted;
  const first = minuteOf(wanted.startsAt);
  const quarters = Array.from(
    { length: (ringing.to - ringing.from) / grid },
    (_, n) => ringing.from + n * grid,
  );
  const free = [...new Set([first, ...quarters])]
    .filter((from) => from >= ringing.from && from + minutes <= ringing.to)
    .map((from) => ({ dueOn, minutes, startsAt: timeOf(from) }))
    .filter(
      (slot) =>
        `${dueOn}T${slot.startsAt}` > now &&
        (!hours || isWithin(slot, hours)) &&
        !taken.some((one) => overlap(one, slot)),
    );
  const rank = (slot: Slot) => [
    crowd.reduce((sum, one) => sum + (overlap(one, slot) ? one.count : 0), 0),
    Math.abs(minuteOf(slot.startsAt) - first),
    -minuteOf(slot.startsAt),
  ];
  return free.sort((one, other) => compare(rank(one), rank(other))).map(({ startsAt }) => startsAt);
}

const freeTime = (wanted: Slot, around: Around) => freeTimes(wanted, around)[0];

function compare(one: number[], other: number[]): number {
  const place = one.findIndex((number, n) => number !== other[n]);
  return place === -1 ? 0 : one[place]! - other[place]!;
}

/** Whether two times have a minute in common. */
export function overlap(one: Slot, other: Slot): boolean {
  return startOf(one) < startOf(other) + other.minutes && startOf(other) < startOf(one) + one.minutes;
}

/** Whether a time lies within hours, from its first minute to its last. */
export function isWithin({ dueOn, startsAt, minutes }: Slot, hours: Hours[]): boolean {
  const weekday = Temporal.PlainDate.from(dueOn).dayOfWeek;
  const from = minuteOf(startsAt);
  return hours.some(
    (one) => one.days.includes(weekday) && minuteOf(one.from) <= from && from + minutes <= minuteOf(one.to),
  );
}

/**
 * What is wrong with a time that someone gave: in the hour that is left out when the clocks go forward there is none.
 * A time that comes twice, when they go back, is the first of the two.
 */
export function skippedTime(dueOn: string, startsAt: string): FieldError[] {
  const given = Temporal.PlainDateTime.from(`${dueOn}T${startsAt}`);
  const read = given.toZonedDateTime(zone).toPlainDateTime();
  if (read.equals(given)) return [];
  return [
    {
      pointer: '/startsAt',
      message: `The clocks go forward that night, so ${startsAt} does not exist. Give ${read.toPlainTime().round('minute').toString({ smallestUnit: 'minute' })} or another time.`,
    },
  ];
}

const timeOf = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
/** Minutes since a fixed day, on the clock face. */
const startOf = ({ dueOn, startsAt }: Slot) => Date.parse(`${dueOn}T${startsAt}Z`) / 60_000;
