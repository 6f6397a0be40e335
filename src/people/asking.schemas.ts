import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { listQuery, pageOf } from '../shared/lists.ts';
import { line, nullable } from '../shared/schemas.ts';

const mostAYear = Type.Integer({
  minimum: 0,
  maximum: 50,
  description: 'How often a year they are asked at most; 0: never. Null: as the policy has it',
});
const onlyOnPaper = Type.Boolean({ description: 'They are asked on paper and in no other way' });
const skipConfidence = Type.Boolean({ description: 'They are not asked how confident they feel' });
const shapeAYear = Type.Integer({
  minimum: 1,
  maximum: 50,
  description:
    'How often a year they want to be asked to help shape the scheme; null: they did not ask for it',
});

export const AskingWishes = Type.Object({
  mostAYear: nullable(mostAYear),
  onlyOnPaper,
  skipConfidence,
  shapeAYear: nullable(shapeAYear),
});
export type AskingWishes = Static<typeof AskingWishes>;

export const AskingWishesChange = strictObject(
  {
    mostAYear: Type.Optional(nullable(mostAYear)),
    onlyOnPaper: Type.Optional(onlyOnPaper),
    skipConfidence: Type.Optional(skipConfidence),
    shapeAYear: Type.Optional(nullable(shapeAYear)),
  },
  { minProperties: 1, examples: [{ mostAYear: 2, shapeAYear: 1 }] },
);
export type AskingWishesChange = Static<typeof AskingWishesChange>;

const whyNot = nullable(Type.String({ description: 'Why they are not to be asked now; null: they may be' }));

export const Asking = Type.Object({
  patientId: Type.String(),
  wishes: AskingWishes,
  lately: Type.Integer({ description: 'How often they were asked within the weeks of the policy' }),
  weeks: Type.Integer(),
  questionsInYear: Type.Integer({ description: 'How often they were asked how they are, in a year' }),
  invitationsInYear: Type.Integer({ description: 'How often they were asked to help, in a year' }),
  whyNot: Type.Object(
    { confidence: whyNot, call: whyNot, paper: whyNot, link: whyNot, shaping: whyNot },
    {
      description:
        'The question about confidence at calls, a questionnaire by each way, and to help shape the scheme',
    },
  ),
  invitations: Type.Array(
    Type.Object({
      id: Type.String(),
      invitedOn: Type.String(),
      toWhat: Type.String(),
      invitedBy: Type.String({ description: 'Who of the staff' }),
    }),
    { description: 'The newest first, 20 at most' },
  ),
  changedAt: Type.String({ description: 'When their wishes were last written down, or their record began' }),
});
export type Asking = Static<typeof Asking>;

export const NewInvitation = strictObject(
  {
    toWhat: line(200, { description: 'What they were asked to help with' }),
    invitedOn: Type.Optional(Type.String({ format: 'date', description: 'Today when left out' })),
  },
  { examples: [{ toWhat: 'Try the new welcome leaflet' }] },
);
export type NewInvitation = Static<typeof NewInvitation>;

export const Shaper = Type.Object({
  patient: Type.Object({ id: Type.String(), name: Type.String() }),
  shapeAYear: Type.Integer(),
  invitationsInYear: Type.Integer(),
  whyNot,
});
export type Shaper = Static<typeof Shaper>;
export const ShaperList = pageOf(Shaper);
export const ShaperQuery = Type.Object(listQuery, { additionalProperties: false });
