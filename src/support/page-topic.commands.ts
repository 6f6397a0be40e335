import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import { getPageTopic, listPageTopics, pageTopicTag } from './page-topic.queries.ts';
import type { NewPageTopic, PageTopic, PageTopicChange } from './page-topic.schemas.ts';

const mostTopics = 100;

/**
 * Adds what pages are counted by. A part has no parts.
 * @throws Problem `name-in-use`, `invalid` for an unknown topic that it is a part of, one that is a part itself, or more than 100
 */
export async function addPageTopic(
  deps: Deps,
  ctx: Context,
  { name, partOf }: NewPageTopic,
): Promise<PageTopic> {
  return command(deps, ctx, async (work) => {
    const topics = await listPageTopics(work.trx);
    if (topics.length >= mostTopics)
      throw invalid({ pointer: '/name', message: `There are ${mostTopics} topics. Rename one instead.` });
    if (partOf && !topics.some((one) => one.id === partOf && !one.partOf))
      throw invalid({ pointer: '/partOf', message: 'Choose a topic that is no part of another.' });
    const id = newId();
    await run(
      work.trx,
      'page-topic.add',
      work.trx
        .insertInto('page_topic')
        .values({ id, name: name.trim(), part_of: partOf ?? null, changed_at: work.at }),
    );
    await recordEvent(work, { type: 'page_topic.added', subjects: callerOf(ctx) });
    return getPageTopic(work.trx, id);
  });
}

/**
 * Renames what pages are counted by, or counts it no more. What was counted stays.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `name-in-use`
 */
export async function changePageTopic(
  deps: Deps,
  ctx: Context,
  id: string,
  change: PageTopicChange,
): Promise<PageTopic> {
  return command(deps, ctx, async (work) => {
    await run(
      work.trx,
      'page-topic.lock',
      work.trx.selectFrom('page_topic').where('id', '=', id).forNoKeyUpdate(),
    );
    const before = await getPageTopic(work.trx, id);
    requireMatch(ctx.ifMatch, pageTopicTag(before));
    const { name, retired } = { ...before, ...change };
    await run(work.trx, 'page-topic.write')`
      update page_topic set name = ${name.trim()}, changed_at = ${work.at},
        retired_at = case when ${retired}::boolean then coalesce(retired_at, ${work.at}::timestamptz) end
      where id = ${id}`;
    await recordEvent(work, {
      type: 'page_topic.changed',
      subjects: callerOf(ctx),
      fields: Object.keys(change),
    });
    return getPageTopic(work.trx, id);
  });
}
