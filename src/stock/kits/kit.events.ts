import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { count, schemeWord } from '../../shared/event-values.ts';
import { called } from '../../shared/sentences.ts';

/** What happens to the kits that are lent together. */
export const kitEvents = defineEvents({
  'kit.added': { values: { kit: schemeWord, lines: count }, line: (v) => `Kit added${called(v.kit)}` },
  'kit.changed': {
    values: { kit: schemeWord, lines: Type.Optional(count) },
    line: (v) => `Kit changed${called(v.kit)}`,
  },
});
