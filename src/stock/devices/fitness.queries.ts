import { type RawBuilder, sql } from 'kysely';
import { isInUse } from '../data-plans/data-plan.states.ts';
import { hasOpenCheck } from './check.queries.ts';
import { isPrepared } from './device.states.ts';
import { ofData, unfitReasons } from './fitness.rules.ts';
import { isShort, updatesEnd } from './updates.queries.ts';

/**
 * The reasons why a device in stock is not fit to be offered: a table of `reason` and `since`. A part of a
 * query in which `device` is the alias of a device's id, kind, status, cycle, missed_on and updates_end_on.
 * @param day civil date; with null only what no date decides
 */
function reasons(device: string, day: string | null) {
  const d = sql.raw(device);
  return sql`(
    select 'check_due' as reason, null::date as since where ${hasOpenCheck(device, day)}
    union all select 'not_seen', ${d}.missed_on where ${d}.missed_on is not null
    union all select 'updates_ending', ${updatesEnd(device)} where ${isShort(device, day)}
    union all select case when p.expires_on <= ${day}::date then 'data_over' else 'data_suspended' end,
      case when p.expires_on <= ${day}::date then p.expires_on else (p.suspended_at at time zone 'Europe/London')::date end
    from data_plan p where p.device_id = ${d}.id and ${isInUse('p')} and (p.expires_on <= ${day}::date or p.status = 'suspended'))`;
}

/** Those reasons of a device that is ready or held, the first to deal with in front; of any other none. */
export function unfitJson(device: string, day: string | null) {
  return sql`(case when ${isPrepared(device)} then coalesce((
    select json_agg(json_build_object('reason', u.reason, 'since', u.since) order by array_position(${[...unfitReasons]}::text[], u.reason))
    from ${reasons(device, day)} u), '[]') else '[]' end)`;
}

/** Whether a device is fit for a need, which may be of the query: for `data` its data has to run. */
export function isFit(device: string, day: string, need: RawBuilder<unknown> = sql`'data'`) {
  return sql<boolean>`not exists (
    select from ${reasons(device, day)} u where ${need} = 'data' or u.reason <> all(${[...ofData]}::text[]))`;
}
