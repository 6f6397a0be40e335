import { createHmac, randomBytes } from 'node:crypto';

/** A secret of 256 random bits, safe in a cookie or a header. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** A token of 128 random bits, for an address that people pass on. */
export function newLinkToken(): string {
  return randomBytes(16).toString('base64url');
}

/** A token of 88 random bits, for an address that is read from a code on a small label. */
export function newShortToken(): string {
  return randomBytes(11).toString('base64url');
}

/** A new API key. The prefix lets people and scanners of leaked secrets recognise it. */
export function newApiKey(): string {
  return `lw_${newToken()}`;
}

type Purpose =
  | 'session'
  | 'api-key'
  | 'account'
  | 'form-link'
  | 'answer-link'
  | 'password-link'
  | 'factor'
  | 'recovery-code'
  | 'browser'
  | 'network'
  | 'arrival'
  | 'sign-on'
  | 'sign-on-state'
  | 'id-token'
  | 'logout-token'
  | 'patient-link'
  | 'label-code'
  | 'label-code-seal'
  | 'referral-draft'
  | 'referral-summary'
  | 'kept-form'
  | 'drafts'
  | 'kept-page'
  | 'kept-sheet'
  | 'taken-list';

/**
 * What is stored in place of a secret. The purpose keeps one kind of secret from ever standing
 * for another; the key (`Deps.key`) makes a stolen table useless without the configuration.
 */
export function keyedHash(key: string, purpose: Purpose, text: string): Buffer {
  return createHmac('sha256', key).update(`${purpose}\n${text}`).digest();
}

/** What seals the secret of someone's app for codes. */
export const factorKey = ({ key }: { key: string }, staffId: string): Buffer =>
  keyedHash(key, 'factor', staffId);
