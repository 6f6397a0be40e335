import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { run } from '../shared/statements.ts';
import { getRetention, retentionTag } from './retention.queries.ts';
import type { Retention, RetentionChange } from './retention.schemas.ts';

/**
 * Changes for how long people are kept. Whoever is proposed already is held to it when they are decided about.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function changeRetention(deps: Deps, ctx: Context, change: RetentionChange): Promise<Retention> {
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'retention.lock', work.trx.selectFrom('retention').forUpdate());
    const before = await getRetention(work.trx);
    requireMatch(ctx.ifMatch, retentionTag(before));
    const { changedAt: _changedAt, ...policy } = { ...before, ...change };
    await run(work.trx, 'retention.change')`
      update retention set helped_months = ${policy.helpedMonths}, not_helped_months = ${policy.notHelpedMonths},
        deceased_months = ${policy.deceasedMonths}, changed_at = ${work.at}`;
    await recordEvent(work, {
      type: 'retention.changed',
      subjects: callerOf(ctx),
      values: { policy },
    });
    return getRetention(work.trx);
  });
}
