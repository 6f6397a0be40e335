import { sql } from 'kysely';
import { correctWhatWasTold } from '../messages/correction.commands.ts';
import { takeBackUnsaid } from '../messages/kind.queries.ts';
import { assertMayAsk } from '../people/asking.commands.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { completeTasksAbout, createTasks, type NewTask } from '../tasks/task.commands.ts';
import { type LockedFollowUp, lockFollowUp, subjectsOfFollowUp } from './follow-up.commands.ts';
import type { NewOutcome, OutcomeRecorded } from './follow-up.schemas.ts';
import { isPast, outcomeCounts } from './follow-up.states.ts';
import { settleAgain } from './settling.commands.ts';
import { followUpMove } from './status.commands.ts';
import { assertAhead, assertOutcomeFits, outcomeDay } from './support.rules.ts';

/**
 * Records what came of a follow-up, which from then on stands on the day it happened, in every list and count. Whoever was told of one that is called off is told that it is off. Two missed in a row make
 * a task for staff, a concern an urgent task.
 * @throws Problem `not-found`, `follow-up-settled`, `invalid`
 */
export async function recordOutcome(
  deps: Deps,
  ctx: Context,
  id: string,
  outcome: NewOutcome,
): Promise<OutcomeRecorded> {
  return command(deps, ctx, async (work) => {
    const followUp = await lockFollowUp(work.trx, ctx.actor, id);
    assertAhead(followUp.status);
    const { at, today } = work;
    assertOutcomeFits(outcome, followUp, { at, today });
    const { dueOn: plannedOn } = followUp;
    const dueOn = outcomeDay(outcome, plannedOn, today);
    if (outcome.confidence !== undefined)
      await assertMayAsk(
        work,
        followUp.patientId,
        { asked: 'confidence', way: 'call', day: dueOn },
        '/confidence',
      );
    await run(work.trx, 'follow-up.outcome')`
      with f as (${followUpMove(outcome.result, { which: sql`f.id = ${id}`, set: sql`why = ${outcome.why ?? null}, due_on = ${dueOn}::date`, at })}),
      r as (${takeBackUnsaid('follow_up', sql`subject_id = ${id}`)})
      insert into follow_up_outcome (id, follow_up_id, result, topics, minutes, confidence, frequency, got_in_the_way, concern, note, next_step,
        recorded_at, recorded_by, was_status, was_due_on, was_why)
      values (${newId()}, ${id}, ${outcome.result}, ${outcome.topics ?? []}::text[], ${outcome.minutes ?? null}, ${outcome.confidence ?? null}, ${outcome.frequency ?? null},
        ${outcome.gotInTheWay ?? []}::text[], ${outcome.concern ?? false}, ${outcome.note ?? null}, ${outcome.nextStep ?? null},
        ${at}, ${ctx.actor.id}::uuid, ${followUp.status}, ${plannedOn}::date, (select why from follow_up where id = ${id}))`;
    if (outcome.result === 'cancelled') await correctWhatWasTold(work, sql`f.id = ${id}`);
    await recordEvent(work, {
      type: 'follow_up.outcome_recorded',
      subjects: subjectsOfFollowUp(followUp),
      values: {
        result: outcome.result,
        ...(followUp.planStep && { step: followUp.planStep }),
        from: followUp.status,
        to: outcome.result,
        ...(dueOn !== plannedOn && { on: dueOn, plannedOn }),
      },
      fields: Object.keys(outcome).filter((name) => !['result', 'happenedOn', 'again'].includes(name)),
    });
    const { patientId } = followUp;
    const again = outcome.again ? await tryAgain(work, followUp, outcome.again) : undefined;
    const tasks: NewTask[] = [];
    if (outcome.concern)
      tasks.push({ kind: 'concern', subjectType: 'follow_up', subjectId: id, patientId, urgent: true });
    const inARow = outcome.result === 'missed' ? await missedInARow(work.trx, patientId) : 0;
    if (inARow >= 2)
      tasks.push({ kind: 'missed_twice', subjectType: 'patient', subjectId: patientId, patientId });
    await createTasks(work, tasks);
    if (outcome.result === 'done') await completeTasksAbout(work, ['missed_twice'], [patientId]);
    return {
      followUp: { id, status: outcome.result },
      tasks: tasks.map(({ kind }) => kind as 'concern' | 'missed_twice'),
      ...(again && { again }),
    };
  });
}

/** How many of the last contacts that were to take place were missed in a row; three stand for more. */
export async function missedInARow(trx: Trx, patientId: string): Promise<number> {
  const rows = await many(trx, 'outcome.missed-in-arow', { status: col.text })`
    select status from follow_up where patient_id = ${patientId} and ${isPast()}
    order by due_on desc, starts_at desc, id desc limit 3`;
  const tookPlace = rows.findIndex(({ status }) => status === 'done');
  return tookPlace === -1 ? rows.length : tookPlace;
}

/**
 * Plans a follow-up like one that was missed, with the same supporter and of the same plan, and notes it with the outcome
 * of that one, so that taking back the outcome calls it off.
 * @throws Problem `invalid` for a time that is past, or not free
 */
async function tryAgain(
  work: Work,
  missed: LockedFollowUp,
  when: NonNullable<NewOutcome['again']>,
): Promise<NonNullable<OutcomeRecorded['again']>> {
  const { dueOn, startsAt } = await settleAgain(work, missed, when);
  const id = newId();
  const { at } = work;
  await run(work.trx, 'outcome.try-again')`
    with again as (
      insert into follow_up (id, patient_id, loan_id, referral_id, step, due_on, starts_at, minutes, way, supporter_id, note, created_at, changed_at, patient_plan_id, lead_days)
      select ${id}, patient_id, loan_id, referral_id, step, ${dueOn}, ${startsAt}, minutes, way, supporter_id, note, ${at}, ${at}, patient_plan_id, lead_days
      from follow_up where id = ${missed.id}
    )
    update follow_up_outcome o set again_id = ${id} where o.follow_up_id = ${missed.id} and ${outcomeCounts('o')}`;
  await recordEvent(work, {
    type: 'follow_up.added',
    subjects: subjectsOfFollowUp({ ...missed, id }),
    values: {
      dueOn,
      startsAt,
      way: missed.way,
      ...(missed.supporterId && { supporterId: missed.supporterId }),
      ...(missed.planStep && { step: missed.planStep }),
      again: true,
    },
  });
  return { id, dueOn, startsAt };
}
