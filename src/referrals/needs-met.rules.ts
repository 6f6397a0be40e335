import { kindsOfDevice } from '../stock/devices/device-kinds.rules.ts';
import { isWithoutItsData, type Unfit } from '../stock/devices/fitness.rules.ts';
import type { DeviceToIssue } from '../stock/devices/going-out.rules.ts';
import type { Need } from './referral.rules.ts';

/**
 * Which needs of a referral these devices meet; support is met by the plan that starts. Data that is over
 * or suspended meets none; where `unfit` is left out it is taken to run.
 */
export function needsMet(
  devices: (Pick<DeviceToIssue, 'kind' | 'hasDataPlan'> & { unfit?: Unfit[] })[],
): Need[] {
  return [
    ...(devices.some(({ kind }) => kindsOfDevice[kind].meets === 'device') ? (['device'] as const) : []),
    ...(devices.some(
      ({ kind, hasDataPlan, unfit = [] }) =>
        (kindsOfDevice[kind].meets === 'data' || hasDataPlan) && !isWithoutItsData(unfit),
    )
      ? (['data'] as const)
      : []),
  ];
}
