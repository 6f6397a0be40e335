import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { isAhead } from '../../support/follow-up.states.ts';
import { Calendar } from './calendar.schemas.ts';

/** How many follow-ups still stand on a closed day `c`. */
const standing = sql`(select count(*)::int from follow_up f where f.due_on = c.day and ${isAhead('f')})`;

/** The days from a civil date on that are no working days, beside weekends. One statement. */
export async function readCalendar(db: Reader, from: string): Promise<Calendar> {
  return one(db, 'calendar.read', Calendar.properties)`
    select coalesce((select json_agg(json_build_object('day', c.day, 'title', c.title, 'byName', c.by_name, 'followUps', ${standing}) order by c.day)
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
