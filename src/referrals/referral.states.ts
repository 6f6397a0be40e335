import { state } from '../shared/states.ts';

/** A referral that nobody has decided on yet. */
export const isUndecided = state('referral', ['received', 'asked']);

/** A referral that was accepted and has not ended: its person waits or is being helped. */
export const isAccepted = state('referral', ['waiting', 'active']);

/** A referral that has not ended. */
export const isOpenReferral = state('referral', [...isUndecided.statuses, ...isAccepted.statuses]);
