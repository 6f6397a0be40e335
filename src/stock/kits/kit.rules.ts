import { col, type RowOf } from '../../shared/rows.ts';
import { type DeviceKind, kindName, kindsOfDevice } from '../devices/device-kinds.rules.ts';

/** One line of a kit: so many devices of a kind, or so many of an accessory. `line` is its place, from 1. */
export const KitLine = {
  line: col.number,
  deviceKind: col.orNull(col.keyOf(kindsOfDevice)),
  /** Such a device wants a data plan that is active. */
  withData: col.boolean,
  accessory: col.orNull(col.object({ id: col.text, kind: col.text })),
  quantity: col.number,
};
export type KitLine = RowOf<typeof KitLine>;

/** A line with what fills it: devices, or a count of the accessory. */
export type FilledLine<Device> = KitLine & { devices: Device[]; has: number; missing: number };

export type FilledKit<Device, Counted> = {
  filled: FilledLine<Device>[];
  /** The lines that want more than there is. */
  missing: FilledLine<Device>[];
  /** What goes beside the kit. */
  extra: { devices: Device[]; accessories: Counted[] };
};

type KitDevice = { kind: DeviceKind; hasActiveData: boolean };
type KitAccessory = { kind: string; quantity: number };

/**
 * Fills the lines of a kit with what is there, so that as few as possible are missing: a device with
 * data goes to a line that wants it first, and one without to a line that does not; whatever is left
 * with data fills the lines that take either. What fills no line is extra.
 */
export function fillKit<Device extends KitDevice, Counted extends KitAccessory>(
  lines: KitLine[],
  devices: Device[],
  accessories: Counted[],
): FilledKit<Device, Counted> {
  const left = new Set(devices);
  const counts = accessories.map((one) => ({ ...one }));
  const taken = new Map<number, Device[]>(lines.map(({ line }) => [line, []]));
  const takeDevices = (ofLines: (line: KitLine) => boolean, ofDevices: (device: Device) => boolean) => {
    for (const line of lines.filter((one) => one.deviceKind && ofLines(one)))
      for (const device of left) {
        if (taken.get(line.line)!.length === line.quantity) break;
        if (device.kind !== line.deviceKind || !ofDevices(device)) continue;
        taken.get(line.line)!.push(device);
        left.delete(device);
      }
  };
  takeDevices(
    ({ withData }) => withData,
    ({ hasActiveData }) => hasActiveData,
  );
  takeDevices(
    ({ withData }) => !withData,
    ({ hasActiveData }) => !hasActiveData,
  );
  takeDevices(
    ({ withData }) => !withData,
    () => true,
  );

  const filled = lines.map((line): FilledLine<Device> => {
    const own = taken.get(line.line)!;
    const counted = line.accessory && counts.find(({ kind }) => isSame(kind, line.accessory!.kind));
    const has = line.accessory ? Math.min(counted?.quantity ?? 0, line.quantity) : own.length;
    if (counted) counted.quantity -= has;
    return { ...line, devices: own, has, missing: line.quantity - has };
  });
  return {
    filled,
    missing: filled.filter(({ missing }) => missing > 0),
    extra: { devices: [...left], accessories: counts.filter(({ quantity }) => quantity > 0) },
  };
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** What a line is called: `Tablet`, `Dongle with data`, `Charger`. */
export function lineName({ deviceKind, withData, accessory }: Omit<KitLine, 'line' | 'quantity'>): string {
  return deviceKind ? `${kindName(deviceKind)}${withData ? ' with data' : ''}` : (accessory?.kind ?? '');
}

/** The name of a line with how many of it: `Tablet`, `Charger × 2`. */
export function lineWords(line: Omit<KitLine, 'line'>): string {
  return line.quantity === 1 ? lineName(line) : `${lineName(line)} × ${line.quantity}`;
}
