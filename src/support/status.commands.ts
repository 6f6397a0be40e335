import { type RawBuilder, sql } from 'kysely';
import { outcomeCounts } from './follow-up.states.ts';
import { type FollowUpStatus, followUpMoves, followUpStatuses } from './support.rules.ts';

type Sql = RawBuilder<unknown>;

/**
 * The update that moves follow-ups `f` to a status, without `returning`, for a part of a statement. It writes the
 * status, when it changed and what is set with it. What has its outcome is left out; what is ahead and has that
 * status already, as one that only gets another time, is written too.
 * @param followUps `which` is a condition, which finds the follow-ups in `from` where that is given
 */
export function followUpMove(
  to: FollowUpStatus,
  { which, from, set, at }: { which: Sql; from?: Sql; set?: Sql; at: string },
): Sql {
  const before = followUpStatuses.filter(
    (status) => followUpMoves[status].includes(to) || (status === to && followUpMoves[to].length),
  );
  return sql`update follow_up f set status = ${sql.lit(to)}, changed_at = ${at}${set ? sql`, ${set}` : sql``} ${
    from ? sql`from ${from}` : sql``
  } where ${which} and f.status in (${sql.join(before.map((status) => sql.lit(status)))})`;
}

/**
 * The update that puts a follow-up `f` back to how it stood before an outcome that is taken back, or off where it could
 * not be ahead any more. No other move leads away from an outcome.
 * @param back `outcomeId`: one that still counts in this statement; `to`: how the follow-up stands then; `loanId`: of
 * which loan
 */
export const followUpMoveBack = ({
  outcomeId,
  to,
  loanId,
  at,
}: {
  outcomeId: string;
  to: FollowUpStatus;
  loanId: string | null;
  at: string;
}): Sql => sql`update follow_up f set status = ${to}, due_on = o.was_due_on, loan_id = ${loanId}::uuid,
    why = case when ${to === 'cancelled'} then 'ended' else o.was_why end, changed_at = ${at}
  from follow_up_outcome o where o.id = ${outcomeId} and f.id = o.follow_up_id and f.status = o.result and ${outcomeCounts('o')}`;

/**
 * The update that plans follow-ups `f` again that were called off with what they were of, without `returning`, since
 * that did not end. No other move leads out of `cancelled`, and one that was confirmed wants to be so anew.
 * @param which a condition
 */
export const followUpAgain = (which: Sql, at: string): Sql =>
  sql`update follow_up f set status = 'planned', why = null, changed_at = ${at}::timestamptz where f.status = 'cancelled' and ${which}`;
