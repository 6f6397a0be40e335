import { type RawBuilder, sql } from 'kysely';
import { jsonInstant } from '../../shared/database.ts';
import { kindsWithSystem } from './device-kinds.rules.ts';

/** A civil date, or what gives one in SQL; with null nothing is asked that a date decides. */
export type Day = string | RawBuilder<unknown> | null;

/** The columns of an alias of devices. */
const columnsOf = (device: string) => (column: string) => sql.ref(`${device}.${column}`);

/** That a kind of device has an operating system. */
const hasSystem = (kind: RawBuilder<unknown>) =>
  sql<boolean>`${kind} in (${sql.join(kindsWithSystem.map((one) => sql.lit(one)))})`;

/** The first civil day without security updates, as far as it is known, of a kind that has them. Of an alias with kind and updates_end_on. */
export function updatesEnd(device: string) {
  const d = columnsOf(device);
  return sql`case when ${hasSystem(d('kind'))} then ${d('updates_end_on')} end`;
}

/** That a manager said why a device may be lent in this preparation though its updates end then, or nobody knows when. */
export function isAccepted(device: string) {
  const d = columnsOf(device);
  return sql<boolean>`exists (select from updates_acceptance u
    where u.device_id = ${d('id')} and u.cycle = ${d('cycle')} and u.updates_end_on is not distinct from ${d('updates_end_on')})`;
}

/**
 * The one rule of what is safe to lend: that the security updates of a device end before a loan on the usual terms
 * that began on a civil day would be due, or nobody knows when and the policy stops that, and no manager let it. A part of
 * a query in which `device` is the alias of a device's id, kind, cycle and updates_end_on.
 */
export function isShort(device: string, day: Day) {
  const d = columnsOf(device);
  return sql<boolean>`(${hasSystem(d('kind'))} and case when ${d('updates_end_on')} is null
    then (select updates_unknown_stops from lending_policy) else ${d('updates_end_on')} < (select usual_due_on(${day}::date)) end
    and not ${isAccepted(device)})`;
}

/** The checks that a device has still to pass, by what was recorded. What a manager let passes the check of its updates. */
export function checksLeft(device: string) {
  const d = columnsOf(device);
  const open = sql`open_checks(${d('id')}, ${d('kind')}, ${d('cycle')})`;
  return sql`case when ${isAccepted(device)} then array_remove(${open}, 'updates') else ${open} end`;
}

/** Those, with that of its updates where they end too early on a civil day: what keeps a device from being ready. */
export function openChecks(device: string, day: Day) {
  return sql`case when ${isShort(device, day)} then array_append(array_remove(${checksLeft(device)}, 'updates'), 'updates')
    else ${checksLeft(device)} end`;
}

/** What `Updates` has of a device that may go out on a civil day; null of a kind that has none. */
export function updatesJson(device: string, day: Day) {
  const d = columnsOf(device);
  return sql`case when ${hasSystem(d('kind'))} then (select json_build_object('endOn', ${d('updates_end_on')}, 'accepted', ${isAccepted(device)},
    'unknownStops', y.updates_unknown_stops, 'longTermUntil', (${day}::date + make_interval(months => y.updates_months))::date) from lending_policy y) end`;
}

/** What is known of the security updates of a device, with what stands behind it; null of a kind that has none. Of a table of devices. */
export function updatesOf(device: string, day: Day) {
  const d = columnsOf(device);
  return sql`case when ${hasSystem(d('kind'))} then (select json_build_object('systemVersion', ${d('system_version')}, 'ownEndOn', ${d('own_updates_end_on')},
    'source', m.source, 'sourceUrl', m.source_url, 'isShort', coalesce(${isShort(device, day)}, false), 'acceptance', (
      select json_build_object('reason', u.reason, 'by', u.accepted_by, 'at', ${jsonInstant('u.accepted_at')}) from updates_acceptance u
      where u.device_id = ${d('id')} and u.cycle = ${d('cycle')} and u.updates_end_on is not distinct from ${d('updates_end_on')}))
    from (values (1)) one left join device_model m on m.key = model_key(${d('make')}, ${d('model')})) end`;
}
