import { readEmail } from '../shared/email.ts';
import { asSeen } from '../shared/seen.ts';
import type { Claims } from './sign-on.rules.ts';

/** Who came by single sign-on, as the provider says, once that has been held to what was asked. */
export type Came = {
  issuer: string;
  subject: string;
  /** The session at the provider, where it names it. */
  sid: string | null;
  idToken: string;
  claims: Claims;
};

/** What someone is called, by the claims; empty where they do not say. */
export function nameIn({ name, given_name, family_name }: Claims): string {
  const whole = [given_name, family_name].filter((part) => typeof part === 'string').join(' ');
  return asSeen(typeof name === 'string' && name.trim() ? name : whole)
    .trim()
    .slice(0, 200);
}

/** An email address that the claims have; undefined for none. It is how someone is reached, and never who they are. */
export function emailIn({ email, preferred_username }: Claims): string | undefined {
  for (const claim of [email, preferred_username]) {
    const read = typeof claim === 'string' ? readEmail(claim) : undefined;
    if (read && 'value' in read) return read.value;
  }
  return undefined;
}

/** A word by which a provider names someone or their session: ASCII, and at most 255 characters (OpenID Connect Core, 2). */
export const isWord = (claim: unknown): claim is string =>
  typeof claim === 'string' && /^[\x20-\x7e]{1,255}$/.test(claim);
