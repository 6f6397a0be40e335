import { type FieldError, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import {
  type DeviceKind,
  deviceKinds,
  deviceStatuses,
  statusWords,
} from '../../stock/devices/device.rules.ts';
import { needsMet } from '../needs-met.rules.ts';
import type { Need, ReferralStatus } from '../referral.rules.ts';
import { isAccepted, isUndecided } from '../referral.states.ts';

export const allocationStatuses = ['held', 'issued', 'released', 'expired'] as const;
export type AllocationStatus = (typeof allocationStatuses)[number];

/** Every move of an allocation and what makes it. */
export const allocationMoves = [
  { from: 'held', to: 'issued', by: 'issue to its referral' },
  {
    from: 'held',
    to: 'released',
    by: 'an officer lets it go, the referral ends, or the device is missing at stocktake',
  },
  { from: 'held', to: 'expired', by: 'the night after its last day' },
  { from: 'issued', to: 'held', by: 'issue taken back' },
  { from: 'issued', to: 'released', by: 'another device went out' },
] as const satisfies readonly { from: AllocationStatus; to: AllocationStatus; by: string }[];

/** Needs that stock meets; support needs none. */
export const stockNeeds = ['device', 'data'] as const satisfies readonly Need[];
export type StockNeed = (typeof stockNeeds)[number];

/** The kinds of device that meet a need as they are; with a data plan every kind meets data too. */
export function kindsFor(need: StockNeed): DeviceKind[] {
  return deviceKinds.filter((kind) => needsMet([{ kind, hasDataPlan: false }]).includes(need));
}

/** Which of these needs a device meets. */
export function meetsOf(device: { kind: DeviceKind; hasDataPlan: boolean }, needs: StockNeed[]): StockNeed[] {
  const met: Need[] = needsMet([device]);
  return needs.filter((need) => met.includes(need));
}

/** What is wrong with the last day of an allocation. Dates are civil dates. */
export function expiryErrors(expiresOn: string | undefined, today: string): FieldError[] {
  return expiresOn && expiresOn < today
    ? [{ pointer: '/expiresOn', message: 'This day has passed. Give today or a later day.' }]
    : [];
}

/** Who or what has a device that is not free. */
export const Holder = {
  assetTag: col.text,
  status: col.oneOf(deviceStatuses),
  loanId: col.orNull(col.text),
  loanReference: col.orNull(col.text),
  referralId: col.orNull(col.text),
  referralReference: col.orNull(col.text),
  /** The last day for which an allocation holds it. */
  expiresOn: col.orNull(col.text),
};
export type Holder = RowOf<typeof Holder>;

/** Why a device cannot be held: who has it, or where it is. */
export function notFree(holder: Holder, referralId: string): Problem {
  const { assetTag, status, loanId, loanReference, referralReference, expiresOn } = holder;
  const until = expiresOn ? ` until ${expiresOn}` : '';
  const has = loanReference
    ? `${assetTag} is on loan ${loanReference}.`
    : holder.referralId === referralId
      ? `${assetTag} is held for this referral already${until}.`
      : referralReference
        ? `${assetTag} is held for referral ${referralReference}${until}.`
        : `${assetTag} is ${statusWords[status]}. Only a ready device can be held.`;
  const conflict = {
    assetTag,
    status,
    ...(loanId && { loanId }),
    ...(holder.referralId && { referralId: holder.referralId }),
  };
  return new Problem('device-not-available', { detail: has, conflicts: [conflict] });
}

const needWords: Record<StockNeed, string> = { device: 'a device to use', data: 'mobile data' };
const inWords = (needs: StockNeed[]) => needs.map((need) => needWords[need]).join(' and ');

/** Why no device can be held for a referral now; null when one can. `toFind`: open needs for which nothing is held. */
export function whyNoneHeld(status: ReferralStatus, open: StockNeed[], toFind: StockNeed[]): string | null {
  if (!isAccepted.of(status))
    return isUndecided.of(status)
      ? 'Devices are held once the referral is accepted.'
      : 'Devices are held for people who wait or are being helped.';
  if (!open.length) return 'Everything that stock could meet has been met.';
  if (!toFind.length)
    return `A device is held for everything that is still needed: ${inWords(open)}. Release it to hold another.`;
  return null;
}

/**
 * The needs that holding a device would meet.
 * @throws Problem `allocation-refused` when there is none
 */
export function assertFits(
  device: { assetTag: string; kind: DeviceKind; hasDataPlan: boolean },
  referral: { status: ReferralStatus; open: StockNeed[]; toFind: StockNeed[] },
): StockNeed[] {
  const why = whyNoneHeld(referral.status, referral.open, referral.toFind);
  if (why) throw new Problem('allocation-refused', { detail: why });
  const meets = meetsOf(device, referral.toFind);
  if (meets.length) return meets;
  throw new Problem('allocation-refused', {
    detail: `${device.assetTag} does not give what is still to be found: ${inWords(referral.toFind)}. Choose another.`,
    needs: referral.toFind,
  });
}

/** Someone earlier on the waiting list who waits for the same. */
export const WaitsLonger = {
  referralId: col.text,
  reference: col.text,
  place: col.number,
  needs: col.listOf(col.oneOf(stockNeeds)),
};
export type WaitsLonger = RowOf<typeof WaitsLonger>;

/** A refusal names so many people; the rest are counted. */
const mostNamed = 50;

/** That others come first, unless it is said why they are passed over. */
export function comesFirst(longer: WaitsLonger[]): Problem {
  const places = longer.slice(0, 5).map(({ reference, place }) => `${reference} (place ${place})`);
  const rest = longer.length - places.length;
  return new Problem('someone-waits-longer', {
    detail: `Hold it for them instead, or say why they are passed over: ${places.join(', ')}${rest ? ` and ${rest} more` : ''}.`,
    waiting: longer.slice(0, mostNamed),
    count: longer.length,
  });
}
