import type { Action } from '../access/permissions.ts';
import { isOpenLoan } from '../lending/loans/loan.states.ts';
import { isAccepted } from '../referrals/referral.states.ts';
import { tooLateToTakeBack } from '../shared/taking-back.rules.ts';
import type { FollowUpStatus } from './support.rules.ts';

type Whose = 'their own' | 'of someone else';
type When = 'within the limit' | 'later';

/** Who takes back an outcome, by who recorded it and when. That a concern was a mistake too, a manager says. */
export const takesBackOutcome = [
  { whose: 'their own', when: 'within the limit', action: 'follow-ups.record-outcome' },
  { whose: 'their own', when: 'later', action: 'follow-ups.take-back-any' },
  { whose: 'of someone else', when: 'within the limit', action: 'follow-ups.take-back-any' },
  { whose: 'of someone else', when: 'later', action: 'follow-ups.take-back-any' },
] as const satisfies readonly { whose: Whose; when: When; action: Action }[];
export const takesBackConcern: Action = 'follow-ups.take-back-any';

/** What someone must be allowed to take back an outcome that was recorded by themselves, or not, and when. */
export function actionToTakeBack({ isOwn, isLate }: { isOwn: boolean; isLate: boolean }): Action {
  const whose: Whose = isOwn ? 'their own' : 'of someone else';
  const when: When = isLate ? 'later' : 'within the limit';
  return takesBackOutcome.find((one) => one.whose === whose && one.when === when)!.action;
}

/** Why someone never takes back an outcome. */
export const outcomeOfAnother = 'A manager takes back what someone else recorded.';

/**
 * Why an outcome that someone may take back within the limit is not taken back, in a sentence; nothing where it can.
 * @param who whether they may take it back now
 */
export function whyOutcomeStays(
  { patient }: { patient: { isErased: boolean } },
  { mayNow }: { mayNow: boolean },
): string | undefined {
  if (patient.isErased) return 'This person was erased. What is left of it stays.';
  return mayNow ? undefined : tooLateToTakeBack;
}

/** What decides how a follow-up stands once its outcome is taken back. */
export type WhatItIsOf = {
  contactState: string;
  planHasEnded: boolean;
  loanId: string | null;
  loanStatus: string | null;
  /** Another open loan of the same referral. */
  otherLoanId: string | null;
  referralStatus: string | null;
};

/**
 * How a follow-up stands once its outcome is taken back, and of which loan: as before, over at another open loan of its
 * referral where its own has closed, or off where what it was of has ended, as it would be without the outcome. A
 * closed referral opens again for it.
 */
export function standsAfter(
  before: FollowUpStatus,
  of: WhatItIsOf,
): { status: FollowUpStatus; loanId: string | null } {
  const off = { status: 'cancelled', loanId: of.loanId } as const;
  if (of.contactState === 'withdrawn' || of.contactState === 'deceased' || of.planHasEnded) return off;
  if (of.referralStatus && of.referralStatus !== 'closed' && !isAccepted.of(of.referralStatus)) return off;
  if (!of.loanId || (of.loanStatus && isOpenLoan.of(of.loanStatus)))
    return { status: before, loanId: of.loanId };
  return of.otherLoanId ? { status: before, loanId: of.otherLoanId } : off;
}
