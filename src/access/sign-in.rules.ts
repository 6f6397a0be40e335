import type { NeededStep } from './access.queries.ts';

/** The page on which someone goes on who has shown their password. */
export const placeOfStep: Record<NeededStep, string> = {
  factor: '/sign-in/code',
  enrolment: '/sign-in/second-step',
};

/** How often a minute one address may try. */
export const triesPerMinute = 20;
