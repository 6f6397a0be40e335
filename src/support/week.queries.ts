import { sql } from 'kysely';
import type { Actor } from '../shared/actor.ts';
import { own } from '../shared/asker.ts';
import { addDays, today } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { calledName } from '../shared/person-name.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { mondayOf } from './assignment.rules.ts';
import { Hours, Week } from './assignment.schemas.ts';
import { dropInCounts } from './drop-in.states.ts';
import { matching, visibleTo } from './follow-up.queries.ts';
import { FollowUpSummary } from './follow-up.schemas.ts';
import { isPast, outcomeCounts } from './follow-up.states.ts';

/**
 * The week of a civil date, by supporter and day, with what each has time for: supporters alone and who has
 * something that week; first what nobody has yet. A supporter sees their own line. One statement.
 */
export async function supportWeek(db: Reader, actor: Actor, date: string): Promise<Week> {
  const from = mondayOf(date);
  const to = addDays(from, 6);
  const rows = await many(db, 'support.week', Week.properties.rows.items.properties)`
    with d as (
      select f.supporter_id, f.due_on, count(*)::int as count, sum(f.minutes)::int as minutes
      from follow_up f where f.due_on between ${from}::date and ${to}::date and f.status <> 'cancelled' and ${visibleTo(actor)}
      group by 1, 2
    ), w as (
      select supporter_id, sum(minutes)::int as minutes, json_agg(json_build_object('date', due_on, 'count', count, 'minutes', minutes) order by due_on) as days
      from d group by 1
    ), p as (
      select id, name, role, weekly_minutes from staff
      where id in (select supporter_id from w) or (role = 'supporter' and suspended_at is null and ${actor.role === 'supporter' ? own(sql`id = ${actor.id}`) : sql`true`})
    )
    select case when p.id is not null then json_build_object('id', p.id, 'name', p.name) end as supporter, p.weekly_minutes as "weeklyMinutes",
      coalesce(w.minutes, 0) as minutes, coalesce(w.days, '[]') as days
    from p full join w on w.supporter_id = p.id
    order by p.id is not null, p.role = 'supporter' desc, lower(p.name), p.id limit 300`;
  return { from, to, rows };
}

const WeekCall = {
  ...col.pick(
    FollowUpSummary.properties,
    'id',
    'step',
    'dueOn',
    'startsAt',
    'minutes',
    'status',
    'patient',
    'supporter',
  ),
  changedAt: col.text,
};
export type WeekCall = RowOf<typeof WeekCall>;

/** How many calls a week shows at most; who has more narrows it to a supporter. */
const mostOfAWeek = 400;

/** The follow-ups of a week that are not off, by day and time, of all whom someone sees or of one supporter. One statement. */
export async function callsOfWeek(
  db: Reader,
  actor: Actor,
  { from, to, supporter }: { from: string; to: string; supporter: string | undefined },
): Promise<WeekCall[]> {
  const whose = supporter === 'none' ? { unassigned: true } : supporter ? { supporterId: supporter } : {};
  return many(db, 'support.week-calls', WeekCall)`
    select f.id, f.step, f.due_on as "dueOn", to_char(f.starts_at, 'HH24:MI') as "startsAt", f.minutes, f.status,
      json_build_object('id', p.id, 'name', ${calledName}) as patient,
      case when s.id is not null then json_build_object('id', s.id, 'name', s.name) end as supporter, f.changed_at as "changedAt"
    from follow_up f join patient p on p.id = f.patient_id left join staff s on s.id = f.supporter_id
    where ${matching(actor, { ...whose, from, to })} and f.status <> 'cancelled'
    order by f.due_on, f.starts_at, f.id limit ${mostOfAWeek}`;
}

/**
 * What supporters did in the days from one civil date to another, at follow-ups and at drop-ins: what a support
 * partner reports. A supporter sees their own. One statement.
 */
export async function supportHours(
  { db, clock }: Deps,
  actor: Actor,
  from: string,
  to: string,
): Promise<Hours> {
  const rows = await many(db, 'support.hours', Hours.properties.items.items.properties)`
    with d as (
      select f.supporter_id, f.status = 'done' as is_contact, f.status = 'missed' as is_missed, false as is_drop_in,
        case f.status when 'done' then coalesce((select u.minutes from follow_up_outcome u where u.follow_up_id = f.id and ${outcomeCounts('u')}), f.minutes) else 0 end as minutes
      from follow_up f where f.due_on between ${from}::date and ${to}::date and ${isPast('f')} and ${visibleTo(actor)}
      union all
      select f.supporter_id, false, false, true, f.minutes
      from drop_in f where f.held_on between ${from}::date and least(${to}::date, ${today(clock)}::date) and f.cancelled_at is null and ${dropInCounts('f')} and ${visibleTo(actor)}
    )
    select case when o.id is not null then json_build_object('id', o.id, 'name', o.name) end as organisation,
      json_build_object('id', p.id, 'name', p.name) as supporter,
      count(*) filter (where is_contact)::int as contacts, count(*) filter (where is_missed)::int as missed,
      count(*) filter (where is_drop_in)::int as "dropIns", sum(minutes)::int as minutes
    from d join staff p on p.id = d.supporter_id left join organisation o on o.id = p.organisation_id
    group by o.id, p.id order by lower(o.name) nulls last, o.id, lower(p.name), p.id`;
  return { from, to, items: rows };
}
