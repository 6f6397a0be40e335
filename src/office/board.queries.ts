import { sql } from 'kysely';
import { mayDecide } from '../access/decider.queries.ts';
import { askedFor, type SecondPersonKind } from '../access/second-person.rules.ts';
import type { SecurityKindName } from '../access/security-log.rules.ts';
import { isLate } from '../referrals/triage.queries.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { each, one } from '../shared/statements.ts';

/** What became of the messages that a night planned. */
const OfNight = { sent: col.number, held: col.number, failed: col.number };

/** What waits for a manager, and how the night went. */
export const ManagerBoard = {
  batches: col.number,
  batchesSince: col.orNull(col.text),
  people: col.number,
  wishes: col.number,
  replacements: col.number,
  late: col.listOf(col.object({ id: col.orNull(col.text), name: col.orNull(col.text), count: col.number })),
  /** The date of the last night, and its steps; null and none where none has run. */
  night: col.orNull(col.text),
  steps: col.listOf(
    col.object({
      startedAt: col.text,
      movedAt: col.orNull(col.text),
      finishedAt: col.orNull(col.text),
      supersededAt: col.orNull(col.text),
    }),
  ),
  ...OfNight,
};
export type ManagerBoard = RowOf<typeof ManagerBoard>;

/**
 * What waits for a manager: batches of people to be erased or kept, what others want to do that another has to agree
 * to, replacements beyond the limit, and referrals that are late, by whose they are; and the last night. One statement.
 * @param asked who looks, on which civil date and instant, and to what their role may agree
 */
export async function managerBoard(
  db: Reader,
  asked: { staffId: string | null; today: string; now: string; kinds: SecondPersonKind[] },
): Promise<ManagerBoard> {
  const { staffId, today, now, kinds } = asked;
  return one(db, each('today.manager'), ManagerBoard)`
    select b.batches, b.since as "batchesSince", b.people,
      (select count(*)::int from second_person w where w.used_at is null and w.decided_at is null and w.kind = any(${kinds}::text[])
        and w.asked_by <> ${staffId}::uuid and w.asked_at > ${now}::timestamptz - ${askedFor}::interval) as wishes,
      (select count(*)::int from task where status = 'open' and kind = 'approve_replacement') as replacements,
      coalesce((select json_agg(json_build_object('id', l.id, 'name', l.name, 'count', l.count) order by l.count desc, l.name)
        from (select s.id, s.name, count(*)::int as count from referral r left join (select id, name from staff where ${mayDecide}) s on s.id = r.assigned_to
          where ${isLate(today)} group by s.id, s.name) l), '[]') as late,
      n.sent, n.held, n.failed, (${lastNight}) as night,
      coalesce((select json_agg(json_build_object('startedAt', ${jsonInstant('started_at')}, 'movedAt', ${jsonInstant('moved_at')},
          'finishedAt', ${jsonInstant('finished_at')}, 'supersededAt', ${jsonInstant('superseded_at')}))
        from job_run where job = 'nightly' and local_date = (${lastNight})), '[]') as steps
    from (select count(distinct b.id)::int as batches, (min(b.proposed_at) at time zone 'Europe/London')::date as since, count(m.patient_id)::int as people
        from retention_batch b left join retention_member m on m.batch_id = b.id and m.outcome is null where b.status = 'proposed') b
      cross join (${messagesOfNight}) n`;
}

/** The date of the last night. */
const lastNight = sql`select max(local_date) from job_run where job = 'nightly'`;

/** What became of the messages that the last night planned. */
const messagesOfNight = sql`
  select count(*) filter (where status in ('sent', 'delivered'))::int as sent, count(*) filter (where status = 'held')::int as held,
    count(*) filter (where status in ('failed', 'unknown'))::int as failed
  from message where run_date = (${lastNight})`;

/** Kinds of the security log by which someone was refused at the door. */
const refusedKinds: SecurityKindName[] = [
  'sign_in_refused',
  'sign_in_unknown',
  'sign_in_waits',
  'sign_on_refused',
  'factor_refused',
  'key_refused',
];

/** How the system stands. */
export const SystemState = {
  refusals: col.number,
  alarms: col.number,
  messagesFailed: col.number,
  messagesUnknown: col.number,
  messagesHeld: col.number,
  failedWork: col.number,
  clinicsNotTold: col.number,
  ...OfNight,
};
export type SystemState = RowOf<typeof SystemState>;

/** How the system stands at an instant: who was refused within a day, and what failed or is held. One statement. */
export const systemState = (db: Reader, now: string): Promise<SystemState> =>
  one(db, each('today.system'), SystemState)`
    select e.refusals, e.alarms, n.sent, n.held, n.failed,
      (select count(*)::int from message where status = 'failed') as "messagesFailed",
      (select count(*)::int from message where status = 'unknown') as "messagesUnknown",
      (select count(*)::int from message where status = 'held') as "messagesHeld",
      (select count(*)::int from outbox where failed_at is not null) as "failedWork",
      (select count(*)::int from task where status = 'open' and kind = 'webhook_failed') as "clinicsNotTold"
    from (select coalesce(sum(count) filter (where kind = any(${refusedKinds}::text[])), 0)::int as refusals,
        count(*) filter (where is_alarm)::int as alarms
        from security_event where at > ${now}::timestamptz - interval '1 day') e
      cross join (${messagesOfNight}) n`;
