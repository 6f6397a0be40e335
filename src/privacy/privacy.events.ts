import Type from 'typebox';
import { defineEvents } from '../shared/event-definitions.ts';
import { count } from '../shared/event-values.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { type RetentionClass, retentionClasses } from './retention.rules.ts';

const months = nullable(count);
const batch = { kind: oneOf(Object.keys(retentionClasses) as RetentionClass[]), count };

/** What is decided about a person’s data. */
export const privacyEvents = defineEvents({
  'patient.exported': { values: {}, line: () => 'All that is held about them was given out' },
  'patient.erased': {
    values: { way: oneOf(['retention', 'asked']) },
    line: (v) => (v.way === 'retention' ? 'Erased, since their time was over' : 'Erased, as was asked'),
  },
  'patient.held': { values: {}, line: () => 'A legal hold was set' },
  'patient.hold_lifted': { values: {}, line: () => 'The legal hold was lifted' },
  'retention.changed': {
    values: {
      policy: Type.Object(
        { helpedMonths: months, notHelpedMonths: months, deceasedMonths: months },
        { additionalProperties: false },
      ),
    },
    line: () => 'For how long people are kept was changed',
  },
  'retention_batch.proposed': {
    values: batch,
    line: (v) => `${people(v)} proposed for erasure, since their time is over`,
  },
  'retention_batch.approved': {
    values: batch,
    line: (v) => `${people(v)} are to be erased, since their time is over`,
  },
  'retention_batch.refused': {
    values: batch,
    line: (v) => `${people(v)} stay, although their time is over`,
  },
});

function people({ count }: { count?: number }): string {
  return count === 1 ? 'One person' : `${count ?? 'Some'} people`;
}
