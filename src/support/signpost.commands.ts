import { namesToLeaveOut } from '../scheme/names.queries.ts';
import { namedIn } from '../scheme/names.rules.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { getSignpost, signpostTag } from './signpost.queries.ts';
import type { NewSignpost, Signpost, SignpostChange } from './signpost.schemas.ts';

/**
 * Adds a place elsewhere, for people who are supported and for clinics whose referral is declined.
 * @throws Problem `invalid` where it is for people and names the scheme or a clinic, `name-in-use`
 */
export async function addSignpost(deps: Deps, ctx: Context, input: NewSignpost): Promise<Signpost> {
  return command(deps, ctx, async (work) => {
    await assertNamesNobody(work, input);
    const id = newId();
    await run(
      work.trx,
      'signpost.add',
      work.trx.insertInto('signpost').values({
        id,
        name: input.name.trim(),
        details: input.details.trim(),
        url: input.url ?? null,
        person_words: input.personWords ?? null,
        topic: input.topic ?? null,
        changed_at: work.at,
      }),
    );
    await recordEvent(work, { type: 'signpost.added', subjects: callerOf(ctx) });
    return getSignpost(work.trx, id);
  });
}

/**
 * Changes a signpost, or no longer offers it. What clinics were told of it stays as they were told.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid` as for a new one, `name-in-use`
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
    const { name, details, url, personWords, topic, retired } = { ...before, ...change };
    await assertNamesNobody(work, { name, details, personWords, topic });
    const { at } = work;
    await run(
      work.trx,
      'signpost.write',
    )`update signpost set name = ${name.trim()}, details = ${details.trim()}, url = ${url}, person_words = ${personWords}, topic = ${topic},
        changed_at = ${at},
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

/** One with a topic or people's words is for people, who read it where others look on. @throws Problem `invalid` */
async function assertNamesNobody(
  work: Work,
  said: Pick<Signpost, 'name' | 'details'> & Partial<Pick<Signpost, 'personWords' | 'topic'>>,
): Promise<void> {
  if (!said.topic && !said.personWords) return;
  const names = await namesToLeaveOut(work.deps, work.trx);
  const errors = (['name', 'details', 'personWords'] as const).flatMap((field) =>
    namedIn(said[field] ?? '', names).map((name) => ({
      pointer: `/${field}`,
      message: `“${name}” tells others where it is from. Leave it out: people read this.`,
    })),
  );
  if (errors.length) throw new Problem('invalid', { errors });
}
