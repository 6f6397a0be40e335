import { someKinds, state, stateButFor } from '../../shared/states.ts';

/** An incident that happened, whatever became of it. One recorded by mistake counts in no list, figure or report: it is shown only where its story is. */
export const didHappen = stateButFor('incident', 'recorded_by_mistake');

/** A line of an incident's story that says what was done or asked for, and was not taken back. */
export const isActedOn = state('incident_action', ['asked', 'done']);

/** An incident by which the borrower has the device no more, and we do not have it either. */
export const isGone = someKinds('incident', [
  'lost',
  'stolen',
  'pawned',
  'sold',
  'given_away',
  'not_returned',
]);

/** An incident by which a stranger may have it: a day later staff are asked whether to erase it. What was pawned may come back with what is on it. */
export const isWithStrangers = someKinds('incident', ['lost', 'stolen', 'sold', 'given_away']);
