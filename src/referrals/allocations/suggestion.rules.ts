import type { DeviceKind } from '../../stock/devices/device.rules.ts';
import { kindName, kindWord } from '../../stock/devices/device-kinds.rules.ts';
import { meetsOf, type StockNeed } from './allocation.rules.ts';

type Ready = { id: string; assetTag: string; kind: DeviceKind; hasDataPlan: boolean; isFit: boolean };

/**
 * What to hold for needs without looking further: the one device that meets them all, or one for each; of those that
 * meet as much the first. Nobody who needs no data is given some.
 * @param devices the best first
 */
export function suggestionFor<T extends Ready>(devices: T[], needs: StockNeed[]): T[] {
  const fit = devices.filter(({ isFit }) => isFit);
  const first = (...wanted: StockNeed[]) =>
    fit.find((device) => meetsOf(device, wanted).length === wanted.length);
  if (needs.length > 1) {
    const both = first(...needs);
    if (both) return [both];
    const [device, data] = [first('device'), first('data')];
    return [device, data].flatMap((one) => one ?? []);
  }
  if (needs[0] === 'data') return [first('data')].flatMap((one) => one ?? []);
  const plain = fit.find((device) => meetsOf(device, needs).length && !device.hasDataPlan);
  return [plain ?? first('device')].flatMap((one) => one ?? []);
}

/** What is suggested, in a line: `Tablet with data: LW-7K2M9Q and dongle LW-7K2M9R`. */
export function suggestionWords(devices: Ready[], needs: StockNeed[]): string {
  const [main, ...others] = devices;
  if (!main) return '';
  const met = new Set(devices.flatMap((device) => meetsOf(device, needs)));
  const what = met.has('device')
    ? `${kindName(main.kind)}${met.has('data') ? ' with data' : ''}`
    : 'Mobile data';
  const named = met.has('device') ? main.assetTag : `${kindWord(main.kind)} ${main.assetTag}`;
  return `${what}: ${[named, ...others.map(({ kind, assetTag }) => `${kindWord(kind)} ${assetTag}`)].join(' and ')}`;
}
