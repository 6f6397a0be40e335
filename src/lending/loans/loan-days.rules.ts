import type { FieldError } from '../../shared/problem.ts';

/**
 * The day on which something of a loan happened: the one that was given, else that of its recording. The database
 * keeps it so (`issued_on`, `ended_on`, `closed_on`, and `handover_on` of the loan), and every list, report and
 * count asks these. What may be given is held here.
 */

/**
 * Why a device cannot have gone out on a day, in a sentence; null when it can. Back and out again on one day is no
 * overlap.
 * @param backOn when it was last back with us
 */
export function outAgainFault(
  from: string,
  { assetTag, backOn }: { assetTag: string; backOn: string | null },
): string | null {
  return backOn && from < backOn
    ? `${assetTag} came back to us only on ${backOn}. Give that day or a later one.`
    : null;
}

/** What to say of devices that are written down as given to us only after the day on which they were handed over: one of the two days is wrong. */
export function arrivalWarnings(
  handoverOn: string,
  devices: { assetTag: string; arrivedOn: string }[],
): string[] {
  return devices.flatMap(({ assetTag, arrivedOn }) =>
    handoverOn < arrivedOn
      ? `${assetTag} is written down as given to us on ${arrivedOn}, after it was handed over. Correct the day that is wrong.`
      : [],
  );
}

/** An item that comes back: its label, and the earliest day on which it can. */
export type OutItem = { assetTag: string; outFrom: string };

/** What is wrong with the day of a return, whatever came back; null when it may be. */
export function comingBackFault(on: string, today: string): FieldError | null {
  return on > today
    ? { pointer: '/on', message: `This day is in the future. Give ${today} or an earlier day.` }
    : null;
}

/** Why an item cannot have come back on a day, in a sentence; null when it can. */
export function returnDayFault(on: string, { assetTag, outFrom }: OutItem): string | null {
  return on < outFrom ? `${assetTag} went out on ${outFrom}. Give that day or a later one.` : null;
}
