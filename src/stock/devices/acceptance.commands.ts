import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { one, run } from '../../shared/statements.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { lockDevice } from './check.commands.ts';
import { getDevice } from './device.queries.ts';
import type { DeviceState } from './status.commands.ts';
import { settleUpdates } from './updates.commands.ts';
import { isAccepted, isShort, updatesEnd } from './updates.queries.ts';
import type { NewAcceptance } from './updates.schemas.ts';

/**
 * Writes down why a device may be lent though its security updates end too early, or nobody knows when. It counts for this
 * preparation and the end that is known; where nothing else is to do the device becomes ready. Said twice, the first counts.
 * @throws Problem `not-found`; `device-move-refused` where nothing about its updates is in the way
 */
export async function acceptUpdates(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  { reason }: NewAcceptance,
): Promise<DeviceState> {
  return command(deps, ctx, async (work) => {
    const { trx, at, today } = work;
    const device = await lockDevice(trx, deviceId);
    const { endOn, isStopped, isDone } = await one(trx, 'device.updates-to-accept', {
      endOn: col.orNull(col.text),
      isStopped: col.boolean,
      isDone: col.boolean,
    })`
      select ${updatesEnd('d')} as "endOn", coalesce(${isShort('d', today)}, false) or exists (select from task t
        where t.kind = 'updates_ending' and t.subject_id = d.id and t.status = 'open') as "isStopped", ${isAccepted('d')} as "isDone"
      from device d where d.id = ${deviceId}`;
    if (!isDone) {
      if (!isStopped)
        throw new Problem('device-move-refused', {
          detail: 'Nothing about its security updates is in the way of a loan.',
          deviceStatus: device.status,
        });
      await run(
        trx,
        'device.accept-updates',
        trx.insertInto('updates_acceptance').values({
          id: newId(),
          device_id: deviceId,
          cycle: device.cycle,
          updates_end_on: endOn,
          reason,
          accepted_by: ctx.actor.name,
          accepted_at: at,
        }),
      );
      await recordEvent(work, {
        type: 'device.updates_accepted',
        subjects: [['device', deviceId]],
        values: { endOn },
        fields: ['reason'],
      });
      await settleUpdates(work, sql`d.id = ${deviceId}`);
      await completeTasksAbout(work, ['updates_ending'], [deviceId]);
    }
    const { id, status, openChecks } = await getDevice(trx, deviceId, today);
    return { id, status, openChecks };
  });
}
