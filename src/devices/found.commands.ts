import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { type CheckKind, type DeviceStatus, statusWords } from './device.rules.ts';

/** @property locationId where it is kept from now on; left out, where it was kept before */
export type Finding = { locationId?: string | undefined };
export type FoundDevice = { id: string; assetTag: string; status: DeviceStatus; openChecks: CheckKind[] };

/**
 * Records that a lost device was found: it is prepared again, in a new cycle in which every check is
 * open. What asked to look for it, or to suspend its SIM, is no longer to do.
 * @throws Problem `not-found`, `device-move-refused` unless it is lost, `invalid` for an unknown location
 */
export async function recordFound(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  finding: Finding = {},
): Promise<FoundDevice> {
  return command(deps, ctx, (trx) => recordFoundIn(trx, deps, ctx, deviceId, finding));
}

/** The same inside a command's transaction, which has locked the loans before. */
export async function recordFoundIn(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  deviceId: string,
  { locationId }: Finding = {},
): Promise<FoundDevice> {
  if (locationId) {
    const { rows } = await sql`select from location where id = ${locationId}`.execute(trx);
    if (!rows.length) throw invalid({ pointer: '/locationId', message: 'There is no location of this id.' });
  }
  const { rows } = await sql<FoundDevice & { cycle: number; locationId: string | null }>`/* device.find */
    update device set status = 'in_preparation', cycle = cycle + 1, cycle_started_on = ${today(deps.clock)},
      location_id = coalesce(${locationId ?? null}::uuid, location_id), changed_at = ${timestamp(deps.clock)}
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
