import { stateButFor } from '../../shared/states.ts';

/** A data plan that has not ended. */
export const isInUse = stateButFor('data_plan', 'ended');
