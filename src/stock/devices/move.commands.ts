import { requireLocation } from '../../scheme/organisations/location.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvents } from '../../shared/events.ts';
import { run } from '../../shared/statements.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { judgeLines, lockLines } from './bulk.commands.ts';
import type { MovesDone, NewMoves } from './move.schemas.ts';
import { moveRefusal } from './stock.rules.ts';

/**
 * Moves devices to another place: all or none, or with `partial` those that can be. What stands
 * there already is left as it is. The same few statements whatever their number.
 * @throws Problem `invalid` for an unknown location, `bulk-refused` with a verdict per line
 */
export async function moveDevices(
  deps: Deps,
  ctx: Context,
  input: NewMoves,
  partial = false,
): Promise<MovesDone> {
  return command(deps, ctx, async (work) => {
    const { id: locationId, name } = await requireLocation(work.trx, input.locationId);
    const { lines, devices } = judgeLines(await lockLines(work.trx, input.items), partial, (device) => {
      const refusal = moveRefusal(device);
      if (refusal) return { verdict: 'refused', text: refusal };
      return device.locationId === locationId
        ? { verdict: 'unchanged', text: `${device.assetTag} is kept at ${name} already.` }
        : { verdict: 'done', text: `${device.assetTag} is kept at ${name} now.` };
    });
    const ids = devices.map(({ id }) => id);
    await run(work.trx, 'device.move-many')`
      update device set location_id = ${locationId}, changed_at = ${work.at} where id = any(${ids}::uuid[])`;
    await recordEvents(
      work,
      devices.map(({ id, locationId: fromLocationId }) => ({
        type: 'device.moved',
        subjects: [
          ['device', id],
          ['location', locationId],
          ...(fromLocationId ? [['location', fromLocationId] as ['location', string]] : []),
        ],
        values: { fromLocationId, locationId },
      })),
    );
    await completeTasksAbout(work, ['unexpected_at_stocktake'], ids);
    return { location: { id: locationId, name }, lines };
  });
}
