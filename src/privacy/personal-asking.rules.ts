import { blank, ofStaff, own, type PersonalTable } from './personal-table.rules.ts';

/** What was asked of people, and what they wish of it. Totals stay without a name, as other outcomes do. */
export const askingTables: PersonalTable[] = [
  {
    table: 'equality_answer',
    of: own,
    erasure: 'rows go',
    noWords: {
      age: 'a kind',
      sex: 'a kind',
      gender: 'a kind',
      ethnicity: 'a kind',
      disability: 'a kind',
      area: 'a kind',
    },
  },
  { table: 'asking_wish', of: own, erasure: 'rows go', noWords: { changed_by: ofStaff } },
  { table: 'invitation', of: own, erasure: 'rows go', noWords: { invited_by: ofStaff } },
  {
    table: 'measure_asking',
    of: own,
    erasure: {
      answers: "case when answers is not null then '[]'::jsonb end",
      taken_back_reason: blank('taken_back_reason'),
    },
    stays: ['way', 'status', 'asked_by', 'taken_back_by'],
    noWords: { answers: 'numbers' },
  },
];
