import { Temporal } from 'temporal-polyfill';
import { invalid } from '../shared/problem.ts';

/**
 * The days that hours are counted for, as civil dates: the month before today's when none are named.
 * @throws Problem `invalid` when they end before they start, or are more than a year and a day
 */
export function hoursDays(
  given: { from?: string | undefined; to?: string | undefined },
  day: string,
): { from: string; to: string } {
  const month = Temporal.PlainDate.from(given.from ?? day).toPlainYearMonth();
  const whole = given.from ? month : month.subtract({ months: 1 });
  const from = given.from ?? whole.toPlainDate({ day: 1 }).toString();
  const to = given.to ?? whole.toPlainDate({ day: whole.daysInMonth }).toString();
  if (to < from) throw invalid({ pointer: '/to', message: 'Give a last day that is not before the first.' });
  if (Temporal.PlainDate.from(from).until(to).days > 366)
    throw invalid({ pointer: '/from', message: 'Ask for a year at most.' });
  return { from, to };
}
