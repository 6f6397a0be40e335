import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { getRetention, retentionTag } from './retention.queries.ts';
import type { Retention, RetentionChange } from './retention.schemas.ts';

/**
 * Changes for how long people are kept. Whoever is proposed already is held to it when they are decided about.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function changeRetention(
  deps: Deps,
  ctx: Context,
  change: RetentionChange,
  ifMatch: string | undefined,
): Promise<Retention> {
  return command(deps, ctx, async (trx) => {
    await sql`/* retention.lock */ select from retention for update`.execute(trx);
    const before = await getRetention(trx);
    requireMatch(ifMatch, retentionTag(before));
    const { changedAt: _changedAt, ...policy } = { ...before, ...change };
    await sql`/* retention.change */
      update retention set helped_months = ${policy.helpedMonths}, not_helped_months = ${policy.notHelpedMonths},
        deceased_months = ${policy.deceasedMonths}, changed_at = ${timestamp(deps.clock)}`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'retention.changed',
      subjects: callerOf(ctx),
      values: { policy },
    });
    return getRetention(trx);
  });
}
