import { Temporal } from 'temporal-polyfill';
import { didHappen } from '../lending/incidents/incident.states.ts';
import { wasLent } from '../lending/loans/loan.states.ts';
import { addDays, zone } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { outcomeCounts } from '../support/follow-up.states.ts';

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
      and (type <> 'follow_up.outcome_recorded' or exists (select from event_subject s join follow_up_outcome o on o.follow_up_id = s.subject_id
        where s.event_id = e.id and o.recorded_at <= e.at and ${outcomeCounts('o')}))
      and (type <> 'loan.returned' or e."values"->'itemIds' is null or exists (select from jsonb_array_elements_text(e."values"->'itemIds') i (id)
        where not exists (select from return_taken_back k where k.loan_item_id = i.id::uuid and e.at >= k.returned_at and e.at <= k.taken_back_at)))
      and (type <> 'incident.reported' or exists (select from event_subject s join incident n on n.id = s.subject_id
        where s.event_id = e.id and s.subject_type = 'incident' and ${didHappen('n')}))
    group by type order by array_position(${recentTypes as unknown as string[]}::text[], type)`;
}
