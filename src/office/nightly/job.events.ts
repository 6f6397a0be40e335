import { defineEvents } from '../../shared/event-definitions.ts';
import { count, day } from '../../shared/event-values.ts';
import { handlerNames } from '../../shared/follow-on.ts';
import { count as counted } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';

/** What is asked of the work in the background. */
export const jobEvents = defineEvents({
  'job.asked': {
    values: { job: oneOf(['nightly']), localDate: day },
    line: () => 'Asked for tonight’s steps to be run again',
  },
  'job.work_retried': {
    values: { job: oneOf<string[]>([...handlerNames]), count },
    line: (v) => `Let ${counted(v.count ?? 0, 'piece')} of work be tried again`,
  },
});
