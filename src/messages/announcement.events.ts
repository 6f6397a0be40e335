import Type from 'typebox';
import { defineEvents } from '../shared/event-definitions.ts';
import { count } from '../shared/event-values.ts';
import { oneOf } from '../shared/schemas.ts';
import { audiences, audienceWords } from './announcement.rules.ts';

/** What is told to many at once. */
export const announcementEvents = defineEvents({
  'announcement.made': {
    values: { audience: oneOf(audiences), people: count, tasks: Type.Optional(count) },
    line: (v) => `News was written for ${v.audience ? audienceWords[v.audience].toLowerCase() : 'many'}`,
  },
});
