import { Temporal } from 'temporal-polyfill';
import type { FieldError } from '../../shared/problem.ts';

/** The longest that a link works, in years: then somebody looks at who still has it. */
const longestYears = 2;

export const formLinkStates = ['open', 'expired', 'ended'] as const;
export type FormLinkState = (typeof formLinkStates)[number];

/** Whether a link works on a civil date. */
export function formLinkStateOf(
  link: { expiresOn: string; revokedAt: string | null },
  today: string,
): FormLinkState {
  if (link.revokedAt) return 'ended';
  return link.expiresOn < today ? 'expired' : 'open';
}

/** The last day that the page proposes: a year from today. */
export function proposedEnd(today: string): string {
  return Temporal.PlainDate.from(today).add({ years: 1 }).toString();
}

/** What is wrong with the last day of a link. */
export function endErrors(expiresOn: string, today: string): FieldError[] {
  const latest = Temporal.PlainDate.from(today).add({ years: longestYears }).toString();
  if (expiresOn < today)
    return [{ pointer: '/expiresOn', message: 'This date is over. Give today or a later day.' }];
  if (expiresOn > latest)
    return [{ pointer: '/expiresOn', message: `Give a day within ${longestYears} years.` }];
  return [];
}
