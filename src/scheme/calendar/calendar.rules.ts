import { col, type RowOf } from '../../shared/rows.ts';

/** A day on which the desk is closed: what it is called unless it is of a weekend, and the next working day. */
export const ClosedDay = {
  day: col.text,
  weekday: col.text,
  title: col.orNull(col.text),
  next: col.text,
};
export type ClosedDay = RowOf<typeof ClosedDay>;

/** What to know of a day that was chosen and on which the desk is closed, in a sentence or two. */
export const closedWords = ({ day, weekday, title, next }: ClosedDay): string =>
  `The desk is closed on ${day}, ${title ? `${weekday} (${title})` : `a ${weekday}`}. It is open again on ${next}.`;

/** The same as warnings: none for a working day. */
export const closedWarnings = (closed: ClosedDay | null): string[] => (closed ? [closedWords(closed)] : []);

/** Stands for the calendar, of which there is one. */
export const calendarId = '01900000-0000-7000-8000-0000000000ca';
/** The most days that are closed in one go. */
export const mostClosed = 31;

/** How many follow-ups move, and to which days, in their order. */
export function goingTo(moved: { dueOn: string }[]): {
  moved: number;
  movedTo: { day: string; followUps: number }[];
} {
  const days = Map.groupBy(moved, ({ dueOn }) => dueOn);
  const movedTo = [...days].map(([day, { length }]) => ({ day, followUps: length }));
  return {
    moved: moved.length,
    movedTo: movedTo.sort((one, other) => one.day.localeCompare(other.day)),
  };
}
