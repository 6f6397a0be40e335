import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { type NewEvent, recordEvents } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe, one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout, createTasks } from '../../tasks/task.commands.ts';
import { deviceMove } from '../devices/status.commands.ts';
import { linesOf } from './stocktake.queries.ts';
import { type CountedLine, keepRefusal, lossRefusal } from './stocktake.rules.ts';
import type { ChosenDevices, KeptHere, LossesDone } from './stocktake.schemas.ts';

const Head = { reference: col.text, locationId: col.text, isOpen: col.boolean };
type Head = RowOf<typeof Head>;

/**
 * Records devices that a closed stocktake missed as lost, all or none. A reserved one is no longer held
 * for its referral; the data plan stays, with a task to suspend its SIM when it is active.
 * @throws Problem `not-found`, `stocktake-open`, `bulk-refused` with the lines that cannot
 */
export async function recordLosses(
  deps: Deps,
  ctx: Context,
  stocktakeId: string,
  { deviceIds }: ChosenDevices,
): Promise<LossesDone> {
  return command(deps, ctx, async (work) => {
    const stocktake = await headOf(work.trx, stocktakeId);
    if (stocktake.isOpen)
      throw new Problem('stocktake-open', {
        detail: `Close ${stocktake.reference} first: until then everything may still turn up.`,
        stocktakeId,
      });
    const lines = await lockChosen(work.trx, stocktakeId, deviceIds);
    assertNone(deviceIds, lines, (line) => lossRefusal(line, stocktake.locationId));
    const { released, active } = await lose(work, deviceIds, stocktake.reference);
    await createTasks(
      work,
      active.map((id) => ({ kind: 'suspend_sim', subjectType: 'device', subjectId: id })),
    );
    await completeTasksAbout(work, ['missing_at_stocktake', 'check_ran_out', 'preparation_late'], deviceIds);
    const devices = [...lines.values()].map(({ device }) => device);
    await recordEvents(work, [
      ...released.map(
        ({ id, deviceId, referralId, patientId }): NewEvent => ({
          type: 'allocation.released',
          subjects: [
            ['allocation', id],
            ['referral', referralId],
            ['patient', patientId],
            ['device', deviceId],
          ],
          values: { from: 'reserved', to: 'lost', assetTag: lines.get(deviceId)!.device.assetTag },
          fields: ['endedReason'],
        }),
      ),
      ...devices.map(
        ({ id, status }): NewEvent => ({
          type: 'device.lost',
          subjects: [
            ['device', id],
            ['stocktake', stocktakeId],
          ],
          values: { from: status, to: 'lost', reference: stocktake.reference },
        }),
      ),
    ]);
    const heldFor = new Map(released.map(({ deviceId, referralId }) => [deviceId, referralId]));
    return {
      devices: devices.map(({ id, assetTag }) => ({
        id,
        assetTag,
        status: 'lost',
        releasedFrom: heldFor.get(id) ?? null,
        suspendSim: active.includes(id),
      })),
    };
  });
}

/**
 * Keeps devices from now on where a stocktake found them, all or none.
 * @throws Problem `not-found`, `bulk-refused` with the lines that cannot
 */
export async function keepHere(
  deps: Deps,
  ctx: Context,
  stocktakeId: string,
  { deviceIds }: ChosenDevices,
): Promise<KeptHere> {
  return command(deps, ctx, async (work) => {
    const { locationId } = await headOf(work.trx, stocktakeId);
    const lines = await lockChosen(work.trx, stocktakeId, deviceIds);
    assertNone(deviceIds, lines, (line) => keepRefusal(line, locationId));
    await run(work.trx, 'stocktake.keep-here')`
      update device set location_id = ${locationId}, changed_at = ${work.at} where id = any(${deviceIds}::uuid[])`;
    await completeTasksAbout(work, ['unexpected_at_stocktake'], deviceIds);
    const devices = [...lines.values()].map(({ device }) => device);
    await recordEvents(
      work,
      devices.map(({ id, location }) => ({
        type: 'device.moved',
        subjects: [
          ['device', id],
          ['stocktake', stocktakeId],
        ],
        values: { fromLocationId: location?.id ?? null, locationId },
      })),
    );
    return { devices: devices.map(({ id, assetTag }) => ({ id, assetTag })) };
  });
}

async function headOf(trx: Trx, id: string): Promise<Head> {
  const row = await maybe(trx, 'stocktake.head', Head)`
    select reference, location_id as "locationId", closed_at is null as "isOpen" from stocktake where id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** Locks devices, then reads their lines as they stand under the lock. */
async function lockChosen(trx: Trx, stocktakeId: string, ids: string[]): Promise<Map<string, CountedLine>> {
  await run(trx, 'stocktake.lock-devices')`
    select from device where id = any(${ids}::uuid[]) order by id for no key update`;
  return linesOf(trx, stocktakeId, ids);
}

/** @throws Problem `bulk-refused` that names every line that stopped it */
function assertNone(
  ids: string[],
  lines: Map<string, CountedLine>,
  refusalOf: (line: CountedLine) => string | undefined,
): void {
  const refused = ids.flatMap((deviceId) => {
    const line = lines.get(deviceId);
    const text = line ? refusalOf(line) : 'This stocktake has no such device.';
    return text ? { deviceId, assetTag: line?.device.assetTag ?? null, text } : [];
  });
  if (refused.length)
    throw new Problem('bulk-refused', { detail: refused.map(({ text }) => text).join(' '), lines: refused });
}

const Lost = {
  released: col.listOf(
    col.object({ id: col.text, deviceId: col.text, referralId: col.text, patientId: col.text }),
  ),
  active: col.listOf(col.text),
};
type Lost = RowOf<typeof Lost>;

/** Moves locked devices to lost, with what was held or under way for them; those whose data plan is active. */
async function lose(work: Work, ids: string[], reference: string): Promise<Lost> {
  const { at } = work;
  return one(work.trx, 'stocktake.lose', Lost)`
    with d as (
      ${deviceMove('missing at stocktake', { which: sql`d.id = any(${ids}::uuid[])`, at })} returning d.id
    ), a as (
      update allocation set status = 'released', ended_at = ${at}::timestamptz,
        ended_reason = 'It was missing at stocktake ' || ${reference}::text || '.'
      where device_id = any(${ids}::uuid[]) and status = 'held' returning id, device_id, referral_id
    ), r as (
      update repair set back_on = ${work.today}, result = 'not_repaired',
        notes = concat_ws(E'\\n', notes, 'Missing at stocktake ' || ${reference}::text)
      where device_id = any(${ids}::uuid[]) and back_on is null
    )
    select coalesce((select json_agg(json_build_object('id', a.id, 'deviceId', a.device_id, 'referralId', r.id, 'patientId', r.patient_id))
        from a join referral r on r.id = a.referral_id), '[]') as released,
      array(select s.device_id from data_plan s join d on d.id = s.device_id where s.status = 'active' order by s.device_id) as active`;
}
