import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { secondPersonKindNames } from './second-person.rules.ts';

const person = Type.Object({ id: Type.String(), name: Type.String() });

export const SecondPersonList = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: oneOf(secondPersonKindNames),
      subjectId: Type.String({ description: 'The account, the person or the batch that it is about' }),
      about: Type.String({ description: 'The role, where one is to be given' }),
      askedAt: Type.String(),
      askedBy: person,
      account: nullable(person),
      agreedBy: nullable(Type.String({ description: 'Who agreed; null while it waits' })),
    }),
  ),
});

export const SecondPersonDecision = strictObject(
  { agreed: Type.Boolean() },
  { examples: [{ agreed: true }] },
);
export type SecondPersonDecision = Static<typeof SecondPersonDecision>;
