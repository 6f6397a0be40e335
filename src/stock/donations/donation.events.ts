import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { assetTag, count, day, id, reference } from '../../shared/event-values.ts';
import { count as counted, date } from '../../shared/formats.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { several } from '../../shared/sentences.ts';
import { deviceKinds, kindWord } from '../devices/device-kinds.rules.ts';

const partWords = {
  donor: 'donor',
  receivedOn: 'day of arrival',
  reference: 'donor’s reference',
  location: 'place',
  notes: 'notes',
};
const part = Type.Object(
  {
    donorId: Type.Optional(id),
    receivedOn: Type.Optional(day),
    locationId: Type.Optional(nullable(id)),
  },
  { additionalProperties: false },
);

/** What is given to the scheme. */
export const donationEvents = defineEvents({
  'donation.recorded': {
    values: { reference, devices: count, receivedOn: day },
    line: (v) =>
      `Donation recorded${typeof v.devices === 'number' ? ` with ${counted(v.devices, 'device')}` : ''}${v.receivedOn ? `, arrived on ${date(v.receivedOn)}` : ''}`,
  },
  'donation.corrected': {
    values: {
      changed: Type.Array(oneOf(Object.keys(partWords) as (keyof typeof partWords)[])),
      before: part,
      after: part,
    },
    line: (v) =>
      `Details corrected${v.changed?.length ? `: ${several(v.changed.map((name) => partWords[name]))}` : ''}${v.before?.receivedOn && v.after?.receivedOn ? `. It arrived on ${date(v.after.receivedOn)}, and not on ${date(v.before.receivedOn)}` : ''}`,
  },
  'donation.devices_added': {
    values: { reference, devices: count },
    line: (v) =>
      `${typeof v.devices === 'number' ? counted(v.devices, 'device') : 'Devices'} added that had been forgotten`,
  },
  'donation.device_taken_out': {
    values: { assetTag, kind: oneOf(deviceKinds) },
    line: (v) =>
      `${v.assetTag ?? 'A device'}${v.kind ? ` (${kindWord(v.kind)})` : ''} taken out: it was recorded by mistake`,
  },
});
