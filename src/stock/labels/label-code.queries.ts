import { keyedHash } from '../../access/tokens.ts';
import type { Deps } from '../../shared/deps.ts';
import { unseal } from '../../shared/seal.ts';

/** What finds the code of a label by the secret in its address. */
export const labelCodeHash = ({ key }: Pick<Deps, 'key'>, slug: string): Buffer =>
  keyedHash(key, 'label-code', slug);

/** The key with which the secrets of codes are kept, so that a label can be printed again. */
export const labelCodeKey = ({ key }: Pick<Deps, 'key'>): Buffer => keyedHash(key, 'label-code-seal', '');

/** The secret of a code; null for one that was sealed with another key, whose address has ended with it. */
export function slugIn(deps: Pick<Deps, 'key'>, sealed: Buffer): string | null {
  try {
    return unseal(labelCodeKey(deps), sealed) as string;
  } catch {
    return null;
  }
}
