import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { many, run } from '../shared/statements.ts';
import { createTasks } from '../tasks/task.commands.ts';
import { lockReferral } from './locking.commands.ts';
import { questionFor } from './progress.rules.ts';
import type { Answered, NewAnswer } from './progress.schemas.ts';
import { referralMove } from './status.commands.ts';

/** Writes down a question to the clinic, in the transaction of the decision that asks it. */
export async function insertQuestion(
  trx: Trx,
  referralId: string,
  question: string,
  at: string,
): Promise<void> {
  await run(
    trx,
    'question.insert',
    trx
      .insertInto('referral_question')
      .values({ id: newId(), referral_id: referralId, question, asked_at: at }),
  );
}

/**
 * Takes the clinic's answer to a question: by its key, or from an officer who was told it. With the
 * last open question answered the referral waits for a decision again, with a task that says so.
 * @throws Problem `not-found`, `no-open-question`, `invalid` when it is not said which of several is answered
 */
export async function answerQuestion(
  deps: Deps,
  ctx: Context,
  referralId: string,
  { questionId, answer }: NewAnswer,
): Promise<Answered> {
  return command(deps, ctx, async (work) => {
    const referral = await lockReferral(work.trx, ctx.actor, referralId);
    const rows = await many(
      work.trx,
      'question.answer',
      work.trx
        .selectFrom('referral_question')
        .select(['id', 'answer'])
        .where('referral_id', '=', referralId)
        .orderBy('id'),
    );
    if (referral.status !== 'asked')
      throw new Problem('no-open-question', { detail: 'Nothing is asked about this referral now.' });
    const question = questionFor(rows, questionId);
    const openQuestions = rows.filter((row) => row.answer === null).length - 1;
    const status = openQuestions ? 'asked' : 'received';
    const { at } = work;
    await run(work.trx, 'question.write-answer')`
      with answered as (update referral_question set answer = ${answer}, answered_at = ${at} where id = ${question.id})
      ${referralMove(status, { which: sql`r.id = ${referralId}`, at })}`;
    await recordEvent(work, {
      type: 'referral.answered',
      subjects: [
        ['referral', referralId],
        ['patient', referral.patientId],
      ],
      values: { from: 'asked', to: status },
      fields: ['answer'],
    });
    if (status === 'received')
      await createTasks(work, [
        {
          kind: 'clinic_answered',
          subjectType: 'referral',
          subjectId: referralId,
          patientId: referral.patientId,
        },
      ]);
    return { questionId: question.id, status: referral.hearsAll ? status : 'received', openQuestions };
  });
}
