import { type RawBuilder, sql } from 'kysely';
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
