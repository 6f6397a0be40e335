import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { getPolicy, policyTag } from './policy.queries.ts';
import type { LendingPolicy, PolicyChange } from './policy.schemas.ts';

/**
 * Changes what the scheme decided about lending. What is under way keeps the dates that it has.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function changePolicy(
  deps: Deps,
  ctx: Context,
  change: PolicyChange,
  ifMatch: string | undefined,
): Promise<LendingPolicy> {
  return command(deps, ctx, async (trx) => {
    await sql`select from lending_policy for no key update`.execute(trx);
    const before = await getPolicy(trx);
    requireMatch(ifMatch, policyTag(before));
    const { changedAt: _changedAt, ...policy } = { ...before, ...change };
    await sql`update lending_policy set replacement_limit = ${policy.replacementLimit}, replacement_months = ${policy.replacementMonths},
      allocation_days = ${policy.allocationDays}, urgent_days = ${policy.urgentDays}, soon_days = ${policy.soonDays}, routine_days = ${policy.routineDays}, changed_at = ${timestamp(deps.clock)}`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: 'lending_policy.changed',
      subjects: callerOf(ctx),
      values: { policy },
    });
    return getPolicy(trx);
  });
}
