import type { Action } from './permissions.ts';

type Wish = {
  /** What someone wants to do, after their name; `about` is the word that goes with it. */
  line(about: string): string;
  /** Who may agree. */
  by: Action;
};

/** What reaches so far that another has to agree. */
export const secondPersonKinds = {
  role: { line: (role) => `wants to give the role ${role} to`, by: 'staff.reset-factors' },
  email: { line: () => 'wants to change the email address of', by: 'staff.reset-factors' },
  password_link: { line: () => 'wants to make a link that sets the password of', by: 'staff.reset-factors' },
  factor_reset: { line: () => 'wants to reset the second step of', by: 'staff.reset-factors' },
  erasure: { line: () => 'wants to erase', by: 'patients.erase' },
} as const satisfies Record<string, Wish>;

export type SecondPersonKind = keyof typeof secondPersonKinds;
export const secondPersonKindNames = Object.keys(secondPersonKinds) as SecondPersonKind[];

/** For how long what was agreed to may be done. */
export const agreedFor = '1 day';
/** For how long something waits for someone to agree. */
export const askedFor = '7 days';
