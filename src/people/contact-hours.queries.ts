import { daysOff } from '../scheme/calendar/calendar.queries.ts';
import { timestamp, today } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { many } from '../shared/statements.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { Ahead, hoursWarning, missedReminders, missedWarning } from './contact-hours.rules.ts';
import type { NewContactWay } from './contact-point.schemas.ts';

/** What to say of the hours of a way to reach someone, for which follow-ups may be ahead. */
export async function warningsOf(
  db: Reader,
  { clock }: Deps,
  patientId: string,
  way: NewContactWay,
): Promise<string[]> {
  const never = hoursWarning(way);
  if (never || !way.safe || !way.hours?.length) return never ? [never] : [];
  const day = today(clock);
  const rows = await many(db, 'contact.follow-ups-ahead', Ahead)`
    select greatest(working_days_before(f.due_on, f.lead_days), ${day}::date) as "remindOn", start_of(f.due_on, f.starts_at) as start
    from follow_up f where f.patient_id = ${patientId} and ${isAhead('f')} and f.due_on <= ${day}::date + 100
      and start_of(f.due_on, f.starts_at) > ${timestamp(clock)}::timestamptz order by f.due_on limit 50`;
  const missed = missedReminders(way, rows, await daysOff(db, day));
  return [missedWarning(missed)].filter((warning) => warning !== null);
}
