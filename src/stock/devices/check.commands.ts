import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { readAssetTag } from '../../shared/codes.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvents } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { type FieldError, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { checksTurn } from './check.queries.ts';
import { checkErrors, checkRefusal } from './check.rules.ts';
import type { NewCheckBatch } from './check.schemas.ts';
import { type DeviceMove, deviceStatuses } from './device.rules.ts';
import type { NewCheck } from './device.schemas.ts';
import { isOnShelf } from './device.states.ts';
import { kindsOfDevice } from './device-kinds.rules.ts';
import { markSeen } from './seen.commands.ts';
import { DeviceState, deviceMove } from './status.commands.ts';
import { keepOwnAnswers } from './updates.commands.ts';
import { openChecks } from './updates.queries.ts';

/**
 * Records several checks of one device at once, all or none, as `recordCheck` does for one. Faults
 * point into the check that has them, without saying which: they were filled in together.
 * @throws Problem `not-found`, `check-not-open`, `invalid`
 */
export async function recordChecks(deps: Deps, ctx: Context, deviceId: string, checks: NewCheck[]) {
  return command(deps, ctx, async (work) => {
    const device = await lockDevice(work.trx, deviceId);
    const refused = checks.map(({ result }) => checkRefusal(device.status, result)).find((why) => why);
    if (refused) throw new Problem('check-not-open', { detail: refused, deviceStatus: device.status });
    const [recorded] = await record(work, [{ device, checks, pointers: checks.map(() => '') }]);
    const { assetTag, checks: made, ...state } = recorded!;
    return { checks: made, device: state, assetTag };
  });
}

/**
 * Records checks of many devices, all or none. The same few statements however many.
 * @throws Problem `invalid` with every fault, `bulk-refused` with each device whose status does not allow it
 */
export async function recordCheckBatch(deps: Deps, ctx: Context, input: NewCheckBatch) {
  const asked = input.devices.map(({ assetTag, deviceId }) => ({
    tag: (assetTag && readAssetTag(assetTag)) || undefined,
    id: deviceId,
  }));
  return command(deps, ctx, async (work) => {
    const devices = await lockDevices(work.trx, {
      ids: asked.flatMap(({ id }) => id ?? []),
      tags: asked.flatMap(({ tag }) => tag ?? []),
    });
    const errors: FieldError[] = [];
    const lines = input.devices.flatMap(({ assetTag, deviceId, checks }, row) => {
      const pointer = `/devices/${row}`;
      const { tag, id } = asked[row]!;
      const device = devices.find((one) => one.id === id || one.assetTag === tag);
      if (!assetTag === !deviceId) errors.push({ pointer, message: 'Give the asset tag or the deviceId.' });
      else if (!device)
        errors.push({
          pointer: `${pointer}/${assetTag ? 'assetTag' : 'deviceId'}`,
          message: 'There is no such device.',
        });
      return device
        ? [{ device, checks, pointers: checks.map((_, place) => `${pointer}/checks/${place}`) }]
        : [];
    });
    if (new Set(lines.map(({ device }) => device)).size < lines.length)
      errors.push({ pointer: '/devices', message: 'Name each device only once.' });
    if (errors.length) throw new Problem('invalid', { errors });
    const conflicts = lines.flatMap(({ device: { assetTag, status }, checks }) => {
      const why = checks.map(({ result }) => checkRefusal(status, result)).find((one) => one);
      return why ? [{ assetTag, status, why }] : [];
    });
    if (conflicts.length) {
      const detail = conflicts.map(({ assetTag, why }) => `${assetTag}: ${why}`).join(' ');
      throw new Problem('bulk-refused', { detail, conflicts });
    }
    return { devices: await record(work, lines) };
  });
}

type Line = {
  device: LockedDevice;
  checks: NewCheck[];
  /** Where each check is in the request. */
  pointers: string[];
};

