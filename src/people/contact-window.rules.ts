import { Temporal } from 'temporal-polyfill';
import { zone } from '../shared/clock.ts';
import { col, type RowOf } from '../shared/rows.ts';

/** When a person may be reached: on these ISO weekdays (1 is Monday), between two times of day, `HH:MM`. */
export const Hours = { days: col.listOf(col.number), from: col.text, to: col.text };
export type Hours = RowOf<typeof Hours>;

const opens = Temporal.PlainTime.from('08:00');
const closes = Temporal.PlainTime.from('18:00');
/** Far enough for one weekday that is off for many weeks running. */
const daysAhead = 70;

/**
 * The first instant from `now` on at which a message may go out: 08:00 to 18:00 Europe/London on
 * working days of England and Wales, narrowed by the person's own hours where they gave some.
 * @param isDayOff whether a civil date `YYYY-MM-DD` is a bank holiday or closed
 * @returns null when these hours never meet a working day's window
 */
export function nextOpening(
  now: Temporal.Instant,
  hours: Hours[] | null,
  isDayOff: (date: string) => boolean,
): Temporal.Instant | null {
  const first = now.toZonedDateTimeISO(zone).toPlainDate();
  for (let ahead = 0; ahead <= daysAhead; ahead++) {
    const day = first.add({ days: ahead });
    if (day.dayOfWeek > 5 || isDayOff(day.toString())) continue;
    for (const window of windowsOf(day.dayOfWeek, hours)) {
      const from = day.toZonedDateTime({ timeZone: zone, plainTime: window.from }).toInstant();
      const to = day.toZonedDateTime({ timeZone: zone, plainTime: window.to }).toInstant();
      if (Temporal.Instant.compare(now, to) < 0) return Temporal.Instant.compare(now, from) < 0 ? from : now;
    }
  }
  return null;
}

/** Whether these hours ever meet a working day's window. */
export const opensEver = (hours: Hours[] | null): boolean =>
  [1, 2, 3, 4, 5].some((weekday) => windowsOf(weekday, hours).length > 0);

/** `nextOpening` for instants as ISO 8601 text with milliseconds; the same text while the window is open. */
export function openingFrom(
  now: string,
  hours: Hours[] | null,
  isDayOff: (date: string) => boolean,
): string | null {
  const opening = nextOpening(Temporal.Instant.from(now), hours, isDayOff);
  return opening?.toString({ smallestUnit: 'millisecond' }) ?? null;
}

type Window = { from: Temporal.PlainTime; to: Temporal.PlainTime };

function windowsOf(weekday: number, hours: Hours[] | null): Window[] {
  if (!hours?.length) return [{ from: opens, to: closes }];
  return hours
    .filter(({ days }) => days.includes(weekday))
    .map(({ from, to }) => ({ from: later(time(from), opens), to: earlier(time(to), closes) }))
    .filter(({ from, to }) => Temporal.PlainTime.compare(from, to) < 0)
    .sort((one, other) => Temporal.PlainTime.compare(one.from, other.from));
}

/** Midnight at the end of a day is written 24:00. */
const time = (text: string) => Temporal.PlainTime.from(text === '24:00' ? '23:59' : text);
const later = (one: Temporal.PlainTime, other: Temporal.PlainTime) =>
  Temporal.PlainTime.compare(one, other) > 0 ? one : other;
const earlier = (one: Temporal.PlainTime, other: Temporal.PlainTime) =>
  Temporal.PlainTime.compare(one, other) < 0 ? one : other;
