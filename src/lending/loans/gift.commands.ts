import { closeReferralsWhenDone } from '../../referrals/closing.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { endItems, lockLoans, subjectsOfLoan } from './ending.commands.ts';
import { takeBackReminders } from './extension.commands.ts';
import type { Gifted } from './extension.schemas.ts';
import { getLoanToGift } from './gift.queries.ts';
import { assertGift } from './gift.rules.ts';
import { tasksOfOpenLoan } from './loan.rules.ts';

/**
 * Gives everything that is still out on a patient's loan to them, accessories with it; the loan closes.
 * Nothing else ends: the follow-ups ahead stay with the patient and the referral, since they still
 * learn to use it; and the number on its SIM stays theirs, because the device goes with the person
 * and rule 9 guards against whoever has it next.
 * @throws Problem `not-found`, `loan-closed`, `gift-refused`
 */
export async function giftLoan(
  deps: Deps,
  ctx: Context,
  loanId: string,
  { reason }: { reason: string },
): Promise<Gifted> {
  return command(deps, ctx, async (work) => {
    const before = await getLoanToGift(work.trx, loanId);
    const {
      loans: [loan],
    } = await lockLoans(work.trx, [loanId], { itemIds: before.itemIds });
    if (!loan) throw new Problem('not-found');
    // What is out is asked after the lock: a return or an incident may have come first.
    const state = await getLoanToGift(work.trx, loanId);
    assertGift(state);
    await giveAccessories(work, loanId, reason);
    const ended = await endItems(
      work,
      state.itemIds.map((itemId) => ({ itemId, as: 'gifted', device: 'gifted' })),
    );
    await takeBackReminders(work.trx, loanId);
    await completeTasksAbout(work, [...tasksOfOpenLoan], [loanId]);
    await recordEvent(work, {
      type: 'loan.gifted',
      subjects: subjectsOfLoan(
        loan,
        ended.map(({ deviceId }) => deviceId),
      ),
      values: {
        status: ended[0]!.loanStatus,
        assetTags: ended.map(({ assetTag }) => assetTag),
        itemIds: ended.map(({ id }) => id),
      },
      fields: ['reason'],
    });
    await closeReferralsWhenDone(work, loan.referralId ? [loan.referralId] : []);
    return {
      loan: { id: loanId, status: ended[0]!.loanStatus },
      items: ended.map(({ id, deviceId, assetTag, status }) => ({ id, deviceId, assetTag, status })),
    };
  });
}

/** Before the items end, so that nothing is missing then and the loan closes with them. No stock changes: what was lent does not come back. */
async function giveAccessories(work: Work, loanId: string, reason: string): Promise<void> {
  await run(work.trx, 'loan.gift')`
    with l as (
      update loan set gift_reason = ${reason} where id = ${loanId}
    ), missing as (
      select accessory_id, location_id, quantity - returned - written_off as missing from loan_accessory
      where loan_id = ${loanId} and returned + written_off < quantity
    ), a as (
      update loan_accessory a set written_off = a.written_off + m.missing
      from missing m where a.loan_id = ${loanId} and a.accessory_id = m.accessory_id
    )
    insert into accessory_movement (id, accessory_id, location_id, kind, change, quantity, loan_id, actor_name, at)
    select new_id(), m.accessory_id, m.location_id, 'gifted', 0, m.missing, ${loanId}, ${work.ctx.actor.name}, ${work.at}::timestamptz from missing m`;
}
