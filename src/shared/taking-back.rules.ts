import { Temporal } from 'temporal-polyfill';
import type { Clock } from './clock.ts';

/** Within how many days of its writing down something may be taken back by whoever may write it down; later by a manager. */
export const takeBackDays = 14;

/** Why something is not taken back by whoever asks. */
export const tooLateToTakeBack = `It was written down more than ${takeBackDays} days ago. A manager can still take it back.`;

/** Whether what was recorded at an instant (ISO 8601) is past taking back by whoever recorded it. */
export const isPastTakingBack = (recordedAt: string, clock: Clock): boolean =>
  Temporal.Instant.compare(Temporal.Instant.from(recordedAt).add({ hours: takeBackDays * 24 }), clock.now()) <
  0;
