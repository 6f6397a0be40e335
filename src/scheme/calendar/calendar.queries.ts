import { type RawBuilder, sql } from 'kysely';
import { isOpenLoan } from '../../lending/loans/loan.states.ts';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { isAhead } from '../../support/follow-up.states.ts';
import { ClosedDay } from './calendar.rules.ts';
import { Calendar } from './calendar.schemas.ts';

/** How many follow-ups still stand on a closed day `c`. */
const standing = sql`(select count(*)::int from follow_up f where f.due_on = c.day and ${isAhead('f')})`;

/** How many open loans are due back on a closed day `c`. */
const due = sql`(select count(*)::int from loan l where l.due_on = c.day and ${isOpenLoan('l')})`;

/** What a civil date in SQL is when the desk is closed on it, as `ClosedDay`; null for a working day, and for no date. */
export const closedJson = (
  day: RawBuilder<unknown> | string | null,
) => sql`case when not is_working_day(${day}::date) then json_build_object(
  'day', ${day}::date, 'weekday', to_char(${day}::date, 'FMDay'), 'next', working_day_from(${day}::date), 'title', coalesce(
    (select title from bank_holiday where day = ${day}::date limit 1), (select title from closed_day where day = ${day}::date limit 1))) end`;

/** Those of some civil dates on which the desk is closed. */
export async function closedOf(db: Reader, days: string[]): Promise<ClosedDay[]> {
  const rows = await many(db, 'calendar.closed-of', { closed: col.orNull(col.object(ClosedDay)) })`
    select ${closedJson(sql`d.day`)} as closed from unnest(${days}::date[]) d (day)`;
  return rows.flatMap(({ closed }) => closed ?? []);
}

/** The days from a civil date on that are no working days, beside weekends. One statement. */
export async function readCalendar(db: Reader, from: string): Promise<Calendar> {
  return one(db, 'calendar.read', Calendar.properties)`
    select coalesce((select json_agg(json_build_object('day', c.day, 'title', c.title, 'byName', c.by_name, 'followUps', ${standing}, 'loansDue', ${due}) order by c.day)
        from closed_day c where c.day >= ${from}::date), '[]') as "closedDays",
      coalesce((select json_agg(json_build_object('day', day, 'title', title) order by day) from bank_holiday where day >= ${from}::date), '[]') as "bankHolidays"`;
}

/** Whether a civil date is a day off, beside weekends: for the months about `from`. */
export async function daysOff(db: Reader, from: string): Promise<(date: string) => boolean> {
  const rows = await many(db, 'calendar.days-off', { day: col.text })`
    select day from day_off where day between ${from}::date - 7 and ${from}::date + 120`;
  const days = new Set(rows.map(({ day }) => day));
  return (date) => days.has(date);
}
