import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { several } from '../../shared/sentences.ts';
import { tooLateToTakeBack } from '../../shared/taking-back.rules.ts';
import { type ItemStatus, itemStatuses, loanStatuses } from './loan.rules.ts';
import { isOut } from './loan.states.ts';

/** What was wrong with an issue that is taken back. */
export const mistakes = [
  'not_handed_over',
  'wrong_person',
  'wrong_device',
  'recorded_twice',
  'other',
] as const;
export type Mistake = (typeof mistakes)[number];
export const mistakeWords: Record<Mistake, string> = {
  not_handed_over: 'It was never handed over',
  wrong_person: 'It went to someone else',
  wrong_device: 'It was another device',
  recorded_twice: 'It was written down twice',
  other: 'Something else',
};

/** What decides whether an issue may be taken back. */
export const IssueStanding = {
  status: col.oneOf(loanStatuses),
  reference: col.text,
  referralId: col.orNull(col.text),
  patientId: col.orNull(col.text),
  /** The instant of its recording. */
  issuedAt: col.text,
  isLate: col.boolean,
  takenOver: col.boolean,
  isErased: col.boolean,
  items: col.listOf(
    col.object({
      id: col.text,
      deviceId: col.text,
      assetTag: col.text,
      status: col.oneOf(itemStatuses),
      isReplacement: col.boolean,
    }),
  ),
  /** Kinds of accessories of which some came back or do not. */
  endedAccessories: col.listOf(col.text),
  /** References of incidents, also of closed ones. */
  incidents: col.listOf(col.text),
  isExtended: col.boolean,
  isReviewed: col.boolean,
  /** Steps of its follow-ups of which an outcome is recorded. */
  hasOutcome: col.boolean,
};
export type IssueStanding = RowOf<typeof IssueStanding>;

/** What became of an item that is not out any more, in words behind its label. */
export const became: Record<Exclude<ItemStatus, 'on_loan'>, string> = {
  returned: 'came back',
  lost: 'was lost',
  replaced: 'was replaced',
  gifted: 'was given to keep',
  recorded_by_mistake: 'was recorded by mistake',
};

/** What has happened with a loan since its issue, in sentences: nothing where the issue may be taken back. */
export function whatFollowed(loan: IssueStanding): string[] {
  const { items, endedAccessories, incidents } = loan;
  return [
    ...items.flatMap(({ assetTag, status }) => (isOut.of(status) ? [] : `${assetTag} ${became[status]}.`)),
    ...items.flatMap(({ assetTag, isReplacement }) =>
      isReplacement ? `${assetTag} took the place of another.` : [],
    ),
    ...(endedAccessories.length ? [`${several(endedAccessories)}: some came back, or do not.`] : []),
    ...(incidents.length ? [`Incident ${several(incidents)} is about it.`] : []),
    ...(loan.isExtended ? ['Its date was changed.'] : []),
    ...(loan.isReviewed ? ['It was looked at again with the borrower.'] : []),
    ...(loan.hasOutcome ? ['A follow-up of it has its outcome.'] : []),
  ];
}

/**
 * Why an issue cannot be taken back, in a sentence; nothing where it can.
 * @param who whether who asks may do so after the limit
 */
export function whyNotTakenBack(loan: IssueStanding, { mayLate }: { mayLate: boolean }): string | undefined {
  if (loan.takenOver) return 'This loan was taken over from before Lendwell. Take its devices back instead.';
  if (loan.isErased) return 'This person was erased. Take the devices back instead.';
  const followed = whatFollowed(loan);
  if (followed.length)
    return `It was used since: ${followed.join(' ')} Put that right first, or take the devices back.`;
  if (loan.isLate && !mayLate) return tooLateToTakeBack;
  return undefined;
}

/** @throws Problem `taking-back-refused`, with what has happened since */
export function assertTakenBack(loan: IssueStanding, who: { mayLate: boolean }): void {
  const detail = whyNotTakenBack(loan, who);
  if (detail) throw new Problem('taking-back-refused', { detail, followed: whatFollowed(loan) });
}
