import type { Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { one } from '../../shared/statements.ts';
import type { LendingPolicy } from './policy.schemas.ts';

/** What the scheme decided about lending. */
export async function getPolicy(db: Reader): Promise<LendingPolicy> {
  return one(
    db,
    'lending-policy.get',
    db
      .selectFrom('lending_policy')
      .select([
        'replacement_limit as replacementLimit',
        'replacement_months as replacementMonths',
        'allocation_days as allocationDays',
        'urgent_days as urgentDays',
        'soon_days as soonDays',
        'routine_days as routineDays',
        'attachment_quota_mb as attachmentQuotaMb',
        'asking_most as askingMost',
        'asking_weeks as askingWeeks',
        'updates_warn_days as updatesWarnDays',
        'updates_months as updatesMonths',
        'updates_unknown_stops as updatesUnknownStops',
        'changed_at as changedAt',
      ]),
  );
}

/** The version of the policy, for If-Match. */
export const policyTag = ({ changedAt }: LendingPolicy) => etagOf('lending-policy', changedAt);
