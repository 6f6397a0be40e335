import { Temporal } from 'temporal-polyfill';
import { zone } from '../shared/clock.ts';
import { minuteOf } from '../shared/date-parts.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { type Hours, nextOpening, opensEver } from './contact-window.rules.ts';
import type { NewContactPoint } from './patient.schemas.ts';

/** A way to reach someone with the hours that they gave for it. */
type Way = { channel: NewContactPoint['channel']; safe: boolean; hours?: Hours[] | null | undefined };

/** What does not work in the hours that someone gave, in a sentence; null where something does, or there are none. */
export function hoursWarning({ channel, safe, hours }: Way): string | null {
  if (!safe || !hours?.length) return null;
  if (channel === 'phone')
    return meetsWorkday(hours)
      ? null
      : 'Nobody rings in these hours (calls are Monday to Friday, 9am to 5pm): agree with them when to ring.';
  return opensEver(hours)
    ? null
    : 'No message can go out in these hours (Monday to Friday, 8am to 6pm): we ring instead.';
}

/** A follow-up that is ahead: the day from which its reminder may go, and its start as an instant. */
export const Ahead = { remindOn: col.text, start: col.text };
export type Ahead = RowOf<typeof Ahead>;

/** How many follow-ups start before a message about them may go in these hours. */
export function missedReminders(
  { channel, safe, hours }: Way,
  ahead: Ahead[],
  isDayOff: (date: string) => boolean,
): number {
  if (channel === 'phone' || !safe || !hours?.length || !opensEver(hours)) return 0;
  return ahead.filter(({ remindOn, start }) => {
    const from = Temporal.PlainDate.from(remindOn).toZonedDateTime(zone).toInstant();
    const opening = nextOpening(from, hours, isDayOff);
    return !opening || Temporal.Instant.compare(opening, Temporal.Instant.from(start)) >= 0;
  }).length;
}

/** The same in a sentence; null for none. */
export const missedWarning = (missed: number): string | null =>
  missed
    ? `These hours leave no time for a message before ${missed === 1 ? '1 follow-up' : `${missed} follow-ups`} of theirs: we ring instead.`
    : null;

/** When we ring people on a working day, in minutes from midnight. */
export const ringing = { from: 9 * 60, to: 17 * 60 };

/** Whether hours have something in common with those in which we ring. */
export const meetsWorkday = (hours: Hours[] | null): boolean =>
  !hours ||
  hours.some(
    ({ days, from, to }) =>
      days.some((day) => day <= 5) &&
      Math.max(minuteOf(from), ringing.from) < Math.min(minuteOf(to), ringing.to),
  );
