import { Problem } from '../shared/problem.ts';
import type { NeedRow } from './need.rules.ts';
import { type Need, type ReferralStatus, referralStatusWords } from './referral.rules.ts';
import { isOpenReferral, isUndecided } from './referral.states.ts';

/** @throws Problem `referral-ended` */
export function assertCorrectable(status: ReferralStatus): void {
  if (isOpenReferral.of(status)) return;
  throw new Problem('referral-ended', {
    detail: `The referral is ${referralStatusWords[status]}, and stays as it was then. Add a note instead.`,
    status,
  });
}

/** What a correction adds to what was asked for, and what it takes out. */
export function neededOtherwise(asked: Need[], needs: Need[] = asked): { added: Need[]; removed: Need[] } {
  return {
    added: needs.filter((need) => !asked.includes(need)),
    removed: asked.filter((need) => !needs.includes(need)),
  };
}

/**
 * The needs of a referral once what was asked for is put right.
 * @param loans references of the loans of the referral
 * @throws Problem `need-change-refused`, with what would be right
 */
export function needsPutRight(
  status: ReferralStatus,
  needs: NeedRow[],
  { added, removed }: { added: Need[]; removed: Need[] },
  loans: string[],
): NeedRow[] {
  const refuse = (detail: string) => {
    throw new Problem('need-change-refused', {
      detail,
      needs: needs.map((row) => ({ need: row.need, status: row.status })),
    });
  };
  const met = needs.find((row) => row.status === 'met' && removed.includes(row.need));
  if (met)
    refuse(
      met.need === 'support'
        ? 'Support has begun or was given, so that it was asked for. Stop it on the page of the patient if it is not wanted.'
        : loans.length
          ? `A loan meets ${met.need}: ${loans.join(', ')}. Put that right first, then open the need again.`
          : `It is written down that ${met.need} was met. Open the need again first.`,
    );
  const known = needs.filter(({ need }) => !removed.includes(need));
  const fresh = added.filter((need) => !known.some((row) => row.need === need));
  const after = [...known, ...fresh.map((need): NeedRow => ({ need, status: 'open' }))];
  if (isUndecided.of(status) && !after.some((row) => row.status === 'open'))
    refuse('Nothing would be left to decide about. Decline the referral instead, with a reason.');
  return after;
}
