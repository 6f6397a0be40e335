import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { several } from '../../shared/sentences.ts';
import { tooLateToTakeBack } from '../../shared/taking-back.rules.ts';
import { type DeviceStatus, deviceStatuses, firstDo, statusWords } from '../../stock/devices/device.rules.ts';
import { itemStatuses, loanStatuses } from './loan.rules.ts';
import { isOut } from './loan.states.ts';

/** What has happened with a device since an item of it ended, and with its borrower: any of it keeps the end as it is. */
export const SinceEnd = {
  assetTag: col.text,
  deviceStatus: col.oneOf(deviceStatuses),
  /** Whether it is still in the cycle that began with the end. */
  isSameCycle: col.boolean,
  /** Kinds of checks that were recorded in a later cycle than it was out in. */
  checks: col.listOf(col.text),
  wasMoved: col.boolean,
  /** Whether a stocktake saw it. */
  wasSeen: col.boolean,
  /** The loan on which it went out since. */
  lentAgain: col.orNull(col.text),
  /** The device that took its place, by its tag. */
  replacedBy: col.orNull(col.text),
  /** The referral that is open of the same clinic for the same person, where that of the loan has closed. */
  otherReferral: col.orNull(col.text),
  isErased: col.boolean,
};
export type SinceEnd = RowOf<typeof SinceEnd>;

/** What decides whether a return may be taken back. */
export const ReturnStanding = {
  ...SinceEnd,
  itemId: col.text,
  status: col.oneOf(itemStatuses),
  loanId: col.text,
  loanReference: col.text,
  loanStatus: col.oneOf(loanStatuses),
  deviceId: col.text,
  patientId: col.orNull(col.text),
  referralId: col.orNull(col.text),
  /** The civil date on which it came back. */
  endedOn: col.orNull(col.text),
  /** The instant at which that was recorded. */
  endedAt: col.orNull(col.text),
  /** The instant at which the loan closed. */
  closedAt: col.orNull(col.text),
  isLate: col.boolean,
  /** The incident with which it was taken in. */
  incident: col.orNull(col.text),
  /** Whether its last return was taken back before. */
  isTakenBack: col.boolean,
};
export type ReturnStanding = RowOf<typeof ReturnStanding>;

/**
 * What has happened since an item ended, in sentences: nothing where its end may be taken back.
 * @param from the status that its end gave the device
 */
export function whatFollowedEnd(since: SinceEnd, from: DeviceStatus): string[] {
  const { assetTag, deviceStatus, checks, lentAgain, replacedBy, otherReferral } = since;
  const isElsewhere = deviceStatus !== from;
  return [
    ...(replacedBy ? [`${replacedBy} took its place.`] : []),
    ...(lentAgain ? [`${assetTag} went out again on loan ${lentAgain}.`] : []),
    ...(checks.length ? [`It was checked since: ${several(checks)}.`] : []),
    ...(isElsewhere && !lentAgain ? [`${assetTag} is ${statusWords[deviceStatus]} now.`] : []),
    ...(isElsewhere || since.isSameCycle ? [] : [`${assetTag} is being prepared anew since.`]),
    ...(since.wasMoved ? ['It was moved to another place since.'] : []),
    ...(since.wasSeen ? ['A stocktake has seen it since.'] : []),
    ...(otherReferral ? [`Their clinic has sent another referral since, ${otherReferral}.`] : []),
  ];
}

/** What has to be done first where something has followed. */
export const doFirst = (status: DeviceStatus, from: DeviceStatus): string =>
  (status !== from && firstDo[status]) || 'Put that right first, or issue the device on a loan again.';

/**
 * Why a return cannot be taken back, in a sentence; nothing where it can.
 * @param who whether who asks may do so after the limit of days
 */
export function whyReturnStays(now: ReturnStanding, { mayLate }: { mayLate: boolean }): string | undefined {
  const { status, incident } = now;
  if (isOut.of(status)) return 'It has not come back: nothing is recorded that could be taken back.';
  if (status !== 'returned') return 'It did not come back on this loan.';
  if (incident) return `It was taken in by incident ${incident}. Take that back instead.`;
  if (now.isErased) return 'This person was erased.';
  const followed = whatFollowedEnd(now, 'in_preparation');
  if (followed.length) return `${followed.join(' ')} ${doFirst(now.deviceStatus, 'in_preparation')}`;
  if (now.isLate && !mayLate) return tooLateToTakeBack;
  return undefined;
}

/** @throws Problem `taking-back-refused`, with what has happened since */
export function assertReturnTakenBack(now: ReturnStanding, who: { mayLate: boolean }): void {
  const detail = whyReturnStays(now, who);
  const followed = now.status === 'returned' ? whatFollowedEnd(now, 'in_preparation') : [];
  if (detail) throw new Problem('taking-back-refused', { detail, followed });
}
