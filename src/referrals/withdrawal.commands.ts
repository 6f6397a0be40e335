import { sql } from 'kysely';
import { isOpenLoan } from '../lending/loans/loan.states.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { cancelFollowUpsOf } from '../support/follow-up.commands.ts';
import { completeTasksAbout, createTasks } from '../tasks/task.commands.ts';
import { type LockedReferral, lockReferral } from './locking.commands.ts';
import { assertCanWithdraw } from './progress.rules.ts';
import type { NewWithdrawal, Withdrawal, Withdrawn } from './progress.schemas.ts';
import { tasksToDecide } from './referral.rules.ts';
import { referralMove } from './status.commands.ts';

/**
 * Withdraws a referral: by the clinic's key, or by an officer who was told. What is held is released,
 * what was planned is cancelled, and what is out is asked for through the clinic.
 * @throws Problem `not-found`, `referral-ended`
 */
export async function withdrawReferral(
  deps: Deps,
  ctx: Context,
  id: string,
  withdrawal: NewWithdrawal,
): Promise<Withdrawn> {
  return command(deps, ctx, async (work) => {
    const row = await maybe(
      work.trx,
      'withdrawal.withdraw-referral',
      work.trx.selectFrom('referral').select('patient_id as patientId').where('id', '=', id),
    );
    if (row)
      await run(
        work.trx,
        'referral.lock-patient',
        work.trx.selectFrom('patient').where('id', '=', row.patientId).forNoKeyUpdate(),
      );
    const referral = await lockReferral(work.trx, ctx.actor, id);
    assertCanWithdraw(referral);
    const openLoans = await endReferrals(work, [referral], withdrawal);
    return { status: 'withdrawn', openLoans: referral.hearsAll ? openLoans : [] };
  });
}

/**
 * Ends these locked referrals as withdrawn, in the transaction of the command that was told so: the same few statements, however many.
 * @returns the loans of theirs that are open; each has a task to ask for its kit through the clinic
 */
export async function endReferrals(
  work: Work,
  referrals: Pick<LockedReferral, 'id' | 'patientId' | 'status'>[],
  { reason, saidBy }: Withdrawal,
): Promise<{ id: string; reference: string }[]> {
  if (!referrals.length) return [];
  const ids = referrals.map(({ id }) => id);
  const { at } = work;
  const loans = await many(work.trx, 'referral.withdraw', {
    id: col.text,
    reference: col.text,
    patientId: col.text,
  })`
    with r as (
      ${referralMove('withdrawn', {
        which: sql`r.id = any(${ids}::uuid[])`,
        set: sql`withdrawal_reason = ${reason}, withdrawal_said_by = ${saidBy}, withdrawn_by_clinic = ${work.ctx.actor.role === 'clinic'}`,
        at,
      })}
    ), n as (
      update referral_need set status = 'dropped', reason = 'The referral was withdrawn', settled_at = ${at}
      where referral_id = any(${ids}::uuid[]) and status = 'open'
    )
    select id, reference, patient_id as "patientId" from loan
    where referral_id = any(${ids}::uuid[]) and ${isOpenLoan()} order by id`;
  await cancelFollowUpsOf(work, { referralIds: ids }, { by: 'referral' });
  await recordEvents(
    work,
    referrals.map(({ id, patientId, status }) => ({
      type: 'referral.withdrawn',
      subjects: [
        ['referral', id],
        ['patient', patientId],
      ],
      values: { from: status, to: 'withdrawn' },
      fields: ['withdrawalReason'],
    })),
  );
  await completeTasksAbout(work, [...tasksToDecide, 'allocation_expired'], ids);
  await createTasks(
    work,
    loans.map(({ id, patientId }) => ({ kind: 'fetch_kit', subjectType: 'loan', subjectId: id, patientId })),
  );
  return loans.map(({ id, reference }) => ({ id, reference }));
}
