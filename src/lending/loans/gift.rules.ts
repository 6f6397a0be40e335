import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { loanStatuses, whyNotOpen } from './loan.rules.ts';
import { isOpenLoan } from './loan.states.ts';

/** What decides whether a loan becomes a gift. */
export const LoanToGift = {
  status: col.oneOf(loanStatuses),
  borrower: col.oneOf(['patient', 'location']),
  /** How many items are still out. */
  out: col.number,
  /** An incident on the loan that is still open. */
  openIncident: col.orNull(col.text),
};
export type LoanToGift = RowOf<typeof LoanToGift>;

/** Why a loan cannot become a gift, for whoever may do it; nothing when it can. */
export function whyNoGift({ status, borrower, out, openIncident }: LoanToGift): string | undefined {
  if (status === 'closed') return 'The loan is closed.';
  if (!isOpenLoan.of(status)) return whyNotOpen(status);
  if (borrower === 'location') return 'Kit lent to a place stays the scheme’s.';
  if (openIncident) return 'Close the open incident on this loan first.';
  if (!out) return 'No device is still out, so there is nothing to give.';
  return undefined;
}

/** @throws Problem `loan-closed`, `gift-refused` (with the incident in the way) */
export function assertGift(loan: LoanToGift): void {
  const why = whyNoGift(loan);
  if (!why) return;
  if (!isOpenLoan.of(loan.status)) throw new Problem('loan-closed', { detail: whyNotOpen(loan.status) });
  throw new Problem('gift-refused', {
    detail: why,
    ...(loan.openIncident ? { incidentId: loan.openIncident } : {}),
  });
}
