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
