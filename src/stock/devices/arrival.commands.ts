import { sql } from 'kysely';
import { requireLocation } from '../../scheme/organisations/location.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { invalid } from '../../shared/problem.ts';
import { type DeviceState, lockDevice } from './check.commands.ts';
import { getDevice } from './device.queries.ts';
import { assertAllowed } from './device.rules.ts';
import { standingOf } from './disposal.queries.ts';
import { recordFoundIn } from './found.commands.ts';
import type { GivingUp, NewArrival } from './repair.schemas.ts';
import { markSeen } from './seen.commands.ts';

/**
 * What was due back has come, or what was lost without an incident is found again: it is prepared
 * from the start, or goes into repair when it came faulty.
 * @throws Problem `not-found`, `invalid`, `device-move-refused`
 */
export async function recordArrival(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  input: NewArrival,
): Promise<DeviceState> {
  const { condition, faulty = false, notes = null, locationId = null } = input;
  return command(deps, ctx, async (trx) => {
    const device = await lockDevice(trx, deviceId);
    const { incident } = (await standingOf(trx, [deviceId])).get(deviceId)!;
    assertAllowed('arrive', { status: device.status, incident });
    if (faulty && device.status === 'lost')
      throw invalid({
        pointer: '/faulty',
        message: 'What is found again is prepared first. Record that it is there, then send it for repair.',
      });
    if (device.status === 'lost') {
      const { assetTag: _tag, ...found } = await recordFoundIn(trx, deps, ctx, deviceId, input);
      return found;
    }
    if (locationId) await requireLocation(trx, locationId);
    const to = faulty ? 'in_repair' : 'in_preparation';
    const { rows } = await sql<DeviceState>`/* device.arrive */
      update device set status = ${to}, condition = ${condition}, cycle = cycle + 1, cycle_started_on = ${today(deps.clock)},
        changed_at = ${timestamp(deps.clock)}, location_id = coalesce(${locationId}::uuid, location_id), notes = concat_ws(E'\n', notes, ${notes}::text)
      where id = ${deviceId}
      returning id, status, case status when 'in_preparation' then open_checks(id, kind, cycle) else '{}' end as "openChecks"`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: 'device.arrived',
      subjects: [
        ['device', deviceId],
        ...(locationId ? [['location', locationId] as ['location', string]] : []),
      ],
      values: { from: device.status, to, condition, cycle: device.cycle + 1 },
      fields: notes ? ['notes'] : [],
    });
    return rows[0]!;
  });
}

/**
 * Records that a device which a stocktake missed is here after all. Its checks still count, as they do of
 * one that the next stocktake finds.
 * @throws Problem `not-found`, `device-move-refused` unless it was missed and not seen since
 */
export async function recordSeen(deps: Deps, ctx: Context, deviceId: string): Promise<DeviceState> {
  return command(deps, ctx, async (trx) => {
    await lockDevice(trx, deviceId);
    const { status, openChecks, missedOn } = await getDevice(trx, deviceId);
    assertAllowed('see', { status, missedOn });
    await markSeen(trx, deps, ctx, [{ id: deviceId }]);
    return { id: deviceId, status, openChecks };
  });
}

/**
 * Gives up waiting for a device that was due back: it is lost, and may be written off or found again.
 * @throws Problem `not-found`, `device-move-refused`
 */
export async function giveUp(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  { reason }: GivingUp,
): Promise<DeviceState> {
  return command(deps, ctx, async (trx) => {
    const device = await lockDevice(trx, deviceId);
    assertAllowed('give_up', device);
    const { rows } = await sql<DeviceState>`/* device.give-up */
      update device set status = 'lost', changed_at = ${timestamp(deps.clock)}, notes = concat_ws(E'\n', notes, ${reason}::text)
      where id = ${deviceId} returning id, status, '{}'::text[] as "openChecks"`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'device.given_up',
      subjects: [['device', deviceId]],
      values: { from: device.status, to: 'lost' },
      fields: ['notes'],
    });
    return rows[0]!;
  });
}
