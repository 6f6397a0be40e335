import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf } from '../../shared/schemas.ts';
import { questionNames } from './equality.rules.ts';

export const populationParams = Type.Object({ question: oneOf(questionNames) });

const shares = Type.Record(Type.String({ maxLength: 20 }), Type.Number({ minimum: 0, maximum: 100 }), {
  description: 'By group, the percentage of the population; together about 100',
});

export const NewPopulation = strictObject(
  {
    source: line(300, { description: 'Who published it, and of whom it is' }),
    dated: Type.String({ format: 'date', description: 'As of when it is' }),
    shares,
  },
  {
    examples: [{ source: 'The trust’s caseload', dated: '2026-03-31', shares: { yes: 34.5, no: 65.5 } }],
  },
);
export type NewPopulation = Static<typeof NewPopulation>;

export const Population = Type.Object({
  question: oneOf(questionNames),
  title: Type.String(),
  groups: Type.Array(Type.Object({ value: Type.String(), text: Type.String() })),
  said: nullable(
    Type.Object(
      { source: Type.String(), dated: Type.String(), shares, changedAt: Type.String() },
      { description: 'Null where the scheme has brought nothing' },
    ),
  ),
  version: Type.String({ description: 'What If-Match wants' }),
});
export type Population = Static<typeof Population>;
export const PopulationList = Type.Object({ items: Type.Array(Population) });
