import { sql } from 'kysely';
import { isOpenLoan } from '../lending/loans/loan.states.ts';
import { calendarId, goingTo, mostClosed } from '../scheme/calendar/calendar.rules.ts';
import type { ClosedDays, NewClosedDays } from '../scheme/calendar/calendar.schemas.ts';
import type { Context } from '../shared/actor.ts';
import { addDays, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { countOf, many, maybe } from '../shared/statements.ts';
import { moveOff, movesOff } from './day-off.commands.ts';

/**
 * Closes the scheme on the working days of a span, and moves the follow-ups that stand there in the same step:
 * each to the next free time of its person and its supporter. Messages wait for the next open day by themselves,
 * and what is planned from now on keeps clear.
 * @throws Problem `invalid` for a span that is over, too long, or has no working day left
 */
export async function closeDays(deps: Deps, ctx: Context, input: NewClosedDays): Promise<ClosedDays> {
  const { from, to } = readSpan(deps, input);
  return command(deps, ctx, async (work) => {
    const rows = await many(work.trx, 'calendar.close', { day: col.text })`
      insert into closed_day (day, title, by_name, added_at)
      select d::date, ${input.title.trim()}, ${ctx.actor.name}, ${work.at} from ${workingDays(from, to)} order by d on conflict do nothing
      returning day`;
    const days = rows.map(({ day }) => day);
    assertSome(days);
    const moved = await moveOff(work, days);
    await recordEvent(work, {
      type: 'calendar.closed',
      subjects: [['calendar', calendarId]],
      values: { from: days[0]!, to: days.at(-1)!, count: days.length },
    });
    return { days, ...goingTo(moved), loansDue: await loansDueOn(work.trx, days) };
  });
}

/**
 * What closing the working days of a span would close and move.
 * @throws Problem `invalid` as the closing would
 */
export async function previewClosing(
  deps: Deps,
  input: Pick<NewClosedDays, 'from' | 'to'>,
): Promise<ClosedDays> {
  const { from, to } = readSpan(deps, input);
  const rows = await many(deps.db, 'calendar.to-close', { day: col.text })`
    select d::date as day from ${workingDays(from, to)} order by d`;
  const days = rows.map(({ day }) => day);
  assertSome(days);
  return {
    days,
    ...goingTo(await movesOff(deps.db, deps, days)),
    loansDue: await loansDueOn(deps.db, days),
  };
}

/**
 * Moves the follow-ups that stand on a day that was closed, as closing it does.
 * @throws Problem `not-found` for a day that is not closed, or is over
 */
export async function clearDay(deps: Deps, ctx: Context, day: string): Promise<ClosedDays> {
  return command(deps, ctx, async (work) => {
    const known = await maybe(work.trx, 'calendar.closed-day', {})`
      select from closed_day where day = ${day}::date and day >= ${work.today}::date for share`;
    if (!known) throw new Problem('not-found');
    return {
      days: [day],
      ...goingTo(await moveOff(work, [day])),
      loansDue: await loansDueOn(work.trx, [day]),
    };
  });
}

/** How many open loans are due back on some days. What was agreed with the person stays. */
async function loansDueOn(db: Reader, days: string[]): Promise<number> {
  return countOf(
    db,
    'loan.count-due-on',
  )`from loan l where ${isOpenLoan('l')} and l.due_on = any(${days}::date[])`;
}

const workingDays = (from: string, to: string) =>
  sql`generate_series(${from}::date, ${to}::date, interval '1 day') d where is_working_day(d::date)`;

/** @throws Problem `invalid` */
function readSpan(
  { clock }: Deps,
  { from, to = from }: Pick<NewClosedDays, 'from' | 'to'>,
): { from: string; to: string } {
  if (from < today(clock)) throw invalid({ pointer: '/from', message: 'Give a first day that is not over.' });
  if (to < from) throw invalid({ pointer: '/to', message: 'Give a last day that is not before the first.' });
  if (to >= addDays(from, mostClosed))
    throw invalid({ pointer: '/to', message: `Close at most ${mostClosed} days in one go.` });
  return { from, to };
}

function assertSome(days: string[]): void {
  if (days.length) return;
  throw invalid({
    pointer: '/from',
    message: 'Give at least one working day: this is a weekend, a bank holiday or closed already.',
  });
}
