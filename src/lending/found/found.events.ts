import { defineEvents } from '../../shared/event-definitions.ts';
import { oneOf } from '../../shared/schemas.ts';
import { foundKinds } from './found.rules.ts';

const lines: Record<string, string> = {
  found: 'Somebody wrote by the code on its label that it was found',
  help: 'Whoever has it asked for help by the code on its label',
  data: 'Whoever has it asked for more data by the code on its label',
  charger: 'Whoever has it asked for a charger by the code on its label',
  ring: 'Whoever has it asked to be rung by the code on its label',
};

/** What is said by the code on a label. */
export const foundEvents = defineEvents({
  'device.said_by_code': {
    values: { kind: oneOf(foundKinds) },
    line: (v) => lines[v.kind ?? ''] ?? 'Somebody wrote by the code on its label',
  },
});
