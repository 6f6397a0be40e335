import {
  type ContactPoint,
  type ContactWishes,
  canReach,
  mayContact,
  type Reach,
  type Wording,
} from '../people/reach.rules.ts';
import type { Appointment } from './template.rules.ts';

export const messageStatuses = [
  'planned',
  'queued',
  'sending',
  'sent',
  'delivered',
  'failed',
  'cancelled',
  'held',
  'unknown',
] as const;
export type MessageStatus = (typeof messageStatuses)[number];

/** What somebody may say to a message, by a text or by the link in it. */
export const inboundMeanings = [
  'stop',
  'yes',
  'cancel',
  'worrying',
  'other',
  'confirm',
  'move',
  'ring',
  'lost',
  'run_out',
] as const;

/** A message's life: every move there is. */
export const messageMoves: Record<MessageStatus, MessageStatus[]> = {
  planned: ['queued', 'cancelled'],
  queued: ['sending', 'cancelled'],
  sending: ['sent', 'queued', 'planned', 'failed', 'cancelled', 'unknown'],
  sent: ['delivered', 'failed'],
  delivered: [],
  failed: ['planned', 'queued'],
  cancelled: [],
  held: ['planned', 'queued', 'cancelled'],
  unknown: ['planned', 'queued'],
};

/** Statuses from which a person may have a message tried again. */
export const retriableStatuses = ['held', 'failed', 'unknown'] as const satisfies MessageStatus[];

export function isRetriable(status: MessageStatus): boolean {
  return (retriableStatuses as readonly MessageStatus[]).includes(status);
}

/**
 * Those that someone may have tried again together. One whose sending is unknown may have arrived, so
 * that it is decided on its own page, by itself.
 */
export function isRetriedTogether(status: MessageStatus): boolean {
  return isRetriable(status) && status !== 'unknown';
}

/** Why a message is held, cancelled, failed or unknown, in words. */
export const whyWords = {
  in_doubt:
    'Another record, which may be of the same person, says that this way is not safe, stopped, or to be asked about again',
  no_safe_contact: 'There is no contact point that is safe and can be used',
  outside_hours: 'The person’s hours never meet the times when messages go out, or not before it is too late',
  nothing_left: 'Nothing is left to say: it was cancelled, moved or is over',
  contact_changed: 'The contact point may no longer be used',
  contact_stopped: 'The person is not to be written to now',
  no_sender: 'No sender is set up for messages of this wording by a way that is safe',
  format_needed: 'They need a format in which nothing can be sent: their only safe way is on paper',
  refused: 'The provider does not take messages to this contact point',
  not_delivered: 'It did not arrive',
  not_known: 'It may have gone, and its provider cannot be asked',
} as const;
export type Why = keyof typeof whyWords;

/** What a reminder may be of. */
export const reminderReasons = [
  'follow_up',
  'changed',
  'off',
  'return_due',
  'overdue',
  'put_off',
  'data_ending',
] as const;
export const reasonWords: Record<(typeof reminderReasons)[number], string> = {
  follow_up: 'Follow-up',
  changed: 'A change',
  off: 'Called off',
  return_due: 'Due back',
  overdue: 'Overdue',
  put_off: 'Due back later',
  data_ending: 'Data ending',
};

/** Reminders of an appointment, with its time; the others are of a day. */
export const ofAppointment = [
  'follow_up',
  'changed',
  'off',
] as const satisfies (typeof reminderReasons)[number][];

/** A reminder as it is when its message is about to go. */
export type Reason = {
  id: string;
  reason: (typeof reminderReasons)[number];
  status: 'standing' | 'said' | 'cancelled';
  uselessAfter: string;
  /** Whether its subject is still ahead, or still out, and still at the time that the reminder was made for. */
  stands: boolean;
} & Appointment;

/** What is known of a message at the moment of sending. */
export type Draft = {
  id: string;
  claim: number;
  wording: Wording;
  name: string;
  language: string;
  wishes: ContactWishes;
  needs: string[];
  point: ContactPoint | null;
  reasons: Reason[];
};

export type Verdict =
  | { do: 'send'; reasons: Reason[] }
  | { do: 'cancel'; why: Why }
  | { do: 'gather_again'; why: Why }
  | { do: 'wait'; until: string };

/**
 * Looks again at consent, safety, hours and every reason at the moment of sending.
 * `gather_again`: the reasons stand but not this way; `wait`: the window is closed just now.
 * @param now ISO 8601 instant
 * @param opening when the contact point's window is open next, `now` while it is; null when it never is
 */
export function judge(draft: Draft, now: string, reach: Reach, opening: string | null): Verdict {
  const reasons = draft.reasons.filter(
    ({ status, stands, uselessAfter }) => status === 'standing' && stands && uselessAfter > now,
  );
  if (!reasons.length) return { do: 'cancel', why: 'nothing_left' };
  if (!mayContact(draft.wishes, reach.today)) return { do: 'gather_again', why: 'contact_stopped' };
  if (!draft.point || !canReach(draft.point, reach)) return { do: 'gather_again', why: 'contact_changed' };
  if (opening === now) return { do: 'send', reasons };
  return opening && reasons.some(({ uselessAfter }) => uselessAfter > opening)
    ? { do: 'wait', until: opening }
    : { do: 'gather_again', why: 'outside_hours' };
}
