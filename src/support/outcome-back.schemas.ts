import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { oneOf } from '../shared/schemas.ts';
import { TakingBack } from '../shared/taking-back.ts';
import { followUpStatuses, outcomeResults } from './support.rules.ts';

export const OutcomeTakingBack = strictObject(
  {
    ...TakingBack.properties,
    concernToo: Type.Optional(
      Type.Boolean({
        description:
          'A manager says that the concern was raised by mistake too; without it the concern stands, and its task stays',
      }),
    ),
  },
  { examples: [{ reason: 'It was the call with someone else' }] },
);
export type OutcomeTakingBack = Static<typeof OutcomeTakingBack>;

export const OutcomeTakenBack = Type.Object({
  id: Type.String(),
  result: oneOf(outcomeResults),
  followUp: Type.Object(
    { id: Type.String(), status: oneOf(followUpStatuses), dueOn: Type.String() },
    { description: 'As it stands now: as before the outcome, or off where what it was of has ended' },
  ),
  concernStands: Type.Boolean({
    description: 'A concern was raised with it, and is not said to be a mistake',
  }),
});
export type OutcomeTakenBack = Static<typeof OutcomeTakenBack>;
