import { defineEvents } from '../../shared/event-definitions.ts';
import { flag } from '../../shared/event-values.ts';
import { oneOf } from '../../shared/schemas.ts';
import { inside } from '../../shared/sentences.ts';
import { reportNames } from './report.rules.ts';

/** Who took figures out of the scheme. */
export const reportEvents = defineEvents({
  'report.exported': {
    values: { report: oneOf(reportNames), suppressed: flag },
    line: (v) =>
      `Took a file of ${v.report ? `the report “${inside(v.report)}”` : 'a report'}${v.suppressed ? ', with small numbers hidden' : ''}`,
  },
});
