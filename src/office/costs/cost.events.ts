import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { day, flag } from '../../shared/event-values.ts';
import { oneOf } from '../../shared/schemas.ts';
import { inside } from '../../shared/sentences.ts';
import { costKinds } from './cost.rules.ts';

const cost = Type.Optional(oneOf(costKinds));
const from = Type.Optional(day);
const ofKind = (kind: string | undefined) => (kind ? `, ${inside(kind)}` : '');

/** What was said of money. How much is no business of the log. */
export const costEvents = defineEvents({
  'cost.added': { values: { cost, from }, line: (v) => `Cost written down${ofKind(v.cost)}` },
  'cost.changed': {
    values: { cost, from, takenOut: Type.Optional(flag) },
    line: (v) => (v.takenOut ? `Cost taken out${ofKind(v.cost)}` : `Cost put right${ofKind(v.cost)}`),
  },
  'bought_new.changed': { values: {}, line: () => 'What devices would cost new was said' },
});
