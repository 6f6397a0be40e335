import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { run } from '../../shared/statements.ts';
import { settleUpdates } from '../../stock/devices/updates.commands.ts';
import { getPolicy, policyTag } from './policy.queries.ts';
import type { LendingPolicy, PolicyChange } from './policy.schemas.ts';

/**
 * Changes what the scheme decided about lending. What is under way keeps the dates that it has. Devices become ready, or
 * wait for a manager's reason, as it says of their security updates.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function changePolicy(deps: Deps, ctx: Context, change: PolicyChange): Promise<LendingPolicy> {
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'policy.change', work.trx.selectFrom('lending_policy').forNoKeyUpdate());
    const before = await getPolicy(work.trx);
    requireMatch(ctx.ifMatch, policyTag(before));
    const { changedAt: _changedAt, ...policy } = { ...before, ...change };
    await run(
      work.trx,
      'policy.write',
    )`update lending_policy set replacement_limit = ${policy.replacementLimit}, replacement_months = ${policy.replacementMonths},
      allocation_days = ${policy.allocationDays}, urgent_days = ${policy.urgentDays}, soon_days = ${policy.soonDays}, routine_days = ${policy.routineDays},
      attachment_quota_mb = ${policy.attachmentQuotaMb}, asking_most = ${policy.askingMost}, asking_weeks = ${policy.askingWeeks},
      updates_warn_days = ${policy.updatesWarnDays},
      updates_months = ${policy.updatesMonths}, updates_unknown_stops = ${policy.updatesUnknownStops}, changed_at = ${work.at}`;
    await recordEvent(work, {
      type: 'lending_policy.changed',
      subjects: callerOf(ctx),
      values: { policy },
    });
    if (
      policy.updatesMonths !== before.updatesMonths ||
      policy.updatesUnknownStops !== before.updatesUnknownStops
    )
      await settleUpdates(work, sql`true`);
    return getPolicy(work.trx);
  });
}
