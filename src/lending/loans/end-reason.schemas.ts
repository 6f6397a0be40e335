import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { nullable, oneOf, text } from '../../shared/schemas.ts';
import { endReasons } from './end-reason.rules.ts';

export const Because = strictObject(
  {
    reason: oneOf(endReasons),
    words: Type.Optional(
      text(500, { description: 'In the words of whoever said it; needed for `other` alone' }),
    ),
  },
  { description: 'Why it came back, where they said it. Always optional' },
);

/** Why something came back, as it is shown. */
const GivenBecause = Type.Object({ reason: oneOf(endReasons), words: nullable(Type.String()) });

/** Why items of a loan came back, of those where it was said. */
export const Reasons = Type.Array(Type.Object({ itemId: Type.String(), ...GivenBecause.properties }), {
  description: 'Why items came back, as far as it was said',
});

export const ItemCorrection = strictObject(
  { because: Type.Union([Because, Type.Null()], { description: 'Null for a reason that nobody gave' }) },
  { examples: [{ because: { reason: 'no_signal' } }, { because: null }] },
);
export type ItemCorrection = Static<typeof ItemCorrection>;

export const ItemCorrected = Type.Object({
  loan: Type.Object({ id: Type.String() }),
  item: Type.Object({ id: Type.String(), because: nullable(GivenBecause) }),
  changedAt: Type.String({ description: 'When the loan last changed' }),
});
export type ItemCorrected = Static<typeof ItemCorrected>;
