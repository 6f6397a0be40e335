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
});
