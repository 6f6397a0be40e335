import { state, stateButFor, stateUntil } from '../../shared/states.ts';

/** A loan that has not closed: something of it is still out. */
export const isOpenLoan = state('loan', ['open']);

/**
 * An item of a loan that is still out. SQL asks by the time of its end, which the index of one open item per
 * device is on; the check `ended_has_its_time` holds both to each other.
 */
export const isOut = stateUntil('loan_item', 'on_loan', 'ended_at');

/** A loan that was lent, whatever became of it. One recorded by mistake counts in no list, figure or report: it is shown only where its story is. */
export const wasLent = stateButFor('loan', 'recorded_by_mistake');

/** An item that was lent: the same of what is on a loan. */
export const itemWasLent = stateButFor('loan_item', 'recorded_by_mistake');
