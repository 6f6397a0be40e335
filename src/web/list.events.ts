import { defineEvents } from '../shared/event-definitions.ts';
import { count } from '../shared/event-values.ts';
import { count as counted } from '../shared/formats.ts';
import { oneOf } from '../shared/schemas.ts';
import { inside } from '../shared/sentences.ts';

const listNames = [
  'accessories',
  'data-plans',
  'donations',
  'drop-ins',
  'incidents',
  'loans',
  'messages',
  'organisations',
  'referrals',
  'repairs',
  'stocktakes',
  'support',
  'tasks',
  'waiting-list',
] as const;
/** What the file of a list, and the log, call it. */
export type ListName = (typeof listNames)[number];

/** What staff took out of lists, or looked for in all of them. */
export const listEvents = defineEvents({
  'list.exported': {
    values: { kind: oneOf(listNames), count },
    line: (v) => `Took a file of ${counted(v.count ?? 0, 'line')} of ${v.kind ? inside(v.kind) : 'a list'}`,
  },
  'list.work_asked': {
    values: { kind: oneOf(['donation', 'take_over']), step: oneOf(['check', 'record']), count },
    line: (v) =>
      `Gave ${v.kind === 'take_over' ? 'a list of what is out' : 'a donor’s list'} of ${counted(v.count ?? 0, 'line')} to be ${v.step === 'record' ? 'recorded' : 'checked'}`,
  },
  'search.run': {
    values: { count },
    line: (v) => `Ran a search that found ${counted(v.count ?? 0, 'record')}`,
  },
});
