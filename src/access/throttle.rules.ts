/** Wrong passwords that an account may have from one place before it has to wait there. */
export const freeTries = 5;
/** Wrong passwords of an account within a day, from wherever, from which on strangers wait after each. */
export const slowFrom = 50;

/**
 * Seconds that an account waits in one place after this many wrong passwords there: none, then one minute, doubling to 30.
 * Where many came from everywhere, a place that is not known has to wait from its first on: it is slowed and never shut out.
 */
export function waitAfter(failures: number, isSlowed = false): number {
  const free = isSlowed ? 1 : freeTries;
  if (failures < free) return 0;
  return Math.min(60 * 2 ** Math.min(failures - free, 10), 30 * 60);
}

/** A wait in words that people can act on. */
export function waitInWords(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
