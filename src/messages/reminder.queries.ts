import { type RawBuilder, sql } from 'kysely';
import { isGone } from '../lending/incidents/incident.states.ts';
import { isOpenLoan, isOut } from '../lending/loans/loan.states.ts';
import { isOpenReferral } from '../referrals/referral.states.ts';
import { isInUse } from '../stock/data-plans/data-plan.states.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { measureCounts } from '../support/measures/measure.states.ts';

/** Patients `p` who may be written to on a civil date; the same as `mayContact` in reach.rules.ts. */
export const contactable = (today: string) => sql<boolean>`(p.contact_choice = 'any_safe'
  and (p.contact_state = 'open' or p.contact_state = 'paused' and p.paused_until <= ${today}::date))`;

/** When a follow-up `f` starts, as an instant. */
export const startOf = sql`start_of(f.due_on, f.starts_at)`;

/** Whether a follow-up `f` is still as a reminder said of it, here named: the one rule for answers, corrections and links. */
export const isAsTold = (
  reminder: RawBuilder<unknown>,
) => sql<boolean>`(${isAhead('f')} and ${startOf} = ${reminder}.useless_after
  and f.way = coalesce(${reminder}.said_way, f.way))`;

/** Whether a loan `l` is to be asked back: not while something on it is reported as gone. */
export const asksBack = sql<boolean>`(${isOpenLoan('l')} and not exists (
  select from incident n where n.loan_id = l.id and n.status = 'open' and ${isGone('n')}))`;

/** Whether a loan `l` that is to be asked back is due later than a reminder, here named, said of it, or without a day. */
export const isPutOff = (reminder: RawBuilder<unknown>) =>
  sql<boolean>`(${asksBack} and coalesce(l.due_on > ${reminder}.for_date, true))`;

/** Whether a loan `l` that is to be asked back is due on another day than a reminder, here named, said of it, or without a day. */
export const isWrongDay = (reminder: RawBuilder<unknown>) =>
  sql<boolean>`(${asksBack} and l.due_on is distinct from ${reminder}.for_date)`;

/** Whether a data plan `s` runs in something that a patient `p` has on loan. */
export const hasData = sql<boolean>`(${isInUse('s')} and exists (
  select from loan_item i join loan lo on lo.id = i.loan_id
  where i.device_id = s.device_id and ${isOut('i')} and lo.patient_id = p.id))`;

/** That a loan or a referral of the person of an asking `of` ended since they were asked, and none is open any more. */
const helpEnded = (of: RawBuilder<unknown>) => sql`(
  (exists (select from loan x where x.patient_id = ${of}.patient_id and x.closed_at >= ${of}.created_at)
    or exists (select from referral x join referral_status s on s.referral_id = x.id and s.at >= ${of}.created_at
      where x.patient_id = ${of}.patient_id and not ${isOpenReferral('x')}))
  and not exists (select from loan x where x.patient_id = ${of}.patient_id and ${isOpenLoan('x')})
  and not exists (select from referral x where x.patient_id = ${of}.patient_id and ${isOpenReferral('x')}))`;

/** An asking, by its alias, that may still be answered by its link, its last day aside. */
export const isAnswerableByLink = (alias: string) => {
  const of = sql.ref(alias);
  return sql<boolean>`(${of}.way = 'link' and ${of}.status = 'asked' and ${measureCounts(alias)} and ${of}.link_ended_at is null and not ${helpEnded(of)})`;
};

/** Working days, at most, from a reminder to its follow-up. */
export const longestLead = 10;

/** The next working days after a civil date, as an array: asked once in a statement, however many rows use it. */
export const workingDaysAfter = (date: string) => sql`(select array_agg(w.day order by w.day) from (
  select d::date as day from generate_series(${date}::date + 1, ${date}::date + 30, interval '1 day') d
  where is_working_day(d::date) order by d limit ${longestLead}) w)`;

/** Whether the person's pause lasts until after the day of the follow-up `f` of the patient `p`. */
export const pausedThen = sql`(p.contact_state = 'paused' and p.paused_until > f.due_on)`;
