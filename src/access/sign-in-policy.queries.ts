import type { Reader } from '../shared/database.ts';
import { etagOf } from '../shared/etag.ts';
import { col } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import type { SignInPolicy } from './sign-in-policy.schemas.ts';
import { staffRoles } from './staff.rules.ts';

/** Who has to show a second step. */
export async function getSignInPolicy(db: Reader): Promise<SignInPolicy> {
  return one(db, 'sign-in-policy.get', {
    factorRoles: col.listOf(col.oneOf(staffRoles)),
    erasureByTwo: col.boolean,
    changedAt: col.text,
  })`select factor_roles as "factorRoles", erasure_by_two as "erasureByTwo", changed_at as "changedAt" from sign_in_policy`;
}

/** Its version, for If-Match. */
export const signInPolicyTag = ({ changedAt }: SignInPolicy) => etagOf('sign-in-policy', changedAt);
