import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import {
  assertCheckFits,
  type CheckKind,
  type DeviceKind,
  type DeviceStatus,
  statusWords,
} from './device.rules.ts';
import type { NewCheck } from './device.schemas.ts';

export type DeviceState = { id: string; status: DeviceStatus; openChecks: CheckKind[] };

/**
 * Records a preparation check. The last required pass makes the device ready by itself; a fail
 * of a ready device sends it back to preparation.
 * @throws Problem `not-found`, `check-not-open`, `invalid`
 */
export async function recordCheck(deps: Deps, ctx: Context, deviceId: string, check: NewCheck) {
  return command(deps, ctx, async (trx) => {
    const device = await lockDevice(trx, deviceId);
    const performedBy = check.performedBy ?? ctx.actor.name;
    assertCheckFits({ ...check, performedBy }, device, today(deps.clock));
    const id = newId();
    const at = timestamp(deps.clock);
    await sql`/* check.record */
      insert into preparation_check (id, device_id, cycle, kind, result, performed_on, performed_by, evidence, notes, recorded_at)
      values (${id}, ${deviceId}, ${device.cycle}, ${check.kind}, ${check.result}, ${check.performedOn}, ${performedBy},
        ${JSON.stringify(check.evidence)}, ${check.notes ?? null}, ${at})`.execute(trx);
    const state = await settleReadiness(trx, deviceId, at);
    await recordEvent(trx, deps, ctx, {
      type: 'device.checked',
      subjects: [['device', deviceId]],
      values: {
        kind: check.kind,
        result: check.result,
        performedOn: check.performedOn,
        cycle: device.cycle,
        from: device.status,
        to: state.status,
      },
    });
    return { id, kind: check.kind, result: check.result, device: state };
  });
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

type LockedDevice = { kind: DeviceKind; status: DeviceStatus; cycle: number; cycleStartedOn: string };

/**
 * Locks one device and reads it as it is then.
 * @throws Problem `not-found`
 */
export async function lockDevice(trx: Trx, id: string): Promise<LockedDevice> {
  const { rows } = await sql<LockedDevice>`/* device.lock */
    select kind, status, cycle, cycle_started_on as "cycleStartedOn" from device where id = ${id} for update`.execute(
    trx,
  );
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

/** Moves a device being prepared to ready when no check is open, and a ready one back when one is. */
async function settleReadiness(trx: Trx, id: string, at: string): Promise<DeviceState> {
  const { rows } = await sql<DeviceState>`/* device.settle */
    update device d set changed_at = ${at},
      status = case when cardinality(o.open) = 0 then 'ready' else 'in_preparation' end
    from (select open_checks(id, kind, cycle) as open from device where id = ${id}) o
    where d.id = ${id} and d.status in ('in_preparation', 'ready')
    returning d.id, d.status, o.open as "openChecks"`.execute(trx);
  return rows[0]!;
}
