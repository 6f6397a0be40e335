import { requireLocation } from '../../scheme/organisations/location.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { lockDevice } from './check.commands.ts';
import { assertDeviceAction } from './device.rules.ts';
import { standingOf } from './disposal.queries.ts';
import { changeDeviceStatus, type DeviceState } from './status.commands.ts';

/** What is known of a device that turned up; what is left out stays as it was. */
export type Finding = {
  /** Where it is kept from now on. */
  locationId?: string | undefined;
  condition?: string | undefined;
  notes?: string | undefined;
};
export type FoundDevice = DeviceState & { assetTag: string };

/**
 * Records that a lost device was found: it is prepared again, in a new cycle in which every check is
 * open. What asked to look for it, or to suspend its SIM, is no longer to do. With an open incident it
 * is recorded there, so that the story stays whole.
 * @throws Problem `not-found`, `device-move-refused` unless it is lost without an open incident, `invalid` for an unknown location
 */
export async function recordFound(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  finding: Finding = {},
): Promise<FoundDevice> {
  return command(deps, ctx, async (work) => {
    const { status } = await lockDevice(work.trx, deviceId);
    const { incident } = (await standingOf(work.trx, [deviceId])).get(deviceId)!;
    if (status === 'lost') assertDeviceAction('arrive', { status, incident });
    return markFound(work, deviceId, finding);
  });
}

/**
 * Moves a device that is found again into preparation, with what that settles. The caller holds the device's lock
 * and has asked after an incident.
 * @throws Problem `invalid` for an unknown location, `device-move-refused` unless it is lost
 */
export async function markFound(
  work: Work,
  deviceId: string,
  { locationId, condition, notes }: Finding = {},
): Promise<FoundDevice> {
  if (locationId) await requireLocation(work.trx, locationId);
  const found = await changeDeviceStatus(work, deviceId, 'found', { locationId, condition, note: notes });
  await completeTasksAbout(
    work,
    ['missing_at_stocktake', 'unexpected_at_stocktake', 'suspend_sim'],
    [deviceId],
  );
  await recordEvent(work, {
    type: 'device.found',
    subjects: [['device', deviceId]],
    values: { from: 'lost', to: found.status, cycle: found.cycle, locationId: found.locationId },
    fields: notes ? ['notes'] : [],
  });
  const { id, assetTag, status, openChecks } = found;
  return { id, assetTag, status, openChecks };
}
