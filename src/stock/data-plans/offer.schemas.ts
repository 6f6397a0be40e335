import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable } from '../../shared/schemas.ts';

export const NewOffer = strictObject(
  {
    network: line(100),
    gbPerMonth: nullable(Type.Integer({ minimum: 1, maximum: 1000, description: 'Null for no cap' })),
    durationMonths: Type.Integer({ minimum: 1, maximum: 60 }),
    source: Type.Optional(line(200, { description: 'Who gives it, such as the National Databank' })),
  },
  { examples: [{ network: 'Three', gbPerMonth: 20, durationMonths: 6, source: 'National Databank' }] },
);
export type NewOffer = Static<typeof NewOffer>;

export const Offer = Type.Object({
  id: Type.String(),
  network: Type.String(),
  gbPerMonth: nullable(Type.Integer()),
  durationMonths: Type.Integer(),
  source: nullable(Type.String()),
  retiredAt: nullable(Type.String({ description: 'Since when it is no longer offered' })),
});
export type Offer = Static<typeof Offer>;

export const OfferList = Type.Object({ items: Type.Array(Offer) });
export const OfferQuery = Type.Object(
  { retired: Type.Optional(Type.Boolean({ description: 'With those that are no longer offered' })) },
  { additionalProperties: false },
);
