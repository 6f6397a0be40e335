import { defineEvents } from '../shared/event-definitions.ts';
import { count } from '../shared/event-values.ts';

const of = (version: number | undefined) => (version ? ` (version ${version})` : '');

/** What happens to the rules of what is suggested; never what they say. */
export const treeEvents = defineEvents({
  'suggestion_tree.started': {
    values: { treeVersion: count },
    line: (v) => `A draft of what is suggested was started${of(v.treeVersion)}`,
  },
  'suggestion_tree.changed': {
    values: { treeVersion: count, lines: count },
    line: (v) => `The draft of what is suggested was changed${of(v.treeVersion)}`,
  },
  'suggestion_tree.thrown_away': {
    values: { treeVersion: count },
    line: (v) => `The draft of what is suggested was thrown away${of(v.treeVersion)}`,
  },
  'suggestion_tree.published': {
    values: { treeVersion: count, lines: count },
    line: (v) => `What is suggested was published anew${of(v.treeVersion)}`,
  },
});
