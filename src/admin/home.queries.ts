import { sql } from 'kysely';
import { soonDays } from '../loans/loan.rules.ts';
import type { Reader } from '../shared/database.ts';

/** The kinds of work that a day may hold, in the order in which they are shown. */
export const workKinds = [
  'referrals_to_decide',
  'waiting_and_in_stock',
  'devices_to_prepare',
  'follow_ups_today',
  'follow_ups_without_outcome',
  'loans_overdue',
  'loans_due',
  'messages_held',
  'messages_failed',
  'messages_unknown',
  'tasks',
] as const;
export type WorkKind = (typeof workKinds)[number];

/** How much of a kind there is to do, and the day since when the oldest waits (null when there is none). */
export type Work = { kind: WorkKind; count: number; oldest: string | null };

/**
 * What needs doing today, counted: one statement.
 * @param today civil date
 */
export async function worklist(db: Reader, today: string): Promise<Work[]> {
  const { rows } = await sql<Work>`/* today.worklist */
    with work (kind, count, oldest) as (
      select 'referrals_to_decide', count(*), min(received_at)::date from referral where status = 'received'
      union all
      select 'waiting_and_in_stock', count(*), min(waiting_since)::date from referral r
      where r.status in ('waiting', 'active') and exists (
        select from referral_need n where n.referral_id = r.id and n.status = 'open' and (
          (n.need = 'device' and exists (select from device where status = 'ready' and kind in ('tablet', 'phone', 'laptop')))
          or (n.need = 'data' and exists (select from device where status = 'ready' and kind in ('dongle', 'router', 'sim')))))
      union all
      select 'devices_to_prepare', count(*), min(cycle_started_on) from device where status = 'in_preparation'
      union all
      select 'follow_ups_today', count(*), min(due_on) from follow_up where status in ('planned', 'confirmed') and due_on = ${today}
      union all
      select 'follow_ups_without_outcome', count(*), min(due_on) from follow_up
      where status in ('planned', 'confirmed') and due_on < ${today}
      union all
      select 'loans_overdue', count(*), min(due_on) from loan where status = 'open' and due_on < ${today}
      union all
      select 'loans_due', count(*), min(due_on) from loan
      where status = 'open' and due_on between ${today}::date and ${today}::date + ${soonDays}::int
      union all
      select 'messages_' || s.status, m.count, m.oldest from unnest(array['held', 'failed', 'unknown']) s (status)
      cross join lateral (select count(*), min(created_at)::date as oldest from message where status = s.status) m
      union all
      select 'tasks', count(*), min(created_at)::date from task where status = 'open'
    )
    select kind, count::int, oldest from work`.execute(db);
  return rows.sort((one, other) => workKinds.indexOf(one.kind) - workKinds.indexOf(other.kind));
}
