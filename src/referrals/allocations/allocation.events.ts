import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { assetTag, count, day } from '../../shared/event-values.ts';
import { count as counted, date } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';
import { deviceStatuses } from '../../stock/devices/device.rules.ts';
import { needs } from '../referral.rules.ts';

const status = oneOf(deviceStatuses);

/** What happens to devices that are held for a referral, and to the waiting list by that. */
export const allocationEvents = defineEvents({
  'allocation.held': {
    values: { assetTag, expiresOn: day, needs: Type.Array(oneOf(needs)), count },
    line: (v) => {
      const passed = v.count ?? 0;
      return `${v.assetTag ?? 'Device'} held for the referral${v.expiresOn ? ` until ${date(v.expiresOn)}` : ''}${passed ? `. ${counted(passed, 'person', 'people')} earlier on the waiting list passed over, with a reason` : ''}`;
    },
  },
  'allocation.released': {
    values: { assetTag, from: status, to: status },
    line: (v) => `${v.assetTag ?? 'Device'} no longer held: released`,
  },
  'allocation.expired': {
    values: { assetTag, from: status, to: status },
    line: (v) => `${v.assetTag ?? 'Device'} no longer held: its last day has passed`,
  },
  'waiting_list.passed_over': {
    values: { needs: Type.Array(oneOf(needs)) },
    line: () => 'Passed over on the waiting list, with a reason',
  },
});
