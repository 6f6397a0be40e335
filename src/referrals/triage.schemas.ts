import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, text } from '../shared/schemas.ts';

export const Assignee = nullable(Type.Object({ id: Type.String(), name: Type.String() }));

export const NewAssignment = strictObject(
  {
    staffId: nullable(Type.String({ format: 'uuid', description: 'Null gives it back to everyone' })),
    insteadOf: nullable(
      Type.String({
        format: 'uuid',
        description: 'Whose it is now, as you saw it; null when it was nobody’s',
      }),
    ),
  },
  { examples: [{ staffId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', insteadOf: null }] },
);
export type NewAssignment = Static<typeof NewAssignment>;
export const Assigned = Type.Object({ assignedTo: Assignee });
export type Assigned = Static<typeof Assigned>;

export type NewAssignments = {
  /** Each with whose it was as it was seen; null when it was nobody’s. */
  referrals: { referralId: string; insteadOf: string | null }[];
  /** Null gives them back to everyone. */
  staffId: string | null;
};
export type AssignedMany = Assigned & {
  given: number;
  /** How many are someone else’s by now, and stay so. */
  left: number;
};

export const NewNote = strictObject(
  { note: text(4000, { description: 'For the office alone; a clinic never sees it' }) },
  { examples: [{ note: 'Rang the ward: she moves on Friday, and would rather meet at the library.' }] },
);
export type NewNote = Static<typeof NewNote>;

export const Note = Type.Object({
  id: Type.String(),
  note: Type.String(),
  at: Type.String(),
  by: Type.String({ description: 'The name of who wrote it' }),
});
export type Note = Static<typeof Note>;
export const Notes = Type.Object({ items: Type.Array(Note) });
