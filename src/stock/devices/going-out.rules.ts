import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { type DeviceStatus, deviceStatuses, statusWords } from './device.rules.ts';
import { kindsOfDevice } from './device-kinds.rules.ts';
import { Unfit } from './fitness.rules.ts';
import { Updates, whyUpdatesStop } from './updates.rules.ts';

export const DeviceToIssue = {
  id: col.text,
  assetTag: col.text,
  kind: col.keyOf(kindsOfDevice),
  status: col.oneOf(deviceStatuses),
  condition: col.orNull(col.text),
  /** The referral that an allocation holds it for. */
  heldFor: col.orNull(col.text),
  /** A check has run out or is open, though the device is ready or reserved. */
  hasOpenCheck: col.boolean,
  hasDataPlan: col.boolean,
  /** Its data plan is active: neither suspended nor ended nor over. */
  hasActiveData: col.boolean,
  dataExpiresOn: col.orNull(col.text),
  /** What would keep it from being offered. */
  unfit: col.listOf(col.object(Unfit)),
};
export type DeviceToIssue = RowOf<typeof DeviceToIssue>;

/** With its security updates, which have to last until it is due back; null of a kind that has none. */
export const DeviceToLend = { ...DeviceToIssue, updates: col.orNull(col.object(Updates)) };
type DeviceToLend = RowOf<typeof DeviceToLend>;

/** Whether a device may go out: ready, or reserved for this very referral, and every check still good. */
export function mayGoOut(
  device: Pick<DeviceToIssue, 'status' | 'heldFor' | 'hasOpenCheck'>,
  referralId: string | null,
): boolean {
  return !device.hasOpenCheck && isFor(device, referralId);
}

/** Whether it is ready, or reserved for this very referral. */
export function isFor(device: Pick<DeviceToIssue, 'status' | 'heldFor'>, referralId: string | null): boolean {
  return (
    device.status === 'ready' ||
    (device.status === 'reserved' && device.heldFor !== null && device.heldFor === referralId)
  );
}

/**
 * Holds devices to the security updates that they get until the loan is due back.
 * @param dueOn civil day; null where the loan has none
 * @throws Problem `device-not-available` with each device of which they end before
 */
export function assertUpdatesLast(
  devices: Pick<DeviceToLend, 'assetTag' | 'status' | 'updates'>[],
  dueOn: string | null,
): void {
  const stopped = devices.flatMap(({ assetTag, status, updates }) => {
    const why = whyUpdatesStop(assetTag, updates, dueOn);
    return why ? [{ assetTag, status, why }] : [];
  });
  if (!stopped.length) return;
  throw new Problem('device-not-available', {
    detail: stopped.map(({ why }) => why).join(' '),
    conflicts: stopped.map(({ assetTag, status }) => ({ assetTag, status, updatesEnd: true })),
  });
}

/** Why a device may not go out, for a line of the answer. */
export function whyNot(device: { assetTag: string; status: DeviceStatus; hasOpenCheck?: boolean }): string {
  if (device.hasOpenCheck) return `${device.assetTag} has a check that ran out. Record it again first.`;
  return `${device.assetTag} is ${statusWords[device.status]}.`;
}
