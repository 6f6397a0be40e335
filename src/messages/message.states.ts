import { state } from '../shared/states.ts';

/** A message that nothing was done to send yet: it can be cancelled. */
export const isUnsent = state('message', ['planned', 'queued', 'held']);

/** A message that a provider has or may have: what became of it is still to come. */
export const isOnItsWay = state('message', ['sending', 'sent', 'unknown']);

/** A message that a person may have tried again. */
export const isRetriable = state('message', ['held', 'failed', 'unknown']);
