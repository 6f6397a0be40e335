import { defineEvents } from '../../shared/event-definitions.ts';
import { day, schemeWord } from '../../shared/event-values.ts';
import { date } from '../../shared/formats.ts';
import { nullable } from '../../shared/schemas.ts';

/** What staff say of models of devices. */
export const modelEvents = defineEvents({
  'device_model.said': {
    values: { make: schemeWord, model: schemeWord, from: nullable(day), to: nullable(day) },
    line: (v) =>
      `Security updates of ${[v.make, v.model].filter(Boolean).join(' ') || 'a model'}: ${v.to ? `until ${date(v.to)}` : 'not known'}${v.from && v.from !== v.to ? ` (before: until ${date(v.from)})` : ''}`,
  },
});
