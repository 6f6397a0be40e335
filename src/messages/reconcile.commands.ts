import { sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import { iso, timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { channelOf } from './channels.ts';
import { type Claim, settleSent } from './dispatch.commands.ts';

const staleMinutes = 10;
const batchSize = 200;

/**
 * Finds messages whose sender died or does not know what became of them, takes over their claim and asks
 * the provider: what it has is sent, what it does not have is queued again.
 */
export async function reconcile(deps: Deps): Promise<{ found: number; requeued: number }> {
  const counts = { found: 0, requeued: 0 };
  for (;;) {
    const claims = await takeOver(deps);
    if (!claims.length) return counts;
    const accepted = await channelOf(deps).accepted(claims.map(({ id }) => id));
    counts.found += await settleSent(
      deps,
      claims.filter(({ id }) => accepted.has(id)),
    );
    counts.requeued += await queueAgain(
      deps,
      claims.filter(({ id }) => !accepted.has(id)),
    );
  }
}

async function takeOver(deps: Deps): Promise<Claim[]> {
  const now = timestamp(deps.clock);
  const stale = iso(deps.clock.now().subtract(Temporal.Duration.from({ minutes: staleMinutes })));
  const { rows } = await sql<Claim>`
    update message set claim = claim + 1, claimed_at = ${now}, changed_at = ${now}
    where id in (select id from message where status = 'sending' and claimed_at < ${stale} order by claimed_at limit ${batchSize} for update skip locked)
    returning id, claim`.execute(deps.db);
  return rows;
}

/** The provider does not have them: they wait again, and their reminders stand again. */
async function queueAgain(deps: Deps, claims: Claim[]): Promise<number> {
  if (!claims.length) return 0;
  const { rows } = await sql<{ count: number }>`
    with mine as (
      update message m set status = 'queued', changed_at = ${timestamp(deps.clock)}
      from jsonb_to_recordset(${JSON.stringify(claims)}) x (id uuid, claim int)
      where m.id = x.id and m.claim = x.claim and m.status = 'sending' returning m.id
    ), unsaid as (
      update reminder set status = 'standing' where status = 'said' and message_id in (select id from mine)
    )
    select count(*) from mine`.execute(deps.db);
  return rows[0]!.count;
}
