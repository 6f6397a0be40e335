import { isOpenLoan } from '../lending/loans/loan.states.ts';
import type { Actor } from '../shared/actor.ts';
import type { Reader } from '../shared/database.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import { takeBackDays } from '../shared/taking-back.rules.ts';
import { concernStands } from './concern.queries.ts';
import { visibleTo } from './follow-up.queries.ts';
import { isAhead } from './follow-up.states.ts';
import { followUpStatuses, outcomeResults } from './support.rules.ts';

export const OutcomeStanding = {
  id: col.text,
  followUpId: col.text,
  step: col.text,
  result: col.oneOf(outcomeResults),
  recordedAt: col.text,
  recordedBy: col.orNull(col.text),
  isLate: col.boolean,
  isTakenBack: col.boolean,
  concernStands: col.boolean,
  wasStatus: col.oneOf(followUpStatuses),
  wasDueOn: col.text,
  status: col.oneOf(followUpStatuses),
  dueOn: col.text,
  patient: col.object({ id: col.text, isErased: col.boolean, contactState: col.text }),
  planHasEnded: col.boolean,
  loanId: col.orNull(col.text),
  loanStatus: col.orNull(col.text),
  otherLoanId: col.orNull(col.text),
  referralStatus: col.orNull(col.text),
  /** The follow-up by which it is tried again, while that is ahead. */
  againId: col.orNull(col.text),
};
export type OutcomeStanding = RowOf<typeof OutcomeStanding>;

/**
 * One outcome, also one that was taken back, with what decides whether it can be and how its follow-up stands then.
 * @param at the instant of asking, ISO 8601
 * @throws Problem `not-found`, also for one of a follow-up that is not the supporter's own
 */
export async function getOutcome(db: Reader, actor: Actor, id: string, at: string): Promise<OutcomeStanding> {
  const row = await maybe(db, 'outcome.to-take-back', OutcomeStanding)`
    select o.id, f.id as "followUpId", f.step, o.result, o.recorded_at as "recordedAt", o.recorded_by as "recordedBy",
      o.recorded_at < ${at}::timestamptz - make_interval(days => ${takeBackDays}) as "isLate", o.taken_back_at is not null as "isTakenBack",
      ${concernStands('o')} as "concernStands", o.was_status as "wasStatus", o.was_due_on as "wasDueOn", f.status, f.due_on as "dueOn",
      json_build_object('id', p.id, 'isErased', p.erased_at is not null, 'contactState', p.contact_state) as patient,
      exists (select from patient_plan h where h.id = f.patient_plan_id and h.ended_at is not null) as "planHasEnded",
      f.loan_id as "loanId", (select l.status from loan l where l.id = f.loan_id) as "loanStatus",
      (select l.id from loan l where l.referral_id = f.referral_id and ${isOpenLoan('l')} order by l.id desc limit 1) as "otherLoanId",
      (select r.status from referral r where r.id = f.referral_id) as "referralStatus",
      (select n.id from follow_up n where n.id = o.again_id and ${isAhead('n')}) as "againId"
    from follow_up_outcome o join follow_up f on f.id = o.follow_up_id join patient p on p.id = f.patient_id
    where o.id = ${id} and ${visibleTo(actor)}`;
  if (!row) throw new Problem('not-found');
  return row;
}
