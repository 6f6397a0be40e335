import { type RawBuilder, sql } from 'kysely';
import { type ReferralStatus, referralMoves, referralStatuses } from './referral.rules.ts';
import { isAccepted } from './referral.states.ts';

type Sql = RawBuilder<unknown>;

/** What leads on; out of a referral that has closed, only the taking back of what closed it leads. */
const onward = referralMoves.filter(({ by }) => by !== 'what closed it taken back');

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
    onward.some((move) => move.from === status && (move.to === to || status === to)),
  );
  return sql`update referral r set status = ${sql.lit(to)}, changed_at = ${at}::timestamptz${set ? sql`, ${set}` : sql``} ${
    from ? sql`from ${from}` : sql``
  } where ${which} and r.status in (${sql.join(before.map((status) => sql.lit(status)))})`;
}

/**
 * The update that opens closed referrals `r` again, without `returning`: each has the status that it had before it closed.
 * @param which a condition
 */
export const referralReopening = (which: Sql, at: string): Sql => sql`
  update referral r set status = (
      select s.status from referral_status s where s.referral_id = r.id and ${isAccepted('s')} order by s.number desc limit 1), changed_at = ${at}::timestamptz
  where r.status = 'closed' and ${which}`;
