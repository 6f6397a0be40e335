import { needsMet } from '../../referrals/needs-met.rules.ts';
import { type Need, needs } from '../../referrals/referral.rules.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { several } from '../../shared/sentences.ts';
import { takeBackDays } from '../../shared/taking-back.rules.ts';
import { kindsOfDevice, kindWord } from '../../stock/devices/device-kinds.rules.ts';
import type { DeviceToIssue } from '../../stock/devices/going-out.rules.ts';
import { itemStatuses, loanStatuses, whyNotOpen } from './loan.rules.ts';
import { isOut } from './loan.states.ts';
import { became } from './taking-back.rules.ts';

const Kind = { kind: col.keyOf(kindsOfDevice), hasDataPlan: col.boolean };

/** What decides whether the device of an item may be exchanged for the one that really went. */
export const SwapStanding = {
  status: col.oneOf(loanStatuses),
  reference: col.text,
  referralId: col.orNull(col.text),
  dueOn: col.orNull(col.text),
  takenOver: col.boolean,
  isErased: col.boolean,
  /** Whether the loan was written down longer ago than an issue may be taken back by whoever may issue. */
  isLate: col.boolean,
  item: col.object({
    ...Kind,
    id: col.text,
    deviceId: col.text,
    assetTag: col.text,
    status: col.oneOf(itemStatuses),
    /** The civil date on which it went out. */
    issuedOn: col.text,
    isReplacement: col.boolean,
    /** References of incidents about it that happened, also of closed ones. */
    incidents: col.listOf(col.text),
    /** The item of the device that really went. */
    swappedFor: col.orNull(
      col.object({ id: col.text, deviceId: col.text, assetTag: col.text, status: col.oneOf(itemStatuses) }),
    ),
  }),
  /** What else was lent on the loan. */
  others: col.listOf(col.object(Kind)),
  /** The needs of its referral that the loan met as it was written down. */
  met: col.listOf(col.oneOf(needs)),
};
export type SwapStanding = RowOf<typeof SwapStanding>;

/**
 * Why the device of an item is not exchanged, in a sentence; nothing where it may be: nothing has followed for the item.
 * @param who whether who asks may do so after the limit
 */
export function whyNotSwapped(loan: SwapStanding, { mayLate }: { mayLate: boolean }): string | undefined {
  const { assetTag, status, isReplacement, incidents, swappedFor } = loan.item;
  if (loan.status === 'recorded_by_mistake') return whyNotOpen(loan.status);
  if (loan.takenOver)
    return 'This loan was taken over from before Lendwell. Take the device back, then issue the right one.';
  if (loan.isErased) return 'This person was erased. Take the device back instead.';
  if (swappedFor) return `${assetTag} is no longer on this loan: ${swappedFor.assetTag} is.`;
  if (!isOut.of(status)) return `${assetTag} ${became[status]}. Put that right first.`;
  if (isReplacement) return `${assetTag} took the place of another. Replace it by the right one instead.`;
  if (incidents.length) return `Incident ${several(incidents)} is about ${assetTag}. It stays as it is.`;
  if (loan.isLate && !mayLate)
    return `The loan was written down more than ${takeBackDays} days ago. A manager can still put it right.`;
  return undefined;
}

/** @throws Problem `swap-refused`, with what has happened since */
export function assertSwappable(loan: SwapStanding, who: { mayLate: boolean }): void {
  const detail = whyNotSwapped(loan, who);
  if (detail) throw new Problem('swap-refused', { detail });
}

type New = Pick<DeviceToIssue, 'id' | 'assetTag' | 'kind' | 'hasDataPlan' | 'unfit'>;

/**
 * Holds the device that really went to the needs that the loan was to meet.
 * @throws Problem `swap-refused` for another sort of device, or where a need of the referral would be met by nothing
 */
export function assertSameNeeds({ item, others, met }: SwapStanding, device: New): void {
  const instead = 'Take the issue back, then issue the right device.';
  if (kindsOfDevice[item.kind].meets !== kindsOfDevice[device.kind].meets)
    throw new Problem('swap-refused', {
      detail: `${item.assetTag} is a ${kindWord(item.kind)} and ${device.assetTag} a ${kindWord(device.kind)}, which is for another need. ${instead}`,
    });
  const still = needsMet([...others, device]);
  const lost = met.filter((need) => needsMet([item]).includes(need) && !still.includes(need));
  if (lost.length)
    throw new Problem('swap-refused', {
      detail: `${item.assetTag} met the need for ${several(lost)}, and ${device.assetTag} does not. ${instead}`,
    });
}

/** The needs that the loan meets with the device that really went. */
export const needsMetWith = ({ others }: SwapStanding, device: New): Need[] => needsMet([...others, device]);
