import { ofStaff, own, type PersonalTable } from './personal-table.rules.ts';

/** What people were given to read, and what they told of what followed. */
export const toldTables: PersonalTable[] = [
  {
    table: 'handout',
    of: own,
    erasure: 'rows go',
    noWords: {
      language: 'a tag',
      format: 'a kind',
      way: 'a kind',
      path: 'made here',
      given_by: ofStaff,
      taken_back_by: ofStaff,
    },
  },
  {
    table: 'story_consent',
    of: 'x.story_id in (select id from story where patient_id = any(:ids))',
    erasure: 'rows go',
    noWords: {
      purposes: 'kinds',
      way: 'a kind',
      recorded_by: ofStaff,
      ended_by: ofStaff,
      ended_why: 'a kind',
    },
  },
  {
    table: 'story',
    of: own,
    erasure: 'rows go',
    noWords: { telling: 'a kind', finds: 'kinds', followed: 'a kind', written_by: ofStaff },
  },
];
