import { createHmac, randomBytes } from 'node:crypto';

/** A secret of 256 random bits, safe in a cookie or a header. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** A token of 128 random bits, for an address that people pass on. */
export function newLinkToken(): string {
  return randomBytes(16).toString('base64url');
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
  | 'patient-link'
  | 'referral-draft'
  | 'referral-summary'
  | 'kept-form'
  | 'drafts'
  | 'kept-page'
  | 'taken-list';

/**
 * What is stored in place of a secret. The purpose keeps one kind of secret from ever standing
 * for another; the key makes a stolen table useless without the configuration.
 */
export function keyedHash(secret: string, purpose: Purpose, text: string): Buffer {
  return createHmac('sha256', secret).update(`${purpose}\n${text}`).digest();
}
