import { type RawBuilder, sql } from 'kysely';
import { type ReferralStatus, referralMoves, referralStatuses } from './referral.rules.ts';

type Sql = RawBuilder<unknown>;

/**
 * The update that moves referrals `r` to a status, without `returning`, for a part of a statement. It writes the
 * status, when it changed and what is set with it. One that the table does not lead there is left out; one that
 * has that status already and has not ended is written too. The trigger `referral_moved` keeps every status it came to.
 * @param referrals `which` is a condition, which finds the referrals in `from` where that is given
 */
export function referralMove(
  to: ReferralStatus,
  { which, from, set, at }: { which: Sql; from?: Sql; set?: Sql; at: string },
): Sql {
  const before = referralStatuses.filter((status) =>
    referralMoves.some((move) => move.from === status && (move.to === to || status === to)),
  );
  return sql`update referral r set status = ${sql.lit(to)}, changed_at = ${at}::timestamptz${set ? sql`, ${set}` : sql``} ${
    from ? sql`from ${from}` : sql``
  } where ${which} and r.status in (${sql.join(before.map((status) => sql.lit(status)))})`;
}
