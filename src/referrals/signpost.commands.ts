import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { getSignpost, signpostTag } from './signpost.queries.ts';
import type { NewSignpost, Signpost, SignpostChange } from './signpost.schemas.ts';

/**
 * Adds other help that a clinic can be told of when its referral is declined.
 * @throws Problem `name-in-use`
 */
export async function addSignpost(deps: Deps, ctx: Context, input: NewSignpost): Promise<Signpost> {
  return command(deps, ctx, async (trx) => {
    const id = newId();
    await sql`insert into signpost (id, name, details, changed_at)
      values (${id}, ${input.name.trim()}, ${input.details.trim()}, ${timestamp(deps.clock)})`.execute(trx);
    await recordEvent(trx, deps, ctx, { type: 'signpost.added', subjects: callerOf(ctx) });
    return getSignpost(trx, id);
  });
}

/**
 * Changes a signpost, or no longer offers it. What clinics were told of it stays as they were told.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `name-in-use`
 */
export async function changeSignpost(
  deps: Deps,
  ctx: Context,
  id: string,
  change: SignpostChange,
  ifMatch: string | undefined,
): Promise<Signpost> {
  return command(deps, ctx, async (trx) => {
    await sql`select from signpost where id = ${id} for no key update`.execute(trx);
    const before = await getSignpost(trx, id);
    requireMatch(ifMatch, signpostTag(before));
    const { name, details, retired } = { ...before, ...change };
    const at = timestamp(deps.clock);
    await sql`update signpost set name = ${name.trim()}, details = ${details.trim()}, changed_at = ${at},
        retired_at = case when ${retired}::boolean then coalesce(retired_at, ${at}::timestamptz) end
      where id = ${id}`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'signpost.changed',
      subjects: callerOf(ctx),
      fields: Object.keys(change),
    });
    return getSignpost(trx, id);
  });
}
