import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { addDays, timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { standing } from './calendar.queries.ts';
import { calendarId, mostClosed } from './calendar.rules.ts';
import type { ClosedDays, NewClosedDays } from './calendar.schemas.ts';

/**
 * Closes the scheme on the working days of a span. Messages wait for the next open day by themselves, and what is
 * planned from now on keeps clear; follow-ups that stand there are left to people, who agreed on them with someone.
 * @throws Problem `invalid` for a span that is over, too long, or has no working day left
 */
export async function closeDays(deps: Deps, ctx: Context, input: NewClosedDays): Promise<ClosedDays> {
  const { from, to = from, title } = input;
  if (from < today(deps.clock))
    throw invalid({ pointer: '/from', message: 'Give a first day that is not over.' });
  if (to < from) throw invalid({ pointer: '/to', message: 'Give a last day that is not before the first.' });
  if (to >= addDays(from, mostClosed))
    throw invalid({ pointer: '/to', message: `Close at most ${mostClosed} days in one go.` });
  return command(deps, ctx, async (trx) => {
    const { rows } = await sql<{ day: string; followUps: number }>`/* calendar.close */
      insert into closed_day as c (day, title, by_name, added_at)
      select d::date, ${title.trim()}, ${ctx.actor.name}, ${timestamp(deps.clock)} from generate_series(${from}::date, ${to}::date, interval '1 day') d
      where is_working_day(d::date) order by d on conflict do nothing
      returning c.day, ${standing} as "followUps"`.execute(trx);
    if (!rows.length)
      throw invalid({
        pointer: '/from',
        message: 'Give at least one working day: this is a weekend, a bank holiday or closed already.',
      });
    await recordEvent(trx, deps, ctx, {
      type: 'calendar.closed',
      subjects: [['calendar', calendarId]],
      values: { from: rows[0]!.day, to: rows.at(-1)!.day, count: rows.length },
    });
    return {
      days: rows.map(({ day }) => day),
      followUps: rows.reduce((sum, { followUps }) => sum + followUps, 0),
    };
  });
}

/**
 * Opens the scheme again on a day that was closed and is not over.
 * @throws Problem `not-found`
 */
export async function openDay(deps: Deps, ctx: Context, day: string): Promise<{ day: string }> {
  return command(deps, ctx, async (trx) => {
    const { numAffectedRows } = await sql`/* calendar.open */
      delete from closed_day where day = ${day}::date and day >= ${today(deps.clock)}::date`.execute(trx);
    if (!numAffectedRows) throw new Problem('not-found');
    await recordEvent(trx, deps, ctx, {
      type: 'calendar.opened',
      subjects: [['calendar', calendarId]],
      values: { from: day, to: day, count: 1 },
    });
    return { day };
  });
}
