import { sql } from 'kysely';
import { correctCallingOff } from '../messages/correction.commands.ts';
import { isAccepted } from '../referrals/referral.states.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { followUpAgain } from './status.commands.ts';

const Resumed = {
  id: col.text,
  step: col.text,
  /** Its civil date. */
  dueOn: col.text,
  isAgain: col.boolean,
};
type Resumed = RowOf<typeof Resumed>;

/**
 * Puts the follow-ups back that a loan called off as it closed, since it did not close: the same ones, at their old
 * times, where these are ahead, the person may be contacted and what else they are of has not ended. So are those put
 * off since, as their outcome was taken back while it was closed. What was to be told, or was told, is put right.
 * @param endedAt the instant at which the loan had closed
 * @returns those that stay off
 */
export async function resumeFollowUps(
  work: Work,
  loanId: string,
  endedAt: string,
): Promise<Pick<Resumed, 'step' | 'dueOn'>[]> {
  const { at } = work;
  const rows = await many(work.trx, 'follow-up.resume', Resumed)`
    with mine as materialized (
      select f.id, f.step, f.due_on,
        start_of(f.due_on, f.starts_at) > ${at}::timestamptz and p.contact_state not in ('withdrawn', 'deceased')
        and not exists (select from patient_plan h where h.id = f.patient_plan_id and h.ended_at is not null)
        and (f.referral_id is null or exists (select from referral r where r.id = f.referral_id and ${isAccepted('r')})) as is_again
      from follow_up f join patient p on p.id = f.patient_id
      where f.loan_id = ${loanId} and f.status = 'cancelled' and f.why = 'ended' and f.changed_at >= ${endedAt}::timestamptz
    ), again as (
      ${followUpAgain(sql`f.id in (select id from mine where is_again)`, at)}
    )
    select id, step, due_on as "dueOn", is_again as "isAgain" from mine order by due_on, id`;
  await correctCallingOff(
    work,
    rows.flatMap(({ id, isAgain }) => (isAgain ? [id] : [])),
    endedAt,
  );
  return rows.filter(({ isAgain }) => !isAgain).map(({ step, dueOn }) => ({ step, dueOn }));
}
