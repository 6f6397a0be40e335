import { Temporal } from 'temporal-polyfill';
import { zone } from '../shared/clock.ts';
import { type FieldError, Problem } from '../shared/problem.ts';
import { isAccepted, isUndecided } from './referral.states.ts';

export const referralStatuses = [
  'received',
  'asked',
  'waiting',
  'active',
  'closed',
  'declined',
  'withdrawn',
] as const;
export type ReferralStatus = (typeof referralStatuses)[number];

export const needs = ['device', 'data', 'support'] as const;
export type Need = (typeof needs)[number];

export const urgencies = ['routine', 'soon', 'urgent'] as const;

/** What gets in the way, in the words that clinic and office read alike. */
const kindsOfBarrier = {
  access_to_device: 'No device of their own',
  access_to_data: 'No internet at home or no data',
  ease_of_use: 'Devices are hard to see, hold or use',
  skills: 'Not sure how to use one',
  beliefs_and_trust: 'Worries about being online',
  private_space: 'No private place to use it',
  health_and_symptoms: 'Their health or symptoms',
  money: 'Money',
  housing: 'Where they live',
} as const;
type Barrier = keyof typeof kindsOfBarrier;
export const barriers = Object.keys(kindsOfBarrier) as Barrier[];
/** A barrier in words; a code that there is no more as it stands. */
export const barrierWords = (barrier: string): string => kindsOfBarrier[barrier as Barrier] ?? barrier;

export const decisions = ['accept', 'decline', 'ask'] as const;
export type Decision = (typeof decisions)[number];

/** Every move of a referral and what makes it. */
export const referralMoves = [
  { from: 'received', to: 'asked', by: 'ask' },
  { from: 'asked', to: 'received', by: 'answer' },
  { from: 'received', to: 'waiting', by: 'accept' },
  { from: 'asked', to: 'waiting', by: 'accept' },
  { from: 'received', to: 'active', by: 'accept, support alone' },
  { from: 'asked', to: 'active', by: 'accept, support alone' },
  { from: 'received', to: 'declined', by: 'decline' },
  { from: 'asked', to: 'declined', by: 'decline' },
  { from: 'received', to: 'withdrawn', by: 'withdrawal' },
  { from: 'asked', to: 'withdrawn', by: 'withdrawal' },
  { from: 'waiting', to: 'received', by: 'acceptance taken back' },
  { from: 'waiting', to: 'asked', by: 'acceptance taken back' },
  { from: 'active', to: 'received', by: 'acceptance taken back' },
  { from: 'active', to: 'asked', by: 'acceptance taken back' },
  { from: 'waiting', to: 'active', by: 'a first need met' },
  { from: 'active', to: 'waiting', by: 'issue taken back' },
  { from: 'waiting', to: 'closed', by: 'every need dropped' },
  { from: 'waiting', to: 'withdrawn', by: 'withdrawal' },
  { from: 'active', to: 'withdrawn', by: 'withdrawal' },
  { from: 'active', to: 'closed', by: 'every need settled and help ended' },
  { from: 'closed', to: 'active', by: 'what closed it taken back' },
  { from: 'closed', to: 'waiting', by: 'what closed it taken back' },
] as const satisfies readonly { from: ReferralStatus; to: ReferralStatus; by: string }[];

/** So long after an acceptance it can be taken back. */
export const reconsiderMinutes = 15;

export const referralStatusWords: Record<ReferralStatus, string> = {
  received: 'received',
  asked: 'waiting for an answer',
  waiting: 'on the waiting list',
  active: 'being helped',
  closed: 'closed',
  declined: 'declined',
  withdrawn: 'withdrawn',
};

/**
 * The status that a decision leads to. Support alone needs no device to wait for, so its help begins at once.
 * @throws Problem `referral-already-decided`
 */
export function decide(
  referral: { status: ReferralStatus; needs: { need: Need; status: string }[] },
  decision: Decision,
): ReferralStatus {
  if (!isUndecided.of(referral.status)) {
    throw new Problem('referral-already-decided', {
      detail: `The referral is ${referralStatusWords[referral.status]}.`,
      referralStatus: referral.status,
    });
  }
  if (decision === 'ask') return 'asked';
  if (decision === 'decline') return 'declined';
  const open = referral.needs.filter(({ status }) => status === 'open');
  return open.every(({ need }) => need === 'support') ? 'active' : 'waiting';
}

/** What a decision must say beside itself. */
export function decisionErrors(input: {
  decision: Decision;
  reason?: string | undefined;
  question?: string | undefined;
  signpostIds?: string[] | undefined;
}): FieldError[] {
  if (input.decision !== 'decline' && input.signpostIds?.length)
    return [{ pointer: '/signpostIds', message: 'Other help is named only when a referral is declined.' }];
  if (input.decision === 'decline' && !input.reason)
    return [{ pointer: '/reason', message: 'Say why, in words that the clinic can pass on.' }];
  if (input.decision === 'ask' && !input.question)
    return [{ pointer: '/question', message: 'Say what you want to know from the clinic.' }];
  return [];
}

/** How long ago an instant was, in civil days, as people say it: `today`, `1 day`, `12 days`. */
export function waited(since: string, today: string): string {
  const from = Temporal.Instant.from(since).toZonedDateTimeISO(zone).toPlainDate();
  const { days } = from.until(Temporal.PlainDate.from(today));
  return days <= 0 ? 'today' : days === 1 ? '1 day' : `${days} days`;
}

/** What is asked of a referral until it is decided. */
export const tasksToDecide = ['clinic_answered', 'referral_late', 'referral_sent_again'] as const;

/**
 * A loan is made for a referral on the waiting list or being helped.
 * @throws Problem `referral-not-waiting`
 */
export function assertReferralWaits(status: ReferralStatus): void {
  if (isAccepted.of(status)) return;
  const detail = isUndecided.of(status)
    ? 'Accept the referral first.'
    : `The referral is ${referralStatusWords[status]}.`;
  throw new Problem('referral-not-waiting', { detail, referralStatus: status });
}
