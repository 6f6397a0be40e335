import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { run } from '../shared/statements.ts';
import { noteSecurity } from './security-log.commands.ts';
import { getSignInPolicy, signInPolicyTag } from './sign-in-policy.queries.ts';
import type { SignInPolicy, SignInPolicyChange } from './sign-in-policy.schemas.ts';

/**
 * Says which roles must show a second step, and whether erasing someone wants two managers. Who has none yet sets one up when they next sign in.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function changeSignInPolicy(
  deps: Deps,
  ctx: Context,
  change: SignInPolicyChange,
): Promise<SignInPolicy> {
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'sign-in-policy.lock', work.trx.selectFrom('sign_in_policy').forNoKeyUpdate());
    const before = await getSignInPolicy(work.trx);
    requireMatch(ctx.ifMatch, signInPolicyTag(before));
    const { factorRoles, erasureByTwo } = { ...before, ...change };
    await run(
      work.trx,
      'sign-in-policy.write',
    )`update sign_in_policy set factor_roles = ${factorRoles}::text[], erasure_by_two = ${erasureByTwo}, changed_at = ${work.at}`;
    await recordEvent(work, {
      type: 'sign_in_policy.changed',
      subjects: callerOf(ctx),
      values: { factorRoles, erasureByTwo },
    });
    await noteSecurity(work, { kind: 'policy_changed', about: factorRoles.join(', ') || 'nobody' });
    return getSignInPolicy(work.trx);
  });
}
