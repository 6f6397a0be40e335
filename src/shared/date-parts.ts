import { Temporal } from 'temporal-polyfill';

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** The number of a month named in full or by its beginning; 0 for no month. */
const monthNamed = (name: string) =>
  name === 'sept' ? 9 : name.length < 3 ? 0 : months.findIndex((month) => month.startsWith(name)) + 1;

/** What was typed for a date, the month as its number or its name. */
export type DateParts = { day: string; month: string; year: string };

/**
 * Typed parts as a civil date, or what is wrong with them.
 * @param wanted what a date looks like here, for parts that are none
 */
export function readDateParts(typed: DateParts, wanted: string): { date: string } | { fault: string } {
  const [day, month, year] = [typed.day, typed.month, typed.year].map((part) =>
    part.normalize('NFKC').trim().toLowerCase(),
  ) as [string, string, string];
  const number = /^\d{1,2}$/.test(month) ? Number(month) : monthNamed(month);
  if (/^\d{1,3}$/.test(year)) return { fault: `Give the year with four digits. ${wanted}` };
  if (!/^\d{1,2}$/.test(day) || !/^\d{4}$/.test(year)) return { fault: wanted };
  if (number > 12 && Number(day) <= 12)
    return { fault: 'This date seems to have the month first. Give the day first, such as 6/8/2026.' };
  try {
    const parts = { year: Number(year), month: number, day: Number(day) };
    return { date: Temporal.PlainDate.from(parts, { overflow: 'reject' }).toString() };
  } catch {
    return { fault: wanted };
  }
}

/** Minutes since midnight of a time of day, `HH:MM`. */
export const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
