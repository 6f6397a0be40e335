import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { count, day } from '../../shared/event-values.ts';
import { date, inWords } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';
import { inside, nowIs, several } from '../../shared/sentences.ts';
import { checkKinds, deviceKinds, deviceStatuses } from './device.rules.ts';

const kind = oneOf(checkKinds);
const kinds = Type.Array(kind);
const status = oneOf(deviceStatuses);

/** What comes of the checks of devices, and which of them a kind of device needs. */
export const checkEvents = defineEvents({
  'device.checked': {
    values: {
      kind,
      result: oneOf(['pass', 'fail']),
      performedOn: day,
      cycle: count,
      from: status,
      to: status,
      nextDue: Type.Optional(day),
    },
    line: (v) =>
      `${checkOf(v)} ${v.result === 'pass' ? 'passed' : 'failed'}, done on ${date(v.performedOn)}${moved(v)}`,
  },
  'device.check_taken_back': {
    values: {
      kind,
      result: oneOf(['pass', 'fail']),
      performedOn: day,
      cycle: count,
      from: status,
      to: status,
    },
    line: (v) =>
      `${checkOf(v)} taken back, recorded by mistake as ${v.result === 'pass' ? 'passed' : 'failed'} on ${date(v.performedOn)}${moved(v)}`,
  },
  'device.check_ran_out': {
    values: { kind, nextDue: day, cycle: count, from: status, to: status },
    line: (v) => `${checkOf(v)} ran out: the next one was due on ${date(v.nextDue)}${moved(v)}`,
  },
  'device.check_required': {
    values: { from: status, to: status, openChecks: kinds },
    line: (v) =>
      `A check became required. Still to do: ${several(v.openChecks)}${v.to === 'in_preparation' ? '. The device is now being prepared' : ''}`,
  },
  'device.check_dropped': {
    values: { from: status, to: status, openChecks: kinds },
    line: () => 'An open check is no longer required. Nothing is left to do: the device is now ready',
  },
  'required_checks.changed': {
    values: { kind: oneOf(deviceKinds), from: kinds, to: kinds },
    line: (v) => `Checks of a ${inside(v.kind)} changed: now ${several(v.to)} (before: ${several(v.from)})`,
  },
});

function checkOf({ kind }: { kind?: string }): string {
  return kind ? `${inWords(kind)} check` : 'Check';
}

function moved({ from, to }: { from?: string; to?: string }): string {
  return from === to ? '' : nowIs('The device', to);
}
