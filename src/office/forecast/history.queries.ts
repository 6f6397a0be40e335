import { sql } from 'kysely';
import { isOpenLoan, itemWasLent } from '../../lending/loans/loan.states.ts';
import { isAccepted } from '../../referrals/referral.states.ts';
import type { Reader } from '../../shared/database.ts';
import { many, one } from '../../shared/statements.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { isPrepared } from '../../stock/devices/device.states.ts';
import { DeviceSpell, type History, KnownAhead, SupportRow, Wait } from './history.rules.ts';

/**
 * All that a forecast is made from, by weeks before and after a civil date: four statements, which count what is alike
 * together. What was recorded by mistake is in none of them.
 */
export async function readHistory(
  db: Reader,
  day: string,
  weeksAhead: number,
): Promise<{ history: History; known: KnownAhead }> {
  const [devices, waits, support, known] = await Promise.all([
    readDevices(db, day),
    readWaits(db, day),
    readSupport(db, day),
    readKnown(db, day, weeksAhead),
  ]);
  return { history: { devices, waits, support }, known };
}

type Sql = ReturnType<typeof sql>;

// `greatest` leaves out what is null, so that what has no end is asked for first.

/** The week of a date, counted from a day. */
const weekOf = (date: Sql, day: string) => sql`floor((${date} - ${day}::date) / 7.0)::int`;
/** The week of an end; null of one that is not before the day, so that the same day reads the same history. */
const endOf = (date: Sql, day: string) => sql`case when ${date} < ${day}::date then ${weekOf(date, day)} end`;
const civil = (instant: Sql) => sql`(${instant} at time zone 'Europe/London')::date`;

/**
 * The cycle of preparation that an item `i` went out with. Where its end did not keep it, it is the newest one with a
 * check that was passed by the day on which the item was issued.
 */
const cycleOut = sql`coalesce(i.cycle_out, case when i.ended_at is null then d.cycle end, (
  select max(c.cycle) from preparation_check c where c.device_id = i.device_id and c.result = 'pass' and c.taken_back_at is null and c.performed_on <= i.issued_on))`;

/**
 * What devices went through. A cycle of preparation was over once its checks passed: it was lent in it, or no required
 * kind of check lacks a pass. It ends as it is lent, as the next begins, or where the device is otherwise off the shelf.
 * What came back is prepared again in the first cycle after it that was over, up to that of the next loan: a device
 * that came back faulty goes through one more, of its repair.
 */
function readDevices(db: Reader, day: string): Promise<DeviceSpell[]> {
  return many(db, 'forecast.devices', DeviceSpell)`
    with lent as (
      select i.id, i.device_id, d.kind, i.issued_on, i.ended_on, i.status, l.taken_over, ${cycleOut} as cycle
      from loan_item i join loan l on l.id = i.loan_id join device d on d.id = i.device_id where ${itemWasLent('i')}
    ), issued as (
      select device_id, cycle, min(issued_on) as on_day from lent where cycle is not null and not taken_over group by 1, 2
    ), passed as (
      select c.device_id, c.cycle, array_agg(distinct c.kind) as kinds, min(c.performed_on) as first_on, max(c.performed_on) as last_on
      from preparation_check c where c.result = 'pass' and c.taken_back_at is null group by 1, 2
    ), required as (
      select device_kind, array_agg(kind) as kinds from required_check group by 1
    ), prepared as (
      select d.kind, p.device_id, p.cycle, least(p.last_on, s.on_day) as from_day, s.on_day as lent_day,
        case when s.on_day is not null then s.on_day
          when d.cycle = p.cycle + 1 then d.cycle_started_on
          when d.cycle > p.cycle then coalesce(lead(p.first_on) over (partition by p.device_id order by p.cycle), d.cycle_started_on)
          when not ${isPrepared('d')} then ${civil(sql`d.changed_at`)} end as to_day
      from passed p join device d on d.id = p.device_id left join required r on r.device_kind = d.kind
        left join issued s on s.device_id = p.device_id and s.cycle = p.cycle
      where s.on_day is not null or p.kinds @> coalesce(r.kinds, '{}')
    ), back as (
      select distinct on (b.id) b.device_id, b.kind, b.ended_on, p.cycle as next_cycle, p.from_day as next_day
      from (select l.*, lead(cycle) over (partition by device_id order by issued_on, id) as last_cycle from lent l) b
        left join prepared p on p.device_id = b.device_id and p.cycle > b.cycle and (b.last_cycle is null or p.cycle <= b.last_cycle)
      where b.status in ('returned', 'replaced') and b.cycle is not null order by b.id, p.cycle
    ), spells (what, kind, from_day, to_day, how, fresh) as (
      select 'prepared', p.kind, p.from_day, case when p.to_day is not null then greatest(p.to_day, p.from_day) end, case when p.lent_day is not null then 'lent' when p.to_day is not null then 'gone' end,
        not exists (select from back b where b.device_id = p.device_id and b.next_cycle = p.cycle)
      from prepared p
      union all
      select 'loan', kind, issued_on, ended_on, case when status in ('returned', 'replaced') then 'back' when ended_on is not null then 'gone' end, false from lent
      union all
      select 'preparing', b.kind, b.ended_on, case when b.next_day is not null then greatest(b.next_day, b.ended_on) else d.gone_on end, case when b.next_day is not null then 'prepared' when d.gone_on is not null then 'gone' end, false
      from back b join lateral (
        select case when x.status in ('retired', 'lost', 'gifted') then greatest(${civil(sql`x.changed_at`)}, b.ended_on) end as gone_on from device x where x.id = b.device_id
      ) d on true
    )
    select what, kind, ${weekOf(sql`from_day`, day)} as "from", ${endOf(sql`to_day`, day)} as "to", case when to_day < ${day}::date then how end as how, fresh, count(*)::int as count
    from spells where from_day < ${day}::date group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6`;
}

