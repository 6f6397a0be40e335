import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { TakingBack } from '../shared/taking-back.ts';

export const DropInTakingBack = strictObject(
  {
    ...TakingBack.properties,
    people: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 10_000,
        description:
          'How many people are written down at it: that they came is taken back with it. Refused where there are others',
      }),
    ),
  },
  { examples: [{ reason: 'It was at another place', people: 3 }] },
);
export type DropInTakingBack = Static<typeof DropInTakingBack>;
