import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { type Need, needs, type ReferralStatus, referralStatusWords } from './referral.rules.ts';
import { isAccepted, isOpenReferral, isUndecided } from './referral.states.ts';

export const needStatuses = ['open', 'met', 'dropped'] as const;
export type NeedStatus = (typeof needStatuses)[number];
export const NeedRow = { need: col.oneOf(needs), status: col.oneOf(needStatuses) };
export type NeedRow = RowOf<typeof NeedRow>;

/** What an officer does with one need of a referral. Issue, decline, withdrawal and closing settle needs too. */
export const needMoves = [
  { change: 'add', from: 'none', to: 'open' },
  { change: 'drop', from: 'open', to: 'dropped' },
  { change: 'meet', from: 'open', to: 'met' },
  { change: 'reopen', from: 'dropped', to: 'open' },
  { change: 'reopen', from: 'met', to: 'open' },
] as const;
export const needChanges = ['add', 'drop', 'meet', 'reopen'] as const;
export type NeedChange = (typeof needChanges)[number];

const statusOf = (needs: NeedRow[], need: Need) => needs.find((row) => row.need === need)?.status ?? 'none';

/** What may be done with a need now: nothing when help has ended, and nothing is met before it is accepted. */
export function needChangesFor(status: ReferralStatus, needs: NeedRow[], need: Need): NeedChange[] {
  const isDecided = isAccepted.of(status);
  if (!isOpenReferral.of(status)) return [];
  const isLast = needs.filter((row) => row.status === 'open').length === 1;
  return needMoves
    .filter(({ from }) => from === statusOf(needs, need))
    .map(({ change }) => change)
    .filter((change) => isDecided || !(change === 'meet' || (change === 'drop' && isLast)));
}

const doing: Record<NeedChange, string> = {
  add: 'added',
  drop: 'dropped',
  meet: 'met',
  reopen: 'opened again',
};
const is: Record<NeedStatus | 'none', string> = {
  open: 'is needed',
  met: 'is met',
  dropped: 'was dropped',
  none: 'was not asked for',
};

/** @throws Problem `need-change-refused`, with what would be right */
export function assertMayChange(
  status: ReferralStatus,
  needs: NeedRow[],
  need: Need,
  change: NeedChange,
): void {
  if (needChangesFor(status, needs, need).includes(change)) return;
  const now = statusOf(needs, need);
  const detail = isUndecided.of(status)
    ? now === 'open'
      ? change === 'meet'
        ? 'Accept the referral first.'
        : 'Nothing would be left to decide about. Decline the referral instead, with a reason.'
      : undefined
    : isAccepted.of(status)
      ? undefined
      : `The referral is ${referralStatusWords[status]}. Ask the clinic to refer the person again.`;
  throw new Problem('need-change-refused', {
    detail: detail ?? `It cannot be ${doing[change]}: ${need} ${is[now]}.`,
    needs: needs.map((row) => ({ need: row.need, status: row.status })),
  });
}

/**
 * Where a referral stands after a change of its needs: support that is open begins as soon as nothing
 * else is waited for. One of which nothing is left closes by itself.
 */
export function standingAfter(
  status: ReferralStatus,
  needs: NeedRow[],
): { status: ReferralStatus; startsSupport: boolean } {
  if (!isAccepted.of(status)) return { status, startsSupport: false };
  const isOpen = (need: Need) => statusOf(needs, need) === 'open';
  const waits = isOpen('device') || isOpen('data');
  const startsSupport = isOpen('support') && (status === 'active' || !waits);
  const isHelped = startsSupport || status === 'active' || needs.some((row) => row.status === 'met');
  return { status: isHelped ? 'active' : 'waiting', startsSupport };
}

/** What someone waits for, in words. `support`: whether support is still open too. */
export function waitsForWords(needs: Need[], support: boolean): string {
  const things = needs.includes('device')
    ? `a tablet or other device${needs.includes('data') ? ' with data' : ''}`
    : 'mobile data';
  return support ? `${things}, and support` : things;
}
