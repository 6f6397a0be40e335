import { defineEvents } from '../../shared/event-definitions.ts';
import { count, schemeWord } from '../../shared/event-values.ts';
import { oneOf } from '../../shared/schemas.ts';
import { called, inside } from '../../shared/sentences.ts';
import { loggedKinds, movementKinds, movementTexts } from './accessory.rules.ts';

/** What happens to the kinds of accessories that the scheme lends. */
export const accessoryEvents = defineEvents({
  'accessory.added': {
    values: { accessory: schemeWord },
    line: (v) => `Accessory added${called(v.accessory)}`,
  },
  'accessory.changed': {
    values: { accessory: schemeWord },
    line: (v) => `Accessory changed${called(v.accessory)}`,
  },
  'accessory.moved': {
    values: { kind: oneOf(movementKinds), accessory: schemeWord, quantity: count },
    line: (v) =>
      `${v.accessory ?? 'Accessory'}${typeof v.quantity === 'number' ? ` × ${v.quantity}` : ''} ${inside(v.kind)}`,
  },
  'accessory.movement_taken_back': {
    values: { kind: oneOf(loggedKinds), accessory: schemeWord, quantity: count },
    line: (v) =>
      `${v.accessory ?? 'Accessory'}${typeof v.quantity === 'number' ? ` × ${v.quantity}` : ''}: ${v.kind ? `“${movementTexts[v.kind]}”` : 'what was recorded'} taken back, recorded by mistake`,
  },
});
