import { sql } from 'kysely';
import { requireLocation } from '../../scheme/organisations/location.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../../shared/problem.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { type DeviceState, lockDevice } from './check.commands.ts';
import { assertAllowed } from './device.rules.ts';
import type { NewRepair, RepairReturn, RepairState } from './repair.schemas.ts';

/**
 * Sends a device for repair, or says where one that was handed in faulty has gone.
 * @throws Problem `not-found`, `invalid` for dates that cannot be or a place that is no repairer, `device-move-refused`
 */
export async function sendForRepair(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  input: NewRepair,
): Promise<RepairState> {
  const day = today(deps.clock);
  const { fault, sentOn = day, expectedBackOn = null, locationId = null } = input;
  return command(deps, ctx, async (trx) => {
    const device = await lockDevice(trx, deviceId);
    const { rows: open } = await sql<{
      id: string;
    }>`/* repair.open */ select id from repair where device_id = ${deviceId} and back_on is null`.execute(
      trx,
    );
    assertAllowed('send_for_repair', { status: device.status, repair: open[0] ?? null });
    const errors: FieldError[] = [];
    if (sentOn > day)
      errors.push({ pointer: '/sentOn', message: 'This date is in the future. Give the day it was sent.' });
    if (sentOn < device.cycleStartedOn)
      errors.push({
        pointer: '/sentOn',
        message: `It came in on ${device.cycleStartedOn}. Give that day or a later one.`,
      });
    if (expectedBackOn && expectedBackOn < sentOn)
      errors.push({ pointer: '/expectedBackOn', message: 'Give a date on or after the day it was sent.' });
    if (errors.length) throw new Problem('invalid', { errors });
    if (locationId && (await requireLocation(trx, locationId)).kind !== 'repairer')
      throw invalid({ pointer: '/locationId', message: 'Choose a location that is a repairer.' });
    // What was lost on its way back left its repair open; it is over now that the device is here again.
    if (open[0])
      await sql`/* repair.close-old */ update repair set back_on = ${sentOn}, result = 'not_repaired' where id = ${open[0].id}`.execute(
        trx,
      );
    const id = newId();
    const { rows } = await sql<DeviceState>`/* repair.send */
      with r as (
        insert into repair (id, device_id, location_id, from_location_id, fault, sent_on, expected_back_on, created_at)
        select ${id}::uuid, d.id, ${locationId}::uuid, d.location_id, ${fault}, ${sentOn}::date, ${expectedBackOn}::date, ${timestamp(deps.clock)}::timestamptz
        from device d where d.id = ${deviceId}
      )
      update device set status = 'in_repair', location_id = coalesce(${locationId}::uuid, location_id), changed_at = ${timestamp(deps.clock)}
      where id = ${deviceId} returning id, status, '{}'::text[] as "openChecks"`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'device.sent_for_repair',
      subjects: subjectsOf(deviceId, locationId),
      values: {
        from: device.status,
        to: 'in_repair',
        sentOn,
        ...(expectedBackOn && { dueOn: expectedBackOn }),
        ...(locationId && { locationId }),
      },
      fields: ['fault'],
    });
    await completeTasksAbout(trx, deps, ctx, ['preparation_late'], [deviceId]);
    return { id, device: rows[0]! };
  });
}

/**
 * Takes a device back from repair, mended or not: it is prepared again from the start. One that was
 * handed in faulty and mended here gets its repair written down now.
 * @throws Problem `not-found`, `invalid`, `device-move-refused`
 */
export async function takeBackFromRepair(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  input: RepairReturn,
): Promise<RepairState> {
  const day = today(deps.clock);
  const { result, backOn = day, notes = null, locationId = null } = input;
  return command(deps, ctx, async (trx) => {
    const device = await lockDevice(trx, deviceId);
    assertAllowed('back_from_repair', device);
    const { rows: open } = await sql<{
      id: string;
      sentOn: string;
      fromLocationId: string | null;
    }>`/* repair.open */
      select id, sent_on as "sentOn", from_location_id as "fromLocationId" from repair where device_id = ${deviceId} and back_on is null`.execute(
      trx,
    );
    const sentOn = open[0]?.sentOn ?? device.cycleStartedOn;
    if (backOn > day)
      throw invalid({
        pointer: '/backOn',
        message: 'This date is in the future. Give the day it came back.',
      });
    if (backOn < sentOn)
      throw invalid({
        pointer: '/backOn',
        message: `It has been in repair since ${sentOn}. Give that day or a later one.`,
      });
    if (locationId) await requireLocation(trx, locationId);
    const id = open[0]?.id ?? newId();
    const at = timestamp(deps.clock);
    const keptAt = locationId ?? open[0]?.fromLocationId ?? null;
    const { rows } = await sql<DeviceState>`/* repair.back */
      with r as (
        insert into repair (id, device_id, fault, sent_on, back_on, result, notes, created_at)
        values (${id}, ${deviceId}, 'Handed in faulty', ${sentOn}, ${backOn}, ${result}, ${notes}, ${at})
        on conflict (id) do update set back_on = excluded.back_on, result = excluded.result, notes = excluded.notes
      )
      update device set status = 'in_preparation', cycle = cycle + 1, cycle_started_on = ${backOn}, changed_at = ${at},
        location_id = coalesce(${keptAt}::uuid, location_id)
      where id = ${deviceId} returning id, status, open_checks(id, kind, cycle) as "openChecks"`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'device.back_from_repair',
      subjects: subjectsOf(deviceId, keptAt),
      values: { from: 'in_repair', to: 'in_preparation', backOn, result, cycle: device.cycle + 1 },
      fields: notes ? ['notes'] : [],
    });
    return { id, device: rows[0]! };
  });
}

const subjectsOf = (deviceId: string, locationId: string | null): [SubjectType, string][] => [
  ['device', deviceId],
  ...(locationId ? [['location', locationId] as [SubjectType, string]] : []),
];
