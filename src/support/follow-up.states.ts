import { notTakenBack, state } from '../shared/states.ts';

/** A follow-up that is still ahead: it may be moved, assigned, confirmed and given an outcome. */
export const isAhead = state('follow_up', ['planned', 'confirmed']);

/** A follow-up whose day came, whether or not the two met. */
export const isPast = state('follow_up', ['done', 'missed']);

/** An outcome that stands: not one that was taken back as recorded by mistake, which counts nowhere. */
export const outcomeCounts = notTakenBack('follow_up_outcome');
