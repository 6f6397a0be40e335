import { lockPatient } from '../../people/contact-point.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { recordEvent, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { getDropIn } from '../drop-in.queries.ts';
import { lockFollowUp } from '../follow-up.commands.ts';
import { getStory, storyTag } from './story.queries.ts';
import type { NewStory, StoryChange, ToldAt } from './story.schemas.ts';
import { assertPast, assertThere, endConsent, findsOf, lockStory } from './story-work.commands.ts';

/**
 * Writes down what someone told of what followed. It appears nowhere before they agree to it.
 * @throws Problem `not-found`, also for what is not the supporter's own; `invalid` for a day ahead; `conflict` for a
 *   drop-in that has not been; `merge-refused`, `patient-erased`
 */
export async function tellStory(
  deps: Deps,
  ctx: Context,
  at: ToldAt,
  input: NewStory,
): Promise<{ id: string }> {
  return command(deps, ctx, async (work) => {
    const { patientId, subjects } = await lockTeller(work, at);
    const toldOn = input.toldOn ?? work.today;
    assertPast(work, '/toldOn', toldOn);
    const id = newId();
    await run(
      work.trx,
      'story.tell',
      work.trx.insertInto('story').values({
        id,
        patient_id: patientId,
        follow_up_id: 'followUpId' in at ? at.followUpId : null,
        drop_in_id: 'dropInId' in at ? at.dropInId : null,
        telling: input.telling,
        words: input.words.trim(),
        finds: await findsOf(work, input.words, patientId),
        followed: input.followed,
        told_on: toldOn,
        written_by: ctx.actor.name,
        created_at: work.at,
        changed_at: work.at,
      }),
    );
    await recordEvent(work, {
      type: 'story.told',
      subjects: [['story', id], ...subjects],
      values: { followed: input.followed },
      fields: ['words'],
    });
    return { id };
  });
}

/**
 * Changes a story. Other words end the consent, which was for those before; these are not kept.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid`, `conflict` for one that was taken out
 */
export async function changeStory(
  deps: Deps,
  ctx: Context,
  id: string,
  change: StoryChange,
): Promise<{ id: string }> {
  return command(deps, ctx, async (work) => {
    const { subjects, patientId } = await lockStory(work, id);
    const before = await getStory(work.trx, ctx.actor, id, work.today);
    assertThere(before);
    requireMatch(ctx.ifMatch, storyTag(before));
    const after = { ...before, ...change };
    assertPast(work, '/toldOn', after.toldOn);
    const words = (after.words ?? '').trim();
    const isOther = words !== before.words;
    const found = await findsOf(work, words, patientId);
    await run(work.trx, 'story.change')`
      update story set words = ${words}, finds = ${found}::text[], telling = ${after.telling}, followed = ${after.followed}, told_on = ${after.toldOn},
        version = version + ${isOther ? 1 : 0}, changed_at = ${work.at} where id = ${id}`;
    await recordEvent(work, { type: 'story.changed', subjects, fields: Object.keys(change) });
    if (isOther && (await endConsent(work, id, 'words_changed')))
      await recordEvent(work, { type: 'story.consent_ended', subjects, values: { why: 'words_changed' } });
    return { id };
  });
}

/**
 * Takes a story out for good: its words go, with the names that it was told with, and no paper says that it was there.
 * Taken out already is harmless.
 * @throws Problem `not-found`
 */
export async function retireStory(deps: Deps, ctx: Context, id: string): Promise<{ id: string }> {
  return command(deps, ctx, async (work) => {
    const { subjects, isRetired } = await lockStory(work, id);
    if (!isRetired) {
      await endConsent(work, id, 'retired');
      await run(work.trx, 'story.retire')`
        with c as (update story_consent set told_name = null where story_id = ${id} and told_name is not null)
        update story set words = null, finds = '{}', retired_at = ${work.at}, changed_at = ${work.at} where id = ${id}`;
      await recordEvent(work, { type: 'story.retired', subjects, fields: ['words'] });
    }
    return { id };
  });
}

async function lockTeller(
  work: Work,
  at: ToldAt,
): Promise<{ patientId: string | null; subjects: [SubjectType, string][] }> {
  const { actor } = work.ctx;
  if ('dropInId' in at) {
    const dropIn = await getDropIn(work.deps, work.trx, actor, at.dropInId);
    if (dropIn.status !== 'took_place')
      throw new Problem('conflict', { detail: 'This drop-in has not been yet, or did not take place.' });
    return { patientId: null, subjects: [['drop_in', at.dropInId]] };
  }
  if ('followUpId' in at) {
    const { patientId } = await lockFollowUp(work.trx, actor, at.followUpId);
    await lockPatient(work.trx, patientId);
    return {
      patientId,
      subjects: [
        ['patient', patientId],
        ['follow_up', at.followUpId],
      ],
    };
  }
  const { patientId } = at;
  await lockPatient(work.trx, patientId);
  return { patientId, subjects: [['patient', patientId]] };
}
