import type { Reader } from '../shared/database.ts';
import { countOf } from '../shared/statements.ts';
import { isOpenReferral } from './referral.states.ts';

/** How many open referrals a member of staff has. */
export const countReferralsOf = (db: Reader, staffId: string): Promise<number> =>
  countOf(
    db,
    'referral.count-of-staff',
  )`from referral r where r.assigned_to = ${staffId} and ${isOpenReferral('r')}`;
