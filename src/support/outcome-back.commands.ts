import { sql } from 'kysely';
import { may } from '../access/permissions.ts';
import { correctCallingOff, correctWhatWasTold } from '../messages/correction.commands.ts';
import { takeBackUnsaid } from '../messages/kind.queries.ts';
import type { Actor, Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, type SubjectType } from '../shared/events.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { one, run } from '../shared/statements.ts';
import { assertTakesBack } from '../shared/taking-back.ts';
import type { Work } from '../shared/work.ts';
import { reopenTasksAbout } from '../tasks/reopening.commands.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { lockFollowUp, subjectsOfFollowUp } from './follow-up.commands.ts';
import { isAhead } from './follow-up.states.ts';
import { missedInARow } from './outcome.commands.ts';
import { getOutcome, type OutcomeStanding } from './outcome-back.queries.ts';
import {
  actionToTakeBack,
  outcomeOfAnother,
  standsAfter,
  takesBackConcern,
  whyOutcomeStays,
} from './outcome-back.rules.ts';
import type { OutcomeTakenBack, OutcomeTakingBack } from './outcome-back.schemas.ts';
import { followUpMove, followUpMoveBack } from './status.commands.ts';

/**
 * Takes back an outcome of a follow-up that was recorded by mistake: it stays in the history and counts nowhere, and the
 * follow-up stands as it stood before, or is off where what it was of has ended since. What the outcome had set off is
 * undone: tasks, messages, what the clinic was told, a referral that closed with it. A concern stands, unless a manager
 * says that it was a mistake too. Taken back already is harmless.
 * @throws Problem `not-found`; `not-allowed` where the table says so; `taking-back-refused` after the limit of days, for
 * someone who was erased, or who was referred again since their referral closed
 */
export async function takeBackOutcome(
  deps: Deps,
  ctx: Context,
  outcomeId: string,
  { reason, concernToo = false }: OutcomeTakingBack,
): Promise<OutcomeTakenBack> {
  return command(deps, ctx, async (work) => {
    const { followUpId } = await getOutcome(work.trx, ctx.actor, outcomeId, work.at);
    const followUp = await lockFollowUp(work.trx, ctx.actor, followUpId);
    // What decides is asked after the lock: a return may have come first, or another who takes it back.
    const outcome = await getOutcome(work.trx, ctx.actor, outcomeId, work.at);
    if (outcome.isTakenBack) return given(outcome, outcome);
    assertMay(ctx.actor, outcome, { concernToo });
    assertTakesBack(whyOutcomeStays(outcome, { mayNow: mayTakeBackOutcome(ctx.actor, outcome) }));
    const concernWasMistaken = concernToo && outcome.concernStands;
    const stands = standsAfter(outcome.wasStatus, {
      ...outcome,
      contactState: outcome.patient.contactState,
    });
    const moved = await one(work.trx, 'outcome.take-back', { count: col.number })`
      with f as (${followUpMoveBack({ outcomeId, to: stands.status, loanId: stands.loanId, at: work.at })} returning f.id),
      o as (
        update follow_up_outcome set taken_back_at = ${work.at}, taken_back_by = ${ctx.actor.name}, taken_back_reason = ${reason},
          concern_taken_back = ${concernWasMistaken}
        where id = ${outcomeId})
      select count(*)::int from f`;
    if (moved.count !== 1) throw new Problem('conflict');
    await settleMessages(work, outcome, stands.status);
    if (outcome.againId) await callOffAgain(work, outcome.againId);
    await settleTasks(work, outcome, { concernWasMistaken });
    await recordEvent(work, {
      type: 'follow_up.outcome_taken_back',
      subjects: [
        ...subjectsOfFollowUp(followUp),
        ...(outcome.againId ? [['follow_up', outcome.againId] as [SubjectType, string]] : []),
      ],
      values: {
        result: outcome.result,
        ...(followUp.planStep && { step: followUp.planStep }),
        from: outcome.result,
        to: stands.status,
        dueOn: outcome.wasDueOn,
        ...(concernWasMistaken && { concernToo: true }),
        ...(outcome.againId && { againOff: true }),
      },
      fields: ['reason'],
    });
    return given(outcome, {
      status: stands.status,
      dueOn: outcome.wasDueOn,
      concernStands: outcome.concernStands && !concernWasMistaken,
    });
  });
}

/** Whether someone may take back an outcome; `ever`: within the limit of days, whenever it was recorded. */
export const mayTakeBackOutcome = (
  actor: Actor,
  { recordedBy, isLate }: Pick<OutcomeStanding, 'recordedBy' | 'isLate'>,
  ever = false,
): boolean => may(actor, actionToTakeBack({ isOwn: recordedBy === actor.id, isLate: isLate && !ever }));

function assertMay(actor: Actor, outcome: OutcomeStanding, { concernToo }: { concernToo: boolean }): void {
  if (!mayTakeBackOutcome(actor, outcome, true))
    throw new Problem('not-allowed', { detail: outcomeOfAnother });
  if (concernToo && !may(actor, takesBackConcern))
    throw new Problem('not-allowed', { detail: 'A manager says that a concern was raised by mistake.' });
}

const given = (
  { id, result, followUpId }: OutcomeStanding,
  { status, dueOn, concernStands }: Pick<OutcomeStanding, 'status' | 'dueOn' | 'concernStands'>,
): OutcomeTakenBack => ({ id, result, followUp: { id: followUpId, status, dueOn }, concernStands });

/** What people were told, or were to be told, fits how the follow-up stands now. */
async function settleMessages(
  work: Work,
  { followUpId, result, recordedAt }: OutcomeStanding,
  status: OutcomeStanding['status'],
): Promise<void> {
  if (result === 'cancelled' && isAhead.of(status)) await correctCallingOff(work, [followUpId], recordedAt);
  else await correctWhatWasTold(work, sql`f.id = ${followUpId}`);
}

/** Calls off the follow-up by which it was to be tried again, and tells whoever was told of it. */
async function callOffAgain(work: Work, id: string): Promise<void> {
  await run(work.trx, 'outcome.call-off-again')`
    with unsaid as (${takeBackUnsaid('follow_up', sql`subject_id = ${id}`)})
    ${followUpMove('cancelled', { which: sql`f.id = ${id}`, set: sql`why = 'mistake'`, at: work.at })}`;
  await correctWhatWasTold(work, sql`f.id = ${id}`);
}

/** The task to call back is asked, or not, by the contacts that count now; that of a concern goes with the concern. */
async function settleTasks(
  work: Work,
  { followUpId, patient, result, recordedAt }: OutcomeStanding,
  { concernWasMistaken }: { concernWasMistaken: boolean },
): Promise<void> {
  if (concernWasMistaken) await completeTasksAbout(work, ['concern'], [followUpId]);
  const inARow = await missedInARow(work.trx, patient.id);
  if (result === 'missed' && inARow < 2) await completeTasksAbout(work, ['missed_twice'], [patient.id]);
  if (result === 'done' && inARow >= 2)
    await reopenTasksAbout(work, ['missed_twice'], { subjectId: patient.id, since: recordedAt });
}
