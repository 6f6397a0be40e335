import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

// Codes of an app as RFC 6238 has them, in the form that every app reads: SHA-1, six digits, 30 seconds.
const form = { algorithm: 'SHA1', digits: 6, period: 30 };
const secretBytes = 20;
/** Clocks of telephones are off by some seconds: the code before and the one after count as well. */
const window = 1;

/** A new secret, in base32 as apps are told it. */
export const newCodeSecret = (): string =>
  new Secret({ buffer: new Uint8Array(randomBytes(secretBytes)).buffer }).base32;

/**
 * The period of 30 seconds since 1970 whose code was given; undefined for a code that is none of those that count now.
 * @param at milliseconds since 1970
 */
export function stepOfCode(secret: string, code: string, at: number): number | undefined {
  const delta = totp(secret).validate({ token: code, timestamp: at, window });
  return delta === null ? undefined : Math.floor(at / 1000 / form.period) + delta;
}

/** The address that an app reads from the picture: whose account it is, and of which scheme. */
export const codeAddress = (
  secret: string,
  { scheme, account }: { scheme: string; account: string },
): string => totp(secret, { issuer: scheme.replaceAll(':', ' '), label: account }).toString();

/** The code of an instant, for tests and for whoever has no telephone at hand. */
export const codeOf = (secret: string, at: number): string => totp(secret).generate({ timestamp: at });

const totp = (secret: string, names: { issuer?: string; label?: string } = {}) =>
  new TOTP({ ...form, ...names, secret: Secret.fromBase32(secret) });
