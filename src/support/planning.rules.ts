import { addDays } from '../shared/clock.ts';
import { time } from '../shared/formats.ts';
import type { FieldError } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import {
  type Around,
  freeSlot,
  freeTimes,
  isOpen,
  isWithin,
  overlap,
  Slot,
  workdaysFrom,
} from './slot.rules.ts';
import { ways } from './support.rules.ts';
import { hoursFor, Person, wayFor } from './way.rules.ts';

/** A follow-up that looks for its time: the slot is the one that is wanted. */
export const Wanted = {
  ...Slot,
  patientId: col.text,
  supporterId: col.orNull(col.text),
  way: col.oneOf(ways),
  /** Whether it has to be before a day, and rather goes towards today. */
  back: col.optional(col.boolean),
};
export type Wanted = RowOf<typeof Wanted>;

/** What follow-ups are planned by: the people, what is taken, and the days without work. */
export const Diary = {
  people: col.listOf(col.object({ ...Person, id: col.text })),
  taken: col.listOf(
    col.object({ ...Slot, patientId: col.orNull(col.text), supporterId: col.orNull(col.text) }),
  ),
  /** How much is going on at which times, whoever does it. */
  crowd: col.listOf(col.object({ ...Slot, count: col.number })),
  daysOff: col.listOf(col.text),
};
export type Diary = RowOf<typeof Diary>;

/** The ways that people can use, in place of the usual ones; what only the person can begin is left out. */
export function inUsableWays<W extends Wanted>(wanted: W[], { people }: Diary, today: string): W[] {
  return wanted.flatMap((one) => {
    const person = people.find(({ id }) => id === one.patientId);
    const way = person ? wayFor(one.way, person, today) : one.way;
    return way ? [{ ...one, way }] : [];
  });
}

/**
 * Gives each follow-up a free time, in their order: one that has a time is in the way of those that come after it.
 * Those of nobody yet go where the least is going on, since any supporter may be given them.
 * What was to be in the past stays there.
 * @param now the present in London, `YYYY-MM-DDTHH:MM`
 */
export function arrange<W extends Wanted>(wanted: W[], diary: Diary, now: string): W[] {
  const taken = [...diary.taken];
  const crowd = [...diary.crowd];
  const today = now.slice(0, 10);
  return wanted.map((one) => {
    if (one.dueOn < today) return one;
    const slot = freeSlot(one, around(one, { ...diary, taken, crowd }, now));
    const placed = { ...one, dueOn: slot.dueOn, startsAt: slot.startsAt };
    taken.push(placed);
    crowd.push({ ...placed, count: 1 });
    return placed;
  });
}

/** What a follow-up looks for its time in. */
function around(one: Wanted, { people, taken, crowd, daysOff }: Diary, now: string): Around {
  const person = people.find(({ id }) => id === one.patientId);
  const isTheirs = (other: Diary['taken'][number]) =>
    other.patientId === one.patientId || (one.supporterId !== null && other.supporterId === one.supporterId);
  const closed = new Set(daysOff);
  return {
    taken: taken.filter(isTheirs),
    crowd: one.supporterId ? [] : crowd,
    hours: person ? hoursFor(one.way, person, now.slice(0, 10)) : null,
    isDayOff: (day) => closed.has(day),
    now,
    ...(one.back && { back: true }),
  };
}

/** When someone who did not answer is tried again: at 10am of the next working day, and on another day at the time that it was. */
export function timesToTryAgain(missed: Wanted, diary: Diary, now: string): Slot[] {
  const tomorrow = addDays(now.slice(0, 10), 1);
  const first = arrange([{ ...missed, dueOn: tomorrow, startsAt: '10:00' }], diary, now);
  return first.flatMap((one) => {
    const other = { ...missed, dueOn: addDays(one.dueOn, 1) };
    return [one, ...arrange([other], diary, now)];
  });
}

/** How many working days someone who moves a follow-up is offered, and how far apart its times are, in minutes. */
const offered = { days: 8, apart: 30 };

/** The times that are free for a follow-up, by working day from a civil date on; a day that is full has none. */
export function freeDays(
  one: Wanted,
  diary: Diary,
  { from, now }: { from: string; now: string },
): { day: string; times: string[] }[] {
  const within = around(one, diary, now);
  return workdaysFrom(from, offered.days, within).map((day) => ({
    day,
    times: freeTimes({ ...one, dueOn: day }, within)
      .filter((at) => Number(at.slice(3)) % offered.apart === 0)
      .sort(),
  }));
}

/** Why a follow-up cannot be at the time that is wanted, and which is free next to it; nothing where it can. */
export function whyNotThen(wanted: Wanted, diary: Diary, now: string): FieldError | undefined {
  const within = around(wanted, diary, now);
  if (!isOpen(wanted.dueOn, within))
    return { pointer: '/dueOn', message: 'Nobody works on this day. Give a working day.' };
  const isBusy = within.taken.some((one) => overlap(one, wanted));
  const isOutside = within.hours !== null && !isWithin(wanted, within.hours);
  if (!isBusy && !isOutside) return undefined;
  const [free] = freeTimes(wanted, within);
  const instead = free
    ? `Free next to it is ${time(free)}.`
    : 'Nothing else is free that day: give another one.';
  return {
    pointer: '/startsAt',
    message: `${isBusy ? 'There is something else at that time.' : 'This is outside the hours that they gave.'} ${instead}`,
  };
}
