import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { cancelFollowUpsOf } from '../support/follow-up.commands.ts';
import { completeTasksAbout, createTasks } from '../tasks/task.commands.ts';
import { type LockedReferral, lockReferral } from './locking.commands.ts';
import { assertCanWithdraw } from './progress.rules.ts';
import type { NewWithdrawal, Withdrawal, Withdrawn } from './progress.schemas.ts';
import { tasksToDecide } from './referral.rules.ts';

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
  return command(deps, ctx, async (trx) => {
    const { rows } = await sql<{ patientId: string }>`
      select patient_id as "patientId" from referral where id = ${id}`.execute(trx);
    if (rows[0])
      await sql`/* referral.lock-patient */ select from patient where id = ${rows[0].patientId} for no key update`.execute(
        trx,
      );
    const referral = await lockReferral(trx, ctx.actor, id);
    assertCanWithdraw(referral);
    const openLoans = await endReferrals(trx, deps, ctx, [referral], withdrawal);
    return { status: 'withdrawn', openLoans: referral.hearsAll ? openLoans : [] };
  });
}

/**
 * Ends these locked referrals as withdrawn, in the transaction of the command that was told so: the same few statements, however many.
 * @returns the loans of theirs that are open; each has a task to ask for its kit through the clinic
 */
export async function endReferrals(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  referrals: Pick<LockedReferral, 'id' | 'patientId' | 'status'>[],
  { reason, saidBy }: Withdrawal,
): Promise<{ id: string; reference: string }[]> {
  if (!referrals.length) return [];
  const ids = referrals.map(({ id }) => id);
  const at = timestamp(deps.clock);
  const { rows: loans } = await sql<{
    id: string;
    reference: string;
    patientId: string;
  }>`/* referral.withdraw */
    with r as (
      update referral set status = 'withdrawn', withdrawal_reason = ${reason}, withdrawal_said_by = ${saidBy},
        withdrawn_by_clinic = ${ctx.actor.role === 'clinic'}, changed_at = ${at}
      where id = any(${ids}::uuid[])
    ), n as (
      update referral_need set status = 'dropped', reason = 'The referral was withdrawn', settled_at = ${at}
      where referral_id = any(${ids}::uuid[]) and status = 'open'
    )
    select id, reference, patient_id as "patientId" from loan
    where referral_id = any(${ids}::uuid[]) and status = 'open' order by id`.execute(trx);
  await cancelFollowUpsOf(trx, deps, ctx, { referralIds: ids }, { by: 'referral' });
  await recordEvents(
    trx,
    deps,
    ctx,
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
  await completeTasksAbout(trx, deps, ctx, [...tasksToDecide, 'allocation_expired'], ids);
  await createTasks(
    trx,
    deps,
    ctx,
    loans.map(({ id, patientId }) => ({ kind: 'fetch_kit', subjectType: 'loan', subjectId: id, patientId })),
  );
  return loans.map(({ id, reference }) => ({ id, reference }));
}