/** Needs of accepted referrals: from the day on which it began to wait until it was met, dropped, or the referral ended. */
function readWaits(db: Reader, day: string): Promise<Wait[]> {
  const since = civil(sql`coalesce(r.waiting_since, r.received_at)`);
  const until = civil(
    sql`case when n.status <> 'open' then coalesce(n.settled_at, r.changed_at) when not ${isAccepted('r')} then r.changed_at end`,
  );
  return many(db, 'forecast.waits', Wait)`
    select need, ${weekOf(sql`since`, day)} as "from", ${endOf(sql`until`, day)} as "to", case when until < ${day}::date then how end as how, count(*)::int as count
    from (
      select n.need, ${since} as since, case when ${until} is not null then greatest(${until}, ${since}) end as until, case when n.status = 'met' then 'met' when n.status = 'dropped' or not ${isAccepted('r')} then 'dropped' end as how
      from referral_need n join referral r on r.id = n.referral_id
      where n.need in ('device', 'data') and (${isAccepted('r')} or (r.waiting_since is not null and r.status in ('closed', 'withdrawn')))
    ) w where since < ${day}::date group by 1, 2, 3, 4 order by 1, 2, 3, 4`;
}

/** Support plans that began, and follow-ups, of the two years before the day and all ahead. */
function readSupport(db: Reader, day: string): Promise<SupportRow[]> {
  const started = sql`case when f.patient_plan_id is not null then ${weekOf(sql`p.starts_on`, day)} end`;
  return many(db, 'forecast.support', SupportRow)`
    select * from (
      select ${weekOf(sql`p.starts_on`, day)} as start, ${weekOf(sql`p.starts_on`, day)} as made, null::int as due, null::int as off, count(*)::int as count, 0 as minutes
      from patient_plan p where p.ended_by is distinct from 'mistake' and p.starts_on between ${day}::date - 730 and ${day}::date - 1 group by 1, 2
      union all
      select ${started}, ${weekOf(sql`least(${civil(sql`f.created_at`)}, f.due_on)`, day)}, ${weekOf(sql`f.due_on`, day)},
        case when f.status = 'cancelled' then ${endOf(civil(sql`f.changed_at`), day)} end, count(*)::int, sum(f.minutes)::int
      from follow_up f left join patient_plan p on p.id = f.patient_plan_id
      where f.due_on >= ${day}::date - 730 and p.ended_by is distinct from 'mistake' and ${civil(sql`f.created_at`)} < ${day}::date group by 1, 2, 3, 4
    ) s order by 1 nulls last, 2, 3 nulls first, 4 nulls first`;
}

/** What is known of the weeks ahead: days on which data plans end, and loans are due; and what time supporters have now. */
function readKnown(db: Reader, day: string, weeksAhead: number): Promise<KnownAhead> {
  const byWeek = (date: Sql, from: Sql) => sql`
    (select coalesce(json_agg(json_build_object('week', week, 'count', count) order by week), '[]') from (
      select ${weekOf(date, day)} as week, count(*)::int as count from ${from} and ${date} >= ${day}::date and ${date} < ${day}::date + ${7 * weeksAhead}::int group by 1) w)`;
  return one(db, 'forecast.known', KnownAhead)`
    select ${byWeek(sql`p.expires_on`, sql`data_plan p join device d on d.id = p.device_id where ${isInUse('p')} and d.status = 'on_loan'`)} as "dataEnds",
      ${byWeek(sql`l.due_on`, sql`loan l where ${isOpenLoan('l')}`)} as "dueBack",
      count(*)::int as supporters, (count(*) filter (where weekly_minutes is null))::int as unsaid, coalesce(sum(weekly_minutes), 0)::int as minutes
    from staff where role = 'supporter' and suspended_at is null`;
}
