import { state } from '../../shared/states.ts';

/** A device that stands on the shelf of the place where it is kept. */
export const isOnShelf = state('device', ['in_preparation', 'ready', 'reserved']);

/** A device that is there itself, or at a repairer: it can be moved from place to place. */
export const isInHand = state('device', [...isOnShelf.statuses, 'in_repair']);

/** A device that is prepared and may go out. */
export const isPrepared = state('device', ['ready', 'reserved']);

/** A device that is being worked on, here or at a repairer. */
export const isInWork = state('device', ['in_preparation', 'in_repair']);

/** A device that is with someone, or on its way back. */
export const isAway = state('device', ['on_loan', 'due_back']);

/** A device of which a check may be open: it is being prepared, or held while one ran out. */
export const mayHaveOpenChecks = state('device', ['in_preparation', 'reserved']);
