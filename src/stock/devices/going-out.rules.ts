import { col, type RowOf } from '../../shared/rows.ts';
import { type DeviceStatus, deviceStatuses, statusWords } from './device.rules.ts';
import { kindsOfDevice } from './device-kinds.rules.ts';
import { Unfit } from './fitness.rules.ts';

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

/** Why a device may not go out, for a line of the answer. */
export function whyNot(device: { assetTag: string; status: DeviceStatus; hasOpenCheck?: boolean }): string {
  if (device.hasOpenCheck) return `${device.assetTag} has a check that ran out. Record it again first.`;
  return `${device.assetTag} is ${statusWords[device.status]}.`;
}
