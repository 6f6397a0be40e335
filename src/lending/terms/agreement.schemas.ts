import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { nullable, text } from '../../shared/schemas.ts';

export const AgreementVersion = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  text: Type.String(),
  createdAt: Type.String(),
  createdBy: nullable(Type.String({ description: 'Null for the one that Lendwell came with' })),
  inUse: Type.Boolean({ description: 'The newest is what is accepted from now on' }),
});
export type AgreementVersion = Static<typeof AgreementVersion>;
export const AgreementVersionList = Type.Object({ items: Type.Array(AgreementVersion) });

export const NewAgreementVersion = strictObject(
  {
    text: text(20_000, { description: 'The whole text, with line breaks' }),
    after: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description:
          'The version that it takes the place of, as you saw it; when a newer one is in use, it is refused',
      }),
    ),
  },
  {
    examples: [
      { text: 'This device is lent to you free of charge.\nPlease bring it back by the date on this page.' },
    ],
  },
);
export type NewAgreementVersion = Static<typeof NewAgreementVersion>;
