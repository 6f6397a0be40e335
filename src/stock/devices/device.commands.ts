import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { type DeviceState, lockDevice, recordChecks } from './check.commands.ts';
import { statusWords } from './device.rules.ts';
import type { NewCheck } from './device.schemas.ts';

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
  return command(deps, ctx, async (trx) => {
    const device = await lockDevice(trx, deviceId);
    if (device.status !== 'ready') {
      throw new Problem('device-move-refused', {
        detail: `The device is ${statusWords[device.status]}. Only a ready device is sent back to preparation.`,
        deviceStatus: device.status,
      });
    }
    const { rows } = await sql<DeviceState>`
      update device set status = 'in_preparation', cycle = cycle + 1, cycle_started_on = ${today(deps.clock)},
        changed_at = ${timestamp(deps.clock)}, notes = concat_ws(E'\n', notes, ${input.reason}::text)
      where id = ${deviceId} and status = 'ready'
      returning id, status, open_checks(id, kind, cycle) as "openChecks"`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'device.reopened',
      subjects: [['device', deviceId]],
      values: { from: 'ready', to: 'in_preparation', cycle: device.cycle + 1 },
      fields: ['notes'],
    });
    return rows[0]!;
  });
}
