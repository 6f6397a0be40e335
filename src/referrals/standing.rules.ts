import { count, date } from '../shared/formats.ts';
import { type Need, type ReferralStatus, referralStatusWords } from './referral.rules.ts';
import { isUndecided } from './referral.states.ts';

/** What of a referral says how it stands. */
type Standing = {
  status: ReferralStatus;
  /** Since when it is here, such as `4 days` or `today`. */
  age: string;
  assignedTo: { name: string } | null;
  waitingPosition: number | null;
  /** How many are to be helped before it with what it waits for. */
  ahead: number;
  nextFollowUp: { step: string; dueOn: string } | null;
};

/** How a referral stands, in one sentence. */
export function standingOf(referral: Standing): string {
  const { status, age, assignedTo, waitingPosition, ahead, nextFollowUp } = referral;
  if (isUndecided.of(status)) {
    const whose = assignedTo ? `${assignedTo.name} has it` : 'nobody has taken it yet';
    return `${status === 'asked' ? 'The clinic is asked' : 'To be decided'}. It came ${age === 'today' ? age : `${age} ago`}, and ${whose}.`;
  }
  if (status === 'waiting') {
    const place = waitingPosition ? `It is number ${waitingPosition} on the waiting list` : 'It waits';
    return ahead
      ? `${place}. ${count(ahead, 'other')} ${ahead === 1 ? 'waits' : 'wait'} for the same before it.`
      : `${place}, and is next for what it waits for.`;
  }
  if (status === 'active')
    return nextFollowUp
      ? `Being helped. Next: ${nextFollowUp.step.toLowerCase()} on ${date(nextFollowUp.dueOn)}.`
      : 'Being helped.';
  return `The referral is ${referralStatusWords[status]}. There is nothing more to do.`;
}

/** Whether a device may go out to it now, with nobody passed over: it is next for what it waits for, or something is held for it. */
export const isItsTurn = (waitsFor: Need[], ahead: number, held: number) =>
  held > 0 || (ahead === 0 && waitsFor.some((need) => need !== 'support'));
