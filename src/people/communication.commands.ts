import Type from 'typebox';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { languageTag } from '../shared/language.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { maybe, run } from '../shared/statements.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { lockPatient } from './contact-point.commands.ts';
import { keepHistory } from './patient.commands.ts';
import type { NewCommunicationReview } from './patient.schemas.ts';

/**
 * Writes down how a person says now that one should communicate with them, as the whole of it; the same
 * as before confirms it. What held before is kept where it can be erased.
 * @throws Problem `not-found`
 */
export async function reviewCommunication(
  deps: Deps,
  ctx: Context,
  patientId: string,
  said: NewCommunicationReview,
): Promise<void> {
  const language = said.language === undefined ? null : languageTag(said.language);
  await command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    const found = await maybe(work.trx, 'communication.review', {
      before: Type.Unsafe<object>({ type: 'object' }),
      changed: col.boolean,
    })`
      select json_build_object('communicationNeeds', communication_needs, 'language', language, 'interpreter', interpreter) as before,
        (communication_needs, coalesce(language, ''), interpreter)
          is distinct from (${said.communicationNeeds}::text[], ${language ?? ''}::text, ${said.interpreter}::boolean) as changed
      from patient where id = ${patientId} for no key update`;
    if (!found) throw new Problem('not-found');
    const { at } = work;
    await run(work.trx, 'communication.write')`
      update patient set communication_needs = ${said.communicationNeeds}::text[], language = ${language},
        interpreter = ${said.interpreter}, communication_reviewed_on = ${work.today}, changed_at = ${at}
      where id = ${patientId}`;
    const eventId = await recordEvent(work, {
      type: 'patient.communication_reviewed',
      subjects: [['patient', patientId]],
      fields: found.changed ? ['communicationNeeds', 'language', 'interpreter'] : [],
    });
    await completeTasksAbout(work, ['format_needed'], [patientId]);
    if (found.changed) await keepHistory(work, patientId, eventId, found.before);
  });
}
