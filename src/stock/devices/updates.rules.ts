import { Temporal } from 'temporal-polyfill';
import { count } from '../../shared/formats.ts';
import { col, type RowOf } from '../../shared/rows.ts';

/** What is known of the security updates of a device with an operating system, and what the scheme makes of it. */
export const Updates = {
  /** The first civil day without them; null where nobody knows. */
  endOn: col.orNull(col.text),
  /** Whether a manager said why it may be lent in this preparation though they end then, or nobody knows when. */
  accepted: col.boolean,
  /** Whether, by the policy, a device of which nobody knows waits for a manager. */
  unknownStops: col.boolean,
  /** Until when they have to last on a loan without a day to be back. */
  longTermUntil: col.text,
};
export type Updates = RowOf<typeof Updates>;

/** What has to happen before a device whose updates end too early goes out. */
const ask = 'A manager can say on its page why it may still be lent.';

/**
 * Why a device does not go out on a loan for its security updates; nothing where it may.
 * @param updates null of a kind that has none
 * @param dueOn the civil day on which the loan is due back; null where it has none
 */
export function whyUpdatesStop(
  assetTag: string,
  updates: Updates | null,
  dueOn: string | null,
): string | undefined {
  if (!updates || updates.accepted) return undefined;
  const { endOn, unknownStops, longTermUntil } = updates;
  if (!endOn)
    return unknownStops ? `It is not known until when ${assetTag} gets security updates. ${ask}` : undefined;
  if (endOn >= (dueOn ?? longTermUntil)) return undefined;
  const before = dueOn
    ? 'before the loan is due back'
    : `and a loan without a day needs them until ${longTermUntil}`;
  return `The security updates of ${assetTag} end on ${endOn}, ${before}. ${ask}`;
}

/** For how long a device can still be lent: in whole months, or why that cannot be said. */
export function monthsLeft(endOn: string, today: string): number {
  const until = Temporal.PlainDate.from(endOn);
  return Math.max(0, Temporal.PlainDate.from(today).until(until, { largestUnit: 'month' }).months);
}

/** The same in words, for a line of a list: `For 14 months`, `Ended`. */
export function lendableWords(endOn: string | null, today: string): string {
  if (!endOn) return 'Not known';
  if (endOn <= today) return 'Ended';
  const months = monthsLeft(endOn, today);
  return months ? `For ${count(months, 'month')}` : 'For less than a month';
}

/** What a form says of a field of what is said about updates that was left empty. */
export const acceptanceWords = { reason: 'Say why it can be lent all the same' };
