import { defineEvents } from '../../shared/event-definitions.ts';
import { count } from '../../shared/event-values.ts';
import { count as counted } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';
import { inside } from '../../shared/sentences.ts';
import { questionNames, questions } from './equality.rules.ts';

const question = oneOf(questionNames);
const named = (name: keyof typeof questions | undefined) =>
  name ? `: ${inside(questions[name].title)}` : '';

/** That people said something of themselves, never what; and what the scheme brought to hold it against. */
export const equalityEvents = defineEvents({
  'patient.equality_given': { values: {}, line: () => 'How they describe themselves was written down' },
  'patient.equality_removed': { values: {}, line: () => 'How they describe themselves was removed' },
  'area_lookup.brought': {
    values: { areas: count },
    line: (v) => `Brought a lookup of areas${v.areas === undefined ? '' : `: ${counted(v.areas, 'area')}`}`,
  },
  'area_lookup.removed': { values: {}, line: () => 'Removed the lookup of areas' },
  'population.said': {
    values: { question },
    line: (v) => `Figures of the population were given${named(v.question)}`,
  },
  'population.removed': {
    values: { question },
    line: (v) => `Figures of the population were removed${named(v.question)}`,
  },
});
