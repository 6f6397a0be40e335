import { sql } from 'kysely';
import { may } from '../../access/permissions.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { callerOf, recordEvent, recordEvents, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import type { TaskKind } from '../../tasks/task.rules.ts';
import { isInUse } from '../data-plans/data-plan.states.ts';
import { judgeLines, lockLines } from './bulk.commands.ts';
import { assertDeviceAction } from './device.rules.ts';
import { countLosses, eachLoss, type LossRow, standingOf } from './disposal.queries.ts';
import type { DisposalsDone, LossPeriod, NewDisposals } from './disposal.schemas.ts';
import { deviceMove } from './status.commands.ts';
import { type DeviceToDispose, disposalRefusal } from './stock.rules.ts';

/**
 * Takes devices out of the stock for good, each with its record: all or none, or with `partial` those
 * that can be. What can hold data leaves erased or with a destruction certificate; what is lost or
 * never arrived is written off, by a manager: in its incident while one is open, so that the story stays whole. A data plan ends with its device. The same few
 * statements whatever their number.
 * @throws Problem `not-allowed`, `invalid`, `bulk-refused` with a verdict per line
 */
export async function disposeDevices(
  deps: Deps,
  ctx: Context,
  input: NewDisposals,
  partial = false,
): Promise<DisposalsDone> {
  if (input.way === 'written_off' && !may(ctx.actor, 'incidents.write-off'))
    throw new Problem('not-allowed', { detail: 'A manager writes off what is lost. Ask one to do it.' });
  if (input.disposedOn > today(deps.clock))
    throw invalid({
      pointer: '/disposedOn',
      message: 'This date is in the future. Give the day it left.',
    });
  return command(deps, ctx, async (work) => {
    const named = await lockLines(work.trx, input.items);
    // Asked once the devices are locked: a check may have been recorded while this waited.
    const standing = await standingOf(
      work.trx,
      named.flatMap(({ device }) => device?.id ?? []),
    );
    const { lines, devices } = judgeLines(
      named.map((line) => ({
        ...line,
        device: line.device && { ...line.device, ...standing.get(line.device.id)! },
      })),
      partial,
      (device) => {
        const refusal = disposalRefusal(device, input);
        return refusal
          ? { verdict: 'refused', text: refusal }
          : { verdict: 'done', text: `${device.assetTag} is retired.` };
      },
    );
    return { lines, disposals: await retireDevices(work, devices, input) };
  });
}

/** What nobody has to do about a device that has left, or about its data plan. */
const tasksOver: TaskKind[] = [
  'missing_at_stocktake',
  'unexpected_at_stocktake',
  'suspend_sim',
  'data_ending',
  'preparation_late',
];

/**
 * Retires locked devices: the move, the record, the end of the data plan and of an open repair, the event, and
 * the tasks about them. The same few statements however many.
 * @throws Problem `device-move-refused`
 */
export async function retireDevices(
  work: Work,
  devices: (Pick<DeviceToDispose, 'assetTag' | 'status'> & { id: string })[],
  input: Omit<NewDisposals, 'items'>,
): Promise<DisposalsDone['disposals']> {
  const { way, disposedOn, organisation = null, transferNote = null, notes = null } = input;
  const { at } = work;
  const isLoss = way === 'written_off';
  for (const { status } of devices) assertDeviceAction(isLoss ? 'write_off' : 'dispose', { status });
  const made = devices.map(({ id: deviceId, assetTag }) => ({ id: newId(), deviceId, assetTag }));
  const authorisedBy = isLoss ? (input.authorisedBy ?? work.ctx.actor.name) : input.authorisedBy;
  const rows = await many(work.trx, 'disposal.record', { id: col.text, deviceId: col.text })`
    with t as materialized (
      select * from unnest(${made.map(({ id }) => id)}::uuid[], ${made.map(({ deviceId }) => deviceId)}::uuid[]) as t (id, device_id)
    ), d as (
      ${deviceMove(isLoss ? 'write-off' : 'disposal', { from: sql`t`, which: sql`d.id = t.device_id`, at })} returning d.id
    ), r as (
      update repair set back_on = greatest(sent_on, ${disposedOn}::date), result = 'not_repaired'
      where back_on is null and device_id in (select id from d)
    ), x as (
      insert into disposal (id, device_id, way, disposed_on, organisation, transfer_note, destruction_certificate, book_value,
        authorised_by, notes, created_at)
      select t.id, t.device_id, ${way}, ${disposedOn}::date, ${organisation}, ${transferNote}, ${input.destructionCertificate ?? null},
        ${input.bookValue ?? null}::numeric, ${authorisedBy ?? null}, ${notes}, ${at}::timestamptz
      from t join d on d.id = t.device_id
    )
    update data_plan set status = 'ended', ended_on = ${work.today}::date, suspended_at = null, changed_at = ${at}::timestamptz
    where ${isInUse()} and device_id in (select id from d) returning id, device_id as "deviceId"`;
  const planOf = new Map(rows.map(({ id, deviceId }) => [deviceId, id]));
  const said = { organisation, transferNote, authorisedBy, notes };
  const fields = Object.entries(said).flatMap(([name, value]) => (value ? name : []));
  await recordEvents(
    work,
    devices.map(({ id, status, assetTag }) => {
      const planId = planOf.get(id);
      const subjects: [SubjectType, string][] = [
        ['device', id],
        ...(planId ? [['data_plan', planId] as [SubjectType, string]] : []),
      ];
      return {
        type: 'device.retired',
        subjects,
        values: { from: status, to: 'retired', way, disposedOn, assetTag },
        fields,
      };
    }),
  );
  const ids = devices.map(({ id }) => id);
  await completeTasksAbout(work, tasksOver, [...ids, ...planOf.values()]);
  return made;
}

/** Writes down that someone takes the losses register as a file, with how many lines, and gives them to be read as they go out. */
export async function exportLosses(
  deps: Deps,
  ctx: Context,
  period: LossPeriod,
): Promise<AsyncIterable<LossRow>> {
  await command(deps, ctx, async (work) => {
    const count = await countLosses(work.trx, period);
    await recordEvent(work, {
      type: 'losses.exported',
      subjects: callerOf(ctx),
      values: { count },
    });
  });
  return eachLoss(deps.db, period);
}
