/** What staff can show beside their password. */
export const factorKinds = ['code', 'passkey'] as const;
export type FactorKind = (typeof factorKinds)[number];
/** The same in words. */
export const factorWords: Record<FactorKind, string> = {
  code: 'an app that shows codes',
  passkey: 'a passkey',
};

/** How many recovery codes someone is given at a time. */
export const recoveryCodes = 10;

/** What someone typed as a code, without the spaces and dashes that people put between its parts. */
export const plainCode = (typed: string): string => typed.replaceAll(/[\s\p{Pd}]/gu, '').toLowerCase();

/** Whether it can be a code of an app, as opposed to a recovery code. */
export const isAppCode = (plain: string): boolean => /^\d{6}$/.test(plain);
