/** Civil days before mobile data ends on which the person is told. */
export const dataEndingDays = 14;

/** Civil days after a loan was due back on which a kind word is said; after the last a person decides. */
export const overdueWords = [1, 7, 21] as const;
