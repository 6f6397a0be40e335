import type { Action } from '../../access/permissions.ts';
import { type DeviceStatus, firstDo, statusWords } from './device.rules.ts';
import { isOnShelf } from './device.states.ts';

type Result = 'pass' | 'fail';

/**
 * Who takes back a check, by what it said and when it was recorded. A fail keeps a device from being lent: on a later
 * day than its own, a manager says that it was a mistake.
 */
export const takesBackCheck = [
  { result: 'pass', on: 'its own day', action: 'devices.prepare' },
  { result: 'pass', on: 'a later day', action: 'devices.prepare' },
  { result: 'fail', on: 'its own day', action: 'devices.prepare' },
  { result: 'fail', on: 'a later day', action: 'devices.take-back-fail' },
] as const satisfies readonly { result: Result; on: 'its own day' | 'a later day'; action: Action }[];

/** What someone must be allowed to take back a check of this result. */
export function actionToTakeBack(result: Result, { isToday }: { isToday: boolean }): Action {
  const on = isToday ? 'its own day' : 'a later day';
  return takesBackCheck.find((one) => one.result === result && one.on === on)!.action;
}

/**
 * Why a check is not taken back, with what has to be undone first; nothing where it can be.
 * @param check `isOfThisCycle`: whether it counts for the preparation that the device is in; `wentOutOn`: the loan on
 * which the device went out with it
 */
export function whyCheckStays(
  device: { status: DeviceStatus },
  check: { isOfThisCycle: boolean; wentOutOn: string | null },
): string | undefined {
  if (check.wentOutOn)
    return `The device went out with it on loan ${check.wentOutOn}, so the check stays. That issue would have to be taken back first.`;
  if (!check.isOfThisCycle || isOnShelf.of(device.status)) return undefined;
  const first =
    device.status === 'in_repair' ? 'Record that it is back from repair first.' : firstDo[device.status];
  return `The device is ${statusWords[device.status]}. ${first}`;
}

/** What is said where a device that is held for someone would no longer be fit to go out. */
export const heldRefusal =
  'The device is held for a referral, and would have a check to do. Release it there first, then take the check back.';
