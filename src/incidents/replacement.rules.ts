import type { DeviceStatus } from '../devices/device.rules.ts';
import { type ItemStatus, whyNot } from '../loans/loan.rules.ts';
import type { Role } from '../shared/actor.ts';
import { Problem } from '../shared/problem.ts';
import type { IncidentKind } from './incident.rules.ts';

export type ItemToReplace = {
  status: ItemStatus;
  /** The incident that ended it, or that is open for it. */
  incident: { id: string; kind: IncidentKind; approved: boolean } | null;
  replaced: boolean;
};

/**
 * What is out may be replaced, and what an incident ended; once.
 * @throws Problem `replacement-refused`
 */
export function assertReplaceable({ status, incident, replaced }: ItemToReplace): void {
  const detail = replaced
    ? 'It has been replaced. Replace the device that took its place instead.'
    : status === 'on_loan' || (incident && (status === 'lost' || status === 'returned'))
      ? undefined
      : 'It has come back or ended. Issue another device on a new loan.';
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

export type Limit = {
  /** Replacements of this person within the months that count, those for a fault left out. */
  used: number;
  limit: number;
  months: number;
};

/**
 * Above the scheme's limit a manager says yes with a reason; nobody is refused by a number. What
 * is not working is nobody's doing and does not count.
 * @returns the reason to write down when a manager approves with this very request
 * @throws Problem `replacement-needs-approval`
 */
export function approvalFor(
  { used, limit, months }: Limit,
  item: ItemToReplace,
  approval: { reason: string } | undefined,
  role: Role,
): string | undefined {
  if (item.incident?.kind === 'faulty' || used < limit || item.incident?.approved) return undefined;
  if (approval && role === 'manager') return approval.reason;
  throw new Problem('replacement-needs-approval', {
    detail: `There were ${used} replacements in the last ${months} months, and the scheme’s limit is ${limit}. Ask a manager, who may approve it with a reason.`,
    used,
    limit,
    ...(item.incident && { incidentId: item.incident.id }),
  });
}
