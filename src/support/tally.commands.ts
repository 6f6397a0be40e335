import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
import { takeBackDays } from '../shared/taking-back.rules.ts';
import type { Work } from '../shared/work.ts';
import { assertBegun, lockDropIn } from './drop-in.commands.ts';
import { getDropIn } from './drop-in.queries.ts';
import type { DropIn } from './drop-in.schemas.ts';
import { assertMay } from './drop-in-back.commands.ts';
import type { NewVisitor, PagesCount } from './tally.schemas.ts';

/**
 * Tallies someone who came and is not known by name.
 * @throws Problem `not-found`, `conflict` for a drop-in that was cancelled, was recorded by mistake or is still to come
 */
export async function addVisitor(
  deps: Deps,
  ctx: Context,
  dropInId: string,
  { cameBefore, ageBand, topics = [] }: NewVisitor,
): Promise<DropIn> {
  await command(deps, ctx, async (work) => {
    assertBegun(work, await lockDropIn(work, dropInId));
    await run(
      work.trx,
      'tally.add',
      work.trx.insertInto('drop_in_visitor').values({
        id: newId(),
        drop_in_id: dropInId,
        came_before: cameBefore,
        age_band: ageBand ?? null,
        topics,
        at: work.at,
      }),
    );
    await recordEvent(work, { type: 'drop_in.visitor_tallied', subjects: [['drop_in', dropInId]] });
  });
  return getDropIn(deps, deps.db, ctx.actor, dropInId);
}

/**
 * Takes back someone who was tallied by mistake: nothing is left of them but that there was one more.
 * @throws Problem `not-found`, also when they are taken back already, `conflict` for a drop-in that no longer stands,
 * `taking-back-refused` after the limit of days
 */
export async function takeBackVisitor(deps: Deps, ctx: Context, id: string): Promise<DropIn> {
  const dropInId = await command(deps, ctx, async (work) => {
    const tallied = await maybe(work.trx, 'tally.find', { dropInId: col.text, isLate: col.boolean })`
      select drop_in_id as "dropInId", at < ${work.at}::timestamptz - make_interval(days => ${takeBackDays}) as "isLate"
      from drop_in_visitor where id = ${id}`;
    if (!tallied) throw new Problem('not-found');
    await lockDropIn(work, tallied.dropInId);
    assertMay(ctx, tallied.isLate);
    const gone = await maybe(work.trx, 'tally.take-back', {})`
      delete from drop_in_visitor where id = ${id} returning 1`;
    if (!gone) throw new Problem('not-found');
    await recordEvent(work, {
      type: 'drop_in.visitor_taken_back',
      subjects: [['drop_in', tallied.dropInId]],
    });
    return tallied.dropInId;
  });
  return getDropIn(deps, deps.db, ctx.actor, dropInId);
}

/**
 * Writes down how often the devices that people share were used at a drop-in, and how many pages they looked at by
 * topic, in place of what was written down before.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid` for an unknown topic or one that is
 * named twice, `conflict` for a drop-in that was cancelled, was recorded by mistake or is still to come
 */
export async function countPages(
  deps: Deps,
  ctx: Context,
  id: string,
  { sharedSessions, pages }: PagesCount,
): Promise<DropIn> {
  await command(deps, ctx, async (work) => {
    const before = await lockDropIn(work, id);
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    assertBegun(work, before);
    await assertTopics(work, pages);
    await run(
      work.trx,
      'tally.sessions',
      work.trx
        .updateTable('drop_in')
        .set({ shared_sessions: sharedSessions, changed_at: work.at })
        .where('id', '=', id),
    );
    await run(
      work.trx,
      'tally.forget-pages',
      work.trx.deleteFrom('drop_in_pages').where('drop_in_id', '=', id),
    );
    if (pages.length)
      await run(
        work.trx,
        'tally.pages',
        work.trx
          .insertInto('drop_in_pages')
          .values(pages.map((one) => ({ drop_in_id: id, topic_id: one.topicId, pages: one.pages }))),
      );
    await recordEvent(work, {
      type: 'drop_in.pages_counted',
      subjects: [['drop_in', id]],
      values: { count: pages.reduce((sum, one) => sum + one.pages, 0) },
    });
  });
  return getDropIn(deps, deps.db, ctx.actor, id);
}

/** @throws Problem `invalid` */
async function assertTopics({ trx }: Work, pages: PagesCount['pages']): Promise<void> {
  const ids = pages.map(({ topicId }) => topicId);
  const rows = await many(trx, 'tally.topics', { id: col.text })`
    select id from page_topic where id = any(${ids}::uuid[])`;
  const known = new Set(rows.map((row) => row.id));
  const unknown = ids.findIndex((topicId, at) => !known.has(topicId) || ids.indexOf(topicId) < at);
  if (unknown >= 0)
    throw invalid({
      pointer: `/pages/${unknown}/topicId`,
      message: 'There is no such topic, or it is named twice.',
    });
}
