import { Temporal } from 'temporal-polyfill';

/** The first day on which a plan no longer runs: so many months after it was activated, not after the loan. */
export function expiryOf(activatedOn: string, months: number): string {
  return Temporal.PlainDate.from(activatedOn).add({ months }).toString();
}
