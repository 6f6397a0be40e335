import { sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import { isOpenLoan, wasLent } from '../lending/loans/loan.states.ts';
import { onWaitingList } from '../referrals/referral.queries.ts';
import { zone } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import { isOffered } from '../stock/devices/device.queries.ts';

/** How many weeks the small charts of Today go back, that of today the last. */
const weeks = 12;

/** The scheme in numbers: how it stands now, and by week, oldest first, with the Monday on which they begin. */
export const Numbers = {
  since: col.text,
  lent: col.number,
  ready: col.number,
  waiting: col.number,
  referrals: col.listOf(col.number),
  loans: col.listOf(col.number),
  calls: col.listOf(col.number),
};
export type Numbers = RowOf<typeof Numbers>;

/**
 * The scheme in numbers, as Today shows it: one statement, over indexes alone.
 * @param today civil date
 */
export async function schemeNumbers(db: Reader, today: string): Promise<Numbers> {
  const day = Temporal.PlainDate.from(today);
  const monday = day.subtract({ days: day.dayOfWeek - 1, weeks: weeks - 1 });
  const since = monday.toString();
  const start = monday.toZonedDateTime(zone).toInstant().toString();
  const week = (date: ReturnType<typeof sql>) => sql`(${date} - ${since}::date) / 7`;
  const civil = (instant: ReturnType<typeof sql>) => sql`(${instant} at time zone 'Europe/London')::date`;
  const byWeek = (found: ReturnType<typeof sql>) => sql`
    (select json_agg(coalesce(n.count, 0) order by w) from generate_series(0, ${weeks - 1}::int) w left join (${found}) n on n.week = w)`;
  const row = await one(db, 'today.numbers', col.omit(Numbers, 'since'))`
    select (select count(*)::int from loan where ${isOpenLoan()}) as lent, (select count(*)::int from device d where ${isOffered(today)}) as ready,
      (select count(*)::int from referral r where ${onWaitingList('r')}) as waiting,
      ${byWeek(sql`select ${week(civil(sql`received_at`))} as week, count(*)::int from referral where received_at >= ${start}::timestamptz group by 1`)} as referrals,
      ${byWeek(sql`select ${week(sql`handover_on`)} as week, count(*)::int from loan where ${wasLent()} and handover_on between ${since}::date and ${today}::date group by 1`)} as loans,
      ${byWeek(sql`select ${week(sql`due_on`)} as week, count(*)::int from follow_up where status = 'done' and due_on between ${since}::date and ${today}::date group by 1`)} as calls`;
  return { since, ...row };
}
