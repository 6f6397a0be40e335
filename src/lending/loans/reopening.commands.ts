import { sql } from 'kysely';
import { reopenReferral } from '../../referrals/reopening.commands.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { one } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { startNumbers } from '../../stock/data-plans/number.commands.ts';
import type { DeviceMove } from '../../stock/devices/device.rules.ts';
import { deviceMove } from '../../stock/devices/status.commands.ts';
import { resumeFollowUps } from '../../support/resuming.commands.ts';
import { reopenTasksAbout } from '../../tasks/reopening.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { itemOutAgain } from './ending.commands.ts';
import { tasksOfOpenLoan } from './loan.rules.ts';
import { loanMove } from './status.commands.ts';

/** An item of a locked loan that ended by mistake. */
export type WronglyEnded = {
  itemId: string;
  deviceId: string;
  loanId: string;
  patientId: string | null;
  referralId: string | null;
  /** The instant at which its end was recorded. */
  endedAt: string;
  /** The instant at which its loan had closed; null where it did not. */
  closedAt: string | null;
};

/** What took the item off the loan and is taken back, as the move of its device. */
type TakenBack = Extract<DeviceMove, { to: 'on_loan'; by: `${string}taken back` }>['by'];

/**
 * Puts an item back on its loan that has ended by mistake, and its device out in the cycle that it was in, with the
 * condition and the place that it had; what ended before these were kept began its cycle with its first check. A loan
 * that had closed is open again with its follow-ups and what was asked of staff, and so is its referral. The caller
 * holds the locks and has asked whether nothing has followed.
 * @returns what whoever takes it back should know, in sentences
 * @throws Problem `conflict` where the device is not where its end had put it
 */
export async function reopenItem(work: Work, of: WronglyEnded, by: TakenBack): Promise<string[]> {
  const { deviceId, loanId, patientId, referralId, endedAt, closedAt } = of;
  await moveOutAgain(work, of, by);
  await completeTasksAbout(work, ['preparation_late', 'missing_at_stocktake'], [deviceId]);
  const number = patientId ? await startNumbers(work, { patientId, deviceId, leftAt: endedAt }) : 'none';
  const warnings =
    number === 'settled'
      ? ['Their number on the device counts again. Staff asked for another way meanwhile: look at both.']
      : [];
  if (!closedAt) return warnings;
  if (referralId) await reopenReferral(work, referralId);
  await reopenTasksAbout(work, [...tasksOfOpenLoan], { subjectId: loanId, since: closedAt });
  const off = await resumeFollowUps(work, loanId, closedAt);
  return [...warnings, ...off.map(({ step, dueOn }) => `${step} of ${dueOn} stays off.`)];
}

async function moveOutAgain(work: Work, { itemId, loanId }: WronglyEnded, by: TakenBack): Promise<void> {
  const { at } = work;
  const row = await one(work.trx, 'loan.reopen-item', { moved: col.number })`
    with was as materialized (
      select i.id, i.device_id, i.issued_on, i.ended_on, i.condition_before, i.condition_out, i.location_before, i.cycle_out, i.cycle_out_on, l.handover_on,
        b.cycle as cycle_before, (select min(c.performed_on) from preparation_check c
          where c.device_id = d.id and c.taken_back_at is null and c.cycle = b.cycle) as prepared_on
      from loan_item i join loan l on l.id = i.loan_id join device d on d.id = i.device_id
        cross join lateral (select d.cycle - case d.status when 'lost' then 0 else 1 end as cycle) b where i.id = ${itemId}
    ), i as (
      ${itemOutAgain}
    ), d as (
      ${deviceMove<TakenBack>(by, {
        from: sql`was`,
        which: sql`d.id = was.device_id`,
        at,
        set: sql`cycle = coalesce(was.cycle_out, was.cycle_before),
          cycle_started_on = coalesce(was.cycle_out_on, was.prepared_on, was.issued_on),
          condition = case when was.cycle_out is null then coalesce(was.condition_out, d.condition) else was.condition_before end,
          location_id = case when was.cycle_out is null then d.location_id else was.location_before end`,
      })} returning d.id
    ), l as (
      ${loanMove('what ended an item is taken back', { which: sql`l.id = ${loanId}`, at })}
    )
    select count(*)::int as moved from d`;
  if (row.moved !== 1) throw new Problem('conflict');
}
