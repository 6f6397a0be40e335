import type { Action } from '../access/permissions.ts';
import { count } from '../shared/formats.ts';

type When = 'within the limit' | 'later';

/** Who takes back a drop-in, or that someone came to one, by when it was written down. */
export const takesBackDropIn = [
  { when: 'within the limit', action: 'drop-ins.record' },
  { when: 'later', action: 'drop-ins.take-back-late' },
] as const satisfies readonly { when: When; action: Action }[];

/** What someone must be allowed to take back what was written down of a drop-in. */
export function actionToTakeBackDropIn({ isLate }: { isLate: boolean }): Action {
  const when: When = isLate ? 'later' : 'within the limit';
  return takesBackDropIn.find((one) => one.when === when)!.action;
}

/** The people at a drop-in in words: all of them are taken back with it. */
export const theirNumber = (known: number): string =>
  `${count(known, 'person', 'people')} written down at it`;

/**
 * Why a drop-in is not taken back; nothing where it can be.
 * @param known how many people are written down at it
 * @param said how many of them were said to be taken back with it
 */
export function whyDropInStays(known: number, said: number): string | undefined {
  return known === said
    ? undefined
    : `There ${known === 1 ? 'is' : 'are'} ${known ? theirNumber(known) : 'nobody written down at it'}. Look at it again, and say that ${known === 1 ? 'this was' : 'they were'} a mistake too.`;
}
