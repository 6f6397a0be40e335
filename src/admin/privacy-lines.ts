/** What a timeline says of decisions about a person’s data. */
export const privacyLines: Record<string, (values: Record<string, unknown>) => string> = {
  'patient.exported': () => 'All that is held about them was given out',
  'patient.erased': (v) =>
    v.way === 'retention' ? 'Erased, since their time was over' : 'Erased, as was asked',
  'patient.held': () => 'A legal hold was set',
  'patient.hold_lifted': () => 'The legal hold was lifted',
};
