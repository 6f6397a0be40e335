import { releaseHeld } from '../messages/release.commands.ts';
import { lockPatient } from '../people/contact-point.commands.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, type SubjectType } from '../shared/events.ts';
import { run } from '../shared/statements.ts';
import { assertTakesBack, type TakingBack } from '../shared/taking-back.ts';
import { endHandoutMessage } from './handout.commands.ts';
import { getHandout } from './handout.queries.ts';

/**
 * Takes back that somebody was given a guide or a signpost, which was recorded by mistake: it counts nowhere, and its
 * message does not go where it still waits. Taken back twice, it stays as it was at first.
 * @throws Problem `not-found`, also for one of somebody whom a supporter does not support; `taking-back-refused` once its message went
 */
export async function takeBackHandout(
  deps: Deps,
  ctx: Context,
  id: string,
  { reason }: TakingBack,
): Promise<{ id: string; patientId: string }> {
  return command(deps, ctx, async (work) => {
    const seen = await getHandout(work.trx, ctx.actor, id);
    await lockPatient(work.trx, seen.patient.id);
    // Whoever sends it waits for this, or has it already.
    await run(work.trx, 'handout.lock-message')`
      select from reminder where reason = 'handout' and subject_id = ${id} order by id for update`;
    const handout = await getHandout(work.trx, ctx.actor, id);
    const patientId = handout.patient.id;
    if (handout.takenBack) return { id, patientId };
    assertTakesBack(whyHandoutStays(handout));
    await endHandoutMessage(work, id);
    await releaseHeld(work, patientId);
    await run(work.trx, 'handout.take-back')`
      update handout set taken_back_at = ${work.at}, taken_back_by = ${ctx.actor.name}, taken_back_reason = ${reason} where id = ${id}`;
    await recordEvent(work, {
      type: 'handout.taken_back',
      subjects: [['handout', id], ['patient', patientId], ...atContact(handout)],
      values: { what: handout.what, way: handout.way },
      fields: ['reason'],
    });
    return { id, patientId };
  });
}

/** Why a handout is not taken back, in a sentence; nothing where it can. What somebody was sent, they have. */
export const whyHandoutStays = ({ isOut }: { isOut: boolean }): string | undefined =>
  isOut ? 'Its message went out. They have it, or may have it.' : undefined;

const atContact = (met: { followUpId: string | null; dropInId: string | null }): [SubjectType, string][] =>
  met.followUpId ? [['follow_up', met.followUpId]] : met.dropInId ? [['drop_in', met.dropInId]] : [];
