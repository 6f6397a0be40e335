import { type RawBuilder, sql } from 'kysely';
import { loanMoves } from './loan.rules.ts';

type Sql = RawBuilder<unknown>;

/**
 * The update that moves loans `l`, without `returning`, for a part of a statement. It writes the status, when
 * the loan closed and when it changed; of a loan that does not move only the last.
 * `on` is the civil day on which it closed, where that may be another one than that of its recording.
 * @param by what makes the move, as in the table
 * `set` is what changes with it.
 * @param loans `which` is a condition, which finds the loans in `from` where that is given; `when` says which of them move
 */
export function loanMove(
  by: (typeof loanMoves)[number]['by'],
  { which, from, when, at, on, set }: { which: Sql; from?: Sql; when?: Sql; at: string; on?: Sql; set?: Sql },
): Sql {
  const move = loanMoves.find((one) => one.by === by)!;
  const moves = sql`${when ? sql`${when} and ` : sql``}l.status = ${sql.lit(move.from)}`;
  const closedAt = move.to === 'closed' ? at : null;
  return sql`update loan l set changed_at = ${at}::timestamptz, status = case when ${moves} then ${sql.lit(move.to)} else l.status end,
    close_given_on = case when ${moves} then ${(move.to === 'closed' && on) || null}::date else l.close_given_on end,
    closed_at = case when ${moves} then ${closedAt}::timestamptz else l.closed_at end${set ? sql`, ${set}` : sql``} ${from ? sql`from ${from}` : sql``} where ${which}`;
}
