import { keyedHash } from '../../access/tokens.ts';
import type { Deps } from '../../shared/deps.ts';
import { seal, unseal } from '../../shared/seal.ts';
import type { Typed } from '../../web/forms.ts';

/** What was sent, sealed so that only the browser that sent it can have it shown: its token is kept nowhere else. */
export const sealSummary = (deps: Deps, token: string, typed: Typed): Buffer =>
  seal(keyOf(deps, token), typed);

/** What was sealed with this token. */
export const unsealSummary = (deps: Deps, token: string, sealed: Buffer): Typed =>
  unseal(keyOf(deps, token), sealed) as Typed;

const keyOf = (deps: Deps, token: string) => keyedHash(deps.key, 'referral-summary', token);
