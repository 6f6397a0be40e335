import { col, type RowOf } from '../shared/rows.ts';
import { freeSlot, Slot } from './slot.rules.ts';
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
  const daysOff = new Set(diary.daysOff);
  const today = now.slice(0, 10);
  return wanted.map((one) => {
    if (one.dueOn < today) return one;
    const person = diary.people.find(({ id }) => id === one.patientId);
    const isTheirs = (other: Diary['taken'][number]) =>
      other.patientId === one.patientId ||
      (one.supporterId !== null && other.supporterId === one.supporterId);
    const slot = freeSlot(one, {
      taken: taken.filter(isTheirs),
      crowd: one.supporterId ? [] : crowd,
      hours: person ? hoursFor(one.way, person, today) : null,
      isDayOff: (day) => daysOff.has(day),
      now,
      ...(one.back && { back: true }),
    });
    const placed = { ...one, dueOn: slot.dueOn, startsAt: slot.startsAt };
    taken.push(placed);
    crowd.push({ ...placed, count: 1 });
    return placed;
  });
}
