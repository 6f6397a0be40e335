import { sql } from 'kysely';
import { requireLocation } from '../../scheme/organisations/location.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../../shared/problem.ts';
import { maybe, one, run } from '../../shared/statements.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { lockDevice } from './check.commands.ts';
import { assertDeviceAction } from './device.rules.ts';
import type { NewRepair, RepairReturn, RepairState } from './repair.schemas.ts';
import { DeviceState, deviceMove } from './status.commands.ts';
import { openChecks } from './updates.queries.ts';

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
  return command(deps, ctx, async (work) => {
    const device = await lockDevice(work.trx, deviceId);
    const open = await maybe(
      work.trx,
      'repair.open',
      work.trx
        .selectFrom('repair')
        .select('id')
        .where('device_id', '=', deviceId)
        .where('back_on', 'is', null),
    );
    assertDeviceAction('send_for_repair', { status: device.status, repair: open ?? null });
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
    if (locationId && (await requireLocation(work.trx, locationId)).kind !== 'repairer')
      throw invalid({ pointer: '/locationId', message: 'Choose a location that is a repairer.' });
    // What was lost on its way back left its repair open; it is over now that the device is here again.
    if (open)
      await run(
        work.trx,
        'repair.close-old',
        work.trx
          .updateTable('repair')
          .set({ back_on: sentOn, result: 'not_repaired' })
          .where('id', '=', open.id),
      );
    const id = newId();
    const row = await one(work.trx, 'repair.send', DeviceState)`
      with r as (
        insert into repair (id, device_id, location_id, from_location_id, fault, sent_on, expected_back_on, created_at)
        select ${id}::uuid, d.id, ${locationId}::uuid, d.location_id, ${fault}, ${sentOn}::date, ${expectedBackOn}::date, ${work.at}::timestamptz
        from device d where d.id = ${deviceId}
      )
      ${deviceMove('sent for repair', {
        which: sql`d.id = ${deviceId}`,
        stays: true,
        at: work.at,
        set: sql`location_id = coalesce(${locationId}::uuid, d.location_id)`,
      })} returning d.id, d.status, '{}'::text[] as "openChecks"`;
    await recordEvent(work, {
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
    await completeTasksAbout(work, ['preparation_late'], [deviceId]);
    return { id, device: row };
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
  return command(deps, ctx, async (work) => {
    const device = await lockDevice(work.trx, deviceId);
    assertDeviceAction('back_from_repair', device);
    const open = await maybe(
      work.trx,
      'repair.open-of',
      work.trx
        .selectFrom('repair')
        .select(['id', 'sent_on as sentOn', 'from_location_id as fromLocationId'])
        .where('device_id', '=', deviceId)
        .where('back_on', 'is', null),
    );
    const sentOn = open?.sentOn ?? device.cycleStartedOn;
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
    if (locationId) await requireLocation(work.trx, locationId);
    const id = open?.id ?? newId();
    const { at } = work;
    const keptAt = locationId ?? open?.fromLocationId ?? null;
    const row = await one(work.trx, 'repair.back', DeviceState)`
      with r as (
        insert into repair (id, device_id, fault, sent_on, back_on, result, notes, created_at)
        values (${id}, ${deviceId}, 'Handed in faulty', ${sentOn}, ${backOn}, ${result}, ${notes}, ${at})
        on conflict (id) do update set back_on = excluded.back_on, result = excluded.result, notes = excluded.notes
      )
      ${deviceMove('back from repair', {
        which: sql`d.id = ${deviceId}`,
        at,
        day: backOn,
        set: sql`location_id = coalesce(${keptAt}::uuid, d.location_id)`,
      })} returning d.id, d.status, ${openChecks('d', day)} as "openChecks"`;
    await recordEvent(work, {
      type: 'device.back_from_repair',
      subjects: subjectsOf(deviceId, keptAt),
      values: { from: 'in_repair', to: 'in_preparation', backOn, result, cycle: device.cycle + 1 },
      fields: notes ? ['notes'] : [],
    });
    return { id, device: row };
  });
}

const subjectsOf = (deviceId: string, locationId: string | null): [SubjectType, string][] => [
  ['device', deviceId],
  ...(locationId ? [['location', locationId] as [SubjectType, string]] : []),
];
