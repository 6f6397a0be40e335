import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { count, day, id, reference } from '../../shared/event-values.ts';
import { count as counted, date } from '../../shared/formats.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';
import { nowIs, several } from '../../shared/sentences.ts';
import { conditions, deviceKinds, deviceStatuses } from './device.rules.ts';
import { kindWord } from './device-kinds.rules.ts';

const status = oneOf(deviceStatuses);
const part = Type.Object(
  {
    kind: Type.Optional(oneOf(deviceKinds)),
    condition: Type.Optional(nullable(oneOf(conditions))),
  },
  { additionalProperties: false },
);
const partWords = {
  kind: 'kind',
  make: 'make',
  model: 'model',
  serialNumber: 'serial number',
  imei: 'IMEI',
  condition: 'condition',
  earlierLabels: 'earlier labels',
  notes: 'notes',
};

const updatesEnd = (endOn: string | null | undefined) =>
  endOn ? `Its security updates end on ${date(endOn)}` : 'Nobody knows until when it gets security updates';

/** Where devices go, and what becomes of them. */
export const deviceEvents = defineEvents({
  'device.reopened': {
    values: { from: status, to: status, cycle: count },
    line: () => 'Sent back to preparation. Every check is open again',
  },
  'device.arrived': {
    values: { from: status, to: status, condition: oneOf(conditions), cycle: count },
    line: (v) =>
      `${v.from === 'lost' ? 'Found again' : 'Arrived'}${v.condition ? ` in condition ${v.condition}` : ''}${nowIs('The device', v.to)}`,
  },
  'device.given_up': {
    values: { from: status, to: status },
    line: () => 'Given up waiting for it. The device is now lost',
  },
  'device.moved': {
    values: { fromLocationId: nullable(id), locationId: id },
    line: () => 'Moved to another place',
  },
  'device.lost': {
    values: { from: status, to: status, reference },
    line: (v) => `Recorded as lost${v.reference ? `: not seen at stocktake ${v.reference}` : ''}`,
  },
  'device.seen': { values: {}, line: () => 'Seen again, after a stocktake had missed it' },
  'device.found': {
    values: { from: status, to: status, cycle: count, locationId: nullable(id) },
    line: () => 'Found again. Every check is open again',
  },
  'device.corrected': {
    values: {
      changed: Type.Array(oneOf(Object.keys(partWords) as (keyof typeof partWords)[])),
      before: part,
      after: part,
      from: Type.Optional(status),
      to: Type.Optional(status),
    },
    line: (v) =>
      `Details corrected${v.changed?.length ? `: ${several(v.changed.map((name) => partWords[name]))}` : ''}${v.before?.kind && v.after?.kind ? `. It was recorded as a ${kindWord(v.before.kind)} and is a ${kindWord(v.after.kind)}` : ''}${nowIs('The device', v.to)}`,
  },
  'device.updates_short': {
    values: { from: status, to: status, endOn: nullable(day) },
    line: (v) =>
      `${updatesEnd(v.endOn)}: it waits until a manager says why it may still be lent${nowIs('The device', v.to)}`,
  },
  'device.updates_enough': {
    values: { from: status, to: status, endOn: nullable(day) },
    line: (v) =>
      `Nothing about its security updates is in the way of a loan any more${nowIs('The device', v.to)}`,
  },
  'device.updates_accepted': {
    values: { endOn: nullable(day) },
    line: (v) => `May be lent all the same, says a manager. ${updatesEnd(v.endOn)}`,
  },
  'devices.exported': {
    values: { count },
    line: (v) => `Took a file of ${counted(v.count ?? 0, 'device')}`,
  },
});
