import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf, text } from '../shared/schemas.ts';
import { contactSources, contactStates } from './contact-state.rules.ts';

const date = Type.String({ format: 'date' });

export const NewContactState = strictObject(
  {
    state: oneOf(contactStates),
    pausedUntil: Type.Optional(
      Type.String({ format: 'date', description: 'The first day on which they may be contacted again' }),
    ),
    source: oneOf(contactSources, { description: 'Who said so' }),
    saidOn: date,
    note: Type.Optional(text(1000, { description: 'Needed when contact is opened again' })),
  },
  {
    examples: [
      { state: 'paused', pausedUntil: '2026-12-24', source: 'patient', saidOn: '2026-11-23' },
      { state: 'withdrawn', source: 'clinic', saidOn: '2026-11-23' },
    ],
  },
);
export type NewContactState = Static<typeof NewContactState>;

export const ContactStateKept = Type.Object({
  state: oneOf(contactStates),
  pausedUntil: nullable(Type.String()),
  cancelledFollowUps: Type.Integer(),
  cancelledMessages: Type.Integer(),
  withdrawnReferrals: Type.Array(Type.String(), { description: 'Ids of the referrals that ended with it' }),
  openLoans: Type.Array(Type.Object({ id: Type.String(), reference: Type.String() }), {
    description: 'What is still out; a task asks for it, once',
  }),
});
export type ContactStateKept = Static<typeof ContactStateKept>;
