import Type from 'typebox';
import { askingWays } from '../../people/asking.rules.ts';
import { defineEvents } from '../../shared/event-definitions.ts';
import { count, schemeWord } from '../../shared/event-values.ts';
import { oneOf } from '../../shared/schemas.ts';
import { called } from '../../shared/sentences.ts';

/** What happens to instruments, and that people were asked with them; never what they said. */
export const measureEvents = defineEvents({
  'instrument.added': {
    values: { instrument: schemeWord, lines: count },
    line: (v) => `Questionnaire added${called(v.instrument)}`,
  },
  'instrument.changed': {
    values: {
      instrument: schemeWord,
      instrumentVersion: Type.Optional(count),
      lines: Type.Optional(count),
      status: Type.Optional(oneOf(['retired', 'open'])),
    },
    line: (v) =>
      `Questionnaire changed${called(v.instrument)}${v.instrumentVersion ? `, version ${v.instrumentVersion} from then on` : ''}${v.status === 'retired' ? ', no longer used' : v.status ? ', used again' : ''}`,
  },
  'patient.measure_asked': {
    values: { instrument: schemeWord, way: oneOf(askingWays) },
    line: (v) =>
      `They were asked${called(v.instrument)}${v.way === 'paper' ? ', on paper' : v.way === 'link' ? ', by a link' : ''}`,
  },
  'patient.measure_answered': {
    values: { instrument: schemeWord },
    line: (v) => `They answered${called(v.instrument)}`,
  },
  'patient.measure_declined': {
    values: { instrument: schemeWord },
    line: (v) => `They would rather not be asked${called(v.instrument)}`,
  },
  'patient.measure_link_ended': {
    values: { instrument: schemeWord },
    line: (v) => `The link to answer${called(v.instrument)} was ended`,
  },
  'patient.measure_taken_back': {
    values: { instrument: schemeWord },
    line: (v) => `That they were asked${called(v.instrument)} was recorded by mistake and is taken back`,
  },
});
