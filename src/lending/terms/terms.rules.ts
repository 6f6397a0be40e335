import type { FieldError } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';

export const borrowers = ['patient', 'location'] as const;
export type Borrower = (typeof borrowers)[number];

/** The terms of a kind of loan. */
export const Terms = {
  name: col.text,
  borrower: col.oneOf(borrowers),
  /** Null for terms without an end. */
  weeks: col.orNull(col.number),
  /** Months between two looks at a loan without a date. */
  reviewMonths: col.orNull(col.number),
  extensionsAllowed: col.number,
  extensionWeeks: col.number,
  isDefault: col.boolean,
  retired: col.boolean,
};
export type Terms = RowOf<typeof Terms>;

/** Without months of their own, terms are reviewed every month once a loan of them stays open. */
export const usualReviewMonths = 1;

/** What is wrong with terms. */
export function termsFaults(
  { weeks, reviewMonths, isDefault, retired }: Terms,
  wasDefault: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  if (weeks === null && reviewMonths === null)
    errors.push({
      pointer: '/reviewMonths',
      message: 'Terms without an end are looked at again: give the months between two reviews, or weeks.',
    });
  if (wasDefault && !isDefault)
    errors.push({ pointer: '/isDefault', message: 'Make other terms the default instead.' });
  if (retired && isDefault)
    errors.push({ pointer: '/retired', message: 'Make other terms the default first.' });
  return errors;
}

const every = (number: number, unit: string) => (number === 1 ? `every ${unit}` : `every ${number} ${unit}s`);

/** For how long, in words: `26 weeks`, `no date, looked at again every month`. */
export function lengthWords({ weeks, reviewMonths }: Pick<Terms, 'weeks' | 'reviewMonths'>): string {
  if (weeks !== null) return weeks === 1 ? '1 week' : `${weeks} weeks`;
  return `no date, looked at again ${every(reviewMonths ?? usualReviewMonths, 'month')}`;
}

/** Whether and how often, in words: `may be extended twice, by 13 weeks each`. */
export function extensionWords({
  extensionsAllowed: most,
  extensionWeeks,
}: Pick<Terms, 'extensionsAllowed' | 'extensionWeeks'>): string {
  if (most === 0) return 'may not be extended without a manager';
  const times = most === 1 ? 'once' : most === 2 ? 'twice' : `${most} times`;
  return `may be extended ${times}, by ${extensionWeeks === 1 ? '1 week' : `${extensionWeeks} weeks`}${most === 1 ? '' : ' each'}`;
}
