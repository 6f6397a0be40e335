import { sql } from 'kysely';
import { may } from '../../access/permissions.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { callerOf, recordEvent, recordEvents, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import type { TaskKind } from '../../tasks/task.rules.ts';
import { judgeLines, lockLines } from './bulk.commands.ts';
import { countLosses, eachLoss, type LossRow, standingOf } from './disposal.queries.ts';
import type { DisposalsDone, LossPeriod, NewDisposals } from './disposal.schemas.ts';
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
  return command(deps, ctx, async (trx) => {
    const named = await lockLines(trx, input.items);
    // Asked once the devices are locked: a check may have been recorded while this waited.
    const standing = await standingOf(
      trx,
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
    return { lines, disposals: await retireDevices(trx, deps, ctx, devices, input) };
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

/** Retires locked devices: the move, the record, the end of the data plan and of an open repair, the event, and the tasks about them. The same few statements however many. */
export async function retireDevices(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  devices: (Pick<DeviceToDispose, 'assetTag' | 'status'> & { id: string })[],
  input: Omit<NewDisposals, 'items'>,
): Promise<DisposalsDone['disposals']> {
  const { way, disposedOn, organisation = null, transferNote = null, notes = null } = input;
  const at = timestamp(deps.clock);
  const made = devices.map(({ id: deviceId, assetTag }) => ({ id: newId(), deviceId, assetTag }));
  const authorisedBy = way === 'written_off' ? (input.authorisedBy ?? ctx.actor.name) : input.authorisedBy;
  const { rows } = await sql<{ id: string; deviceId: string }>`/* disposal.record */
    with t as materialized (
      select * from unnest(${made.map(({ id }) => id)}::uuid[], ${made.map(({ deviceId }) => deviceId)}::uuid[]) as t (id, device_id)
    ), d as (
      update device d set status = 'retired', changed_at = ${at}::timestamptz from t where d.id = t.device_id returning d.id
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
    update data_plan set status = 'ended', ended_on = ${today(deps.clock)}::date, suspended_at = null, changed_at = ${at}::timestamptz
    where status <> 'ended' and device_id in (select id from d) returning id, device_id as "deviceId"`.execute(
    trx,
  );
  const planOf = new Map(rows.map(({ id, deviceId }) => [deviceId, id]));
  const said = { organisation, transferNote, authorisedBy, notes };
  const fields = Object.entries(said).flatMap(([name, value]) => (value ? name : []));
  await recordEvents(
    trx,
    deps,
    ctx,
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
  await completeTasksAbout(trx, deps, ctx, tasksOver, [...ids, ...planOf.values()]);
  return made;
}

/** Writes down that someone takes the losses register as a file, with how many lines, and gives them to be read as they go out. */
export async function exportLosses(
  deps: Deps,
  ctx: Context,
  period: LossPeriod,
): Promise<AsyncIterable<LossRow>> {
  await command(deps, ctx, async (trx) => {
    const count = await countLosses(trx, period);
    await recordEvent(trx, deps, ctx, {
      type: 'losses.exported',
      subjects: callerOf(ctx),
      values: { count },
    });
  });
  return eachLoss(deps.db, period);
}
