/** A table that holds something about a patient, and what becomes of it. */
export type PersonalTable = {
  table: string;
  /** Which rows `x` are of the person. */
  of: string;
  /** What erasure does: the rows go, or these columns get these values. */
  erasure: 'rows go' | Record<string, string>;
  /** Columns of text or JSON that stay, since they name nobody: kinds, states, references and who of the staff. */
  stays?: string[];
  /** Columns that hold who else was in the same row, and are not given out. */
  ofOthers?: string[];
  /** Its rows hold bytes: given out one after another, at the end, since all at once would be too much. */
  hasBytes?: true;
  /** Columns that go though no command puts a person's words into them, and what they hold. */
  noWords?: Record<string, string>;
};

/** Rows `x` of the person and of the records that were merged into theirs; `:ids` stands for the ids of all these. */
export const own = 'x.patient_id = any(:ids)';
export const ofStaff = 'who of the staff';
/** What must not be null and says nothing. */
export const blank = (column: string) => `case when ${column} is not null then '' end`;
