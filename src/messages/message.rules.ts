import {
  ContactPoint,
  ContactWishes,
  canReach,
  mayContact,
  type Reach,
  wordings,
} from '../people/reach.rules.ts';
import type { DB } from '../shared/database.types.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { isRetriable } from './message.states.ts';
import type { Why } from './not-sent.rules.ts';
import { Appointment } from './template.rules.ts';

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

/**
 * Those that someone may have tried again together. One whose sending is unknown may have arrived, so
 * that it is decided on its own page, by itself.
 */
export function isRetriedTogether(status: MessageStatus): boolean {
  return isRetriable.of(status) && status !== 'unknown';
}

/** What a reminder may be of, as `reminder` names it; what is known of each stands in `kinds/`. */
export const reminderReasons = [
  'follow_up',
  'changed',
  'off',
  'return_due',
  'overdue',
  'put_off',
  'wrong_day',
  'data_ending',
  'handout',
  'questions',
  'announcement',
] as const satisfies DB['reminder']['reason'][];
export type ReminderReason = (typeof reminderReasons)[number];

/** A reminder as it is when its message is about to go. */
export const Reason = {
  id: col.text,
  reason: col.oneOf(reminderReasons),
  status: col.oneOf(['standing', 'said', 'cancelled']),
  uselessAfter: col.text,
  /** Whether its subject is still ahead, or still out, and still at the time that the reminder was made for. */
  stands: col.boolean,
  /** The address that it gives, without where it begins. */
  path: col.optional(col.orNull(col.text)),
  /** Whether the person wants it to go through whom they trust, and it can. */
  through: col.boolean,
  ...Appointment,
};
export type Reason = RowOf<typeof Reason>;

/** What is known of a message at the moment of sending. */
export const Draft = {
  id: col.text,
  claim: col.number,
  wording: col.oneOf(wordings),
  name: col.text,
  language: col.text,
  wishes: col.object(ContactWishes),
  needs: col.listOf(col.text),
  /** Whether it goes to the person whom they trust; `point` is then of that person. */
  toTrusted: col.boolean,
  point: col.orNull(col.object(ContactPoint)),
  reasons: col.listOf(col.object(Reason)),
};
export type Draft = RowOf<typeof Draft>;

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
  if (reasons.some(({ through }) => through !== draft.toTrusted))
    return { do: 'gather_again', why: 'contact_changed' };
  if (!draft.point || !canReach(draft.point, reach)) return { do: 'gather_again', why: 'contact_changed' };
  if (opening === now) return { do: 'send', reasons };
  return opening && reasons.some(({ uselessAfter }) => uselessAfter > opening)
    ? { do: 'wait', until: opening }
    : { do: 'gather_again', why: 'outside_hours' };
}
