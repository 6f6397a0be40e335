import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { cancelFollowUpsOf } from '../support/follow-up.commands.ts';
import { reopenTasksAbout } from '../tasks/reopening.commands.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { lockReferral } from './locking.commands.ts';
import { reconsiderMinutes, referralStatuses, tasksToDecide } from './referral.rules.ts';
import type { Decided } from './referral.schemas.ts';
import { isAccepted } from './referral.states.ts';
import { referralMove } from './status.commands.ts';

/** What may be done with a referral after it was accepted, without acting on the acceptance. */
const harmless = ['referral.assigned', 'referral.noted', 'referral.answer_link_made'];

/**
 * Takes back an acceptance a short while after it, as if the wrong button was pressed: the referral is to be decided
 * again, the follow-ups that were planned by it are off, whoever was told of one is told so, and what it closed is asked
 * again. Follow-ups that someone made beside it stay. Taken back already is harmless.
 * @throws Problem `not-found`; `conflict` later, when it was not accepted, or once something was built on it
 */
export async function takeBackAcceptance(deps: Deps, ctx: Context, referralId: string): Promise<Decided> {
  return command(deps, ctx, async (work) => {
    const referral = await lockReferral(work.trx, ctx.actor, referralId);
    const last = await lastAcceptance(work, referralId);
    if (last?.takenBack) return { status: referral.status };
    if (!last || !isAccepted.of(referral.status))
      throw new Problem('conflict', { detail: 'It is not accepted, so that there is nothing to take back.' });
    if (last.isLate)
      throw new Problem('conflict', {
        detail: `It was accepted more than ${reconsiderMinutes} minutes ago, and stays so. Withdraw it where it is no longer wanted.`,
      });
    if (last.isBuiltOn)
      throw new Problem('conflict', {
        detail: 'Something was done with it since. Look at it again before you go on.',
      });
    const { at } = work;
    const { since } = last;
    await cancelFollowUpsOf(work, { referralId, since }, { by: 'referral' });
    await run(work.trx, 'referral.reconsider')`
      with n as (
        update referral_need set status = 'open', settled_at = null
        where referral_id = ${referralId} and need = 'support' and status = 'met' and ${referral.status} = 'active'
      )
      ${referralMove(last.from, {
        which: sql`r.id = ${referralId}`,
        set: sql`waiting_since = null, decision_reason = null`,
        at,
      })}`;
    await recordEvent(work, {
      type: 'referral.reconsidered',
      subjects: [
        ['referral', referralId],
        ['patient', referral.patientId],
      ],
      values: { from: referral.status, to: last.from },
    });
    await reopenTasksAbout(work, [...tasksToDecide], { subjectId: referralId, since });
    await completeTasksAbout(work, ['support_to_agree'], [referral.patientId]);
    return { status: last.from };
  });
}

/** `since`: the instant from which on everything that it made is. */
const Acceptance = {
  from: col.oneOf(referralStatuses),
  since: col.text,
  isLate: col.boolean,
  isBuiltOn: col.boolean,
  takenBack: col.boolean,
};
type Acceptance = RowOf<typeof Acceptance>;

/** The last acceptance of a locked referral, and what came after it. */
async function lastAcceptance(work: Work, referralId: string): Promise<Acceptance | undefined> {
  return maybe(work.trx, 'referral.last-acceptance', Acceptance)`
    with told as materialized (
      select e.id, e.type, e.at, e."values" from event_subject s join event e on e.id = s.event_id where s.subject_id = ${referralId}
    ), a as (
      select told.*, (select max(s.at) from referral_status s where s.referral_id = ${referralId} and s.at <= told.at) as since
      from told where type = 'referral.accepted' order by id desc limit 1
    )
    select a."values"->>'from' as "from", a.since, a.at < ${work.at}::timestamptz - make_interval(mins => ${reconsiderMinutes}) as "isLate",
      exists (select from told t where t.id > a.id and t.type = 'referral.reconsidered') as "takenBack",
      exists (select from told t where t.id > a.id and t.type <> all(${harmless}::text[]))
        or exists (select from follow_up f join patient_plan h on h.id = f.patient_plan_id
          where h.referral_id = ${referralId} and h.created_at >= a.since and f.status <> 'planned')
        or exists (select from follow_up f where f.referral_id = ${referralId} and f.patient_plan_id is null and f.created_at > a.since)
        or exists (select from assessment_take_up u join referral_assessment m on m.id = u.assessment_id
          where m.referral_id = ${referralId} and u.at >= a.since) as "isBuiltOn"
    from a`;
}
