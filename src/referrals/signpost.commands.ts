import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { run } from '../shared/statements.ts';
import { getSignpost, signpostTag } from './signpost.queries.ts';
import type { NewSignpost, Signpost, SignpostChange } from './signpost.schemas.ts';

/**
 * Adds other help that a clinic can be told of when its referral is declined.
 * @throws Problem `name-in-use`
 */
export async function addSignpost(deps: Deps, ctx: Context, input: NewSignpost): Promise<Signpost> {
  return command(deps, ctx, async (work) => {
    const id = newId();
    await run(
      work.trx,
      'signpost.add',
      work.trx
        .insertInto('signpost')
        .values({ id, name: input.name.trim(), details: input.details.trim(), changed_at: work.at }),
    );
    await recordEvent(work, { type: 'signpost.added', subjects: callerOf(ctx) });
    return getSignpost(work.trx, id);
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
): Promise<Signpost> {
  return command(deps, ctx, async (work) => {
    await run(
      work.trx,
      'signpost.change',
      work.trx.selectFrom('signpost').where('id', '=', id).forNoKeyUpdate(),
    );
    const before = await getSignpost(work.trx, id);
    requireMatch(ctx.ifMatch, signpostTag(before));
    const { name, details, retired } = { ...before, ...change };
    const { at } = work;
    await run(
      work.trx,
      'signpost.write',
    )`update signpost set name = ${name.trim()}, details = ${details.trim()}, changed_at = ${at},
        retired_at = case when ${retired}::boolean then coalesce(retired_at, ${at}::timestamptz) end
      where id = ${id}`;
    await recordEvent(work, {
      type: 'signpost.changed',
      subjects: callerOf(ctx),
      fields: Object.keys(change),
    });
    return getSignpost(work.trx, id);
  });
}
