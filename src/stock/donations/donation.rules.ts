import { codeKey, readAssetTag, readImei } from '../../shared/codes.ts';
import { type FieldError, invalid } from '../../shared/problem.ts';
import { faultOf } from '../../shared/reading.ts';
import { readImeiOf } from '../devices/device.rules.ts';
import type { NewDevice } from '../devices/device.schemas.ts';
import type { NewDonation } from './donation.schemas.ts';

/** The device as it is kept: serial numbers in capitals without spaces around them, an IMEI as its digits. */
export function tidyDevice(device: NewDevice): NewDevice {
  const serialNumber = device.serialNumber?.trim().toUpperCase();
  const earlierLabels = device.earlierLabels?.map((label) => label.trim()).filter(Boolean);
  const imei = device.imei && (readImei(device.imei) ?? device.imei);
  return {
    ...device,
    make: device.make.trim(),
    model: device.model.trim(),
    ...(serialNumber ? { serialNumber } : {}),
    ...(imei ? { imei } : {}),
    ...(earlierLabels ? { earlierLabels: [...new Set(earlierLabels)] } : {}),
  };
}

/** What makes two devices the same one: each an IMEI, or a make with a serial number, however they are spaced. */
export function identifiersOf(device: NewDevice): { pointer: 'imei' | 'serialNumber'; key: string }[] {
  const { imei, serialNumber, make } = device;
  return [
    ...(imei ? [{ pointer: 'imei', key: `imei ${imei}` } as const] : []),
    ...(serialNumber ? [{ pointer: 'serialNumber', key: serialKey(make, serialNumber) } as const] : []),
  ];
}

export const serialKey = (make: string, serialNumber: string) =>
  `serial ${make.toLowerCase()} ${codeKey(serialNumber)}`;

/**
 * What is wrong with the devices of one donation beyond their form: an IMEI whose check digit
 * fails, and devices that are listed twice or already in stock.
 * @param devices tidied
 * @param taken keys (see `identifiersOf`) of devices in use, each with its asset tag
 * @returns for each device, in order, its faults; pointers are field names
 */
export function deviceFaults(devices: NewDevice[], taken: Map<string, string>): FieldError[][] {
  const seen = new Map<string, number>();
  return devices.map((device, place) => {
    const faults: FieldError[] = [];
    const wrongImei = device.imei && faultOf(readImeiOf(device.imei));
    const ours = device.earlierLabels?.find((label) => /^LW/i.test(label) && readAssetTag(label));
    if (ours)
      faults.push({
        pointer: 'earlierLabels',
        message: `${ours} is an asset tag of Lendwell. Leave it out: one label names one thing.`,
      });
    if (wrongImei) faults.push({ pointer: 'imei', message: wrongImei });
    for (const { pointer, key } of identifiersOf(device)) {
      const earlier = seen.get(key);
      const inUse = taken.get(key);
      if (earlier !== undefined)
        faults.push({ pointer, message: `The same as device ${earlier + 1} of this list.` });
      else if (inUse) faults.push({ pointer, message: `Already in stock as ${inUse}.` });
      else seen.set(key, place);
    }
    return faults;
  });
}

/**
 * Holds what is said of a delivery together.
 * @throws Problem `invalid`
 */
export function assertDonationFits(
  input: Pick<NewDonation, 'donor' | 'donorId' | 'receivedOn'>,
  today: string,
): void {
  const errors: FieldError[] = [];
  if (!input.donor === !input.donorId)
    errors.push({ pointer: '/donor', message: 'Give either the donor’s name or a donorId.' });
  if (input.receivedOn > today)
    errors.push({ pointer: '/receivedOn', message: 'This date is in the future. Give the day it arrived.' });
  if (errors.length) throw invalid(...errors);
}
