import { defineEvents } from '../../shared/event-definitions.ts';
import { count, day, reference } from '../../shared/event-values.ts';
import { count as counted, date } from '../../shared/formats.ts';

/** What is given to the scheme. */
export const donationEvents = defineEvents({
  'donation.recorded': {
    values: { reference, devices: count, receivedOn: day },
    line: (v) =>
      `Donation recorded${typeof v.devices === 'number' ? ` with ${counted(v.devices, 'device')}` : ''}${v.receivedOn ? `, arrived on ${date(v.receivedOn)}` : ''}`,
  },
});
