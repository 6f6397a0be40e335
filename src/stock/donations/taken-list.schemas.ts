import Type from 'typebox';
import { nullable } from '../../shared/schemas.ts';

/** The donation as which the same list was taken in already. */
export const TakenBefore = nullable(
  Type.Object(
    {
      donation: Type.Object({ id: Type.String(), reference: Type.String() }),
      takenOn: Type.String(),
      by: Type.String(),
    },
    { description: 'The same lines, of the same donor, reference and day, were taken in already' },
  ),
);

/** What says that a list is another one than the one that it is like. */
export const another = Type.Boolean({
  default: false,
  description: 'It is another list, though the same lines of this donor, reference and day were taken in',
});
