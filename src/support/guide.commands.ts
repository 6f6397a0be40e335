import { namesToLeaveOut } from '../scheme/names.queries.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { getGuide, guideTag } from './guide.queries.ts';
import { guideFaults } from './guide.rules.ts';
import type { Guide, GuideChange, NewGuide, NewGuideVersion } from './guide.schemas.ts';

/**
 * Adds a guide, of which nothing is written yet.
 * @throws Problem `name-in-use`
 */
export async function addGuide(deps: Deps, ctx: Context, input: NewGuide): Promise<Guide> {
  return command(deps, ctx, async (work) => {
    const id = newId();
    const { name, topic, madeBy = null, madeWith = null, reviewOn = null } = input;
    await run(
      work.trx,
      'guide.add',
      work.trx.insertInto('guide').values({
        id,
        name: name.trim(),
        topic,
        made_by: madeBy,
        made_with: madeWith,
        review_on: reviewOn,
        changed_at: work.at,
      }),
    );
    await recordEvent(work, { type: 'guide.added', subjects: [['guide', id]] });
    return getGuide(work.trx, id, work.today);
  });
}

/**
 * Changes what is known of a guide, or no longer offers it. Whoever was given it can still read it. A later review
 * settles the task that asks for one.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `name-in-use`
 */
export async function changeGuide(deps: Deps, ctx: Context, id: string, change: GuideChange): Promise<Guide> {
  return command(deps, ctx, async (work) => {
    const before = await lockGuide(work, id);
    requireMatch(ctx.ifMatch, guideTag(before));
    const { name, topic, madeBy, madeWith, reviewOn, retired } = { ...before, ...change };
    await run(work.trx, 'guide.change')`
      update guide set name = ${name.trim()}, topic = ${topic}, made_by = ${madeBy}, made_with = ${madeWith}, review_on = ${reviewOn}::date,
        changed_at = ${work.at}, retired_at = case when ${retired}::boolean then coalesce(retired_at, ${work.at}::timestamptz) end
      where id = ${id}`;
    await recordEvent(work, {
      type: 'guide.changed',
      subjects: [['guide', id]],
      fields: Object.keys(change),
    });
    const after = await getGuide(work.trx, id, work.today);
    if (!after.reviewDue) await completeTasksAbout(work, ['guide_review'], [id]);
    return after;
  });
}

/**
 * Publishes a text of a guide in a language and a format, which people read from then on. Earlier ones are kept.
 * @throws Problem `not-found`, `invalid` for what is not filled in, a link that is not https or missing, and the name of the scheme or a clinic; `changed-meanwhile`
 */
export async function publishGuide(
  deps: Deps,
  ctx: Context,
  id: string,
  input: NewGuideVersion,
): Promise<Guide> {
  const { language, format, insteadOf } = input;
  const [title, text] = [input.title.trim(), input.text.replaceAll('\r\n', '\n').trim()];
  return command(deps, ctx, async (work) => {
    const before = await lockGuide(work, id);
    const errors = guideFaults({ format, title, text }, await namesToLeaveOut(deps, work.trx));
    if (errors.length) throw new Problem('invalid', { errors });
    const newest = before.editions.find((one) => one.language === language && one.format === format);
    if ((newest?.version ?? 0) !== insteadOf)
      throw new Problem('changed-meanwhile', {
        detail: newest
          ? `${newest.createdBy} saved version ${newest.version} meanwhile. Look at that first.`
          : 'There is no such version. Begin with 0.',
      });
    const version = insteadOf + 1;
    await run(
      work.trx,
      'guide.publish',
      work.trx.insertInto('guide_version').values({
        guide_id: id,
        language,
        format,
        version,
        title,
        body: text,
        created_at: work.at,
        created_by: ctx.actor.name,
      }),
    );
    await run(
      work.trx,
      'guide.touch',
      work.trx.updateTable('guide').set({ changed_at: work.at }).where('id', '=', id),
    );
    await recordEvent(work, {
      type: 'guide.published',
      subjects: [['guide', id]],
      values: { language, format, guideVersion: version },
    });
    return getGuide(work.trx, id, work.today);
  });
}

async function lockGuide(work: Work, id: string): Promise<Guide> {
  await run(work.trx, 'guide.lock', work.trx.selectFrom('guide').where('id', '=', id).forNoKeyUpdate());
  return getGuide(work.trx, id, work.today);
}
