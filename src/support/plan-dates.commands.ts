import { sql } from 'kysely';
import { correctWhatWasTold } from '../messages/correction.commands.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { subjectsOf } from './follow-up.commands.ts';
import { stepDay } from './patient-plan.commands.ts';

type Changed = {
  id: string;
  what: 'moved' | 'cancelled' | 'added';
  patientId: string;
  referralId: string | null;
  dueOn: string;
  startsAt: string;
};

const aheadOfDue = sql`f.before_due is not null and f.status in ('planned', 'confirmed')`;

/**
 * Puts the steps that are counted back from the day a loan is due on their days again: for the command that
 * changes that day, in its transaction. What has no day any more, or none that is ahead, is cancelled;
 * a loan that had no date gets the steps that it missed. Unsaid reminders of the old days are taken back.
 * @param dueOn the civil date on which the loan is due now; null for a loan without one
 */
export async function moveDueSteps(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  loanId: string,
  dueOn: string | null,
): Promise<void> {
  const at = timestamp(deps.clock);
  const day = today(deps.clock);
  const { rows } = await sql<Changed>`/* follow-up.move-due-steps */
    with known as materialized (
      select f.id, f.due_on, working_day_before(${dueOn}::date - f.before_due + 1) as day
      from follow_up f where f.loan_id = ${loanId} and ${aheadOfDue} order by f.id for update
    ), moved as (
      update follow_up f set due_on = k.day, status = 'planned', changed_at = ${at}
      from known k where f.id = k.id and k.day > ${day}::date and k.day <> k.due_on returning f.*
    ), cancelled as (
      update follow_up f set status = 'cancelled', why = 'ended', changed_at = ${at}
      from known k where f.id = k.id and (k.day is null or k.day <= ${day}::date) returning f.*
    ), unsaid as (
      update reminder set status = 'cancelled' where status = 'standing' and reason in ('follow_up', 'changed')
        and subject_id in (select id from moved union all select id from cancelled)
    ), added as (
      insert into follow_up (id, patient_id, loan_id, referral_id, patient_plan_id, step, due_on, before_due, starts_at, minutes, way, lead_days, created_at, changed_at)
      select new_id(), h.patient_id, h.loan_id, h.referral_id, h.id, s.step, ${stepDay(sql`h.starts_on`, dueOn)}, s.days, s.starts_at, s.minutes, s.way, s.lead_days, ${at}, ${at}
      from patient_plan h join support_plan_step s on s.version_id = h.version_id and s.counted_from = 'due'
      where h.loan_id = ${loanId} and h.ended_at is null and ${stepDay(sql`h.starts_on`, dueOn)} > ${day}::date
        and not exists (select from follow_up f where f.patient_plan_id = h.id and f.before_due = s.days and f.status <> 'cancelled')
      returning *
    )
    select x.id, x.what, x.patient_id as "patientId", x.referral_id as "referralId", x.due_on as "dueOn", to_char(x.starts_at, 'HH24:MI') as "startsAt"
    from (select 'moved' as what, * from moved union all select 'cancelled', * from cancelled union all select 'added', * from added) x`.execute(
    trx,
  );
  await recordEvents(
    trx,
    deps,
    ctx,
    rows.map(({ what, dueOn, startsAt, ...followUp }) => ({
      type: what === 'cancelled' ? 'follow_up.changed' : `follow_up.${what}`,
      subjects: subjectsOf({ ...followUp, loanId }),
      values: what === 'cancelled' ? { to: 'cancelled' } : { dueOn, startsAt },
    })),
  );
  const off = rows.flatMap(({ id, what }) => (what === 'cancelled' ? [id] : []));
  if (off.length) await correctWhatWasTold(trx, deps, ctx, sql`f.id = any(${off}::uuid[])`);
}

/** What someone who has just got another device is called about. */
const replacementStep = 'Getting started with the replacement';

/**
 * Plans a call two days after a person got a replacement, on a working day, unless their support plan calls
 * them in the week ahead anyway. Who has no plan that runs gets none. In the transaction of the replacement.
 */
export async function addReplacementCall(trx: Trx, deps: Deps, ctx: Context, loanId: string): Promise<void> {
  const at = timestamp(deps.clock);
  const day = today(deps.clock);
  const { rows } = await sql<Changed>`/* follow-up.replacement-call */
    insert into follow_up (id, patient_id, loan_id, referral_id, patient_plan_id, step, due_on, starts_at, minutes, way, supporter_id, created_at, changed_at)
    select new_id(), h.patient_id, h.loan_id, h.referral_id, h.id, ${replacementStep}, working_day_from(${day}::date + 2), '10:00', 20, 'phone',
      (select f.supporter_id from follow_up f where f.patient_id = h.patient_id and f.supporter_id is not null order by f.due_on desc, f.id desc limit 1), ${at}, ${at}
    from patient_plan h join patient p on p.id = h.patient_id
    where h.loan_id = ${loanId} and h.ended_at is null and p.contact_state not in ('withdrawn', 'deceased')
      and not exists (select from follow_up f where f.patient_id = h.patient_id and f.status in ('planned', 'confirmed') and f.due_on between ${day}::date and ${day}::date + 7)
    order by h.id desc limit 1
    returning id, patient_id as "patientId", referral_id as "referralId", due_on as "dueOn", to_char(starts_at, 'HH24:MI') as "startsAt"`.execute(
    trx,
  );
  await recordEvents(
    trx,
    deps,
    ctx,
    rows.map(({ dueOn, startsAt, ...followUp }) => ({
      type: 'follow_up.added',
      subjects: subjectsOf({ ...followUp, loanId }),
      values: { step: replacementStep, dueOn, startsAt },
    })),
  );
}