/** Writes the checks of locked devices and settles these: one statement each for checks, devices and events. */
async function record(work: Work, lines: Line[]) {
  const day = work.today;
  const { at } = work;
  const made = lines.flatMap(({ device, checks, pointers }) =>
    checks.map((check, place) => ({
      check: { ...check, performedBy: check.performedBy ?? work.ctx.actor.name },
      device,
      pointer: pointers[place]!,
      id: newId(),
      nextDue: (check.kind === 'electrical' && check.result === 'pass' && check.evidence.nextDue) || null,
      isTwice: checks.findIndex(({ kind }) => kind === check.kind) < place,
    })),
  );
  const errors = made.flatMap(({ check, device, pointer, isTwice }) => [
    ...(isTwice ? [{ pointer: `${pointer}/kind`, message: 'Give each check of a device once.' }] : []),
    ...checkErrors(check, device, day).map((fault) => ({ ...fault, pointer: pointer + fault.pointer })),
  ]);
  if (errors.length) throw new Problem('invalid', { errors });
  const rows = made.map(({ id, device, check, nextDue }) => ({
    ...check,
    id,
    deviceId: device.id,
    cycle: device.cycle,
    nextDue,
  }));
  await run(work.trx, 'check.record')`
    insert into preparation_check (id, device_id, cycle, kind, result, performed_on, performed_by, evidence, notes, next_due, recorded_at, missed_before)
    select c.id, "deviceId", c.cycle, c.kind, result, "performedOn", "performedBy", evidence, c.notes, "nextDue", ${at}::timestamptz,
      (select d.missed_on from device d where d.id = "deviceId" and d.missed_on <= "performedOn")
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c (id uuid, "deviceId" uuid, cycle int, kind text, result text,
      "performedOn" date, "performedBy" text, evidence jsonb, notes text, "nextDue" date)`;
  const ofUpdates = made.flatMap(({ check, device }) => (check.kind === 'updates' ? device.id : []));
  if (ofUpdates.length) await keepOwnAnswers(work.trx, ofUpdates);
  const states = new Map(
    (
      await settleReadiness(
        work.trx,
        lines.map(({ device }) => device.id),
        at,
      )
    ).map((state) => [state.id, state]),
  );
  await recordEvents(
    work,
    made.map(({ check, device, nextDue }, place) => ({
      type: 'device.checked',
      subjects: [['device', device.id]],
      values: {
        kind: check.kind,
        result: check.result,
        performedOn: check.performedOn,
        cycle: device.cycle,
        from: device.status,
        // Of several checks of a device the last tells that it moved.
        to: made[place + 1]?.device === device ? device.status : states.get(device.id)!.status,
        ...(nextDue && { nextDue }),
      },
    })),
  );
  await markSeen(
    work,
    made.map(({ device, check }) => ({ id: device.id, on: check.performedOn })),
  );
  const done = [...states.values()].filter(({ openChecks }) => !openChecks.length);
  await completeTasksAbout(
    work,
    ['check_ran_out', 'preparation_late'],
    done.map(({ id }) => id),
  );
  return lines.map(({ device, checks }) => ({
    ...states.get(device.id)!,
    assetTag: device.assetTag,
    checks: made
      .filter((one) => one.device === device)
      .map(({ id }, place) => ({ id, kind: checks[place]!.kind, result: checks[place]!.result })),
  }));
}

export const LockedDevice = {
  id: col.text,
  assetTag: col.text,
  kind: col.keyOf(kindsOfDevice),
  status: col.oneOf(deviceStatuses),
  cycle: col.number,
  cycleStartedOn: col.text,
};
export type LockedDevice = RowOf<typeof LockedDevice>;

/** Locks devices by id, in turn with whoever changes the required checks. */
export async function lockDevices(
  trx: Trx,
  { ids = [], tags = [] }: { ids?: string[]; tags?: string[] },
): Promise<LockedDevice[]> {
  return many(trx, 'device.lock', LockedDevice)`
    select id, asset_tag as "assetTag", kind, status, cycle, cycle_started_on as "cycleStartedOn" from device
    where (id = any(${ids}::uuid[]) or asset_tag = any(${tags}::text[])) and ${checksTurn}
    order by id for update`;
}

/**
 * Locks one device and reads it as it is then.
 * @throws Problem `not-found`
 */
export async function lockDevice(trx: Trx, id: string): Promise<LockedDevice> {
  const [device] = await lockDevices(trx, { ids: [id] });
  if (!device) throw new Problem('not-found');
  return device;
}

type ByChecks = Extract<
  DeviceMove['by'],
  | 'the last required check passing'
  | 'a check failed, run out or newly required'
  | 'a failed check taken back'
  | 'a passed check taken back'
>;

/**
 * Moves locked devices to what their checks say: one being prepared with none open becomes ready, a
 * ready one with one open goes back. A reserved one stays. One statement, however many; what makes a
 * reserved device ready again calls it too, since a check may have run out while it was held.
 * @param by what happened to the checks, where they were not recorded
 * @returns those of the three statuses, as they stand now
 */
export async function settleReadiness(
  trx: Trx,
  ids: string[],
  at: string,
  by: readonly ByChecks[] = ['the last required check passing', 'a check failed, run out or newly required'],
): Promise<DeviceState[]> {
  return many(trx, 'device.settle', DeviceState)`
    with c as materialized (
      select d.id, d.status, ${openChecks('d', sql`(${at}::timestamptz at time zone 'Europe/London')`)} as open from device d
      where d.id = any(${ids}::uuid[]) and ${isOnShelf('d')}
    ), o as (
      select id, open, case when status = 'reserved' then status when cardinality(open) = 0 then 'ready' else 'in_preparation' end as "to" from c
    )
    ${deviceMove(by, {
      from: sql`o`,
      which: sql`d.id = o.id`,
      to: sql`o."to"`,
      stays: true,
      at,
    })}
    returning d.id, d.status, o.open as "openChecks"`;
}
