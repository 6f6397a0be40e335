import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { questions, ratherNot } from './equality.rules.ts';

/** One of the groups of a question, or that they would rather not say. */
function answerTo<const V extends string>(groups: readonly { value: V }[], wording: string) {
  return Type.Optional(
    oneOf([...groups.map(({ value }) => value), ratherNot] as (V | typeof ratherNot)[], {
      description: wording,
    }),
  );
}
const { age, sex, gender, ethnicity, disability } = questions;

export const NewEqualityAnswers = strictObject(
  {
    age: answerTo(age.groups, age.wording),
    sex: answerTo(sex.groups, sex.wording),
    gender: answerTo(gender.groups, gender.wording),
    ethnicity: answerTo(ethnicity.groups, ethnicity.wording),
    disability: answerTo(disability.groups, disability.wording),
    postcode: Type.Optional(
      line(10, {
        description:
          'Where they live, as far as it tells the band of the area by the lookup of the scheme. It is not kept',
      }),
    ),
    area: Type.Optional(oneOf([ratherNot], { description: 'They would rather not say where they live' })),
    givenOn: Type.Optional(Type.String({ format: 'date', description: 'Today when left out' })),
  },
  { examples: [{ age: '35_to_44', ethnicity: 'black', disability: ratherNot }] },
);
export type NewEqualityAnswers = Static<typeof NewEqualityAnswers>;

export const Equality = Type.Object({
  patientId: Type.String(),
  givenOn: nullable(
    Type.String({
      description:
        'The day on which they said it last; null: nothing is kept. What they said is given out nowhere',
    }),
  ),
  wish: nullable(
    Type.String({
      description: 'What they wish of being asked, as far as it matters before they are asked this',
    }),
  ),
  version: Type.String({ description: 'What If-Match wants' }),
});
export type Equality = Static<typeof Equality>;
