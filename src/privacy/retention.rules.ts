/**
 * Classes of people by how long they are kept. Periods are minimums that begin when the record is no longer
 * worked with, and begin anew when it is (NHS Records Management Code of Practice, Appendix 1).
 */
export const retentionClasses = {
  helped: 'People who borrowed something, or were supported',
  not_helped: 'People who were referred, and got no help from us',
  deceased: 'People who have died',
} as const;
export type RetentionClass = keyof typeof retentionClasses;

/** Few enough for a manager to look at each. */
export const mostPerBatch = 100;
/** So many of a class may wait for a decision at once; the rest comes when some are decided. */
export const mostWaiting = 10;
/** Whom a manager kept is proposed again after so many months. */
export const keptMonths = 12;

export const batchStatuses = ['proposed', 'erasing', 'done', 'kept'] as const;
export const memberOutcomes = ['erased', 'kept', 'no_longer_due'] as const;
