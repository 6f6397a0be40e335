import { isDueIn } from '../lending/loans/loan.queries.ts';
import { couldBeHelped } from '../referrals/allocations/waiting-list.queries.ts';
import { waitingSince } from '../referrals/referral.queries.ts';
import { isUndecided } from '../referrals/referral.states.ts';
import { lacksDutyContact } from '../scheme/organisations/duty-contact.queries.ts';
import type { Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { isLow } from '../stock/accessories/accessory.queries.ts';
import { isEndingSoon } from '../stock/data-plans/data-plan.queries.ts';
import { isRepairLate } from '../stock/devices/repair.queries.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { workKinds } from './work.rules.ts';

/** How much of a kind there is to do, and the day since when the oldest waits (null when there is none). */
export const Work = { kind: col.oneOf(workKinds), count: col.number, oldest: col.orNull(col.text) };
export type Work = RowOf<typeof Work>;

/**
 * What needs doing today, counted by the conditions of the lists that it leads to: one statement.
 * @param today civil date
 */
export async function worklist(db: Reader, today: string): Promise<Work[]> {
  const rows = await many(db, 'today.worklist', Work)`
    with work (kind, count, oldest) as (
      select 'referrals_to_decide', count(*), (min(received_at) at time zone 'Europe/London')::date from referral where ${isUndecided()}
      union all
      select 'waiting_and_in_stock', count(*), (min(${waitingSince('r')}) at time zone 'Europe/London')::date from referral r where ${couldBeHelped(today)}
      union all
      select 'devices_to_prepare', count(*), min(cycle_started_on) from device where status = 'in_preparation'
      union all
      select 'devices_due_back', count(*), (min(changed_at) at time zone 'Europe/London')::date from device where status = 'due_back'
      union all
      select 'repairs_late', count(*), min(r.expected_back_on) from repair r join device d on d.id = r.device_id
      where ${isRepairLate(today)}
      union all
      select 'follow_ups_today', count(*), min(due_on) from follow_up where ${isAhead()} and due_on = ${today}
      union all
      select 'follow_ups_without_outcome', count(*), min(due_on) from follow_up
      where ${isAhead()} and due_on < ${today}
      union all
      select 'loans_overdue', count(*), min(l.due_on) from loan l where ${isDueIn('overdue', today)}
      union all
      select 'loans_due', count(*), min(l.due_on) from loan l where ${isDueIn('soon', today)}
      union all
      select 'data_ending', count(*), min(s.expires_on) from data_plan s where ${isEndingSoon(today)}
      union all
      select 'incidents_open', count(*), min(reported_on) from incident where status = 'open'
      union all
      select 'loans_to_review', count(*), min(l.review_on) from loan l where ${isDueIn('review', today)}
      union all
      select 'messages_' || s.status, m.count, m.oldest from unnest(array['held', 'failed', 'unknown']) s (status)
      cross join lateral (select count(*), (min(created_at) at time zone 'Europe/London')::date as oldest from message where status = s.status) m
      union all
      select 'accessories_low', count(*), null from accessory a where ${isLow}
      union all
      select 'clinics_without_duty_contact', count(*), null from organisation o where ${lacksDutyContact}
      union all
      select 'tasks', count(*), (min(created_at) at time zone 'Europe/London')::date from task where status = 'open'
    )
    select kind, count::int, oldest from work`;
  return rows.sort((one, other) => workKinds.indexOf(one.kind) - workKinds.indexOf(other.kind));
}
