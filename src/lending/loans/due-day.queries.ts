import { closedOf } from '../../scheme/calendar/calendar.queries.ts';
import { closedWords } from '../../scheme/calendar/calendar.rules.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { invalid } from '../../shared/problem.ts';
import type { Typed } from '../../web/forms.ts';

/**
 * Asks once, before anything is saved, about a day ahead that someone chose and on which the desk is closed. A form that
 * is sent again with the same day keeps it: `keptDay` in its hidden fields says which was asked about.
 * @param dueOn civil date as it was read from `typed`
 * @throws Problem `invalid` at the field `dueOn`
 */
export async function askAboutClosedDay(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  typed: Typed,
  dueOn: string | undefined,
): Promise<void> {
  if (!dueOn || dueOn <= today(clock) || typed.keptDay === typedDay(typed)) return;
  const [closed] = await closedOf(db, [dueOn]);
  if (closed)
    throw invalid({
      pointer: '/dueOn',
      message: `${closedWords(closed)} Choose another day, or send the form once more to keep this one.`,
    });
}

/** The day as the hidden field of the form repeats it. */
const typedDay = (typed: Typed) => ['day', 'month', 'year'].map((part) => typed[`dueOn-${part}`]).join(' ');
