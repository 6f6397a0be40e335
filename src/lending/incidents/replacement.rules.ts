import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import type { DeviceStatus } from '../../stock/devices/device.rules.ts';
import { whyNot } from '../../stock/devices/going-out.rules.ts';
import { itemStatuses } from '../loans/loan.rules.ts';
import { isOut } from '../loans/loan.states.ts';
import { type IncidentKind, incidentKinds } from './incident.rules.ts';

export const ItemToReplace = {
  status: col.oneOf(itemStatuses),
  /** The last incident about it. */
  incident: col.orNull(col.object({ id: col.text, kind: col.oneOf(incidentKinds), approved: col.boolean })),
  /** An incident ended it, or is still open for it. */
  byIncident: col.boolean,
  replaced: col.boolean,
  /** Staff were asked to offer another in its place, because its security updates end. */
  updatesEnd: col.boolean,
};
export type ItemToReplace = RowOf<typeof ItemToReplace>;

/** Why an item cannot be replaced: what is out may be, and what an incident ended; once. Nothing when it can. */
export function whyNotReplaceable({
  status,
  byIncident,
  replaced,
}: Pick<ItemToReplace, 'status' | 'byIncident' | 'replaced'>): string | undefined {
  if (replaced) return 'It has been replaced. Replace the device that took its place instead.';
  return isOut.of(status) || (byIncident && (status === 'lost' || status === 'returned'))
    ? undefined
    : 'It has come back or ended. Issue another device on a new loan.';
}

/** @throws Problem `replacement-refused` */
export function assertReplaceable(item: ItemToReplace): void {
  const detail = whyNotReplaceable(item);
  if (detail) throw new Problem('replacement-refused', { detail });
}

/** Where the old device goes: what was handed in is looked at, the rest is expected. */
export function oldDeviceGoes(
  incident: { kind: IncidentKind } | null,
  handedIn: boolean,
): Extract<DeviceStatus, 'in_preparation' | 'in_repair' | 'due_back'> {
  if (!handedIn) return 'due_back';
  return incident ? 'in_repair' : 'in_preparation';
}

/** @throws Problem `device-not-available` when the device that is to take the place may not go out */
export function assertMayTakePlace(device: {
  assetTag: string;
  status: DeviceStatus;
  mayGoOut: boolean;
  hasOpenCheck: boolean;
  loanId: string | null;
}): void {
  if (device.mayGoOut) return;
  const { assetTag, status, loanId } = device;
  throw new Problem('device-not-available', {
    detail: whyNot(device),
    conflicts: [loanId ? { assetTag, status, loanId } : { assetTag, status }],
  });
}

export const Limit = {
  /** Replacements of this person within the months that count, those for a fault left out. */
  used: col.number,
  limit: col.number,
  months: col.number,
};
export type Limit = RowOf<typeof Limit>;

/**
 * Above the scheme's limit a manager says yes with a reason; nobody is refused by a number. What
 * is not working, or gets no more security updates, is nobody's doing and does not count. The approval is kept with the incident, so there has to be one.
 * @returns the reason to write down when a manager approves with this very request
 * @throws Problem `replacement-needs-approval`
 */
export function approvalFor(
  { used, limit, months }: Limit,
  item: ItemToReplace,
  approval: { reason: string } | undefined,
  mayApprove: boolean,
): string | undefined {
  if (item.incident?.kind === 'faulty' || item.updatesEnd || used < limit || item.incident?.approved)
    return undefined;
  if (approval && mayApprove && item.incident) return approval.reason;
  const next = item.incident
    ? 'Ask a manager, who may approve it with a reason.'
    : 'Write down what happened to it first; a manager may then approve it there, with a reason.';
  throw new Problem('replacement-needs-approval', {
    detail: `There were ${used} replacements in the last ${months} months, and the scheme’s limit is ${limit}. ${next}`,
    used,
    limit,
    ...(item.incident && { incidentId: item.incident.id }),
  });
}
