import type { DB } from '../../shared/database.types.ts';

type KindOfDevice = {
  /** What one is called inside a sentence. */
  word: string;
  /** The need of a referral that it meets as it is. With a data plan in it every kind meets data too. */
  meets: 'device' | 'data';
  /**
   * What is in it after someone had it: `personal`, what they did with it, which can be locked and erased from afar;
   * `settings`, which are erased on the bench before it leaves; or nothing.
   */
  stores: 'personal' | 'settings' | 'nothing';
  /** Whether it runs an operating system, whose maker gives security updates for a time. */
  hasSystem: boolean;
};

/** Every kind of device, in the order in which they are listed. Whatever treats kinds apart reads it here. */
export const kindsOfDevice = {
  tablet: { word: 'tablet', meets: 'device', stores: 'personal', hasSystem: true },
  phone: { word: 'phone', meets: 'device', stores: 'personal', hasSystem: true },
  laptop: { word: 'laptop', meets: 'device', stores: 'personal', hasSystem: true },
  dongle: { word: 'dongle', meets: 'data', stores: 'settings', hasSystem: false },
  router: { word: 'router', meets: 'data', stores: 'settings', hasSystem: false },
  sim: { word: 'SIM', meets: 'data', stores: 'nothing', hasSystem: false },
} as const satisfies Record<DB['device']['kind'], KindOfDevice>;

export type DeviceKind = keyof typeof kindsOfDevice;
export const deviceKinds = Object.keys(kindsOfDevice) as DeviceKind[];

/** What a kind is called inside a sentence: `tablet`, `SIM`. */
export const kindWord = (kind: DeviceKind): string => kindsOfDevice[kind].word;

/** What a kind is called at the beginning of a line, and on a label: `Tablet`, `SIM`. */
export const kindName = (kind: DeviceKind): string =>
  kindWord(kind).replace(/^./, (first) => first.toUpperCase());

/** The kinds that meet a need as they are, in words: `tablet, phone or laptop`. */
export const kindsThatMeet = (need: KindOfDevice['meets']): string =>
  eitherOf(deviceKinds.filter((kind) => kindsOfDevice[kind].meets === need).map(kindWord));

/** Every kind by the word that a spreadsheet has for it: `tablet, phone or sim`. */
export const kindsToType = (): string => eitherOf(deviceKinds);

/** Whether there should be a data plan in it: without one it meets no need. */
export function wantsDataPlan(kind: DeviceKind): boolean {
  return kindsOfDevice[kind].meets === 'data';
}

/** Whether there is anything in it that has to be erased before it leaves the stock. */
export function canHoldData(kind: DeviceKind): boolean {
  return kindsOfDevice[kind].stores !== 'nothing';
}

/** Whether it holds what a person did with it, and can be reached from afar. */
export function isPersonal(kind: DeviceKind): boolean {
  return kindsOfDevice[kind].stores === 'personal';
}

/** Whether it runs an operating system, and so has to get security updates. */
export function hasSystem(kind: DeviceKind): boolean {
  return kindsOfDevice[kind].hasSystem;
}

/** The kinds that do. */
export const kindsWithSystem = deviceKinds.filter(hasSystem);

const eitherOf = (names: readonly string[]) =>
  new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(names);
