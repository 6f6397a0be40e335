import { sql } from 'kysely';
import { may } from '../../access/permissions.ts';
import { isAccepted } from '../../referrals/referral.states.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { stopNumbers } from '../../stock/data-plans/number.commands.ts';
import { settleReadiness } from '../../stock/devices/check.commands.ts';
import { checksTurn } from '../../stock/devices/check.queries.ts';
import { isUnseen } from '../../stock/devices/fitness.rules.ts';
import { type DeviceToIssue, mayGoOut } from '../../stock/devices/going-out.rules.ts';
import { readDeviceName } from '../../stock/devices/naming.rules.ts';
import { markSeen } from '../../stock/devices/seen.commands.ts';
import { deviceMove } from '../../stock/devices/status.commands.ts';
import { itemsTakenBack, lockLoans, subjectsOfLoan } from './ending.commands.ts';
import { notAvailable } from './loan.queries.ts';
import { issueWarnings } from './loan.rules.ts';
import { arrivalWarnings, outAgainFault } from './loan-days.rules.ts';
import { findDeviceId, getDeviceToSwapIn, getItemToSwap, getSwapped } from './swap.queries.ts';
import { assertSameNeeds, assertSwappable, needsMetWith, type SwapStanding } from './swap.rules.ts';
import type { NewSwap, Swapped } from './swap.schemas.ts';

/**
 * Exchanges the device of an item for the one that really went, since the wrong one was written down, while nothing
 * has followed for that item. The first is what it was before, in the same cycle, and held for nobody; the second is
 * on loan since the handover. The loan, its dates, its support and its referral stay. Exchanged for the same already is harmless.
 * @throws Problem `not-found`, `invalid`, `swap-refused` with what is in the way, `device-not-available`
 */
export async function swapDevice(deps: Deps, ctx: Context, loanId: string, input: NewSwap): Promise<Swapped> {
  const { name, errors } = readDeviceName(input);
  if (errors.length) throw new Problem('invalid', { errors });
  const { itemId } = input;
  return command(deps, ctx, async (work) => {
    const deviceId = await findDeviceId(work.trx, name);
    await run(work.trx, 'loan.swap-in-turn')`select ${checksTurn}`;
    const {
      loans: [loan],
    } = await lockLoans(work.trx, [loanId], { itemIds: [itemId], deviceIds: [deviceId] });
    if (!loan) throw new Problem('not-found');
    // What decides is asked after the lock: a return, an incident or another exchange may have come first.
    const standing = await getItemToSwap(work.trx, { loanId, itemId }, work.at);
    if (standing.item.swappedFor?.deviceId === deviceId)
      return { ...(await getSwapped(work.trx, itemId)), warnings: [] };
    assertSwappable(standing, { mayLate: may(ctx.actor, 'loans.take-back-late') });
    const { item } = standing;
    const device = await getDeviceToSwapIn(work.trx, deviceId, work.today);
    const pointer = input.assetTag ? '/assetTag' : '/deviceId';
    if (deviceId === item.deviceId)
      throw invalid({ pointer, message: `${item.assetTag} is what is written down already.` });
    if (!mayGoOut(device, standing.referralId)) throw await notAvailable(work.trx, [device]);
    assertSameNeeds(standing, device);
    const overlap = outAgainFault(item.issuedOn, device);
    if (overlap)
      throw invalid({
        pointer,
        message: `The loan went out on ${item.issuedOn}, and ${device.assetTag} came back to us only on ${device.backOn}.`,
      });
    await exchange(work, loanId, standing, { device, reason: input.reason ?? null });
    await settleReadiness(work.trx, [item.deviceId], work.at);
    if (isUnseen(device)) await markSeen(work, [device]);
    if (loan.patientId) await stopNumbers(work, [{ patientId: loan.patientId, deviceId: item.deviceId }]);
    await recordEvent(work, {
      type: 'loan.device_swapped',
      subjects: subjectsOfLoan(loan, [item.deviceId, deviceId]),
      values: { reference: loan.reference, replaces: item.assetTag, assetTag: device.assetTag },
      fields: input.reason ? ['reason'] : [],
    });
    const warnings = [
      ...issueWarnings([device], standing.dueOn, true),
      ...arrivalWarnings(item.issuedOn, [device]),
    ];
    return { ...(await getSwapped(work.trx, itemId)), warnings };
  });
}

/**
 * The item becomes a mistake that names its successor, which went out on the same day; the devices change places, and
 * so does what held them; needs that the loan meets only now are met with it. One statement.
 */
async function exchange(
  work: Work,
  loanId: string,
  standing: SwapStanding,
  { device, reason }: { device: DeviceToIssue; reason: string | null },
): Promise<void> {
  const { item, referralId } = standing;
  const { at } = work;
  const id = newId();
  const row = await one(work.trx, 'loan.swap', { back: col.number, out: col.number })`
    with old as (
      ${itemsTakenBack(sql`i.id = ${item.id}`, at, sql`swapped_for = ${id}::uuid, swap_reason = ${reason}`)} returning i.issued_at
    ), i as (
      insert into loan_item (id, loan_id, device_id, issued_at, issue_given_on, condition_out)
      values (${id}, ${loanId}, ${device.id}, ${at}::timestamptz, ${item.issuedOn}::date, ${device.condition})
    ), released as (
      update allocation a set status = 'released', ended_at = ${at}::timestamptz, ended_reason = 'Another device went out.'
      from old where a.device_id = ${item.deviceId} and a.referral_id = ${referralId}::uuid and a.status = 'issued' and a.ended_at = old.issued_at
    ), issued as (
      update allocation set status = 'issued', ended_at = ${at}::timestamptz where status = 'held' and device_id = ${device.id}
    ), n as (
      update referral_need n set status = 'met', settled_at = l.issued_at from loan l
      where l.id = ${loanId} and n.referral_id = ${referralId}::uuid and n.status = 'open' and n.need = any(${needsMetWith(standing, device)}::text[])
        and exists (select from referral r where r.id = n.referral_id and ${isAccepted('r')})
    ), l as (
      update loan set changed_at = ${at}::timestamptz where id = ${loanId}
    ), back as (
      ${deviceMove('issue taken back', { which: sql`d.id = ${item.deviceId}`, at })} returning d.id
    ), gone as (
      ${deviceMove(['issue', 'issue to its referral'], { which: sql`d.id = ${device.id}`, at })} returning d.id
    )
    select (select count(*) from back) as back, (select count(*) from gone) as out`;
  if (row.back !== 1 || row.out !== 1) throw new Problem('conflict');
}
