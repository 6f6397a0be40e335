import { editionWords } from '../../people/format.rules.ts';
import { namesToLeaveOut } from '../../scheme/names.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import { getRendered } from './rendering.queries.ts';
import { renderingFaults } from './rendering.rules.ts';
import type { NewRendering, Rendering } from './rendering.schemas.ts';

/**
 * Publishes the words of a thing in a language and a format, which people who need them are given from then on. Earlier
 * ones are kept, and a loan keeps the words that were accepted.
 * @throws Problem `invalid` for a thing that is not written in English yet, words that are missing, or that strangers may not see, and a day that is ahead; `changed-meanwhile` when the original or the version in use is not the one that was seen
 */
export async function publishRendering(deps: Deps, ctx: Context, input: NewRendering): Promise<Rendering> {
  const { thing, language, format, ofVersion, approvedBy, approvedOn, insteadOf } = input;
  const phrases = Object.fromEntries(
    Object.entries(input.phrases).map(([name, words]) => [name, words.replaceAll('\r\n', '\n').trim()]),
  );
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'rendering.lock')`select pg_advisory_xact_lock(hashtext('rendering'))`;
    const { original, renderings, title } = await getRendered(work.trx, thing);
    if (!original)
      throw invalid({
        pointer: '/thing',
        message: `${title} is not written in English yet. Write that first.`,
      });
    const errors = renderingFaults(
      { thing, language, format, phrases },
      original.phrases,
      await namesToLeaveOut(deps, work.trx),
    );
    if (approvedOn > work.today)
      errors.push({
        pointer: '/approvedOn',
        message: 'This day is ahead. Give the day on which it was approved.',
      });
    if (errors.length) throw new Problem('invalid', { errors });
    if (ofVersion !== original.version)
      throw new Problem('changed-meanwhile', {
        detail: `Version ${original.version} of the English text is in use. Look at that first.`,
      });
    const newest = renderings.find((one) => one.language === language && one.format === format);
    if ((newest?.version ?? 0) !== insteadOf)
      throw new Problem('changed-meanwhile', {
        detail: newest
          ? `${newest.createdBy} saved version ${newest.version} in ${editionWords(newest)} meanwhile. Look at that first.`
          : 'There is no such version. Begin with 0.',
      });
    const version = insteadOf + 1;
    const made = {
      thing,
      ofVersion,
      language,
      format,
      version,
      phrases,
      approvedBy: approvedBy.trim(),
      approvedOn,
    };
    await run(
      work.trx,
      'rendering.publish',
      work.trx.insertInto('rendering').values({
        id: newId(),
        thing,
        of_version: ofVersion,
        language,
        format,
        version,
        phrases: JSON.stringify(phrases),
        approved_by: made.approvedBy,
        approved_on: approvedOn,
        created_at: work.at,
        created_by: ctx.actor.name,
      }),
    );
    await recordEvent(work, {
      type: 'rendering.published',
      subjects: callerOf(ctx),
      values: { thing, language, format, renderingVersion: version },
    });
    return { ...made, createdAt: work.at, createdBy: ctx.actor.name };
  });
}
