import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { lockDevice, settleReadiness } from '../devices/check.commands.ts';
import { getDevice } from '../devices/device.queries.ts';
import type { DeviceStatus } from '../devices/device.rules.ts';
import type { Device } from '../devices/device.schemas.ts';
import { replaceEarlierLabels } from '../devices/earlier-label.commands.ts';
import { settleUpdates } from '../devices/updates.commands.ts';
import { settleEndings } from '../devices/updates-ending.commands.ts';
import {
  asNew,
  assertCorrection,
  type Correctable,
  changedOf,
  type Described,
  describedBy,
} from './device-change.rules.ts';
import type { DeviceChange } from './device-change.schemas.ts';
import { identifiersInUse } from './donation.commands.ts';

/** The version of what is recorded of a device, for If-Match. */
export const deviceTag = ({ id, changedAt }: Pick<Device, 'id' | 'changedAt'>) => etagOf(id, changedAt);

/** A device as it is after a correction, what of it changed, and the status that it had before. */
export type DeviceChanged = { device: Device; changed: Correctable[]; from: DeviceStatus };

/**
 * Corrects what was recorded of a device. Another kind needs other checks: what was passed stays passed, and the
 * device is ready or goes back to preparation by the checks of the new kind, in the same transaction.
 * `ctx.ifMatch` is the ETag of the device that the author saw.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid`, `device-identifier-in-use`,
 * `device-change-refused` for another kind of a device that is promised or given as it, or has left
 */
export async function changeDevice(
  deps: Deps,
  ctx: Context,
  id: string,
  change: DeviceChange,
): Promise<DeviceChanged> {
  return command(deps, ctx, async (work) => {
    await lockDevice(work.trx, id);
    const before = await getDevice(work.trx, id, work.today);
    requireMatch(ctx.ifMatch, deviceTag(before));
    const next = describedBy(before, change);
    const names = changedOf(before, next);
    if (!names.length) return { device: before, changed: [], from: before.status };
    assertCorrection(before, next, { names, taken: await takenByOthers(work, before, next) });
    await write(work, id, next);
    const to = names.includes('kind') ? await settle(work, before) : before.status;
    if (names.includes('make') || names.includes('model')) await settleModel(work, id);
    await recordEvent(work, {
      type: 'device.corrected',
      subjects: [['device', id]],
      values: {
        changed: names,
        before: logged(before, names),
        after: logged(next, names),
        ...(to !== before.status && { from: before.status, to }),
      },
      fields: names.filter((name) => name !== 'kind' && name !== 'condition'),
    });
    return { device: await getDevice(work.trx, id, work.today), changed: names, from: before.status };
  });
}

/** What of a change may be in the log: nothing that was written or typed. */
const logged = ({ kind, condition }: Described, names: Correctable[]) => ({
  ...(names.includes('kind') && { kind }),
  ...(names.includes('condition') && { condition }),
});

/** Identifiers that other devices in use have; one that has left the stock is in nobody's way. */
async function takenByOthers(work: Work, before: Device, next: Described): Promise<Map<string, string>> {
  if (['retired', 'gifted'].includes(before.status)) return new Map();
  const taken = await identifiersInUse(work.trx, [asNew(next)]);
  return new Map([...taken].filter(([, assetTag]) => assetTag !== before.assetTag));
}

async function write(work: Work, id: string, next: Described): Promise<void> {
  const { kind, make, model, serialNumber, imei, condition, earlierLabels, notes } = next;
  await run(
    work.trx,
    'device.correct',
    work.trx
      .updateTable('device')
      .set({ kind, make, model, serial_number: serialNumber, imei, condition, notes, changed_at: work.at })
      .where('id', '=', id),
  );
  await replaceEarlierLabels(work, id, earlierLabels);
}

/** What is known of the updates of its right model decides whether it is ready, and what staff are asked of it. */
async function settleModel(work: Work, id: string): Promise<void> {
  const isIt = sql`d.id = ${id}`;
  await settleUpdates(work, isIt);
  await settleEndings(work, isIt);
}

/** What the checks of its new kind make of a device: the status it has then. */
async function settle(work: Work, { id, status }: Device) {
  const [state] = await settleReadiness(work.trx, [id], work.at);
  if (state && !state.openChecks.length)
    await completeTasksAbout(work, ['check_ran_out', 'preparation_late'], [id]);
  return state?.status ?? status;
}
