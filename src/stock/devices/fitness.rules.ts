import { col, type RowOf } from '../../shared/rows.ts';
/**
 * What keeps a device from being offered though its status would let it: a required check that ran
 * out, a stocktake that did not see it, security updates that end before it would be back, mobile data that is over or suspended. The first one named
 * is the one to deal with first.
 */
export const unfitReasons = [
  'check_due',
  'not_seen',
  'updates_ending',
  'data_over',
  'data_suspended',
] as const;
export type UnfitReason = (typeof unfitReasons)[number];

/** One reason, with the civil date since when it holds, of security updates that on which they end; null where no date says so. */
export const Unfit = { reason: col.oneOf(unfitReasons), since: col.orNull(col.text) };
export type Unfit = RowOf<typeof Unfit>;

/** What is wrong with the data alone: whoever needs none may still be given the device. */
export const ofData: readonly UnfitReason[] = ['data_over', 'data_suspended'];

/** The reasons that count for someone who needs data, or does not. */
export const unfitFor = (unfit: Unfit[], needsData: boolean): Unfit[] =>
  unfit.filter(({ reason }) => needsData || !ofData.includes(reason));

/** Whether the data in it is over or suspended. */
export const isWithoutItsData = (unfit: Unfit[]): boolean =>
  unfitFor(unfit, true).length > unfitFor(unfit, false).length;

/** Whether a stocktake missed it, and it was not seen since. */
export const isUnseen = ({ unfit }: { unfit: Unfit[] }): boolean =>
  unfit.some(({ reason }) => reason === 'not_seen');

/** A reason in words, as of today; with the tag where the device has to be named. */
export function unfitWords({ reason, since }: Unfit, assetTag?: string): string {
  const data = assetTag ? `The data on ${assetTag}` : 'Its data';
  const words: Record<UnfitReason, string> = {
    check_due: `A check of ${assetTag ?? 'it'} ran out.`,
    not_seen: `${assetTag ? `${assetTag} was not` : 'Not'} seen at the stocktake of ${since}.`,
    updates_ending: since
      ? `${assetTag ? `The security updates of ${assetTag}` : 'Its security updates'} end on ${since}.`
      : `It is not known until when ${assetTag ?? 'it'} gets security updates.`,
    data_over: `${data} ended on ${since}.`,
    data_suspended: `${data} was suspended on ${since}.`,
  };
  return words[reason];
}

/** What to do about each. */
export const unfitRemedies: Record<UnfitReason, string> = {
  check_due: 'Record it again before it goes out.',
  not_seen: 'Look for it, and record that it is here.',
  updates_ending: 'A manager can say on its page why it may still be lent.',
  data_over: 'Renew it, or change the SIM.',
  data_suspended: 'Resume it, or change the SIM.',
};

/** One with what to do about it. */
export const unfitText = (one: Unfit): string => `${unfitWords(one)} ${unfitRemedies[one.reason]}`;

/** The status of a device as a list of stock shows it: what looks ready and is not fit is told by its reason. */
export const shownStatus = ({ status, unfit }: { status: string; unfit: Unfit[] }): string =>
  status === 'ready' ? (unfit[0]?.reason ?? status) : status;
