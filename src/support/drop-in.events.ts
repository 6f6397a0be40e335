import Type from 'typebox';
import { defineEvents } from '../shared/event-definitions.ts';
import { count, day, id } from '../shared/event-values.ts';
import { nullable, time } from '../shared/schemas.ts';

/** What happens to drop-ins. */
export const dropInEvents = defineEvents({
  'drop_in.added': { values: { dueOn: day, startsAt: time }, line: () => 'Drop-in written down' },
  'drop_in.changed': { values: { count: Type.Optional(count) }, line: () => 'Drop-in changed' },
  'drop_in.assigned': {
    values: { supporterId: nullable(id) },
    line: (v) => (v.supporterId ? 'Given to a supporter' : 'No supporter has it'),
  },
  'drop_in.cancelled': { values: { count: Type.Optional(count) }, line: () => 'Drop-in cancelled' },
  'drop_in.attended': { values: { dueOn: day }, line: () => 'Came to a drop-in' },
  'drop_in.visitor_tallied': { values: {}, line: () => 'Someone came who is not known by name' },
  'drop_in.visitor_taken_back': {
    values: {},
    line: () => 'One fewer came who is not known by name: that was recorded by mistake',
  },
  'drop_in.pages_counted': {
    values: { count },
    line: (v) => `Pages looked at on shared devices counted${v.count === undefined ? '' : `: ${v.count}`}`,
  },
  'page_topic.added': { values: {}, line: () => 'Topic of pages added' },
  'page_topic.changed': { values: {}, line: () => 'Topic of pages changed' },
  'drop_in.taken_back': {
    values: { dueOn: day, count },
    line: () => 'Drop-in taken back: it was recorded by mistake',
  },
  'drop_in.attendance_taken_back': {
    values: { dueOn: day },
    line: () => 'Did not come to a drop-in: that was recorded by mistake and is taken back',
  },
});
