import { extraStep, planStep } from '../support/support.rules.ts';
import { askingTables } from './personal-asking.rules.ts';
import { blank, own, type PersonalTable } from './personal-table.rules.ts';
import { toldTables } from './personal-told.rules.ts';

/** What was done with people in support, and what they were given and asked there. */
export const supportTables: PersonalTable[] = [
  {
    table: 'follow_up_outcome',
    of: 'x.follow_up_id in (select id from follow_up where patient_id = any(:ids))',
    erasure: { note: 'null', next_step: 'null', taken_back_reason: blank('taken_back_reason') },
    stays: ['result', 'topics', 'frequency', 'got_in_the_way', 'was_status', 'was_why', 'taken_back_by'],
  },
  ...askingTables,
  {
    table: 'follow_up',
    of: own,
    erasure: { step: `coalesce(${planStep('x')}, '${extraStep}')`, note: 'null' },
    stays: ['way', 'status', 'why'],
  },
  ...toldTables,
  {
    table: 'drop_in_person',
    of: own,
    erasure: { note: 'null', taken_back_reason: blank('taken_back_reason') },
    stays: ['topics', 'taken_back_by'],
  },
];
