import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { lockDevices } from '../devices/check.commands.ts';
import { getDevice } from '../devices/device.queries.ts';
import { type DeviceName, readDeviceName } from '../devices/naming.rules.ts';
import { lockDonation } from './change.commands.ts';
import type { ForgottenDevices, NewTakingOut } from './change.schemas.ts';
import { assertNew, insertDevices } from './donation.commands.ts';
import { getDonation } from './donation.queries.ts';
import { tidyDevice } from './donation.rules.ts';
import type { Donation, DonationRecorded } from './donation.schemas.ts';
import { signsOfDevice } from './presence.queries.ts';
import { takingOutRefusal } from './presence.rules.ts';

/**
 * Adds devices to a donation that were forgotten when it was recorded, all or none, as `recordDonation` adds them.
 * @throws Problem `not-found`, `invalid`, `device-identifier-in-use`
 */
export async function addForgotten(
  deps: Deps,
  ctx: Context,
  id: string,
  input: ForgottenDevices,
): Promise<DonationRecorded> {
  return command(deps, ctx, async (work) => {
    const { reference, donorId, receivedOn, locationId } = await lockDonation(work, id);
    const devices = input.devices.map(tidyDevice);
    await assertNew(work, devices);
    const added = await insertDevices(work, { id, receivedOn, locationId }, devices);
    await touch(work, id);
    await recordEvent(work, {
      type: 'donation.devices_added',
      subjects: [
        ['donation', id],
        ['organisation', donorId],
        ...added.map((device) => ['device', device.id] as ['device', string]),
      ],
      values: { reference, devices: added.length },
    });
    return { id, reference, devices: added };
  });
}

/** A donation without a device, and what that was called. */
export type TakenOut = { donation: Donation; assetTag: string };

/**
 * Takes a device out of a donation that was never there. Its row goes, with what stocktakes missed of it, so that
 * nothing counts it; the story of the donation keeps that it was recorded and taken out.
 * @throws Problem `not-found`, `invalid`, `donation-change-refused` for what shows signs of having been there
 */
export async function takeOutOfDonation(
  deps: Deps,
  ctx: Context,
  id: string,
  input: NewTakingOut,
): Promise<TakenOut> {
  const { name, errors } = readDeviceName(input);
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, (work) => takeLineOut(work, id, name));
}

/**
 * The same for a device of whichever donation.
 * @throws Problem as of `takeOutOfDonation`
 */
export function takeOut(deps: Deps, ctx: Context, deviceId: string): Promise<TakenOut> {
  return command(deps, ctx, async (work) => {
    const { donation } = await getDevice(work.trx, deviceId);
    return takeLineOut(work, donation.id, { tag: null, id: deviceId });
  });
}

async function takeLineOut(work: Work, id: string, name: DeviceName): Promise<TakenOut> {
  const { donorId } = await lockDonation(work, id);
  const device = await lockLine(work, id, name);
  const refused = takingOutRefusal(await signsOfDevice(work.trx, device.id));
  if (refused) throw new Problem('donation-change-refused', { detail: refused, deviceId: device.id });
  await run(work.trx, 'donation.take-out-lines')`
      with c as (delete from preparation_check where device_id = ${device.id} and taken_back_at is not null)
      delete from stocktake_line where device_id = ${device.id}`;
  await run(work.trx, 'donation.take-out', work.trx.deleteFrom('device').where('id', '=', device.id));
  await touch(work, id);
  await completeTasksAbout(work, ['preparation_late', 'check_ran_out'], [device.id]);
  await recordEvent(work, {
    type: 'donation.device_taken_out',
    subjects: [
      ['donation', id],
      ['organisation', donorId],
    ],
    values: { assetTag: device.assetTag, kind: device.kind },
  });
  return { donation: await getDonation(work.trx, id, work.today), assetTag: device.assetTag };
}

async function lockLine(work: Work, donationId: string, { tag, id }: DeviceName) {
  const [device] = await lockDevices(work.trx, { ids: id ? [id] : [], tags: tag ? [tag] : [] });
  const donation = device && (await getDonation(work.trx, donationId, work.today));
  if (device && donation?.devices.some((line) => line.id === device.id)) return device;
  throw invalid({
    pointer: tag ? '/assetTag' : '/deviceId',
    message: 'This donation has no such device.',
  });
}

async function touch({ trx, at }: Work, id: string): Promise<void> {
  await run(trx, 'donation.touch', trx.updateTable('donation').set({ changed_at: at }).where('id', '=', id));
}
