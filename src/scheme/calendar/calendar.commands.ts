import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { calendarId } from './calendar.rules.ts';

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
