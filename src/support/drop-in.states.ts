import { notTakenBack } from '../shared/states.ts';

/** A drop-in that stands: not one that was taken back as recorded by mistake, which counts nowhere. */
export const dropInCounts = notTakenBack('drop_in');

/** That someone came to a drop-in, where it stands. */
export const attendanceCounts = notTakenBack('drop_in_person');
