import { notTakenBack } from '../../shared/states.ts';

/** An asking that stands: not one that was taken back as recorded by mistake, which counts nowhere. */
export const measureCounts = notTakenBack('measure_asking');
