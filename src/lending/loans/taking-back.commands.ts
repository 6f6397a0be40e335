import { sql } from 'kysely';
import { may } from '../../access/permissions.ts';
import { tellOfChange } from '../../messages/correction.commands.ts';
import { ofSubject } from '../../messages/kind.queries.ts';
import { openNeedsAgain } from '../../referrals/issue-taken-back.commands.ts';
import { isAccepted } from '../../referrals/referral.states.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { writtenWith } from '../../shared/moments.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { many, one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { lockStock, moveStock } from '../../stock/accessories/stock.commands.ts';
import { settleReadiness } from '../../stock/devices/check.commands.ts';
import { checksTurn } from '../../stock/devices/check.queries.ts';
import { deviceMove } from '../../stock/devices/status.commands.ts';
import { endFollowUps } from '../../support/follow-up.commands.ts';
import { reopenTasksAbout } from '../../tasks/reopening.commands.ts';
import { completeTasksAbout, createTasks } from '../../tasks/task.commands.ts';
import { itemsTakenBack, lockLoans, subjectsOfLoan } from './ending.commands.ts';
import { takeBackReminders } from './extension.commands.ts';
import { accessoryWords } from './issue-kit.rules.ts';
import { tasksOfOpenLoan } from './loan.rules.ts';
import { isOut } from './loan.states.ts';
import { EndedAccessory } from './loan-accessory.commands.ts';
import { loanMove } from './status.commands.ts';
import { getIssueToTakeBack, getTakenBack } from './taking-back.queries.ts';
import { assertTakenBack, type IssueStanding } from './taking-back.rules.ts';
import type { IssueTakenBack, NewLoanCancellation } from './taking-back.schemas.ts';

/**
 * Takes back an issue that was recorded by mistake, while nothing has followed from it: the loan stays as recorded by
 * mistake and counts nowhere; its devices are what they were before, in the same cycle; accessories are in stock
 * again; the referral has its needs again; follow-ups and messages that were not said are off, and what was said is
 * corrected. Taken back already is harmless.
 * @throws Problem `not-found`, `invalid`, `taking-back-refused` with what has happened since
 */
export async function takeBackIssue(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewLoanCancellation,
): Promise<IssueTakenBack> {
  const { reason, note = null } = input;
  if (reason === 'other' && !note)
    throw invalid({ pointer: '/note', message: 'Say in a few words what was wrong.' });
  return command(deps, ctx, async (work) => {
    const before = await getIssueToTakeBack(work.trx, loanId, work.at);
    await run(work.trx, 'loan.take-back-in-turn')`select ${checksTurn}`;
    const {
      loans: [locked],
    } = await lockLoans(work.trx, [loanId], { itemIds: before.items.map(({ id }) => id) });
    if (!locked) throw new Problem('not-found');
    // What decides is asked after the lock: a return or an incident may have come first.
    const loan = await getIssueToTakeBack(work.trx, loanId, work.at);
    if (loan.status === 'recorded_by_mistake') return getTakenBack(work.trx, loanId);
    assertTakenBack(loan, { mayLate: may(ctx.actor, 'loans.take-back-late') });
    const deviceIds = loan.items.map(({ deviceId }) => deviceId);
    await endFollowUps(work, [loanId]);
    await endPlans(work, loanId);
    if (loan.referralId) await openNeedsAgain(work, loan.referralId, { id: loanId, issuedAt: loan.issuedAt });
    await moveBack(work, loanId, loan, { reason, note });
    await settleReadiness(work.trx, deviceIds, work.at);
    await takeBackReminders(work.trx, loanId);
    await settleTasks(work, loanId, loan);
    const accessories = await markAccessoriesBack(work, loanId);
    await recordEvent(work, {
      type: 'loan.issue_taken_back',
      subjects: subjectsOfLoan(locked, deviceIds),
      values: {
        reference: loan.reference,
        mistake: reason,
        assetTags: loan.items.map(({ assetTag }) => assetTag),
        ...(accessories.length && { accessory: accessoryWords(accessories) }),
      },
      fields: note ? ['note'] : [],
    });
    await stockAgain(work, loanId, accessories);
    return getTakenBack(work.trx, loanId);
  });
}

/** The loan and its items become what they are now; each device is ready again, or held for the referral for which it was. */
async function moveBack(
  work: Work,
  loanId: string,
  { referralId, items }: IssueStanding,
  { reason, note }: { reason: string; note: string | null },
): Promise<void> {
  const { at } = work;
  const row = await one(work.trx, 'loan.take-back-issue', { moved: col.number })`
    with a as (
      update allocation a set status = 'held', ended_at = null
      from referral r, loan_item i
      where r.id = a.referral_id and r.id = ${referralId}::uuid and i.loan_id = ${loanId} and i.device_id = a.device_id and ${isOut('i')}
        and a.status = 'issued' and a.ended_at = i.issued_at and ${isAccepted('r')}
      returning a.device_id
    ), i as (
      ${itemsTakenBack(sql`i.loan_id = ${loanId}`, at)} returning i.device_id
    ), t as (
      select i.device_id, case when a.device_id is null then 'ready' else 'reserved' end as "to"
      from i left join a on a.device_id = i.device_id
    ), d as (
      ${deviceMove(['issue taken back', 'issue to its referral taken back'], {
        from: sql`t`,
        which: sql`d.id = t.device_id`,
        to: sql`t."to"`,
        at,
      })} returning d.id
    ), l as (
      ${loanMove('its issue is taken back', {
        which: sql`l.id = ${loanId}`,
        at,
        set: sql`mistake = ${reason}, mistake_note = ${note}`,
      })}
    )
    select count(*)::int as moved from d`;
  if (row.moved !== items.length) throw new Problem('conflict');
}

/** Support plans that began with the loan are over where nothing of them is ahead. */
async function endPlans(work: Work, loanId: string): Promise<void> {
  await run(work.trx, 'loan.end-plans')`
    update patient_plan h set ended_at = ${work.at}, ended_by = 'mistake' where h.loan_id = ${loanId} and h.ended_at is null
      and not exists (select from follow_up f where f.patient_plan_id = h.id and f.status <> 'cancelled')`;
}

/** What the issue set off is done, what it did is asked again, and who was told that it is due back is told by staff. */
async function settleTasks(
  work: Work,
  loanId: string,
  { referralId, patientId, issuedAt }: IssueStanding,
): Promise<void> {
  await completeTasksAbout(work, [...tasksOfOpenLoan, 'tell_of_change'], [loanId]);
  if (referralId)
    await reopenTasksAbout(work, ['allocation_expired'], { subjectId: referralId, since: issuedAt });
  if (!patientId) return;
  const asked = await many(work.trx, 'loan.asked-by-issue', { id: col.text })`
    select t.id from task t where t.kind = 'support_to_agree' and t.subject_id = ${patientId} and t.status = 'open'
      and ${writtenWith(sql`t.created_at`, issuedAt)}`;
  if (asked.length) await completeTasksAbout(work, ['support_to_agree'], [patientId]);
  const told = await many(work.trx, 'loan.told-of', { id: col.text })`
    select r.id from reminder r join patient p on p.id = r.patient_id
    where r.subject_id = ${loanId} and r.reason in ${ofSubject('loan')} and r.status = 'said'
      and p.contact_state not in ('withdrawn', 'deceased') limit 1`;
  if (told.length) await createTasks(work, [tellOfChange(loanId, patientId, 'loan')]);
}

/** Marks everything that went out with the loan as here. @returns what that was, and from where */
async function markAccessoriesBack(work: Work, loanId: string): Promise<EndedAccessory[]> {
  return many(work.trx, 'loan.take-back-accessories', EndedAccessory)`
    update loan_accessory o set returned = o.quantity from accessory a
    where o.loan_id = ${loanId} and a.id = o.accessory_id
    returning a.id, a.kind, o.quantity, o.location_id as "locationId"`;
}

/** Puts it into the stock that it came from: the last of all locks. */
async function stockAgain(work: Work, loanId: string, accessories: EndedAccessory[]): Promise<void> {
  const rows = accessories.flatMap(({ id, quantity, locationId }) =>
    locationId
      ? [{ accessoryId: id, locationId, kind: 'issue_taken_back' as const, change: quantity, loanId }]
      : [],
  );
  if (!rows.length) return;
  rows.sort((one, other) => (one.accessoryId < other.accessoryId ? -1 : 1));
  await lockStock(work.trx, rows);
  await moveStock(work, rows);
}
