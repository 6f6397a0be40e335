import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { one, run } from '../shared/statements.ts';
import { closeReferralsWhenDone } from './closing.commands.ts';
import { lockReferral } from './locking.commands.ts';
import { assertMayChange, standingAfter } from './need.rules.ts';
import { NeedChanged, type NewNeedChange } from './need.schemas.ts';
import { isAccepted } from './referral.states.ts';
import { referralMove } from './status.commands.ts';
import { startSupport } from './support-start.commands.ts';

const statusAfter = { add: 'open', drop: 'dropped', meet: 'met', reopen: 'open' } as const;

/**
 * Adds, drops, meets or reopens one need of a referral, with the reason. The waiting list follows by
 * itself, what is held for no open need is released, support begins when nothing else is waited for,
 * and the referral closes when nothing is left.
 * @throws Problem `not-found`, `need-change-refused` with what would be right
 */
export async function changeNeed(
  deps: Deps,
  ctx: Context,
  referralId: string,
  { need, change, reason }: NewNeedChange,
): Promise<NeedChanged> {
  return command(deps, ctx, async (work) => {
    const referral = await lockReferral(work.trx, ctx.actor, referralId);
    assertMayChange(referral.status, referral.needs, need, change);
    const { at } = work;
    const others = referral.needs.filter((row) => row.need !== need);
    const needs = [...others, { need, status: statusAfter[change] }];
    const { status, startsSupport } = standingAfter(referral.status, needs);
    await run(work.trx, 'referral.change-need')`
      with n as (
        insert into referral_need (referral_id, need, asked, status, reason, settled_at)
        values (${referralId}, ${need}, false, ${statusAfter[change]}, ${reason}, case when ${statusAfter[change]} <> 'open' then ${at}::timestamptz end)
        on conflict (referral_id, need) do update set status = excluded.status, reason = excluded.reason, settled_at = excluded.settled_at
      )
      ${referralMove(status, {
        which: sql`r.id = ${referralId}`,
        set: sql`waiting_since = coalesce(r.waiting_since, case when ${isAccepted.of(status)} then ${at}::timestamptz end)`,
        at,
      })}`;
    if (startsSupport) await startSupport(work, { referralId, patientId: referral.patientId }, at);
    await recordEvent(work, {
      type: 'referral.need_changed',
      subjects: [
        ['referral', referralId],
        ['patient', referral.patientId],
      ],
      values: { needs: [need], kind: change, from: referral.status, to: status },
      fields: ['reason'],
    });
    await closeReferralsWhenDone(work, [referralId]);
    return needsNow(work.trx, referralId);
  });
}

async function needsNow(trx: Trx, referralId: string): Promise<NeedChanged> {
  return one(trx, 'need.now', NeedChanged.properties)`
    select r.status, (select json_agg(json_build_object('need', n.need, 'status', n.status, 'reason', n.reason)
      order by array_position(array['device','data','support'], n.need)) from referral_need n where n.referral_id = r.id) as needs
    from referral r where r.id = ${referralId}`;
}
