import { sql } from 'kysely';
import { requireLocation } from '../../scheme/organisations/location.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { lockDevice } from './check.commands.ts';
import { assertAllowed, type CheckKind, type DeviceStatus, statusWords } from './device.rules.ts';
import { standingOf } from './disposal.queries.ts';

/** What is known of a device that turned up; what is left out stays as it was. */
export type Finding = {
  /** Where it is kept from now on. */
  locationId?: string | undefined;
  condition?: string | undefined;
  notes?: string | undefined;
};
export type FoundDevice = { id: string; assetTag: string; status: DeviceStatus; openChecks: CheckKind[] };

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
  return command(deps, ctx, async (trx) => {
    const { status } = await lockDevice(trx, deviceId);
    const { incident } = (await standingOf(trx, [deviceId])).get(deviceId)!;
    if (status === 'lost') assertAllowed('arrive', { status, incident });
    return recordFoundIn(trx, deps, ctx, deviceId, finding);
  });
}

/** The same inside a command's transaction, which has locked the device and asked after an incident. */
export async function recordFoundIn(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  deviceId: string,
  { locationId, condition, notes }: Finding = {},
): Promise<FoundDevice> {
  if (locationId) await requireLocation(trx, locationId);
  const { rows } = await sql<FoundDevice & { cycle: number; locationId: string | null }>`/* device.find */
    update device set status = 'in_preparation', cycle = cycle + 1, cycle_started_on = ${today(deps.clock)}, changed_at = ${timestamp(deps.clock)},
      location_id = coalesce(${locationId ?? null}::uuid, location_id), condition = coalesce(${condition ?? null}::text, condition),
      notes = case when ${notes ?? null}::text is null then notes else concat_ws(E'\n', notes, ${notes ?? null}::text) end
    where id = ${deviceId} and status = 'lost'
    returning id, asset_tag as "assetTag", status, open_checks(id, kind, cycle) as "openChecks", cycle, location_id as "locationId"`.execute(
    trx,
  );
  const [found] = rows;
  if (!found) throw await notLost(trx, deviceId);
  await completeTasksAbout(
    trx,
    deps,
    ctx,
    ['missing_at_stocktake', 'unexpected_at_stocktake', 'suspend_sim'],
    [deviceId],
  );
  await recordEvent(trx, deps, ctx, {
    type: 'device.found',
    subjects: [['device', deviceId]],
    values: { from: 'lost', to: 'in_preparation', cycle: found.cycle, locationId: found.locationId },
    fields: notes ? ['notes'] : [],
  });
  const { id, assetTag, status, openChecks } = found;
  return { id, assetTag, status, openChecks };
}

async function notLost(trx: Trx, id: string): Promise<Problem> {
  const { rows } = await sql<{ status: DeviceStatus }>`select status from device where id = ${id}`.execute(
    trx,
  );
  if (!rows[0]) return new Problem('not-found');
  const { status } = rows[0];
  return new Problem('device-move-refused', {
    detail: `The device is ${statusWords[status]}. Only a lost device is recorded as found.`,
    deviceStatus: status,
  });
}
