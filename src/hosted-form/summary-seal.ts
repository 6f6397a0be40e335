import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { keyedHash } from '../access/tokens.ts';
import type { Typed } from '../admin/forms.ts';
import type { Deps } from '../shared/deps.ts';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** What was sent, sealed so that only the browser that sent it can have it shown: its token is kept nowhere else. */
export function seal(deps: Deps, token: string, typed: Typed): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, keyOf(deps, token), iv);
  const body = Buffer.concat([cipher.update(JSON.stringify(typed)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** What was sealed with this token. */
export function unseal(deps: Deps, token: string, sealed: Buffer): Typed {
  const decipher = createDecipheriv(algorithm, keyOf(deps, token), sealed.subarray(0, ivBytes));
  decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
  const body = Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]);
  return JSON.parse(body.toString());
}

const keyOf = (deps: Deps, token: string) => keyedHash(deps.config.SECRET, 'referral-summary', token);
