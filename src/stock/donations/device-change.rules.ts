import { differing } from '../../shared/differing.ts';
import { Problem } from '../../shared/problem.ts';
import { type DeviceStatus, firstDo, statusWords } from '../devices/device.rules.ts';
import type { Device, NewDevice } from '../devices/device.schemas.ts';
import type { DeviceChange } from './device-change.schemas.ts';
import { deviceFaults, tidyDevice } from './donation.rules.ts';

/** What may be corrected of a device, in the order in which it is asked. */
export const correctable = [
  'kind',
  'make',
  'model',
  'serialNumber',
  'imei',
  'condition',
  'earlierLabels',
  'notes',
] as const satisfies readonly (keyof DeviceChange)[];
export type Correctable = (typeof correctable)[number];

/** What is said of a device, with null for what is not. */
export type Described = Pick<Device, Correctable>;

/** What stands on a label and on a certificate of sanitisation, so that those printed before say the old. */
export const printed: readonly Correctable[] = ['kind', 'make', 'model', 'serialNumber', 'imei'];

/** A device as it will be: what the change names tidied as a donation tidies it, the rest as it was. */
export function describedBy(before: Described, change: DeviceChange): Described {
  const said: Described = {
    kind: change.kind ?? before.kind,
    make: change.make ?? before.make,
    model: change.model ?? before.model,
    serialNumber: change.serialNumber === undefined ? before.serialNumber : change.serialNumber,
    imei: change.imei === undefined ? before.imei : change.imei,
    condition: change.condition === undefined ? before.condition : change.condition,
    earlierLabels: change.earlierLabels ?? before.earlierLabels,
    notes: change.notes === undefined ? before.notes : (change.notes?.trim() ?? null),
  };
  const tidy = tidyDevice(asNew(said));
  return {
    ...said,
    ...(change.make !== undefined && { make: tidy.make }),
    ...(change.model !== undefined && { model: tidy.model }),
    ...(change.serialNumber !== undefined && { serialNumber: tidy.serialNumber ?? null }),
    ...(change.imei !== undefined && { imei: tidy.imei ?? null }),
    ...(change.earlierLabels && { earlierLabels: tidy.earlierLabels ?? [] }),
  };
}

/** The same as a donation brings it in. */
export const asNew = ({ kind, make, model, serialNumber, imei, earlierLabels }: Described): NewDevice => ({
  kind,
  make,
  model,
  ...(serialNumber && { serialNumber }),
  ...(imei && { imei }),
  earlierLabels,
});

/** Which parts of what is said of a device differ. */
export const changedOf = (before: Described, next: Described): Correctable[] =>
  differing(before, next, correctable);

/** What a kind hangs on: what is promised or given as it, and what has left. Null where it can be corrected. */
export function kindRefusal(status: DeviceStatus): string | null {
  const first = firstDo[status];
  return first && `The device is ${statusWords[status]} as what it was recorded as. ${first}`;
}

/**
 * Holds a correction to the rules of a donation's devices, as far as it changes what they are about. What was kept
 * before a rule was there stays as it is.
 * @param taken keys (see `identifiersOf`) of other devices in use, each with its asset tag
 * @throws Problem `invalid`, `device-identifier-in-use`, `device-change-refused`
 */
export function assertCorrection(
  { status }: { status: DeviceStatus },
  next: Described,
  { names, taken }: { names: Correctable[]; taken: Map<string, string> },
): void {
  const isAbout = {
    imei: ['imei'],
    serialNumber: ['serialNumber', 'make'],
    earlierLabels: ['earlierLabels'],
  } as const;
  const faults = deviceFaults([asNew(next)], taken)[0]!.filter(({ pointer }) =>
    isAbout[pointer as keyof typeof isAbout].some((name) => names.includes(name)),
  );
  const errors = faults.map(({ pointer, message }) => ({ pointer: `/${pointer}`, message }));
  if (errors.length) {
    const onlyTaken = errors.every(({ message }) => message.startsWith('Already in stock'));
    throw new Problem(onlyTaken ? 'device-identifier-in-use' : 'invalid', { errors });
  }
  const refused = names.includes('kind') && kindRefusal(status);
  if (!refused) return;
  throw new Problem('device-change-refused', {
    detail: refused,
    deviceStatus: status,
    errors: [{ pointer: '/kind', message: refused }],
  });
}
