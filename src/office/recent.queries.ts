import { Temporal } from 'temporal-polyfill';
import { wasLent } from '../lending/loans/loan.states.ts';
import { addDays, zone } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';

/** What Today tells of yesterday and today, in this order. */
export const recentTypes = [
  'referral.received',
  'referral.accepted',
  'loan.issued',
  'loan.returned',
  'incident.reported',
  'follow_up.outcome_recorded',
  'message.answered',
  'donation.recorded',
] as const;
export type RecentType = (typeof recentTypes)[number];

/** How often each thing happened since the beginning of the day before a civil date; those that did not are left out. */
export async function sinceYesterday(
  db: Reader,
  today: string,
): Promise<{ type: RecentType; count: number }[]> {
  const from = Temporal.PlainDate.from(addDays(today, -1)).toZonedDateTime(zone).toInstant().toString();
  return many(db, 'today.recent', { type: col.oneOf(recentTypes), count: col.number })`
    select type, count(*)::int as count from event e where at >= ${from}::timestamptz and type = any(${recentTypes as unknown as string[]}::text[])
      and (type <> 'loan.issued' or exists (select from event_subject s join loan l on l.id = s.subject_id
        where s.event_id = e.id and s.subject_type = 'loan' and ${wasLent('l')}))
    group by type order by array_position(${recentTypes as unknown as string[]}::text[], type)`;
}
