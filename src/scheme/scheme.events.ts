import { defineEvents } from '../shared/event-definitions.ts';

/** What the scheme is called, and how it is reached. */
export const schemeEvents = defineEvents({
  'scheme.changed': { values: {}, line: () => 'Name or contact of the scheme changed' },
});
