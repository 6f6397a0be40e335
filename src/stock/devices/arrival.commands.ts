import { requireLocation } from '../../scheme/organisations/location.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { invalid } from '../../shared/problem.ts';
import { lockDevice } from './check.commands.ts';
import { getDevice } from './device.queries.ts';
import { assertDeviceAction } from './device.rules.ts';
import { standingOf } from './disposal.queries.ts';
import { markFound } from './found.commands.ts';
import type { GivingUp, NewArrival } from './repair.schemas.ts';
import { markSeen } from './seen.commands.ts';
import { changeDeviceStatus, type DeviceState } from './status.commands.ts';

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
  return command(deps, ctx, async (work) => {
    const device = await lockDevice(work.trx, deviceId);
    const { incident } = (await standingOf(work.trx, [deviceId])).get(deviceId)!;
    assertDeviceAction('arrive', { status: device.status, incident });
    if (faulty && device.status === 'lost')
      throw invalid({
        pointer: '/faulty',
        message: 'What is found again is prepared first. Record that it is there, then send it for repair.',
      });
    if (device.status === 'lost') {
      const { assetTag: _tag, ...found } = await markFound(work, deviceId, input);
      return found;
    }
    if (locationId) await requireLocation(work.trx, locationId);
    const { id, status, openChecks, cycle } = await changeDeviceStatus(
      work,
      deviceId,
      faulty ? 'arrived faulty' : 'arrived',
      { condition, locationId, note: notes },
    );
    await recordEvent(work, {
      type: 'device.arrived',
      subjects: [
        ['device', deviceId],
        ...(locationId ? [['location', locationId] as ['location', string]] : []),
      ],
      values: { from: device.status, to: status, condition, cycle },
      fields: notes ? ['notes'] : [],
    });
    return { id, status, openChecks };
  });
}

/**
 * Records that a device which a stocktake missed is here after all. Its checks still count, as they do of
 * one that the next stocktake finds.
 * @throws Problem `not-found`, `device-move-refused` unless it was missed and not seen since
 */
export async function recordSeen(deps: Deps, ctx: Context, deviceId: string): Promise<DeviceState> {
  return command(deps, ctx, async (work) => {
    await lockDevice(work.trx, deviceId);
    const { status, openChecks, missedOn } = await getDevice(work.trx, deviceId);
    assertDeviceAction('see', { status, missedOn });
    await markSeen(work, [{ id: deviceId }]);
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
  return command(deps, ctx, async (work) => {
    const device = await lockDevice(work.trx, deviceId);
    assertDeviceAction('give_up', device);
    const { id, status, openChecks } = await changeDeviceStatus(work, deviceId, 'given up', { note: reason });
    await recordEvent(work, {
      type: 'device.given_up',
      subjects: [['device', deviceId]],
      values: { from: device.status, to: status },
      fields: ['notes'],
    });
    return { id, status, openChecks };
  });
}
