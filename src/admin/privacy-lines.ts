/** What a timeline says of decisions about a person’s data. */
export const privacyLines: Record<string, (values: Record<string, unknown>) => string> = {
  'patient.exported': () => 'All that is held about them was given out',
  'patient.erased': (v) =>
    v.way === 'retention' ? 'Erased, since their time was over' : 'Erased, as was asked',
  'patient.held': () => 'A legal hold was set',
  'patient.hold_lifted': () => 'The legal hold was lifted',
  'retention.changed': () => 'For how long people are kept was changed',
  'retention_batch.proposed': (v) => `${people(v)} proposed for erasure, since their time is over`,
  'retention_batch.approved': (v) => `${people(v)} are to be erased, since their time is over`,
  'retention_batch.refused': (v) => `${people(v)} stay, although their time is over`,
};

const people = ({ count }: Record<string, unknown>) =>
  count === 1 ? 'One person' : `${typeof count === 'number' ? count : 'Some'} people`;
