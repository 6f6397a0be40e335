import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import { calendarId } from './calendar.rules.ts';

/**
 * Opens the scheme again on a day that was closed and is not over.
 * @throws Problem `not-found`
 */
export async function openDay(deps: Deps, ctx: Context, day: string): Promise<{ day: string }> {
  return command(deps, ctx, async (work) => {
    const opened = await run(work.trx, 'calendar.open')`
      delete from closed_day where day = ${day}::date and day >= ${work.today}::date`;
    if (!opened) throw new Problem('not-found');
    await recordEvent(work, {
      type: 'calendar.opened',
      subjects: [['calendar', calendarId]],
      values: { from: day, to: day, count: 1 },
    });
    return { day };
  });
}
