import type { TaskKind } from '../tasks/task.rules.ts';

/**
 * Why a message was not sent: in words, what staff are asked to do about one that is held for it, and what decides it.
 * Whether a reminder still stands, and when it is due, is said by its kind in `kinds/`.
 */
export const whyNotSent = {
  /** `chooseContact` in people/reach.rules.ts. */
  in_doubt: {
    words:
      'Another record, which may be of the same person, says that this way is not safe, stopped, or to be asked about again',
    task: 'may_be_one_person',
  },
  /** `chooseContact`. */
  no_safe_contact: {
    words: 'There is no contact point that is safe and can be used',
    task: 'no_safe_contact',
  },
  /** `planMessage` in gather.commands.ts, and `judge` in message.rules.ts when it is about to go. */
  outside_hours: {
    words: 'The person’s hours never meet the times when messages go out, or not before it is too late',
    task: 'no_time_to_contact',
  },
  /** `judge`: none of its reminders stands any more. `cancelUseless`: they came too late. */
  nothing_left: { words: 'Nothing is left to say: it was cancelled, moved or is over' },
  /** `judge`, and `gatherAgain` in release.commands.ts. */
  contact_changed: { words: 'The contact point may no longer be used' },
  /** `judge`. */
  contact_stopped: { words: 'The person is not to be written to now' },
  /** `chooseContact`. */
  no_sender: {
    words: 'No sender is set up for messages of this wording by a way that is safe',
    task: 'no_sender',
  },
  /** `chooseContact`. */
  format_needed: {
    words: 'They need a format in which nothing can be sent: their only safe way is on paper',
    task: 'format_needed',
  },
  /** The provider, asked by sending.commands.ts. */
  refused: { words: 'The provider does not take messages to this contact point' },
  /** The provider, heard by receipt.commands.ts. */
  not_delivered: { words: 'It did not arrive' },
  /** reconcile.commands.ts. */
  not_known: { words: 'It may have gone, and its provider cannot be asked' },
} as const satisfies Record<string, { words: string; task?: TaskKind }>;
export type Why = keyof typeof whyNotSent;
/** Why one is held: those of which staff are asked something. */
export type WhyHeld = { [W in Why]: (typeof whyNotSent)[W] extends { task: TaskKind } ? W : never }[Why];
