import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import { getStory } from './story.queries.ts';
import { whyNotOutside } from './story.rules.ts';
import type { NewStoryConsent } from './story.schemas.ts';
import { assertPast, assertThere, endConsent, findsOf, lockStory } from './story-work.commands.ts';

/**
 * Writes down for what someone lets their story be told, in the place of what they said before.
 * @throws Problem `not-found`; `changed-meanwhile` where the words are others than they agreed to; `invalid` for days that
 *   do not fit, and for telling outside what gives them away; `conflict` for one that was taken out
 */
export async function consentToStory(
  deps: Deps,
  ctx: Context,
  id: string,
  { version, purposes, way, toldName, notTheirName = false, givenOn, until }: NewStoryConsent,
): Promise<{ id: string }> {
  return command(deps, ctx, async (work) => {
    const { subjects, patientId } = await lockStory(work, id);
    const story = await getStory(work.trx, ctx.actor, id, work.today);
    assertThere(story);
    if (version !== story.version)
      throw new Problem('changed-meanwhile', {
        detail: 'The words were changed meanwhile. Read them out as they are now, and ask again.',
      });
    const given = givenOn ?? work.today;
    assertPast(work, '/givenOn', given);
    if (given < story.toldOn)
      throw invalid({
        pointer: '/givenOn',
        message: `It was told on ${story.toldOn}. Give that day or a later one.`,
      });
    if (until && until < work.today)
      throw invalid({
        pointer: '/until',
        message: 'This day is over. Give today or a later day, or leave it empty.',
      });
    const name = toldName?.trim();
    const found = await findsOf(work, [story.words, name].join('\n'), patientId, name);
    const why = whyNotOutside(
      purposes,
      found.filter((kind) => kind !== 'own_name' || !notTheirName),
    );
    if (why) throw invalid({ pointer: '/purposes', message: why });
    await endConsent(work, id, 'given_anew');
    await run(
      work.trx,
      'story.consent',
      work.trx.insertInto('story_consent').values({
        id: newId(),
        story_id: id,
        version,
        purposes,
        told_name: name ?? null,
        not_their_name: notTheirName,
        given_on: given,
        way,
        until: until ?? null,
        recorded_by: ctx.actor.name,
        created_at: work.at,
      }),
    );
    await recordEvent(work, {
      type: 'story.consent_given',
      subjects,
      values: { purposes },
      fields: [...(name ? ['toldName'] : []), ...(notTheirName ? ['notTheirName'] : [])],
    });
    return { id };
  });
}

/**
 * Withdraws what someone agreed to, at once: their story is told no more. Nobody asks why. Withdrawn already is harmless.
 * @throws Problem `not-found`
 */
export async function withdrawStoryConsent(deps: Deps, ctx: Context, id: string): Promise<{ id: string }> {
  return command(deps, ctx, async (work) => {
    const { subjects } = await lockStory(work, id);
    if (await endConsent(work, id, 'withdrawn'))
      await recordEvent(work, { type: 'story.consent_ended', subjects, values: { why: 'withdrawn' } });
    return { id };
  });
}
