import { notTakenBack } from '../shared/states.ts';

/** A handout that stands: not one that was taken back as recorded by mistake, which counts nowhere. */
export const handoutCounts = notTakenBack('handout');
