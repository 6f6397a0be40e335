import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import type { LendingPolicy } from './policy.schemas.ts';

/** What the scheme decided about lending. */
export async function getPolicy(db: Reader): Promise<LendingPolicy> {
  const { rows } = await sql<LendingPolicy>`/* lending-policy.get */
    select replacement_limit as "replacementLimit", replacement_months as "replacementMonths", allocation_days as "allocationDays",
      urgent_days as "urgentDays", soon_days as "soonDays", routine_days as "routineDays",
      changed_at as "changedAt"
    from lending_policy`.execute(db);
  return rows[0]!;
}

/** The version of the policy, for If-Match. */
export const policyTag = ({ changedAt }: LendingPolicy) => etagOf('lending-policy', changedAt);
