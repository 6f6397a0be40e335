import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { lockDevice, recordChecks } from './check.commands.ts';
import { assertDeviceAction } from './device.rules.ts';
import type { NewCheck } from './device.schemas.ts';
import { changeDeviceStatus, type DeviceState } from './status.commands.ts';

/**
 * Records a preparation check. The last required pass makes the device ready by itself; a fail
 * of a ready device sends it back to preparation. A reserved device may only pass.
 * @throws Problem `not-found`, `check-not-open`, `invalid`
 */
export async function recordCheck(deps: Deps, ctx: Context, deviceId: string, check: NewCheck) {
  const recorded = await recordChecks(deps, ctx, deviceId, [check]);
  return { ...recorded.checks[0]!, device: recorded.device };
}

/**
 * Sends a ready device back to preparation: a new cycle, in which every check is open again.
 * @throws Problem `not-found`, `device-move-refused`
 */
export async function reopenPreparation(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  input: { reason: string },
): Promise<DeviceState> {
  return command(deps, ctx, async (work) => {
    const device = await lockDevice(work.trx, deviceId);
    assertDeviceAction('reopen', device);
    const { id, status, openChecks, cycle } = await changeDeviceStatus(
      work,
      deviceId,
      'preparation reopened',
      { note: input.reason },
    );
    await recordEvent(work, {
      type: 'device.reopened',
      subjects: [['device', deviceId]],
      values: { from: device.status, to: status, cycle },
      fields: ['notes'],
    });
    return { id, status, openChecks };
  });
}
